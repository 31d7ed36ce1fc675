#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# All of it: a phone provisions a device over Bluetooth LE, and the device joins the Thread network of
# a peer, both on the simulated radio at once. The device's Bluetooth controller is another chip.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

id=thread_e2e_bluetooth
common=(-v=2 -s="$id")
uart=/tmp/bs_${USER:-root}/$id/uart
prefix=./bs_${BOARD_TS}

cd "$BSIM_OUT_PATH/bin" || exit 1
Execute "${prefix}_tests_bsim_thread_e2e_node_bluetooth" "${common[@]}" -d=0 -rs=7 -flash_in_ram \
    -uart1_fifob_rxfile="$uart.rx" -uart1_fifob_txfile="$uart.tx" -testid=bluetooth
Execute "${prefix}_samples_bluetooth_hci_uart_prj_conf" "${common[@]}" -d=1 -rs=23 \
    -uart1_fifob_rxfile="$uart.tx" -uart1_fifob_txfile="$uart.rx"
Execute "${prefix}_tests_bsim_thread_e2e_node_prj_conf" "${common[@]}" -d=2 -rs=201 -flash_in_ram \
    -testid=peer
Execute "${prefix}_tests_bsim_ble_e2e_tester_prj_conf" "${common[@]}" -d=3 -rs=101 -testid=thread
Execute ./bs_2G4_phy_v1 "${common[@]}" -D=4 -sim_length=120e6 -argschannel -at=50
wait_for_background_jobs
