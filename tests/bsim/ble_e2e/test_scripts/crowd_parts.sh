#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Unauthenticated peers start long writes and never end them. The owner provisions three times, on a
# device with two connections.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=crowd seconds=420 device="lives=3" owner_runs:runs=3 crowd:do=parts crowd:do=parts
