//! Records the runs that the firmware replays: the same manager on a workstation, with a client at
//! the other end.
//!
//! If a run does not go as its script says, this crate or the manager has a defect, and the
//! recorder panics: there is nothing to measure.
#![forbid(unsafe_code)]

mod hostile;
mod record;
mod runs;
mod timing;

pub use self::runs::{session, session_of_security_2, worst};
pub use self::timing::{proof_of_security_2, secrets, secrets_of_security_2};
