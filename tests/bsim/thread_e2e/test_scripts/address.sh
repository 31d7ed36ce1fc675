#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A border router is there: the device has an address by which it can be reached from outside.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=120 scenario="address story=ISeRAOED" home,border_router
