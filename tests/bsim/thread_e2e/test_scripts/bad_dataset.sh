#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Invalid datasets are refused and change nothing.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=founder seconds=120 scenario="bad_dataset story=ISeFFFFRAOESeFFFFED"
