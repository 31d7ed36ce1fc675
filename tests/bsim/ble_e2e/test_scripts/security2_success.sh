#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A phone provisions the device under security 2. Its first message is always a long write here.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="security=2 story=SeRAOE" "success:security=2"
