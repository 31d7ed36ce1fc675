#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The application keeps Bluetooth on: the service ends, and its link with it.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE links=1 keep_on" success
