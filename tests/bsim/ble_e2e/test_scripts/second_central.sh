#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A second central, on a link of the application, during a session.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=120 device="story=SeRAOE neighbour" first_central second_central
