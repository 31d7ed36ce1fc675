#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A name that must be truncated to 29 bytes, where the 29th byte is the first half of a character.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE name=PROV_01234567890123456789012ü3" cut_name
