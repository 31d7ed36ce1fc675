#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Wrong parts of long writes to an attribute of Zephyr: with security 1, a phone does not need what
# is lost by them.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE" prepares_elsewhere:mtu=185
