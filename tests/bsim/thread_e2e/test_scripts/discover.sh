#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The networks of two peers are found, with all their properties (7.D 60).
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=120 scenario="discover story=ISeED" home other
