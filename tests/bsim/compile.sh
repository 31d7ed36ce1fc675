#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the images of the simulations into $BSIM_OUT_PATH/bin. Needs ZEPHYR_BASE, BSIM_OUT_PATH and
# BSIM_COMPONENTS_PATH. INCR_BUILD=1 keeps existing builds. ZEPHYR_LANG_RUST is the folder of
# zephyr-lang-rust; without it, the application in Rust is not built.
set -eu
: "${ZEPHYR_BASE:?ZEPHYR_BASE must be set to the Zephyr tree}"

app_root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
export ZEPHYR_TOOLCHAIN_VARIANT=${ZEPHYR_TOOLCHAIN_VARIANT:-host}
WORK_DIR=${WORK_DIR:-$app_root/target/zephyr/bsim}

# shellcheck source=/dev/null
source "$ZEPHYR_BASE/tests/bsim/compile.source"

# compile.source splits this at spaces.
cmake_args="-DCONFIG_COMPILER_WARNINGS_AS_ERRORS=y -DCONFIG_ASSERT=y"
cmake_extra_args="-DEXTRA_ZEPHYR_MODULES=${NETWORK_PROV_MODULE:-$app_root}"
ninja_args="-j${BSIM_BUILD_JOBS:-$(nproc)}"

# One after the other, because each build is parallel by itself.
app=tests/bsim/ble_e2e/device _compile
app=tests/bsim/ble_e2e/device extra_conf_file=mtu_498.conf \
    exe_name="bs_${BOARD_TS}_tests_bsim_ble_e2e_device_mtu_498" _compile
app=tests/bsim/ble_e2e/device extra_conf_file=encrypted.conf \
    exe_name="bs_${BOARD_TS}_tests_bsim_ble_e2e_device_encrypted" _compile
app=tests/bsim/ble_e2e/device extra_conf_file=ext_adv.conf \
    exe_name="bs_${BOARD_TS}_tests_bsim_ble_e2e_device_ext_adv" _compile
app=tests/bsim/ble_e2e/device extra_conf_file=crowd.conf \
    exe_name="bs_${BOARD_TS}_tests_bsim_ble_e2e_device_crowd" _compile
app=tests/bsim/ble_e2e/device extra_conf_file=one_link.conf \
    exe_name="bs_${BOARD_TS}_tests_bsim_ble_e2e_device_one_link" _compile
app=tests/bsim/ble_e2e/tester _compile
app=tests/bsim/thread_e2e/node _compile
# A device that may be the first of a network, one that sleeps, one with synchronized sleep, and one
# with a joiner.
app=tests/bsim/thread_e2e/node extra_conf_file=founder.conf \
    exe_name="bs_${BOARD_TS}_tests_bsim_thread_e2e_node_founder" _compile
app=tests/bsim/thread_e2e/node extra_conf_file=sleepy.conf \
    exe_name="bs_${BOARD_TS}_tests_bsim_thread_e2e_node_sleepy" _compile
app=tests/bsim/thread_e2e/node extra_conf_file=ssed.conf \
    exe_name="bs_${BOARD_TS}_tests_bsim_thread_e2e_node_ssed" _compile
app=tests/bsim/thread_e2e/node extra_conf_file=joiner.conf \
    exe_name="bs_${BOARD_TS}_tests_bsim_thread_e2e_node_joiner" _compile
# The simulated chip cannot share its radio, so Bluetooth's controller is another device, connected
# by a serial line.
app=tests/bsim/thread_e2e/node extra_conf_file=bluetooth.conf \
    cmake_extra_args="$cmake_extra_args -DEXTRA_DTC_OVERLAY_FILE=bluetooth.overlay" \
    exe_name="bs_${BOARD_TS}_tests_bsim_thread_e2e_node_bluetooth" _compile
app=samples/bluetooth/hci_uart app_root=$ZEPHYR_BASE cmake_extra_args="" _compile
# An application in Rust. The simulated chip's C is compiled with short enums, as the chip's is.
if [ -n "${ZEPHYR_LANG_RUST:-}" ]; then
    export BINDGEN_EXTRA_CLANG_ARGS=-fshort-enums
    app=tests/bsim/thread_e2e/rust cmake_extra_args="$cmake_extra_args;$ZEPHYR_LANG_RUST" \
        exe_name="bs_${BOARD_TS}_tests_bsim_thread_e2e_node_rust" _compile
fi
