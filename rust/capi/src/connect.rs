//! The call of the API that gets the device online, from its start to its outcome.

use core::ffi::c_int;

use provisioning::{ConnectState, State};

use crate::progress::ConnectCall;
use crate::start::Start;
use crate::thread::{on_thread, wait_for};
use crate::{network, owner, port, service};

/// Connects with the stored networks; if `start` is given and that fails, starts the service with
/// it. Returns when the device is online or the attempt has ended: 0, or a negative errno.
pub(crate) fn connect(start: Option<&Start<'_>>) -> c_int {
    let errno = port::errno();
    if !cfg!(feature = "connect") {
        return -errno.enotsup;
    }
    if !port::may_wait() {
        port::refuse();
        return -errno.ewouldblock;
    }
    let begun = on_thread(-errno.ewouldblock, || {
        if owner::in_callback() { -errno.eperm } else { begin(start) }
    });
    if begun != 0 {
        return begun;
    }
    let mut outcome = ConnectState::None;
    wait_for(None, &mut || {
        owner::with(|owner| match owner.call {
            ConnectCall::Over(state) => {
                outcome = state;
                owner.call = ConnectCall::None;
                true
            }
            _ => false,
        })
    });
    match outcome {
        ConnectState::Online => 0,
        ConnectState::Failed(_) => -errno.etimedout,
        ConnectState::Cancelled => -errno.ecanceled,
        ConnectState::NotStarted => {
            on_thread(-errno.eperm, || owner::with(|owner| owner.app.start_error))
        }
        _ => -errno.eperm,
    }
}

fn begin(start: Option<&Start<'_>>) -> c_int {
    let errno = port::errno();
    let scheme = match start.map(Start::scheme).transpose() {
        Ok(scheme) => scheme,
        Err(errno) => return -errno,
    };
    let stored = network::count_stored();
    let result = owner::with(|owner| {
        let Some(manager) = &mut owner.manager else { return -errno.eperm };
        if owner.call != ConnectCall::None || manager.state() != State::Idle {
            return -errno.ebusy;
        }
        let begun = match scheme {
            None => manager.connect(port::now(), stored),
            Some(scheme) => manager.connect_or_provision(port::now(), stored, scheme),
        };
        if let Err(error) = begun {
            return port::error_number(error);
        }
        if let Some(start) = start {
            owner.texts.set(start.name, start.key, start.pop());
            owner.app.start_error = 0;
        }
        owner.call = ConnectCall::Waiting;
        0
    });
    // The first attempt is due.
    service::handle_timeouts();
    result
}
