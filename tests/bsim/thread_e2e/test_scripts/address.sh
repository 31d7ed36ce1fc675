#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# With a border router, the device gets an address at which it can be reached from outside.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=120 scenario="address story=ISeRAOED" home,border_router
