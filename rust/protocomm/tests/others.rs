//! The device against other people's implementations: `srp` and `cryptography` of PyPI have computed
//! the handshakes and messages of `others.json`, which `tests/vectors/generate.py` writes.

mod common;

use std::collections::BTreeSet;

use common::{Handled, SESSION, Script, handle, seal, service, unhex};
use netprov_messages::{
    Message, Sec1MsgType, Sec1Payload, SecSchemeVersion, SessionCmd0, SessionCmd1, SessionData,
    sec1_payload, sec2_payload, session_data,
};
use protocomm::Protocomm;
use protocomm::security::{Scheme, sec1::Sec1, sec2::Sec2};
use sim::client::{messages, sec2};

/// A case's values, by their names.
struct Case(serde_json::Value);

impl Case {
    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_else(|| panic!("{name} is not a string"))
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        unhex(self.text(name))
    }
}

fn cases(security: &str) -> Vec<Case> {
    let all: serde_json::Value =
        serde_json::from_str(include_str!("others.json")).expect("the cases are JSON");
    let cases = all[security].as_array().expect("a list").iter().cloned().map(Case);
    cases.collect()
}

/// A request behind the handshake, and the same bytes as its response.
fn exchange(device: &mut Protocomm, rng: &mut Script, case: &Case) {
    let request = case.bytes("request");
    let Ok(Handled::Open(open)) = handle(device, rng, "echo", case.bytes("sealed_request")) else {
        panic!("the request is refused");
    };
    assert_eq!(open.payload, request);
    assert_eq!(seal(device, open.ticket, &request), Ok(case.bytes("sealed_response")));
    assert_eq!(device.established(), Some(SESSION));
}

#[test]
fn security_1_is_that_of_cryptography() {
    let command = |msg: Sec1MsgType, payload| {
        let payload = Sec1Payload { msg: msg as i32, payload: Some(payload) };
        let proto = Some(session_data::Proto::Sec1(payload));
        SessionData { sec_ver: SecSchemeVersion::SecScheme1 as i32, proto }.encode_to_vec()
    };
    let payload = |reply: Vec<u8>| match SessionData::decode(&*reply).expect("a message").proto {
        Some(session_data::Proto::Sec1(payload)) => payload.payload.expect("a response"),
        other => panic!("{other:?}"),
    };
    let cases = cases("security_1");
    assert!(cases.len() >= 24);
    for case in cases {
        let mut rng = Script::new([case.bytes("device_private"), case.bytes("device_random")]);
        let proof = case.text("proof").as_bytes();
        let mut device = service(Scheme::Sec1(Sec1::new(proof)));

        let first = SessionCmd0 { client_pubkey: case.bytes("client_public") };
        let first = command(Sec1MsgType::SessionCommand0, sec1_payload::Payload::Sc0(first));
        let Ok(Handled::HandshakeStarted(reply)) =
            handle(&mut device, &mut rng, "prov-session", first)
        else {
            panic!("the first command is refused");
        };
        let sec1_payload::Payload::Sr0(response) = payload(reply) else { panic!("not a response") };
        assert_eq!(response.device_pubkey, case.bytes("device_public"));
        assert_eq!(response.device_random, case.bytes("device_random"));

        let second = SessionCmd1 { client_verify_data: case.bytes("client_verify") };
        let second = command(Sec1MsgType::SessionCommand1, sec1_payload::Payload::Sc1(second));
        let Ok(Handled::Established { reply, .. }) =
            handle(&mut device, &mut rng, "prov-session", second)
        else {
            panic!("the second command is refused");
        };
        let sec1_payload::Payload::Sr1(response) = payload(reply) else { panic!("not a response") };
        assert_eq!(response.device_verify_data, case.bytes("device_verify"));
        exchange(&mut device, &mut rng, &case);
    }
}

#[test]
fn security_2_is_that_of_srp() {
    let payload = |reply: Vec<u8>| match SessionData::decode(&*reply).expect("a message").proto {
        Some(session_data::Proto::Sec2(payload)) => payload.payload.expect("a response"),
        other => panic!("{other:?}"),
    };
    let cases = cases("security_2");
    let zeros: BTreeSet<&str> = cases.iter().filter_map(|case| case.0["zero"].as_str()).collect();
    assert_eq!(zeros.len(), 6, "each number begins with a zero once: {zeros:?}");
    for case in &cases {
        let (salt, verifier) = (case.bytes("salt"), case.bytes("verifier"));
        let username = case.text("username").as_bytes();
        // The client of the tests agrees, which is a third implementation.
        let ours = sec2::verifier(&salt, username, case.text("password").as_bytes());
        assert_eq!(ours[..], verifier);
        let mut rng = Script::new([case.bytes("b"), case.bytes("session")]);
        let mut device = service(Scheme::Sec2(Sec2::new(&salt, &verifier).expect("parameters")));

        let first = messages::security2_first(username.to_vec(), case.bytes("A"));
        let Ok(Handled::HandshakeStarted(reply)) =
            handle(&mut device, &mut rng, "prov-session", first)
        else {
            panic!("the first command is refused");
        };
        let sec2_payload::Payload::Sr0(response) = payload(reply) else { panic!("not a response") };
        assert_eq!(response.device_pubkey, case.bytes("B"));
        assert_eq!(response.device_salt, salt);

        let second = messages::security2_second(case.bytes("M1"));
        let Ok(Handled::Established { reply, .. }) =
            handle(&mut device, &mut rng, "prov-session", second)
        else {
            panic!("the second command is refused");
        };
        let sec2_payload::Payload::Sr1(response) = payload(reply) else { panic!("not a response") };
        assert_eq!(response.device_proof, case.bytes("M2"));
        exchange(&mut device, &mut rng, case);
    }
}
