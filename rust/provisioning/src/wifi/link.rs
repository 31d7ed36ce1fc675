//! What the link machine needs to know about Wi-Fi.

use core::net::Ipv4Addr;

use super::{ConnectFailure, ConnectRequest, Link, Security, Wifi, WifiEvent};
use crate::config::Config;
use crate::link::{Change, LinkType};
use crate::output::FailReason;

/// What the Wi-Fi driver has reported about the station.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StationState {
    link: Option<Link>,
    address: Option<Ipv4Addr>,
    /// The driver will report the end of a link that the device leaves, which is not a failure.
    leaving: bool,
}

impl StationState {
    /// The link to an access point, if there is one.
    pub fn link(&self) -> Option<Link> {
        self.link
    }

    /// The address, if there is one.
    pub fn address(&self) -> Option<Ipv4Addr> {
        self.address
    }

    /// Forgets the link. Returns whether there was one.
    fn forget(&mut self) -> bool {
        self.address = None;
        self.link.take().is_some()
    }
}

impl LinkType for Wifi {
    type Target = ConnectRequest;
    type State = StationState;
    type Event = WifiEvent;

    const STACK_REJOINS: bool = false;

    fn attempts(config: &Config) -> u32 {
        config.wifi_conn_attempts.max(1)
    }

    fn drop_hints(target: &mut ConnectRequest) -> bool {
        let bssid = target.credentials.bssid.take();
        let channel = target.credentials.channel.take();
        bssid.is_some() || channel.is_some()
    }

    /// If no scan found the network, the security comes from the link.
    fn learn(target: &mut ConnectRequest, state: &StationState) {
        Self::drop_hints(target);
        if target.security == Security::Unknown
            && let Some(link) = state.link
            && let Some(known) = Security::of(link.auth)
            && known != Security::Open
        {
            target.security = known;
        }
    }

    fn update(
        state: &mut StationState,
        event: WifiEvent,
        _: Option<(&ConnectRequest, &Config)>,
    ) -> Change {
        match event {
            WifiEvent::LinkUp(link) => {
                *state = StationState { link: Some(link), address: None, leaving: false };
                Change::None
            }
            // An address without a link belongs to the previous network.
            WifiEvent::GotAddress(_) if state.link.is_none() => Change::None,
            WifiEvent::GotAddress(address) => {
                state.address = Some(address);
                Change::Online
            }
            WifiEvent::LinkDown(_) if core::mem::take(&mut state.leaving) => {
                state.forget();
                Change::None
            }
            WifiEvent::ConnectFailed(failure) | WifiEvent::LinkDown(failure) => {
                let reason = match failure {
                    ConnectFailure::WrongPassword => Some(FailReason::AuthError),
                    ConnectFailure::NotFound => Some(FailReason::NetworkNotFound),
                    ConnectFailure::Timeout => Some(FailReason::HandshakeTimeout),
                    ConnectFailure::Other => None,
                };
                if state.forget() { Change::Lost(reason) } else { Change::Failed(reason) }
            }
        }
    }

    fn leave(state: &mut StationState) {
        state.leaving |= state.forget();
    }

    fn is_linked(state: &StationState) -> bool {
        state.link.is_some()
    }

    fn is_online(state: &StationState) -> bool {
        state.address.is_some()
    }

    fn timeout_reason(state: &StationState) -> Option<FailReason> {
        state.link.map(|_| FailReason::NoAddress)
    }
}
