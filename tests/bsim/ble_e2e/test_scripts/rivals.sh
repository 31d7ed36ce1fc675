#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Two phones start a handshake. While one has the session, the other is refused.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeeRAOE" loser winner
