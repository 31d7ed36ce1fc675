//! A world for the manager of network provisioning to live in: a radio with access points, a
//! store that survives a power cut, a client, and time that passes when it is told to.
//!
//! Whole provisioning sessions run in it in less than a millisecond and always the same way: nothing here
//! reads a clock, opens a socket or draws a random number that is not computed from a seed.
//!
//! * [`radio`] is what a Wi-Fi driver and its supplicant do.
//! * [`client`] is the other end of the protocol, written from the protocol alone: it shares the
//!   messages with the device and none of its security.
//! * [`device`] drives a [`Manager`](provisioning::Manager) as firmware does, and breaks
//!   whatever it is told to break.
//! * [`phone`] is a client that talks to such a device.
//! * [`crowd`] is peers without a session that do all they can to keep an owner out.
//! * [`fuzzing`] does to it whatever a fuzzer can think of.
//!
//! ```
//! use sim::{Client, Device, Phone, SimulatedAp, World};
//!
//! let mut device = Device::running(World::of([SimulatedAp::new("home", "passphrase")]), b"pop");
//! let mut phone = Phone::new(1, Client::sec1(b"pop", [7; 32]));
//! phone.handshake(&mut device)?;
//! let status = phone.provision(&mut device, b"home", b"passphrase")?;
//! assert_eq!(status.address(), Some("192.168.1.42"));
//! assert_eq!(device.store().network(), Some(&b"home"[..]));
//! # Ok::<(), sim::phone::PhoneError>(())
//! ```
#![forbid(unsafe_code)]

pub mod client;
pub mod crowd;
pub mod device;
pub mod fuzzing;
pub mod phone;
pub mod radio;

pub use crate::client::Client;
pub use crate::device::Device;
pub use crate::phone::Phone;
pub use crate::radio::{SimulatedAp, World};
