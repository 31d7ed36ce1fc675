#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A hundred times: a client that is lost at its handshake, with half a request, and one that provisions.
# Each takes a slot, of which there are two.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=1800 device="lives=100 story=SeRAOE,SeRAOE" cycles
