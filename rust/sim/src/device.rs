//! A simulated device: a manager, a radio (or a Thread stack) and a store, under simulated time.
//!
//! It works like firmware: it takes the manager's outputs one by one, carries out each and reports
//! the result to the manager. Between any two of these *steps*, a test may interrupt it with any
//! event that could happen at that moment.

mod rng;
mod side;
mod store;

use std::collections::{BTreeMap, VecDeque};

use protocomm::security::Scheme;
use protocomm::security::sec1::Sec1;
use protocomm::{Instant, Millis, Peer, SessionId, Ticket};
use provisioning::thread::Thread;
use provisioning::wifi::{ConnectFailure, Wifi};
use provisioning::{
    Config, Error, Event, Handled, Manager, Network, Output, Request, RequestError, RequestId,
    ScanFailure,
};

use rand_core::TryCryptoRng;

pub use self::rng::{RngFailed, SimRng};
pub use self::side::{Side, Simulated, Station};
pub use self::store::Store;
use crate::mesh::Mesh;
use crate::radio::{Radio, RadioEvent, World};

/// The longest response over Bluetooth, the most limited transport, in bytes.
pub const REPLY_MAX: usize = 512;

/// Limit for a response. Real clients give up sooner.
const PATIENCE: Millis = Millis::from_secs(60);

/// Limit for steps at one moment, to detect endless loops.
const MOMENT_MAX: u32 = 10_000;

/// A call that the application makes from one of its callbacks.
pub type Call<N = Wifi> = fn(&mut Manager<SimRng, N>, Instant);

type Handler<N> = Box<dyn FnMut(&[u8], &mut Vec<Call<N>>) -> Option<Vec<u8>>>;
type EventHook<N> = Box<dyn FnMut(&Event, &mut Vec<Call<N>>)>;
type Interrupt<N> = Box<dyn FnOnce(&mut Device<N>)>;

/// Parameters of a device for Wi-Fi.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Networks in range of its radio.
    pub world: World,
    /// Configuration of its manager.
    pub config: Config,
    /// Content of its store at boot.
    pub store: Store,
    /// Seed of its random number generator.
    pub seed: u64,
}

/// Faults to inject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// This write to the store fails (counted from 1).
    pub store_write: Option<u32>,
    /// Starting the transport fails.
    pub service_start: bool,
    /// This effect fails (counted from 1): the start of the transport, a scan, an attempt to
    /// connect, a write to the store, or a deferred response, whose client has gone.
    pub effect: Option<u32>,
}

/// Passes a request to a manager, in a buffer with room for a response of `reply_max` bytes.
/// Returns the outcome and the buffer.
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
    // Fill the rest of the buffer with garbage, which a response must not depend on.
    buffer.resize(message.len().max(reply_max), 0xa5);
    let length = message.len();
    let request = Request { id, session, peer, endpoint, buffer: &mut buffer, length };
    let handled = manager.request(now, request);
    (handled, buffer)
}

/// A device for one network type.
pub struct Device<N: Simulated = Wifi> {
    /// Faults to inject from now on.
    pub faults: Faults,
    /// Longest response that the transport carries, in bytes.
    pub reply_max: usize,
    now: Instant,
    manager: Manager<SimRng, N>,
    side: N::Side,
    work: VecDeque<Work<N>>,
    steps: u32,
    /// Number of effects that may fail, since boot.
    effects: u32,
    interrupt: Option<(u32, Interrupt<N>)>,
    powered: bool,
    requests: u32,
    /// Where sessions' requests come from.
    peers: BTreeMap<SessionId, Peer>,
    replies: BTreeMap<u32, Result<Vec<u8>, RequestError>>,
    /// Buffers of deferred requests.
    deferred: BTreeMap<u32, Vec<u8>>,
    events: Vec<Event>,
    /// Most outputs left behind by a single call.
    outputs_peak: usize,
    /// Number of steps at this moment.
    moment: u32,
    handlers: BTreeMap<String, Handler<N>>,
    event_hook: Option<EventHook<N>>,
}

/// A step of the device.
enum Work<N: Simulated> {
    Do(Output),
    ServiceStarted(bool),
    ServiceStopped,
    Stored(Option<usize>),
    Handle { request: RequestId, call: provisioning::Call, buffer: Vec<u8> },
    Answer { request: RequestId, ticket: Ticket, buffer: Vec<u8>, answer: Option<Vec<u8>> },
    Send { request: RequestId, reply: Result<Vec<u8>, RequestError> },
    Call(Call<N>),
    Side(<N::Side as Side<N>>::Event),
}

impl Device {
    /// Creates a device for Wi-Fi whose service is not running.
    pub fn boot(setup: Setup) -> Self {
        let Setup { world, config, store, seed } = setup;
        let station = Station { radio: Radio::new(world), store, tried: Vec::new() };
        Self::new(station, config, seed)
    }

    /// Creates a device whose service runs with security 1 and this proof of possession.
    ///
    /// # Panics
    ///
    /// Never: starting the service of a new device succeeds.
    pub fn running(world: World, pop: &[u8]) -> Self {
        let mut this = Self::boot(Setup { world, ..Setup::default() });
        this.start(Scheme::Sec1(Sec1::new(pop))).expect("a new device can be started");
        this
    }

    /// Ends the association or the attempt to join.
    pub fn drop_link(&mut self, failure: ConnectFailure) {
        self.side.radio.drop_link(self.now, failure);
        self.advance(Millis::ZERO);
    }

    /// Makes the driver report an unsolicited event.
    pub fn radio_reports(&mut self, event: RadioEvent) {
        self.side_reports(event);
    }

    /// Returns the radio.
    pub fn radio(&self) -> &Radio {
        &self.side.radio
    }

    /// Returns the world, for changes.
    pub fn world_mut(&mut self) -> &mut World {
        self.side.radio.world_mut()
    }

    /// Returns the store.
    pub fn store(&self) -> &Store {
        &self.side.store
    }

    /// Returns the store, for changes.
    pub fn store_mut(&mut self) -> &mut Store {
        &mut self.side.store
    }

    /// Returns the indices of the stored networks tried since boot.
    pub fn stored_tried(&self) -> &[usize] {
        &self.side.tried
    }
}

impl Device<Thread> {
    /// Creates a device for Thread whose service is not running.
    pub fn with_mesh(mesh: Mesh, config: Config) -> Self {
        Self::new(mesh, config, 0)
    }

    /// Returns the Thread stack and its store.
    pub fn mesh(&self) -> &Mesh {
        &self.side
    }

    /// Returns the Thread stack and its store, for changes.
    pub fn mesh_mut(&mut self) -> &mut Mesh {
        &mut self.side
    }
}

impl<N: Simulated> Device<N> {
    fn new(side: N::Side, config: Config, seed: u64) -> Self {
        let mut this = Self {
            faults: Faults::default(),
            reply_max: REPLY_MAX,
            now: Instant::from_millis(1),
            manager: Manager::new(config, SimRng::new(seed)),
            side,
            work: VecDeque::new(),
            steps: 0,
            effects: 0,
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
        };
        this.settle();
        this
    }

    // Calls of the application.

    /// Starts the service.
    pub fn start(&mut self, scheme: Scheme) -> Result<(), Error> {
        self.call(|manager, _| manager.start(scheme))
    }

    /// Connects with the stored networks.
    pub fn connect(&mut self) -> Result<(), Error> {
        let stored = self.side.stored();
        self.call(|manager, now| manager.connect(now, stored))
    }

    /// Connects with the stored networks, or else starts the service.
    pub fn connect_or_provision(&mut self, scheme: Scheme) -> Result<(), Error> {
        let stored = self.side.stored();
        self.call(|manager, now| manager.connect_or_provision(now, stored, scheme))
    }

    /// Stops the service.
    pub fn stop(&mut self) {
        self.call(|manager, now| manager.stop(now));
    }

    /// Ends the manager, and the service if it runs.
    pub fn deinit(&mut self) {
        self.call(|manager, now| manager.deinit(now));
    }

    /// Calls the manager, then carries out all outputs that are due at once.
    pub fn call<T>(&mut self, call: impl FnOnce(&mut Manager<SimRng, N>, Instant) -> T) -> T {
        let result = call(&mut self.manager, self.now);
        self.settle();
        result
    }

    /// Sets the handler of a custom endpoint; it may make calls. The endpoint must also be created
    /// and registered with the manager.
    pub fn handler(
        &mut self,
        endpoint: &str,
        handler: impl FnMut(&[u8], &mut Vec<Call<N>>) -> Option<Vec<u8>> + 'static,
    ) {
        self.handlers.insert(endpoint.into(), Box::new(handler));
    }

    /// Sets a closure to be called for each event; it may make calls.
    pub fn on_event(&mut self, hook: impl FnMut(&Event, &mut Vec<Call<N>>) + 'static) {
        self.event_hook = Some(Box::new(hook));
    }

    // Actions of clients.

    /// Sends a request and waits for the response.
    ///
    /// # Panics
    ///
    /// If there is no response within a minute.
    pub fn request(
        &mut self,
        session: SessionId,
        endpoint: &str,
        message: Vec<u8>,
    ) -> Result<Vec<u8>, RequestError> {
        let request = self.post(session, endpoint, message);
        let limit = self.now.after(PATIENCE);
        while self.powered && self.reply(request).is_none() {
            assert!(self.tick(limit), "{endpoint}: no response within {PATIENCE:?}");
        }
        self.reply(request).cloned().unwrap_or(Err(RequestError::NotRunning))
    }

    /// Sets the peer that a session's requests come from. The default is [`Peer::UNKNOWN`].
    pub fn set_peer(&mut self, session: SessionId, peer: Peer) {
        self.peers.insert(session, peer);
    }

    /// Sends a request without waiting.
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

    /// Makes the transport abandon a deferred request.
    pub fn abandon(&mut self, request: RequestId) {
        self.deferred.remove(&request.0);
        self.call(|manager, _| manager.abandon(request));
    }

    /// Queues the transmission of a response, before any other work.
    fn replied(&mut self, request: RequestId, result: Result<(Vec<u8>, usize), RequestError>) {
        let reply = result.map(|(mut buffer, length)| {
            buffer.truncate(length);
            buffer
        });
        self.work.push_front(Work::Send { request, reply });
    }

    /// Returns the response to a request, if it has been sent.
    pub fn reply(&self, request: RequestId) -> Option<&Result<Vec<u8>, RequestError>> {
        self.replies.get(&request.0)
    }

    /// Returns the number of requests without a response.
    pub fn unanswered(&self) -> usize {
        self.requests as usize - self.replies.len()
    }

    /// Closes a client's connection.
    pub fn close_session(&mut self, session: SessionId) {
        self.call(|manager, _| manager.close_session(session));
    }

    // Events from outside.

    /// Lets time pass.
    pub fn advance(&mut self, by: Millis) {
        let until = self.now.after(by);
        while self.tick(until) {}
    }

    /// Lets time pass until `so` returns true, but for at most `limit`. Returns whether it did.
    pub fn run_until(&mut self, limit: Millis, mut so: impl FnMut(&Self) -> bool) -> bool {
        let until = self.now.after(limit);
        while !so(self) {
            if !self.tick(until) {
                return so(self);
            }
        }
        true
    }

    /// Lets time pass until this event occurs again, but for at most a minute.
    pub fn run_until_event(&mut self, event: &Event) -> bool {
        let seen = self.events.len();
        self.run_until(PATIENCE, |device| device.events[seen..].contains(event))
    }

    /// Makes the radio or the stack report an unsolicited event.
    pub fn side_reports(&mut self, event: <N::Side as Side<N>>::Event) {
        self.work.push_back(Work::Side(event));
        self.settle();
    }

    /// Cuts the power: nothing happens any more, and the store keeps its content.
    pub fn power_off(&mut self) {
        self.powered = false;
        self.work.clear();
    }

    /// Runs `what` just before step `n`, counted from 1 at boot; see [`steps`](Self::steps).
    pub fn interrupt_at(&mut self, n: u32, what: impl FnOnce(&mut Self) + 'static) {
        self.interrupt = Some((n, Box::new(what)));
    }

    // Queries.

    /// Returns the current time.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Returns whether the device has power.
    pub fn is_powered(&self) -> bool {
        self.powered
    }

    /// Returns the manager.
    pub fn manager(&self) -> &Manager<SimRng, N> {
        &self.manager
    }

    /// Returns the events sent to the application so far, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Returns how many times this event was sent to the application.
    pub fn count(&self, event: &Event) -> usize {
        self.events.iter().filter(|other| *other == event).count()
    }

    /// Returns the number of steps since boot.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Returns the number of effects that may fail, since boot.
    pub fn effects(&self) -> u32 {
        self.effects
    }

    /// Returns whether the interrupt has not happened yet.
    pub fn awaits_interrupt(&self) -> bool {
        self.interrupt.is_some()
    }

    /// Returns the most outputs left behind by a single call of the manager.
    pub fn outputs_peak(&self) -> usize {
        self.outputs_peak
    }

    // Event loop.

    /// Does all immediate work, then the next thing due before `until`. Returns whether there was
    /// one; if not, the time is now `until`.
    fn tick(&mut self, until: Instant) -> bool {
        self.settle();
        let next = [self.side.next_timeout(), self.manager.next_timeout()];
        let due = next.into_iter().flatten().min().filter(|due| self.powered && *due <= until);
        let Some(due) = due else {
            self.pass_to(until);
            return false;
        };
        self.pass_to(due);
        if let Some(event) = self.side.poll(self.now) {
            self.work.push_back(Work::Side(event));
        } else {
            self.manager.handle_timeout(self.now);
        }
        self.settle();
        true
    }

    fn pass_to(&mut self, then: Instant) {
        self.moment = if then > self.now { 0 } else { self.moment + 1 };
        assert!(self.moment < MOMENT_MAX, "something is due without end at {:?}", self.now);
        self.now = self.now.max(then);
    }

    /// Works until nothing is immediately due.
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
            // The interrupt may have done all the work, or cut the power.
            if let Some(work) = self.work.pop_front() {
                self.perform(work);
            }
        }
    }

    /// Collects all outputs after each single call of the manager.
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

    fn perform(&mut self, work: Work<N>) {
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
                assert!(again.is_none(), "{request:?} got two responses");
            }
            Work::Call(call) => call(&mut self.manager, now),
            Work::Side(event) => N::Side::deliver(event, now, &mut self.manager),
        }
    }

    /// Counts an effect that may fail. Returns whether this one does.
    fn fails(&mut self) -> bool {
        self.effects += 1;
        self.faults.effect == Some(self.effects)
    }

    fn bring_about(&mut self, output: Output) {
        let cannot_fail =
            matches!(output, Output::Event(_) | Output::StopService | Output::Disconnect);
        if !cannot_fail && self.fails() {
            return self.bring_about_failure(output);
        }
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
            Output::Scan => self.side.scan(self.now, self.manager.scan_request()),
            Output::Connect => {
                // If the attempt has ended in the meantime, there is no target.
                if let Some(target) = self.manager.target() {
                    self.side.connect(self.now, target);
                }
            }
            Output::ConnectStored(index) => {
                let reported = self.side.connect_stored(self.now, index);
                self.work.extend(reported.map(Work::Side));
            }
            Output::Disconnect => self.side.disconnect(self.now),
            Output::Store => {
                let Some(target) = self.manager.target() else { return };
                let stored = self.side.store(target, self.faults.store_write);
                self.work.push_back(Work::Stored(stored));
            }
        }
    }

    /// Reports the failure of an effect as firmware does.
    fn bring_about_failure(&mut self, output: Output) {
        match output {
            Output::Respond(request) => {
                self.deferred.remove(&request.0);
                self.manager.abandon(request);
                self.replied(request, Err(RequestError::NotRunning));
            }
            Output::StartService => self.work.push_back(Work::ServiceStarted(false)),
            Output::Scan => self.manager.scan_done(self.now, Err(ScanFailure)),
            Output::Connect | Output::ConnectStored(_) => {
                self.work.push_back(Work::Side(N::Side::refusal()));
            }
            Output::Store => self.work.push_back(Work::Stored(None)),
            Output::Event(_) | Output::StopService | Output::Disconnect => {}
        }
    }

    /// Runs the application's handler.
    fn handle(&mut self, request: RequestId, call: provisioning::Call, buffer: Vec<u8>) {
        let provisioning::Call { endpoint, length, ticket, .. } = call;
        let endpoint = self.manager.protocomm().endpoints().get(endpoint);
        let handler = endpoint.and_then(|(name, _)| self.handlers.get_mut(name));
        let mut calls = Vec::new();
        let answer = handler.and_then(|handler| handler(&buffer[..length], &mut calls));
        // Calls made by a handler take effect before its response is sent.
        self.work.extend(calls.into_iter().map(Work::Call));
        self.work.push_back(Work::Answer { request, ticket, buffer, answer });
    }
}

#[cfg(test)]
mod tests;
