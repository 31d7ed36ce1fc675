//! The channel for events.

use core::mem;

use netprov_app::Event;
use zephyr::sync::SpinMutex;
use zephyr::sync::channel::{self, Receiver, Sender};

/// Events that wait to be received, at most.
const CAPACITY: usize = 16;

/// The channel that is used again and again. zephyr-lang-rust panics when the last sender or
/// receiver of a channel is dropped, so this holds one of each for good.
static KEPT: SpinMutex<Kept> = SpinMutex::new(Kept { ends: None, is_lent: false });

struct Kept {
    ends: Option<(Sender<Event>, Receiver<Event>)>,
    is_lent: bool,
}

/// A channel on loan. It goes back, empty, when this is dropped.
pub(crate) struct Channel {
    pub(crate) sender: Sender<Event>,
    pub(crate) receiver: Receiver<Event>,
    is_kept: bool,
}

impl Channel {
    /// Takes the kept channel; creates one if it does not exist yet or is lent.
    pub(crate) fn get() -> Self {
        let (was_lent, ends) = {
            let Ok(mut kept) = KEPT.lock();
            (mem::replace(&mut kept.is_lent, true), kept.ends.clone())
        };
        if let (false, Some((sender, receiver))) = (was_lent, ends) {
            return Self { sender, receiver, is_kept: true };
        }
        // Not under the lock: this allocates.
        let (sender, receiver) = channel::bounded(CAPACITY);
        let ends = Some((sender.clone(), receiver.clone()));
        if was_lent {
            mem::forget(ends);
        } else {
            let Ok(mut kept) = KEPT.lock();
            kept.ends = ends;
        }
        Self { sender, receiver, is_kept: !was_lent }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        if self.is_kept {
            while self.receiver.try_recv().is_ok() {}
            let Ok(mut kept) = KEPT.lock();
            kept.is_lent = false;
        }
    }
}
