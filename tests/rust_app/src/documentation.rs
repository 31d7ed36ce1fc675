// SPDX-License-Identifier: Apache-2.0

//! The examples in the documentation of network-provisioning-zephyr. Rustdoc would run them on the
//! host, where there is no Zephyr; here they are compiled into an image.
#![allow(dead_code)]

#[path = "../../../rust/zephyr-app/doc/errors.rs"]
mod errors;
#[path = "../../../rust/zephyr-app/doc/events.rs"]
mod events;
#[path = "../../../rust/zephyr-app/doc/first.rs"]
mod first;
#[path = "../../../rust/zephyr-app/doc/provision.rs"]
mod provision;
#[path = "../../../rust/zephyr-app/doc/timeout.rs"]
mod timeout;
