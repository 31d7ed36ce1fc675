#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A device gets a dataset and is the first of that network.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=founder scenario="leader story=ISeRAOED"
