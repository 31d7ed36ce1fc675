//! The scan: one list from the end of a scan to the start of the next, and its pages.

use alloc::vec::Vec;
use core::time::Duration;

use protocomm::Instant;
use protocomm::wire::request::network_scan_payload::Payload as Command;
use protocomm::wire::request::{self, CmdScanWifiResult, CmdScanWifiStart};
use protocomm::wire::response::network_scan_payload::Payload as Answer;
use protocomm::wire::response::{self, RespScanWifiResult, RespScanWifiStatus, WiFiScanResult};
use protocomm::wire::{Message, NetworkScanMsgType as Msg, Status, length_delimiter_len};

use super::AuthMode;
use super::types::{AccessPoint, ScanFailure, ScanRequest, Security, Ssid};
use crate::config::Config;
use crate::error::RequestError;
use crate::limits::SCAN_MAX_ENTRIES;
use crate::manager::Outputs;
use crate::output::{Event, Output};

/// The scans of a service.
pub(crate) struct Scan {
    /// The strongest first; one of each name and security.
    networks: heapless::Vec<Network, SCAN_MAX_ENTRIES>,
    step: Step,
    /// No client has asked for the list yet: it is shown to none.
    ahead: bool,
    /// Until when it answers the first that does.
    fresh_until: Option<Instant>,
    /// The driver is at it, whether or not anybody still wants to know.
    driver_until: Option<Instant>,
}

#[derive(Clone, Debug)]
struct Network {
    ssid: Ssid,
    bssid: [u8; 6],
    channel: u8,
    rssi: i8,
    auth: AuthMode,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// The list is frozen.
    Frozen,
    /// The list is being made; it is frozen as it is at `until`.
    Collecting { until: Instant },
    /// As `Collecting`, but the driver is still busy with a scan that was given up; then it
    /// begins anew.
    Queued { until: Instant, request: ScanRequest },
}

/// The scan that a client asked for has ended.
pub(crate) type Finished = Result<(), ScanFailure>;

impl Scan {
    pub(crate) const fn new() -> Self {
        Self {
            networks: heapless::Vec::new(),
            step: Step::Frozen,
            ahead: false,
            fresh_until: None,
            driver_until: None,
        }
    }

    /// Whether the list is being made.
    pub(crate) fn is_running(&self) -> bool {
        self.step != Step::Frozen
    }

    /// Starts a scan that no client has asked for yet; nothing if the radio is at one.
    pub(crate) fn start_ahead(&mut self, now: Instant, config: &Config, out: &mut Outputs) {
        if self.is_running() || self.driver_until.is_some_and(|end| now < end) {
            return;
        }
        self.networks.clear();
        self.ahead = true;
        self.fresh_until = None;
        self.step = Step::Collecting { until: now.after(config.scan_wait) };
        let request = ScanRequest { passive: false, group_channels: 0, dwell: None };
        self.begin(now, request, config, out);
    }

    /// Starts a scan for a client; one that is running is the one. What was scanned ahead is the
    /// client's, if it is fresh: then the list is there already.
    pub(crate) fn start(
        &mut self,
        now: Instant,
        command: &CmdScanWifiStart,
        config: &Config,
        out: &mut Outputs,
    ) {
        let ahead = core::mem::take(&mut self.ahead);
        if self.is_running() {
            if ahead {
                out.push(Output::Event(Event::ScanStarted));
            }
            return;
        }
        let fresh = self.fresh_until.take().is_some_and(|until| now < until);
        if ahead && fresh && !self.networks.is_empty() {
            out.push(Output::Event(Event::ScanStarted));
            out.push(Output::Event(Event::ScanDone(self.networks.len())));
            return;
        }
        let request = ScanRequest {
            passive: command.passive,
            group_channels: command.group_channels.min(u8::MAX.into()) as u8,
            dwell: (command.period_ms > 0)
                .then(|| Duration::from_millis(command.period_ms.min(MAX_DWELL_MS).into())),
        };
        self.networks.clear();
        let until = now.after(config.scan_wait);
        if self.driver_until.is_some_and(|end| now < end) {
            self.step = Step::Queued { until, request };
        } else {
            self.step = Step::Collecting { until };
            self.begin(now, request, config, out);
        }
        out.push(Output::Event(Event::ScanStarted));
    }

    fn begin(&mut self, now: Instant, request: ScanRequest, config: &Config, out: &mut Outputs) {
        self.driver_until = Some(now.after(config.scan_timeout));
        out.push(Output::Scan(request));
    }

    /// A network was found. Others may scan too: what is found while nobody asked is not taken.
    pub(crate) fn found(&mut self, found: &AccessPoint) {
        let (Step::Collecting { .. }, Some(ssid)) = (&self.step, &found.ssid) else { return };
        let same = |n: &Network| n.ssid == *ssid && n.auth == found.auth;
        if self.networks.iter().any(|n| same(n) && n.rssi >= found.rssi) {
            return;
        }
        self.networks.retain(|n| !same(n));
        let at = self.networks.iter().position(|n| n.rssi < found.rssi);
        if self.networks.is_full() {
            if at.is_none() {
                return;
            }
            self.networks.pop();
        }
        let network = Network {
            ssid: ssid.clone(),
            bssid: found.bssid,
            channel: found.channel,
            rssi: found.rssi,
            auth: found.auth,
        };
        // There is room now, and `at` is a place in the list or its end.
        let _ = self.networks.insert(at.unwrap_or(self.networks.len()), network);
    }

    /// The driver has ended its scan.
    pub(crate) fn done(
        &mut self,
        now: Instant,
        result: Finished,
        config: &Config,
        out: &mut Outputs,
    ) -> Option<Finished> {
        self.driver_until = None;
        match core::mem::replace(&mut self.step, Step::Frozen) {
            Step::Frozen => None,
            Step::Collecting { .. } => Some(self.freeze(now, result, config, out)),
            Step::Queued { until, request } => {
                self.step = Step::Collecting { until };
                self.begin(now, request, config, out);
                None
            }
        }
    }

    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        match self.step {
            Step::Frozen => None,
            Step::Collecting { until } | Step::Queued { until, .. } => Some(until),
        }
    }

    /// The client has waited long enough: what there is, is the list.
    pub(crate) fn handle_timeout(
        &mut self,
        now: Instant,
        config: &Config,
        out: &mut Outputs,
    ) -> Option<Finished> {
        if self.next_timeout().is_none_or(|until| now < until) {
            return None;
        }
        self.step = Step::Frozen;
        Some(self.freeze(now, Ok(()), config, out))
    }

    /// The driver is at a scan of somebody before, until then at the latest: what it finds is not
    /// taken, and a scan of ours begins when it has ended.
    pub(crate) fn driver_is_busy(&mut self, until: Instant) {
        self.driver_until = Some(until);
    }

    /// Until when the driver is at a scan, if it is.
    pub(crate) fn driver_until(&self) -> Option<Instant> {
        self.driver_until
    }

    /// Until when the driver is at a scan that no client has asked for, if it is.
    pub(crate) fn ahead_until(&self) -> Option<Instant> {
        self.driver_until.filter(|_| self.ahead)
    }

    /// Forgets the list; a scan under way is of no interest any more.
    pub(crate) fn reset(&mut self) {
        self.networks.clear();
        self.step = Step::Frozen;
        self.ahead = false;
    }

    fn freeze(
        &mut self,
        now: Instant,
        result: Finished,
        config: &Config,
        out: &mut Outputs,
    ) -> Finished {
        // A driver that fails half-way has still found what it found.
        let result = if self.networks.is_empty() { result } else { Ok(()) };
        if self.ahead {
            self.fresh_until = config.scan_ahead.map(|time| now.after(time));
        } else {
            out.push(Output::Event(Event::ScanDone(self.networks.len())));
        }
        result
    }

    pub(crate) fn status(&self) -> RespScanWifiStatus {
        if self.ahead {
            // To the client there has been no scan.
            return RespScanWifiStatus { scan_finished: true, result_count: 0 };
        }
        let finished = !self.is_running();
        RespScanWifiStatus {
            scan_finished: finished,
            // A list in the making is not announced: it would change under the client's pages.
            result_count: if finished { self.networks.len() as u32 } else { 0 },
        }
    }

    /// The page that was asked for, or as much of it as an answer of `answer_max` bytes holds.
    /// Tells too whether all of what was asked for exists.
    pub(crate) fn page(
        &self,
        command: &CmdScanWifiResult,
        answer_max: usize,
    ) -> (RespScanWifiResult, bool) {
        let hidden = self.ahead || self.is_running();
        let expected =
            self.networks.len().min(usize::try_from(command.count).unwrap_or(usize::MAX));
        let mut page = RespScanWifiResult { entries: Vec::with_capacity(expected) };
        let start = usize::try_from(command.start_index).unwrap_or(usize::MAX);
        let count = usize::try_from(command.count).unwrap_or(usize::MAX);
        if hidden {
            return (page, count == 0);
        }
        let mut length = 0usize;
        for network in self.networks.iter().skip(start).take(count) {
            let entry = network.to_wire();
            length = length.saturating_add(field_len(entry.encoded_len()));
            if field_len(length).saturating_add(PAGE_HEAD) > answer_max {
                break;
            }
            page.entries.push(entry);
        }
        let all = start.checked_add(count).is_some_and(|end| end <= self.networks.len());
        (page, all || count == 0)
    }

    /// How to join a network, by what the last scan saw of it, and whether it saw it at all.
    ///
    /// Nothing if only networks of that name were seen that a passphrase does not join. A network
    /// that turns out to be open is not joined in place of one that should have a passphrase.
    pub(crate) fn security(&self, ssid: &Ssid, open: bool) -> (Option<Security>, bool) {
        let seen = || self.networks.iter().filter(|network| network.ssid == *ssid);
        let wanted = |security: &Security| (*security == Security::Open) == open;
        if let Some(security) = seen().filter_map(Network::security).find(wanted) {
            return (Some(security), true);
        }
        let in_range = seen().next().is_some();
        let unusable = in_range && seen().all(|network| network.security().is_none());
        let blind = if open { Security::Open } else { Security::Unknown };
        ((!unusable).then_some(blind), in_range)
    }
}

/// What an answer has before its page, in bytes: the kind of message, and the status.
const PAGE_HEAD: usize = 4;

/// What a field of so many bytes takes, with its key and its length.
fn field_len(bytes: usize) -> usize {
    bytes.saturating_add(length_delimiter_len(bytes)).saturating_add(1)
}

/// Longest time on a channel that a client may ask for: with 14 channels it stays within the
/// time that clients wait.
const MAX_DWELL_MS: u32 = 500;

impl Network {
    fn to_wire(&self) -> WiFiScanResult {
        WiFiScanResult {
            ssid: self.ssid.as_bytes().to_vec(),
            channel: self.channel.into(),
            rssi: self.rssi.into(),
            bssid: self.bssid.to_vec(),
            auth: self.auth as i32,
        }
    }

    /// How to join it; none if it cannot be joined with a passphrase.
    fn security(&self) -> Option<Security> {
        Security::of(self.auth)
    }
}

/// What a client wants of the scan endpoint.
pub(crate) enum Action {
    /// Start a scan, and wait for its end if the command says so.
    Start(CmdScanWifiStart),
    /// Tell whether the scan has ended, and how much it found.
    GetStatus,
    /// Tell what it found.
    GetResult(CmdScanWifiResult),
    /// A command for the other type of network, with the answer that refuses it.
    OtherNetwork(response::NetworkScanPayload),
}

/// Reads a request.
pub(crate) fn action(request: request::NetworkScanPayload) -> Result<Action, RequestError> {
    let refused = match (Msg::try_from(request.msg), request.payload) {
        (Ok(Msg::TypeCmdScanWifiStart), Some(Command::CmdScanWifiStart(command))) => {
            return Ok(Action::Start(command));
        }
        (Ok(Msg::TypeCmdScanWifiStatus), _) => return Ok(Action::GetStatus),
        (Ok(Msg::TypeCmdScanWifiResult), Some(Command::CmdScanWifiResult(command))) => {
            return Ok(Action::GetResult(command));
        }
        (Ok(Msg::TypeCmdScanWifiStart | Msg::TypeCmdScanWifiResult), _) => {
            return Err(RequestError::MissingCommand);
        }
        (Ok(Msg::TypeCmdScanThreadStart), _) => Answer::RespScanThreadStart(Default::default()),
        (Ok(Msg::TypeCmdScanThreadStatus), _) => Answer::RespScanThreadStatus(Default::default()),
        (Ok(Msg::TypeCmdScanThreadResult), _) => Answer::RespScanThreadResult(Default::default()),
        _ => return Err(RequestError::UnknownCommand),
    };
    Ok(Action::OtherNetwork(answer(Status::InvalidArgument, refused)))
}

/// An answer of the scan endpoint.
pub(crate) fn answer(status: Status, payload: Answer) -> response::NetworkScanPayload {
    let msg = match payload {
        Answer::RespScanWifiStart(_) => Msg::TypeRespScanWifiStart,
        Answer::RespScanWifiStatus(_) => Msg::TypeRespScanWifiStatus,
        Answer::RespScanWifiResult(_) => Msg::TypeRespScanWifiResult,
        Answer::RespScanThreadStart(_) => Msg::TypeRespScanThreadStart,
        Answer::RespScanThreadStatus(_) => Msg::TypeRespScanThreadStatus,
        Answer::RespScanThreadResult(_) => Msg::TypeRespScanThreadResult,
    };
    response::NetworkScanPayload { msg: msg as i32, status: status as i32, payload: Some(payload) }
}
