//! A device for Thread: a simulated stack, and a file with a dataset.

use getrandom::SysRng;
use protocomm::{Instant, Millis};
use provisioning::thread::{Dataset, ScanRequest, Thread};
use provisioning::{FailReason, Manager};
use sim::Mesh;
use sim::mesh::{MeshEvent, MeshFaults};

use super::side::{Save, Side};
use super::status;
use crate::report::{InRange, Report};
use crate::settings::ThreadSettings;
use crate::ui::Ui;

const DISCOVERY_TIME: Millis = Millis::from_millis(1200);
const ATTACH_TIME: Millis = Millis::from_millis(1500);

pub(super) struct ThreadSide {
    settings: ThreadSettings,
    mesh: Mesh,
    /// The dataset that has worked and is being written to the disk.
    unsaved: Option<Dataset>,
}

impl ThreadSide {
    pub(super) fn new(settings: ThreadSettings) -> Self {
        let mut mesh = Mesh::new(settings.mesh.found());
        mesh.discovery_time = DISCOVERY_TIME;
        mesh.attach_time = ATTACH_TIME;
        mesh.is_end_device = true;
        mesh.stored.clone_from(&settings.stored);
        Self { settings, mesh, unsaved: None }
    }

    fn report_attached(&self, ui: &Ui) {
        if let Some(network) = self.mesh.attached() {
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
        self.mesh.next_timeout()
    }

    fn get_on(&mut self, now: Instant, manager: &mut Manager<SysRng, Thread>) -> bool {
        let Some(event) = self.mesh.poll(now) else { return false };
        match event {
            MeshEvent::Found(found) => manager.scan_result(found),
            MeshEvent::ScanDone(result) => manager.scan_done(now, result),
            MeshEvent::Thread(event) => manager.thread_event(now, event),
        }
        true
    }

    fn scan(&mut self, now: Instant, request: &ScanRequest) {
        self.mesh.scan(now, request);
    }

    fn connect(&mut self, now: Instant, dataset: &Dataset) {
        self.mesh.connect(now, dataset);
    }

    fn connect_stored(&mut self, now: Instant) {
        self.mesh.connect_stored(now);
    }

    fn disconnect(&mut self, now: Instant) {
        self.mesh.disconnect(now);
    }

    fn lose_link(&mut self, now: Instant) {
        self.mesh.drop_link(now);
    }

    fn force(&mut self, reason: Option<FailReason>) {
        let refuses_dataset = reason == Some(FailReason::DatasetInvalid);
        let cannot_attach = reason.is_some() && !refuses_dataset;
        self.mesh.faults = MeshFaults { refuses_dataset, cannot_attach, ..MeshFaults::default() };
    }

    fn online(&mut self, ui: &Ui) {
        self.report_attached(ui);
    }

    fn worked(&mut self, dataset: Dataset, ui: &Ui) -> Option<Save> {
        self.report_attached(ui);
        // Writing the file may still fail; the stack stays in the network anyway.
        let _ = self.mesh.store(&dataset);
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

    fn status(&self, manager: &Manager<SysRng, Thread>) -> serde_json::Value {
        status::thread(manager.thread_status())
    }

    fn in_range(&self) -> InRange {
        InRange::Thread(self.settings.mesh.clone())
    }
}
