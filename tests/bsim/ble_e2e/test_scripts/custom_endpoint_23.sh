#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Requests to an endpoint of the application, with the smallest MTU.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=120 device="story=SeeRAOE" custom_endpoint:mtu=23
