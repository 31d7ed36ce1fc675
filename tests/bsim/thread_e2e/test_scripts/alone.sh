#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A router gets the dataset of a network that does not exist, and becomes the leader of its own.
# That is not a success, and after 20 s the previous dataset is active again.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=180 scenario="absent story=ISeRAOESeRAFRAOED" home
