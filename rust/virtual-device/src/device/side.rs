//! The part of the device that depends on the network type: a simulated radio or stack, and a store.

use std::io;

use getrandom::SysRng;
use protocomm::Instant;
use provisioning::{FailReason, Manager, Network};

use crate::report::InRange;
use crate::ui::Ui;

/// Writes credentials to the disk, on a thread that may wait.
pub(super) type Save = Box<dyn FnOnce() -> io::Result<()> + Send>;

/// The part of the device that depends on the network type.
pub(super) trait Side<N: Network> {
    /// Returns the number of stored networks.
    fn stored(&self) -> usize;
    /// Reports that the device connects with stored credentials.
    fn connecting(&self, ui: &Ui);
    /// Returns when something is due.
    fn next_timeout(&self) -> Option<Instant>;
    /// Does one thing that is due. Returns whether there was one.
    fn get_on(&mut self, now: Instant, manager: &mut Manager<SysRng, N>) -> bool;
    /// Starts to scan.
    fn scan(&mut self, now: Instant, request: &N::ScanRequest);
    /// Starts to join a network.
    fn connect(&mut self, now: Instant, target: &N::Target);
    /// Starts to join the stored network.
    fn connect_stored(&mut self, now: Instant);
    /// Stops joining, or leaves the network.
    fn disconnect(&mut self, now: Instant);
    /// Ends the link, if there is one.
    fn lose_link(&mut self, now: Instant);
    /// Makes every attempt fail for this reason of the network type; `None` ends that.
    fn force(&mut self, reason: Option<FailReason>);
    /// Reports that the device is online.
    fn online(&mut self, ui: &Ui);
    /// Reports that credentials have worked. Returns the function that stores them, if there is a file.
    fn worked(&mut self, target: N::Target, ui: &Ui) -> Option<Save>;
    /// Records that they are stored.
    fn saved(&mut self);
    /// Reports received credentials.
    fn received(&self, target: &N::Target, ui: &Ui);
    /// The status, as the endpoint `netprov-status` reports it.
    fn status(&self, manager: &Manager<SysRng, N>) -> serde_json::Value;
    /// Returns the networks in range, for display.
    fn in_range(&self) -> InRange;
}
