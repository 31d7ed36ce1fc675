#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Networks of two peers are found, with all that is told of them (7.D 60).
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=120 scenario="discover story=ISeED" home other
