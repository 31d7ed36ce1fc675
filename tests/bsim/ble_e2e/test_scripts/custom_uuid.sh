#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A UUID and manufacturer data of the application.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE uuid mfg=10" custom_uuid
