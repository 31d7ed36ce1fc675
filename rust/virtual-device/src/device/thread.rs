//! A device for Thread: a simulated mesh of networks around it.

use std::collections::VecDeque;
use std::time::Duration;

use getrandom::SysRng;
use protocomm::Instant;
use provisioning::thread::{Attached, Dataset, ScanRequest, Thread, ThreadEvent};
use provisioning::{Event, Manager};

use super::side::{Progress, Save, Side};
use crate::mesh::Mesh;
use crate::report::{InRange, Report};
use crate::ui::Ui;

/// How long a discovery takes.
const DISCOVERY: Duration = Duration::from_millis(1200);
/// From the dataset to a place in its network, if it is in range.
const ATTACHING: Duration = Duration::from_millis(1500);

pub(super) struct ThreadSide {
    mesh: Mesh,
    /// When a discovery ends, and of which channels it is.
    discovery: Option<(Instant, ScanRequest)>,
    /// When the device is part of this network.
    attaching: Option<(Instant, Attached)>,
    attached: Option<Attached>,
    /// The dataset that has worked last, which is taken again when another one does not.
    kept: Option<Attached>,
    /// What the manager is to be told.
    news: VecDeque<ThreadEvent>,
}

impl ThreadSide {
    pub(super) fn new(mesh: Mesh) -> Self {
        Self {
            mesh,
            discovery: None,
            attaching: None,
            attached: None,
            kept: None,
            news: VecDeque::new(),
        }
    }
}

impl Side<Thread> for ThreadSide {
    fn begin(&mut self, _now: Instant, _ui: &Ui) -> bool {
        false
    }

    fn is_connecting(&self) -> bool {
        false
    }

    fn give_up(&mut self) {}

    fn next_timeout(&self) -> Option<Instant> {
        let discovery = self.discovery.as_ref().map(|(at, _)| *at);
        let attaching = self.attaching.as_ref().map(|(at, _)| *at);
        [discovery, attaching].into_iter().flatten().min()
    }

    fn get_on(&mut self, now: Instant, manager: &mut Manager<SysRng, Thread>, _: &Ui) -> Progress {
        if let Some(event) = self.news.pop_front() {
            manager.thread_event(now, event);
        } else if let Some((_, request)) = self.discovery.take_if(|(at, _)| *at <= now) {
            for found in self.mesh.found(request.channel_mask) {
                manager.scan_result(found);
            }
            manager.scan_done(now, Ok(()));
        } else if let Some((_, network)) = self.attaching.take_if(|(at, _)| *at <= now) {
            self.attached = Some(network);
            manager.thread_event(now, ThreadEvent::Attached(network));
        } else {
            return Progress::Nothing;
        }
        Progress::Something
    }

    fn scan(&mut self, now: Instant, request: &ScanRequest) {
        self.discovery = Some((now.after(DISCOVERY), *request));
    }

    fn connect(&mut self, now: Instant, dataset: &Dataset) {
        self.attached = None;
        // Nobody answers to a dataset of a network that is not in range.
        self.attaching = self.mesh.network_of(dataset).map(|found| (now.after(ATTACHING), found));
    }

    fn disconnect(&mut self, _now: Instant) {
        self.attaching = None;
        self.attached = self.kept;
        self.news.push_back(ThreadEvent::Detached);
        self.news.extend(self.attached.map(ThreadEvent::Attached));
    }

    fn worked(&mut self, _dataset: Dataset, ui: &Ui) -> Option<Save> {
        self.kept = self.attached;
        if let Some(network) = &self.attached {
            ui.tell(Report::Attached(network));
        }
        None
    }

    fn received(&self, event: &Event, ui: &Ui) -> bool {
        let Event::DatasetRecv(name) = event else { return false };
        ui.tell(Report::DatasetReceived(*name));
        true
    }

    fn is_online(&self) -> bool {
        self.attached.is_some()
    }

    fn in_range(&self) -> InRange {
        InRange::Thread(self.mesh.clone())
    }
}
