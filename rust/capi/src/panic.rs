//! The end of a program that has a defect.

use core::panic::PanicInfo;

use crate::port;

/// Nothing that a peer sends gets here. Hands over to the platform's fatal error.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    port::panic()
}

/// What the toolchain's own libraries name as the handler of an unwinding, on targets that have
/// one. Nothing unwinds here.
#[cfg(not(target_os = "none"))]
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() -> ! {
    port::panic()
}
