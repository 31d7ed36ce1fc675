#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A device gets the dataset of an existing network and joins it.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate scenario="child story=ISeRAOED" home
