#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Under security 2: unauthenticated peers use all attacks in turn. The owner provisions three times,
# on a device with two connections.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=crowd seconds=420 device="security=2 lives=3" owner_runs:"runs=3 security=2" crowd:"do=mixed security=2" crowd:"do=mixed security=2"
