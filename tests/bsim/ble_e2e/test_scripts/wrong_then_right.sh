#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A wrong passphrase, and on the same connection the right one.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAFRAOE" wrong_then_right
