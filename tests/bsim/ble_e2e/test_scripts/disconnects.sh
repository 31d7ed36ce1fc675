#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A phone is lost at every step and returns.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=120 disconnects
