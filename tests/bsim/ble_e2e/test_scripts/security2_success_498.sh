#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A phone provisions a device with an MTU of 498 under security 2. The first message is a single
# write.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=mtu_498 device="security=2 story=SeRAOE" "success:security=2"
