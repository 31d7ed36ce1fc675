//! Events for the application.

use core::ffi::{c_char, c_void};
use core::ptr;

use netprov_sys::{
    network_prov_address, network_prov_attempt, network_prov_cb_event as CEvent,
    network_prov_cred_fail_reason as CReason, network_prov_event_handler, network_prov_network,
};
use provisioning::{Event, FailReason};

use crate::progress::count;
use crate::{network, owner};

/// Delivers an event of the manager to the application.
pub(crate) fn tell(event: Event) {
    match event {
        // Releases waiting threads, even if the callback starts the service again.
        Event::CredSuccess => owner::update_progress(|progress| {
            count(&mut progress.outcomes);
            progress.succeeded = Some(progress.started);
        }),
        Event::End => owner::update_progress(|progress| count(&mut progress.outcomes)),
        // The service waits for credentials again.
        Event::Start => owner::with(|owner| owner.progress.forget_success()),
        _ => {}
    }
    let (callback, wants_link_events) = owner::with(|owner| {
        if event == Event::Deinit {
            if let Some(manager) = &owner.manager {
                owner.scan_until = manager.scan_until();
                owner.network = manager.network_state();
            }
            owner.manager = None;
        }
        (owner.app.callback, owner.app.stays_online)
    });
    call_back(callback, wants_link_events, event);
    match event {
        Event::End => owner::update_progress(|progress| count(&mut progress.ended)),
        Event::Deinit => owner::update_progress(|progress| count(&mut progress.deinits)),
        _ => {}
    }
}

/// Reports a new address of the device to the application, and releases the threads that wait for
/// one.
pub(crate) fn tell_address(mut address: network_prov_address) {
    owner::announce();
    tell_application(CEvent::NETWORK_PROV_ADDRESS, (&raw mut address).cast());
}

/// Delivers an event that does not come from the manager. Does nothing without a manager.
pub(crate) fn tell_application(event: CEvent, data: *mut c_void) {
    let app = owner::with(|owner| owner.manager.is_some().then_some(owner.app.callback));
    if let Some(network_prov_event_handler { event_cb: Some(callback), user_data }) = app {
        // SAFETY: the application's callback, with its data; event data lives during the call.
        owner::as_callback(|| unsafe { callback(user_data, event, data) });
    }
}

fn call_back(app: network_prov_event_handler, wants_link_events: bool, event: Event) {
    let network_prov_event_handler { event_cb: Some(callback), user_data } = app else { return };
    // Data of some events.
    let (mut reason, mut number, mut network): (CReason, u32, network_prov_network);
    let mut attempt: network_prov_attempt;
    let mut data: *mut c_void = ptr::null_mut();
    let event = match event {
        Event::Init => CEvent::NETWORK_PROV_INIT,
        Event::Start => CEvent::NETWORK_PROV_START,
        Event::CredRecv | Event::CredSuccess => {
            network = target();
            data = (&raw mut network).cast();
            match event {
                Event::CredRecv => CEvent::NETWORK_PROV_CRED_RECV,
                _ => CEvent::NETWORK_PROV_CRED_SUCCESS,
            }
        }
        Event::CredFail(why) => {
            reason = c_reason(why);
            data = (&raw mut reason).cast();
            CEvent::NETWORK_PROV_CRED_FAIL
        }
        Event::End => CEvent::NETWORK_PROV_END,
        Event::Deinit => CEvent::NETWORK_PROV_DEINIT,
        Event::SessionEstablished(_) => CEvent::NETWORK_PROV_SESSION_ESTABLISHED,
        Event::ProofMismatch(_) => CEvent::NETWORK_PROV_SESSION_REFUSED,
        Event::HandshakeInvalid(_) => CEvent::NETWORK_PROV_SESSION_INVALID,
        Event::LockedOut(time) => {
            number = time.as_millis();
            data = (&raw mut number).cast();
            CEvent::NETWORK_PROV_LOCKED_OUT
        }
        Event::Attempt { number, .. } => {
            attempt = network_prov_attempt { number, network: target() };
            data = (&raw mut attempt).cast();
            CEvent::NETWORK_PROV_ATTEMPT
        }
        Event::Online if wants_link_events => CEvent::NETWORK_PROV_ONLINE,
        Event::LinkLost if wants_link_events => CEvent::NETWORK_PROV_LINK_LOST,
        _ => return,
    };
    // SAFETY: the application's callback, with its data; event data lives during the call.
    unsafe { callback(user_data, event, data) }
}

/// Returns the network of the credentials that are being tried, or have worked.
fn target() -> network_prov_network {
    let mut target = network_prov_network { name: [0; 33], name_len: 0 };
    owner::with(|owner| {
        let Some(credentials) = owner.manager.as_ref().and_then(|manager| manager.target()) else {
            return;
        };
        network::with_name(credentials, &mut |name| {
            // The last byte terminates the name.
            for (to, from) in target.name.iter_mut().take(32).zip(name) {
                *to = c_char::from_ne_bytes([*from]);
                target.name_len = target.name_len.saturating_add(1);
            }
        });
    });
    target
}

/// Converts a reason to its C type.
pub(crate) fn c_reason(reason: FailReason) -> CReason {
    match reason {
        FailReason::AuthError => CReason::NETWORK_PROV_WIFI_AUTH_ERROR,
        #[cfg(not(feature = "thread"))]
        FailReason::NetworkNotFound => CReason::NETWORK_PROV_WIFI_NETWORK_NOT_FOUND,
        #[cfg(feature = "thread")]
        FailReason::NetworkNotFound => CReason::NETWORK_PROV_THREAD_NOT_FOUND,
        FailReason::WeakSignal => CReason::NETWORK_PROV_WIFI_WEAK_SIGNAL,
        FailReason::HandshakeTimeout => CReason::NETWORK_PROV_WIFI_HANDSHAKE_TIMEOUT,
        FailReason::UnsupportedSecurity => CReason::NETWORK_PROV_WIFI_UNSUPPORTED_SECURITY,
        FailReason::NoAddress => CReason::NETWORK_PROV_WIFI_NO_ADDRESS,
        FailReason::DatasetInvalid => CReason::NETWORK_PROV_DATASET_INVALID,
        _ => CReason::NETWORK_PROV_STORAGE_ERROR,
    }
}
