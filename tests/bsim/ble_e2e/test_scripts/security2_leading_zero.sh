#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A phone's key that begins with a zero byte, and is sent without it.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="security=2 story=SeRAOE" "security2_leading_zero:security=2"
