#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A device whose application is in Rust gets a dataset, joins the network, and does so by itself after
# a reset.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

flash=$BSIM_OUT_PATH/bin/thread_e2e_rust.flash.bin
log=$flash.log
# What the application's closure is told.
function says() {
    cat "$log"
    grep -q "rustapp: $1" "$log" || { echo "ERROR: the application has not said: $1"; exit 1; }
}

(simulate image=rust flash="-flash=$flash -flash_erase" scenario="rust" home) > "$log" 2>&1 ||
    { cat "$log"; exit 1; }
says "Credentials for Home worked and are stored"
(simulate image=rust flash="-flash=$flash -flash_rm" scenario="rust_again" home) > "$log" 2>&1 ||
    { cat "$log"; exit 1; }
says "Online"
rm -f "$log"
