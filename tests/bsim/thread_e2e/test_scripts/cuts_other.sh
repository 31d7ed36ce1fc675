#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A sleepy device changes its network, and the power fails before each write. It then joins the
# previous network or the new one.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"
source "$(dirname "${BASH_SOURCE[0]}")/_cuts.source"

flash=$BSIM_OUT_PATH/bin/thread_e2e_cuts_other.flash.bin
simulate seconds=60 image=sleepy flash="-flash=$flash -flash_erase" scenario="minimal story=ISeRAOED" home
cuts other "$flash" home other || exit 1
rm -f "$flash"
