//! Byte vectors: the handshakes and the first messages, byte for byte.

mod common;

use common::{Handled, Script, handle, seal, service, unhex};
use netprov_messages::Message;
use protocomm::security::{Scheme, sec0::Sec0, sec1::Sec1, sec2::Sec2};
use protocomm::{Error, HandshakeError};

fn vectors() -> serde_json::Value {
    serde_json::from_str(include_str!("vectors.json")).expect("the vectors are JSON")
}

fn hex(value: &serde_json::Value) -> Vec<u8> {
    unhex(value.as_str().expect("a vector is a string"))
}

/// A whole session of security 1: the handshake, then a request and its response.
fn security_1(name: &str) {
    let v = &vectors()[name];
    let pop = v["pop"].as_str().unwrap();
    let mut rng = Script::new([hex(&v["device_priv"]), hex(&v["device_random"])]);
    let mut device = service(Scheme::Sec1(Sec1::new(pop.as_bytes())));

    let Ok(Handled::HandshakeStarted(reply)) =
        handle(&mut device, &mut rng, "prov-session", hex(&v["cmd0"]))
    else {
        panic!("the first command is refused");
    };
    assert_eq!(reply, hex(&v["resp0"]));

    let Ok(Handled::Established { reply, displaced: None }) =
        handle(&mut device, &mut rng, "prov-session", hex(&v["cmd1"]))
    else {
        panic!("the second command is refused");
    };
    assert_eq!(reply, hex(&v["resp1"]));

    let Ok(Handled::Open(open)) =
        handle(&mut device, &mut rng, "echo", hex(&v["get_status_enc_at_ks64"]))
    else {
        panic!("the request is refused");
    };
    assert_eq!(open.payload, hex(&v["get_status_plain"]));
    let sealed = seal(&mut device, open.ticket, &hex(&v["status_connecting_plain"]));
    assert_eq!(sealed, Ok(hex(&v["status_connecting_enc_next"])));
}

#[test]
fn security_1_with_a_proof_of_possession() {
    security_1("sec1_pop");
}

#[test]
fn security_1_without_a_proof_of_possession() {
    security_1("sec1_nopop");
}

#[test]
fn security_1_with_another_proof_of_possession_fails() {
    let v = &vectors()["sec1_pop"];
    let mut rng = Script::new([hex(&v["device_priv"]), hex(&v["device_random"])]);
    let mut device = service(Scheme::Sec1(Sec1::new(b"abcd1235")));
    handle(&mut device, &mut rng, "prov-session", hex(&v["cmd0"])).unwrap();
    assert!(matches!(
        handle(&mut device, &mut rng, "prov-session", hex(&v["cmd1"])),
        Err(Error::Handshake(HandshakeError::ProofMismatch))
    ));
}

/// A whole session of security 2. The nonce's random part is drawn when the proof arrives.
#[test]
fn security_2() {
    let v = &vectors()["sec2"];
    let nonce = hex(&v["device_nonce"]);
    let mut rng = Script::new([hex(&v["b"]), nonce[..8].to_vec()]);
    let scheme = Sec2::new(&hex(&v["salt"]), &hex(&v["verifier"])).unwrap();
    let mut device = service(Scheme::Sec2(scheme));

    let Ok(Handled::HandshakeStarted(reply)) =
        handle(&mut device, &mut rng, "prov-session", hex(&v["cmd0"]))
    else {
        panic!("the first command is refused");
    };
    assert_eq!(reply, hex(&v["resp0"]));

    let Ok(Handled::Established { reply, displaced: None }) =
        handle(&mut device, &mut rng, "prov-session", hex(&v["cmd1"]))
    else {
        panic!("the second command is refused");
    };
    assert_eq!(reply, hex(&v["resp1"]));

    let Ok(Handled::Open(open)) = handle(&mut device, &mut rng, "echo", hex(&v["req1_enc_ctr1"]))
    else {
        panic!("the request is refused");
    };
    assert_eq!(open.payload, hex(&v["req1_plain"]));
    let sealed = seal(&mut device, open.ticket, &hex(&v["resp1_plain"]));
    assert_eq!(sealed, Ok(hex(&v["resp1_enc_ctr2"])));
}

#[test]
fn security_2_with_another_verifier_fails() {
    let v = &vectors()["sec2"];
    let mut verifier = hex(&v["verifier"]);
    verifier[383] ^= 1;
    let scheme = Sec2::new(&hex(&v["salt"]), &verifier).unwrap();
    let mut rng = Script::new([hex(&v["b"])]);
    let mut device = service(Scheme::Sec2(scheme));
    handle(&mut device, &mut rng, "prov-session", hex(&v["cmd0"])).unwrap();
    assert!(matches!(
        handle(&mut device, &mut rng, "prov-session", hex(&v["cmd1"])),
        Err(Error::Handshake(HandshakeError::ProofMismatch))
    ));
}

#[test]
fn security_0() {
    let v = vectors();
    let mut device = service(Scheme::Sec0(Sec0));
    let Ok(Handled::Established { reply, .. }) =
        handle(&mut device, &mut Script::new([]), "prov-session", hex(&v["sec0_cmd"]))
    else {
        panic!("the command is refused");
    };
    assert_eq!(reply, hex(&v["sec0_resp"]));
}

/// What clients send decodes, and encodes to the same bytes again.
#[test]
fn requests_and_responses_encode_to_the_vectors() {
    fn again<M: Message + Default>(bytes: &[u8]) -> Vec<u8> {
        M::decode(bytes).expect("a vector decodes").encode_to_vec()
    }
    let v = &vectors()["payloads"];
    for (name, value) in v.as_object().unwrap() {
        let bytes = hex(value);
        let same = match (name.contains("ctrl"), name.contains("scan")) {
            (true, _) => again::<netprov_messages::NetworkCtrlPayload>(&bytes),
            (_, true) => again::<netprov_messages::NetworkScanPayload>(&bytes),
            (_, _) => again::<netprov_messages::NetworkConfigPayload>(&bytes),
        };
        assert_eq!(same, bytes, "{name}");
    }
    let sec2 = &vectors()["sec2"];
    for name in ["cmd0", "resp0", "cmd1", "resp1"] {
        let bytes = hex(&sec2[name]);
        assert_eq!(again::<netprov_messages::SessionData>(&bytes), bytes, "sec2 {name}");
    }
}
