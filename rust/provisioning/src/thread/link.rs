//! What the link machine needs to know about Thread.

use super::{Addresses, Attached, Dataset, Thread, ThreadEvent};
use crate::config::Config;
use crate::link::{Change, LinkType};
use crate::output::FailReason;

/// What the Thread stack has reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThreadState {
    attached: Option<Attached>,
    addresses: Addresses,
}

impl ThreadState {
    /// The network that the device is attached to, if any.
    pub fn attached(&self) -> Option<Attached> {
        self.attached
    }

    /// The addresses at which the device can be reached. Empty while it is not attached.
    pub fn addresses(&self) -> Addresses {
        self.attached.map_or_else(Addresses::default, |_| self.addresses)
    }

    /// Handles an event that the stack reports while no manager exists.
    pub fn update(&mut self, event: ThreadEvent) {
        Thread::update(self, event, None);
    }
}

impl LinkType for Thread {
    type Target = Dataset;
    type State = ThreadState;
    type Event = ThreadEvent;

    const STACK_REJOINS: bool = true;

    /// The stack keeps trying within one attempt.
    fn attempts(_: &Config) -> u32 {
        1
    }

    fn drop_hints(_: &mut Dataset) -> bool {
        false
    }

    fn learn(_: &mut Dataset, _: &ThreadState) {}

    fn update(
        state: &mut ThreadState,
        event: ThreadEvent,
        trying: Option<(&Dataset, &Config)>,
    ) -> Change {
        match event {
            // The stack of a router continues to look for others.
            ThreadEvent::Alone(_) if trying.is_some_and(|(_, config)| config.must_find_others) => {
                Change::None
            }
            ThreadEvent::Attached(attached) | ThreadEvent::Alone(attached) => {
                // A late report about the previous network is not a success with this dataset.
                if trying.is_some_and(|(dataset, _)| !is_of(&attached, dataset)) {
                    return Change::None;
                }
                state.attached = Some(attached);
                Change::Online
            }
            ThreadEvent::Addresses(addresses) => {
                state.addresses = addresses;
                Change::None
            }
            ThreadEvent::Detached => match state.attached.take() {
                Some(_) => Change::Lost(None),
                // During an attempt the stack is detached until it succeeds.
                None => Change::None,
            },
            ThreadEvent::Refused => Change::Failed(Some(FailReason::DatasetInvalid)),
            ThreadEvent::Failed => Change::Failed(Some(FailReason::NetworkNotFound)),
        }
    }

    fn leave(state: &mut ThreadState) {
        state.attached = None;
    }

    fn is_linked(state: &ThreadState) -> bool {
        state.attached.is_some()
    }

    fn is_online(state: &ThreadState) -> bool {
        state.attached.is_some()
    }

    fn timeout_reason(_: &ThreadState) -> Option<FailReason> {
        Some(FailReason::NetworkNotFound)
    }
}

fn is_of(attached: &Attached, dataset: &Dataset) -> bool {
    dataset.summary().is_ok_and(|summary| summary.ext_pan_id == attached.ext_pan_id)
}
