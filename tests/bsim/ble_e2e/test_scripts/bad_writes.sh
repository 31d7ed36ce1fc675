#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Invalid writes, before and during a session.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=120 device="story=SeRAOE" bad_writes
