#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Wrong parts of long writes, then a normal provisioning with the smallest MTU.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=900 device="story=SeRAOE" prepares
