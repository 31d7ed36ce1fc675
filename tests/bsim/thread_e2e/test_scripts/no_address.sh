#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# No border router is there: the wait for such an address ends with its time.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=120 scenario="no_address story=ISeRAOED" home
