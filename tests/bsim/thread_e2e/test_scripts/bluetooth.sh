#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A phone provisions a device over Bluetooth LE, and the device joins a peer's Thread network.
#
# A simulated radio cannot do both, so the device's Bluetooth controller is another chip on a serial
# line. The two ends of the line cannot be in the same simulation, because each would wait for the
# other. So there are two simulations, one of Bluetooth and one of Thread, and the line keeps their
# clocks together.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

id=thread_e2e_bluetooth
bluetooth=(-v=2 -s="$id")
thread=(-v=2 -s="${id}_thread")
uart=$(mktemp -d)
trap 'rm -rf "$uart"' EXIT
prefix=./bs_${BOARD_TS}

cd "$BSIM_OUT_PATH/bin" || exit 1
Execute "${prefix}_tests_bsim_thread_e2e_node_bluetooth" "${thread[@]}" -d=0 -rs=7 -flash_in_ram \
    -uart1_fifob_rxfile="$uart/rx" -uart1_fifob_txfile="$uart/tx" -testid=bluetooth
Execute "${prefix}_tests_bsim_thread_e2e_node_prj_conf" "${thread[@]}" -d=1 -rs=201 \
    -start_offset=100123 -flash_in_ram -testid=peer
Execute ./bs_2G4_phy_v1 "${thread[@]}" -D=2 -sim_length=60e6 -argschannel -at=50

Execute "${prefix}_samples_bluetooth_hci_uart_prj_conf" "${bluetooth[@]}" -d=0 -rs=23 \
    -uart1_fifob_rxfile="$uart/tx" -uart1_fifob_txfile="$uart/rx"
Execute "${prefix}_tests_bsim_ble_e2e_tester_prj_conf" "${bluetooth[@]}" -d=1 -rs=101 -testid=thread
Execute ./bs_2G4_phy_v1 "${bluetooth[@]}" -D=2 -sim_length=60e6
wait_for_background_jobs
