#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A device with advertising sets. A phone without support for them finds and provisions it as usual.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=ext_adv device="story=SeRAOE" advertising
