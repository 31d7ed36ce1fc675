#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The power fails while a dataset is on trial. The next boot restores the previous one.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

flash=$BSIM_OUT_PATH/bin/thread_e2e_power_cut.flash.bin
simulate seconds=120 flash="-flash=$flash -flash_erase" scenario="power_cut end_device" home
simulate seconds=60 flash="-flash=$flash -flash_rm" scenario="power_back end_device story=ID" home
