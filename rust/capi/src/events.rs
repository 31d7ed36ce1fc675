//! What the application is told.

use core::ffi::c_void;
use core::ptr;

use netprov_sys::{
    network_prov_cb_event as CEvent, network_prov_cred_fail_reason as CReason,
    network_prov_event_handler,
};
use provisioning::{Event, FailReason};

use crate::owner;
use crate::progress::{self, count};

/// Tells the application.
pub(crate) fn tell(event: Event) {
    match event {
        // Whoever waited for this goes on, even if the callback begins anew.
        Event::CredSuccess => progress::update(|progress| {
            count(&mut progress.outcomes);
            progress.succeeded = Some(progress.started);
        }),
        Event::End => {
            owner::with(|owner| owner.texts.wipe());
            progress::update(|progress| count(&mut progress.outcomes));
        }
        // Of a service that awaits credentials anew.
        Event::Start => owner::with(|owner| owner.progress.forget_success()),
        _ => {}
    }
    let callback = owner::with(|owner| {
        if event == Event::Deinit {
            owner.scan_until = owner.manager.as_ref().and_then(|manager| manager.scan_until());
            owner.manager = None;
        }
        owner.app.callback
    });
    call_back(callback, event);
    match event {
        Event::End => progress::update(|progress| count(&mut progress.ended)),
        Event::Deinit => progress::update(|progress| count(&mut progress.deinits)),
        _ => {}
    }
}

fn call_back(app: network_prov_event_handler, event: Event) {
    let network_prov_event_handler { event_cb: Some(callback), user_data } = app else { return };
    // Some events have one of these.
    let (mut reason, mut number): (CReason, u32);
    let mut data: *mut c_void = ptr::null_mut();
    let event = match event {
        Event::Init => CEvent::NETWORK_PROV_INIT,
        Event::Start => CEvent::NETWORK_PROV_START,
        Event::CredRecv => CEvent::NETWORK_PROV_CRED_RECV,
        Event::CredFail(why) => {
            reason = c_reason(why);
            data = (&raw mut reason).cast();
            CEvent::NETWORK_PROV_CRED_FAIL
        }
        Event::CredSuccess => CEvent::NETWORK_PROV_CRED_SUCCESS,
        Event::End => CEvent::NETWORK_PROV_END,
        Event::Deinit => CEvent::NETWORK_PROV_DEINIT,
        Event::SessionEstablished(_) => CEvent::NETWORK_PROV_SESSION_ESTABLISHED,
        Event::ProofMismatch(_) => CEvent::NETWORK_PROV_SESSION_REFUSED,
        Event::LockedOut(time) => {
            number = time.as_millis();
            data = (&raw mut number).cast();
            CEvent::NETWORK_PROV_LOCKED_OUT
        }
        Event::Attempt { number: attempt, .. } => {
            number = attempt;
            data = (&raw mut number).cast();
            CEvent::NETWORK_PROV_ATTEMPT
        }
        _ => return,
    };
    // SAFETY: the application's callback, with its data; event data lives during the call.
    unsafe { callback(user_data, event, data) }
}

/// A reason in C's words.
pub(crate) fn c_reason(reason: FailReason) -> CReason {
    match reason {
        FailReason::AuthError => CReason::NETWORK_PROV_WIFI_AUTH_ERROR,
        FailReason::NetworkNotFound => CReason::NETWORK_PROV_WIFI_NETWORK_NOT_FOUND,
        FailReason::UnsupportedSecurity => CReason::NETWORK_PROV_WIFI_UNSUPPORTED_SECURITY,
        FailReason::NoAddress => CReason::NETWORK_PROV_WIFI_NO_ADDRESS,
        FailReason::DatasetInvalid => CReason::NETWORK_PROV_DATASET_INVALID,
        _ => CReason::NETWORK_PROV_STORAGE_ERROR,
    }
}
