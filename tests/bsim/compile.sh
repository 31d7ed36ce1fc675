#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the images of the simulations into $BSIM_OUT_PATH/bin: all of them, or those that are named. Needs
# ZEPHYR_BASE, BSIM_OUT_PATH and BSIM_COMPONENTS_PATH. INCR_BUILD=1 keeps existing builds.
# ZEPHYR_LANG_RUST is the folder of zephyr-lang-rust; without it, the application in Rust is not built.
set -eu
: "${ZEPHYR_BASE:?ZEPHYR_BASE must be set to the Zephyr tree}"

app_root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
export ZEPHYR_TOOLCHAIN_VARIANT=${ZEPHYR_TOOLCHAIN_VARIANT:-host}
WORK_DIR=${WORK_DIR:-$app_root/target/zephyr/bsim}
# Builds differ in the name of their folder, which ccache must not count.
export CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CCACHE_BASEDIR:-$WORK_DIR}

# shellcheck source=/dev/null
source "$ZEPHYR_BASE/tests/bsim/compile.source"

# compile.source splits this at spaces.
cmake_args="-DCONFIG_COMPILER_WARNINGS_AS_ERRORS=y -DCONFIG_ASSERT=y"
module="-DEXTRA_ZEPHYR_MODULES=${NETWORK_PROV_MODULE:-$app_root}"
cache="-DNETWORK_PROV_BUILD_CACHE=${NETWORK_PROV_BUILD_CACHE:-$WORK_DIR/cargo}"
cmake_extra_args="$module $cache"
ninja_args="-j${BSIM_BUILD_JOBS:-$(nproc)}"

# Builds an image of an application with one of its configurations, which is the end of its name.
function configured() {
    app=tests/bsim/$1 extra_conf_file=$2.conf exe_name="bs_${BOARD_TS}_tests_bsim_${1//\//_}_$2" _compile
}

function image() {
    local node=bs_${BOARD_TS}_tests_bsim_thread_e2e_node
    case $1 in
    device | tester) app=tests/bsim/ble_e2e/$1 _compile ;;
    device_*) configured ble_e2e/device "${1#device_}" ;;
    node) app=tests/bsim/thread_e2e/node _compile ;;
    # The simulated chip cannot share its radio, so Bluetooth's controller is another device, connected
    # by a serial line.
    node_bluetooth)
        cmake_extra_args="$cmake_extra_args -DEXTRA_DTC_OVERLAY_FILE=bluetooth.overlay" \
            configured thread_e2e/node bluetooth
        ;;
    hci_uart) app=samples/bluetooth/hci_uart app_root=$ZEPHYR_BASE cmake_extra_args="" _compile ;;
    # An application in Rust. The simulated chip's C is compiled with short enums, as the chip's is.
    node_rust)
        BINDGEN_EXTRA_CLANG_ARGS=-fshort-enums \
            app=tests/bsim/thread_e2e/rust cmake_extra_args="$module;$ZEPHYR_LANG_RUST $cache" \
            exe_name="${node}_rust" _compile
        ;;
    node_*) configured thread_e2e/node "${1#node_}" ;;
    *)
        echo "there is no image $1" >&2
        return 1
        ;;
    esac
}

if [ $# = 0 ]; then
    set -- device device_mtu_498 device_encrypted device_ext_adv device_crowd device_one_link tester \
        node node_founder node_minimal node_sleepy node_ssed node_joiner node_bluetooth hci_uart \
        ${ZEPHYR_LANG_RUST:+node_rust}
fi
# One after the other, because each build is parallel by itself.
for name in "$@"; do
    image "$name"
done
