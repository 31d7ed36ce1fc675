#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Requests to an endpoint of the application and its responses, up to 512 bytes each.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeeRAOE" custom_endpoint
