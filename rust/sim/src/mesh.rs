//! A simulated Thread stack with its store. It does no I/O, has no clock and is deterministic.
//!
//! It models what matters for provisioning: a dataset is on trial until it is stored, and a stack
//! that gives up a trial returns to the stored dataset.

use std::collections::VecDeque;

use protocomm::{Instant, Millis};
use provisioning::ScanFailure;
use provisioning::thread::{Attached, Dataset, FoundNetwork, ScanRequest, Summary, ThreadEvent};

/// Pauses between two searches of an end device for its network: the first, which doubles, and the
/// longest.
const SEARCH_PAUSE: Millis = Millis::from_millis(250);
const SEARCH_PAUSE_MAX: Millis = Millis::from_secs(20 * 60);

/// Events reported by the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeshEvent {
    /// A discovery found a network.
    Found(FoundNetwork),
    /// A discovery has ended.
    ScanDone(Result<(), ScanFailure>),
    /// A change of the attachment.
    Thread(ThreadEvent),
}

/// Faults to inject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MeshFaults {
    /// Datasets are refused at once.
    pub refuses_dataset: bool,
    /// Attempts to attach fail at once.
    pub cannot_attach: bool,
    /// Datasets that have worked cannot be stored.
    pub cannot_keep: bool,
    /// Discoveries fail at once.
    pub cannot_scan: bool,
    /// Discoveries never end.
    pub scans_forever: bool,
    /// The stack reports nothing by itself.
    pub is_silent: bool,
}

/// The stack.
#[derive(Clone)]
pub struct Mesh {
    /// Networks in range.
    pub networks: Vec<FoundNetwork>,
    /// Network key of the networks in range. If it is set, a dataset must have this key and the
    /// network's extended PAN ID.
    pub key: Option<[u8; 16]>,
    /// Faults to inject from now on.
    pub faults: MeshFaults,
    /// Whether the device never becomes a router. Out of range of its network, an end device goes on
    /// searching, with pauses that double, and a router forms a partition of its own.
    pub is_end_device: bool,
    /// Duration of a discovery.
    pub discovery_time: Millis,
    /// Time from a dataset to the attachment.
    pub attach_time: Millis,
    /// The active dataset.
    pub active: Option<Dataset>,
    /// The dataset that was tried last.
    pub tried: Option<Dataset>,
    /// The dataset that is kept.
    pub stored: Option<Dataset>,
    /// Number of attempts to attach.
    pub attaches: usize,
    /// Number of requests to detach.
    pub detaches: usize,
    /// Number of datasets kept.
    pub kept: usize,
    /// Channel masks of the discoveries so far.
    pub masks: Vec<u32>,
    /// When the discovery ends, and the channels that it covers.
    discovery: Option<(Instant, u32)>,
    attach_at: Option<Instant>,
    /// Pause after the next search without success.
    search_pause: Millis,
    attached: Option<Attached>,
    /// Pending events, each with its time.
    events: VecDeque<(Instant, MeshEvent)>,
}

impl Mesh {
    /// Creates a stack without a dataset, with these networks in range.
    pub fn new(networks: Vec<FoundNetwork>) -> Self {
        Self {
            networks,
            key: None,
            faults: MeshFaults::default(),
            is_end_device: false,
            discovery_time: Millis::from_secs(2),
            attach_time: Millis::from_secs(3),
            active: None,
            tried: None,
            stored: None,
            attaches: 0,
            detaches: 0,
            kept: 0,
            masks: Vec::new(),
            discovery: None,
            attach_at: None,
            search_pause: SEARCH_PAUSE,
            attached: None,
            events: VecDeque::new(),
        }
    }

    /// Returns the network that the device is attached to.
    pub fn attached(&self) -> Option<&Attached> {
        self.attached.as_ref()
    }

    /// Starts a discovery of the channels in the request's mask; 0 selects all.
    pub fn scan(&mut self, now: Instant, request: &ScanRequest) {
        self.masks.push(request.channel_mask);
        if self.faults.cannot_scan {
            self.report(now, MeshEvent::ScanDone(Err(ScanFailure)));
        } else if !self.faults.scans_forever && !self.faults.is_silent {
            self.discovery = Some((now.after(self.discovery_time), request.channel_mask));
        }
    }

    /// Starts to attach with a dataset.
    pub fn connect(&mut self, now: Instant, dataset: &Dataset) {
        self.attaches += 1;
        self.tried = Some(dataset.clone());
        self.attach_at = None;
        self.search_pause = SEARCH_PAUSE;
        self.attached = None;
        if self.faults.is_silent {
            self.active = Some(dataset.clone());
        } else if self.faults.refuses_dataset {
            self.report(now, MeshEvent::Thread(ThreadEvent::Refused));
        } else if self.faults.cannot_attach {
            self.report(now, MeshEvent::Thread(ThreadEvent::Failed));
        } else {
            self.active = Some(dataset.clone());
            // A restarted stack reports this.
            self.report(now, MeshEvent::Thread(ThreadEvent::Detached));
            self.attach_at = Some(now.after(self.attach_time));
        }
    }

    /// Starts to attach with the stored dataset. Fails at once if there is none.
    pub fn connect_stored(&mut self, now: Instant) {
        match self.stored.clone() {
            Some(dataset) => self.connect(now, &dataset),
            None => self.report(now, MeshEvent::Thread(ThreadEvent::Failed)),
        }
    }

    /// Stops attaching, or leaves the network. A dataset on trial is given up for the stored one, with
    /// which the stack attaches again.
    pub fn disconnect(&mut self, now: Instant) {
        self.detaches += 1;
        self.attached = None;
        let was_on_trial = self.active != self.stored;
        self.active = self.stored.clone();
        self.attach_at = None;
        if !self.faults.is_silent {
            self.report(now, MeshEvent::Thread(ThreadEvent::Detached));
            if was_on_trial && self.active.is_some() {
                self.attach_at = Some(now.after(self.attach_time));
            }
        }
    }

    /// Loses the network, then attaches to it again.
    pub fn drop_link(&mut self, now: Instant) {
        if self.attached.take().is_some() {
            self.report(now, MeshEvent::Thread(ThreadEvent::Detached));
            self.attach_at = Some(now.after(self.attach_time));
        }
    }

    /// Keeps the dataset that has worked. Returns the number of stored datasets, or `None` if it
    /// could not be stored.
    pub fn store(&mut self, dataset: &Dataset) -> Option<usize> {
        if self.faults.cannot_keep {
            return None;
        }
        self.stored = Some(dataset.clone());
        self.kept += 1;
        Some(1)
    }

    /// Returns the time of the next event.
    pub fn next_timeout(&self) -> Option<Instant> {
        let reported = self.events.front().map(|(at, _)| *at);
        let discovery = self.discovery.map(|(at, _)| at);
        [reported, discovery, self.attach_at].into_iter().flatten().min()
    }

    /// Returns the next event up to `now`.
    pub fn poll(&mut self, now: Instant) -> Option<MeshEvent> {
        if let Some((at, mask)) = self.discovery.take_if(|(at, _)| *at <= now) {
            let selected = |channel: u8| mask == 0 || mask >> channel & 1 == 1;
            let found = self.networks.iter().filter(|found| selected(found.channel)).cloned();
            self.events.extend(found.map(|found| (at, MeshEvent::Found(found))));
            self.report(at, MeshEvent::ScanDone(Ok(())));
        }
        if let Some(at) = self.attach_at.take_if(|at| *at <= now)
            && let Some(event) = self.attach(at)
        {
            self.report(at, MeshEvent::Thread(event));
        }
        self.events.pop_front().map(|(_, event)| event)
    }

    fn attach(&mut self, now: Instant) -> Option<ThreadEvent> {
        let dataset = self.active.as_ref()?;
        let summary = dataset.summary().ok()?;
        let fits = |found: &&FoundNetwork| {
            let has = |key: [u8; 16]| dataset.as_bytes().windows(16).any(|bytes| bytes == key);
            is_of(found, &summary)
                && self.key.is_none_or(|key| has(key) && found.ext_pan_id == summary.ext_pan_id)
        };
        if let Some(found) = self.networks.iter().find(fits) {
            let &FoundNetwork { name, pan_id, channel, .. } = found;
            let attached = Attached { name, pan_id, channel, ext_pan_id: summary.ext_pan_id };
            self.attached = Some(attached);
            return Some(ThreadEvent::Attached(attached));
        }
        if self.is_end_device {
            self.attach_at = Some(now.after(self.search_pause).after(self.attach_time));
            self.search_pause = self.search_pause.saturating_mul(2).min(SEARCH_PAUSE_MAX);
            return None;
        }
        let Summary { name, pan_id, channel, ext_pan_id, .. } = summary;
        let channel = u8::try_from(channel).ok()?;
        Some(ThreadEvent::Alone(Attached { name: name?, pan_id, channel, ext_pan_id }))
    }

    fn report(&mut self, at: Instant, event: MeshEvent) {
        self.events.push_back((at, event));
    }
}

/// Checks whether a dataset belongs to this network, by PAN ID, channel and name. A dataset may
/// have no name.
fn is_of(found: &FoundNetwork, summary: &Summary) -> bool {
    summary.name.is_none_or(|name| found.name == name)
        && found.pan_id == summary.pan_id
        && u16::from(found.channel) == summary.channel
}

#[cfg(test)]
mod tests {
    use provisioning::thread::NetworkName;

    use super::*;

    const NOW: Instant = Instant::from_millis(1);

    fn network(name: &str, channel: u8) -> FoundNetwork {
        FoundNetwork {
            name: NetworkName::new(name.as_bytes()).unwrap(),
            pan_id: 0x1234,
            ext_pan_id: [7; 8],
            ext_addr: [1; 8],
            channel,
            rssi: -40,
            lqi: 3,
        }
    }

    /// A dataset for channel 15. It has no name if `name` is empty.
    fn dataset(name: &str) -> Dataset {
        let mut bytes = vec![0, 3, 0, 0, 15, 2, 8, 7, 7, 7, 7, 7, 7, 7, 7, 1, 2, 0x12, 0x34, 5, 16];
        bytes.extend(b"network-key-0123");
        if !name.is_empty() {
            bytes.extend([3, name.len() as u8]);
            bytes.extend(name.as_bytes());
        }
        Dataset::new(&bytes).unwrap()
    }

    /// All events of the next minute.
    fn events(mesh: &mut Mesh) -> Vec<MeshEvent> {
        std::iter::from_fn(|| mesh.poll(NOW.after(Millis::from_secs(60)))).collect()
    }

    fn is_attached(events: &[MeshEvent], wanted: &str) -> bool {
        matches!(events.last(), Some(MeshEvent::Thread(ThreadEvent::Attached(network)))
            if network.name.as_str() == wanted)
    }

    #[test]
    fn a_discovery_finds_the_networks_on_its_channels() {
        let mut mesh = Mesh::new(vec![network("home", 15), network("near", 20)]);
        for (channel_mask, found) in [(0, 2), (1 << 20, 1), (1 << 11, 0)] {
            mesh.scan(NOW, &ScanRequest { channel_mask });
            let events = events(&mut mesh);
            assert_eq!(events.len(), found + 1);
            assert_eq!(events.last(), Some(&MeshEvent::ScanDone(Ok(()))));
        }
    }

    #[test]
    fn a_dataset_attaches_to_its_network_alone() {
        let mut mesh = Mesh::new(vec![network("home", 15), network("near", 20)]);
        mesh.is_end_device = true;
        for (name, attaches) in [("home", true), ("", true), ("near", false), ("away", false)] {
            mesh.connect(NOW, &dataset(name));
            assert_eq!(is_attached(&events(&mut mesh), "home"), attaches, "{name}");
        }
    }

    #[test]
    fn a_dataset_on_trial_is_given_up_for_the_stored_one() {
        let mut mesh = Mesh::new(vec![network("home", 15)]);
        mesh.connect(NOW, &dataset("home"));
        events(&mut mesh);
        mesh.store(&dataset("home"));
        mesh.connect(NOW, &dataset("away"));
        events(&mut mesh);
        mesh.disconnect(NOW);
        assert!(is_attached(&events(&mut mesh), "home"));
        // Without a trial, the device leaves the network.
        mesh.disconnect(NOW);
        assert_eq!(events(&mut mesh), [MeshEvent::Thread(ThreadEvent::Detached)]);
    }
}
