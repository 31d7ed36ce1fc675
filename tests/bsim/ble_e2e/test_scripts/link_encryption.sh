#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The device wants an encrypted link: the phone pairs, on each connection anew.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=encrypted device="story=SeeRAOE" link_encryption
