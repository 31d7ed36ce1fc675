#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What is advertised, and what the service has.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE" advertising
