#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Manufacturer data that does not fit beside the name.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE mfg=22" mfg_cut
