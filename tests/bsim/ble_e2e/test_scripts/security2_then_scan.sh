#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Under security 2, a phone lists the networks in range and sends credentials.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="security=2 story=SeRAOE" "scan:security=2 mtu=185"
