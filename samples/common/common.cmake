# SPDX-License-Identifier: Apache-2.0

# Include this behind project().
message(WARNING "This sample has a credential that everybody knows: whoever is near the device can \
provision it. It is for development. rust/netprov-cred makes one for each device.")

target_include_directories(app PRIVATE ${CMAKE_CURRENT_LIST_DIR})
