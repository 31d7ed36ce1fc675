#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Datasets of the existing network with a wrong key, PAN ID or channel. Each attempt fails, and the
# device is in its network again.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=180 scenario="useless_dataset story=ISeRAOESeRAFRAFRAFRAFRAOED" home
