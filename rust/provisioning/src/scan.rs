//! The scan: one list from the end of a scan to the start of the next, and its pages.

use alloc::vec::Vec;

use protocomm::Instant;
use protocomm::wire::{Message, length_delimiter_len};

use crate::config::Config;
use crate::limits::SCAN_MAX_ENTRIES;
use crate::network::{Entry, Machine};
use crate::output::{Event, Output, Outputs};

/// A scan that could not be started, or that found nothing since it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanFailure;

/// The scans of a service.
pub(crate) struct Scan<N: Machine> {
    /// The strongest first; no two that are the same.
    networks: heapless::Vec<N::Entry, SCAN_MAX_ENTRIES>,
    step: Step<N::ScanRequest>,
    /// No client has asked for the list yet: it is shown to none.
    ahead: bool,
    /// Until when it answers the first that does.
    fresh_until: Option<Instant>,
    /// The driver is at it, whether or not anybody still wants to know.
    driver_until: Option<Instant>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step<R> {
    /// The list is frozen.
    Frozen,
    /// The list is being made; it is frozen as it is at `until`.
    Collecting { until: Instant },
    /// As `Collecting`, but the driver is still busy with a scan that was given up; then it
    /// begins anew.
    Queued { until: Instant, request: R },
}

/// The scan that a client asked for has ended.
pub(crate) type Finished = Result<(), ScanFailure>;

impl<N: Machine> Scan<N> {
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
    pub(crate) fn start_ahead(&mut self, now: Instant, config: &Config, out: &mut Outputs<N>) {
        if self.is_running() || self.driver_until.is_some_and(|end| now < end) {
            return;
        }
        self.networks.clear();
        self.ahead = true;
        self.fresh_until = None;
        self.step = Step::Collecting { until: now.after(config.scan_wait) };
        self.begin(now, N::ScanRequest::default(), config, out);
    }

    /// Starts a scan for a client; one that is running is the one. What was scanned ahead is the
    /// client's, if it is fresh: then the list is there already.
    pub(crate) fn start(
        &mut self,
        now: Instant,
        request: N::ScanRequest,
        config: &Config,
        out: &mut Outputs<N>,
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

    fn begin(
        &mut self,
        now: Instant,
        request: N::ScanRequest,
        config: &Config,
        out: &mut Outputs<N>,
    ) {
        self.driver_until = Some(now.after(config.scan_timeout));
        out.push(Output::Scan(request));
    }

    /// A network was found. Others may scan too: what is found while nobody asked is not taken.
    pub(crate) fn found(&mut self, found: N::Entry) {
        let Step::Collecting { .. } = self.step else { return };
        if self.networks.iter().any(|n| n.is_same(&found) && n.rssi() >= found.rssi()) {
            return;
        }
        self.networks.retain(|n| !n.is_same(&found));
        let at = self.networks.iter().position(|n| n.rssi() < found.rssi());
        if self.networks.is_full() {
            if at.is_none() {
                return;
            }
            self.networks.pop();
        }
        // There is room now, and `at` is a place in the list or its end.
        let _ = self.networks.insert(at.unwrap_or(self.networks.len()), found);
    }

    /// The driver has ended its scan.
    pub(crate) fn done(
        &mut self,
        now: Instant,
        result: Finished,
        config: &Config,
        out: &mut Outputs<N>,
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
        out: &mut Outputs<N>,
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
        out: &mut Outputs<N>,
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

    /// Whether the scan has ended, and how many networks it found.
    pub(crate) fn status(&self) -> (bool, u32) {
        if self.ahead {
            // To the client there has been no scan.
            return (true, 0);
        }
        let finished = !self.is_running();
        // A list in the making is not announced: it would change under the client's pages.
        (finished, if finished { self.networks.len() as u32 } else { 0 })
    }

    /// What the last scan saw.
    pub(crate) fn seen(&self) -> &[N::Entry] {
        &self.networks
    }

    /// So many entries from `start` on, or as many of them as an answer of `answer_max` bytes holds.
    /// Tells too whether all of what was asked for exists.
    pub(crate) fn page(
        &self,
        start: u32,
        count: u32,
        answer_max: usize,
    ) -> (Vec<<N::Entry as Entry>::Wire>, bool) {
        let hidden = self.ahead || self.is_running();
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let mut page = Vec::with_capacity(self.networks.len().min(count));
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
            page.push(entry);
        }
        let all = start.checked_add(count).is_some_and(|end| end <= self.networks.len());
        (page, all || count == 0)
    }
}

/// What an answer has before its page, in bytes: the kind of message, and the status.
const PAGE_HEAD: usize = 4;

/// What a field of so many bytes takes, with its key and its length.
fn field_len(bytes: usize) -> usize {
    bytes.saturating_add(length_delimiter_len(bytes)).saturating_add(1)
}
