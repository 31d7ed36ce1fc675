#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Two strangers write once and stay, and the owner's phone is not kept out.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE" stranger_version stranger_handshake owner
