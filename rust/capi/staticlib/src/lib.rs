//! `libnetprov.a`: the C API, and what programs without other Rust code need.
#![no_std]

use core::panic::PanicInfo;

/// Ends a program that has a defect. No message from a peer can cause this.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    capi::port::panic()
}

/// The unwinding handler that the toolchain's libraries refer to on targets that have one. Nothing
/// unwinds here.
#[cfg(not(target_os = "none"))]
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() -> ! {
    capi::port::panic()
}
