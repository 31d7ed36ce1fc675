#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What the device advertises, and what its service contains.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE" advertising
