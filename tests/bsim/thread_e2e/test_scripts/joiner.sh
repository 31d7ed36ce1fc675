#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A device gets its dataset from a commissioner instead of a client.
source "$(dirname "${BASH_SOURCE[0]}")/_simulate.source"

simulate image=joiner peers=joiner scenario="joiner story=ID" home,commissioner
