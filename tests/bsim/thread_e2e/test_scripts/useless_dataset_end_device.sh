#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Datasets with a wrong key, PAN ID or channel, on a device that is never the first of a network.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=180 scenario="useless_dataset end_device story=ISeRAOESeRAFRAFRAFRAFRAOED" home
