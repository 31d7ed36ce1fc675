#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Wrong proofs of possession. After five, the device refuses handshakes for 30 s.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=90 device="story=SrrrrrleRAOE" wrong_pop
