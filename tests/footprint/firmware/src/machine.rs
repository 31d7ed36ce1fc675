//! The stack and the command line: everything that needs unsafe Rust.

use cortex_m::register::msp;
use cortex_m_semihosting::syscall1;

/// The value that the stack is painted with.
const PAINT: u32 = 0x5ac3_a53c;

/// How far down the stack is painted.
const PAINTED: u32 = 64 * 1024;

/// Room for the painter's own frame.
const PAINTER: u32 = 128;

/// Makes the call and returns how many bytes of stack it took. Misses a buffer at the lowest end
/// that the call does not write to.
pub fn stack<T>(call: impl FnOnce() -> T) -> (u32, T) {
    let top = msp::read();
    let bottom = lowest(top);
    paint(bottom, top - PAINTER);
    let result = apart(call);
    (top - deepest(bottom, top), result)
}

/// Makes the call in a frame of its own, below the caller's stack pointer.
#[inline(never)]
fn apart<T>(call: impl FnOnce() -> T) -> T {
    call()
}

/// The lowest word of the stack to examine.
fn lowest(top: u32) -> u32 {
    // Statics end here.
    let end = cortex_m_rt::heap_start() as u32;
    end.max(top - PAINTED).next_multiple_of(4)
}

#[inline(never)]
fn paint(bottom: u32, top: u32) {
    for word in (bottom..top).step_by(4) {
        // SAFETY: the word lies above all statics and below every frame in use.
        unsafe { (word as *mut u32).write_volatile(PAINT) }
    }
}

#[inline(never)]
fn deepest(bottom: u32, top: u32) -> u32 {
    // SAFETY: the words are the stack's, aligned, and only this processor writes them.
    let painted = |word: &u32| unsafe { (*word as *const u32).read_volatile() } == PAINT;
    (bottom..top).step_by(4).find(|word| !painted(word)).unwrap_or(top)
}

/// Reads the words of the command line into `buffer`.
pub fn command_line(buffer: &mut [u8]) -> &str {
    let mut block = [buffer.as_mut_ptr() as usize, buffer.len()];
    // SAFETY: the host writes into the buffer of the given length, and its length into the block.
    let status = unsafe { syscall1!(GET_CMDLINE, block.as_mut_ptr()) };
    let length = if status == 0 { block[1] } else { 0 };
    let line = buffer.get(..length).unwrap_or_default();
    core::str::from_utf8(line).unwrap_or_default().trim_end_matches('\0')
}
