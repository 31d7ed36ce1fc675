//! The C API of network provisioning, and the two sides of the glue below it.
//!
//! ```text
//!   application            any thread      network_prov_mgr_*()        api, online, qr
//!   ───────────────────────────────────────────┬──────────────
//!   C glue                provisioning thread  │  netprov_core_*()     glue
//!                                              ▼
//!                                       Service: Manager, handlers     service
//!                                              │
//!   C glue                                     ▼  netprov_port_*()     port
//! ```
//!
//! There is one **provisioning thread**. It alone owns the service and the arena below it; every
//! function of the API hands its work to that thread and waits. So nothing here is locked and
//! nothing is shared. The application's callbacks run on that thread with the service released:
//! they may call every function of the API.
//!
//! This crate, and `ffi` in its folder, which calls it, are the only ones of the workspace with
//! `unsafe` code.
#![no_std]

pub mod api;
mod arena;
mod connecting;
mod errno;
pub mod glue;
pub mod online;
#[cfg(feature = "thread")]
pub mod openthread;
mod panic;
mod port;
mod progress;
pub mod qr;
mod service;
mod stack;
mod start;
mod strings;
mod texts;
mod thread;
pub mod types;
#[cfg(not(feature = "thread"))]
pub mod wifi;

// What the device is provisioned for.
#[cfg(feature = "thread")]
use openthread as network;
#[cfg(not(feature = "thread"))]
use wifi as network;
