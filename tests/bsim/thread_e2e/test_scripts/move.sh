#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The leader of one network gets the dataset of another one.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=90 image=founder scenario="move story=ISeRAOESeRAOED" home
