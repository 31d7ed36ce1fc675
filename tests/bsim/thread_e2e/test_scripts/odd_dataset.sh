#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Datasets that differ from the network's own (old, pending, another mask or policy) but work.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=180 scenario="odd_dataset end_device story=ISeRAOESeRAOESeRAOESeRAOESeRAOED" home
