#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Wrong parts of long writes to an attribute of Zephyr: what is lost by them is back for the next
# link, a phone at the least MTU.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE" prepares_elsewhere
