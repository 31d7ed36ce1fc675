//! A device: a manager, a radio and a store under simulated time.
//!
//! It does what firmware does: it takes the manager's outputs one after the other, brings each
//! about, and tells the manager what came of it. Between any two of these *steps* a test may
//! interrupt it with whatever can happen in the field at that moment.

mod rng;
mod store;

use std::collections::{BTreeMap, VecDeque};

use protocomm::security::Scheme;
use protocomm::security::sec1::Sec1;
use protocomm::{Instant, Millis, Peer, SessionId, Ticket};
use provisioning::wifi::{ConnectFailure, ConnectRequest, Security, WifiEvent};
use provisioning::{
    Config, Error, Event, Handled, Manager, Network, Output, Request, RequestError, RequestId,
};

use rand_core::TryCryptoRng;

pub use self::rng::{RngFailed, SimRng};
pub use self::store::Store;
use crate::radio::{Radio, RadioEvent, World};

/// The longest response of the narrowest transport, Bluetooth.
pub const REPLY_MAX: usize = 512;

/// No request is answered later than this; clients give up sooner.
const PATIENCE: Millis = Millis::from_secs(60);

/// More than this happens at one moment only if it never ends.
const MOMENT_MAX: u32 = 10_000;

/// A call of the application, from one of its callbacks.
pub type Call = fn(&mut Manager<SimRng>, Instant);

type Handler = Box<dyn FnMut(&[u8], &mut Vec<Call>) -> Option<Vec<u8>>>;
type EventHook = Box<dyn FnMut(&Event, &mut Vec<Call>)>;
type Interrupt = Box<dyn FnOnce(&mut Device)>;

/// What a device is made of.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// What its radio sees.
    pub world: World,
    /// How its manager behaves.
    pub config: Config,
    /// What its store holds at boot.
    pub store: Store,
    /// The seed of its randomness.
    pub seed: u64,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// This write to the store fails, counted from 1.
    pub store_write: Option<u32>,
    /// The transport cannot be started.
    pub service_start: bool,
}

/// Hands a request to a manager, in a buffer of its own with room for a response of `reply_max`
/// bytes. Returns what became of it, and the buffer.
pub fn request_in<R: TryCryptoRng, N: Network>(
    manager: &mut Manager<R, N>,
    now: Instant,
    id: RequestId,
    (session, peer): (SessionId, Peer),
    endpoint: &str,
    message: &[u8],
    reply_max: usize,
) -> (Result<Handled, RequestError>, Vec<u8>) {
    let mut buffer = message.to_vec();
    // What is behind the message is nothing that a response may rest on.
    buffer.resize(message.len().max(reply_max), 0xa5);
    let length = message.len();
    let request = Request { id, session, peer, endpoint, buffer: &mut buffer, length };
    let handled = manager.request(now, request);
    (handled, buffer)
}

/// A device.
pub struct Device {
    /// What goes wrong from now on.
    pub faults: Faults,
    /// The longest response that its transport carries, in bytes.
    pub reply_max: usize,
    now: Instant,
    manager: Manager<SimRng>,
    radio: Radio,
    store: Store,
    work: VecDeque<Work>,
    steps: u32,
    interrupt: Option<(u32, Interrupt)>,
    powered: bool,
    requests: u32,
    /// Where sessions' requests come from.
    peers: BTreeMap<SessionId, Peer>,
    replies: BTreeMap<u32, Result<Vec<u8>, RequestError>>,
    /// The buffers of requests whose response was deferred.
    deferred: BTreeMap<u32, Vec<u8>>,
    events: Vec<Event>,
    /// The most outputs that one call has left behind.
    outputs_peak: usize,
    /// How much has happened at this moment.
    moment: u32,
    handlers: BTreeMap<String, Handler>,
    event_hook: Option<EventHook>,
    /// The stored networks that were tried, by index.
    stored_tried: Vec<usize>,
}

/// One step of the device.
enum Work {
    Do(Output),
    ServiceStarted(bool),
    ServiceStopped,
    Stored(Option<usize>),
    Handle { request: RequestId, call: provisioning::Call, buffer: Vec<u8> },
    Answer { request: RequestId, ticket: Ticket, buffer: Vec<u8>, answer: Option<Vec<u8>> },
    Send { request: RequestId, reply: Result<Vec<u8>, RequestError> },
    Call(Call),
    Radio(RadioEvent),
}

impl Device {
    /// A device whose service does not run yet.
    pub fn boot(setup: Setup) -> Self {
        let mut this = Self {
            faults: Faults::default(),
            reply_max: REPLY_MAX,
            now: Instant::from_millis(1),
            manager: Manager::new(setup.config, SimRng::new(setup.seed)),
            radio: Radio::new(setup.world),
            store: setup.store,
            work: VecDeque::new(),
            steps: 0,
            interrupt: None,
            powered: true,
            requests: 0,
            peers: BTreeMap::new(),
            replies: BTreeMap::new(),
            deferred: BTreeMap::new(),
            events: Vec::new(),
            outputs_peak: 0,
            moment: 0,
            handlers: BTreeMap::new(),
            event_hook: None,
            stored_tried: Vec::new(),
        };
        this.settle();
        this
    }

    /// A device in this world whose service runs under security 1, with this proof of possession.
    ///
    /// # Panics
    ///
    /// Never: a new device's service can be started.
    pub fn running(world: World, pop: &[u8]) -> Self {
        let mut this = Self::boot(Setup { world, ..Setup::default() });
        this.start(Scheme::Sec1(Sec1::new(pop))).expect("a new device can be started");
        this
    }

    // What the application does.

    /// Starts the service.
    pub fn start(&mut self, scheme: Scheme) -> Result<(), Error> {
        self.call(|manager, _| manager.start(scheme))
    }

    /// Connects with what is stored.
    pub fn connect(&mut self) -> Result<(), Error> {
        let stored = self.store.networks().len();
        self.call(|manager, now| manager.connect(now, stored))
    }

    /// Connects with what is stored, else starts the service.
    pub fn connect_or_provision(&mut self, scheme: Scheme) -> Result<(), Error> {
        let stored = self.store.networks().len();
        self.call(|manager, now| manager.connect_or_provision(now, stored, scheme))
    }

    /// Ends the service.
    pub fn stop(&mut self) {
        self.call(|manager, now| manager.stop(now));
    }

    /// Ends the service and the manager.
    pub fn deinit(&mut self) {
        self.call(|manager, now| manager.deinit(now));
    }

    /// Calls the manager, then does what it wants done at once.
    pub fn call<T>(&mut self, call: impl FnOnce(&mut Manager<SimRng>, Instant) -> T) -> T {
        let result = call(&mut self.manager, self.now);
        self.settle();
        result
    }

    /// Gives an endpoint of the application a handler, which may make calls. The endpoint must
    /// be created and registered with the manager as well.
    pub fn handler(
        &mut self,
        endpoint: &str,
        handler: impl FnMut(&[u8], &mut Vec<Call>) -> Option<Vec<u8>> + 'static,
    ) {
        self.handlers.insert(endpoint.into(), Box::new(handler));
    }

    /// Calls this at each event; it may make calls.
    pub fn on_event(&mut self, hook: impl FnMut(&Event, &mut Vec<Call>) + 'static) {
        self.event_hook = Some(Box::new(hook));
    }

    // What clients do.

    /// Makes a request and waits for the answer, however long the device takes.
    ///
    /// # Panics
    ///
    /// If there is no answer within a minute: each request must have one.
    pub fn request(
        &mut self,
        session: SessionId,
        endpoint: &str,
        message: Vec<u8>,
    ) -> Result<Vec<u8>, RequestError> {
        let request = self.post(session, endpoint, message);
        let limit = self.now.after(PATIENCE);
        while self.powered && self.reply(request).is_none() {
            assert!(self.tick(limit), "{endpoint}: no answer within {PATIENCE:?}");
        }
        self.reply(request).cloned().unwrap_or(Err(RequestError::NotRunning))
    }

    /// Tells which peer a session's requests come from. Before that it is [`Peer::UNKNOWN`].
    pub fn set_peer(&mut self, session: SessionId, peer: Peer) {
        self.peers.insert(session, peer);
    }

    /// Makes a request and does not wait.
    pub fn post(&mut self, session: SessionId, endpoint: &str, message: Vec<u8>) -> RequestId {
        self.requests += 1;
        let request = RequestId(self.requests);
        let (manager, reply_max) = (&mut self.manager, self.reply_max);
        let from = (session, self.peers.get(&session).copied().unwrap_or_default());
        let (handled, buffer) =
            request_in(manager, self.now, request, from, endpoint, &message, reply_max);
        match handled {
            Ok(Handled::Response(length)) => self.replied(request, Ok((buffer, length))),
            Ok(Handled::Call(call)) => {
                self.work.push_back(Work::Handle { request, call, buffer });
            }
            Ok(Handled::Deferred) => {
                self.deferred.insert(request.0, buffer);
            }
            Err(error) => self.replied(request, Err(error)),
        }
        self.settle();
        request
    }

    /// The transport gives up a request whose response was deferred.
    pub fn abandon(&mut self, request: RequestId) {
        self.deferred.remove(&request.0);
        self.call(|manager, _| manager.abandon(request));
    }

    /// The transport is to send a response, before anything else is done.
    fn replied(&mut self, request: RequestId, result: Result<(Vec<u8>, usize), RequestError>) {
        let reply = result.map(|(mut buffer, length)| {
            buffer.truncate(length);
            buffer
        });
        self.work.push_front(Work::Send { request, reply });
    }

    /// The answer to a request, once it is there.
    pub fn reply(&self, request: RequestId) -> Option<&Result<Vec<u8>, RequestError>> {
        self.replies.get(&request.0)
    }

    /// How many requests wait for their answer.
    pub fn unanswered(&self) -> usize {
        self.requests as usize - self.replies.len()
    }

    /// A client's connection ends.
    pub fn close_session(&mut self, session: SessionId) {
        self.call(|manager, _| manager.close_session(session));
    }

    // What the world does.

    /// Lets time pass.
    pub fn advance(&mut self, by: Millis) {
        let until = self.now.after(by);
        while self.tick(until) {}
    }

    /// Lets time pass until something is so, but no longer than `limit`; tells whether it is so.
    pub fn run_until(&mut self, limit: Millis, mut so: impl FnMut(&Self) -> bool) -> bool {
        let until = self.now.after(limit);
        while !so(self) {
            if !self.tick(until) {
                return so(self);
            }
        }
        true
    }

    /// Lets time pass until this event, counted from now on, but no longer than a minute.
    pub fn run_until_event(&mut self, event: &Event) -> bool {
        let seen = self.events.len();
        self.run_until(PATIENCE, |device| device.events[seen..].contains(event))
    }

    /// Breaks the link, or the attempt to join.
    pub fn drop_link(&mut self, failure: ConnectFailure) {
        self.radio.drop_link(self.now, failure);
        self.advance(Millis::ZERO);
    }

    /// The driver reports something of its own accord.
    pub fn radio_reports(&mut self, event: RadioEvent) {
        self.work.push_back(Work::Radio(event));
        self.settle();
    }

    /// Cuts the power. Nothing happens any more; the store is as it is.
    pub fn power_off(&mut self) {
        self.powered = false;
        self.work.clear();
    }

    /// Does something just before step `n`, counted from 1 at boot; see [`steps`](Self::steps).
    pub fn interrupt_at(&mut self, n: u32, what: impl FnOnce(&mut Self) + 'static) {
        self.interrupt = Some((n, Box::new(what)));
    }

    // Questions.

    /// The time.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Whether the device has power.
    pub fn is_powered(&self) -> bool {
        self.powered
    }

    /// The manager, to ask.
    pub fn manager(&self) -> &Manager<SimRng> {
        &self.manager
    }

    /// The radio, to ask.
    pub fn radio(&self) -> &Radio {
        &self.radio
    }

    /// What is in range, to change.
    pub fn world_mut(&mut self) -> &mut World {
        self.radio.world_mut()
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The store, to change.
    pub fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// The stored networks that were tried since boot, by index.
    pub fn stored_tried(&self) -> &[usize] {
        &self.stored_tried
    }

    /// What the application was told, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How often the application was told this.
    pub fn count(&self, event: &Event) -> usize {
        self.events.iter().filter(|other| *other == event).count()
    }

    /// Steps done since boot.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Whether the interrupt has not happened yet.
    pub fn awaits_interrupt(&self) -> bool {
        self.interrupt.is_some()
    }

    /// The most outputs that one call of the manager has left behind.
    pub fn outputs_peak(&self) -> usize {
        self.outputs_peak
    }

    // The engine.

    /// Does all that is to be done at once, then the next thing that is due until then. Tells
    /// whether there was one; if not, it is `until` now.
    fn tick(&mut self, until: Instant) -> bool {
        self.settle();
        let next = [self.radio.next_timeout(), self.manager.next_timeout()];
        let due = next.into_iter().flatten().min().filter(|due| self.powered && *due <= until);
        let Some(due) = due else {
            self.pass_to(until);
            return false;
        };
        self.pass_to(due);
        if let Some(event) = self.radio.poll(self.now) {
            self.work.push_back(Work::Radio(event));
        } else {
            self.manager.handle_timeout(self.now);
        }
        self.settle();
        true
    }

    fn pass_to(&mut self, then: Instant) {
        self.moment = if then > self.now { 0 } else { self.moment + 1 };
        assert!(self.moment < MOMENT_MAX, "something is due for ever at {:?}", self.now);
        self.now = self.now.max(then);
    }

    /// Works until nothing is left to do at once.
    fn settle(&mut self) {
        loop {
            self.collect();
            if self.work.is_empty() || !self.powered {
                return;
            }
            self.steps += 1;
            if let Some((_, interrupt)) = self.interrupt.take_if(|(at, _)| *at == self.steps) {
                interrupt(self);
            }
            // The interrupt may have done all of it, or cut the power.
            if let Some(work) = self.work.pop_front() {
                self.perform(work);
            }
        }
    }

    /// Takes the manager's outputs, all of them after each single call.
    fn collect(&mut self) {
        let before = self.work.len();
        while let Some(output) = self.manager.poll_output() {
            self.work.push_back(Work::Do(output));
        }
        self.outputs_peak = self.outputs_peak.max(self.work.len() - before);
        if !self.powered {
            self.work.clear();
        }
    }

    fn perform(&mut self, work: Work) {
        let now = self.now;
        match work {
            Work::Do(output) => self.bring_about(output),
            Work::ServiceStarted(started) => self.manager.service_started(now, started),
            Work::ServiceStopped => self.manager.service_stopped(),
            Work::Stored(stored) => self.manager.credentials_stored(now, stored),
            Work::Handle { request, call, buffer } => self.handle(request, call, buffer),
            Work::Answer { request, ticket, mut buffer, answer } => {
                let result = match answer {
                    Some(answer) => {
                        if let Some(place) = buffer.get_mut(..answer.len()) {
                            place.copy_from_slice(&answer);
                        }
                        self.manager.answer(ticket, &mut buffer, answer.len())
                    }
                    None => Err(self.manager.answer_failed(ticket)),
                };
                self.replied(request, result.map(|length| (buffer, length)));
            }
            Work::Send { request, reply } => {
                let again = self.replies.insert(request.0, reply);
                assert!(again.is_none(), "{request:?} was answered twice");
            }
            Work::Call(call) => call(&mut self.manager, now),
            Work::Radio(RadioEvent::ScanResult(found)) => self.manager.scan_result(&found),
            Work::Radio(RadioEvent::ScanDone(result)) => self.manager.scan_done(now, result),
            Work::Radio(RadioEvent::Wifi(event)) => self.manager.wifi_event(now, event),
        }
    }

    fn bring_about(&mut self, output: Output) {
        match output {
            Output::Respond(request) => match self.deferred.remove(&request.0) {
                Some(mut buffer) => {
                    let result = self.manager.respond(request, &mut buffer);
                    self.replied(request, result.map(|length| (buffer, length)));
                }
                None => self.manager.abandon(request),
            },
            Output::Event(event) => {
                let mut calls = Vec::new();
                if let Some(hook) = &mut self.event_hook {
                    hook(&event, &mut calls);
                }
                self.events.push(event);
                self.work.extend(calls.into_iter().map(Work::Call));
            }
            Output::StartService => {
                self.work.push_back(Work::ServiceStarted(!self.faults.service_start));
            }
            Output::StopService => self.work.push_back(Work::ServiceStopped),
            Output::Scan => self.radio.scan(self.now, self.manager.scan_request()),
            Output::Connect => {
                // An attempt that was ended meanwhile has no target any more.
                if let Some(target) = self.manager.target() {
                    self.radio.connect(self.now, target);
                }
            }
            Output::ConnectStored(index) => self.connect_stored(index),
            Output::Disconnect => self.radio.disconnect(self.now),
            Output::Store => {
                let Some(target) = self.manager.target() else { return };
                let credentials = target.credentials.clone();
                let stored = self.store.write(credentials, self.faults.store_write);
                self.work.push_back(Work::Stored(stored));
            }
        }
    }

    fn connect_stored(&mut self, index: usize) {
        self.stored_tried.push(index);
        let Some(credentials) = self.store.networks().get(index).cloned() else {
            let missing = WifiEvent::ConnectFailed(ConnectFailure::NotFound);
            self.work.push_back(Work::Radio(RadioEvent::Wifi(missing)));
            return;
        };
        let open = credentials.passphrase.is_empty();
        let security = if open { Security::Open } else { Security::Unknown };
        self.radio.connect(self.now, &ConnectRequest { credentials, security });
    }

    /// Runs the application's handler.
    fn handle(&mut self, request: RequestId, call: provisioning::Call, buffer: Vec<u8>) {
        let provisioning::Call { endpoint, length, ticket, .. } = call;
        let name = self.manager.protocomm().endpoints().name(endpoint);
        let handler = name.and_then(|name| self.handlers.get_mut(name));
        let mut calls = Vec::new();
        let answer = handler.and_then(|handler| handler(&buffer[..length], &mut calls));
        // What a handler calls takes effect before its answer is sent.
        self.work.extend(calls.into_iter().map(Work::Call));
        self.work.push_back(Work::Answer { request, ticket, buffer, answer });
    }
}

#[cfg(test)]
mod tests;
