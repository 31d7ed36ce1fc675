//! `libnetprov.a`: the C API, and what a program needs that has no other Rust.
#![no_std]

use core::panic::PanicInfo;

/// The end of a program that has a defect: nothing that a peer sends gets here.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    capi::port::panic()
}

/// What the toolchain's own libraries name as the handler of an unwinding, on targets that have
/// one. Nothing unwinds here.
#[cfg(not(target_os = "none"))]
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() -> ! {
    capi::port::panic()
}
