#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Modified, truncated and repeated requests in a session.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=120 device="security=2 story=SeRAOE" "security2_forged:security=2"
