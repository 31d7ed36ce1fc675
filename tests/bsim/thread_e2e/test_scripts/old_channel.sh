#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A minimal device gets an old dataset with the network's former channel, and finds the network.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate seconds=90 image=sleepy scenario="old_channel story=ISeRAOED" home
