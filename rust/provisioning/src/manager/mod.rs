//! The manager: the service's life, and whose turn it is.

mod connect;
mod lifecycle;
mod requests;

use protocomm::security::Scheme;
use protocomm::{EndpointClass, EndpointId, Instant, Millis, Protocomm, SessionId};
use rand_core::TryCryptoRng;

pub use self::lifecycle::ConnectState;
use self::lifecycle::{End, Ending, Lifecycle, Phase, Service, Timer};
use self::requests::ScanWaiter;
pub use self::requests::{Handled, Request};
use crate::app_info::AppInfo;
use crate::config::{Config, endpoints};
use crate::connects::Connects;
use crate::error::{Error, RequestError};
use crate::link::{LinkMachine, Progress};
use crate::network::Network;
use crate::output::{Event, FailReason, Output, Outputs};
use crate::scan::{Scan, ScanFailure};
use crate::wifi::Wifi;

/// The manager of network provisioning, for a type of network. See the [crate's page](crate) for
/// how to drive it.
// In this order, which is by size, so that most of it is within reach of short instructions.
#[repr(C)]
pub struct Manager<R, N: Network = Wifi> {
    lifecycle: Lifecycle,
    deinit: bool,
    auto_stop: bool,
    /// Why credentials did not work, for clients to read until the next ones are tried.
    failure: Option<FailReason>,
    /// Networks that are stored, as the owner told last.
    stored: usize,
    /// The device has been online with stored credentials.
    has_been_online: bool,
    /// The delay that the application asked for before an end of its own making.
    stop_delay: Millis,
    builtin: Builtin,
    /// The client that waits for the scan's end.
    scan_waiter: Option<ScanWaiter>,
    rng: R,
    config: Config,
    custom: heapless::Vec<Custom, { protocomm::limits::CUSTOM_ENDPOINTS_MAX }>,
    app_info: AppInfo,
    link: LinkMachine<N>,
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

/// How a manager stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The service does not run.
    Idle,
    /// Stored networks are being tried; the service does not run.
    Connecting,
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
            lifecycle: Lifecycle::Idle(ConnectState::None),
            deinit: false,
            stored: 0,
            has_been_online: false,
            failure: None,
            staged: None,
            link: LinkMachine::new(),
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
                Output::Connect => self.link.is_trying() && !self.link.is_stored(),
                Output::ConnectStored(_) => self.link.is_trying() && self.link.is_stored(),
                Output::Store => self.is_storing(),
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
        let mut next = None;
        for &timer in &Timer::ALL {
            let deadline = self.deadline(timer);
            if next.is_none() || deadline.is_some() && deadline < next {
                next = deadline;
            }
        }
        next
    }

    /// Does one thing that is due. Call it again, after the outputs, while
    /// [`next_timeout`](Self::next_timeout) is not in the future.
    pub fn handle_timeout(&mut self, now: Instant) {
        for &timer in &Timer::ALL {
            if self.deadline(timer).is_some_and(|deadline| deadline <= now)
                && self.run_timer(timer, now)
            {
                return;
            }
        }
    }

    /// When a timer runs off, if it runs.
    fn deadline(&self, timer: Timer) -> Option<Instant> {
        match (timer, &self.lifecycle) {
            (Timer::End, Lifecycle::Serving(service)) => service.end.map(|end| end.at),
            (Timer::AutoStop, Lifecycle::Serving(service)) => match service.phase {
                Phase::Succeeded { auto_stop_at } => auto_stop_at,
                _ => None,
            },
            (Timer::RetryStored, Lifecycle::Serving(service)) => service.retry_at.map(|(at, _)| at),
            (Timer::Session, Lifecycle::Serving(service)) => service.session_end,
            (Timer::End | Timer::AutoStop | Timer::RetryStored | Timer::Session, _) => None,
            (Timer::Scan, _) => self.scan.next_timeout(),
            // The radio may still be at the service of the transport.
            (Timer::Attempt, Lifecycle::Ending(_)) => None,
            (Timer::Attempt, _) => self.link.next_timeout(),
        }
    }

    /// Does what a timer is for. Returns whether there was anything to do.
    fn run_timer(&mut self, timer: Timer, now: Instant) -> bool {
        match (timer, &mut self.lifecycle) {
            (Timer::End, _) => self.tear_down(now, None),
            (Timer::AutoStop, Lifecycle::Serving(service)) => {
                service.phase = Phase::Succeeded { auto_stop_at: None };
                self.stop_by_itself(now);
            }
            (Timer::RetryStored, Lifecycle::Serving(service)) => {
                let waits = matches!(service.phase, Phase::Awaiting | Phase::Failed);
                if waits && service.end.is_none() && !self.protocomm.is_responding() {
                    let retry = service.retry_at.map(|(_, connects)| connects);
                    self.tear_down(now, retry);
                } else {
                    self.client_is_present(now);
                }
            }
            (Timer::Session, Lifecycle::Serving(service)) => {
                service.session_end = None;
                if self.protocomm.is_responding() {
                    self.renew_session(now);
                } else if let Some(session) = self.protocomm.established() {
                    self.close_session(session);
                }
            }
            (Timer::AutoStop | Timer::RetryStored | Timer::Session, _) => {}
            (Timer::Scan, _) => {
                if let Some(result) = self.scan.handle_timeout(now, &self.config, &mut self.out) {
                    self.scan_finished(result);
                }
            }
            (Timer::Attempt, _) => {
                if self.is_held(now) {
                    return false;
                }
                let verdict = self.link.handle_timeout(now, &self.config, &mut self.out);
                self.judge(verdict);
            }
        }
        true
    }

    // The application's calls.

    /// Adds an entry to the version text, or replaces the one of the same label.
    pub fn set_app_info(&mut self, label: &str, version: &str, caps: &[&str]) -> Result<(), Error> {
        self.app_info.set(label, version, caps)
    }

    /// Leaves it to the application to end the service after a success. `stop_delay` is how long
    /// the service goes on answering after [`stop`](Self::stop): none, or at least 100 ms.
    pub fn disable_auto_stop(&mut self, stop_delay: Millis) -> Result<(), Error> {
        self.only_stopped()?;
        self.auto_stop = false;
        self.stop_delay = stop_delay;
        if !stop_delay.is_zero() {
            self.stop_delay = stop_delay.max(Millis::from_millis(100));
        }
        Ok(())
    }

    /// Adds an endpoint of the application. A transport announces it from the next start on.
    pub fn endpoint_create(&mut self, name: &str) -> Result<EndpointId, Error> {
        self.only_stopped()?;
        if self.custom.is_full() {
            return Err(Error::Full);
        }
        let id = self.protocomm.add_endpoint(name, EndpointClass::Request)?;
        // There is room.
        let _ = self.custom.push(Custom { id, registered: false });
        Ok(id)
    }

    /// Says that the application has a handler for an endpoint of its own. From now on requests
    /// to it become [`Handled::Call`], until the service ends or the handler is unregistered.
    pub fn endpoint_register(&mut self, name: &str) -> Result<EndpointId, Error> {
        self.serving()?;
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

    /// Starts the service under a security scheme. A link that is being restored is given up.
    pub fn start(&mut self, scheme: Scheme) -> Result<(), Error> {
        self.only_idle()?;
        self.link.cancel(&mut self.out);
        self.protocomm.set_security(Some(scheme));
        self.begin_service(None);
        Ok(())
    }

    /// Starts the service, which has its security scheme.
    fn begin_service(&mut self, retry: Option<Connects>) {
        self.lifecycle = Lifecycle::Starting { stop: false, retry };
        self.failure = None;
        self.out.push(Output::StartService);
    }

    /// Ends the service or a [`connect`](Self::connect); nothing if neither runs. A client that is
    /// being answered gets its answer first.
    pub fn stop(&mut self, now: Instant) {
        match &mut self.lifecycle {
            Lifecycle::Idle(_) => {}
            Lifecycle::Connecting { .. } => self.cancel_connect(),
            Lifecycle::Starting { stop, .. } => *stop = true,
            Lifecycle::Ending(ending) => {
                if matches!(ending, Ending::Retry(_)) {
                    *ending = Ending::Unsuccessful;
                    self.link.cancel(&mut self.out);
                    self.protocomm.set_security(None);
                }
            }
            Lifecycle::Serving(service) => {
                let mut delay = self.stop_delay;
                if self.protocomm.is_responding() {
                    delay = delay.max(self.config.cleanup_delay);
                }
                if delay.is_zero() {
                    self.tear_down(now, None);
                } else {
                    let mut at = now.after(delay);
                    // A stop that is asked for again is not put off by that.
                    if let Some(before) = service.end {
                        at = at.min(before.at);
                    }
                    service.end = Some(End { at, by_itself: false });
                }
            }
        }
    }

    /// Ends the service or a [`connect`](Self::connect) if one runs, then says [`Event::Deinit`]:
    /// the manager can be dropped. A device that is online stays so.
    pub fn deinit(&mut self, now: Instant) {
        // Said once: applications call this again when they hear of the end.
        if core::mem::replace(&mut self.deinit, true) {
            return;
        }
        if matches!(self.lifecycle, Lifecycle::Idle(_)) {
            self.link.cancel(&mut self.out);
            self.out.event(Event::Deinit);
        } else {
            self.stop(now);
        }
    }

    /// Awaits credentials again after a failure. Nothing if they are awaited already. What failed
    /// stays readable for clients until the next credentials.
    pub fn reset_on_failure(&mut self) -> Result<(), Error> {
        let service = self.serving()?;
        match service.phase {
            Phase::Awaiting => Ok(()),
            Phase::Failed => {
                service.phase = Phase::Awaiting;
                Ok(())
            }
            _ => Err(Error::State),
        }
    }

    /// Leaves the network and awaits credentials again, after a success too: a service that was
    /// about to end by itself goes on. What is stored stays until other credentials have worked.
    pub fn reset_for_reprovision(&mut self) -> Result<(), Error> {
        if let Lifecycle::Serving(Service {
            end: end @ Some(End { by_itself: true, .. }), ..
        }) = &mut self.lifecycle
        {
            *end = None;
        }
        let service = self.serving()?;
        match service.phase {
            Phase::Awaiting => return Ok(()),
            // They have worked: the store decides within the moment.
            Phase::Storing => return Err(Error::State),
            Phase::Trying | Phase::Succeeded { .. } | Phase::Failed => {}
        }
        service.phase = Phase::Awaiting;
        self.link.disconnect(&mut self.out);
        self.out.event(Event::Start);
        Ok(())
    }

    // What the owner tells.

    /// The transport runs, or could not be started.
    pub fn service_started(&mut self, now: Instant, started: bool) {
        let Lifecycle::Starting { stop, retry } = self.lifecycle else { return };
        if !started {
            return self.end_with(ConnectState::NotStarted);
        }
        let retry = retry.filter(|_| !self.config.retry_stored.is_zero());
        let retry_at = retry.map(|connects| (now.after(self.config.retry_stored), connects));
        self.lifecycle = Lifecycle::Serving(Service {
            phase: Phase::Awaiting,
            end: None,
            retry_at,
            session_end: None,
        });
        self.out.event(Event::Start);
        if stop {
            self.stop(now);
        }
    }

    /// The transport has stopped.
    pub fn service_stopped(&mut self) {
        let Lifecycle::Ending(ending) = self.lifecycle else { return };
        for custom in &mut self.custom {
            custom.registered = false;
        }
        self.out.event(Event::End);
        match ending {
            Ending::Unsuccessful => self.end_with(ConnectState::Cancelled),
            Ending::Storing => self.cancel_connect(),
            Ending::Succeeded => self.end_with(ConnectState::Online),
            // It may have come online by itself meanwhile.
            Ending::Retry(_) if self.link.is_online() => {
                self.out.event(Event::Online);
                self.finish_online();
            }
            Ending::Retry(connects) => {
                self.lifecycle = Lifecycle::Connecting { or_provision: true, connects };
            }
        }
    }

    /// A transport session has ended.
    pub fn close_session(&mut self, session: SessionId) {
        if self.protocomm.established() == Some(session) {
            self.staged = None;
            if let Lifecycle::Serving(service) = &mut self.lifecycle {
                service.session_end = None;
            }
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
            self.link.release(now);
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

    /// The scan has found a network.
    pub(crate) fn network_found(&mut self, found: N::Entry) {
        self.scan.found(found);
    }

    /// Attempts that offered credentials have left.
    pub(crate) fn attempts_left(&self) -> Option<u32> {
        self.link.remaining_attempts()
    }

    pub(crate) fn network_event(&mut self, now: Instant, event: N::Event) {
        let verdict = self.link.handle_event(now, event, &self.config, &mut self.out);
        self.judge(verdict);
    }

    /// The credentials are stored, and with them so many networks are; or they could not be
    /// stored.
    pub fn credentials_stored(&mut self, now: Instant, stored: Option<usize>) {
        let is_stored = stored.is_some();
        match &mut self.lifecycle {
            Lifecycle::Serving(service) if service.phase == Phase::Storing => {
                if !is_stored {
                    self.link.disconnect(&mut self.out);
                    return self.fail(FailReason::Storage);
                }
                let ends = self.auto_stop && service.end.is_none();
                let auto_stop_at = ends.then(|| now.after(self.config.auto_stop_timeout));
                service.phase = Phase::Succeeded { auto_stop_at };
            }
            Lifecycle::Ending(ending) if *ending == Ending::Storing => {
                if !is_stored {
                    *ending = Ending::Unsuccessful;
                    self.link.disconnect(&mut self.out);
                    self.out.event(Event::CredFail(FailReason::Storage));
                    return self.stay_online(now);
                }
                *ending = Ending::Succeeded;
            }
            // After the end of the service nobody is told any more.
            _ => return,
        }
        self.stored = stored.unwrap_or(1).max(1);
        self.has_been_online = true;
        self.out.event(Event::CredSuccess);
        self.link.announce(&mut self.out);
        if matches!(self.lifecycle, Lifecycle::Ending(_)) {
            self.link.keep(now, self.stored, &self.config);
        }
    }

    // Questions.

    /// How the manager stands.
    pub fn state(&self) -> State {
        match &self.lifecycle {
            Lifecycle::Idle(_) => State::Idle,
            Lifecycle::Connecting { .. } => State::Connecting,
            Lifecycle::Starting { .. } => State::Starting,
            Lifecycle::Serving(Service { end: Some(_), .. }) | Lifecycle::Ending(_) => {
                State::Stopping
            }
            Lifecycle::Serving(service) => match service.phase {
                Phase::Awaiting => State::Awaiting,
                Phase::Trying | Phase::Storing => State::Trying,
                Phase::Succeeded { .. } => State::Succeeded,
                Phase::Failed => State::Failed,
            },
        }
    }

    /// How long the service goes on after [`stop`](Self::stop), as the application asked for.
    pub fn stop_delay(&self) -> Millis {
        self.stop_delay
    }

    pub(crate) fn status(&self) -> N::Status {
        let phase = match &self.lifecycle {
            Lifecycle::Serving(service) => service.phase,
            Lifecycle::Starting { .. } => Phase::Awaiting,
            Lifecycle::Idle(_) | Lifecycle::Connecting { .. } | Lifecycle::Ending(_) => {
                Phase::Trying
            }
        };
        let progress = match phase {
            Phase::Awaiting | Phase::Failed => Progress::Offline(self.failure),
            Phase::Storing => Progress::Connecting,
            Phase::Trying | Phase::Succeeded { .. } => self.link.progress(self.failure),
        };
        N::status(progress, &self.link.state())
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

    /// Nothing runs, and the manager stays.
    fn only_idle(&self) -> Result<(), Error> {
        match self.lifecycle {
            Lifecycle::Idle(_) if self.deinit => Err(Error::State),
            Lifecycle::Idle(_) => Ok(()),
            Lifecycle::Connecting { .. } => Err(Error::Connecting),
            _ => Err(Error::Running),
        }
    }

    /// The service does not run.
    fn only_stopped(&self) -> Result<(), Error> {
        match self.lifecycle {
            Lifecycle::Idle(_) | Lifecycle::Connecting { .. } => Ok(()),
            _ => Err(Error::Running),
        }
    }

    /// The service that runs, without an end in sight.
    fn serving(&mut self) -> Result<&mut Service, Error> {
        match &mut self.lifecycle {
            Lifecycle::Serving(service) if service.end.is_none() => Ok(service),
            _ => Err(Error::NotRunning),
        }
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

    /// Tries credentials of the application. Until the first attempt, they may replace those that a
    /// client has sent; the application knows of these already.
    pub(crate) fn try_own_credentials(
        &mut self,
        now: Instant,
        credentials: N::Credentials,
    ) -> Result<(), Error> {
        let replaces = self.phase() == Some(Phase::Trying) && self.link.is_offered_untried();
        self.begin_trying(now, credentials, replaces)
    }

    fn try_credentials(&mut self, now: Instant, credentials: N::Credentials) -> Result<(), Error> {
        self.begin_trying(now, credentials, false)
    }

    fn begin_trying(
        &mut self,
        now: Instant,
        credentials: N::Credentials,
        replaces: bool,
    ) -> Result<(), Error> {
        let service = self.serving()?;
        if !replaces && !matches!(service.phase, Phase::Awaiting | Phase::Failed) {
            return Err(Error::State);
        }
        service.phase = Phase::Trying;
        self.failure = None;
        match N::offer(credentials, self.scan.seen()) {
            Ok(offer) => {
                if !replaces {
                    self.out.event(Event::CredRecv);
                }
                self.link.offer(now, offer.target, offer.rssi, &self.config);
                if let Some(reason) = offer.unsupported {
                    self.link.refuse();
                    self.fail(reason);
                }
                Ok(())
            }
            // Those that were received are tried.
            Err(_) if replaces => Err(Error::Argument),
            Err(reason) => {
                self.fail(reason);
                Err(Error::Argument)
            }
        }
    }

    /// Credentials of a client were refused before they were tried. Some clients do not look at
    /// that answer and ask for the status at once: it must not say that they may still wait.
    fn refuse(&mut self) {
        if matches!(self.phase(), Some(Phase::Awaiting | Phase::Failed)) {
            self.failure.get_or_insert(N::REFUSED);
        }
    }

    /// The progress of offered credentials, if the service runs.
    fn phase(&self) -> Option<Phase> {
        match &self.lifecycle {
            Lifecycle::Serving(service) => Some(service.phase),
            _ => None,
        }
    }

    /// Whether credentials that have worked are being stored.
    fn is_storing(&self) -> bool {
        match &self.lifecycle {
            Lifecycle::Serving(service) => service.phase == Phase::Storing,
            Lifecycle::Ending(ending) => *ending == Ending::Storing,
            _ => false,
        }
    }

    /// A client is there, or its credentials are being tried: the stored networks can wait.
    fn client_is_present(&mut self, now: Instant) {
        if let Lifecycle::Serving(Service { retry_at: Some((at, _)), .. }) = &mut self.lifecycle {
            *at = now.after(self.config.retry_stored);
        }
    }

    /// The client of the established session has made a request.
    fn renew_session(&mut self, now: Instant) {
        if let Lifecycle::Serving(service) = &mut self.lifecycle {
            let timeout = self.config.session_timeout;
            service.session_end = (!timeout.is_zero()).then(|| now.after(timeout));
        }
    }

    /// Whether an attempt that is due has been put off until a scan that no client asked for has
    /// ended: some drivers refuse to join a network in the middle of one.
    fn is_held(&mut self, now: Instant) -> bool {
        let scanning =
            if self.link.is_stored() { self.scan.driver_until() } else { self.scan.ahead_until() };
        scanning.is_some_and(|until| now < until && self.link.hold(now, until))
    }

    fn fail(&mut self, reason: FailReason) {
        if let Lifecycle::Serving(service) = &mut self.lifecycle {
            service.phase = Phase::Failed;
        }
        self.failure = Some(reason);
        self.out.event(Event::CredFail(reason));
    }

    /// Ends the service after the cleanup delay, unless that was left to the application.
    fn stop_by_itself(&mut self, now: Instant) {
        if let (true, Lifecycle::Serving(service)) = (self.auto_stop, &mut self.lifecycle) {
            let at = now.after(self.config.cleanup_delay);
            service.end.get_or_insert(End { at, by_itself: true });
        }
    }

    /// Stops the transport: for good, or to try the stored networks again.
    fn tear_down(&mut self, now: Instant, retry: Option<Connects>) {
        let Lifecycle::Serving(service) = self.lifecycle else { return };
        let ending = match service.phase {
            Phase::Storing => Ending::Storing,
            Phase::Succeeded { .. } => Ending::Succeeded,
            _ => retry.map_or(Ending::Unsuccessful, Ending::Retry),
        };
        self.lifecycle = Lifecycle::Ending(ending);
        self.staged = None;
        self.scan.reset();
        self.fail_wait(RequestError::NotRunning);
        self.protocomm.end_sessions();
        match ending {
            Ending::Succeeded => self.link.keep(now, self.stored, &self.config),
            Ending::Retry(connects) => {
                self.link.connect_stored(now, self.stored, connects);
            }
            Ending::Unsuccessful => {
                self.link.cancel(&mut self.out);
                self.stay_online(now);
            }
            // They are asked for when they are stored.
            Ending::Storing => {}
        }
        if !matches!(ending, Ending::Retry(_)) {
            self.protocomm.set_security(None);
        }
        self.out.push(Output::StopService);
    }
}
