# SPDX-License-Identifier: Apache-2.0

target_sources(app PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/central.c
  ${CMAKE_CURRENT_LIST_DIR}/controller.c
  ${CMAKE_CURRENT_LIST_DIR}/controller_commands.c
  ${CMAKE_CURRENT_LIST_DIR}/gatt_client.c
)
target_include_directories(app PRIVATE ${CMAKE_CURRENT_LIST_DIR})
