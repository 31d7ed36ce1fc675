# SPDX-License-Identifier: Apache-2.0

# Include this after project().
message(WARNING "This sample uses a public credential: anyone nearby can provision the device. It is \
for development only. rust/netprov-cred generates one for each device.")

target_include_directories(app PRIVATE ${CMAKE_CURRENT_LIST_DIR})
