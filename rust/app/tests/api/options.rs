//! Transports, Bluetooth LE settings, version information and the QR code.

use netprov_app::{Ble, Error, Provisioner, Scheme};
use netprov_host::{Advertising, Device};

use crate::phone::Phone;
use crate::{NAME, builder, security};

#[test]
fn each_scheme_starts_its_transport() {
    let device = Device::new();
    let schemes = [
        (Scheme::ble(), "ble"),
        (Scheme::console(), "console"),
        (Scheme::softap(), "softap"),
        (Scheme::built_in(), "ble"),
    ];
    for (scheme, wanted) in schemes {
        let provisioner = Provisioner::builder(scheme).init().unwrap();
        provisioner.start(security(), NAME, None).unwrap();
        assert_eq!(device.transport().unwrap(), (wanted, "PROV_TEST".into(), None));
    }
}

#[test]
fn bluetooth_settings_reach_the_driver() {
    let device = Device::new();
    let uuid = *b"0123456789abcdef";
    Ble::set_service_uuid(&uuid).unwrap();
    Ble::set_manufacturer_data(&[0xe5, 0x02, 7]).unwrap();
    Ble::set_random_address(&[1, 2, 3, 4, 5, 0xc6]).unwrap();
    Ble::keep_on(true);
    let wanted = Advertising {
        service_uuid: uuid.to_vec(),
        manufacturer_data: vec![0xe5, 0x02, 7],
        random_address: vec![1, 2, 3, 4, 5, 0xc6],
        keeps_on: true,
    };
    assert_eq!(device.advertising(), wanted);
    assert_eq!(Ble::set_manufacturer_data(&[0; 30]), Err(Error::Invalid));
    assert_eq!(Ble::set_random_address(&[1, 2, 3, 4, 5, 6]), Err(Error::Invalid));
    assert_eq!(device.advertising(), wanted);
}

#[test]
fn version_information_has_the_applications_entries() {
    let device = Device::new();
    let provisioner = builder()
        .app_info(c"dimmer", c"1.2", &[c"on", c"off"])
        .app_info(c"clock", c"3", &[])
        .init()
        .unwrap();
    provisioner.start(security(), NAME, None).unwrap();
    let phone = Phone::new(&device, "");
    let version = phone.version();
    assert!(version.contains(r#""dimmer":{"ver":"1.2","cap":["on","off"]}"#), "{version}");
    assert!(version.contains(r#""clock":{"ver":"3""#), "{version}");
    provisioner.set_app_info(c"dimmer", c"1.3", &[]).unwrap();
    let version = phone.version();
    assert!(
        version.contains(r#""dimmer":{"ver":"1.3""#) && !version.contains(r#""1.2""#),
        "{version}"
    );
}

#[test]
fn the_qr_code_has_name_and_secrets() {
    let _device = Device::new();
    let provisioner = Provisioner::builder(Scheme::softap()).init().unwrap();
    assert_eq!(provisioner.qr_payload().err(), Some(Error::NotPermitted));
    provisioner.start(security(), NAME, Some(c"p\u{e4}ss\"phrase")).unwrap();
    let payload = provisioner.qr_payload().unwrap();
    for wanted in ["PROV_TEST", "abcd1234", "softap", r#"p\u00e4ss\"phrase"#] {
        assert!(payload.contains(wanted), "{wanted} is missing in {}", &*payload);
    }
    assert!(payload.is_ascii(), "scanners misread anything else");
    assert_eq!(format!("{payload:?}"), "QrPayload(..)", "secrets do not appear in logs");
    let mut lines = 0;
    provisioner
        .draw_qr(|line| {
            assert!(!line.is_empty());
            lines += 1;
        })
        .unwrap();
    assert!(lines > 10);
}

#[test]
fn the_longest_qr_payload_fits() {
    let _device = Device::new();
    let provisioner = Provisioner::builder(Scheme::softap()).init().unwrap();
    let text = |length: usize| std::ffi::CString::new("\u{1}".repeat(length)).unwrap();
    let (name, key, proof) = (text(32), text(64), text(64));
    provisioner.start(netprov_app::Security::One(Some(&proof)), &name, Some(&key)).unwrap();
    let payload = provisioner.qr_payload().unwrap();
    assert!(payload.ends_with('}'), "{}", payload.len());
}

#[test]
fn the_console_has_no_qr_code() {
    let _device = Device::new();
    let provisioner = builder().init().unwrap();
    provisioner.start(security(), NAME, None).unwrap();
    assert_eq!(provisioner.qr_payload().err(), Some(Error::NotSupported));
    assert_eq!(provisioner.draw_qr(|_| panic!("no line")), Err(Error::NotSupported));
}
