#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The same with the MTU that iOS asks for.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeeRAOE" custom_endpoint:mtu=185
