#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The same, and a device that gives 498: the first message is one write.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=mtu_498 device="security=2 story=SeRAOE" "success:security=2"
