#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A dataset of a network that does not exist: after 20 s, the previous one is active again.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=180 scenario="absent end_device story=ISeRAOESeRAFRAOED" home
