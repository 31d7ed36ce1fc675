#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A name of 32 bytes, of which 29 fit. Manufacturer data does not fit then.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAOE name=PROV_012345678901234567890123456 mfg=10" long_name
