#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Wrong passwords and a wrong user name. After five, the device refuses handshakes for 30 s.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=90 device="security=2 story=SrrrrrleRAOE" "security2_wrong_password:security=2"
