//! Carries out the manager's outputs, and passes events to it.

use core::net::IpAddr;

use netprov_sys::{network_prov_address, network_prov_address_kind};
use protocomm::Instant;
use provisioning::{ConnectState, Event, Network as _, Output, ScanFailure, State};

use crate::owner::{self, Manager, set_running, with_manager};
use crate::progress::{ConnectCall, count};
use crate::{events, network, port, requests, stack};

/// An address of the device, and its kind.
pub(crate) type Address = (network_prov_address_kind, IpAddr);

/// Tells a new manager the state that it finds: the link, and a scan in progress.
pub(crate) fn introduce(
    manager: &mut Manager,
    network: network::State,
    scan_until: &mut Option<Instant>,
) {
    // Otherwise it would take the end of the existing link for a failure, and the end of another
    // manager's scan for that of its own.
    manager.set_network_state(network);
    if let Some(until) = scan_until.take() {
        manager.scan_under_way(until);
    }
}

/// Passes an event of the network to the manager, and reports new addresses.
#[inline(never)]
pub(crate) fn network_event(event: network::Event) {
    let news = owner::with(|owner| {
        let before = owner.network_state();
        match &mut owner.manager {
            Some(manager) => network::tell(manager, event),
            None => network::Network::observe(&mut owner.network, event),
        }
        let after = owner.network_state();
        network::ADDRESSES.map(|kind| {
            network::address(&after, kind)
                .filter(|address| network::address(&before, kind) != Some(*address))
        })
    });
    // Before the success that follows from it.
    for address in news.into_iter().flatten() {
        events::tell_address(c_address(address));
    }
    run();
}

/// Converts an address to its C type.
pub(crate) fn c_address((kind, address): Address) -> network_prov_address {
    let mut bytes = [0; 16];
    let length = match address {
        IpAddr::V4(address) => {
            bytes.iter_mut().zip(address.octets()).for_each(|(to, from)| *to = from);
            4
        }
        IpAddr::V6(address) => {
            bytes = address.octets();
            16
        }
    };
    network_prov_address { bytes, length, kind: kind as u8 }
}

/// Calls the manager, then carries out its outputs.
#[inline(always)]
pub(crate) fn tell(f: impl FnOnce(&mut Manager)) {
    with_manager(f);
    run();
}

/// Reports the end of the driver's scan, which may be of an earlier manager.
pub(crate) fn scan_done(result: Result<(), ScanFailure>) {
    owner::with(|owner| {
        owner.scan_until = None;
        if let Some(manager) = &mut owner.manager {
            manager.scan_done(port::now(), result);
        }
    });
    run();
}

/// Returns when [`handle_timeouts`] must be called if nothing else happens.
pub(crate) fn next_timeout() -> Option<Instant> {
    with_manager(|manager| manager.next_timeout()).flatten()
}

/// Handles all expired timers.
pub(crate) fn handle_timeouts() {
    let now = port::now();
    while next_timeout().is_some_and(|at| at <= now) {
        tell(|manager| manager.handle_timeout(now));
    }
}

/// Carries out the manager's outputs until there are none. Does nothing in a callback: the call that
/// runs the callback continues with the outputs afterwards, so that events stay in order.
#[inline(never)]
pub(crate) fn run() {
    owner::publish_idle();
    if set_running(true) {
        return;
    }
    take_outputs();
    settle();
    set_running(false);
    owner::publish_idle();
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
        Output::ConnectStored(index) if cfg!(feature = "connect") => {
            let failed = network::connect_stored(index);
            with_manager(|manager| {
                if let Some(failed) = failed {
                    network::tell(manager, failed);
                }
            });
        }
        Output::ConnectStored(_) => {}
        Output::Disconnect => network::disconnect(),
        Output::Store => {
            with_manager(|manager| {
                let stored = manager.target().is_some_and(network::store);
                let stored = stored.then(network::count_stored);
                manager.credentials_stored(port::now(), stored);
            });
        }
    }
}

fn start_transport() {
    let start = owner::with(|owner| {
        count(&mut owner.progress.started);
        owner.app.scheme.and_then(|scheme| scheme.start)
    });
    let (name, key) = owner::name_and_key();
    // SAFETY: a scheme's function, with terminated strings that live as long as the program. They
    // are written when a service begins and when one has ended: not before this has returned.
    let error = start.map_or(0, |start| unsafe { start(name, key) });
    owner::with(|owner| {
        owner.app.start_error = error;
        if let Some(manager) = &mut owner.manager {
            manager.service_started(port::now(), error == 0);
        }
    });
    let is_awaited =
        owner::with(|owner| owner.app.start_is_awaited || owner.call != ConnectCall::None);
    if error != 0 && is_awaited {
        owner::update_progress(|progress| {
            count(&mut progress.ended);
            count(&mut progress.outcomes);
        });
    } else if error != 0 {
        // No caller waits for the error.
        events::tell(Event::End);
    }
}

/// Records the end of the call, and wipes data that only a service needs.
fn settle() {
    let over = owner::with(|owner| {
        let state = match &owner.manager {
            Some(manager) if manager.state() != State::Idle => return false,
            Some(manager) => manager.connect_state(),
            None => ConnectState::Cancelled,
        };
        if matches!(state, ConnectState::Connecting | ConnectState::Provisioning) {
            return false;
        }
        owner.texts.wipe();
        let over = owner.call == ConnectCall::Waiting;
        if over {
            owner.call = ConnectCall::Over(state);
        }
        over
    });
    if over {
        owner::announce();
    }
}
