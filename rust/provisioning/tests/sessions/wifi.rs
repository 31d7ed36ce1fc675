//! What a client and the application learn about Wi-Fi, and when.

use netprov_messages::{Status, WifiConnectFailedReason};
use provisioning::wifi::{AuthMode, ConnectFailure, Link, Security, StationStatus, WifiEvent};
use provisioning::{Error, Event, FailReason, State, endpoints};
use sim::client::answers::{self, WifiStatus};
use sim::client::messages;
use sim::device::Setup;
use sim::radio::{JoinFault, RadioEvent};
use sim::{Device, Phone, SimulatedAp, World};

use crate::order;
use crate::support::{
    HOME, LONG, PASSPHRASE, config, device, device_in, home, is_home, is_running, milestones, ms,
    old_store, paired, sec1,
};

const AUTH: WifiStatus = WifiStatus::Failed(WifiConnectFailedReason::AuthError);
const NOT_FOUND: WifiStatus = WifiStatus::Failed(WifiConnectFailedReason::WifiNetworkNotFound);

fn attempts(device: &Device) -> usize {
    device.events().iter().filter(|event| matches!(event, Event::Attempt { .. })).count()
}

/// A device that tries the network at home, one second after the client's apply.
fn applied(device: &mut Device) -> Phone {
    let mut phone = paired(device, 1);
    phone.set_and_apply(device, HOME, PASSPHRASE).unwrap();
    phone
}

/// Success is an address, not a link.
#[test]
fn success_is_an_address() {
    let world = World::of([SimulatedAp::new(HOME, PASSPHRASE).dhcp(Some(ms(10_000)))]);
    let mut device = device_in(world, config(1));
    let mut phone = applied(&mut device);
    device.advance(ms(1_000 + 800 + 9_000));
    assert!(device.radio().is_linked());
    assert_eq!(phone.status(&mut device), Ok(WifiStatus::Connecting));
    assert_eq!(device.store().network(), None);
    device.advance(ms(1_000));
    assert_eq!(phone.status(&mut device).unwrap().address(), Some("192.168.1.42"));
}

/// An address without a link is a late report about the previous network.
#[test]
fn an_address_without_a_link_is_not_a_success() {
    let mut device = device();
    let mut phone = applied(&mut device);
    device.advance(ms(1_100));
    device.radio_reports(RadioEvent::Wifi(WifiEvent::GotAddress([10, 0, 0, 1].into())));
    assert_eq!(phone.status(&mut device), Ok(WifiStatus::Connecting));
    assert_eq!(device.manager().state(), State::Trying);
    assert_eq!(device.store().network(), None);
}

/// An attempt without any report fails at its time limit.
#[test]
fn an_attempt_has_a_time_limit() {
    for dhcp in [Some(LONG), None] {
        let world = World::of([SimulatedAp::new(HOME, PASSPHRASE).dhcp(dhcp)]);
        let mut device = device_in(world, config(2));
        let mut phone = applied(&mut device);
        device.advance(ms(1_000 + 30_000));
        assert_eq!(phone.status(&mut device), Ok(WifiStatus::AttemptFailed(1)));
        assert!(device.run_until_event(&Event::CredFail(FailReason::NoAddress)));
        assert_eq!(phone.status(&mut device), Ok(NOT_FOUND), "the passphrase was right");
        assert_eq!(attempts(&device), 2);
        assert!(!device.radio().is_linked(), "the network is left");
    }
    let mut silent = SimulatedAp::new(HOME, PASSPHRASE);
    silent.join_time = LONG;
    let mut device = device_in(World::of([silent]), config(1));
    applied(&mut device);
    device.advance(ms(1_000 + 30_000));
    assert_eq!(device.manager().state(), State::Failed);
}

/// The application learns the true reason; the client learns the better one of the protocol's two.
#[test]
fn a_client_reads_wrong_passphrase_only_if_another_one_may_help() {
    use FailReason::{AuthError, HandshakeTimeout, WeakSignal};

    for (rssi, failure, reason, read) in [
        (-50, ConnectFailure::WrongPassword, AuthError, AUTH),
        (-50, ConnectFailure::Timeout, HandshakeTimeout, AUTH),
        (-85, ConnectFailure::Timeout, WeakSignal, NOT_FOUND),
        (-85, ConnectFailure::Other, WeakSignal, NOT_FOUND),
        (-85, ConnectFailure::WrongPassword, AuthError, AUTH),
    ] {
        let mut ap = SimulatedAp::new(HOME, PASSPHRASE);
        ap.seen.rssi = rssi;
        let mut world = World::of([ap]);
        world.join_fault = Some(JoinFault::Failure(failure));
        let mut device = device_in(world, config(1));
        let mut phone = paired(&mut device, 1);
        phone.scan(&mut device).unwrap();
        phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
        assert!(device.run_until_event(&Event::CredFail(reason)), "{rssi}, {failure:?}");
        assert_eq!(phone.status(&mut device), Ok(read), "{rssi}, {failure:?}");
    }
}

/// A link that breaks before there is an address is a failed attempt.
#[test]
fn a_link_that_breaks_is_a_failed_attempt() {
    let mut device = device_in(home(), config(2));
    applied(&mut device);
    device.advance(ms(1_000 + 900));
    assert!(device.radio().is_linked());
    device.drop_link(ConnectFailure::WrongPassword);
    let failed = Event::AttemptFailed { reason: FailReason::AuthError, remaining: 1 };
    assert_eq!(device.count(&failed), 1);
    assert!(device.run_until_event(&Event::CredSuccess), "and the next one works");
}

/// Until the first attempt, the application may replace a client's credentials.
#[test]
fn the_application_may_replace_received_credentials() {
    let mut device = device_in(World::of([SimulatedAp::new(HOME, PASSPHRASE)]), config(1));
    let mut phone = paired(&mut device, 1);
    phone.set_and_apply(&mut device, b"elsewhere", PASSPHRASE).unwrap();
    let configure = |device: &mut Device| {
        device.call(|manager, now| manager.configure_wifi(now, HOME, PASSPHRASE))
    };
    device.advance(ms(999));
    configure(&mut device).unwrap();
    assert_eq!(device.count(&Event::CredRecv), 1, "no event for the application's own credentials");
    device.advance(ms(999));
    assert_eq!(attempts(&device), 0, "the delay starts again");
    device.advance(ms(1));
    assert_eq!(attempts(&device), 1);
    assert_eq!(configure(&mut device), Err(Error::State), "an attempt is in progress");
    assert!(device.run_until_event(&Event::CredSuccess));
    assert_eq!(device.store().network(), Some(HOME));
    assert_eq!(configure(&mut device), Err(Error::State), "credentials have worked");
    order::check(device.events());
}

/// Leaving the previous network is reported during the attempt, which is not a failure.
#[test]
fn a_stale_disconnect_is_not_a_failure() {
    let world = || {
        World::of([
            SimulatedAp::new("former", "former-passphrase"),
            SimulatedAp::new(HOME, PASSPHRASE),
        ])
    };
    // A network that the service itself joined.
    let mut device = device_in(world(), config(1));
    let mut phone = paired(&mut device, 1);
    device
        .call(|manager, now| manager.configure_wifi(now, b"former", b"former-passphrase"))
        .unwrap();
    assert!(device.run_until_event(&Event::CredSuccess));
    phone.reprovision(&mut device).unwrap();
    phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
    assert!(device.run_until_event(&Event::CredSuccess));
    assert_eq!(attempts(&device), 2);

    // A network that the device was on before. Its link is reported before the service starts.
    let mut device = Device::boot(Setup { world: world(), ..Setup::default() });
    let link = Link { bssid: [1; 6], channel: 1, auth: AuthMode::Open };
    device.radio_reports(RadioEvent::Wifi(WifiEvent::LinkUp(link)));
    device.radio_reports(RadioEvent::Wifi(WifiEvent::GotAddress([10, 0, 0, 1].into())));
    device.start(sec1()).unwrap();
    let mut phone = applied(&mut device);
    assert_eq!(phone.status(&mut device), Ok(WifiStatus::Connecting));
    device.advance(ms(1_000));
    device.radio_reports(RadioEvent::Wifi(WifiEvent::LinkDown(ConnectFailure::Other)));
    assert!(device.run_until_event(&Event::CredSuccess));
    assert_eq!(attempts(&device), 1);
}

/// Nor is the late end of a link from a failed attempt.
#[test]
fn a_late_end_of_an_old_link_is_not_a_failure() {
    let mut device = device_in(World::of([]), config(2));
    applied(&mut device);
    device.advance(ms(1_000));
    let link = Link { bssid: [1; 6], channel: 1, auth: AuthMode::Wpa2Psk };
    device.radio_reports(RadioEvent::Wifi(WifiEvent::LinkUp(link)));
    // No address: the time limit ends the link and starts another attempt. Only then is the end of
    // the link reported.
    device.call(|manager, now| {
        let watchdog = now.after(ms(30_000));
        manager.handle_timeout(watchdog);
        while manager.poll_output().is_some() {}
        manager.handle_timeout(watchdog.after(ms(250)));
        while manager.poll_output().is_some() {}
        manager.wifi_event(watchdog.after(ms(300)), WifiEvent::LinkDown(ConnectFailure::Other));
    });
    assert_eq!(device.manager().state(), State::Trying);
    assert_eq!(device.manager().remaining_attempts(), Some(1));
}

/// The response to the apply is sent before the radio changes its channel.
#[test]
fn connecting_starts_a_second_after_the_apply() {
    let mut device = device();
    applied(&mut device);
    device.advance(ms(999));
    assert_eq!(attempts(&device), 0);
    device.advance(ms(1));
    assert_eq!(attempts(&device), 1);
}

/// A client never reads Disconnected during or after an attempt.
#[test]
fn disconnected_is_never_read_once_credentials_were_applied() {
    let world = World::of([SimulatedAp::new(HOME, PASSPHRASE).flaky(1)]);
    let mut device = device_in(world, config(2));
    let mut phone = paired(&mut device, 1);
    assert_eq!(phone.status(&mut device), Ok(WifiStatus::Disconnected), "before");
    phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
    let mut read = Vec::new();
    for _ in 0..60 {
        let status = phone.status(&mut device).unwrap();
        if read.last() != Some(&status) {
            read.push(status);
        }
        device.advance(ms(100));
        if !is_running(&device) {
            break;
        }
    }
    assert_eq!(read.len(), 3, "{read:?}");
    assert_eq!(read[..2], [WifiStatus::Connecting, WifiStatus::AttemptFailed(1)]);
    assert!(read[2].address().is_some());
}

/// iOS ignores the responses to set and apply, so the status must report that they were refused.
#[test]
fn the_status_reports_a_refusal() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    assert_eq!(phone.set(&mut device, &[b'x'; 33], b""), Ok(Status::InvalidArgument));
    assert_eq!(phone.status(&mut device), Ok(AUTH), "the set was refused");
    assert_eq!(phone.apply(&mut device), Ok(Status::InternalError));
    assert_eq!(phone.status(&mut device), Ok(AUTH), "and the apply");
    // Until the next credentials.
    phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
    assert_eq!(phone.status(&mut device), Ok(WifiStatus::Connecting));
}

/// An apply without a set counts as a refusal, too.
#[test]
fn the_status_reports_an_apply_without_a_set() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    assert_eq!(phone.apply(&mut device), Ok(Status::InternalError));
    assert_eq!(phone.status(&mut device), Ok(AUTH));
}

/// The examples reset in the callback for the failure; the phone reads the reason later.
#[test]
fn a_failure_stays_readable_after_a_reset() {
    let mut device = device();
    device.on_event(|event, calls| {
        if matches!(event, Event::CredFail(_)) {
            calls.push(|manager, _| assert_eq!(manager.reset_on_failure(), Ok(())));
        }
    });
    let mut phone = paired(&mut device, 1);
    assert_eq!(phone.provision(&mut device, b"away", PASSPHRASE), Ok(NOT_FOUND));
    assert_eq!(device.manager().state(), State::Awaiting);
    assert_eq!(phone.status(&mut device), Ok(NOT_FOUND), "again and again");
    phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
    assert_eq!(phone.status(&mut device), Ok(WifiStatus::Connecting), "until the next apply");
}

/// But only until other credentials have worked.
#[test]
fn a_failure_is_forgotten_after_a_success() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    assert_eq!(phone.provision(&mut device, b"away", PASSPHRASE), Ok(NOT_FOUND));
    assert!(phone.provision(&mut device, HOME, PASSPHRASE).unwrap().address().is_some());
    phone.reprovision(&mut device).unwrap();
    assert_eq!(phone.status(&mut device), Ok(WifiStatus::Disconnected));
}

/// A reset is for a failure.
#[test]
fn a_reset_is_for_a_failure() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    assert_eq!(phone.reset(&mut device), Ok(Status::Success), "nothing to do");
    phone.set_and_apply(&mut device, HOME, b"wrong-horse").unwrap();
    assert_eq!(phone.reset(&mut device), Ok(Status::InternalError), "an attempt is under way");
    assert!(device.run_until_event(&Event::CredFail(FailReason::AuthError)));
    assert_eq!(phone.reset(&mut device), Ok(Status::Success));
    phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
    assert!(device.run_until_event(&Event::CredSuccess));
    assert_eq!(phone.reset(&mut device), Ok(Status::InternalError), "it has succeeded");
    assert_eq!(device.manager().state(), State::Succeeded);
}

/// Re-provisioning leaves the network, cancels the pending end and emits Start.
#[test]
fn reprovisioning_starts_over() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    assert!(phone.provision(&mut device, HOME, PASSPHRASE).unwrap().address().is_some());
    // The client has read its success, so the service ends in a second.
    assert_eq!(device.manager().state(), State::Stopping);
    assert_eq!(phone.reprovision(&mut device), Ok(Status::Success));
    assert!(!device.radio().is_linked());
    assert!(is_home(device.store()), "credentials that worked stay until others have");
    device.advance(LONG);
    assert_eq!(device.manager().state(), State::Awaiting, "no earlier timer is left");
    assert_eq!(device.count(&Event::Start), 2);
    assert_eq!(phone.status(&mut device), Ok(WifiStatus::Disconnected));

    let status = phone.provision(&mut device, b"cafe", b"").unwrap();
    assert!(status.address().is_some());
    assert_eq!(device.store().network(), Some(&b"cafe"[..]));
    order::check(device.events());
}

/// Re-provisioning cancels the timer of a success that no client has read.
#[test]
fn reprovisioning_cancels_the_automatic_end() {
    let mut device = device();
    applied(&mut device);
    assert!(device.run_until_event(&Event::CredSuccess));
    device.call(|manager, _| manager.reset_for_reprovision()).unwrap();
    device.advance(LONG);
    assert_eq!(device.manager().state(), State::Awaiting);
}

/// A second apply is refused while an attempt runs and after a success, and the status stays true.
#[test]
fn a_second_apply_is_refused() {
    let mut device = device();
    let mut phone = applied(&mut device);
    assert_eq!(phone.set(&mut device, b"cafe", b""), Ok(Status::Success));
    assert_eq!(phone.apply(&mut device), Ok(Status::InternalError));
    assert_eq!(phone.status(&mut device), Ok(WifiStatus::Connecting));
    assert!(device.run_until_event(&Event::CredSuccess));
    assert!(is_home(device.store()));

    assert_eq!(phone.set(&mut device, b"cafe", b""), Ok(Status::Success));
    assert_eq!(phone.apply(&mut device), Ok(Status::InternalError));
    assert!(phone.status(&mut device).unwrap().address().is_some());
    assert!(is_home(device.store()));
}

/// An apply uses up the staged credentials, whatever the result.
#[test]
fn an_apply_uses_up_the_staged_credentials() {
    let mut device = device();
    let mut phone = applied(&mut device);
    phone.set(&mut device, HOME, PASSPHRASE).unwrap();
    assert_eq!(phone.apply(&mut device), Ok(Status::InternalError), "refused");
    device.drop_link(ConnectFailure::NotFound);
    device.advance(ms(1_500));
    device.drop_link(ConnectFailure::NotFound);
    assert_eq!(device.manager().state(), State::Failed);
    assert_eq!(phone.apply(&mut device), Ok(Status::InternalError), "nothing is set");
}

/// Reasons that the driver knows are reported. Otherwise, the scan gives the best guess.
#[test]
fn reasons_are_reported_as_precisely_as_they_are_known() {
    let home_fails = |failure, scanned: bool| {
        let mut device = device_in(home(), config(1));
        let mut phone = paired(&mut device, 1);
        if scanned {
            phone.scan(&mut device).unwrap();
        }
        phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
        device.advance(ms(1_100));
        device.drop_link(failure);
        phone.status(&mut device).unwrap()
    };
    assert_eq!(home_fails(ConnectFailure::WrongPassword, false), AUTH);
    assert_eq!(home_fails(ConnectFailure::WrongPassword, true), AUTH);
    assert_eq!(home_fails(ConnectFailure::NotFound, false), NOT_FOUND);
    assert_eq!(home_fails(ConnectFailure::NotFound, true), NOT_FOUND);
    assert_eq!(home_fails(ConnectFailure::Other, false), NOT_FOUND);
    assert_eq!(home_fails(ConnectFailure::Other, true), AUTH);
}

/// Stored credentials stay until others have worked.
#[test]
fn a_failure_leaves_the_stored_credentials() {
    let setup = Setup { world: home(), store: old_store(), ..Setup::default() };
    let mut device = Device::boot(setup);
    device.start(sec1()).unwrap();
    let mut phone = paired(&mut device, 1);
    for (ssid, passphrase) in
        [(HOME, &b"wrong-horse"[..]), (b"away", PASSPHRASE), (b"old network", b"typo-typo")]
    {
        assert!(matches!(
            phone.provision(&mut device, ssid, passphrase),
            Ok(WifiStatus::Failed(_))
        ));
        assert_eq!((device.store(), device.store().writes()), (&old_store(), 0));
    }
    // The power fails in the middle of an attempt.
    phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
    device.advance(ms(2_000));
    device.power_off();
    assert_eq!(device.store(), &old_store());
}

/// A success is not readable before it is stored, because the power may fail until then.
#[test]
fn success_is_not_read_before_it_is_stored() {
    for n in 1.. {
        let mut device = device();
        device.interrupt_at(device.steps() + n, |device| {
            let status = device.manager().wifi_status();
            let connected = matches!(status, StationStatus::Connected { .. });
            assert!(!connected || is_home(device.store()));
        });
        applied(&mut device);
        device.advance(LONG);
        if device.awaits_interrupt() {
            assert!(n > 10, "the session was incomplete");
            return;
        }
    }
}

/// Credentials that cannot be stored have failed, and the stored ones stay.
#[test]
fn credentials_that_cannot_be_stored_have_failed() {
    let setup = Setup { world: home(), store: old_store(), ..Setup::default() };
    let mut device = Device::boot(setup);
    device.start(sec1()).unwrap();
    device.faults.store_write = Some(1);
    let mut phone = paired(&mut device, 1);
    phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
    assert!(device.run_until_event(&Event::CredFail(FailReason::Storage)));
    assert!(!device.radio().is_linked(), "the network is left");
    assert_eq!(device.store().network(), Some(&b"old network"[..]));
    assert!(matches!(phone.status(&mut device), Ok(WifiStatus::Failed(_))));
    assert!(phone.provision(&mut device, HOME, PASSPHRASE).unwrap().address().is_some());
}

/// The security is chosen from the scan.
#[test]
fn the_security_is_chosen_from_the_scan() {
    for (auth, chosen) in [
        (AuthMode::WpaPsk, Security::Psk),
        (AuthMode::Wpa2Psk, Security::Psk),
        (AuthMode::WpaWpa2Psk, Security::Psk),
        (AuthMode::Wpa3Psk, Security::Sae),
        (AuthMode::Wpa2Wpa3Psk, Security::PskOrSae),
    ] {
        for scanned in [true, false] {
            let world = World::of([SimulatedAp::new(HOME, PASSPHRASE).auth(auth)]);
            let mut device = device_in(world, config(1));
            let mut phone = paired(&mut device, 1);
            if scanned {
                phone.scan(&mut device).unwrap();
            }
            let expected = if scanned { chosen } else { Security::Unknown };
            phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
            assert_eq!(asked_for(&mut device), Some(expected), "{auth:?}");
        }
        let world = World::of([SimulatedAp::new(HOME, PASSPHRASE).auth(auth)]);
        let mut device = device_in(world, config(1));
        let mut phone = paired(&mut device, 1);
        phone.scan(&mut device).unwrap();
        match phone.provision(&mut device, HOME, PASSPHRASE).unwrap() {
            WifiStatus::Connected(state) => assert_eq!(state.auth_mode, auth as i32),
            other => panic!("{other:?}"),
        }
    }
}

/// How the next attempt would join. It is not carried out.
fn asked_for(device: &mut Device) -> Option<Security> {
    device.call(|manager, now| {
        manager.handle_timeout(now.after(ms(1_000)));
        let connects = std::iter::from_fn(|| manager.poll_output())
            .any(|output| output == provisioning::Output::Connect);
        connects.then(|| manager.target().expect("there is something to join").security)
    })
}

/// WEP and enterprise networks are refused with the true reason, without an attempt.
#[test]
fn networks_without_passphrase_security_are_refused() {
    for auth in [AuthMode::Wep, AuthMode::Wpa2Enterprise] {
        let world = World::of([SimulatedAp::new(HOME, PASSPHRASE).auth(auth)]);
        let mut device = device_in(world, config(3));
        let mut phone = paired(&mut device, 1);
        assert_eq!(phone.scan(&mut device).unwrap()[0].auth, auth as i32);
        assert_eq!(phone.provision(&mut device, HOME, PASSPHRASE), Ok(AUTH));
        assert_eq!(device.count(&Event::CredFail(FailReason::UnsupportedSecurity)), 1);
        assert_eq!(attempts(&device), 0);
    }
}

/// An open network is not joined in place of one with the same name and a passphrase.
#[test]
fn an_open_twin_is_not_joined() {
    let world = World::of([SimulatedAp::new(HOME, "").at([9; 6], 1, -20)]);
    let mut device = device_in(world, config(1));
    let mut phone = paired(&mut device, 1);
    phone.scan(&mut device).unwrap();
    assert_eq!(phone.provision(&mut device, HOME, PASSPHRASE), Ok(AUTH));
    assert!(!device.radio().is_linked());
}

/// A passphrase that no network accepts is a wrong passphrase; the apply succeeds.
#[test]
fn a_short_passphrase_is_a_wrong_passphrase() {
    for passphrase in [&b"x"[..], b"seven77"] {
        let mut device = device();
        let mut phone = paired(&mut device, 1);
        assert_eq!(phone.set(&mut device, HOME, passphrase), Ok(Status::Success));
        assert_eq!(phone.apply(&mut device), Ok(Status::Success));
        assert!(device.run_until_event(&Event::CredFail(FailReason::AuthError)));
        assert_eq!(phone.status(&mut device), Ok(AUTH));
    }
}

/// Oversized values are refused with a message. A raw key of 64 digits is not too long.
#[test]
fn oversized_values_are_refused_with_a_message() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    let raw_key = [b'f'; 64];
    let no_key = [b'g'; 64];
    let (ok, invalid) = (Status::Success, Status::InvalidArgument);
    for (ssid, passphrase, bssid, expected) in [
        (&[b's'; 32][..], &[b'p'; 63][..], &[][..], ok),
        (HOME, &raw_key, &[], ok),
        (HOME, b"", &[0; 6], ok),
        (HOME, &no_key, &[], invalid),
        (HOME, &[b'f'; 65], &[], invalid),
        (HOME, &[b'f'; 500], &[], invalid),
        (&[b's'; 33], b"", &[], invalid),
        (&[b's'; 500], b"", &[], invalid),
        (b"", b"", &[], invalid),
        (HOME, b"", &[1; 1], invalid),
        (HOME, b"", &[1; 5], invalid),
        (HOME, b"", &[1; 7], invalid),
        (HOME, b"", &[1; 100], invalid),
    ] {
        let message = messages::set_wifi_at(ssid, passphrase, bssid, 0);
        let reply = phone.request(&mut device, endpoints::CONFIG.name, message).unwrap();
        let lengths = (ssid.len(), passphrase.len(), bssid.len());
        assert_eq!(answers::set_wifi(&reply), Some(expected), "{lengths:?}");
    }
}

/// A raw key is used unchanged.
#[test]
fn a_raw_key_joins() {
    let key = [b'a'; 64];
    let mut device = device_in(World::of([SimulatedAp::new(HOME, key)]), config(1));
    assert!(paired(&mut device, 1).provision(&mut device, HOME, &key).unwrap().address().is_some());
}

/// The first attempt uses an access point and a channel if a client names them.
#[test]
fn a_named_access_point_is_joined_first() {
    let ap = |n: u8, channel, rssi| SimulatedAp::new(HOME, PASSPHRASE).at([n; 6], channel, rssi);
    let mut device = device_in(World::of([ap(1, 1, -30), ap(2, 6, -80)]), config(1));
    let mut phone = paired(&mut device, 1);
    let message = messages::set_wifi_at(HOME, PASSPHRASE, &[2; 6], 6);
    phone.request(&mut device, endpoints::CONFIG.name, message).unwrap();
    phone.apply(&mut device).unwrap();
    assert!(device.run_until_event(&Event::CredSuccess));
    match device.manager().wifi_status() {
        StationStatus::Connected { link, .. } => {
            assert_eq!((link.bssid, link.channel), ([2; 6], 6))
        }
        other => panic!("{other:?}"),
    }
}

/// New credentials have their own count of attempts and their own reason.
#[test]
fn attempts_and_reason_are_fresh_for_new_credentials() {
    let mut device = device_in(home(), config(3));
    let mut phone = paired(&mut device, 1);
    assert_eq!(phone.provision(&mut device, b"away", PASSPHRASE), Ok(NOT_FOUND));
    assert_eq!(attempts(&device), 3);
    assert_eq!(phone.provision(&mut device, HOME, b"wrong-horse"), Ok(AUTH));
    assert_eq!(attempts(&device), 6);
    let numbers: Vec<u32> = device
        .events()
        .iter()
        .filter_map(|event| match event {
            Event::AttemptFailed { remaining, .. } => Some(*remaining),
            _ => None,
        })
        .collect();
    assert_eq!(numbers, [2, 1, 0, 2, 1, 0]);
    let failures: Vec<_> = milestones(&device)
        .into_iter()
        .filter(|event| matches!(event, Event::CredFail(_)))
        .collect();
    let expected = [FailReason::NetworkNotFound, FailReason::AuthError].map(Event::CredFail);
    assert_eq!(failures, expected);
}

/// The service ends after a delay once the success was *read*, and responds until then.
#[test]
fn the_service_ends_after_the_success_was_read() {
    let mut device = device();
    let mut phone = applied(&mut device);
    assert!(device.run_until_event(&Event::CredSuccess));
    device.advance(ms(10_000));
    assert_eq!(device.manager().state(), State::Succeeded);
    assert!(phone.status(&mut device).unwrap().address().is_some());
    device.advance(ms(999));
    assert!(phone.status(&mut device).unwrap().address().is_some(), "it still answers");
    device.advance(ms(1));
    assert_eq!(device.count(&Event::End), 1);
}

/// A link lost after the success is not a failure: the device joins again.
#[test]
fn a_link_lost_after_the_success_is_joined_again() {
    let mut device = device();
    let mut phone = applied(&mut device);
    assert!(device.run_until_event(&Event::CredSuccess));
    device.drop_link(ConnectFailure::Other);
    assert_eq!(phone.status(&mut device), Ok(WifiStatus::Connecting));
    device.advance(ms(5_000));
    assert!(phone.status(&mut device).unwrap().address().is_some());
    order::check(device.events());
}

/// The first loss and later ones are treated alike.
#[test]
fn each_loss_of_the_link_is_treated_alike() {
    let mut device = device();
    applied(&mut device);
    assert!(device.run_until_event(&Event::CredSuccess));
    let mut rejoin = || {
        device.world_mut().access_points[0].flaky = 3;
        device.drop_link(ConnectFailure::Other);
        let lost = device.now();
        let joined = device.run_until(LONG, |device| {
            matches!(device.manager().wifi_status(), StationStatus::Connected { .. })
        });
        assert!(joined);
        lost.until(device.now())
    };
    // The service continues, because no client has read the success yet.
    let first = rejoin();
    assert!(first > ms(4_000), "the pauses grow: {first:?}");
    assert_eq!(rejoin(), first);
}
