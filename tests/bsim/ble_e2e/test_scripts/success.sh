#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A phone provisions the device, which then leaves and can no longer be found.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE links=1" success
