//! The payloads of the byte vectors: the device's responses, byte for byte.

use protocomm::SessionId;
use protocomm::TransportId;
use provisioning::endpoints;
use provisioning::wifi::AuthMode;
use serde_json::Value;
use sim::device::Setup;
use sim::{Client, Device, Phone, SimulatedAp, World};

use crate::support::{config, ms, sec0};

const CONFIG: &str = endpoints::CONFIG.name;
const SCAN: &str = endpoints::SCAN.name;
const CTRL: &str = endpoints::CTRL.name;

/// A device of security 0 with a session, so requests and responses are in plain text.
struct Bench {
    device: Device,
    session: SessionId,
    vectors: Value,
}

impl Bench {
    fn new(attempts: u32) -> Self {
        let mut home = SimulatedAp::new("HomeNet", "correct-horse").at(
            [0x00, 0x11, 0x22, 0x33, 0x44, 0x55],
            6,
            -42,
        );
        home.address = [192, 168, 1, 7].into();
        let cafe =
            SimulatedAp::new("OpenCafe", "").at([0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff], 11, -75);
        assert_eq!((home.seen.auth, cafe.seen.auth), (AuthMode::Wpa2Psk, AuthMode::Open));
        let world = World::of([cafe, home]);
        let mut device =
            Device::boot(Setup { world, config: config(attempts), ..Setup::default() });
        device.start(sec0()).unwrap();
        Phone::new(1, Client::sec0()).handshake(&mut device).unwrap();
        let text = include_str!("../../../protocomm/tests/vectors.json");
        let vectors = serde_json::from_str(text).unwrap();
        Self { device, session: SessionId::new(TransportId(0), 1), vectors }
    }

    fn vector(&self, name: &str) -> Vec<u8> {
        let hex = self.vectors["payloads"][name].as_str().expect(name);
        let pairs = (0..hex.len()).step_by(2);
        pairs.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    /// Sends one vector and expects the other as the response.
    fn exchange(&mut self, endpoint: &str, request: &str, answer: &str) {
        let request_bytes = self.vector(request);
        let reply = self.device.request(self.session, endpoint, request_bytes);
        assert_eq!(reply, Ok(self.vector(answer)), "{request} -> {answer}");
    }

    /// Requests the status.
    fn status(&mut self, answer: &str) {
        let reply = self.device.request(self.session, CONFIG, vec![0x52, 0x00]);
        assert_eq!(reply, Ok(self.vector(answer)), "{answer}");
    }
}

#[test]
fn a_success() {
    let mut bench = Bench::new(1);
    bench.exchange(CONFIG, "set_wifi", "set_wifi_resp_ok");
    bench.exchange(CONFIG, "apply_wifi", "apply_wifi_resp_ok");
    let reply = bench.device.request(bench.session, CONFIG, vec![0x52, 0x00]);
    assert_eq!(reply, Ok(vec![0x08, 0x01, 0x5a, 0x02, 0x10, 0x01]), "connecting");
    bench.device.advance(ms(5_000));
    bench.status("status_connected");
}

#[test]
fn a_success_the_way_esp_prov_asks() {
    let mut bench = Bench::new(1);
    bench.exchange(SCAN, "scan_start_esp_prov_softap", "scan_start_resp");
    bench.exchange(SCAN, "scan_status_esp_prov_no_payload", "scan_status_resp");
    bench.exchange(SCAN, "scan_result_0_2", "scan_result_resp");
    bench.exchange(CONFIG, "set_wifi", "set_wifi_resp_ok");
    bench.exchange(CONFIG, "apply_wifi_esp_prov_no_payload", "apply_wifi_resp_ok");
    bench.device.advance(ms(5_000));
    bench.status("status_connected");
}

#[test]
fn a_scan_the_way_the_phones_ask() {
    let mut bench = Bench::new(1);
    bench.exchange(SCAN, "scan_start_phone_app", "scan_start_resp");
    bench.exchange(SCAN, "scan_status_esp_prov_no_payload", "scan_status_resp");
    bench.exchange(SCAN, "scan_result_0_2", "scan_result_resp");
}

#[test]
fn failures() {
    for (passphrase, answer) in
        [("something-else", "status_failed_auth"), ("", "status_failed_not_found")]
    {
        let mut bench = Bench::new(1);
        if passphrase.is_empty() {
            bench.device.world_mut().access_points.clear();
        } else {
            bench.device.world_mut().access_points[1].passphrase = passphrase.into();
        }
        bench.exchange(CONFIG, "set_wifi", "set_wifi_resp_ok");
        bench.exchange(CONFIG, "apply_wifi", "apply_wifi_resp_ok");
        bench.device.advance(ms(10_000));
        bench.status(answer);
    }
}

#[test]
fn attempts_left() {
    let mut bench = Bench::new(5);
    bench.device.world_mut().access_points[1].flaky = 1;
    bench.exchange(CONFIG, "set_wifi", "set_wifi_resp_ok");
    bench.exchange(CONFIG, "apply_wifi", "apply_wifi_resp_ok");
    // The first attempt starts after 1 s and fails after 0.8 s.
    bench.device.advance(ms(1_900));
    bench.status("status_attempts_4");
}

#[test]
fn refusals() {
    let mut bench = Bench::new(1);
    // An SSID of 33 bytes.
    let mut set = vec![0x08, 0x02, 0x62, 35, 0x0a, 33];
    set.extend([b's'; 33]);
    let reply = bench.device.request(bench.session, CONFIG, set);
    assert_eq!(reply, Ok(bench.vector("set_wifi_resp_invalid_arg")));
    bench.exchange(CTRL, "ctrl_wifi_reset_esp_prov", "ctrl_wifi_reset_resp_ok");
}

#[test]
fn a_reprovisioning_that_is_refused() {
    // The service is ending because the application has stopped it.
    let mut bench = Bench::new(1);
    bench.device.stop();
    bench.device.call(|manager, _| manager.disable_auto_stop(ms(5_000))).unwrap();
    bench.device.start(sec0()).unwrap();
    Phone::new(1, Client::sec0()).handshake(&mut bench.device).unwrap();
    bench.device.stop();
    let reply = bench.device.request(bench.session, CTRL, vec![0x08, 0x03]);
    assert_eq!(reply, Ok(bench.vector("ctrl_wifi_reprov_resp_internal_error")));
}

#[test]
fn commands_for_thread_are_refused_with_a_message() {
    let mut bench = Bench::new(1);
    // Set: response 9 with member 19. Scan: response 7 with member 17 and the status next to it.
    let set = bench.vector("set_thread");
    let reply = bench.device.request(bench.session, CONFIG, set);
    assert_eq!(reply, Ok(vec![0x08, 0x09, 0x9a, 0x01, 0x02, 0x08, 0x04]));
    let scan = bench.vector("thread_scan_start");
    let reply = bench.device.request(bench.session, SCAN, scan);
    assert_eq!(reply, Ok(vec![0x08, 0x07, 0x10, 0x04, 0x8a, 0x01, 0x00]));
}
