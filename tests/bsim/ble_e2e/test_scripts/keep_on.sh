#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The application keeps Bluetooth on. The service ends, and so does its link.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE links=1 keep_on" success
