//! The doing of what the manager wants, and what it is told.

use protocomm::Instant;
use provisioning::{Output, ScanFailure, State};

use crate::owner::{self, Manager, with_manager};
use crate::progress::{self, count};
use crate::{connecting, events, network, port, requests, stack, texts};

/// Tells a new manager what was there before it.
pub(crate) fn introduce(
    manager: &mut Manager,
    network: network::State,
    scan_until: &mut Option<Instant>,
) {
    // The end of the link there is must not be taken for a failure later, nor the end of another's
    // scan for that of its own.
    if let Some(event) = network.introduction() {
        network::tell(manager, event);
    }
    if let Some(until) = scan_until.take() {
        manager.scan_under_way(until);
    }
}

/// Something happened to the network.
#[inline(never)]
pub(crate) fn network_event(event: network::Event) {
    owner::with(|owner| {
        owner.network = owner.network.after(event);
        if let Some(manager) = &mut owner.manager {
            network::tell(manager, event);
        }
    });
    connecting::drive(|connector, now| connector.handle_event(now, event));
    run();
}

/// Tells the manager something, and does what it wants done.
#[inline(always)]
pub(crate) fn tell(f: impl FnOnce(&mut Manager)) {
    with_manager(f);
    run();
}

/// The driver's scan has ended, whoever asked for it.
pub(crate) fn scan_done(result: Result<(), ScanFailure>) {
    owner::with(|owner| {
        owner.scan_until = None;
        if let Some(manager) = &mut owner.manager {
            manager.scan_done(port::now(), result);
        }
    });
    run();
}

/// Whether the device is on a network: with Wi-Fi, whether it has an address.
pub(crate) fn is_online() -> bool {
    owner::with(|owner| owner.network.is_online())
}

/// Begins to stop the service if no client is in a session, and none has brought credentials that
/// are being tried. Whether it did.
pub(crate) fn end_if_unattended() -> bool {
    let ended = with_manager(|manager| {
        let waits = matches!(manager.state(), State::Awaiting | State::Failed);
        let unattended = waits && manager.protocomm().established().is_none();
        if unattended {
            manager.stop(port::now());
        }
        unattended
    });
    ended.unwrap_or(false)
}

/// Whether a callback of the application is being called: then nothing can be waited for.
pub(crate) fn in_callback() -> bool {
    owner::with(|owner| owner.running)
}

/// Sets whether a callback is being called; tells what was set before.
#[inline(never)]
fn set_running(running: bool) -> bool {
    owner::with(|owner| core::mem::replace(&mut owner.running, running))
}

/// Runs `f`, which calls the application, as a callback: what it asks for is done afterwards.
#[inline(always)]
pub(crate) fn as_callback<T>(f: impl FnOnce() -> T) -> T {
    let before = set_running(true);
    let result = f();
    set_running(before);
    result
}

/// When [`handle_timeouts`] must be called, if nothing else happens.
pub(crate) fn next_timeout() -> Option<Instant> {
    let manager = with_manager(|manager| manager.next_timeout()).flatten();
    Instant::earlier(connecting::next_timeout(), manager)
}

/// Does all that is due.
pub(crate) fn handle_timeouts() {
    let now = port::now();
    let due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
    while due(next_timeout()) {
        connecting::drive(|connector, now| connector.handle_timeout(now));
        with_manager(|manager| {
            if due(manager.next_timeout()) {
                manager.handle_timeout(now);
            }
        });
        run();
    }
}

/// Does what the manager wants done, until it wants nothing. From a callback it does nothing: the
/// call that runs the callback goes on with it afterwards, so that events stay in order.
#[inline(never)]
pub(crate) fn run() {
    if set_running(true) {
        return;
    }
    take_outputs();
    set_running(false);
    stack::wipe();
}

#[inline(never)]
fn take_outputs() {
    while let Some(output) = with_manager(|manager| manager.poll_output()).flatten() {
        perform(output);
    }
}

fn perform(output: Output) {
    match output {
        Output::Respond(request) => requests::respond(request),
        Output::Event(event) => events::tell(event),
        Output::StartService => start_transport(),
        Output::StopService => {
            let stop = owner::with(|owner| owner.app.scheme.and_then(|scheme| scheme.stop));
            // SAFETY: a scheme's function, without arguments, on the provisioning thread.
            let stopped = stop.is_none_or(|stop| unsafe { stop() });
            if stopped {
                with_manager(|manager| manager.service_stopped());
            }
        }
        Output::Scan => {
            with_manager(|manager| {
                if !network::scan(manager.scan_request()) {
                    manager.scan_done(port::now(), Err(ScanFailure));
                }
            });
        }
        Output::Connect => {
            with_manager(|manager| {
                if let Some(failed) = manager.target().and_then(network::connect) {
                    network::tell(manager, failed);
                }
            });
        }
        Output::Disconnect => network::disconnect(),
        Output::Store => {
            with_manager(|manager| {
                let stored = manager.target().is_some_and(network::store);
                manager.credentials_stored(port::now(), stored);
            });
        }
    }
}

fn start_transport() {
    let start = owner::with(|owner| owner.app.scheme.and_then(|scheme| scheme.start));
    let (name, key) = texts::pointers();
    // SAFETY: a scheme's function, with terminated strings that live as long as the program. They
    // are written when a service begins and when one has ended: not before this has returned.
    let error = start.map_or(0, |start| unsafe { start(name, key) });
    owner::with(|owner| {
        owner.app.start_error = error;
        if let Some(manager) = &mut owner.manager {
            manager.service_started(port::now(), error == 0);
        }
        if error != 0 {
            owner.texts.wipe();
        }
    });
    if error != 0 {
        progress::update(|progress| {
            count(&mut progress.ended);
            count(&mut progress.outcomes);
        });
    }
}
