#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A router gets the dataset of a network that is not there, and becomes the leader of one of its own:
# that is no success, and after 20 s the last dataset is active again.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=180 scenario="absent story=ISeRAOESeRAFRAOED" home
