#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A phone lists the networks in range with a blocking start and pages of four.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE" scan:mtu=185
