#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A wrong passphrase, then the right one on the same connection.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAFRAOE" wrong_then_right
