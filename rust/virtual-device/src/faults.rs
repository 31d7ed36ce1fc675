//! Faults that the device simulates for tests of clients. Options set them, and they can change at
//! run time.

use std::fmt;
use std::str::FromStr;

use protocomm::Millis;
use provisioning::FailReason;
use serde_json::{Value, json};

use crate::report::reason_name;

/// The faults in effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// The link is lost this long after credentials have worked.
    pub link_lost: Option<Millis>,
    /// Every response is sent this much later.
    pub slow: Option<Millis>,
    /// One of this many responses is not sent; 1 loses all of them.
    pub lost: Option<u32>,
    /// What has worked cannot be stored.
    pub storage: bool,
    /// Every attempt to connect fails for this reason.
    pub reason: Option<FailReason>,
    /// Handshakes are refused, as after too many wrong proofs of possession.
    pub locked_out: bool,
}

/// A fault as text: `slow=500`, or `slow=off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// See [`Faults::link_lost`].
    LinkLost(Option<Millis>),
    /// See [`Faults::slow`].
    Slow(Option<Millis>),
    /// See [`Faults::lost`].
    Lost(Option<u32>),
    /// See [`Faults::storage`].
    Storage(bool),
    /// See [`Faults::reason`].
    Reason(Option<FailReason>),
    /// See [`Faults::locked_out`].
    LockedOut(bool),
    /// Ends all faults.
    None,
}

/// The reasons that can be forced.
const REASONS: [FailReason; 5] = [
    FailReason::AuthError,
    FailReason::NetworkNotFound,
    FailReason::HandshakeTimeout,
    FailReason::NoAddress,
    FailReason::DatasetInvalid,
];

impl Faults {
    /// Makes this change.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::LinkLost(after) => self.link_lost = after,
            Change::Slow(by) => self.slow = by,
            Change::Lost(one_of) => self.lost = one_of,
            Change::Storage(on) => self.storage = on,
            Change::Reason(reason) => self.reason = reason,
            Change::LockedOut(on) => self.locked_out = on,
            Change::None => *self = Self::default(),
        }
    }

    /// The faults in effect, by name, for scripts.
    pub fn json(&self) -> Value {
        let mut faults = json!({});
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                faults[name] = value;
            }
        };
        add("link-lost", self.link_lost.map(|after| json!(after.as_millis())));
        add("slow", self.slow.map(|by| json!(by.as_millis())));
        add("lost", self.lost.map(|one_of| json!(one_of)));
        add("storage", self.storage.then_some(json!(true)));
        add("reason", self.reason.map(|reason| json!(reason_name(reason))));
        add("locked-out", self.locked_out.then_some(json!(true)));
        faults
    }
}

/// Why a text is not a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadFault(String);

impl fmt::Display for BadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadFault {}

impl FromStr for Change {
    type Err = BadFault;

    fn from_str(text: &str) -> Result<Self, BadFault> {
        let bad = |reason: &str| Err(BadFault(reason.into()));
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let off = value == Some("off");
        let number = || value.and_then(|value| value.parse::<u32>().ok());
        let switch = match value {
            None => Some(true),
            Some("off") => Some(false),
            Some(_) => None,
        };
        match (name, value) {
            ("none", None) => Ok(Self::None),
            ("link-lost", None) => Ok(Self::LinkLost(Some(Millis::ZERO))),
            ("link-lost", _) if off => Ok(Self::LinkLost(None)),
            ("link-lost", _) => match number() {
                Some(ms) => Ok(Self::LinkLost(Some(Millis::from_millis(ms)))),
                None => bad("write link-lost or link-lost=MS, as in link-lost=3000"),
            },
            ("slow", _) if off => Ok(Self::Slow(None)),
            ("slow", _) => match number() {
                Some(ms) => Ok(Self::Slow(Some(Millis::from_millis(ms)))),
                None => bad("write slow=MS, as in slow=2000"),
            },
            ("lost", None) => Ok(Self::Lost(Some(1))),
            ("lost", _) if off => Ok(Self::Lost(None)),
            ("lost", _) => match number().filter(|one_of| *one_of > 0) {
                Some(one_of) => Ok(Self::Lost(Some(one_of))),
                None => bad("write lost or lost=N, as in lost=4 for every fourth response"),
            },
            ("reason", _) if off => Ok(Self::Reason(None)),
            ("reason", _) => {
                let known = |reason: &FailReason| Some(reason_name(*reason)) == value;
                match REASONS.into_iter().find(known) {
                    Some(reason) => Ok(Self::Reason(Some(reason))),
                    None => bad(
                        "expected reason=auth_error, network_not_found, handshake_timeout, no_address \
                         or dataset_invalid; `storage` is a fault of its own",
                    ),
                }
            }
            ("storage", _) if switch.is_some() => Ok(Self::Storage(switch == Some(true))),
            ("locked-out", _) if switch.is_some() => Ok(Self::LockedOut(switch == Some(true))),
            ("storage" | "locked-out" | "none", _) => {
                Err(BadFault(format!("{name} takes no value")))
            }
            _ => bad(
                "the faults are link-lost, slow=MS, lost=N, storage, reason=REASON and locked-out",
            ),
        }
    }
}

/// Refuses a reason that the type of network does not have.
pub fn check_reason(reason: FailReason, is_thread: bool) -> Result<(), String> {
    let fits = match reason {
        FailReason::NetworkNotFound => true,
        FailReason::DatasetInvalid => is_thread,
        _ => !is_thread,
    };
    match (fits, is_thread) {
        (true, _) => Ok(()),
        (false, true) => {
            Err("the reasons of a device for Thread are network_not_found and dataset_invalid"
                .into())
        }
        (false, false) => {
            Err("the reasons of a device for Wi-Fi are auth_error, network_not_found, \
                 handshake_timeout and no_address"
                .into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_set_and_ended_by_name() {
        let texts = ["link-lost=9", "slow=500", "lost=4", "storage", "reason=no_address"];
        let mut faults = Faults::default();
        for text in texts.into_iter().chain(["locked-out"]) {
            faults.apply(text.parse().unwrap());
        }
        let all = r#"{"link-lost":9,"locked-out":true,"lost":4,"reason":"no_address","slow":500,"storage":true}"#;
        assert_eq!(faults.json(), serde_json::from_str::<Value>(all).unwrap());
        for name in ["link-lost", "slow", "lost", "storage", "reason", "locked-out"] {
            faults.apply(format!("{name}=off").parse().unwrap());
        }
        assert_eq!(faults, Faults::default());
        faults.apply("link-lost".parse().unwrap());
        faults.apply("lost".parse().unwrap());
        assert_eq!((faults.link_lost, faults.lost), (Some(Millis::ZERO), Some(1)));
        faults.apply("none".parse().unwrap());
        assert_eq!(faults, Faults::default());
    }

    #[test]
    fn a_bad_reason_names_the_good_ones() {
        let any = "reason=fire".parse::<Change>().unwrap_err().to_string();
        assert!(REASONS.into_iter().all(|reason| any.contains(reason_name(reason))), "{any}");
        for is_thread in [false, true] {
            let (good, bad): (Vec<_>, Vec<_>) =
                REASONS.into_iter().partition(|reason| check_reason(*reason, is_thread).is_ok());
            for reason in bad {
                let refusal = check_reason(reason, is_thread).unwrap_err();
                let names = |reason: &FailReason| refusal.contains(reason_name(*reason));
                assert!(good.iter().all(names) && !names(&reason), "{refusal}");
            }
        }
    }

    #[test]
    fn a_bad_fault_says_what_to_write() {
        for (text, reason) in [
            ("", "the faults are"),
            ("fire", "the faults are"),
            ("slow", "slow=MS"),
            ("slow=-1", "slow=MS"),
            ("lost=0", "lost=N"),
            ("link-lost=soon", "link-lost=MS"),
            ("storage=1", "no value"),
            ("none=1", "no value"),
            ("reason=storage", "reason=auth_error"),
        ] {
            let error = text.parse::<Change>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
