//! What a program costs before it has a manager in it: start-up, allocator, one allocation.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::boxed::Box;
use core::hint::black_box;
use core::panic::PanicInfo;

use cortex_m_rt::entry;
use firmware::machine::Arena;

#[global_allocator]
static ARENA: Arena<1> = Arena::new();

#[entry]
fn main() -> ! {
    ARENA.open(8);
    loop {
        drop(black_box(Box::new(black_box(0u8))));
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
