//! Handshakes, byte for byte, and devices that fail to authenticate.

use netprov_client::messages::{
    Message, S2SessionResp0, S2SessionResp1, SessionData, SessionResp0, sec1_payload, sec2_payload,
    session_data,
};
use netprov_client::{Client, Error, Handshake, RandomFailed, Scheme, Secret};
use serde_json::Value;

use crate::script::run_in;
use crate::{bytes, vectors};

/// A random number generator that returns these bytes once and then fails.
fn fixed(number: Vec<u8>) -> impl FnMut(&mut [u8]) -> Result<(), RandomFailed> {
    let mut number = Some(number);
    move |buffer: &mut [u8]| {
        let number = number.take().ok_or(RandomFailed)?;
        buffer.fill(0);
        let zeros = buffer.len() - number.len();
        buffer[zeros..].copy_from_slice(&number);
        Ok(())
    }
}

fn number(value: &Value) -> Vec<u8> {
    let digits = value.as_str().unwrap();
    bytes(&Value::from(format!("{}{digits}", "0".repeat(digits.len() % 2))))
}

fn sec1(vector: &Value) -> (Scheme, Vec<u8>) {
    let pop = Secret::from(vector["pop"].as_str().unwrap());
    (Scheme::Security1 { pop }, bytes(&vector["client_priv"]))
}

fn sec2(vector: &Value, password: &str, nonce_counter: bool) -> (Scheme, Vec<u8>) {
    let username = vector["username"].as_str().unwrap().to_owned();
    let scheme = Scheme::Security2 { username, password: Secret::from(password), nonce_counter };
    (scheme, number(&vector["a"]))
}

type Messages = Vec<Vec<u8>>;

/// Runs a handshake against these responses. Returns the client and what it sent.
fn handshake(
    (scheme, random): (Scheme, Vec<u8>),
    responses: Vec<Option<Vec<u8>>>,
) -> Result<(Client, Messages), (Error, usize)> {
    let mut client = Client::new();
    let mut handshake = Handshake::new(scheme, fixed(random));
    let run = run_in(&mut client, &mut handshake, responses);
    let sent: Vec<Vec<u8>> = run.sent.into_iter().map(|(_, message)| message).collect();
    match run.outcome {
        Ok(channel) => {
            client.establish(channel);
            Ok((client, sent))
        }
        Err(error) => {
            assert!(!client.is_established());
            Err((error, sent.len()))
        }
    }
}

fn both(vector: &Value) -> Vec<Option<Vec<u8>>> {
    vec![Some(bytes(&vector["resp0"])), Some(bytes(&vector["resp1"]))]
}

#[test]
fn security_1_matches_the_vectors_with_and_without_a_proof() {
    for name in ["sec1_pop", "sec1_nopop"] {
        let vector = &vectors()[name];
        let (mut client, sent) = handshake(sec1(vector), both(vector)).unwrap();
        assert_eq!(sent, [bytes(&vector["cmd0"]), bytes(&vector["cmd1"])], "{name}");

        let mut status = netprov_client::operation::GetWifiStatus::new();
        let response = Some(bytes(&vector["status_connecting_enc_next"]));
        let run = run_in(&mut client, &mut status, [response]);
        assert_eq!(run.sent[0].1, bytes(&vector["get_status_enc_at_ks64"]), "{name}");
        let connecting = netprov_client::operation::WifiStatus::Connecting;
        assert_eq!(run.outcome, Ok(connecting), "{name}");
    }
}

#[test]
fn security_2_matches_the_vectors() {
    let vector = &vectors()["sec2"];
    let (mut client, sent) = handshake(sec2(vector, "abcd1234", true), both(vector)).unwrap();
    assert_eq!(sent, [bytes(&vector["cmd0"]), bytes(&vector["cmd1"])]);

    let plain = bytes(&vector["req1_plain"]);
    let mut custom = netprov_client::operation::Custom::new("any", plain);
    let response = bytes(&vector["resp1_enc_ctr2"]);
    let run = run_in(&mut client, &mut custom, [Some(response.clone())]);
    assert_eq!(run.sent[0].1, bytes(&vector["req1_enc_ctr1"]));
    assert_eq!(run.outcome, Ok(bytes(&vector["resp1_plain"])));

    // The same response again belongs to an earlier message.
    let mut custom = netprov_client::operation::Custom::new("any", Vec::new());
    let run = run_in(&mut client, &mut custom, [Some(response)]);
    assert_eq!(run.outcome, Err(Error::Forged));
    assert!(!client.is_established(), "a forged response ends the session");
}

#[test]
fn security_2_without_counters_uses_one_nonce() {
    let vector = &vectors()["sec2"];
    let (mut client, _) = handshake(sec2(vector, "abcd1234", false), both(vector)).unwrap();
    let plain = bytes(&vector["req1_plain"]);
    let sealed = bytes(&vector["req1_enc_ctr1"]);
    // Without a counter, every message uses the session's nonce.
    for _ in 0..2 {
        let mut custom = netprov_client::operation::Custom::new("any", plain.clone());
        let run = run_in(&mut client, &mut custom, [Some(sealed.clone())]);
        assert_eq!(run.sent[0].1, sealed);
        assert_eq!(run.outcome, Ok(plain.clone()));
    }
}

#[test]
fn security_1_refuses_an_untrusted_device() {
    let vector = &vectors()["sec1_pop"];
    let other = &vectors()["sec1_nopop"];
    let wrong = vec![Some(bytes(&vector["resp0"])), Some(bytes(&other["resp1"]))];
    assert_eq!(handshake(sec1(vector), wrong).unwrap_err(), (Error::UntrustedDevice, 2));

    // With a public key of small order, the shared secret is known to everyone.
    let zero = change_1(&bytes(&vector["resp0"]), |response| response.device_pubkey = vec![0; 32]);
    assert_eq!(handshake(sec1(vector), vec![Some(zero)]).unwrap_err(), (Error::UntrustedDevice, 1));

    // A truncated proof, and an empty one.
    for length in [0, 31] {
        let mut cut = SessionData::decode(&bytes(&vector["resp1"])[..]).unwrap();
        let Some(session_data::Proto::Sec1(payload)) = &mut cut.proto else { panic!() };
        let Some(sec1_payload::Payload::Sr1(proof)) = &mut payload.payload else { panic!() };
        proof.device_verify_data.truncate(length);
        let responses = vec![Some(bytes(&vector["resp0"])), Some(cut.encode_to_vec())];
        assert_eq!(handshake(sec1(vector), responses).unwrap_err(), (Error::UntrustedDevice, 2));
    }
}

#[test]
fn security_2_refuses_an_untrusted_device() {
    let vector = &vectors()["sec2"];
    let wrong = handshake(sec2(vector, "another", true), both(vector)).unwrap_err();
    assert_eq!(wrong, (Error::UntrustedDevice, 2));

    // Public keys that are 0 mod N, for which the shared secret is known: 0, empty, N.
    let prime = [
        "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74",
        "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437",
        "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED",
        "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05",
        "98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB",
        "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B",
        "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718",
        "3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33",
        "A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7",
        "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864",
        "D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2",
        "08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    ];
    let prime = bytes(&Value::from(prime.concat()));
    for key in [vec![0; 384], Vec::new(), prime, vec![1; 385]] {
        let bad = change_2(&bytes(&vector["resp0"]), |response| response.device_pubkey = key);
        let error = handshake(sec2(vector, "abcd1234", true), vec![Some(bad)]).unwrap_err();
        assert_eq!(error, (Error::UntrustedDevice, 1));
    }
}

#[test]
fn a_public_key_with_leading_zeros_is_the_same_key() {
    let vector = &vectors()["sec2"];
    let longer = change_2(&bytes(&vector["resp0"]), |response| {
        response.device_pubkey.splice(..0, [0, 0]);
    });
    let responses = vec![Some(longer), Some(bytes(&vector["resp1"]))];
    assert!(handshake(sec2(vector, "abcd1234", true), responses).is_ok());
}

#[test]
fn no_response_to_the_proof_means_a_wrong_proof() {
    let all = vectors();
    for (scheme, vector) in [
        (sec1(&all["sec1_pop"]), &all["sec1_pop"]),
        (sec2(&all["sec2"], "abcd1234", true), &all["sec2"]),
    ] {
        let first = Some(bytes(&vector["resp0"]));
        let error = handshake(scheme.clone(), vec![first, None]).unwrap_err();
        assert_eq!(error, (Error::WrongProof, 2));
        let (error, _) = handshake(scheme, vec![None]).unwrap_err();
        assert!(matches!(error, Error::NoResponse { .. }));
    }
}

#[test]
fn unexpected_and_malformed_responses_are_refused() {
    let all = vectors();
    let of = |name: &str, response: &str| bytes(&all[name][response]);
    let schemes = [
        sec1(&all["sec1_pop"]),
        sec2(&all["sec2"], "abcd1234", true),
        (Scheme::Security0, Vec::new()),
    ];
    let firsts = [of("sec1_pop", "resp0"), of("sec2", "resp0"), bytes(&all["sec0_resp"])];
    let second = [of("sec1_pop", "resp1"), of("sec2", "resp1")];
    for (index, scheme) in schemes.into_iter().enumerate() {
        let others = firsts.iter().enumerate().filter(|(other, _)| *other != index);
        let wrong = others.map(|(_, first)| first).chain(&second);
        for response in wrong {
            let (error, _) = handshake(scheme.clone(), vec![Some(response.clone())]).unwrap_err();
            assert!(matches!(error, Error::Unexpected { .. }), "{index}: {error}");
        }
        let garbage: [&[u8]; 5] = [b"", b"\xff", b"\x0b\x0b\x0b\x0b", &[0x5a; 5000], b"\x10\x01"];
        for response in garbage {
            let response = Some(response.to_vec());
            assert!(handshake(scheme.clone(), vec![response]).is_err(), "{index}");
        }
    }
}

#[test]
fn an_error_status_is_reported() {
    let vector = &vectors()["sec1_pop"];
    let failed = change_1(&bytes(&vector["resp0"]), |response| response.status = 3);
    let (error, _) = handshake(sec1(vector), vec![Some(failed)]).unwrap_err();
    assert!(error.to_string().contains("too many sessions"), "{error}");
}

#[test]
fn a_handshake_needs_random_numbers() {
    let mut client = Client::new();
    for scheme in [sec1(&vectors()["sec1_pop"]).0, sec2(&vectors()["sec2"], "p", true).0] {
        let mut broken = Handshake::new(scheme.clone(), |_: &mut [u8]| Err(RandomFailed));
        let run = run_in(&mut client, &mut broken, [None]);
        assert!(run.sent.is_empty());
        assert_eq!(run.outcome.unwrap_err(), Error::Random);
    }
}

fn change_1(response: &[u8], change: impl FnOnce(&mut SessionResp0)) -> Vec<u8> {
    let mut response = SessionData::decode(response).unwrap();
    let Some(session_data::Proto::Sec1(payload)) = &mut response.proto else { panic!() };
    let Some(sec1_payload::Payload::Sr0(first)) = &mut payload.payload else { panic!() };
    change(first);
    response.encode_to_vec()
}

fn change_2(response: &[u8], change: impl FnOnce(&mut S2SessionResp0)) -> Vec<u8> {
    let mut response = SessionData::decode(response).unwrap();
    let Some(session_data::Proto::Sec2(payload)) = &mut response.proto else { panic!() };
    let Some(sec2_payload::Payload::Sr0(first)) = &mut payload.payload else { panic!() };
    change(first);
    response.encode_to_vec()
}

/// The responses of a handshake whose nonce is another one.
fn with_nonce(vector: &Value, change: impl FnOnce(&mut Vec<u8>)) -> Vec<Option<Vec<u8>>> {
    let mut response = SessionData::decode(&bytes(&vector["resp1"])[..]).unwrap();
    let Some(session_data::Proto::Sec2(payload)) = &mut response.proto else { panic!() };
    let Some(sec2_payload::Payload::Sr1(S2SessionResp1 { device_nonce, .. })) =
        &mut payload.payload
    else {
        panic!()
    };
    change(device_nonce);
    vec![Some(bytes(&vector["resp0"])), Some(response.encode_to_vec())]
}

#[test]
fn a_nonce_of_the_wrong_length_is_malformed() {
    let vector = &vectors()["sec2"];
    for (nonce_counter, length) in
        [(true, 0), (true, 11), (true, 13), (true, 16), (false, 0), (false, 11), (false, 17)]
    {
        let responses = with_nonce(vector, |nonce| nonce.resize(length, 1));
        let (error, _) = handshake(sec2(vector, "abcd1234", nonce_counter), responses).unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{length}: {error}");
    }
}

#[test]
fn older_devices_have_a_nonce_of_16_bytes() {
    let vector = &vectors()["sec2"];
    let responses = with_nonce(vector, |nonce| *nonce = (100..116).collect());
    let (mut client, _) = handshake(sec2(vector, "abcd1234", false), responses).unwrap();
    let plain = bytes(&vector["req1_plain"]);
    // Made with the Python package `cryptography`, whose AES-GCM takes a nonce of any length.
    let sealed = bytes(&Value::from("41c7e6c9252c5901b6711cd2ea16e54eb61e"));
    for _ in 0..2 {
        let mut custom = netprov_client::operation::Custom::new("any", plain.clone());
        let run = run_in(&mut client, &mut custom, [Some(sealed.clone())]);
        assert_eq!(run.sent[0].1, sealed);
        assert_eq!(run.outcome, Ok(plain.clone()));
    }
}

#[test]
fn a_wrapped_nonce_counter_ends_the_session() {
    let vector = &vectors()["sec2"];
    let responses = with_nonce(vector, |nonce| nonce[8..].fill(0xff));
    let (mut client, _) = handshake(sec2(vector, "abcd1234", true), responses).unwrap();
    let mut custom = netprov_client::operation::Custom::new("any", Vec::new());
    let run = run_in(&mut client, &mut custom, [Some(vec![0; 16])]);
    assert_eq!(run.outcome, Err(Error::SessionExhausted));
}
