//! Choosing the security scheme, which a fake device must not be able to weaken.

use netprov_client::{Error, Proof, Scheme, Secret, Version};

fn version(text: &str) -> Version {
    Version::parse(format!("{{\"prov\":{text}}}").as_bytes()).unwrap()
}

fn choose(text: &str, proof: &Proof, required: Option<u32>) -> Result<u32, Error> {
    Scheme::choose(&version(text), proof, required).map(|scheme| scheme.number())
}

fn pop() -> Proof {
    Proof::Pop(Secret::from("abcd1234"))
}

fn account() -> Proof {
    Proof::Account { username: "wifiprov".into(), password: Secret::from("abcd1234") }
}

#[test]
fn security_0_must_be_required_explicitly() {
    let plain = r#"{"sec_ver":0,"cap":["no_sec"]}"#;
    for proof in [Proof::None, pop(), account()] {
        assert_eq!(choose(plain, &proof, None), Err(Error::Unprotected));
        assert_eq!(choose(plain, &proof, Some(0)), Ok(0));
    }
}

#[test]
fn a_user_name_is_used_for_security_2_only() {
    let weaker = Err(Error::SecurityMismatch { offered: 1, required: 2 });
    assert_eq!(choose(r#"{"sec_ver":1}"#, &account(), None), weaker);
    assert_eq!(choose(r#"{"sec_ver":1}"#, &account(), Some(1)), weaker);
    assert_eq!(choose(r#"{"sec_ver":2}"#, &account(), None), Ok(2));
}

#[test]
fn a_device_with_another_scheme_is_refused() {
    for (offered, required) in [(0, 1), (1, 0), (1, 2), (2, 1), (0, 2)] {
        let other = Err(Error::SecurityMismatch { offered, required });
        let text = format!("{{\"sec_ver\":{offered}}}");
        assert_eq!(choose(&text, &pop(), Some(required)), other);
    }
    assert_eq!(choose(r#"{"sec_ver":3}"#, &pop(), None), Err(Error::UnknownSecurity(3)));
}

#[test]
fn a_missing_proof_is_reported() {
    let missing = |security| Err(Error::ProofMissing { security });
    assert_eq!(choose(r#"{"sec_ver":1}"#, &Proof::None, None), missing(1));
    assert_eq!(choose(r#"{"sec_ver":2}"#, &Proof::None, None), missing(2));
    assert_eq!(choose(r#"{"sec_ver":1,"cap":["no_pop"]}"#, &Proof::None, None), Ok(1));
}

#[test]
fn a_password_alone_uses_the_default_user_name() {
    for (cap, name) in [("wifi_prov", "wifiprov"), ("thread_scan", "threadprov")] {
        let version =
            version(&format!("{{\"sec_ver\":2,\"sec_patch_ver\":1,\"cap\":[\"{cap}\"]}}"));
        let scheme = Scheme::choose(&version, &pop(), None).unwrap();
        let Scheme::Security2 { username, nonce_counter, .. } = scheme else { panic!() };
        assert_eq!((username.as_str(), nonce_counter), (name, true));
    }
}

#[test]
fn secrets_are_not_printed() {
    let scheme = Scheme::choose(&version(r#"{"sec_ver":2}"#), &account(), None).unwrap();
    for shown in [format!("{:?}", pop()), format!("{:?}", account()), format!("{scheme:?}")] {
        assert!(shown.contains("redacted") && !shown.contains("abcd"), "{shown}");
    }
}

#[test]
fn a_qr_code_has_proof_and_scheme() {
    use netprov_client::qr::Payload;
    let code = Payload::parse(
        r#" {"ver":"v1","name":"PROV_1","username":"u","pop":"p","transport":"BLE","security":2}"#,
    )
    .unwrap();
    assert_eq!((code.name.as_deref(), code.transport.as_deref()), (Some("PROV_1"), Some("ble")));
    assert_eq!(code.security, Some(2));
    let account = Proof::Account { username: "u".into(), password: Secret::from("p") };
    assert_eq!(code.proof(), account);
    let code = Payload::parse(r#"{"ver":"v1","pop":"p","security":"1"}"#).unwrap();
    assert_eq!((code.proof(), code.security), (Proof::Pop(Secret::from("p")), Some(1)));
    for bad in ["", "{}", "[1]", r#"{"ver":1,"name":1}"#, r#"{"ver":"v1","security":-1}"#] {
        assert!(Payload::parse(bad).is_err(), "{bad}");
    }
}
