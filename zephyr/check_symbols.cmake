# SPDX-License-Identifier: Apache-2.0

# Checks the symbols that the core's object defines and needs:
# cmake -DREADELF= -DOBJECT= -DEXPORTS= -P check_symbols.cmake
#
# Otherwise, a function that a header declares but Rust does not define, or one that Rust needs but C
# does not provide, would show up only as an undefined symbol when an application is linked.

cmake_minimum_required(VERSION 3.20)

# Provided by C: the port, and functions of every C library and compiler.
set(PROVIDED "^(netprov_port_[a-z0-9_]+|netprov_errno|netprov_settings)$")
set(LIBRARY "^(mem(cpy|move|set|cmp)|bcmp|strlen|_GLOBAL_OFFSET_TABLE_|__[a-z0-9_]+)$")

execute_process(COMMAND ${READELF} -sW ${OBJECT}
  OUTPUT_VARIABLE table RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "network-provisioning: ${READELF} cannot read ${OBJECT}")
endif()
file(STRINGS ${EXPORTS} exports)

set(defined "")
set(problems "")
string(REPLACE ";" "," table "${table}")
string(REPLACE "\n" ";" table "${table}")
foreach(line IN LISTS table)
  #    Num:    Value  Size Type    Bind   Vis      Ndx Name
  if(NOT line MATCHES " (GLOBAL|WEAK) +[A-Z]+ .*([A-Z]+|[0-9]+) +([^ ]+)$")
    continue()
  endif()
  set(name ${CMAKE_MATCH_3})
  if(NOT line MATCHES " UND ")
    list(APPEND defined ${name})
    if(NOT name IN_LIST exports)
      string(APPEND problems "\n    ${name} is exported, but no header declares it")
    endif()
  elseif(name IN_LIST exports)
    string(APPEND problems "\n    ${name} is declared in a header, but Rust does not define it")
  elseif(NOT name MATCHES ${PROVIDED} AND NOT name MATCHES ${LIBRARY})
    string(APPEND problems "\n    ${name} is needed, but C does not provide it")
  endif()
endforeach()
foreach(name IN LISTS exports)
  if(NOT name IN_LIST defined AND NOT problems MATCHES " ${name} is declared")
    string(APPEND problems "\n    ${name} is declared in a header, but Rust does not define it")
  endif()
endforeach()
if(problems)
  file(REMOVE ${OBJECT})
  message(FATAL_ERROR "network-provisioning: the Rust core and its headers do not agree:${problems}")
endif()
