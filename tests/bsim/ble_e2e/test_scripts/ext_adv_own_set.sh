#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The application has an advertising set that never stops, and a link from it.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=ext_adv seconds=120 device="story=SeRAOE own_set" guest host
