# SPDX-License-Identifier: Apache-2.0

# The client for tests, and the typist if there is a shell to type into. Include this at the end,
# with EXTRA_CONF_FILE having got client.conf before find_package(Zephyr), and security2.conf for a
# client with security 2.
target_sources(app PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/client.c
  ${CMAKE_CURRENT_LIST_DIR}/client_thread.c
)
if(CONFIG_PSA_WANT_ALG_SHA_512 AND CONFIG_PSA_WANT_ALG_GCM)
  target_sources(app PRIVATE
    ${CMAKE_CURRENT_LIST_DIR}/modular.c
    ${CMAKE_CURRENT_LIST_DIR}/security2.c
    ${CMAKE_CURRENT_LIST_DIR}/srp.c
  )
endif()
target_sources_ifdef(CONFIG_SHELL_BACKEND_DUMMY app PRIVATE ${CMAKE_CURRENT_LIST_DIR}/typist.c)
target_include_directories(app PRIVATE ${CMAKE_CURRENT_LIST_DIR})
# Its include path is not global in every Zephyr.
if(TARGET mbedTLS)
  target_link_libraries(app PRIVATE mbedTLS)
endif()
