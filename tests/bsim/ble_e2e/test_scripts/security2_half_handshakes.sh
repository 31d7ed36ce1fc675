#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# First commands, again and again: all are answered, and a newcomer gets in.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="security=2 story=SeRAOE" "security2_half_handshakes:security=2"
