//! Every limit of this crate, in one place.
//!
//! Limits that a product may need to change are read from the environment **at build time**; a
//! firmware build system sets them from its own configuration. The others follow from the protocol.

use crate::time::Millis;

/// Longest endpoint name in bytes (`NETPROV_ENDPOINT_NAME_MAX`, 13 to 64).
pub const ENDPOINT_NAME_MAX: usize = setting(option_env!("NETPROV_ENDPOINT_NAME_MAX"), 31, 13, 64);

/// Number of endpoints that the application may add (`NETPROV_CUSTOM_ENDPOINTS_MAX`, 0 to 32).
pub const CUSTOM_ENDPOINTS_MAX: usize =
    setting(option_env!("NETPROV_CUSTOM_ENDPOINTS_MAX"), 8, 0, 32);

/// Slots for handshakes in progress (`NETPROV_PENDING_HANDSHAKES`, 1 to 16). `session.rs` describes
/// which handshake gives way when all are in use.
pub const PENDING_HANDSHAKES: usize = setting(option_env!("NETPROV_PENDING_HANDSHAKES"), 3, 1, 16);

/// Time in which a peer's handshake does not give way to another peer's. A phone needs up to 2 s
/// between the two commands of security 2.
pub const HANDSHAKE_GRACE: Millis = Millis::from_secs(3);

/// Longest time between the two commands of a handshake. People type the proof of possession before
/// the first.
pub const HANDSHAKE_TIMEOUT: Millis = Millis::from_secs(60);

/// Longest salt of security 2 in bytes. Espressif's tools make salts of 16.
pub const SALT_MAX: usize = 64;

/// Longest message to the security endpoint in bytes. The longest one that clients send is the
/// first command of security 2, which has 398 bytes plus the user name.
pub const SECURITY_REQUEST_MAX: usize = 1024;

/// Number of cookies that the HTTP rules remember. It exceeds the number of sessions to protect:
/// the established one and the handshakes in progress.
pub const HTTP_COOKIES: usize = if PENDING_HANDSHAKES + 2 > 8 { PENDING_HANDSHAKES + 2 } else { 8 };

/// A build-time setting: `value` as a decimal number within `min..=max`, or `default` if it is not
/// set. Any other value stops the build.
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
