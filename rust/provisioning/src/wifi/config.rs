//! The configuration endpoint: credentials and the state of the connection.

use core::net::Ipv4Addr;

use protocomm::wire::request::CmdSetWifiConfig;
use protocomm::wire::response::wifi_connected_state as connected;
use protocomm::wire::response::{resp_get_wifi_status as field, wifi_attempt_failed as failed};
use protocomm::wire::{Status, WifiConnectFailedReason, WifiStationState, Writer};

use super::{Credentials, Link, Passphrase, Ssid, StationStatus};
use crate::error::Error;
use crate::output::FailReason;

/// Writes the response to a "get status": the truth table.
///
/// | the station | `wifi_sta_state` | with it |
/// |---|---|---|
/// | has tried nothing | Disconnected | |
/// | tries | Connecting | |
/// | tries again | Connecting | `attempt_failed` |
/// | has an address | Connected | `wifi_connected` |
/// | has failed | ConnectionFailed | `wifi_fail_reason` |
///
/// Connected is 0 and left out on the wire; it is never sent by default.
pub(super) fn write_status(status: StationStatus, ssid: Option<&Ssid>, writer: &mut Writer<'_>) {
    if status == StationStatus::Failed(FailReason::Storage) {
        writer.int(field::STATUS, Status::InternalError as i32);
    }
    let state = match status {
        StationStatus::Disconnected => WifiStationState::Disconnected,
        StationStatus::Connecting | StationStatus::AttemptFailed { .. } => {
            WifiStationState::Connecting
        }
        StationStatus::Connected { .. } => WifiStationState::Connected,
        StationStatus::Failed(_) => WifiStationState::ConnectionFailed,
    };
    writer.int(field::WIFI_STA_STATE, state as i32);
    match status {
        StationStatus::Disconnected | StationStatus::Connecting => {}
        StationStatus::AttemptFailed { remaining } => {
            let mark = writer.begin(field::ATTEMPT_FAILED);
            writer.uint(failed::ATTEMPTS_REMAINING, remaining.into());
            writer.end(mark);
        }
        StationStatus::Connected { link, address } => {
            let mark = writer.begin(field::WIFI_CONNECTED);
            write_connected(link, address, ssid, writer);
            writer.end(mark);
        }
        StationStatus::Failed(reason) => {
            // The protocol has two reasons, which clients show as "wrong password" and "not found".
            // The first covers everything that another passphrase might change.
            let reason = match reason {
                FailReason::AuthError
                | FailReason::HandshakeTimeout
                | FailReason::UnsupportedSecurity => WifiConnectFailedReason::AuthError,
                _ => WifiConnectFailedReason::WifiNetworkNotFound,
            };
            writer.int_always(field::WIFI_FAIL_REASON, reason as i32);
        }
    }
}

fn write_connected(link: Link, address: Ipv4Addr, ssid: Option<&Ssid>, writer: &mut Writer<'_>) {
    let mut text = [0; ADDRESS_MAX];
    writer.bytes(connected::IP4_ADDR, address_text(address, &mut text));
    writer.int(connected::AUTH_MODE, link.auth as i32);
    writer.bytes(connected::SSID, ssid.map(Ssid::as_bytes).unwrap_or_default());
    writer.bytes(connected::BSSID, &link.bssid);
    writer.int(connected::CHANNEL, link.channel.into());
}

/// Longest address as text: `255.255.255.255`.
const ADDRESS_MAX: usize = 15;

/// Formats an address as clients expect it, from its last digit to the first.
fn address_text(address: Ipv4Addr, text: &mut [u8; ADDRESS_MAX]) -> &[u8] {
    let mut start = ADDRESS_MAX;
    let mut put = |byte: u8| {
        start = start.saturating_sub(1);
        if let Some(place) = text.get_mut(start) {
            *place = byte;
        }
    };
    for (at, mut rest) in address.octets().into_iter().rev().enumerate() {
        if at > 0 {
            put(b'.');
        }
        loop {
            put(b'0' | (rest % 10));
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
    }
    text.get(start..).unwrap_or_default()
}

/// Checks the credentials of a client.
pub(super) fn credentials(command: &CmdSetWifiConfig<'_>) -> Result<Credentials, Error> {
    let bssid = match command.bssid {
        [] => None,
        bytes => Some(bytes.try_into().map_err(|_| Error::Argument)?),
    };
    // The highest channel number of any band.
    let channel = match command.channel {
        0 => None,
        n => Some(u8::try_from(n).ok().filter(|n| *n <= 233).ok_or(Error::Argument)?),
    };
    Ok(Credentials {
        ssid: Ssid::new(command.ssid)?,
        passphrase: Passphrase::new(command.passphrase)?,
        bssid,
        channel,
    })
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn an_address_is_written_like_the_standard_library_writes_it() {
        for octets in [[0, 9, 10, 99], [100, 109, 110, 255], [255; 4], [192, 168, 4, 1]] {
            let address = Ipv4Addr::from(octets);
            let mut text = [0; ADDRESS_MAX];
            let written = address_text(address, &mut text);
            assert_eq!(core::str::from_utf8(written).unwrap(), address.to_string());
        }
    }
}
