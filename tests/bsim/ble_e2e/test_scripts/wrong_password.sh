#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A wrong passphrase: the phone reads the reason, and the application stops the service.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate device="story=SeRAFE" wrong_password
