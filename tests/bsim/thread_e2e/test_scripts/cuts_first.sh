#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A sleepy device gets its first dataset, and the power fails before each write. The device then has
# nothing, or the dataset.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"
source "$(dirname "${BASH_SOURCE[0]}")/_cuts.source"

cuts home "$BSIM_OUT_PATH/bin/thread_e2e_cuts_first.flash.bin" home
