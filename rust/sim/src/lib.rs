//! A simulated world for testing the provisioning manager: a radio with access points, or a Thread
//! stack, a store that survives power cuts, a client, and simulated time.
//!
//! A complete provisioning session takes less than a millisecond and is deterministic: nothing here
//! reads a clock, opens a socket, or uses random numbers other than those computed from a seed.
//!
//! * [`radio`] simulates a Wi-Fi driver and its supplicant, [`mesh`] a Thread stack.
//! * [`client`] is the other side of the protocol, written from its specification. It shares the
//!   messages with the device, but none of its security code.
//! * [`device`] drives a [`Manager`](provisioning::Manager) as firmware does, and injects faults.
//! * [`phone`] is a client connected to such a device.
//! * [`echo`] is a service without a manager, for tests of `protocomm` alone.
//! * [`crowd`] is a crowd of unauthenticated peers that try to lock the owner out.
//! * [`fuzzing`] contains the bodies of the fuzz targets.
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
pub mod echo;
pub mod fuzzing;
pub mod mesh;
pub mod phone;
pub mod radio;

pub use crate::client::Client;
pub use crate::device::Device;
pub use crate::mesh::Mesh;
pub use crate::phone::Phone;
pub use crate::radio::{SimulatedAp, World};
