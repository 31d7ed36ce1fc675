//! Whole sessions in a simulated world: a client, a radio, a store, and time that the tests
//! advance.
//!
//! `docs/traps.md` lists the mistakes of other implementations of the protocol, with the tests that
//! cover them.

mod application;
mod beside;
mod connect;
mod connect_faults;
mod edges;
mod errors;
mod faults;
mod hints;
mod lifetime;
mod memory;
mod order;
mod properties;
mod scan;
mod scan_ahead;
mod scan_properties;
mod security;
mod security_2;
mod stay_online;
mod support;
mod vectors;
mod whole;
mod wifi;
