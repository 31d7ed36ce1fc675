#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A hundred times: connected, lost, provisioned. The heap is as before each time.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=1800 device="lives=100 story=SeRAOE,SeRAOE" cycles
