//! The functions that JavaScript calls. They take and return numbers; everything else lies in two
//! buffers of the module, the input and the output.
//!
//! Names that the linker keeps are unsafe attributes, so this is the one module that may have them.
//! The page must not keep an address over a call: the module's memory may have moved.
#![allow(unsafe_code)]

use core::cell::RefCell;
use core::time::Duration;

use zeroize::Zeroizing;

use crate::machine::{Machine, Next};

/// Longest input in bytes: the longest response that a client takes.
const INPUT_MAX: u32 = 64 * 1024;

#[derive(Default)]
struct Page {
    machine: Machine,
    input: Zeroizing<Vec<u8>>,
}

/// Small, and good enough for the few blocks that a page needs.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: lol_alloc::AssumeSingleThreaded<lol_alloc::FreeListAllocator> =
    // SAFETY: the module has no threads: its memory is not shared.
    unsafe { lol_alloc::AssumeSingleThreaded::new(lol_alloc::FreeListAllocator::new()) };

thread_local! {
    /// A page has one thread and talks to one device.
    static PAGE: RefCell<Page> = RefCell::default();
}

/// Calls the machine with the input, which is used up.
fn with_input(call: impl FnOnce(&mut Machine, &[u8]) -> Next) -> u32 {
    PAGE.with_borrow_mut(|page| {
        let input = core::mem::take(&mut page.input);
        call(&mut page.machine, &input) as u32
    })
}

/// Makes room for `length` bytes of input, 64 KiB at most, and returns their address; 0 if that is
/// too much. The page writes the bytes before its next call.
// SAFETY: no other function of the module, nor of the platform, has this name.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_input(length: u32) -> *mut u8 {
    if length > INPUT_MAX {
        return core::ptr::null_mut();
    }
    PAGE.with_borrow_mut(|page| {
        page.input = Zeroizing::new(vec![0; length as usize]);
        page.input.as_mut_ptr()
    })
}

/// Starts the operation of this number with the arguments in the input. Returns a [`Next`].
// SAFETY: the name is unique, as above.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_start(operation: u32) -> u32 {
    with_input(|machine, arguments| machine.start(operation, arguments))
}

/// Takes the operation's next step at the time `now` in milliseconds. Returns a [`Next`].
// SAFETY: the name is unique, as above.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_poll(now: f64) -> u32 {
    // The conversion saturates: any number is a time.
    let now = Duration::from_millis(now as u64);
    PAGE.with_borrow_mut(|page| page.machine.poll(now) as u32)
}

/// Takes the response in the input. Returns a [`Next`].
// SAFETY: the name is unique, as above.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_receive() -> u32 {
    with_input(Machine::receive)
}

/// The device gave no response. Returns [`Next::Failed`], with the meaning in the output.
// SAFETY: the name is unique, as above.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_no_response() -> u32 {
    PAGE.with_borrow_mut(|page| page.machine.no_response() as u32)
}

/// Forgets the session, and the operation in progress.
// SAFETY: the name is unique, as above.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_forget() {
    PAGE.with_borrow_mut(|page| page.machine.forget());
}

/// The address of the output.
// SAFETY: the name is unique, as above.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_output() -> *const u8 {
    PAGE.with_borrow(|page| page.machine.output().as_ptr())
}

/// The length of the output in bytes.
// SAFETY: the name is unique, as above.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_output_length() -> u32 {
    PAGE.with_borrow(|page| u32::try_from(page.machine.output().len()).unwrap_or(0))
}
