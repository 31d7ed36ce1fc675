#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Manufacturer data for which there is not enough room beside the name.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE mfg=22" mfg_cut
