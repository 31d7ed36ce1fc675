//! What is left on a stack by functions that have returned.

use core::hint::black_box;

/// So much of the stack is wiped: what moving secrets and computing with them leaves behind lies
/// within it. It is far less than the most that the same stack holds in a handshake.
const DEPTH: usize = 2048;

/// Overwrites the stack below the caller. A value wipes itself where it lies when it is dropped, but
/// not the places that it was moved from. What has to do with secrets is therefore no part of the
/// functions that call this, but of some that they have called.
#[inline(never)]
pub(crate) fn wipe() {
    let mut area = [0u8; DEPTH];
    // A place that somebody may look at is written to.
    black_box(&mut area);
}
