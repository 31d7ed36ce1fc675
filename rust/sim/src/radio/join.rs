//! Outcome of an attempt to join: selects the access point and checks whether it accepts.

use protocomm::Millis;

use provisioning::wifi::{AuthMode, ConnectFailure, ConnectRequest, Link, Security};

use super::{JoinFault, Outcome, SimulatedAp, World};

/// Shortest passphrase that a supplicant accepts.
const PASSPHRASE_MIN: usize = 8;

/// Returns how long the attempt takes, and its outcome.
pub(super) fn outcome(world: &mut World, request: &ConnectRequest) -> (Millis, Outcome) {
    use ConnectFailure::{NotFound, Other, WrongPassword};

    let credentials = &request.credentials;
    let fault = world.join_fault;
    if let Some(JoinFault::Failure(failure)) = fault {
        return (world.scan_duration, Outcome::Failure(failure));
    }
    // The driver checks the length before it looks for the network.
    if request.security != Security::Open
        && credentials.passphrase.as_bytes().len() < PASSPHRASE_MIN
    {
        return (Millis::ZERO, Outcome::Failure(WrongPassword));
    }
    let Some(ap) = choose(world, request) else {
        return (world.scan_duration, Outcome::Failure(NotFound));
    };
    let failure = if matches!(ap.seen.auth, AuthMode::Wep | AuthMode::Wpa2Enterprise) {
        Some(Other)
    } else if !accepts(ap.seen.auth, request.security) {
        Some(WrongPassword)
    } else if ap.flaky > 0 {
        ap.flaky -= 1;
        Some(Other)
    } else if request.security != Security::Open
        && ap.passphrase != credentials.passphrase.as_bytes()
    {
        Some(WrongPassword)
    } else {
        None
    };
    let outcome = match failure {
        Some(failure) => Outcome::Failure(failure),
        None => Outcome::Link {
            link: Link { bssid: ap.seen.bssid, channel: ap.seen.channel, auth: ap.seen.auth },
            lease: ap.dhcp_time.filter(|_| fault.is_none()).map(|after| (after, ap.address)),
        },
    };
    (ap.join_time, outcome)
}

/// Returns the strongest access point of the network that accepts the security, or else the
/// strongest of all, which will refuse.
fn choose<'a>(world: &'a mut World, request: &ConnectRequest) -> Option<&'a mut SimulatedAp> {
    let credentials = &request.credentials;
    let wanted = |ap: &&mut SimulatedAp| {
        ap.ssid == credentials.ssid.as_bytes()
            && credentials.bssid.is_none_or(|bssid| bssid == ap.seen.bssid)
            && credentials.channel.is_none_or(|channel| channel == ap.seen.channel)
    };
    let rank = |ap: &&mut SimulatedAp| (accepts(ap.seen.auth, request.security), ap.seen.rssi);
    world.access_points.iter_mut().filter(wanted).max_by_key(rank)
}

/// Returns whether a network with this authentication mode can be joined with this security.
fn accepts(auth: AuthMode, security: Security) -> bool {
    use AuthMode::{Open, Wep, Wpa2Enterprise, Wpa2Psk, Wpa2Wpa3Psk, Wpa3Psk, WpaPsk, WpaWpa2Psk};
    match security {
        Security::Open => auth == Open,
        Security::Psk => matches!(auth, WpaPsk | Wpa2Psk | WpaWpa2Psk | Wpa2Wpa3Psk),
        Security::Sae => matches!(auth, Wpa3Psk | Wpa2Wpa3Psk),
        Security::PskOrSae | Security::Unknown => !matches!(auth, Open | Wep | Wpa2Enterprise),
    }
}
