//! The manager: its state, outputs and queries. Each other file has the calls of one topic.

mod connect;
mod credentials;
mod endpoints;
mod lifecycle;
mod requests;
mod scans;
mod service;
mod timers;

use protocomm::{Millis, Protocomm};
use rand_core::TryCryptoRng;

pub use self::lifecycle::ConnectState;
use self::lifecycle::{Lifecycle, Phase, Service};
use self::requests::ScanWaiter;
pub use self::requests::{Handled, Request};
use crate::app_info::AppInfo;
use crate::config::{self, Config};
use crate::link::{LinkMachine, Progress};
use crate::network::Network;
use crate::output::{Event, FailReason, Output, Outputs};
use crate::scan::Scan;
use crate::wifi::Wifi;

/// The manager of network provisioning, for one network type. The [crate's page](crate) describes
/// how to drive it.
// The order is by size, so that short instructions reach most members.
#[repr(C)]
pub struct Manager<R, N: Network = Wifi> {
    lifecycle: Lifecycle,
    deinit: bool,
    auto_stop: bool,
    /// Why the last credentials failed. Clients can read it until the next ones are tried.
    failure: Option<FailReason>,
    /// Number of stored networks, as last reported.
    stored: usize,
    /// The device has been online with stored credentials.
    has_been_online: bool,
    /// Delay between a stop by the application and the end of the service.
    stop_delay: Millis,
    /// Bit *n*: endpoint *n* of the application has a handler.
    handlers: u32,
    /// The client that waits for the end of the scan.
    scan_waiter: Option<ScanWaiter>,
    rng: R,
    config: Config,
    app_info: AppInfo,
    link: LinkMachine<N>,
    staged: Option<N::Credentials>,
    scan: Scan<N>,
    out: Outputs,
    protocomm: Protocomm,
}

/// State of a manager.
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
    /// Credentials have not worked; others are accepted.
    Failed,
    /// The service is ending.
    Stopping,
}

impl<R: TryCryptoRng, N: Network> Manager<R, N> {
    /// Creates a manager whose service is not running. It takes its randomness from `rng`.
    pub fn new(config: Config, rng: R) -> Self {
        let mut this = Self::plain(config, rng);
        this.out.event(Event::Init);
        this
    }

    /// Creates a manager in its final place. A manager has about 4 KB; returning it by value would
    /// set the peak of the stack's use.
    #[inline(never)]
    pub fn new_in(place: &mut Option<Self>, config: Config, rng: R) -> &mut Self {
        *place = None;
        let this = place.insert(Self::plain(config, rng));
        this.out.event(Event::Init);
        this
    }

    /// Creates the plain values, which the compiler writes in place.
    #[inline(always)]
    fn plain(config: Config, rng: R) -> Self {
        Self {
            protocomm: Protocomm::new(config.limiter, &config::endpoints::ALL),
            config,
            rng,
            handlers: 0,
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

    /// Returns the next output. Call it after every other method until it returns `None`.
    pub fn poll_output(&mut self) -> Option<Output> {
        loop {
            let output = self.out.pop()?;
            // A later call of the application may have made an output obsolete.
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

    /// Returns whether the driver must take outputs before it makes another call that may add some.
    /// The remaining room is for a stop and for reports on the outputs that were taken.
    pub fn is_backed_up(&self) -> bool {
        self.out.is_half_full()
    }

    /// Returns the state of the manager.
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

    /// Returns how long the service keeps responding after [`stop`](Self::stop).
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

    /// Returns what is to be joined or stored: the data of [`Output::Connect`] and [`Output::Store`].
    /// `None` if no credentials are being tried or have worked.
    pub fn target(&self) -> Option<&N::Target> {
        self.link.target()
    }

    /// Returns the parameters of a scan: the data of [`Output::Scan`].
    pub fn scan_request(&self) -> &N::ScanRequest {
        self.scan.request()
    }

    /// Returns the endpoints, the security scheme and the sessions.
    pub fn protocomm(&self) -> &Protocomm {
        &self.protocomm
    }

    /// Returns the source of randomness.
    pub fn rng(&mut self) -> &mut R {
        &mut self.rng
    }

    /// Returns the protocol's tables and the source of randomness. Both are needed to number the
    /// sessions of a transport without session numbers; see
    /// [`Cookies::resolve`](protocomm::transport::http::Cookies::resolve).
    pub fn protocomm_and_rng(&mut self) -> (&Protocomm, &mut R) {
        (&self.protocomm, &mut self.rng)
    }
}
