//! Checks the client against the byte vectors, so that client and device cannot share an error.

use serde_json::Value;

use super::*;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../protocomm/tests/vectors.json")).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    let hex = value.as_str().expect("a string of hexadecimal digits");
    let pairs = (0..hex.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// Reads a number that the vectors store without leading zeros.
fn exponent(value: &Value) -> [u8; 32] {
    bytes(&Value::from(format!("{:0>64}", value.as_str().unwrap()))).try_into().unwrap()
}

#[test]
fn security_1_matches_the_vectors_with_and_without_pop() {
    for name in ["sec1_pop", "sec1_nopop"] {
        let vector = &vectors()[name];
        let private = bytes(&vector["client_priv"]).try_into().unwrap();
        let mut client = Client::sec1(vector["pop"].as_str().unwrap().as_bytes(), private);
        // Clients omit fields of value 0, and so do the vectors.
        assert_eq!(client.handshake_message().unwrap(), bytes(&vector["cmd0"]), "{name}");
        assert_eq!(client.handshake_message(), None, "a response is due");
        client.handle(&bytes(&vector["resp0"])).unwrap();
        assert_eq!(client.handshake_message().unwrap(), bytes(&vector["cmd1"]), "{name}");
        client.handle(&bytes(&vector["resp1"])).unwrap();
        assert!(client.is_established());
        assert_eq!(client.handshake_message(), None);
        let sealed = client.seal(bytes(&vector["get_status_plain"]));
        assert_eq!(sealed, bytes(&vector["get_status_enc_at_ks64"]), "{name}");
        let opened = client.open(bytes(&vector["status_connecting_enc_next"])).unwrap();
        assert_eq!(opened, bytes(&vector["status_connecting_plain"]), "{name}");
        assert_eq!(answers::status(&opened), Some(answers::WifiStatus::Connecting));
    }
}

#[test]
fn security_0_matches_the_vectors() {
    let vectors = vectors();
    let mut client = Client::sec0();
    // Clients may send or omit a field of value 0.
    let command = client.handshake_message().unwrap();
    assert_eq!(command, bytes(&vectors["sec0_cmd"]));
    client.handle(&bytes(&vectors["sec0_resp"])).unwrap();
    assert!(client.is_established());
    assert_eq!(client.seal(vec![1, 2]), [1, 2]);
}

#[test]
fn a_device_without_the_pop_is_detected() {
    let vector = &vectors()["sec1_pop"];
    let private = bytes(&vector["client_priv"]).try_into().unwrap();
    let mut client = Client::sec1(b"abcd1234", private);
    client.handshake_message();
    client.handle(&bytes(&vector["resp0"])).unwrap();
    client.handshake_message();
    let false_proof = bytes(&vectors()["sec1_nopop"]["resp1"]);
    assert_eq!(client.handle(&false_proof), Err(ClientError::DeviceProof));
    assert!(!client.is_established());
}

#[test]
fn responses_out_of_order_are_refused() {
    let vectors = vectors();
    let mut client = Client::sec1(b"", [1; 32]);
    assert_eq!(client.handle(&bytes(&vectors["sec0_resp"])), Err(ClientError::Unexpected));
    client.handshake_message();
    assert_eq!(client.handle(b""), Err(ClientError::Unexpected));
    client.handshake_message();
    assert_eq!(client.handle(b"\xff"), Err(ClientError::Undecodable));
    client.restart();
    client.handshake_message();
    let second = bytes(&vectors["sec1_pop"]["resp1"]);
    assert_eq!(client.handle(&second), Err(ClientError::Unexpected));
}

#[test]
fn messages_match_the_vectors() {
    let payloads = &vectors()["payloads"];
    let set = messages::set_wifi(b"HomeNet", b"correct-horse");
    assert_eq!(set, bytes(&payloads["set_wifi"]));
    assert_eq!(messages::apply_wifi(), bytes(&payloads["apply_wifi"]));
    assert_eq!(messages::scan_start(true), bytes(&payloads["scan_start_phone_app"]));
    assert_eq!(messages::scan_result(0, 2), bytes(&payloads["scan_result_0_2"]));
    assert_eq!(messages::get_status(), [0x52, 0x00]);
}

#[test]
fn responses_are_read_from_the_vectors() {
    use answers::WifiStatus;
    use netprov_messages::{Status, WifiConnectFailedReason};

    let payloads = &vectors()["payloads"];
    let of = |name: &str| bytes(&payloads[name]);
    assert_eq!(answers::set_wifi(&of("set_wifi_resp_ok")), Some(Status::Success));
    let invalid = Some(Status::InvalidArgument);
    assert_eq!(answers::set_wifi(&of("set_wifi_resp_invalid_arg")), invalid);
    assert_eq!(answers::apply_wifi(&of("apply_wifi_resp_ok")), Some(Status::Success));
    let connected = answers::status(&of("status_connected")).unwrap();
    assert_eq!(connected.address(), Some("192.168.1.7"));
    let failed = |reason| Some(WifiStatus::Failed(reason));
    let auth = failed(WifiConnectFailedReason::AuthError);
    assert_eq!(answers::status(&of("status_failed_auth")), auth);
    let not_found = failed(WifiConnectFailedReason::WifiNetworkNotFound);
    assert_eq!(answers::status(&of("status_failed_not_found")), not_found);
    let attempts = Some(WifiStatus::AttemptFailed(4));
    assert_eq!(answers::status(&of("status_attempts_4")), attempts);
    assert_eq!(answers::scan_start(&of("scan_start_resp")), Some(Status::Success));
    assert_eq!(answers::scan_status(&of("scan_status_resp")), Some((true, 2)));
    let page = answers::scan_result(&of("scan_result_resp")).unwrap();
    assert_eq!((page.status, page.entries.len()), (Status::Success, 2));
    assert_eq!(answers::reset(&of("ctrl_wifi_reset_resp_ok")), Some(Status::Success));
    let refused = Some(Status::InternalError);
    assert_eq!(answers::reprovision(&of("ctrl_wifi_reprov_resp_internal_error")), refused);
    // An empty response is invalid.
    assert_eq!(answers::status(b""), None);
}

#[test]
fn security_2_matches_the_vectors() {
    let vector = &vectors()["sec2"];
    let text = |name: &str| vector[name].as_str().unwrap().as_bytes();
    let exponent = exponent(&vector["a"]);
    let mut client = Client::sec2(text("username"), text("password"), exponent);
    assert_eq!(client.handshake_message().unwrap(), bytes(&vector["cmd0"]));
    client.handle(&bytes(&vector["resp0"])).unwrap();
    assert_eq!(client.handshake_message().unwrap(), bytes(&vector["cmd1"]));
    client.handle(&bytes(&vector["resp1"])).unwrap();
    assert!(client.is_established());
    assert_eq!(client.seal(bytes(&vector["req1_plain"])), bytes(&vector["req1_enc_ctr1"]));
    let opened = client.open(bytes(&vector["resp1_enc_ctr2"]));
    assert_eq!(opened, Ok(bytes(&vector["resp1_plain"])));
    // An earlier response must not be accepted again.
    assert_eq!(client.open(bytes(&vector["resp1_enc_ctr2"])), Err(ClientError::Forged));

    let made = sec2::verifier(&bytes(&vector["salt"]), text("username"), text("password"));
    assert_eq!(made[..], bytes(&vector["verifier"]));
}

#[test]
fn a_device_without_the_verifier_is_detected() {
    let vector = &vectors()["sec2"];
    let exponent = exponent(&vector["a"]);
    let mut client = Client::sec2(b"wifiprov", b"another", exponent);
    client.handshake_message();
    client.handle(&bytes(&vector["resp0"])).unwrap();
    client.handshake_message().unwrap();
    assert_eq!(client.handle(&bytes(&vector["resp1"])), Err(ClientError::DeviceProof));
}
