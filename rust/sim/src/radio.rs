//! A simulated Wi-Fi radio. It does no I/O, has no clock and is deterministic: the same calls at
//! the same times have the same results.
//!
//! It models a driver and its supplicant, independent of provisioning: scans, joining, address
//! leases, and how each of these fails.

mod join;
mod world;

use std::collections::VecDeque;
use std::mem;
use std::net::Ipv4Addr;

use protocomm::{Instant, Millis};
use provisioning::wifi::{
    AccessPoint, ConnectFailure, ConnectRequest, Link, ScanFailure, ScanRequest, WifiEvent,
};

pub use self::world::{JoinFault, SimulatedAp, World};

/// Events reported by the radio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RadioEvent {
    /// A scan found a network.
    ScanResult(AccessPoint),
    /// A scan has ended.
    ScanDone(Result<(), ScanFailure>),
    /// A change of the station.
    Wifi(WifiEvent),
}

/// The radio.
pub struct Radio {
    world: World,
    /// End of the scan in progress.
    scan_end: Option<Instant>,
    station: Station,
    /// Pending events, each with its time.
    events: VecDeque<(Instant, RadioEvent)>,
}

/// State of the station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Station {
    Idle,
    /// Joining a network, with this outcome.
    Joining {
        until: Instant,
        outcome: Outcome,
    },
    /// Joined a network; it gets this address at this time.
    Linked {
        lease: Option<(Instant, Ipv4Addr)>,
    },
}

/// Outcome of an attempt to join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Joined; an address follows after this time.
    Link { link: Link, lease: Option<(Millis, Ipv4Addr)> },
    /// Failed.
    Failure(ConnectFailure),
}

impl Radio {
    /// Creates a radio in this world, without a network.
    pub fn new(world: World) -> Self {
        Self { world, scan_end: None, station: Station::Idle, events: VecDeque::new() }
    }

    /// Returns the world.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Returns the world, for changes. They do not affect an attempt in progress.
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    /// Returns whether the station has joined a network.
    pub fn is_linked(&self) -> bool {
        matches!(self.station, Station::Linked { .. })
    }

    /// Starts a scan. Fails at once while the station is joining. A scan that is already running
    /// continues instead.
    pub fn scan(&mut self, now: Instant, _request: &ScanRequest) {
        self.catch_up(now);
        if matches!(self.station, Station::Joining { .. }) {
            self.tell(now, RadioEvent::ScanDone(Err(ScanFailure)));
        } else if self.scan_end.is_none() {
            self.scan_end = Some(now.after(self.world.scan_duration));
        }
    }

    /// Starts joining a network, leaving the current one. Aborts a scan in progress.
    pub fn connect(&mut self, now: Instant, request: &ConnectRequest) {
        self.leave(now);
        if self.scan_end.take().is_some() {
            self.tell(now, RadioEvent::ScanDone(Err(ScanFailure)));
        }
        let (after, outcome) = join::outcome(&mut self.world, request);
        self.station = Station::Joining { until: now.after(after), outcome };
    }

    /// Leaves the network, or stops joining, which is not reported.
    pub fn disconnect(&mut self, now: Instant) {
        self.leave(now);
    }

    /// Ends the association or the attempt to join, as may happen at any time.
    pub fn drop_link(&mut self, now: Instant, failure: ConnectFailure) {
        self.catch_up(now);
        let event = match mem::replace(&mut self.station, Station::Idle) {
            Station::Idle => return,
            Station::Joining { .. } => WifiEvent::ConnectFailed(failure),
            Station::Linked { .. } => WifiEvent::LinkDown(failure),
        };
        self.tell(now, RadioEvent::Wifi(event));
    }

    /// Returns the time of the next event.
    pub fn next_timeout(&self) -> Option<Instant> {
        let told = self.events.front().map(|(when, _)| *when);
        told.into_iter().chain(self.next_change()).min()
    }

    /// Returns the next event up to `now`.
    pub fn poll(&mut self, now: Instant) -> Option<RadioEvent> {
        self.catch_up(now);
        self.events.pop_front().map(|(_, event)| event)
    }

    /// Returns the time of the next state change.
    fn next_change(&self) -> Option<Instant> {
        let station = match self.station {
            Station::Joining { until, .. } => Some(until),
            Station::Linked { lease } => lease.map(|(when, _)| when),
            Station::Idle => None,
        };
        self.scan_end.into_iter().chain(station).min()
    }

    /// Processes all changes that are due, in order.
    fn catch_up(&mut self, now: Instant) {
        while let Some(when) = self.next_change().filter(|when| *when <= now) {
            if self.scan_end == Some(when) {
                self.scan_end = None;
                self.end_scan(when);
            } else {
                self.station_change();
            }
        }
    }

    fn end_scan(&mut self, when: Instant) {
        if self.world.scan_fails {
            return self.tell(when, RadioEvent::ScanDone(Err(ScanFailure)));
        }
        let seen = self.world.access_points.iter().map(|ap| ap.seen.clone());
        let results = seen.map(|ap| (when, RadioEvent::ScanResult(ap)));
        self.events.extend(results);
        self.tell(when, RadioEvent::ScanDone(Ok(())));
    }

    fn station_change(&mut self) {
        match mem::replace(&mut self.station, Station::Idle) {
            Station::Idle => {}
            Station::Joining { until, outcome: Outcome::Link { link, lease } } => {
                let lease = lease.map(|(after, address)| (until.after(after), address));
                self.station = Station::Linked { lease };
                self.tell(until, RadioEvent::Wifi(WifiEvent::LinkUp(link)));
            }
            Station::Joining { until, outcome: Outcome::Failure(failure) } => {
                self.tell(until, RadioEvent::Wifi(WifiEvent::ConnectFailed(failure)));
            }
            Station::Linked { lease } => {
                self.station = Station::Linked { lease: None };
                if let Some((when, address)) = lease {
                    self.tell(when, RadioEvent::Wifi(WifiEvent::GotAddress(address)));
                }
            }
        }
    }

    /// Leaves the network. The supplicant reports this, if late.
    fn leave(&mut self, now: Instant) {
        self.catch_up(now);
        if let Station::Linked { .. } = mem::replace(&mut self.station, Station::Idle) {
            self.tell(now, RadioEvent::Wifi(WifiEvent::LinkDown(ConnectFailure::Other)));
        }
    }

    fn tell(&mut self, when: Instant, event: RadioEvent) {
        self.events.push_back((when, event));
    }
}

#[cfg(test)]
mod tests;
