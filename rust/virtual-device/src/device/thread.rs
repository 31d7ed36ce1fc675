//! A device for Thread: a simulated mesh of networks around it, and a file with a dataset.

use std::collections::VecDeque;
use std::time::Duration;

use getrandom::SysRng;
use protocomm::Instant;
use provisioning::thread::{
    Action, Attached, Dataset, Policy, Reconnector, ScanRequest, Thread, ThreadEvent,
};
use provisioning::{Event, Manager};

use super::side::{Progress, Save, Side};
use crate::report::{InRange, Report};
use crate::settings::ThreadSettings;
use crate::ui::Ui;

/// How long a discovery takes.
const DISCOVERY: Duration = Duration::from_millis(1200);
/// From the dataset to a place in its network, if it is in range.
const ATTACHING: Duration = Duration::from_millis(1500);

pub(super) struct ThreadSide {
    settings: ThreadSettings,
    /// When a discovery ends, and of which channels it is.
    discovery: Option<(Instant, ScanRequest)>,
    /// When the device is part of this network.
    attaching: Option<(Instant, Attached)>,
    attached: Option<Attached>,
    /// The dataset that has worked last, which is taken again when another one does not.
    kept: Option<Attached>,
    /// A device that was provisioned before, on its way into its network.
    reconnector: Option<Reconnector>,
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
            reconnector: None,
            news: VecDeque::new(),
        }
    }

    fn happened(
        &mut self,
        now: Instant,
        event: ThreadEvent,
        manager: &mut Manager<SysRng, Thread>,
        ui: &Ui,
    ) -> Progress {
        match &mut self.reconnector {
            Some(reconnector) => {
                let action = reconnector.handle_event(now, event);
                self.act(now, action, ui)
            }
            None => {
                manager.thread_event(now, event);
                Progress::Something
            }
        }
    }

    /// A device that was provisioned before gets on.
    fn act(&mut self, now: Instant, action: Option<Action>, ui: &Ui) -> Progress {
        match action {
            None => {}
            Some(Action::Attach) => {
                if let Some(dataset) = self.settings.stored.clone() {
                    self.connect(now, &dataset);
                }
            }
            Some(Action::Pause(reason, pause)) => {
                self.attaching = None;
                ui.tell(Report::ConnectFailed { reason, again: Some(pause) });
            }
            Some(Action::GiveUp(reason)) => {
                ui.tell(Report::ConnectFailed { reason, again: None });
                self.give_up();
                return Progress::GivenUp;
            }
            Some(Action::Attached) => {
                self.reconnector = None;
                self.keep(ui);
                return Progress::Online;
            }
        }
        Progress::Something
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
    fn begin(&mut self, now: Instant, ui: &Ui) -> bool {
        let Some(dataset) = &self.settings.stored else { return false };
        ui.tell(Report::Attaching(dataset.summary().ok().and_then(|summary| summary.name)));
        self.reconnector = Some(Reconnector::new(now, Policy::default()));
        true
    }

    fn is_connecting(&self) -> bool {
        self.reconnector.is_some()
    }

    fn give_up(&mut self) {
        self.attaching = None;
        self.reconnector = None;
    }

    fn next_timeout(&self) -> Option<Instant> {
        let discovery = self.discovery.as_ref().map(|(at, _)| *at);
        let attaching = self.attaching.as_ref().map(|(at, _)| *at);
        let reconnector = self.reconnector.as_ref().and_then(Reconnector::next_timeout);
        [discovery, attaching, reconnector].into_iter().flatten().min()
    }

    fn get_on(&mut self, now: Instant, manager: &mut Manager<SysRng, Thread>, ui: &Ui) -> Progress {
        if let Some(event) = self.news.pop_front() {
            return self.happened(now, event, manager, ui);
        } else if let Some((_, request)) = self.discovery.take_if(|(at, _)| *at <= now) {
            for found in self.settings.mesh.found(request.channel_mask) {
                manager.scan_result(found);
            }
            manager.scan_done(now, Ok(()));
        } else if let Some((_, network)) = self.attaching.take_if(|(at, _)| *at <= now) {
            self.attached = Some(network);
            return self.happened(now, ThreadEvent::Attached(network), manager, ui);
        } else if let Some(action) = self.reconnector.as_mut().and_then(|r| r.handle_timeout(now)) {
            return self.act(now, Some(action), ui);
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
        let found = self.settings.mesh.network_of(dataset);
        self.attaching = found.map(|found| (now.after(ATTACHING), found));
    }

    fn disconnect(&mut self, _now: Instant) {
        self.attaching = None;
        self.attached = self.kept;
        self.news.push_back(ThreadEvent::Detached);
        self.news.extend(self.attached.map(ThreadEvent::Attached));
    }

    fn worked(&mut self, dataset: Dataset, ui: &Ui) -> Option<Save> {
        self.keep(ui);
        let store = self.settings.store.clone()?;
        Some(Box::new(move || store.save(&dataset)))
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
        InRange::Thread(self.settings.mesh.clone())
    }
}

#[cfg(test)]
mod tests {
    use provisioning::Config;

    use super::*;
    use crate::mesh::Mesh;

    /// A device with a dataset of the first of the usual networks, and these in range: how it begins,
    /// and after how many seconds.
    fn begin(in_range: &[&str]) -> (Progress, u64) {
        let example = Mesh::of(Vec::new()).example().unwrap();
        let stored = Dataset::new(&crate::world::unhex(&example).unwrap()).ok();
        let mesh = Mesh::of(in_range.iter().map(|text| text.parse().unwrap()).collect());
        let mut side = ThreadSide::new(ThreadSettings { mesh, store: None, stored });
        let (ui, mut manager) = (Ui::new(false), Manager::new(Config::thread(), SysRng));
        assert!(side.begin(Instant::default(), &ui) && side.is_connecting());
        loop {
            let now = side.next_timeout().expect("it is on its way");
            match side.get_on(now, &mut manager, &ui) {
                Progress::Nothing | Progress::Something => {}
                end => {
                    assert!(!side.is_connecting() && side.next_timeout().is_none());
                    return (end, now.as_millis() / 1000);
                }
            }
        }
    }

    #[test]
    fn a_device_with_a_dataset_attaches_or_gives_up_after_four_attempts() {
        assert_eq!(begin(&["OpenThread:1234:15"]), (Progress::Online, 1));
        // Of 20 s, and pauses of 1, 2 and 4 s.
        assert_eq!(begin(&["Elsewhere:1:11"]), (Progress::GivenUp, 87));
    }
}
