#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Wrong parts of long writes to an attribute of Zephyr. The buffers that this loses are available
# again for the next link, a phone with the smallest MTU.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE" prepares_elsewhere
