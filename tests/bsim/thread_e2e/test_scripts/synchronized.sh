#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A device that requests synchronized sleep (CSL), which this radio does not support, is provisioned
# like any sleepy device.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=90 image=ssed scenario="synchronized story=ISeRAOED" home
