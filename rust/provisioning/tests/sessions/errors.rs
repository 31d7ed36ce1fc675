//! Errors are transport errors, never messages.

use netprov_messages::Message;
use netprov_messages::{NetworkConfigPayload, NetworkCtrlPayload, NetworkScanPayload};
use provisioning::{RequestError, endpoints};
use sim::phone::PhoneError;

use crate::support::{CUSTOM, custom_device, paired, sec1};

/// An empty response reads as "Success, Connected", so no error may be one.
#[test]
fn no_error_is_an_empty_response() {
    let (mut device, _) = custom_device(sec1());
    device.handler(CUSTOM, |_, _| None);
    let mut phone = paired(&mut device, 1);
    let (config, scan, ctrl) = (endpoints::CONFIG.name, endpoints::SCAN.name, endpoints::CTRL.name);
    let unknown_config = NetworkConfigPayload { msg: 77, payload: None }.encode_to_vec();
    let unknown_scan = NetworkScanPayload { msg: 77, ..Default::default() }.encode_to_vec();
    let unknown_ctrl = NetworkCtrlPayload { msg: 77, ..Default::default() }.encode_to_vec();
    let answers_for_clients = NetworkConfigPayload { msg: 1, payload: None }.encode_to_vec();
    for (endpoint, message, error) in [
        (config, b"\xff".to_vec(), RequestError::Undecodable),
        (scan, b"\x0f".to_vec(), RequestError::Undecodable),
        (ctrl, b"\x08".to_vec(), RequestError::Undecodable),
        (config, unknown_config, RequestError::UnknownCommand),
        (config, answers_for_clients, RequestError::UnknownCommand),
        (scan, unknown_scan, RequestError::UnknownCommand),
        (scan, vec![], RequestError::MissingCommand),
        (ctrl, unknown_ctrl, RequestError::UnknownCommand),
        (ctrl, vec![], RequestError::UnknownCommand),
        (CUSTOM, b"x".to_vec(), RequestError::HandlerFailed),
    ] {
        let reply = phone.request(&mut device, endpoint, message);
        assert_eq!(reply, Err(PhoneError::Request(error)), "{endpoint}");
    }
    assert!(phone.status(&mut device).is_ok(), "the session continues after each error");
}

/// Every response of the protocol's own endpoints has bytes, including the one for "connected".
#[test]
fn no_response_is_empty() {
    use crate::support::{HOME, PASSPHRASE};
    use sim::client::messages;

    let (mut device, _) = custom_device(sec1());
    let mut phone = paired(&mut device, 1);
    let (config, scan, ctrl) = (endpoints::CONFIG.name, endpoints::SCAN.name, endpoints::CTRL.name);
    for (endpoint, message) in [
        (config, vec![]),
        (config, messages::get_status()),
        (config, messages::set_wifi(HOME, PASSPHRASE)),
        (config, messages::set_wifi(b"", b"")),
        (scan, messages::scan_start(true)),
        (scan, messages::scan_status()),
        (scan, messages::scan_result(0, 0)),
        (ctrl, messages::reset()),
        (ctrl, messages::reprovision()),
        (config, messages::apply_wifi()),
        (config, messages::get_status()),
    ] {
        let reply = phone.request(&mut device, endpoint, message).unwrap();
        assert!(!reply.is_empty(), "{endpoint}");
    }
    phone.provision(&mut device, HOME, PASSPHRASE).unwrap();
    let reply = phone.request(&mut device, config, messages::get_status()).unwrap();
    assert!(reply.len() > 2);
}
