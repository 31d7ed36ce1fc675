#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# As in sleepy.sh, with a minimal device whose radio is always on.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

flash=$BSIM_OUT_PATH/bin/thread_e2e_minimal.flash.bin
simulate seconds=120 image=minimal flash="-flash=$flash -flash_erase" scenario="minimal story=ISeRAOED" home
simulate seconds=420 image=minimal flash="-flash=$flash -flash_rm" scenario="minimal_back story=ISED" home,starts=180
