# SPDX-License-Identifier: Apache-2.0

# A controller without a radio, and a GATT client. Include this before find_package(Zephyr), and
# gatt_sources.cmake after it.
list(APPEND EXTRA_CONF_FILE ${CMAKE_CURRENT_LIST_DIR}/gatt.conf)
list(APPEND EXTRA_DTC_OVERLAY_FILE ${CMAKE_CURRENT_LIST_DIR}/gatt.overlay)
list(APPEND DTS_ROOT ${CMAKE_CURRENT_LIST_DIR})
