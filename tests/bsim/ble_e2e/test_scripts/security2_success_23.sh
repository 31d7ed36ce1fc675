#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A phone provisions the device under security 2, with the smallest MTU.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="security=2 story=SeRAOE" "success:security=2 mtu=23"
