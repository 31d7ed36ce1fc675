#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The dataset of a network that is not there: after 20 s the last one is active again.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=180 scenario="absent end_device story=ISeRAOESeRAFRAOED" home
