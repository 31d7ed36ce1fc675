#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The application starts and stops from the system work queue, which Bluetooth's commands need.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="queue lives=2 story=SeE,SeRAOE" stop_in_flight
