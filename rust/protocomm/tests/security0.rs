//! The one command of security 0, and messages that are not this command.

mod common;

use common::{Handled, SESSION, Script, handle, handle_within, service};
use netprov_messages::{
    Message, S0SessionCmd, Sec0Payload, Sec1Payload, SessionData, sec0_payload::Payload,
    session_data::Proto,
};
use protocomm::security::{Scheme, sec0::Sec0};
use protocomm::{Error, HandshakeError, Instant, Protocomm};

fn say(sec_ver: i32, proto: Option<Proto>) -> Result<Handled, Error> {
    let message = SessionData { sec_ver, proto }.encode_to_vec();
    handle(&mut service(Scheme::Sec0(Sec0)), &mut Script::new([]), "prov-session", message)
}

fn command(msg: i32) -> Option<Proto> {
    Some(Proto::Sec0(Sec0Payload { msg, payload: Some(Payload::Sc(S0SessionCmd {})) }))
}

#[test]
fn the_command_is_accepted_with_or_without_its_empty_member() {
    let bare = Some(Proto::Sec0(Sec0Payload::default()));
    for proto in [command(0), bare] {
        assert!(matches!(say(0, proto), Ok(Handled::Established { .. })));
    }
}

#[test]
fn other_schemes_and_messages_are_refused() {
    let sec1 = Some(Proto::Sec1(Sec1Payload::default()));
    for (sec_ver, proto, error) in [
        (0, None, HandshakeError::WrongScheme),
        (0, sec1.clone(), HandshakeError::WrongScheme),
        (1, sec1, HandshakeError::WrongScheme),
        (1, command(0), HandshakeError::WrongScheme),
        (2, command(0), HandshakeError::WrongScheme),
        (0, command(1), HandshakeError::MissingCommand),
        (0, command(-7), HandshakeError::MissingCommand),
    ] {
        match say(sec_ver, proto) {
            Err(Error::Handshake(refused)) => assert_eq!(refused, error),
            _ => panic!("the message was taken"),
        }
    }
}

/// A device with an established session.
fn device() -> (Protocomm, Script) {
    let (mut device, mut rng) = (service(Scheme::Sec0(Sec0)), Script::new([]));
    let message = SessionData { sec_ver: 0, proto: command(0) }.encode_to_vec();
    assert!(handle(&mut device, &mut rng, "prov-session", message).is_ok());
    (device, rng)
}

#[test]
fn a_response_that_does_not_fit_is_refused() {
    let message = SessionData { sec_ver: 0, proto: command(0) }.encode_to_vec();
    let (mut device, mut rng) = (service(Scheme::Sec0(Sec0)), Script::new([]));
    let now = Instant::from_millis(0);
    let handled =
        handle_within(&mut device, &mut rng, now, SESSION, "prov-session", message.clone(), 0);
    assert!(matches!(handled, Err(Error::ResponseTooLarge)), "no room for the device's half");
    assert_eq!(device.established(), None);

    let (mut device, mut rng) = self::device();
    let Ok(Handled::Open(open)) = handle(&mut device, &mut rng, "echo", vec![1, 2, 3]) else {
        panic!("the request is refused");
    };
    assert_eq!(open.payload, [1, 2, 3]);
    assert_eq!(open.ticket.overhead(), 0);
    assert_eq!(device.seal(open.ticket, &mut [0; 3], 4), Err(Error::ResponseTooLarge));

    // One that fills the buffer fits, and is sent as it is.
    let Ok(Handled::Open(open)) = handle(&mut device, &mut rng, "echo", vec![1, 2, 3]) else {
        panic!("the request is refused");
    };
    let mut response = [4, 5, 6];
    assert_eq!(device.seal(open.ticket, &mut response, 3), Ok(3));
    assert_eq!(response, [4, 5, 6]);
}

#[test]
fn a_ticket_of_an_earlier_session_is_void() {
    let (mut device, mut rng) = device();
    let Ok(Handled::Open(open)) = handle(&mut device, &mut rng, "echo", vec![]) else {
        panic!("the request is refused");
    };
    assert!(device.is_responding() && device.is_waiting(&open.ticket));
    device.end_sessions();
    assert!(!device.is_responding() && !device.is_waiting(&open.ticket));
    // Neither does anything to the session that follows.
    let message = SessionData { sec_ver: 0, proto: command(0) }.encode_to_vec();
    assert!(handle(&mut device, &mut rng, "prov-session", message).is_ok());
    let Ok(Handled::Open(next)) = handle(&mut device, &mut rng, "echo", vec![]) else {
        panic!("the request is refused");
    };
    device.abandon(open.ticket);
    assert!(device.is_responding(), "another session's request was abandoned");
    assert_eq!(device.seal(next.ticket, &mut [0; 8], 2), Ok(2));
    // A service that has no security has no sessions either.
    device.set_security(None);
    device.end_sessions();
    assert_eq!(device.established(), None);
}
