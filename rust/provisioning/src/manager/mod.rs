//! The manager: the service's life, and whose turn it is.

mod requests;
mod thread;
mod wifi;

use protocomm::security::Scheme;
use protocomm::{EndpointClass, EndpointId, Instant, Millis, Protocomm, SessionId};
use rand_core::TryCryptoRng;

use self::requests::ScanWaiter;
pub use self::requests::{Handled, Request};

use crate::app_info::AppInfo;
use crate::config::{Config, endpoints};
use crate::error::{Error, RequestError};
use crate::network::{Hopeless, Link as _, Network, Verdict};
use crate::output::{Event, FailReason, Output, Outputs};
use crate::scan::{Scan, ScanFailure};
use crate::wifi::Wifi;

/// The manager of network provisioning, for a type of network. See the [crate's page](crate) for
/// how to drive it.
// In this order, which is by size, so that most of it is within reach of short instructions.
#[repr(C)]
pub struct Manager<R, N: Network = Wifi> {
    lifecycle: Lifecycle,
    phase: Phase,
    deinit: bool,
    auto_stop: bool,
    /// Why credentials did not work, for clients to read until the next ones are tried.
    failure: Option<FailReason>,
    auto_stop_at: Option<Instant>,
    /// The delay that the application asked for before an end of its own making.
    stop_delay: Millis,
    builtin: Builtin,
    /// The client that waits for the scan's end.
    scan_waiter: Option<ScanWaiter>,
    rng: R,
    config: Config,
    custom: heapless::Vec<Custom, { protocomm::limits::CUSTOM_ENDPOINTS_MAX }>,
    app_info: AppInfo,
    link: N::Link,
    staged: Option<N::Credentials>,
    scan: Scan<N>,
    out: Outputs,
    protocomm: Protocomm,
}

/// The places of the protocol's endpoints.
#[derive(Default)]
struct Builtin {
    ctrl: EndpointId,
    scan: EndpointId,
    config: EndpointId,
}

/// An endpoint of the application.
struct Custom {
    id: EndpointId,
    /// It has a handler.
    registered: bool,
}

/// The service's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lifecycle {
    Idle,
    Starting {
        stop: bool,
    },
    Running,
    /// The service still answers, and ends then.
    Stopping {
        at: Instant,
        by_itself: bool,
    },
    /// The transport is being stopped.
    Ending,
}

/// How far the credentials are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Awaiting,
    Trying,
    Storing,
    Succeeded,
    Failed,
}

/// How a manager stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The service does not run.
    Idle,
    /// The transport is being started.
    Starting,
    /// The service awaits credentials.
    Awaiting,
    /// Credentials are being tried, or stored.
    Trying,
    /// Credentials have worked and are stored.
    Succeeded,
    /// Credentials have not worked; others are welcome.
    Failed,
    /// The service is ending.
    Stopping,
}

impl<R: TryCryptoRng, N: Network> Manager<R, N> {
    /// A manager whose service does not run yet. It takes its randomness from `rng`.
    pub fn new(config: Config, rng: R) -> Self {
        let mut this = Self::plain(config, rng);
        this.set_up();
        this
    }

    /// The same in the place where it is going to live. A manager is some 4 KB large: as a value on
    /// its way it would be the most that the stack ever holds.
    #[inline(never)]
    pub fn new_in(place: &mut Option<Self>, config: Config, rng: R) -> &mut Self {
        *place = None;
        let this = place.insert(Self::plain(config, rng));
        this.set_up();
        this
    }

    /// Nothing but plain values, which the compiler writes where they belong.
    #[inline(always)]
    fn plain(config: Config, rng: R) -> Self {
        Self {
            protocomm: Protocomm::new(config.limiter),
            config,
            rng,
            builtin: Builtin::default(),
            custom: heapless::Vec::new(),
            app_info: AppInfo::default(),
            auto_stop: true,
            stop_delay: Millis::ZERO,
            lifecycle: Lifecycle::Idle,
            deinit: false,
            phase: Phase::Awaiting,
            failure: None,
            staged: None,
            auto_stop_at: None,
            link: N::Link::NEW,
            scan: Scan::new(),
            scan_waiter: None,
            out: Outputs::new(),
        }
    }

    fn set_up(&mut self) {
        let mut add = |builtin: endpoints::Builtin, class| {
            // An empty table has room for five distinct names.
            self.protocomm.add_endpoint(builtin.name, class).unwrap_or_default()
        };
        // In the order of their numbers.
        self.builtin.ctrl = add(endpoints::CTRL, EndpointClass::Request);
        self.builtin.scan = add(endpoints::SCAN, EndpointClass::Request);
        add(endpoints::SESSION, EndpointClass::Security);
        self.builtin.config = add(endpoints::CONFIG, EndpointClass::Request);
        add(endpoints::VERSION, EndpointClass::Version);
        self.out.event(Event::Init);
    }

    /// The next effect to bring about. Call it after every other method, until there is none.
    pub fn poll_output(&mut self) -> Option<Output> {
        loop {
            let output = self.out.pop()?;
            // What was asked for before a call of the application may no longer be wanted.
            let is_wanted = match output {
                Output::Connect => self.link.step().is_trying(),
                Output::Store => self.phase == Phase::Storing,
                _ => true,
            };
            if is_wanted {
                return Some(output);
            }
        }
    }

    /// Whether the owner must take outputs before it makes a further call that may leave some.
    /// What remains is room for a stop and for reports on what was taken.
    pub fn is_backed_up(&self) -> bool {
        self.out.is_half_full()
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called, if nothing else happens.
    pub fn next_timeout(&self) -> Option<Instant> {
        let stop = match self.lifecycle {
            Lifecycle::Stopping { at, .. } => Some(at),
            _ => None,
        };
        let service = Instant::earlier(stop, self.auto_stop_at);
        let network = Instant::earlier(self.link.step().next_timeout(), self.scan.next_timeout());
        Instant::earlier(service, network)
    }

    /// Does one thing that is due. Call it again, after the outputs, while
    /// [`next_timeout`](Self::next_timeout) is not in the future.
    pub fn handle_timeout(&mut self, now: Instant) {
        if let Lifecycle::Stopping { at, .. } = self.lifecycle
            && at <= now
        {
            self.tear_down();
        } else if self.auto_stop_at.is_some_and(|at| at <= now) {
            self.auto_stop_at = None;
            self.stop_by_itself(now);
        } else if let Some(result) = self.scan.handle_timeout(now, &self.config, &mut self.out) {
            self.scan_finished(result);
        } else if !self.is_held(now) {
            let verdict = self.link.handle_timeout(now, &self.config, &mut self.out);
            self.judge(verdict);
        }
    }

    // The application's calls.

    /// Adds an entry to the version text, or replaces the one of the same label.
    pub fn set_app_info(&mut self, label: &str, version: &str, caps: &[&str]) -> Result<(), Error> {
        self.app_info.set(label, version, caps)
    }

    /// Leaves it to the application to end the service after a success. `stop_delay` is how long
    /// the service goes on answering after [`stop`](Self::stop): none, or at least 100 ms.
    pub fn disable_auto_stop(&mut self, stop_delay: Millis) -> Result<(), Error> {
        self.only_idle()?;
        self.auto_stop = false;
        self.stop_delay = stop_delay;
        if !stop_delay.is_zero() {
            self.stop_delay = stop_delay.max(Millis::from_millis(100));
        }
        Ok(())
    }

    /// Adds an endpoint of the application. A transport announces it from the next start on.
    pub fn endpoint_create(&mut self, name: &str) -> Result<EndpointId, Error> {
        self.only_idle()?;
        if self.custom.is_full() {
            return Err(Error::Full);
        }
        let id = self.protocomm.add_endpoint(name, EndpointClass::Request)?;
        // There is room.
        let _ = self.custom.push(Custom { id, registered: false });
        Ok(id)
    }

    /// Says that the application has a handler for an endpoint of its own. From now on requests
    /// to it become [`Output::Call`]; until the service ends or the handler is unregistered.
    pub fn endpoint_register(&mut self, name: &str) -> Result<EndpointId, Error> {
        self.only_serving()?;
        let custom = self.custom_endpoint(name)?;
        custom.registered = true;
        Ok(custom.id)
    }

    /// Takes the handler of an endpoint away.
    pub fn endpoint_unregister(&mut self, name: &str) -> Result<EndpointId, Error> {
        let custom = self.custom_endpoint(name)?;
        custom.registered = false;
        Ok(custom.id)
    }

    /// Starts the service under a security scheme.
    pub fn start(&mut self, scheme: Scheme) -> Result<(), Error> {
        self.only_idle()?;
        if self.deinit {
            return Err(Error::State);
        }
        self.protocomm.set_security(Some(scheme));
        self.lifecycle = Lifecycle::Starting { stop: false };
        self.phase = Phase::Awaiting;
        self.failure = None;
        self.out.push(Output::StartService);
        Ok(())
    }

    /// Ends the service; nothing if it does not run. A client that is being answered gets its
    /// answer first.
    pub fn stop(&mut self, now: Instant) {
        match &mut self.lifecycle {
            Lifecycle::Idle | Lifecycle::Ending => {}
            Lifecycle::Starting { stop } => *stop = true,
            Lifecycle::Running | Lifecycle::Stopping { .. } => {
                let mut delay = self.stop_delay;
                if self.protocomm.is_responding() {
                    delay = delay.max(self.config.cleanup_delay);
                }
                if delay.is_zero() {
                    self.tear_down();
                } else {
                    let mut at = now.after(delay);
                    // A stop that is asked for again is not put off by that.
                    if let Lifecycle::Stopping { at: before, .. } = self.lifecycle {
                        at = at.min(before);
                    }
                    self.lifecycle = Lifecycle::Stopping { at, by_itself: false };
                }
            }
        }
    }

    /// Ends the service if it runs, then says [`Event::Deinit`]: the manager can be dropped.
    pub fn deinit(&mut self, now: Instant) {
        // Said once: applications call this again when they hear of the end.
        if core::mem::replace(&mut self.deinit, true) {
            return;
        }
        if self.lifecycle == Lifecycle::Idle {
            self.out.event(Event::Deinit);
        } else {
            self.stop(now);
        }
    }

    /// Awaits credentials again after a failure. Nothing if they are awaited already. What failed
    /// stays readable for clients until the next credentials.
    pub fn reset_on_failure(&mut self) -> Result<(), Error> {
        self.only_serving()?;
        match self.phase {
            Phase::Awaiting => Ok(()),
            Phase::Failed => {
                self.phase = Phase::Awaiting;
                Ok(())
            }
            _ => Err(Error::State),
        }
    }

    /// Leaves the network and awaits credentials again, after a success too: a service that was
    /// about to end by itself goes on. What is stored stays until other credentials have worked.
    pub fn reset_for_reprovision(&mut self) -> Result<(), Error> {
        if let Lifecycle::Stopping { by_itself: true, .. } = self.lifecycle {
            self.lifecycle = Lifecycle::Running;
        }
        self.only_serving()?;
        match self.phase {
            Phase::Awaiting => return Ok(()),
            // They have worked: the store decides within the moment.
            Phase::Storing => return Err(Error::State),
            Phase::Trying | Phase::Succeeded | Phase::Failed => {}
        }
        self.link.disconnect(&mut self.out);
        self.auto_stop_at = None;
        self.phase = Phase::Awaiting;
        self.out.event(Event::Start);
        Ok(())
    }

    // What the owner tells.

    /// The transport runs, or could not be started.
    pub fn service_started(&mut self, now: Instant, started: bool) {
        let Lifecycle::Starting { stop } = self.lifecycle else { return };
        if !started {
            self.protocomm.set_security(None);
            self.lifecycle = Lifecycle::Idle;
            if self.deinit {
                self.out.event(Event::Deinit);
            }
            return;
        }
        self.lifecycle = Lifecycle::Running;
        self.out.event(Event::Start);
        if stop {
            self.stop(now);
        }
    }

    /// The transport has stopped.
    pub fn service_stopped(&mut self) {
        if self.lifecycle != Lifecycle::Ending {
            return;
        }
        self.lifecycle = Lifecycle::Idle;
        for custom in &mut self.custom {
            custom.registered = false;
        }
        self.out.event(Event::End);
        if self.deinit {
            self.out.event(Event::Deinit);
        }
    }

    /// A transport session has ended.
    pub fn close_session(&mut self, session: SessionId) {
        if self.protocomm.established() == Some(session) {
            self.staged = None;
        }
        self.protocomm.close(session);
        self.dismiss_displaced();
    }

    /// The scan has ended, or could not be started.
    pub fn scan_done(&mut self, now: Instant, result: Result<(), ScanFailure>) {
        if let Some(result) = self.scan.done(now, result, &self.config, &mut self.out) {
            self.scan_finished(result);
        }
        if self.scan.driver_until().is_none() {
            self.link.step_mut().release(now);
        }
    }

    /// The driver is at a scan that somebody else asked for, a manager before this one: it has
    /// ended by `until` at the latest. What it finds is not taken; a scan of this manager begins
    /// when [`scan_done`](Self::scan_done) has told of its end.
    pub fn scan_under_way(&mut self, until: Instant) {
        self.scan.driver_is_busy(until);
    }

    /// Until when the driver is at a scan at the latest, if it is: for the manager after this one.
    pub fn scan_until(&self) -> Option<Instant> {
        self.scan.driver_until()
    }

    pub(crate) fn network_event(&mut self, now: Instant, event: N::Event) {
        let verdict = self.link.handle_event(now, event, &self.config, &mut self.out);
        self.judge(verdict);
    }

    /// The credentials are stored, or could not be.
    pub fn credentials_stored(&mut self, now: Instant, stored: bool) {
        // After the end of the service nobody is told any more.
        if self.phase != Phase::Storing || self.lifecycle == Lifecycle::Idle {
            return;
        }
        if !stored {
            self.link.disconnect(&mut self.out);
            self.fail(FailReason::Storage);
            return;
        }
        self.phase = Phase::Succeeded;
        if self.auto_stop && self.lifecycle == Lifecycle::Running {
            self.auto_stop_at = Some(now.after(self.config.auto_stop_timeout));
        }
        self.out.event(Event::CredSuccess);
    }

    // Questions.

    /// How the manager stands.
    pub fn state(&self) -> State {
        match (self.lifecycle, self.phase) {
            (Lifecycle::Idle, _) => State::Idle,
            (Lifecycle::Starting { .. }, _) => State::Starting,
            (Lifecycle::Stopping { .. } | Lifecycle::Ending, _) => State::Stopping,
            (Lifecycle::Running, Phase::Awaiting) => State::Awaiting,
            (Lifecycle::Running, Phase::Trying | Phase::Storing) => State::Trying,
            (Lifecycle::Running, Phase::Succeeded) => State::Succeeded,
            (Lifecycle::Running, Phase::Failed) => State::Failed,
        }
    }

    /// How long the service goes on after [`stop`](Self::stop), as the application asked for.
    pub fn stop_delay(&self) -> Millis {
        self.stop_delay
    }

    pub(crate) fn status(&self) -> N::Status {
        match self.phase {
            Phase::Awaiting | Phase::Failed => N::not_connected(self.failure),
            Phase::Storing => N::connecting(),
            Phase::Trying | Phase::Succeeded => self.link.status(),
        }
    }

    /// What is to be joined, or to be stored: the data of [`Output::Connect`] and
    /// [`Output::Store`]. Nothing if no credentials are being tried or have worked.
    pub fn target(&self) -> Option<&N::Target> {
        self.link.target()
    }

    /// How to scan: the data of [`Output::Scan`].
    pub fn scan_request(&self) -> &N::ScanRequest {
        self.scan.request()
    }

    /// The protocol's tables: endpoints, security, which session is established.
    pub fn protocomm(&self) -> &Protocomm {
        &self.protocomm
    }

    /// The source of randomness.
    pub fn rng(&mut self) -> &mut R {
        &mut self.rng
    }

    /// The protocol's tables and the source of randomness: it takes both to number a session of
    /// a transport that has no numbers of its own, as with
    /// [`Cookies::resolve`](protocomm::transport::http::Cookies::resolve).
    pub fn protocomm_and_rng(&mut self) -> (&Protocomm, &mut R) {
        (&self.protocomm, &mut self.rng)
    }

    fn custom_endpoint(&mut self, name: &str) -> Result<&mut Custom, Error> {
        let (id, _) = self.protocomm.endpoints().find(name).ok_or(Error::UnknownEndpoint)?;
        self.custom.iter_mut().find(|custom| custom.id == id).ok_or(Error::UnknownEndpoint)
    }

    fn only_idle(&self) -> Result<(), Error> {
        if self.lifecycle == Lifecycle::Idle { Ok(()) } else { Err(Error::Running) }
    }

    fn only_serving(&self) -> Result<(), Error> {
        if self.lifecycle == Lifecycle::Running { Ok(()) } else { Err(Error::NotRunning) }
    }

    /// Tries the staged credentials; they are used up whatever comes of it.
    fn apply(&mut self, now: Instant) -> Result<(), Error> {
        match self.staged.take() {
            Some(credentials) => self.try_credentials(now, credentials),
            None => {
                self.refuse();
                Err(Error::State)
            }
        }
    }

    fn try_credentials(&mut self, now: Instant, credentials: N::Credentials) -> Result<(), Error> {
        self.only_serving()?;
        if !matches!(self.phase, Phase::Awaiting | Phase::Failed) {
            return Err(Error::State);
        }
        self.failure = None;
        self.phase = Phase::Trying;
        let seen = self.scan.seen();
        match N::begin(&mut self.link, now, credentials, seen, &self.config, &mut self.out) {
            Ok(()) => Ok(()),
            Err(Hopeless::Failed(reason)) => {
                self.fail(reason);
                Ok(())
            }
            Err(Hopeless::Invalid(reason)) => {
                self.fail(reason);
                Err(Error::Argument)
            }
        }
    }

    /// Credentials of a client were refused before they were tried. Some clients do not look at
    /// that answer and ask for the status at once: it must not say that they may still wait.
    fn refuse(&mut self) {
        if matches!(self.phase, Phase::Awaiting | Phase::Failed) {
            self.failure.get_or_insert(N::REFUSED);
        }
    }

    /// Whether an attempt that is due has been put off until a scan that no client asked for has
    /// ended: some drivers refuse to join a network in the middle of one.
    fn is_held(&mut self, now: Instant) -> bool {
        let scanning = self.scan.ahead_until().filter(|until| now < *until);
        scanning.is_some_and(|until| self.link.step_mut().hold(now, until))
    }

    fn judge(&mut self, verdict: Option<Verdict>) {
        match verdict {
            None => {}
            Some(Verdict::Failed(reason)) => self.fail(reason),
            Some(Verdict::Online) => {
                self.out.push(Output::Store);
                self.phase = Phase::Storing;
            }
        }
    }

    fn fail(&mut self, reason: FailReason) {
        self.phase = Phase::Failed;
        self.failure = Some(reason);
        self.out.event(Event::CredFail(reason));
    }

    /// Ends the service after the cleanup delay, unless that was left to the application.
    fn stop_by_itself(&mut self, now: Instant) {
        if self.auto_stop && self.lifecycle == Lifecycle::Running {
            let at = now.after(self.config.cleanup_delay);
            self.lifecycle = Lifecycle::Stopping { at, by_itself: true };
        }
    }

    fn tear_down(&mut self) {
        self.lifecycle = Lifecycle::Ending;
        self.auto_stop_at = None;
        self.staged = None;
        self.scan.reset();
        self.fail_wait(RequestError::NotRunning);
        if self.phase != Phase::Succeeded {
            self.link.cancel(&mut self.out);
        } else {
            self.link.forget();
        }
        self.protocomm.set_security(None);
        self.out.push(Output::StopService);
    }
}
