#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Many first commands in a row. All get a response, and a newcomer gets in.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="security=2 story=SeRAOE" "security2_half_handshakes:security=2"
