#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The device requires an encrypted link. The phone pairs again on each connection.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=encrypted device="story=SeeRAOE" link_encryption
