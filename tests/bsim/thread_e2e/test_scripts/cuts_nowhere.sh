#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A sleepy device gets the dataset of a network that is not there, and the power fails ahead of each
# write, those that bring its last dataset back among them: it joins its last network then.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"
source "$(dirname "${BASH_SOURCE[0]}")/_cuts.source"

flash=$BSIM_OUT_PATH/bin/thread_e2e_cuts_nowhere.flash.bin
simulate seconds=60 image=sleepy flash="-flash=$flash -flash_erase" scenario="sleepy story=ISeRAOED" home
cuts nowhere "$flash" home || exit 1
rm -f "$flash"
