#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A name of which 29 bytes have room, and the last of them would be half a character.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE name=PROV_01234567890123456789012ü3" cut_name
