#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Without a border router, the wait for an address ends at its time limit.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=120 scenario="no_address story=ISeRAOED" home
