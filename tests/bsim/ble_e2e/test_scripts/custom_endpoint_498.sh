#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The same, and a device that gives 498. What does not fit into one write then comes in parts of more
# than 255 bytes, which Zephyr's server cuts before 4.5: hence the module's default of 247.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

test=custom_endpoint
if older_than 4 5; then
    test=custom_endpoint:longest=495
fi
simulate image=mtu_498 device="story=SeeRAOE" "$test"
