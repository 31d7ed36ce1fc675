#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# An unauthenticated peer writes the first message of a handshake and stays. The owner provisions
# three times, on a device with a single connection.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=one_link seconds=420 device="lives=3" owner_runs:runs=3 crowd:do=once
