# SPDX-License-Identifier: Apache-2.0

# Runs a command of an application's build: cmake -DCONFIG=FILE -P launch_cargo.cmake -- COMMAND...
#
# Adds `--config FILE` to cargo's build commands. See rust_app.cmake.

cmake_minimum_required(VERSION 3.20)

set(command "")
set(last "")
set(begun FALSE)
math(EXPR end "${CMAKE_ARGC} - 1")
foreach(i RANGE ${end})
  set(argument "${CMAKE_ARGV${i}}")
  if(NOT begun)
    if(argument STREQUAL "--")
      set(begun TRUE)
    endif()
    continue()
  endif()
  string(REPLACE ";" "\\;" escaped "${argument}")
  list(APPEND command "${escaped}")
  if(last MATCHES "(^|/)cargo(\\.exe)?$" AND argument MATCHES "^(build|check|clippy|doc)$")
    list(APPEND command --config "${CONFIG}")
  endif()
  set(last "${argument}")
endforeach()

execute_process(COMMAND ${command} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  # The command has printed the cause.
  message(FATAL_ERROR "The command ended with ${result}")
endif()
