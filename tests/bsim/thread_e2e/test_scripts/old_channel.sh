#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A minimal device gets an old dataset, of the channel that the network had then, and finds it.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=90 image=sleepy scenario="old_channel story=ISeRAOED" home
