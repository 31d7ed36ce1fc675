//! The one command of security 0, and messages that are not this command.

mod common;

use common::{Handled, Script, handle, service};
use netprov_messages::{
    Message, S0SessionCmd, Sec0Payload, Sec1Payload, sec0_payload::Payload, session_data::Proto,
};
use protocomm::security::{Scheme, sec0::Sec0};
use protocomm::{Error, HandshakeError};

fn say(sec_ver: i32, proto: Option<Proto>) -> Result<Handled, Error> {
    let message = netprov_messages::SessionData { sec_ver, proto }.encode_to_vec();
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
