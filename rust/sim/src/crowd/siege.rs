//! An owner that provisions a device beside a crowd, in simulated time.

use protocomm::{Instant, Millis, Peer, SessionId, TransportId};
use provisioning::endpoints;

use super::{Act, Crowd, Move};
use crate::client::{Client, answers, messages};
use crate::device::Device;

/// What a transport reports about its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// A connection is a session, and its end is reported: Bluetooth.
    Links,
    /// A session is a number without a connection, and requests have an address: HTTP.
    Addresses,
    /// A session is a number, and all requests come from one peer: the console.
    Nothing,
}

/// The owner of the device.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    /// Time from a response to the next request: the phone computes, or its user types.
    pub thinks: Millis,
    /// Time from a failure to the next attempt.
    pub rests: Millis,
}

/// The owner's session and address, which differ from the crowd's.
const OWNER: (u32, u32) = (1_000_000, 1_000_000);

/// A device with a crowd around it.
pub struct Siege {
    /// The device.
    pub device: Device,
    crowd: Crowd,
    telling: Telling,
    next: Option<(Instant, Act)>,
}

impl Siege {
    /// Surrounds a device whose service is running.
    pub fn new(device: Device, crowd: Crowd, telling: Telling) -> Self {
        Self { device, crowd, telling, next: None }
    }

    fn session(&mut self, (connection, peer): (u32, u32)) -> SessionId {
        let session = SessionId::new(TransportId(0), connection);
        let peer = match self.telling {
            Telling::Links => Peer::UNKNOWN,
            Telling::Addresses => Peer::new(1 + peer),
            Telling::Nothing => Peer::new(1),
        };
        self.device.set_peer(session, peer);
        session
    }

    /// Advances time. The crowd acts meanwhile.
    pub fn advance(&mut self, by: Millis) {
        let until = self.device.now().after(by);
        loop {
            let next = self.next.take().or_else(|| {
                let act = self.crowd.next()?;
                Some((self.device.now().after(act.wait), act))
            });
            let Some((at, act)) = next else { break };
            if at > until {
                self.next = Some((at, act));
                break;
            }
            self.device.advance(self.device.now().until(at));
            self.perform(act);
        }
        self.device.advance(self.device.now().until(until));
    }

    fn perform(&mut self, act: Act) {
        let session = self.session((act.connection, act.peer));
        match act.what {
            // The core sees only whole requests, and the ends that a transport reports.
            Move::Connect | Move::Part(_) => {}
            Move::Request { endpoint, message, .. } => {
                self.device.post(session, endpoint, message);
            }
            Move::Close => {
                if self.telling == Telling::Links {
                    self.device.close_session(session);
                }
            }
        }
    }

    /// The owner provisions the device: a handshake, credentials, and status requests until the
    /// device is connected. After a failure, it starts again. Returns the time that this took, or
    /// `None` if it took longer than `limit`.
    pub fn provision(
        &mut self,
        owner: Owner,
        mut client: Client,
        (ssid, passphrase): (&[u8], &[u8]),
        limit: Millis,
    ) -> Option<Millis> {
        let begin = self.device.now();
        while begin.until(self.device.now()) <= limit {
            client.restart();
            if self.attempt(owner, &mut client, ssid, passphrase).is_some() {
                return Some(begin.until(self.device.now()));
            }
            self.advance(owner.rests);
        }
        None
    }

    /// Makes one attempt of the owner, in a new session. Returns `None` if a request failed.
    fn attempt(
        &mut self,
        owner: Owner,
        client: &mut Client,
        ssid: &[u8],
        passphrase: &[u8],
    ) -> Option<()> {
        let session = self.session(OWNER);
        while let Some(message) = client.handshake_message() {
            let reply = self.device.request(session, endpoints::SESSION.name, message).ok()?;
            client.handle(&reply).ok()?;
            self.advance(owner.thinks);
        }
        let mut ask = |siege: &mut Self, message| {
            let sealed = client.seal(message);
            let reply = siege.device.request(session, endpoints::CONFIG.name, sealed).ok()?;
            siege.advance(owner.thinks);
            client.open(reply).ok()
        };
        answers::set_wifi(&ask(self, messages::set_wifi(ssid, passphrase))?)?;
        answers::apply_wifi(&ask(self, messages::apply_wifi())?)?;
        loop {
            let status = answers::status(&ask(self, messages::get_status())?)?;
            if status.address().is_some() {
                return Some(());
            }
            if !status.is_pending() {
                return None;
            }
        }
    }

    /// Removes the crowd. Returns the device.
    pub fn end(self) -> Device {
        self.device
    }
}
