#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Another border router of the same network replaces the first one. A sleepy device finds it and
# gets an address with its prefix.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=300 image=sleepy scenario="router_replaced story=ISeRAOED" \
    home,border_router,leaves=60 home,border_router,second,starts=120
