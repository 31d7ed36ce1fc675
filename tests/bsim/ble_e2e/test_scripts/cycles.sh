#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A hundred times: one client is lost during its handshake with half a request written, and another
# one provisions. Each takes one of the two slots.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=1800 device="lives=100 story=SeRAOE,SeRAOE" cycles
