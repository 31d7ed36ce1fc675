//! Body of the fuzz target `c_api`. Arbitrary bytes are a script of actions on a device, in any
//! order, by the application, its callbacks, an owner, unauthenticated peers, the radio, the store
//! and time.
//!
//! Everything goes through the C API and the functions that the glue calls. After each script, the
//! next honest client must get through.

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use capi::api::*;
use capi::online::*;
use capi::wifi::api::*;
use capi::wifi::glue as radio;
use capi::{glue, http};
use netprov_sys::{
    network_prov_address, network_prov_address_kind, network_prov_cb_event,
    network_prov_cred_fail_reason, network_prov_event_handler, network_prov_mgr_config,
    network_prov_scheme, network_prov_wifi_sta_state,
};
use sim::Client;
use sim::client::messages;
use sim::fuzzing::Script;

use crate::Device;
use crate::inbox;

/// More steps find nothing new and take longer.
const STEPS_MAX: usize = 64;
const PROOF: &[u8] = b"proof-of-possession";
const SSID: &str = "home";
const PASSPHRASE: &str = "a long passphrase";
/// The owner's connection. Unauthenticated peers have the connections above it.
const OWNER: u32 = 1;
const STRANGERS: u32 = 3;

unsafe extern "C" {
    static network_prov_scheme_ble: network_prov_scheme;
    static network_prov_scheme_softap: network_prov_scheme;
    static network_prov_scheme_console: network_prov_scheme;
    fn k_malloc(size: usize) -> *mut c_void;
}

/// What the application's callback does with the next event.
static IN_CALLBACK: AtomicU8 = AtomicU8::new(0);
/// How many times the handler of the application's endpoint has run.
static HANDLED: AtomicU32 = AtomicU32::new(0);

/// Runs a script. Panics if an invariant does not hold.
pub fn c_api(data: &[u8]) {
    let mut run = Run::new(data);
    for _ in 0..STEPS_MAX {
        let Some(step) = run.script.byte() else { break };
        run.step(step);
        assert_eq!(run.device.allocated(), 0, "a response of an endpoint was not freed");
    }
    run.end();
}

struct Run<'a> {
    device: Device,
    script: Script<'a>,
    /// The owner's client. With `in_session`, it believes that it has a session.
    owner: Client,
    in_session: bool,
    strangers: Vec<Client>,
    /// Whether the last started scheme requires a proof of possession.
    is_secure: bool,
    /// How many requests of the owner to the application's endpoint got a response.
    answered: u32,
}

impl<'a> Run<'a> {
    fn new(data: &'a [u8]) -> Self {
        let device = Device::new();
        device.let_time_pass();
        HANDLED.store(0, Relaxed);
        IN_CALLBACK.store(0, Relaxed);
        let mut run = Self {
            device,
            script: Script(data),
            owner: Client::sec1(PROOF, [1; 32]),
            in_session: false,
            strangers: (0..STRANGERS as u8).map(|n| Client::sec1(b"guess", [2 + n; 32])).collect(),
            is_secure: true,
            answered: 0,
        };
        run.set_world();
        run.set_up(0);
        run.start(1);
        run
    }

    fn set_world(&self) {
        self.device.add_network(SSID, PASSPHRASE);
        self.device.add_mute_network("mute");
    }

    /// Initialises the manager, if it is not initialised.
    fn set_up(&self, options: u8) -> c_int {
        let scheme = match options & 3 {
            0 => &raw const network_prov_scheme_ble,
            1 => &raw const network_prov_scheme_softap,
            2 => &raw const network_prov_scheme_console,
            _ => ptr::null(),
        };
        let config = network_prov_mgr_config {
            scheme,
            app_event_handler: network_prov_event_handler {
                event_cb: (options & 4 == 0).then_some(on_event),
                user_data: ptr::null_mut(),
            },
            wifi_conn_attempts: u32::from(options >> 4) % 4,
        };
        // SAFETY: the scheme is constant, and the callback needs no data.
        let result = unsafe { network_prov_mgr_init(config) };
        // SAFETY: a string.
        unsafe { network_prov_mgr_endpoint_create(c"custom".as_ptr()) };
        result
    }

    /// Starts a service, if the application may do so.
    fn start(&mut self, security: u8) -> c_int {
        let (number, parameters) = match security % 4 {
            0 => (0, ptr::null()),
            1 | 2 => (1, c"proof-of-possession".as_ptr().cast()),
            _ => (c_int::from(self.script.byte().unwrap_or(7)), ptr::null()),
        };
        // SAFETY: strings, and the parameters of this scheme: a string.
        let result = unsafe {
            network_prov_mgr_start_provisioning(number, parameters, c"PROV_1".as_ptr(), ptr::null())
        };
        if result == 0 {
            self.is_secure = number == 1 && !parameters.is_null();
        }
        self.register(true);
        result
    }

    /// Sets or removes the handler of the application's endpoint.
    fn register(&self, handler: bool) {
        let handler = handler.then_some(handle as _);
        // SAFETY: a string, and a function that needs no context.
        unsafe { network_prov_mgr_endpoint_register(c"custom".as_ptr(), handler, ptr::null_mut()) };
    }

    fn step(&mut self, step: u8) {
        let stranger = OWNER + 1 + u32::from(step >> 4) % STRANGERS;
        match step & 0x0f {
            0 | 1 => {
                let endpoint = endpoint(&mut self.script);
                let message = self.script.bytes();
                let before = HANDLED.load(Relaxed);
                let response = self.device.post(stranger, endpoint, message);
                self.check_stranger(endpoint, before, response);
            }
            2 => self.stranger_shakes_hands(stranger),
            3 => {
                let is_owner = self.script.flag();
                self.close(if is_owner { OWNER } else { stranger });
            }
            4 => {
                self.handshake();
            }
            5 => self.owner_asks(),
            6 => {
                let ssid = [SSID, "mute", "elsewhere", ""][self.script.choice(4)];
                let passphrase =
                    [PASSPHRASE, "another passphrase", "short", ""][self.script.choice(4)];
                self.in_session(
                    "prov-config",
                    messages::set_wifi(ssid.as_bytes(), passphrase.as_bytes()),
                );
                if self.script.flag() {
                    self.in_session("prov-config", messages::apply_wifi());
                }
            }
            7 => {
                const ENDPOINTS: [&str; 4] = ["prov-ctrl", "prov-scan", "prov-config", "nonsense"];
                let endpoint = ENDPOINTS[self.script.choice(ENDPOINTS.len())];
                let message = match self.script.choice(8) {
                    0 => messages::get_status(),
                    1 => messages::scan_start(self.script.flag()),
                    2 => messages::scan_status(),
                    3 => messages::scan_result(0, self.script.byte().unwrap_or(1).into()),
                    4 => messages::reset(),
                    5 => messages::reprovision(),
                    _ => self.script.bytes().to_vec(),
                };
                self.in_session(endpoint, message);
            }
            8 => self.radio_event(),
            9 => {
                let time = u64::from(self.script.byte().unwrap_or(0));
                let unit = if self.script.flag() { 1000 } else { 50 };
                self.device.advance(Duration::from_millis(time * unit));
            }
            10 | 11 => self.call_api(),
            12 => IN_CALLBACK.store(self.script.byte().unwrap_or(0), Relaxed),
            13 => self.fault(),
            14 => self.glue_call(stranger),
            _ => {
                // Invalid bytes on the owner's connection.
                let message = self.script.bytes();
                let _ = self.device.post(OWNER, "prov-session", message);
                self.in_session = false;
            }
        }
    }

    /// Checks that an unauthenticated peer's request has no effect.
    fn check_stranger(
        &self,
        endpoint: &str,
        handled: u32,
        response: Option<Result<Vec<u8>, c_int>>,
    ) {
        let Some(Ok(response)) = response else { return };
        assert!(!contains(&response, PASSPHRASE.as_bytes()), "the passphrase is in a response");
        assert!(!contains(&response, PROOF), "the proof of possession is in a response");
        if self.is_secure {
            let open = ["proto-ver", "prov-session"].contains(&endpoint);
            assert!(open, "{endpoint} responded without a session");
            assert_eq!(HANDLED.load(Relaxed), handled, "a handler ran without a session");
        }
    }

    /// A valid handshake, except for the proof or one changed byte.
    fn stranger_shakes_hands(&mut self, connection: u32) {
        let client = &mut self.strangers[(connection - OWNER - 1) as usize];
        let Some(mut message) = client.handshake_message() else { return client.restart() };
        if self.script.flag() {
            let at = usize::from(self.script.byte().unwrap_or(0)) % message.len();
            message[at] ^= self.script.byte().unwrap_or(0);
        }
        let response = self.device.post(connection, "prov-session", &message);
        match response {
            Some(Ok(response)) => {
                if client.handle(&response).is_err() {
                    client.restart();
                }
            }
            _ => client.restart(),
        }
    }

    fn close(&mut self, session: u32) {
        self.in_session &= session != OWNER;
        inbox::call(move || glue::netprov_core_close_session(1, session));
    }

    /// Does the owner's handshake. Returns whether it succeeded.
    fn handshake(&mut self) -> bool {
        self.owner.restart();
        self.in_session = false;
        while let Some(message) = self.owner.handshake_message() {
            let Some(Ok(response)) = self.device.post(OWNER, "prov-session", &message) else {
                return false;
            };
            if self.owner.handle(&response).is_err() {
                return false;
            }
        }
        self.in_session = true;
        true
    }

    /// Sends a request in the owner's session, if it has one. Returns `None` if the session has
    /// ended meanwhile.
    fn in_session(&mut self, endpoint: &str, message: Vec<u8>) -> Option<Vec<u8>> {
        if !self.in_session {
            return None;
        }
        let sealed = self.owner.seal(message);
        match self.device.post(OWNER, endpoint, &sealed) {
            Some(Ok(response)) => Some(self.owner.open(response).expect("sealed for this session")),
            _ => {
                // An error of the endpoint or of the session, or a deferred response.
                self.in_session = false;
                None
            }
        }
    }

    fn owner_asks(&mut self) {
        let message = self.script.bytes().to_vec();
        let before = HANDLED.load(Relaxed);
        let response = self.in_session("custom", message.clone());
        if let Some(response) = response {
            assert_eq!(response, message, "the owner's keys are out of step");
            assert_eq!(HANDLED.load(Relaxed), before + 1, "a response without a handler call");
            self.answered += 1;
        }
    }

    fn radio_event(&mut self) {
        let failure = c_int::from(self.script.byte().unwrap_or(0) % 8);
        let mut point = radio::netprov_access_point {
            ssid: [self.script.byte().unwrap_or(0); 32],
            ssid_length: self.script.byte().unwrap_or(0) % 33,
            bssid: [self.script.byte().unwrap_or(0); 6],
            channel: self.script.byte().unwrap_or(0),
            rssi: self.script.byte().unwrap_or(0) as i8,
            auth: self.script.byte().unwrap_or(0) % 10,
        };
        let kind = self.script.choice(7);
        inbox::call(move || match kind {
            // SAFETY: it can be read during the call.
            0 => unsafe { radio::netprov_core_link_up(&point) },
            // SAFETY: four bytes.
            1 => unsafe { radio::netprov_core_got_address(point.bssid.as_ptr()) },
            2 => radio::netprov_core_connect_failed(failure),
            3 => radio::netprov_core_link_down(failure),
            4 => glue::netprov_core_scan_done(-failure),
            5 => glue::netprov_core_catch_up(),
            _ => {
                for rssi in 0..40 {
                    point.rssi = -rssi;
                    // SAFETY: as above.
                    unsafe { radio::netprov_core_scan_result(&point) };
                }
            }
        });
    }

    fn call_api(&mut self) {
        let argument = self.script.byte().unwrap_or(0);
        let mut state = network_prov_wifi_sta_state::NETWORK_PROV_WIFI_STA_CONNECTED;
        let mut reason = network_prov_cred_fail_reason::NETWORK_PROV_WIFI_AUTH_ERROR;
        let mut address = network_prov_address { bytes: [0; 16], length: 0, kind: 0 };
        let mut yes = false;
        let mut number = 0;
        match self.script.byte().unwrap_or(0) % 19 {
            0 => network_prov_mgr_stop_provisioning(),
            1 => drop(network_prov_mgr_deinit()),
            2 => drop(self.set_up(argument)),
            3 | 4 => drop(self.start(argument)),
            5 => drop(network_prov_mgr_reset_wifi_sm_state_on_failure()),
            6 => drop(network_prov_mgr_reset_wifi_sm_state_for_reprovision()),
            7 => drop(network_prov_mgr_reset_wifi_provisioning()),
            8 => {
                let ssids = [c"home".as_ptr(), c"mute".as_ptr(), c"".as_ptr(), ptr::null()];
                let ssid = ssids[usize::from(argument) % ssids.len()];
                // SAFETY: strings, or NULL for the SSID.
                let _ = unsafe {
                    network_prov_mgr_configure_wifi_sta(ssid, c"a long passphrase".as_ptr())
                };
            }
            9 => drop(network_prov_mgr_disable_auto_stop(u32::from(argument) * 10)),
            // SAFETY: a local variable.
            10 => drop(unsafe { network_prov_mgr_is_provisioned(&mut yes) }),
            // SAFETY: the same.
            11 => drop(unsafe { network_prov_mgr_get_wifi_state(&mut state) }),
            // SAFETY: the same.
            12 => drop(unsafe { network_prov_mgr_get_wifi_disconnect_reason(&mut reason) }),
            // SAFETY: the same.
            13 => drop(unsafe { network_prov_mgr_get_wifi_remaining_conn_attempts(&mut number) }),
            14 => drop(network_prov_mgr_set_stay_online(argument & 1 == 1)),
            15 => drop(network_prov_mgr_connect()),
            16 => self.register(argument & 1 == 1),
            17 => {
                let capabilities = [c"one".as_ptr(), c"two".as_ptr()];
                // SAFETY: strings, and at most as many as the array has.
                let _ = unsafe {
                    network_prov_mgr_set_app_info(
                        c"label".as_ptr(),
                        c"1.0".as_ptr(),
                        capabilities.as_ptr(),
                        usize::from(argument) % 3,
                    )
                };
            }
            _ => {
                let kind = network_prov_address_kind::NETWORK_PROV_ADDRESS_IPV4 as c_int;
                let timeout = u32::from(argument) * 10;
                // SAFETY: a local variable.
                let _ = unsafe { network_prov_mgr_wait_for_address(kind, timeout, &mut address) };
            }
        }
        let _ = network_prov_mgr_is_sm_idle();
    }

    fn fault(&mut self) {
        let on = self.script.flag();
        match self.script.choice(4) {
            0 => self.device.break_store(on),
            1 => self.device.break_start(if on { crate::ERRNO.eio } else { 0 }),
            2 => self.device.break_stop(on),
            _ if on => self.device.remove_networks(),
            _ => self.set_world(),
        }
    }

    /// Calls of the transports' glue other than requests.
    fn glue_call(&mut self, session: u32) {
        let number = u32::from(self.script.byte().unwrap_or(0));
        let message = self.script.bytes().to_vec();
        match self.script.choice(3) {
            0 => inbox::call(move || glue::netprov_core_abandon(number)),
            1 => inbox::call(move || http::netprov_core_http_closed(number)),
            _ => {
                let established = inbox::call(|| glue::netprov_core_established_session(1));
                if self.is_secure && established != 0 {
                    assert_eq!(established, OWNER, "an unauthenticated peer has a session");
                }
                let _ = self.device.post(session, "custom", &message);
            }
        }
    }

    /// Checks that the device works as if new, and that the next honest client gets through.
    fn end(mut self) {
        if self.is_secure {
            assert!(HANDLED.load(Relaxed) >= self.answered);
        }
        IN_CALLBACK.store(0, Relaxed);
        self.device.break_store(false);
        self.device.break_start(0);
        self.device.break_stop(false);
        network_prov_mgr_deinit();
        assert_eq!(self.device.unanswered(), 0, "a request never got a response");
        self.device.remove_networks();
        self.set_world();
        // A lock-out for wrong proofs may last 15 minutes and outlives the manager.
        self.device.advance(Duration::from_secs(3600));
        assert_eq!(self.set_up(0), 0, "a manager after the end of another one");
        network_prov_mgr_reset_wifi_provisioning();
        assert_eq!(self.start(1), 0, "a service after the end of another one");
        assert!(self.handshake(), "the next honest handshake");
        let message = messages::set_wifi(SSID.as_bytes(), PASSPHRASE.as_bytes());
        assert!(self.in_session("prov-config", message).is_some(), "the next honest session");
        assert!(self.in_session("prov-config", messages::apply_wifi()).is_some());
        self.device.advance(Duration::from_secs(1));
        assert_eq!(self.device.stored().as_deref(), Some(SSID.as_bytes()), "it is provisioned");
        assert_eq!(network_prov_mgr_deinit(), 0);
        assert_eq!((self.device.allocated(), self.device.unanswered()), (0, 0));
    }
}

fn contains(bytes: &[u8], secret: &[u8]) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret)
}

/// The application's callback. Depending on the next byte of the script, it calls the API.
unsafe extern "C" fn on_event(_: *mut c_void, _: network_prov_cb_event, _: *mut c_void) {
    let mut yes = false;
    match IN_CALLBACK.swap(0, Relaxed) % 12 {
        1 => network_prov_mgr_stop_provisioning(),
        2 => drop(network_prov_mgr_deinit()),
        3 => drop(network_prov_mgr_reset_wifi_sm_state_on_failure()),
        4 => drop(network_prov_mgr_reset_wifi_sm_state_for_reprovision()),
        5 => drop(network_prov_mgr_reset_wifi_provisioning()),
        // SAFETY: strings.
        6 => drop(unsafe {
            network_prov_mgr_configure_wifi_sta(c"home".as_ptr(), c"a long passphrase".as_ptr())
        }),
        // SAFETY: a place of this frame.
        7 => drop(unsafe { network_prov_mgr_is_provisioned(&mut yes) }),
        8 => drop(network_prov_mgr_connect()),
        9 => drop(network_prov_mgr_set_stay_online(true)),
        // SAFETY: strings, and the parameter of this scheme.
        10 => drop(unsafe {
            network_prov_mgr_start_provisioning(
                1,
                c"proof-of-possession".as_ptr().cast(),
                c"PROV_1".as_ptr(),
                ptr::null(),
            )
        }),
        11 => {
            for _ in 0..20 {
                let _ = network_prov_mgr_reset_wifi_sm_state_for_reprovision();
                let _ = network_prov_mgr_reset_wifi_provisioning();
            }
        }
        _ => {}
    }
}

/// The application's endpoint. It returns the request.
unsafe extern "C" fn handle(
    _: *mut c_void,
    inbuf: *const u8,
    inlen: usize,
    outbuf: *mut *mut u8,
    outlen: *mut usize,
) -> c_int {
    HANDLED.fetch_add(1, Relaxed);
    // SAFETY: any size is allowed.
    let answer = unsafe { k_malloc(inlen.max(1)) }.cast::<u8>();
    if answer.is_null() {
        return -1;
    }
    // SAFETY: the core guarantees a message of this length, and the memory has room for it.
    unsafe { ptr::copy_nonoverlapping(inbuf, answer, inlen) };
    // SAFETY: the core guarantees that it is writable.
    unsafe { outbuf.write(answer) };
    // SAFETY: the same.
    unsafe { outlen.write(inlen) };
    0
}

/// Reads the name of an endpoint.
fn endpoint(script: &mut Script<'_>) -> &'static str {
    const ENDPOINTS: [&str; 7] = [
        "prov-ctrl",
        "prov-scan",
        "prov-session",
        "prov-config",
        "proto-ver",
        "custom",
        "nonsense",
    ];
    ENDPOINTS[script.choice(ENDPOINTS.len())]
}
