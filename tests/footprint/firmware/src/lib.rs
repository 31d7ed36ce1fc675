//! What the programs share: the stack and the clock of an emulated Cortex-M.
#![no_std]
#![deny(unsafe_code)]

pub mod clock;
#[allow(unsafe_code)]
pub mod machine;
