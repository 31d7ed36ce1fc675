#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# After a power cut of the house, a sleepy device's network is away for four minutes or for twenty, so
# that the service starts. The device finds the network beside the service: with nobody there, with a
# client that scans and tries a network that does not exist, with one that provisions it for another
# network, and not after the application has stopped the service.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

flash=$BSIM_OUT_PATH/bin/thread_e2e_beside.flash.bin
function again() {
    local seconds=$1 scenario=$2
    shift 2
    cp "$flash" "$flash.again"
    (simulate seconds="$seconds" image=sleepy flash="-flash=$flash.again -flash_rm" scenario="$scenario" "$@")
}

simulate seconds=120 image=sleepy flash="-flash=$flash -flash_erase" scenario="minimal story=ISeRAOED" home
again 360 "beside story=ISED returns=240" home,starts=240 || exit 1
again 1330 "beside story=ISED returns=1230" home,starts=1230 || exit 1
again 360 "beside_visit story=ISeRAFED returns=260" home,starts=260 other || exit 1
again 180 "beside_join story=ISeRAOED" other || exit 1
again 180 "beside_stop story=ISED" || exit 1
rm -f "$flash"
