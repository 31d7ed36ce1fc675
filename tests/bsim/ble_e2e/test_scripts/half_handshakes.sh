#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A hundred unfinished handshakes, then a complete one.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=300 device="story=SeRAOE" half_handshakes
