#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A sleepy device is provisioned. After a power cut of the house, its network comes back three
# minutes after the device, which has started its service meanwhile.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

flash=$BSIM_OUT_PATH/bin/thread_e2e_sleepy.flash.bin
simulate seconds=120 image=sleepy flash="-flash=$flash -flash_erase" scenario="minimal story=ISeRAOED" home
simulate seconds=420 image=sleepy flash="-flash=$flash -flash_rm" scenario="minimal_back story=ISED" home,starts=180
