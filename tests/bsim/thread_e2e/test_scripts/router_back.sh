#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The border router is away for two minutes. A sleepy device notices, and is attached and reachable
# again without help.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=300 image=sleepy scenario="router_back story=ISeRAOED" home,border_router,leaves=60,returns=180
