//! Every limit of this crate, in one place.
//!
//! The limits that a device owner may want to change are read from the environment **at build
//! time** (a firmware build system sets them from its own configuration); the rest follow from
//! the protocol.

use crate::time::Millis;

/// Longest endpoint name in bytes (`NETPROV_ENDPOINT_NAME_MAX`, 13 to 64).
pub const ENDPOINT_NAME_MAX: usize = setting(option_env!("NETPROV_ENDPOINT_NAME_MAX"), 31, 13, 64);

/// How many endpoints the application may add (`NETPROV_CUSTOM_ENDPOINTS_MAX`, 0 to 32).
pub const CUSTOM_ENDPOINTS_MAX: usize =
    setting(option_env!("NETPROV_CUSTOM_ENDPOINTS_MAX"), 8, 0, 32);

/// All endpoints: the five of the protocol and the application's.
pub const ENDPOINTS_MAX: usize = 5 + CUSTOM_ENDPOINTS_MAX;

/// Slots for handshakes in progress (`NETPROV_PENDING_HANDSHAKES`, 1 to 16). `session.rs` has the
/// rule for which handshake gives way when all are in use.
pub const PENDING_HANDSHAKES: usize = setting(option_env!("NETPROV_PENDING_HANDSHAKES"), 3, 1, 16);

/// Time for which a handshake of one peer does not give way to a handshake of another. A phone
/// needs up to 2 s between the two commands of security 2.
pub const HANDSHAKE_GRACE: Millis = Millis::from_secs(3);

/// Longest time from the first command of a handshake to the second. People type the proof of
/// possession before the first.
pub const HANDSHAKE_TIMEOUT: Millis = Millis::from_secs(60);

/// Longest salt of security 2 in bytes: Espressif's tools make 16.
pub const SALT_MAX: usize = 64;

/// Longest message to the security endpoint in bytes. The longest that a client sends is the
/// first command of security 2: 398 bytes and a user name.
pub const SECURITY_REQUEST_MAX: usize = 1024;

/// Cookies that the HTTP rules remember: always more than there are sessions to protect, which are
/// the established one and the handshakes in progress.
pub const HTTP_COOKIES: usize = if PENDING_HANDSHAKES + 2 > 8 { PENDING_HANDSHAKES + 2 } else { 8 };

/// A build-time setting: `value` as a decimal number within `min..=max`, or `default`.
/// Anything else stops the build.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated at build time: a panic is a build error"
)]
pub const fn setting(value: Option<&str>, default: usize, min: usize, max: usize) -> usize {
    let Some(text) = value else { return default };
    let digits = text.as_bytes();
    assert!(!digits.is_empty() && digits.len() <= 6, "a limit must be a decimal number");
    let mut number = 0;
    let mut i = 0;
    while i < digits.len() {
        assert!(digits[i].is_ascii_digit(), "a limit must be a decimal number");
        number = number * 10 + (digits[i] - b'0') as usize;
        i += 1;
    }
    assert!(number >= min && number <= max, "a limit is out of its range");
    number
}

#[cfg(test)]
mod tests {
    use super::setting;

    #[test]
    fn a_setting_is_the_default_or_the_number() {
        assert_eq!(setting(None, 7, 1, 9), 7);
        assert_eq!(setting(Some("3"), 7, 1, 9), 3);
    }

    #[test]
    #[should_panic = "decimal"]
    fn a_setting_must_be_a_number() {
        setting(Some("3k"), 7, 1, 9);
    }

    #[test]
    #[should_panic = "range"]
    fn a_setting_must_be_in_range() {
        setting(Some("10"), 7, 1, 9);
    }
}
