# SPDX-License-Identifier: Apache-2.0

# Builds rust/capi/staticlib with cargo and makes one relocatable object of it.
#
#   Kconfig ──► Rust target, features, limits ──► libnetprov.a ──► netprov.o
#
# A Rust archive has hundreds of global symbols, which collide with those of another Rust archive. The
# object exports only the functions of the module's two headers, so it links with any other Rust
# library.
#
# Variables that a user can set, with -D or in the cache:
#   NETWORK_PROV_RUSTC        the Rust compiler
#   NETWORK_PROV_CARGO        cargo
#   NETWORK_PROV_RUST_TARGET  the Rust target, instead of the one derived from Kconfig
#   NETWORK_PROV_BUILD_CACHE  a folder in which build folders share cargo's compiled crates

set(NETWORK_PROV_RUSTC "" CACHE FILEPATH "Rust compiler; empty: the first that can build the target")
set(NETWORK_PROV_CARGO "" CACHE FILEPATH "cargo; empty: the first in PATH")
set(NETWORK_PROV_RUST_TARGET "" CACHE STRING "Rust target; empty: derived from Kconfig")
set(NETWORK_PROV_BUILD_CACHE "" CACHE PATH "Folder for cargo's intermediate files, shared between \
build folders (cargo 1.91 or newer); empty: not shared")

get_filename_component(NETPROV_ROOT ${CMAKE_CURRENT_LIST_DIR} DIRECTORY)

# The crates in the library, and the headers that declare its exported functions.
set(NETPROV_CRATES capi capi/staticlib capi/sys protocomm provisioning)
set(NETPROV_HEADERS
  ${NETPROV_ROOT}/include/network_provisioning/network_prov_mgr.h
  ${NETPROV_ROOT}/zephyr/src/netprov_core.h
)

# ── The target ───────────────────────────────────────────────────────────────────────────────────

# Sets `out` to the Rust target of this configuration; empty if there is none.
function(netprov_target_from_kconfig out)
  set(target "")
  if(CONFIG_ARCH_POSIX)
    netprov_target_posix(target)
  elseif(CONFIG_CPU_CORTEX_M)
    netprov_target_cortex_m(target)
  elseif(CONFIG_RISCV)
    netprov_target_riscv(target)
  elseif(CONFIG_SOC_SERIES_ESP32 OR CONFIG_SOC_SERIES_ESP32S2 OR CONFIG_SOC_SERIES_ESP32S3)
    set(target xtensa-${CONFIG_SOC_SERIES}-none-elf)
  elseif(CONFIG_ARM64)
    set(target aarch64-unknown-none-softfloat)
  endif()
  set(${out} "${target}" PARENT_SCOPE)
endfunction()

function(netprov_target_posix out)
  if(CMAKE_HOST_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
    set(${out} i686-unknown-linux-gnu PARENT_SCOPE)
    if(CONFIG_64BIT)
      set(${out} x86_64-unknown-linux-gnu PARENT_SCOPE)
    endif()
  elseif(CMAKE_HOST_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$" AND CONFIG_64BIT)
    set(${out} aarch64-unknown-linux-gnu PARENT_SCOPE)
  endif()
endfunction()

# Derived from the features of the core and not from its name, so that any vendor's core works.
function(netprov_target_cortex_m out)
  set(float "")
  if(CONFIG_FPU AND CONFIG_FP_HARDABI)
    set(float hf)
  endif()
  if(CONFIG_ARMV8_M_MAINLINE)
    set(${out} thumbv8m.main-none-eabi${float} PARENT_SCOPE)
  elseif(CONFIG_ARMV8_M_BASELINE)
    set(${out} thumbv8m.base-none-eabi PARENT_SCOPE)
  elseif(CONFIG_CPU_CORTEX_M4 OR CONFIG_CPU_CORTEX_M7)
    set(${out} thumbv7em-none-eabi${float} PARENT_SCOPE)
  elseif(CONFIG_ARMV7_M_ARMV8_M_MAINLINE)
    set(${out} thumbv7m-none-eabi PARENT_SCOPE)
  else()
    set(${out} thumbv6m-none-eabi PARENT_SCOPE)
  endif()
endfunction()

# The target with the most extensions that the core has, with the float ABI of the C compiler.
function(netprov_target_riscv out)
  set(hard_float "")
  if(CONFIG_FPU AND CONFIG_FLOAT_HARD)
    set(hard_float f)
    if(CONFIG_CPU_HAS_FPU_DOUBLE_PRECISION)
      set(hard_float d)
    endif()
  endif()
  set(extensions "")
  foreach(extension M A C)
    if(CONFIG_RISCV_ISA_EXT_${extension})
      string(TOLOWER ${extension} letter)
      string(APPEND extensions ${letter})
    endif()
  endforeach()
  set(target "")
  if(CONFIG_64BIT)
    if(extensions STREQUAL "mac" AND hard_float STREQUAL "d")
      set(target riscv64gc-unknown-none-elf)
    elseif(extensions STREQUAL "mac" AND hard_float STREQUAL "")
      set(target riscv64imac-unknown-none-elf)
    endif()
  elseif(CONFIG_RISCV_ISA_RV32E)
    # The ABI with 16 registers. Rust combines it with the extensions M and C only.
    if(hard_float STREQUAL "")
      string(REPLACE "a" "" extensions "${extensions}")
      set(target riscv32e${extensions}-unknown-none-elf)
    endif()
  elseif(extensions STREQUAL "mac" AND hard_float STREQUAL "f")
    set(target riscv32imafc-unknown-none-elf)
  elseif(hard_float STREQUAL "")
    if(extensions MATCHES "^ma?c?$")
      set(target riscv32i${extensions}-unknown-none-elf)
    else()
      set(target riscv32i-unknown-none-elf)
    endif()
  endif()
  set(${out} "${target}" PARENT_SCOPE)
endfunction()

# ── The toolchain ────────────────────────────────────────────────────────────────────────────────

# Sets `out` to the output of `program`, or to nothing if it fails.
function(netprov_ask out program)
  # Run it in the module's folder, so that a rust-toolchain.toml has the same effect as for cargo.
  execute_process(COMMAND ${program} ${ARGN}
    WORKING_DIRECTORY ${NETPROV_ROOT}
    OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE
    ERROR_QUIET RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    set(answer "")
  endif()
  set(${out} "${answer}" PARENT_SCOPE)
endfunction()

# Sets `out` to the compilers to try, best first.
function(netprov_rustc_candidates out target)
  if(NETWORK_PROV_RUSTC)
    set(${out} ${NETWORK_PROV_RUSTC} PARENT_SCOPE)
    return()
  endif()
  set(candidates "")
  if(target MATCHES "^xtensa-")
    # Espressif's compiler is a rustup toolchain that is rarely the default.
    netprov_ask(espressif rustup which rustc --toolchain esp)
    list(APPEND candidates ${espressif})
  endif()
  find_program(in_path rustc NO_CACHE)
  if(in_path)
    list(APPEND candidates ${in_path})
  endif()
  # A Linux distribution's compiler, in case rustup's comes first in PATH.
  if(EXISTS /usr/bin/rustc)
    list(APPEND candidates /usr/bin/rustc)
  endif()
  list(REMOVE_DUPLICATES candidates)
  set(${out} ${candidates} PARENT_SCOPE)
endfunction()

# Sets `rustc` to the first compiler that has the target's library, or else to the first that has the
# library's sources, and `from_source` to whether the library must be built. If there is no such
# compiler, sets `rustc` to nothing and `seen` to a report on the compilers that were tried.
function(netprov_find_rustc target rustc from_source seen)
  file(STRINGS ${NETPROV_ROOT}/Cargo.toml oldest REGEX "^rust-version = ")
  string(REGEX MATCH "[0-9.]+" oldest "${oldest}")
  netprov_rustc_candidates(candidates ${target})
  set(with_sources "")
  set(report "")
  foreach(candidate IN LISTS candidates)
    netprov_ask(version ${candidate} --version)
    netprov_ask(sysroot ${candidate} --print sysroot)
    string(REGEX MATCH "[0-9]+\\.[0-9]+(\\.[0-9]+)?" number "${version}")
    string(APPEND report "\n    ${candidate}: ")
    if(NOT number OR NOT sysroot)
      string(APPEND report "does not run")
      continue()
    endif()
    if(number VERSION_LESS oldest)
      string(APPEND report "version ${number}, but ${oldest} or newer is required")
      continue()
    endif()
    file(GLOB library ${sysroot}/lib/rustlib/${target}/lib/libcore-*.rlib)
    if(library)
      set(${rustc} ${candidate} PARENT_SCOPE)
      set(${from_source} FALSE PARENT_SCOPE)
      return()
    endif()
    string(APPEND report "version ${number}, without the target's library or its sources")
    if(NOT with_sources AND EXISTS ${sysroot}/lib/rustlib/src/rust/library/core)
      set(with_sources ${candidate})
    endif()
  endforeach()
  if(NOT candidates)
    set(report "\n    no Rust compiler at all: see https://rustup.rs")
  endif()
  set(${rustc} "${with_sources}" PARENT_SCOPE)
  set(${from_source} TRUE PARENT_SCOPE)
  set(${seen} "${report}" PARENT_SCOPE)
endfunction()

# Ends the configuration with an error that says what to do.
function(netprov_no_rustc target seen)
  if(target MATCHES "^xtensa-")
    set(command "cargo install espup && espup install")
  else()
    set(command "rustup target add ${target}")
  endif()
  message(FATAL_ERROR "network-provisioning: no Rust compiler here can build for ${target}. \
Please run\n    ${command}\n\
and build again. (A compiler with Rust's sources works too: `rustup component add rust-src`, or a \
distribution's package. For a compiler outside PATH, set NETWORK_PROV_RUSTC.)\n  Tried:${seen}")
endfunction()

# ── The build ────────────────────────────────────────────────────────────────────────────────────

# Sets `out` to the functions that the core exports: those declared in the generated headers, except
# `extern` ones, which C provides.
function(netprov_exports out)
  # The headers declare the functions of both network types.
  set(foreign "_thread(_|$)")
  if(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD)
    set(foreign "_wifi_|^netprov_core_(scan_result|link_up|link_down|got_address|connect_failed)$")
  endif()
  set(names "")
  foreach(header IN LISTS NETPROV_HEADERS)
    file(STRINGS ${header} lines REGEX "^[a-z].*[ *](network_prov_mgr|netprov_core)_[a-z0-9_]+\\(")
    foreach(line IN LISTS lines)
      if(NOT line MATCHES "^(extern|typedef) ")
        string(REGEX MATCH "(network_prov_mgr|netprov_core)_[a-z0-9_]+" name "${line}")
        if(NOT name MATCHES "${foreign}")
          list(APPEND names ${name})
        endif()
      endif()
    endforeach()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
  endforeach()
  list(LENGTH names count)
  if(count LESS 10)
    message(FATAL_ERROR "network-provisioning: no declarations found in ${NETPROV_HEADERS}")
  endif()
  set(${out} ${names} PARENT_SCOPE)
endfunction()

# Sets `out` to cargo's features.
function(netprov_features out)
  set(features "")
  if(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD)
    list(APPEND features thread)
  endif()
  if(NOT CONFIG_NETWORK_PROV_MINIMAL)
    list(APPEND features connect)
  endif()
  if(CONFIG_NETWORK_PROV_RETRY_BESIDE)
    list(APPEND features retry-beside)
  endif()
  if(CONFIG_NETWORK_PROV_SECURITY_0)
    list(APPEND features sec0)
  endif()
  if(CONFIG_NETWORK_PROV_SECURITY_1)
    list(APPEND features sec1)
  endif()
  if(CONFIG_NETWORK_PROV_SECURITY_2)
    list(APPEND features sec2)
  endif()
  if(CONFIG_NETWORK_PROV_SECURITY_2_PATCH_0)
    list(APPEND features sec2-patch0)
  endif()
  if(CONFIG_NETWORK_PROV_QR)
    list(APPEND features qr)
  endif()
  if(CONFIG_SOC_SERIES_BSIM_NRFXX)
    # Zephyr compiles for BabbleSim with -fshort-enums, as for the chips that it simulates.
    list(APPEND features short-enums)
  endif()
  list(JOIN features "," features)
  set(${out} "${features}" PARENT_SCOPE)
endfunction()

# Writes cargo's configuration: the profile and flags that make the ciphers small.
function(netprov_cargo_config file target)
  set(debug 0)
  set(packages "")
  if(CONFIG_SPEED_OPTIMIZATIONS)
    set(optimise 3)
  elseif(CONFIG_DEBUG_OPTIMIZATIONS OR CONFIG_NO_OPTIMIZATIONS)
    # Without optimization, the ciphers need several times the stack.
    set(optimise 1)
    set(debug "\"line-tables-only\"")
  else()
    # Takes a fifth less flash than "s". In the packages below, which take most of the time, "z" saves
    # nothing (docs/cost.md).
    set(optimise "\"z\"")
    set(packages "\n[profile.release.package]\n")
    foreach(package aes cipher protocomm sha2)
      string(APPEND packages "${package}.opt-level = \"s\"\n")
    endforeach()
  endif()
  set(flags "'--cfg=aes_backend_soft=\"compact\"', '--cfg=sha2_backend_soft=\"compact\"'")
  if(NOT CONFIG_64BIT)
    # AES with 16-bit words, one block at a time. Its key schedule uses these in any case; wider words
    # would add a second copy of the cipher. Nothing else on the device depends on this setting.
    string(APPEND flags ", '--cfg=cpubits=\"16\"'")
  endif()
  file(CONFIGURE OUTPUT ${file} CONTENT
"# Generated by zephyr/rust.cmake.
[profile.release]
opt-level = ${optimise}
debug = ${debug}
lto = \"fat\"
codegen-units = 1
panic = \"abort\"
${packages}
[target.${target}]
rustflags = [${flags}]
" @ONLY)
endfunction()

# Sets `out` to the core's object file, and adds the commands that build it.
function(netprov_rust_object out)
  set(target ${NETWORK_PROV_RUST_TARGET})
  if(NOT target)
    netprov_target_from_kconfig(target)
  endif()
  if(NOT target)
    message(FATAL_ERROR "network-provisioning: no Rust target is known for ${BOARD}${BOARD_QUALIFIERS} \
with this instruction set and float ABI. If there is one (`rustc --print target-list`), set it with \
-DNETWORK_PROV_RUST_TARGET=... On RISC-V, CONFIG_FLOAT_HARD=n may help.")
  endif()
  netprov_find_rustc(${target} rustc from_source seen)
  if(NOT rustc)
    netprov_no_rustc(${target} "${seen}")
  endif()
  set(cargo ${NETWORK_PROV_CARGO})
  if(NOT cargo)
    find_program(cargo_in_path cargo NO_CACHE)
    set(cargo ${cargo_in_path})
  endif()
  if(NOT cargo)
    message(FATAL_ERROR "network-provisioning: there is no cargo in PATH. Install Rust from \
https://rustup.rs, or set -DNETWORK_PROV_CARGO=...")
  endif()

  set(folder ${CMAKE_CURRENT_BINARY_DIR}/rust)
  set(archive ${folder}/target/${target}/release/libnetprov.a)
  set(config ${folder}/cargo-config.toml)
  set(object ${folder}/netprov.o)
  netprov_cargo_config(${config} ${target})
  netprov_features(features)
  set(arguments build --locked --release --package netprov-staticlib --lib --target ${target}
    --no-default-features --features "${features}" --config ${config})
  set(bootstrap --unset=RUSTC_BOOTSTRAP)
  set(how "")
  if(from_source)
    list(APPEND arguments -Zbuild-std=core,compiler_builtins)
    set(bootstrap RUSTC_BOOTSTRAP=1)
    set(how ", core library built from sources")
  endif()
  message(STATUS "Rust target: ${target} (${rustc}${how})")

  set(cache --unset=CARGO_BUILD_BUILD_DIR)
  if(NETWORK_PROV_BUILD_CACHE)
    # The library is still written to this build folder. Cargo locks the shared folder.
    set(cache CARGO_BUILD_BUILD_DIR=${NETWORK_PROV_BUILD_CACHE})
  endif()

  list(TRANSFORM NETPROV_CRATES REPLACE "(.+)" "${NETPROV_ROOT}/rust/\\1/Cargo.toml"
    OUTPUT_VARIABLE manifests)
  add_custom_command(
    OUTPUT ${archive}
    COMMAND ${CMAKE_COMMAND} -E env
      # Flags in the user's environment are meant for other programs.
      --unset=RUSTFLAGS --unset=CARGO_ENCODED_RUSTFLAGS --unset=CARGO_BUILD_TARGET
      --unset=RUSTC_WRAPPER --unset=CARGO_UNSTABLE_BUILD_STD
      ${cache}
      ${bootstrap}
      RUSTC=${rustc}
      CARGO_TARGET_DIR=${folder}/target
      NETPROV_ENDPOINT_NAME_MAX=${CONFIG_NETWORK_PROV_ENDPOINT_NAME_MAX}
      NETPROV_CUSTOM_ENDPOINTS_MAX=${CONFIG_NETWORK_PROV_MAX_CUSTOM_ENDPOINTS}
      NETPROV_PENDING_HANDSHAKES=${CONFIG_NETWORK_PROV_PENDING_HANDSHAKES}
      NETPROV_SCAN_MAX_ENTRIES=${CONFIG_NETWORK_PROV_SCAN_MAX_ENTRIES}
      NETPROV_APP_INFO_MAX=${CONFIG_NETWORK_PROV_APP_INFO_MAX}
      ${cargo} ${arguments}
    # Cargo does not touch an archive that is up to date, so ninja would run cargo in every build.
    COMMAND ${CMAKE_COMMAND} -E touch ${archive}
    # Ninja runs cargo only if one of these files, or a source in cargo's DEPFILE, is newer.
    DEPENDS ${config} ${NETPROV_ROOT}/Cargo.toml ${NETPROV_ROOT}/Cargo.lock ${manifests}
    DEPFILE ${folder}/target/${target}/release/libnetprov.d
    WORKING_DIRECTORY ${NETPROV_ROOT}
    COMMENT "Building the provisioning core for ${target}"
    VERBATIM
  )
  netprov_link(${archive} ${object} ${target} ${folder})
  set(${out} ${object} PARENT_SCOPE)
endfunction()

# Rust's archive has its own versions of functions that compilers call implicitly, such as memcpy.
# Using those of the image's C library and compiler saves 3 KB. Sets `wraps` to the linker options
# that leave the archive's versions out, and `renames` to the commands that make the object call the
# image's.
function(netprov_image_functions target object wraps renames)
  # Each round is one objcopy command, because objcopy cannot map two names to the same name.
  set(round_1 memcpy=memcpy memmove=memmove memset=memset memcmp=memcmp strlen=strlen)
  if(target MATCHES "^thumb")
    # Some C libraries lack these, so the functions above stand in for them.
    set(round_2 __aeabi_memcpy=memcpy __aeabi_memmove=memmove
      __aeabi_memclr=netprov_port_memclr)
    set(round_3 ${round_2})
    list(TRANSFORM round_3 REPLACE "=" "4=")
    set(round_4 ${round_2})
    list(TRANSFORM round_4 REPLACE "=" "8=")
    set(arithmetic __aeabi_lmul __aeabi_ldivmod __aeabi_uldivmod __aeabi_idiv __aeabi_uidiv
      __aeabi_idivmod __aeabi_uidivmod __aeabi_llsl __aeabi_llsr __aeabi_lasr)
  elseif(target MATCHES "^riscv")
    set(arithmetic __muldi3 __divdi3 __udivdi3 __moddi3 __umoddi3 __ashldi3 __lshrdi3 __ashrdi3)
  endif()
  # Every C compiler's runtime library has these.
  foreach(name IN LISTS arithmetic)
    list(APPEND round_1 ${name}=${name})
  endforeach()
  set(options "")
  set(commands "")
  foreach(round round_1 round_2 round_3 round_4)
    if(${round})
      set(functions ${${round}})
      list(TRANSFORM functions REPLACE "=.*" "")
      list(TRANSFORM functions PREPEND "--wrap=")
      list(APPEND options ${functions})
      list(TRANSFORM ${round} PREPEND "--redefine-sym=__wrap_")
      list(APPEND commands COMMAND ${CMAKE_OBJCOPY} ${${round}} ${object})
    endif()
  endforeach()
  set(${wraps} "${options}" PARENT_SCOPE)
  set(${renames} "${commands}" PARENT_SCOPE)
endfunction()

# Adds the command that links the archive into one object with the exported functions as its only
# global symbols.
function(netprov_link archive object target folder)
  netprov_exports(exports)
  list(JOIN exports "\n" text)
  file(CONFIGURE OUTPUT ${folder}/exports.txt CONTENT "${text}\n" @ONLY)
  list(TRANSFORM exports PREPEND "-u;" OUTPUT_VARIABLE roots)

  netprov_ask(linker_version ${CMAKE_LINKER} --version)
  set(options -r)
  set(renames "")
  if(linker_version MATCHES "GNU ld")
    # LLVM's linker supports neither option for a relocatable object. The image's link then removes
    # unused functions.
    list(APPEND options --gc-sections)
    if(NOT target MATCHES "-linux-")
      netprov_image_functions(${target} ${object} wraps renames)
      list(APPEND options ${wraps})
      if(target MATCHES "^thumb")
        zephyr_library_sources(${NETPROV_ROOT}/zephyr/src/memclr.c)
      endif()
    endif()
    if(target STREQUAL "i686-unknown-linux-gnu")
      list(APPEND options -m elf_i386)
    elseif(target MATCHES "^riscv32")
      list(APPEND options -m elf32lriscv)
    endif()
  endif()
  set(strip --strip-unneeded)
  if(CONFIG_DEBUG_OPTIMIZATIONS OR CONFIG_NO_OPTIMIZATIONS)
    set(strip "")
  endif()
  if(target MATCHES "-linux-")
    # Rust's libraries for a host refer to the unwinder. The core never unwinds, so resuming an unwinding
    # ends the program, as the core's panic handler does.
    list(APPEND options -u rust_eh_personality --defsym=_Unwind_Resume=rust_eh_personality)
  else()
    # The linker warns about C objects without this section if any object has it.
    list(APPEND strip --remove-section=.note.GNU-stack)
    # Nothing unwinds. GNU's linker for RISC-V cannot read the tables, and takes that for an error.
    list(APPEND strip --remove-section=.eh_frame --remove-section=.rela.eh_frame
      --remove-section=.rel.eh_frame)
  endif()
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${CMAKE_LINKER} ${options} ${roots} -o ${object} ${archive}
    COMMAND ${CMAKE_OBJCOPY} --keep-global-symbols=${folder}/exports.txt
      --remove-section=.llvmbc --remove-section=.llvmcmd ${strip} ${object}
    ${renames}
    COMMAND ${CMAKE_COMMAND} -DREADELF=${CMAKE_READELF} -DOBJECT=${object}
      -DEXPORTS=${folder}/exports.txt -P ${NETPROV_ROOT}/zephyr/check_symbols.cmake
    DEPENDS ${archive} ${folder}/exports.txt ${NETPROV_ROOT}/zephyr/check_symbols.cmake
    COMMENT "Linking the provisioning core"
    VERBATIM
  )
endfunction()
