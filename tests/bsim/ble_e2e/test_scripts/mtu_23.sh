#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A phone with the smallest MTU: long writes, and reads in parts.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE" success:mtu=23
