#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A phone that requests a large MTU, and a device that supports 498.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=mtu_498 device="story=SeRAOE" success
