#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The application stops the service while two links exist.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="lives=2 story=SeE,SeRAOE" bystander stopper
