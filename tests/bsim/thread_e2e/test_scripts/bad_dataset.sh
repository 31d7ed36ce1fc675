#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Datasets that are none are refused, and leave everything as it was.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=founder seconds=120 scenario="bad_dataset story=ISeFFFFRAOESeFFFFED"
