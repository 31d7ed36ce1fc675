#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A device that asks for synchronized sleep (CSL), which this radio does not have, is provisioned as any
# sleepy device.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=90 image=ssed scenario="synchronized story=ISeRAOED" home
