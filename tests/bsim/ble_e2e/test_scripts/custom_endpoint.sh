#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Requests and answers of up to 512 bytes at an endpoint of the application.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeeRAOE" custom_endpoint
