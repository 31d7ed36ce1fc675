//! A device for Thread: a simulated mesh of networks around it, and a file with a dataset.

use protocomm::Millis;
use std::collections::VecDeque;

use getrandom::SysRng;
use protocomm::Instant;
use provisioning::thread::{Attached, Dataset, ScanRequest, Thread, ThreadEvent};
use provisioning::{FailReason, Manager};

use super::side::{Save, Side};
use crate::report::{InRange, Report};
use crate::settings::ThreadSettings;
use crate::ui::Ui;

/// How long a discovery takes.
const DISCOVERY: Millis = Millis::from_millis(1200);
/// From the dataset to a place in its network, if it is in range.
const ATTACHING: Millis = Millis::from_millis(1500);

pub(super) struct ThreadSide {
    settings: ThreadSettings,
    /// When a discovery ends, and of which channels it is.
    discovery: Option<(Instant, ScanRequest)>,
    /// When the device is part of this network.
    attaching: Option<(Instant, Attached)>,
    attached: Option<Attached>,
    /// The dataset that has worked last, which is taken again when another one does not.
    kept: Option<Attached>,
    /// The dataset that has worked, and is on its way to the disk.
    unsaved: Option<Dataset>,
    /// Why every attempt fails, if that is asked for.
    forced: Option<FailReason>,
    /// What the manager is to be told.
    news: VecDeque<ThreadEvent>,
}

impl ThreadSide {
    pub(super) fn new(settings: ThreadSettings) -> Self {
        Self {
            settings,
            discovery: None,
            attaching: None,
            attached: None,
            kept: None,
            unsaved: None,
            forced: None,
            news: VecDeque::new(),
        }
    }

    /// The network that the device is in now is the one that it goes back to.
    fn keep(&mut self, ui: &Ui) {
        self.kept = self.attached;
        if let Some(network) = &self.attached {
            ui.tell(Report::Attached(network));
        }
    }
}

impl Side<Thread> for ThreadSide {
    fn stored(&self) -> usize {
        self.settings.stored.iter().len()
    }

    fn connecting(&self, ui: &Ui) {
        if let Some(dataset) = &self.settings.stored {
            ui.tell(Report::Attaching(dataset.summary().ok().and_then(|summary| summary.name)));
        }
    }

    fn next_timeout(&self) -> Option<Instant> {
        let discovery = self.discovery.as_ref().map(|(at, _)| *at);
        let attaching = self.attaching.as_ref().map(|(at, _)| *at);
        [discovery, attaching].into_iter().flatten().min()
    }

    fn get_on(&mut self, now: Instant, manager: &mut Manager<SysRng, Thread>) -> bool {
        if let Some(event) = self.news.pop_front() {
            manager.thread_event(now, event);
        } else if let Some((_, request)) = self.discovery.take_if(|(at, _)| *at <= now) {
            for found in self.settings.mesh.found(request.channel_mask) {
                manager.scan_result(found);
            }
            manager.scan_done(now, Ok(()));
        } else if let Some((_, network)) = self.attaching.take_if(|(at, _)| *at <= now) {
            self.attached = Some(network);
            manager.thread_event(now, ThreadEvent::Attached(network));
        } else {
            return false;
        }
        true
    }

    fn scan(&mut self, now: Instant, request: &ScanRequest) {
        self.discovery = Some((now.after(DISCOVERY), *request));
    }

    fn connect(&mut self, now: Instant, dataset: &Dataset) {
        self.attached = None;
        if let Some(reason) = self.forced {
            self.attaching = None;
            self.news.push_back(match reason {
                FailReason::DatasetInvalid => ThreadEvent::Refused,
                _ => ThreadEvent::Failed,
            });
            return;
        }
        // Nobody answers to a dataset of a network that is not in range.
        let found = self.settings.mesh.network_of(dataset);
        self.attaching = found.map(|found| (now.after(ATTACHING), found));
    }

    fn connect_stored(&mut self, now: Instant) {
        if let Some(dataset) = self.settings.stored.clone() {
            self.connect(now, &dataset);
        }
    }

    fn disconnect(&mut self, _now: Instant) {
        self.attaching = None;
        self.attached = self.kept;
        self.news.push_back(ThreadEvent::Detached);
        self.news.extend(self.attached.map(ThreadEvent::Attached));
    }

    fn lose_link(&mut self, now: Instant) {
        if let Some(network) = self.attached.take() {
            self.news.push_back(ThreadEvent::Detached);
            // The stack attaches again by itself.
            self.attaching = Some((now.after(ATTACHING), network));
        }
    }

    fn force(&mut self, reason: Option<FailReason>) {
        self.forced = reason;
    }

    fn online(&mut self, ui: &Ui) {
        self.keep(ui);
    }

    fn worked(&mut self, dataset: Dataset, ui: &Ui) -> Option<Save> {
        self.keep(ui);
        self.unsaved = Some(dataset.clone());
        let store = self.settings.store.clone()?;
        Some(Box::new(move || store.save(&dataset)))
    }

    fn saved(&mut self) {
        self.settings.stored = self.unsaved.take().or(self.settings.stored.take());
    }

    fn received(&self, target: &Dataset, ui: &Ui) {
        let name = target.summary().ok().and_then(|summary| summary.name);
        ui.tell(Report::DatasetReceived(name));
    }

    fn in_range(&self) -> InRange {
        InRange::Thread(self.settings.mesh.clone())
    }
}
