//! A program that uses everything that a device uses of the two crates, and nothing else. What it
//! is larger than `bare` is what the crates cost. It is linked and measured, not run.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

use core::hint::black_box;
use core::panic::PanicInfo;

use cortex_m_rt::entry;
use protocomm::security::{Scheme, sec0::Sec0, sec1::Sec1};
use protocomm::{Instant, Millis, Peer, SessionId};
use provisioning::wifi::{AccessPoint, AuthMode, ConnectFailure, Link, Ssid, WifiEvent};
use provisioning::{Call, Config, Handled, Manager, Output, Request, RequestId};
use script::DeviceRng;

#[entry]
fn main() -> ! {
    let place = cortex_m::singleton!(: Option<Manager<DeviceRng>> = None);
    let Some(place) = place else { loop {} };
    let manager = Manager::new_in(place, black_box(Config::default()), DeviceRng::default());
    loop {
        let now = Instant::from_millis(black_box(0));
        application(manager, now);
        driver(manager, now);
        #[cfg(feature = "transports")]
        transports::rules(manager.rng());
    }
}

/// Everything that an application may call.
fn application(manager: &mut Manager<DeviceRng>, now: Instant) {
    let text: &str = black_box("");
    let _ = black_box(manager.set_app_info(text, text, black_box(&[])));
    let _ = black_box(manager.disable_auto_stop(black_box(Millis::ZERO)));
    let _ = black_box(manager.endpoint_create(text));
    let _ = black_box(manager.endpoint_register(text));
    let _ = black_box(manager.endpoint_unregister(text));
    let scheme =
        if black_box(true) { Scheme::Sec0(Sec0) } else { Scheme::Sec1(Sec1::new(text.as_bytes())) };
    let _ = black_box(manager.start(scheme));
    #[cfg(feature = "sec2")]
    if let Ok(scheme) = protocomm::security::sec2::Sec2::new(text.as_bytes(), text.as_bytes()) {
        let _ = black_box(manager.start(Scheme::Sec2(scheme)));
    }
    let _ = black_box(manager.connect(now, black_box(1)));
    let scheme = Scheme::Sec1(Sec1::new(text.as_bytes()));
    let _ = black_box(manager.connect_or_provision(now, black_box(1), scheme));
    manager.set_stay_online(now, black_box(true));
    let _ = black_box(manager.configure_wifi(now, text.as_bytes(), text.as_bytes()));
    let _ = black_box(manager.reset_on_failure());
    let _ = black_box(manager.reset_for_reprovision());
    black_box((manager.state(), manager.wifi_status(), manager.remaining_attempts()));
    black_box((manager.connect_state(), manager.is_online(), manager.network_state()));
    manager.stop(now);
    manager.deinit(now);
}

/// Everything that the drivers of the radio and of the transports report, and what they are asked
/// for.
fn driver(manager: &mut Manager<DeviceRng>, now: Instant) {
    let mut lent = black_box([0; 512]);
    let buffer = black_box(lent.as_mut_slice());
    manager.service_started(now, black_box(true));
    manager.service_stopped();
    manager.scan_under_way(now);
    manager.scan_result(access_point());
    manager.scan_done(now, black_box(Ok(())));
    manager.wifi_event(now, wifi_event(black_box(0)));
    manager.credentials_stored(now, black_box(Some(1)));
    if black_box(manager.next_timeout()).is_some() {
        manager.handle_timeout(now);
    }
    manager.close_session(session());
    request(manager, now, buffer);
    while let Some(output) = manager.poll_output() {
        match output {
            Output::Respond(request) => {
                let _ = black_box(manager.respond(request, buffer));
                manager.abandon(request);
            }
            Output::Connect | Output::Store => drop(black_box(manager.target())),
            Output::Scan => drop(black_box(manager.scan_request())),
            other => drop(black_box(other)),
        }
    }
}

/// A request from a transport.
fn request(manager: &mut Manager<DeviceRng>, now: Instant, buffer: &mut [u8]) {
    let id = RequestId(black_box(0));
    let (endpoint, length) = black_box(("", 0));
    let (session, peer) = (session(), Peer::UNKNOWN);
    let request = Request { id, session, peer, endpoint, buffer: &mut *buffer, length };
    if let Ok(Handled::Call(Call { ticket, .. })) = manager.request(now, request) {
        if black_box(true) {
            let _ = black_box(manager.answer(ticket, buffer, black_box(0)));
        } else {
            black_box(manager.answer_failed(ticket));
        }
    }
}

fn session() -> SessionId {
    SessionId::new(protocomm::TransportId(black_box(0)), black_box(0))
}

fn wifi_event(kind: u8) -> WifiEvent {
    match kind {
        0 => WifiEvent::LinkUp(black_box(Link { bssid: [0; 6], channel: 0, auth: AuthMode::Open })),
        1 => WifiEvent::GotAddress(black_box([0; 4]).into()),
        2 => WifiEvent::ConnectFailed(black_box(ConnectFailure::Other)),
        _ => WifiEvent::LinkDown(black_box(ConnectFailure::Other)),
    }
}

fn access_point() -> AccessPoint {
    AccessPoint {
        ssid: Ssid::new(black_box(&[])).ok(),
        bssid: black_box([0; 6]),
        channel: black_box(0),
        rssi: black_box(0),
        auth: black_box(AuthMode::Open),
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

/// The transports' rules that are in the crates, and the QR code's text.
#[cfg(feature = "transports")]
mod transports {
    use core::hint::black_box;

    use protocomm::transport::{console, http};
    use provisioning::qr;
    use script::DeviceRng;

    pub(crate) fn rules(rng: &mut DeviceRng) {
        let mut cookies = black_box(http::Cookies::default());
        let connection = http::ConnectionId(black_box(0));
        let in_use = |number| number == black_box(0);
        black_box(
            cookies
                .resolve(connection, protocomm::Peer::UNKNOWN, black_box(None), in_use, rng)
                .is_ok(),
        );
        cookies.connection_closed(black_box(connection));
        let mut buffer = black_box([0; 64]);
        let line = console::parse_line(black_box(""), &mut buffer);
        black_box(line.is_some_and(|line| line.is_ok()));
        black_box(console::encode_hex(black_box(&[])).map(u32::from).sum::<u32>());
        black_box(http::set_cookie(black_box(0)));
        let code = qr::Payload { name: "", pop: Some(""), ..qr::Payload::default() };
        let mut text = heapless::String::<64>::new();
        black_box(black_box(code).write_json(&mut text).is_ok());
    }
}
