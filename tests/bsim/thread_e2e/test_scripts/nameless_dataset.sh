#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A dataset without a name: the network supplies it. If the network does not exist, the previous
# dataset stays.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=founder seconds=180 scenario="nameless_dataset story=ISeRAOESeRAFRAOED" home
