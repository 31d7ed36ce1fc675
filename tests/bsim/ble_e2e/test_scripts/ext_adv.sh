#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A device with advertising sets: a phone that knows none of them finds the same, and provisions it.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=ext_adv device="story=SeRAOE" advertising
