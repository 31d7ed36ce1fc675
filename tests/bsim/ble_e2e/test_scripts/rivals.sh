#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Two phones at a handshake: the session of one keeps the other out until it has gone.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeeRAOE" loser winner
