#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Two unauthenticated peers write once and stay. They do not block the owner's phone.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE" stranger_version stranger_handshake owner
