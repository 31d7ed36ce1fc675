#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Requests to an endpoint of the application, with the MTU that iOS requests.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeeRAOE" custom_endpoint:mtu=185
