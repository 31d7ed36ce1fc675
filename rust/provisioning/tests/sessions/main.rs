//! Whole sessions in a simulated world: a client, a radio, a store, and time that passes when it
//! is told to.
//!
//! The names that end in a section and a number (`…_7a_1`) are the traps of the protocol notes,
//! which other implementations have fallen into; `../README.md` maps each to its test.

mod api_7g;
mod connect;
mod connect_faults;
mod errors_7f;
mod faults;
mod hints;
mod lifetime_7b;
mod order;
mod properties;
mod scan_7d;
mod scan_ahead;
mod scan_properties;
mod security_2;
mod security_7a;
mod stay_online;
mod support;
mod vectors;
mod whole;
mod wifi_7c;
