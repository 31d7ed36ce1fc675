#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The same with a device that is never the first of a network.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=180 scenario="useless_dataset end_device story=ISeRAOESeRAFRAFRAFRAFRAOED" home
