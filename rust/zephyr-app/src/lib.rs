//! Network provisioning for Zephyr applications in Rust, based on zephyr-lang-rust.
//!
#![doc = "```no_run"]
#![doc = include_str!("../doc/provision.rs")]
#![doc = "```"]
//!
//! Re-exports [`netprov_app`] and integrates it with zephyr-lang-rust: [`IntoZephyr`] converts
//! errors, [`WithEvents`] delivers events over a channel. Log messages go to the logger set with
//! `zephyr::set_logger()`.
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod channel;

use core::ops::Deref;

pub use netprov_app::*;
use zephyr::sync::Arc;
use zephyr::sync::channel::Receiver;

use self::channel::Channel;

/// Delivers events over a channel instead of a closure, for threads with their own loop.
pub trait WithEvents {
    /// Sends each event to the returned receiver, instead of calling [`Builder::on_event`]'s
    /// closure. The provisioning thread never blocks: while 16 events are waiting to be received,
    /// further events are lost with a warning.
    ///
    /// All calls use one channel, which takes about 1 KB and is created by the first. If a builder
    /// or manager with that channel still exists, the call creates another, which is never freed.
    ///
    #[doc = "```no_run"]
    #[doc = include_str!("../doc/events.rs")]
    #[doc = "```"]
    fn events(self) -> (Builder, Events);
}

/// Receives events, by the functions of a [`Receiver`].
///
#[doc = "```no_run"]
#[doc = include_str!("../doc/timeout.rs")]
#[doc = "```"]
pub struct Events(Arc<Channel>);

impl Deref for Events {
    type Target = Receiver<Event>;

    fn deref(&self) -> &Receiver<Event> {
        &self.0.receiver
    }
}

impl WithEvents for Builder {
    fn events(self) -> (Builder, Events) {
        let channel = Arc::new(Channel::get());
        let events = Events(channel.clone());
        let builder = self.on_event(move |_, event| {
            if channel.sender.try_send(event).is_err() {
                log::warn!("event {event:?} dropped: the channel is full");
            }
        });
        (builder, events)
    }
}

/// Converts results to those of zephyr-lang-rust.
pub trait IntoZephyr<T> {
    /// Converts this result to a [`zephyr::Result`].
    ///
    /// # Errors
    ///
    /// This result's error, as an errno.
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
