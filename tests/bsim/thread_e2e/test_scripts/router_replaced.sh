#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The border router is replaced by another one of the same network: a sleepy device finds it, and has an
# address of its prefix.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=300 image=sleepy scenario="router_replaced story=ISeRAOED" \
    home,border_router,leaves=60 home,border_router,second,starts=120
