//! The client for browsers: [`netprov_client`] behind functions that JavaScript can call.
//!
//! The module does no I/O and imports nothing. The page in `web/` moves bytes between it and a
//! transport, tells it the time, and hands it random numbers:
//!
//! ```text
//! netprov_input(n)      makes room for n bytes and returns where; the page writes them there
//! netprov_start(op)     starts an operation with the arguments in the input
//! netprov_poll(ms)      returns the next step; its details are in the output
//! netprov_receive()     takes the response in the input
//! netprov_no_response() the device gave no response; what that means is in the output
//! netprov_forget()      forgets the session
//! netprov_output(), netprov_output_length()
//! ```
//!
//! [`machine`] is the same as a safe Rust API; [`abi`] is the border.
#![deny(unsafe_code)]

pub mod abi;
pub mod bytes;
mod failure;
pub mod machine;
mod operations;
mod running;
