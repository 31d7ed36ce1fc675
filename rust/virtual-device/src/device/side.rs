//! What a device is simulated with of one type of network, and what it remembers of it.

use std::io;

use getrandom::SysRng;
use protocomm::Instant;
use provisioning::{FailReason, Manager, Network};

use crate::report::InRange;
use crate::ui::Ui;

/// What is to be written to the disk, by a thread that may wait for it.
pub(super) type Save = Box<dyn FnOnce() -> io::Result<()> + Send>;

/// The side of the device that is about its network. All that the device does besides is the same
/// for every type of network.
pub(super) trait Side<N: Network> {
    /// How many networks are stored.
    fn stored(&self) -> usize;
    /// Reports that the device connects with what is stored.
    fn connecting(&self, ui: &Ui);
    /// When something is due.
    fn next_timeout(&self) -> Option<Instant>;
    /// Does one thing that is due. Returns whether there was one.
    fn get_on(&mut self, now: Instant, manager: &mut Manager<SysRng, N>) -> bool;
    /// Starts to scan.
    fn scan(&mut self, now: Instant, request: &N::ScanRequest);
    /// Starts to join a network.
    fn connect(&mut self, now: Instant, target: &N::Target);
    /// Starts to join the network that is stored.
    fn connect_stored(&mut self, now: Instant);
    /// Gives up joining, or leaves the network.
    fn disconnect(&mut self, now: Instant);
    /// The network goes away: the link is lost, if there is one.
    fn lose_link(&mut self, now: Instant);
    /// Makes every attempt fail for this reason, which is one of this type of network, or no longer.
    fn force(&mut self, reason: Option<FailReason>);
    /// The device is on its network: reports it.
    fn online(&mut self, ui: &Ui);
    /// Credentials have worked: reports it. Returns what is to be written of them, if anything is.
    fn worked(&mut self, target: N::Target, ui: &Ui) -> Option<Save>;
    /// They are written: they are what is stored.
    fn saved(&mut self);
    /// Credentials came in: reports it.
    fn received(&self, target: &N::Target, ui: &Ui);
    /// The status, as the endpoint `netprov-status` reports it.
    fn status(&self, manager: &Manager<SysRng, N>) -> serde_json::Value;
    /// The networks in range, as they are shown.
    fn in_range(&self) -> InRange;
}
