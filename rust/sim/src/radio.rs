//! A simulated Wi-Fi radio. It does no I/O and keeps no time of its own, and there is no chance
//! in it: the same calls at the same moments have the same results.
//!
//! It knows what a driver and its supplicant do, and nothing of provisioning: scans, joining,
//! the lease of an address, and the ways in which each of these goes wrong.

mod join;
mod world;

use std::collections::VecDeque;
use std::mem;
use std::net::Ipv4Addr;

use protocomm::{Instant, Millis};
use provisioning::wifi::{
    AccessPoint, ConnectFailure, ConnectRequest, Link, ScanFailure, ScanRequest, WifiEvent,
};

pub use self::world::{SimulatedAp, World};

/// What the radio reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RadioEvent {
    /// A scan found a network.
    ScanResult(AccessPoint),
    /// A scan has ended.
    ScanDone(Result<(), ScanFailure>),
    /// Something happened to the station.
    Wifi(WifiEvent),
}

/// The radio.
pub struct Radio {
    world: World,
    /// When the scan under way ends.
    scan_end: Option<Instant>,
    station: Station,
    /// What has happened and was not yet told, with the moment it happened.
    events: VecDeque<(Instant, RadioEvent)>,
}

/// What the station does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Station {
    Idle,
    /// It joins, and this comes of it.
    Joining {
        until: Instant,
        outcome: Outcome,
    },
    /// It is on a network, and will get this address then.
    Linked {
        lease: Option<(Instant, Ipv4Addr)>,
    },
}

/// What comes of an attempt to join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// A link, and this long after it an address.
    Link { link: Link, lease: Option<(Millis, Ipv4Addr)> },
    /// No link.
    Failure(ConnectFailure),
}

impl Radio {
    /// A radio in this world, on no network.
    pub fn new(world: World) -> Self {
        Self { world, scan_end: None, station: Station::Idle, events: VecDeque::new() }
    }

    /// The world, to look at.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The world, to change. An attempt that is under way ends as it would have.
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    /// Whether the station is on a network.
    pub fn is_linked(&self) -> bool {
        matches!(self.station, Station::Linked { .. })
    }

    /// Begins a scan. It fails at once while the station joins; while a scan runs, that scan is
    /// the one, and it ends once.
    pub fn scan(&mut self, now: Instant, _request: &ScanRequest) {
        self.catch_up(now);
        if matches!(self.station, Station::Joining { .. }) {
            self.tell(now, RadioEvent::ScanDone(Err(ScanFailure)));
        } else if self.scan_end.is_none() {
            self.scan_end = Some(now.after(self.world.scan_duration));
        }
    }

    /// Begins to join a network, leaving the one it is on. A scan under way is cut short.
    pub fn connect(&mut self, now: Instant, request: &ConnectRequest) {
        self.leave(now);
        if self.scan_end.take().is_some() {
            self.tell(now, RadioEvent::ScanDone(Err(ScanFailure)));
        }
        let (after, outcome) = join::outcome(&mut self.world, request);
        self.station = Station::Joining { until: now.after(after), outcome };
    }

    /// Leaves the network or gives up joining, which is not reported.
    pub fn disconnect(&mut self, now: Instant) {
        self.leave(now);
    }

    /// Breaks the link, or ends the attempt to join, as the world may do at any time.
    pub fn drop_link(&mut self, now: Instant, failure: ConnectFailure) {
        self.catch_up(now);
        let event = match mem::replace(&mut self.station, Station::Idle) {
            Station::Idle => return,
            Station::Joining { .. } => WifiEvent::ConnectFailed(failure),
            Station::Linked { .. } => WifiEvent::LinkDown(failure),
        };
        self.tell(now, RadioEvent::Wifi(event));
    }

    /// When something will have happened.
    pub fn next_timeout(&self) -> Option<Instant> {
        let told = self.events.front().map(|(when, _)| *when);
        told.into_iter().chain(self.next_change()).min()
    }

    /// What has happened by now, one at a time.
    pub fn poll(&mut self, now: Instant) -> Option<RadioEvent> {
        self.catch_up(now);
        self.events.pop_front().map(|(_, event)| event)
    }

    /// When the radio's state changes by itself.
    fn next_change(&self) -> Option<Instant> {
        let station = match self.station {
            Station::Joining { until, .. } => Some(until),
            Station::Linked { lease } => lease.map(|(when, _)| when),
            Station::Idle => None,
        };
        self.scan_end.into_iter().chain(station).min()
    }

    /// Lets everything happen that is due, in order.
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

    /// Leaves the network; the supplicant reports that, late as it may be.
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
