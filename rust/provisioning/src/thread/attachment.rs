//! From a dataset to a place in a Thread network, with a watchdog.

use protocomm::Instant;

use super::Thread;
use super::dataset::Dataset;
use super::types::{AttachStatus, Attached, ThreadEvent};
use crate::config::Config;
use crate::network::{self, Verdict};
use crate::output::{Event, FailReason, Output, Outputs};
use crate::step::Step;

/// The Thread side of provisioning. It knows nothing of sessions and clients.
///
/// There is one attempt: a Thread stack goes on trying by itself, and is given up by the watchdog.
pub struct Attachment {
    /// A network that is lost is found again by the stack: there it stays.
    step: Step,
    /// The dataset being tried or in use.
    dataset: Option<Dataset>,
    /// As the stack told last.
    attached: Option<Attached>,
}

impl Attachment {
    /// Begins to try a dataset.
    pub(super) fn begin(&mut self, now: Instant, dataset: Dataset, config: &Config) {
        self.dataset = Some(dataset);
        self.step = Step::Waiting { until: now.after(config.connect_delay) };
    }

    fn fail(&mut self, reason: FailReason, out: &mut Outputs) -> Option<Verdict> {
        out.push(Output::Disconnect);
        out.event(Event::AttemptFailed { reason, remaining: 0 });
        self.attached = None;
        network::Link::forget(self);
        Some(Verdict::Failed(reason))
    }
}

impl network::Link<Thread> for Attachment {
    const NEW: Self = Self { step: Step::Idle, dataset: None, attached: None };

    fn cancel(&mut self, out: &mut Outputs) {
        if self.step.is_trying() {
            self.attached = None;
            out.push(Output::Disconnect);
        }
        self.forget();
    }

    fn disconnect(&mut self, out: &mut Outputs) {
        if self.attached.is_some() || matches!(self.step, Step::Trying { .. } | Step::There) {
            self.attached = None;
            out.push(Output::Disconnect);
        }
        self.forget();
    }

    fn forget(&mut self) {
        self.step = Step::Idle;
        self.dataset = None;
    }

    fn target(&self) -> Option<&Dataset> {
        self.dataset.as_ref()
    }

    fn step(&self) -> Step {
        self.step
    }

    fn step_mut(&mut self) -> &mut Step {
        &mut self.step
    }

    fn status(&self) -> AttachStatus {
        match (self.step, self.attached) {
            (Step::Idle, _) => AttachStatus::Detached,
            (Step::There, Some(attached)) => AttachStatus::Attached(attached),
            _ => AttachStatus::Attaching,
        }
    }

    fn handle_timeout(
        &mut self,
        now: Instant,
        config: &Config,
        out: &mut Outputs,
    ) -> Option<Verdict> {
        match self.step {
            Step::Waiting { until } | Step::Held { until } if until <= now => {
                self.dataset.as_ref()?;
                self.step = Step::Trying { until: now.after(config.attempt_timeout) };
                // What it was attached to with another dataset, it is not any more.
                self.attached = None;
                out.event(Event::Attempt { number: 1, of: 1 });
                out.push(Output::Connect);
                None
            }
            Step::Trying { until } if until <= now => self.fail(FailReason::NetworkNotFound, out),
            _ => None,
        }
    }

    fn handle_event(
        &mut self,
        _now: Instant,
        event: ThreadEvent,
        _config: &Config,
        out: &mut Outputs,
    ) -> Option<Verdict> {
        let attaching = self.step.is_trying();
        match event {
            ThreadEvent::Attached(attached) => {
                // A late word of the network before is no success with this dataset.
                if attaching && !self.is_of_dataset(&attached) {
                    return None;
                }
                self.attached = Some(attached);
                attaching.then(|| {
                    self.step = Step::There;
                    Verdict::Online
                })
            }
            // A stack on its way to a network is detached all the time.
            ThreadEvent::Detached => {
                self.attached = None;
                None
            }
            ThreadEvent::Refused if attaching => self.fail(FailReason::DatasetInvalid, out),
            ThreadEvent::Failed if attaching => self.fail(FailReason::NetworkNotFound, out),
            ThreadEvent::Refused | ThreadEvent::Failed => None,
        }
    }
}

impl Attachment {
    /// Whether it is the network of the dataset that is being tried.
    fn is_of_dataset(&self, attached: &Attached) -> bool {
        let summary = self.dataset.as_ref().and_then(|dataset| dataset.summary().ok());
        summary.is_some_and(|summary| summary.ext_pan_id == attached.ext_pan_id)
    }
}
