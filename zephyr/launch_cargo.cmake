# SPDX-License-Identifier: Apache-2.0

# Runs a command of an application's build:
#
#   cmake -DCONFIG=FILE -DBINDGEN=FILE -P launch_cargo.cmake -- COMMAND...
#
# Adds `--config FILE` to cargo's build commands, and to their environment what bindgen needs. See
# rust_app.cmake.

cmake_minimum_required(VERSION 3.20)

# Sets the environment from which bindgen, in zephyr-lang-rust's build scripts, takes more options.
function(netprov_prepare_bindgen)
  include("${BINDGEN}")
  list(REMOVE_DUPLICATES folders)
  set(options "-include '${header}'")
  foreach(folder IN LISTS folders)
    string(APPEND options " '-I${folder}'")
    # Ahead of clang's own headers, clang finds GCC's arm_acle.h, which it cannot read.
    if(EXISTS ${folder}/arm_acle.h AND EXISTS ${clang_headers}/arm_acle.h)
      string(PREPEND options "-D_GCC_ARM_ACLE_H -include '${clang_headers}/arm_acle.h' ")
    endif()
  endforeach()
  # Options of the user come last, so they override these.
  set(ENV{BINDGEN_EXTRA_CLANG_ARGS} "${options} $ENV{BINDGEN_EXTRA_CLANG_ARGS}")
  if(clang AND NOT DEFINED ENV{CLANG_PATH})
    set(ENV{CLANG_PATH} "${clang}")
  endif()
endfunction()

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
    netprov_prepare_bindgen()
  endif()
  set(last "${argument}")
endforeach()

execute_process(COMMAND ${command} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  # The command has printed the cause.
  message(FATAL_ERROR "The command ended with ${result}")
endif()
