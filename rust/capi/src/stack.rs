//! Secrets that functions leave on the stack.

use core::hint::black_box;

/// Bytes of the stack that are wiped. Copies of secrets, from moves and computations, lie within
/// them. A handshake uses far more of the same stack.
const DEPTH: usize = 2048;

/// Overwrites the stack below the caller. A value wipes its own memory when it is dropped, but not
/// the memory that it was moved from. So functions that handle secrets run in frames below those of
/// the functions that call this.
#[inline(never)]
pub(crate) fn wipe() {
    let mut area = [0u8; DEPTH];
    // Keeps the compiler from removing the writes.
    black_box(&mut area);
}
