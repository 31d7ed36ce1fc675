#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A client comes while a joiner looks for a commissioner; then a reset with what the client has brought.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

flash=$BSIM_OUT_PATH/bin/thread_e2e_joiner_beside.flash.bin
simulate image=joiner flash="-flash=$flash -flash_erase" scenario="joiner_beside story=ISeRAOED" home
simulate image=joiner flash="-flash=$flash -flash_rm" scenario="joiner_back" home other
