#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A phone lists the networks in range under security 2, and hands over credentials.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="security=2 story=SeRAOE" "scan:security=2 mtu=185"
