#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Requests to an endpoint of the application, on a device with an MTU of 498. A longer request
# arrives in parts of more than 255 bytes, which Zephyr's server truncates before 4.5. Hence the
# module's default MTU of 247.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

test=custom_endpoint
if older_than 4 5; then
    test=custom_endpoint:longest=495
fi
simulate image=mtu_498 device="story=SeeRAOE" "$test"
