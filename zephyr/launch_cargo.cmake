# SPDX-License-Identifier: Apache-2.0

# Runs a command of an application's build:
#
#   cmake -DCONFIG=FILE -DBINDGEN=FILE [-DCACHE=FOLDER] -P launch_cargo.cmake -- COMMAND...
#
# Adds `--config FILE` to cargo's build commands, and to their environment what bindgen needs and the
# folder for intermediate files. Names the Kconfig file by its contents. See rust_app.cmake.

cmake_minimum_required(VERSION 3.20)

# Sets the environment from which bindgen, in zephyr-lang-rust's build scripts, takes more options for a
# Rust target. The variable for all targets would do, but whenever that changes, bindgen itself is
# compiled again.
function(netprov_prepare_bindgen target)
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
  # Options of the user come last, so they override these. bindgen takes the first of these variables.
  string(REPLACE "-" "_" underscores "${target}")
  set(own BINDGEN_EXTRA_CLANG_ARGS_${underscores})
  foreach(variable BINDGEN_EXTRA_CLANG_ARGS_${target} ${own} BINDGEN_EXTRA_CLANG_ARGS)
    if(DEFINED ENV{${variable}})
      string(APPEND options " $ENV{${variable}}")
      break()
    endif()
  endforeach()
  unset(ENV{BINDGEN_EXTRA_CLANG_ARGS_${target}})
  set(ENV{${own}} "${options}")
  if(clang AND NOT DEFINED ENV{CLANG_PATH})
    set(ENV{CLANG_PATH} "${clang}")
  endif()
endfunction()

# Sets `out` to a copy of a Kconfig file whose name depends on its contents, and on the devicetree
# beside it. zephyr-lang-rust's build scripts run again if the name changes, but not if the contents
# do, so without this a build after a change of Kconfig or of the devicetree uses the old one.
function(netprov_name_by_contents out file)
  get_filename_component(from "${file}" DIRECTORY)
  get_filename_component(folder "${BINDGEN}" DIRECTORY)
  set(hashes "")
  foreach(source ${file} ${from}/zephyr.dts)
    if(EXISTS ${source})
      file(SHA256 ${source} hash)
      string(APPEND hashes ${hash})
    endif()
  endforeach()
  string(MD5 name "${hashes}")
  set(copy ${folder}/kconfig/${name}.config)
  if(NOT EXISTS ${copy})
    file(REMOVE_RECURSE ${folder}/kconfig)
    file(MAKE_DIRECTORY ${folder}/kconfig)
    configure_file(${file} ${copy} COPYONLY)
  endif()
  set(${out} ${copy} PARENT_SCOPE)
endfunction()

math(EXPR end "${CMAKE_ARGC} - 1")
set(target "")
set(last "")
foreach(i RANGE ${end})
  if(last STREQUAL "--target")
    set(target "${CMAKE_ARGV${i}}")
  endif()
  set(last "${CMAKE_ARGV${i}}")
endforeach()

set(command "")
set(last "")
set(begun FALSE)
foreach(i RANGE ${end})
  set(argument "${CMAKE_ARGV${i}}")
  if(NOT begun)
    if(argument STREQUAL "--")
      set(begun TRUE)
    endif()
    continue()
  endif()
  if(argument MATCHES "^DOTCONFIG=(.+)$")
    netprov_name_by_contents(dotconfig "${CMAKE_MATCH_1}")
    set(argument "DOTCONFIG=${dotconfig}")
  endif()
  string(REPLACE ";" "\\;" escaped "${argument}")
  list(APPEND command "${escaped}")
  if(last MATCHES "(^|/)cargo(\\.exe)?$" AND argument MATCHES "^(build|check|clippy|doc)$")
    list(APPEND command --config "${CONFIG}")
    netprov_prepare_bindgen("${target}")
    if(CACHE AND NOT DEFINED ENV{CARGO_BUILD_BUILD_DIR})
      set(ENV{CARGO_BUILD_BUILD_DIR} "${CACHE}")
    endif()
  endif()
  set(last "${argument}")
endforeach()

execute_process(COMMAND ${command} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  # The command has printed the cause.
  message(FATAL_ERROR "The command ended with ${result}")
endif()
