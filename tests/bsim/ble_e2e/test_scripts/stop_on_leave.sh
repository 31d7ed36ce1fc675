#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The application stops when a client leaves, from the callback on Bluetooth's receive thread.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="stop_on_leave lives=2 story=SeE,SeRAOE" leave
