//! The device: one task that owns the manager, the radio and the store.
//!
//! Transports send it [`Message`]s and wait for their responses. After each message, the task runs
//! the manager and the radio until neither has anything to do, then sleeps until the next thing is
//! due.

mod disturb;
mod effects;
mod exit;
pub mod message;
mod side;
mod status;
mod thread;
mod wifi;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use getrandom::SysRng;
use protocomm::transport::http::{Cookies, REPLY_MAX};
use protocomm::{Instant, Millis, Peer, SessionId};
use provisioning::thread::Thread;
use provisioning::wifi::Wifi;
use provisioning::{Handled, Manager, Network, Request, RequestId, State};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use self::disturb::Disturbances;
use self::exit::{Exit, Signals};
use self::message::{Answer, Incoming, Message, Origin};
use self::side::Side;
use self::thread::ThreadSide;
use self::wifi::WifiSide;
use crate::Fault;
use crate::http::Server;
use crate::report::{Report, Transport};
use crate::settings::{NetworkSettings, Settings};
use crate::ui::Ui;

/// Messages that may wait for the device. A transport with more of them waits itself.
const INBOX: usize = 32;

/// A request whose client waits for a response.
struct Waiting {
    transport: Transport,
    endpoint: String,
    session: SessionId,
    new_session: Option<u32>,
    reply: oneshot::Sender<Answer>,
    /// The message, and then the response.
    buffer: Vec<u8>,
}

/// Runs a device with these settings until it is told to end. Returns the program's exit code.
pub async fn run(settings: Settings, ui: Ui) -> Result<u8, Fault> {
    match settings.network.clone() {
        NetworkSettings::Wifi(wifi) => {
            Device::<Wifi, _>::new(settings, WifiSide::new(wifi), ui)?.run().await
        }
        NetworkSettings::Thread(thread) => {
            Device::<Thread, _>::new(settings, ThreadSide::new(thread), ui)?.run().await
        }
    }
}

/// The device.
struct Device<N: Network, S> {
    settings: Arc<Settings>,
    ui: Ui,
    start: tokio::time::Instant,
    manager: Manager<SysRng, N>,
    side: S,
    inbox: mpsc::Receiver<Message>,
    /// For the transports.
    outbox: mpsc::Sender<Message>,
    waiting: HashMap<RequestId, Waiting>,
    requests: u32,
    cookies: Cookies,
    server: Option<Server>,
    /// The server while it stops.
    stopping: Option<JoinHandle<()>>,
    /// Credentials while they are written to the disk.
    storing: Option<JoinHandle<io::Result<()>>>,
    /// Credentials have been received.
    received: bool,
    exit: Exit,
    fault: Option<Fault>,
    disturbances: Disturbances,
}

impl<N: Network, S: Side<N>> Device<N, S> {
    /// A device that has not started.
    fn new(settings: Settings, side: S, ui: Ui) -> Result<Self, Fault> {
        let mut manager = Manager::new(settings.config.clone(), SysRng);
        for name in settings.all_endpoints() {
            manager.endpoint_create(name).map_err(|error| {
                Fault::new(format!("--endpoint {name}: {error}: choose another name"))
            })?;
        }
        for info in &settings.app_info {
            let capabilities: Vec<_> = info.capabilities.iter().map(String::as_str).collect();
            let set = manager.set_app_info(&info.label, &info.version, &capabilities);
            set.map_err(|error| {
                let label = &info.label;
                Fault::new(format!("--app-info {label}: {error}: change or shorten it"))
            })?;
        }
        if !settings.auto_stop {
            // A new manager is idle.
            let _ = manager.disable_auto_stop(Millis::ZERO);
        }
        let (outbox, inbox) = mpsc::channel(INBOX);
        let disturbances = Disturbances::new(settings.faults);
        Ok(Self {
            side,
            exit: Exit::new(settings.once),
            settings: Arc::new(settings),
            ui,
            start: tokio::time::Instant::now(),
            manager,
            inbox,
            outbox,
            waiting: HashMap::new(),
            requests: 0,
            cookies: Cookies::default(),
            server: None,
            stopping: None,
            storing: None,
            received: false,
            fault: None,
            disturbances,
        })
    }

    /// Runs the device until it is told to end. Returns the program's exit code.
    async fn run(mut self) -> Result<u8, Fault> {
        let mut signals = Signals::new()?;
        if self.settings.console {
            let started = crate::console::start(self.outbox.clone());
            started.map_err(|error| Fault::new(format!("no thread for the console: {error}")))?;
            self.ui.tell(Report::ConsoleOpen);
        }
        self.open_control()?;
        self.begin();
        loop {
            self.get_on();
            if let Some(fault) = self.fault.take() {
                return Err(fault);
            }
            if let Some(code) = self.exit.code() {
                return Ok(code);
            }
            let wake = self.next_timeout();
            tokio::select! {
                Some(message) = self.inbox.recv() => self.receive(message),
                () = sleep_until(self.start, wake) => {}
                _ = finished(&mut self.stopping) => self.manager.service_stopped(),
                result = finished(&mut self.storing) => self.stored(result),
                () = signals.next() => self.interrupted(),
            }
        }
    }

    fn now(&self) -> Instant {
        let ms = self.start.elapsed().as_millis();
        Instant::from_millis(u64::try_from(ms).unwrap_or(u64::MAX))
    }

    /// Connects if it can; otherwise waits to be provisioned.
    fn begin(&mut self) {
        let (now, stored) = (self.now(), self.side.stored());
        self.begin_faults();
        self.side.connecting(&self.ui);
        // This is the first call, and the manager is idle.
        let _ = self.manager.connect_or_provision(now, stored, self.settings.scheme());
    }

    /// Lets the manager and the radio do everything that they can do now.
    fn get_on(&mut self) {
        loop {
            let now = self.now();
            let due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
            if let Some(output) = self.manager.poll_output() {
                self.effect(now, output);
                continue;
            }
            if self.side.get_on(now, &mut self.manager) {
                continue;
            }
            if self.disturbances.loses_link(now) {
                self.side.lose_link(now);
                continue;
            }
            if due(self.manager.next_timeout()) {
                self.manager.handle_timeout(now);
            } else if self.exit.is_asked_for(now, self.is_busy()) {
                self.manager.deinit(now);
            } else {
                return;
            }
        }
    }

    /// When the next thing is due.
    fn next_timeout(&self) -> Option<Instant> {
        let own = [self.exit.next_timeout(), self.disturbances.next_timeout()];
        let all = [self.manager.next_timeout(), self.side.next_timeout()].into_iter().chain(own);
        all.flatten().min()
    }

    /// Whether something is in progress that has an end.
    fn is_busy(&self) -> bool {
        matches!(self.manager.state(), State::Connecting | State::Trying)
    }

    fn receive(&mut self, message: Message) {
        match message {
            Message::Request(request) => self.request(request),
            Message::Refused(transport, endpoint, reason) => {
                let reason = &reason;
                let report = Report::RequestFailed { transport, endpoint: &endpoint, reason };
                self.ui.tell(report);
            }
            Message::Faults(changes, reply) => drop(reply.send(self.change_faults(&changes))),
            Message::Closed(connection) => self.cookies.connection_closed(connection),
            Message::ConsoleEnded => {
                if self.settings.http.is_none() {
                    self.exit.when_idle();
                }
            }
        }
    }

    fn request(&mut self, incoming: Incoming) {
        let now = self.now();
        let (transport, peer, session, new_session) = match incoming.origin {
            // Standard input is one peer, whatever session number it uses.
            Origin::Console { session } => (Transport::Console, Peer::new(1), session, None),
            Origin::Http { connection, peer, cookie } => {
                let (protocomm, rng) = self.manager.protocomm_and_rng();
                let in_use = |number| protocomm.knows(SessionId::new(Transport::Http.id(), number));
                let cookie = cookie.as_deref();
                let Ok(found) = self.cookies.resolve(connection, peer, cookie, in_use, rng) else {
                    // Without randomness there is no session, so the connection is closed.
                    return;
                };
                let new_session = found.set_cookie.then_some(found.session);
                (Transport::Http, peer, found.session, new_session)
            }
        };
        self.requests = self.requests.wrapping_add(1);
        let id = RequestId(self.requests);
        let Incoming { endpoint, message, reply, .. } = incoming;
        let session = SessionId::new(transport.id(), session);
        if let Some(refusal) = self.disturbances.refusal(&endpoint) {
            let buffer = Vec::new();
            let waiting = Waiting { transport, endpoint, session, new_session, reply, buffer };
            return self.respond(now, waiting, Err(refusal));
        }
        let length = message.len();
        let mut buffer = message;
        buffer.resize(length.max(REPLY_MAX), 0);
        let request =
            Request { id, session, peer, endpoint: &endpoint, buffer: &mut buffer, length };
        let handled = self.manager.request(now, request);
        let waiting = Waiting { transport, endpoint, session, new_session, reply, buffer };
        match handled {
            Ok(Handled::Response(length)) => self.respond(now, waiting, Ok(length)),
            Ok(Handled::Call(call)) => self.call(now, waiting, call),
            Ok(Handled::Deferred) => drop(self.waiting.insert(id, waiting)),
            Err(error) => self.respond(now, waiting, Err(error)),
        }
    }

    fn interrupted(&mut self) {
        if self.exit.interrupt() {
            let now = self.now();
            self.manager.deinit(now);
        }
    }
}

async fn sleep_until(start: tokio::time::Instant, wake: Option<Instant>) {
    match wake {
        Some(at) => {
            tokio::time::sleep_until(start + Duration::from_millis(at.as_millis())).await;
        }
        None => std::future::pending().await,
    }
}

/// The end of a task, if there is one.
async fn finished<T>(task: &mut Option<JoinHandle<T>>) -> Result<T, tokio::task::JoinError> {
    match task {
        Some(handle) => {
            let result = handle.await;
            *task = None;
            result
        }
        None => std::future::pending().await,
    }
}
