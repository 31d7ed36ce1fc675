#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A phone with the MTU that iOS requests.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE" success:mtu=185
