//! What a device is simulated with of one type of network, and what it remembers of it.

use std::io;

use getrandom::SysRng;
use protocomm::Instant;
use provisioning::{Event, Manager, Network};

use crate::report::InRange;
use crate::ui::Ui;

/// What is to be written to the disk, by a thread that may wait for it.
pub(super) type Save = Box<dyn FnOnce() -> io::Result<()> + Send>;

/// What has come of what was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nothing was due.
    Nothing,
    /// Something was done.
    Something,
    /// A device that was provisioned before is on its network.
    Online,
    /// It could not get there, and wants to be provisioned.
    GivenUp,
}

/// The side of the device that is about its network. All that the device does besides is the same
/// for every type of network.
pub(super) trait Side<N: Network> {
    /// Begins to connect with what is stored, if anything is.
    fn begin(&mut self, now: Instant, ui: &Ui) -> bool;
    /// Whether it connects with what is stored.
    fn is_connecting(&self) -> bool;
    /// Does not connect any more.
    fn give_up(&mut self);
    /// When something is due.
    fn next_timeout(&self) -> Option<Instant>;
    /// Does one thing that is due.
    fn get_on(&mut self, now: Instant, manager: &mut Manager<SysRng, N>, ui: &Ui) -> Progress;
    /// Starts to scan.
    fn scan(&mut self, now: Instant, request: &N::ScanRequest);
    /// Starts to join a network.
    fn connect(&mut self, now: Instant, target: &N::Target);
    /// Gives up joining, or leaves the network.
    fn disconnect(&mut self, now: Instant);
    /// What has worked; and what is to be written of it, if anything is.
    fn worked(&mut self, target: N::Target, ui: &Ui) -> Option<Save>;
    /// Credentials came in: tells so. Whether it was that event.
    fn received(&self, event: &Event, ui: &Ui) -> bool;
    /// Whether the device is on its network.
    fn is_online(&self) -> bool;
    /// The networks in range, as they are shown.
    fn in_range(&self) -> InRange;
}
