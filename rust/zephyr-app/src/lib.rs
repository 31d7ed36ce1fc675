//! Network provisioning for Zephyr applications written in Rust, with zephyr-lang-rust.
//!
#![doc = "```no_run"]
#![doc = include_str!("../doc/provision.rs")]
#![doc = "```"]
//!
//! All of it is [`netprov_app`]; what is here joins that to the crates of zephyr-lang-rust: errors,
//! and events over a channel. Its logger, `zephyr::set_logger()`, is for what is logged here, too.
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

use core::mem::ManuallyDrop;
use core::ops::Deref;

pub use netprov_app::*;
use zephyr::sync::channel::{self, Receiver};

/// How many events a channel holds.
const CHANNEL: usize = 16;

/// Events over a channel instead of a call, for a thread that has a loop of its own.
pub trait WithEvents {
    /// Sends each event to the receiver that comes with the builder, in the place of
    /// [`Builder::on_event`]. The provisioning thread never waits for room: what comes while 16
    /// events wait to be received is lost.
    ///
    #[doc = "```no_run"]
    #[doc = include_str!("../doc/events.rs")]
    #[doc = "```"]
    fn events(self) -> (Builder, Events);
}

/// Where events are received: a [`Receiver`], which is never dropped. The channels of
/// zephyr-lang-rust cannot end, so the memory of this one, about a kilobyte, is not to be had back.
///
#[doc = "```no_run"]
#[doc = include_str!("../doc/timeout.rs")]
#[doc = "```"]
pub struct Events(ManuallyDrop<Receiver<Event>>);

impl Deref for Events {
    type Target = Receiver<Event>;

    fn deref(&self) -> &Receiver<Event> {
        &self.0
    }
}

impl WithEvents for Builder {
    fn events(self) -> (Builder, Events) {
        let (sender, receiver) = channel::bounded(CHANNEL);
        // Dropping the last of either is a panic.
        let (sender, receiver) = (ManuallyDrop::new(sender), ManuallyDrop::new(receiver));
        let builder = self.on_event(move |_, event| {
            if sender.try_send(event).is_err() {
                log::warn!("nobody receives {event:?}");
            }
        });
        (builder, Events(receiver))
    }
}

/// An error as the rest of an application in Rust has it.
pub trait IntoZephyr<T> {
    /// The same as a [`zephyr::Result`].
    ///
    /// # Errors
    ///
    /// That of this result, as its errno.
    ///
    #[doc = "```no_run"]
    #[doc = include_str!("../doc/errors.rs")]
    #[doc = "```"]
    fn into_zephyr(self) -> zephyr::Result<T>;
}

impl<T> IntoZephyr<T> for Result<T> {
    fn into_zephyr(self) -> zephyr::Result<T> {
        self.map_err(|error| zephyr::Error(error.errno().unsigned_abs()))
    }
}
