//! Scans: one frozen list from the end of a scan to the start of the next, and its pages.

use protocomm::Instant;
use protocomm::wire::response::resp_scan_wifi_result::ENTRIES;
use protocomm::wire::{Mark, Writer};

use crate::config::Config;
use crate::limits::SCAN_MAX_ENTRIES;
use crate::network::{Entry, Machine};
use crate::output::{Event, Output, Outputs};

/// A scan that could not be started, or that failed without finding a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanFailure;

/// The scans of a service.
pub(crate) struct Scan<N: Machine> {
    /// The strongest first, without duplicates.
    networks: heapless::Vec<N::Entry, SCAN_MAX_ENTRIES>,
    step: Step,
    /// The parameters of the current or next scan.
    request: N::ScanRequest,
    /// No client has asked for the list yet, so it is shown to none.
    ahead: bool,
    /// Until when the list serves as the result of the first client's scan.
    fresh_until: Option<Instant>,
    /// Until when the driver scans at most, whether or not the result is still wanted.
    driver_until: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The list is complete and does not change.
    Frozen,
    /// The list is being collected. It is frozen at `until` in whatever state it is.
    Collecting { until: Instant },
    /// As `Collecting`, but the driver is still busy with an abandoned scan. It starts again
    /// afterwards.
    Queued { until: Instant },
}

/// The outcome of a client's scan.
pub(crate) type Finished = Result<(), ScanFailure>;

impl<N: Machine> Scan<N> {
    pub(crate) fn new() -> Self {
        Self {
            networks: heapless::Vec::new(),
            step: Step::Frozen,
            request: N::ScanRequest::default(),
            ahead: false,
            fresh_until: None,
            driver_until: None,
        }
    }

    /// Whether the list is being collected.
    pub(crate) fn is_running(&self) -> bool {
        self.step != Step::Frozen
    }

    /// Starts a scan that no client has asked for yet, unless the radio is scanning.
    pub(crate) fn start_ahead(&mut self, now: Instant, config: &Config, out: &mut Outputs) {
        if self.is_running() || self.driver_until.is_some_and(|end| now < end) {
            return;
        }
        self.networks.clear();
        self.ahead = true;
        self.fresh_until = None;
        self.step = Step::Collecting { until: now.after(config.scan_wait) };
        self.request = N::ScanRequest::default();
        self.begin(now, config, out);
    }

    /// Starts a scan for a client, or joins a running one. The result of a recent scan ahead
    /// becomes the client's, so its list is complete at once.
    pub(crate) fn start(
        &mut self,
        now: Instant,
        request: N::ScanRequest,
        config: &Config,
        out: &mut Outputs,
    ) {
        let ahead = core::mem::take(&mut self.ahead);
        if self.is_running() {
            if ahead {
                out.event(Event::ScanStarted);
            }
            return;
        }
        let fresh = self.fresh_until.take().is_some_and(|until| now < until);
        if ahead && fresh && !self.networks.is_empty() {
            out.event(Event::ScanStarted);
            out.event(Event::ScanDone(self.networks.len() as u32));
            return;
        }
        self.networks.clear();
        self.request = request;
        let until = now.after(config.scan_wait);
        if self.driver_until.is_some_and(|end| now < end) {
            self.step = Step::Queued { until };
        } else {
            self.step = Step::Collecting { until };
            self.begin(now, config, out);
        }
        out.event(Event::ScanStarted);
    }

    fn begin(&mut self, now: Instant, config: &Config, out: &mut Outputs) {
        self.driver_until = Some(now.after(config.scan_timeout));
        out.push(Output::Scan);
    }

    /// The parameters of the scan.
    pub(crate) fn request(&self) -> &N::ScanRequest {
        &self.request
    }

    /// Adds a network to the list. Other parts of the system may also scan, so results without a
    /// running scan are ignored.
    pub(crate) fn found(&mut self, found: N::Entry) {
        let Step::Collecting { .. } = self.step else { return };
        let last = self.networks.len().saturating_sub(1);
        let mut place = self.networks.iter().position(|known| known.is_same(&found));
        if self.networks.is_full() {
            // The weakest gives way.
            place = place.or(Some(last));
        }
        let mut at = place.unwrap_or(self.networks.len());
        match self.networks.get_mut(at) {
            Some(known) if known.rssi() < found.rssi() => *known = found,
            Some(_) => return,
            // The list has room.
            None => drop(self.networks.push(found)),
        }
        let networks = self.networks.as_mut_slice();
        // Moves up past weaker networks.
        while let Some(above) = at.checked_sub(1)
            && networks.get(above).map(N::Entry::rssi) < networks.get(at).map(N::Entry::rssi)
        {
            networks.swap(above, at);
            at = above;
        }
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
            Step::Queued { until } => {
                self.step = Step::Collecting { until };
                self.begin(now, config, out);
                None
            }
        }
    }

    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        match self.step {
            Step::Frozen => None,
            Step::Collecting { until } | Step::Queued { until } => Some(until),
        }
    }

    /// The client has waited long enough: the list is frozen as it is.
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

    /// The driver is busy with an earlier manager's scan until `until` at most. Its results are
    /// ignored, and a scan of this manager starts when it has ended.
    pub(crate) fn driver_is_busy(&mut self, until: Instant) {
        self.driver_until = Some(until);
    }

    /// Until when the driver's scan lasts at most, if it is scanning.
    pub(crate) fn driver_until(&self) -> Option<Instant> {
        self.driver_until
    }

    /// Until when the driver's scan lasts at most, if it is a scan that no client has asked for.
    pub(crate) fn ahead_until(&self) -> Option<Instant> {
        self.driver_until.filter(|_| self.ahead)
    }

    /// Clears the list. The result of a running scan is no longer wanted.
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
        // A driver that fails midway has still found these networks.
        let result = if self.networks.is_empty() { result } else { Ok(()) };
        if self.ahead {
            self.fresh_until = config.scan_ahead.map(|time| now.after(time));
        } else {
            out.event(Event::ScanDone(self.networks.len() as u32));
        }
        result
    }

    /// Whether the scan has ended, and how many networks it found.
    pub(crate) fn status(&self) -> (bool, u32) {
        if self.ahead {
            // To the client, no scan has taken place.
            return (true, 0);
        }
        let finished = !self.is_running();
        // An incomplete list is not announced, because it would change between the client's pages.
        (finished, if finished { self.networks.len() as u32 } else { 0 })
    }

    /// The list of the last scan.
    pub(crate) fn seen(&self) -> &[N::Entry] {
        &self.networks
    }

    /// Writes `count` entries from `start` into the body that `body` marks, or as many of them as
    /// fit the buffer.
    pub(crate) fn write_page(&self, start: u32, count: u32, writer: &mut Writer<'_>, body: &Mark) {
        if self.is_hidden() {
            return;
        }
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        for network in self.networks.iter().skip(start).take(count) {
            let before = writer.len();
            let entry = writer.begin(ENTRIES);
            network.write(writer);
            writer.end(entry);
            if !writer.fits_after_end(body) {
                writer.rewind(before);
                break;
            }
        }
    }

    /// Whether all of these entries exist.
    pub(crate) fn has_page(&self, start: u32, count: u32) -> bool {
        let networks = if self.is_hidden() { 0 } else { self.networks.len() as u32 };
        count == 0 || start.checked_add(count).is_some_and(|end| end <= networks)
    }

    /// Whether the list must not be shown to the client.
    fn is_hidden(&self) -> bool {
        self.ahead || self.is_running()
    }
}
