//! Records the runs that the firmware replays: the same manager on a workstation, with a client
//! at the other end.
//!
//! A run that does not go as its script says is a defect of this crate or of the manager, and
//! panics: there is nothing to measure then.
#![forbid(unsafe_code)]

mod hostile;
mod record;
mod runs;
mod timing;

pub use self::runs::{session, session_of_security_2, worst};
pub use self::timing::{proof_of_security_2, secrets, secrets_of_security_2};
