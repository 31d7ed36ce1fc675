#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A sleepy device gets the dataset of a network that does not exist, and the power fails before each
# write, including those that restore the previous dataset. The device then joins its previous
# network.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"
source "$(dirname "${BASH_SOURCE[0]}")/_cuts.source"

flash=$BSIM_OUT_PATH/bin/thread_e2e_cuts_nowhere.flash.bin
simulate seconds=60 image=sleepy flash="-flash=$flash -flash_erase" scenario="minimal story=ISeRAOED" home
cuts nowhere "$flash" home || exit 1
rm -f "$flash"
