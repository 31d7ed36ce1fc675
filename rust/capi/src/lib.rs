//! The C API of network provisioning, and the two sides of the glue below it.
//!
//! ```text
//!   application            any thread      network_prov_mgr_*()        api, online, qr
//!   ───────────────────────────────────────────┬──────────────
//!   C glue                provisioning thread  │  netprov_core_*()     glue
//!                                              ▼
//!                                       Owner: Manager, handlers       owner, service
//!                                              │
//!   C glue                                     ▼  netprov_port_*()     port
//! ```
//!
//! Only the **provisioning thread** accesses the state in `owner`. Every function of the API passes
//! its work to that thread and waits. So nothing is locked and nothing is shared. The application's
//! callbacks run on that thread while the manager is not borrowed, so they may call every function
//! of the API.
//!
//! C calls the functions by their names: a program that links this crate has them. The crate
//! `netprov-staticlib` makes an archive of it for programs without other Rust code. `capi-host` is
//! a platform for tests in Rust.
//!
//! This crate and those in its folder are the only ones in the workspace with `unsafe` code.
#![no_std]

pub mod api;
mod connect;
mod events;
pub mod glue;
pub mod http;
mod local;
pub mod online;
#[cfg(feature = "thread")]
pub mod openthread;
mod owner;
pub mod port;
mod progress;
pub mod qr;
mod requests;
mod service;
mod stack;
mod start;
mod strings;
mod texts;
mod thread;
#[cfg(not(feature = "thread"))]
pub mod wifi;

// The network type that the device is provisioned for.
#[cfg(feature = "thread")]
use openthread as network;
#[cfg(not(feature = "thread"))]
use wifi as network;
