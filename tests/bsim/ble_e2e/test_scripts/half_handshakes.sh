#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A hundred handshakes that are not finished, then one that is.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=300 device="story=SeRAOE" half_handshakes
