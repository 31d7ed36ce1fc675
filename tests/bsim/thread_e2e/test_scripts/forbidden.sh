#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A network may be founded, but its security policy allows no routers: the attempt fails.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=founder seconds=90 scenario="forbidden story=ISeRAFRAOED"
