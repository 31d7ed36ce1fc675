#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The same, and the phone is lost meanwhile.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="lives=2 story=SeE,SeRAOE" leave_in_flight
