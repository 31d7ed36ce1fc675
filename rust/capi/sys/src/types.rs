//! The types of the C API, as C sees them.

use core::ffi::{c_char, c_int, c_void};

/// Security scheme of a provisioning service.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum network_prov_security {
    /// No security: anybody in range reads and changes everything. For development only.
    NETWORK_PROV_SECURITY_0 = 0,
    /// X25519, proof of possession and AES-256-CTR.
    NETWORK_PROV_SECURITY_1 = 1,
    /// SRP-6a and AES-256-GCM. The one to choose: see `struct network_prov_security2_params`.
    NETWORK_PROV_SECURITY_2 = 2,
}

/// What security 2 is started with: the salt and the verifier of a user name and a password, which
/// the device does not know. The host tool `netprov-cred` makes them. Both are copied.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct network_prov_security2_params {
    /// The salt: 1 to 64 bytes, the first of them not 0.
    pub salt: *const u8,
    /// Its length in bytes: 16, usually.
    pub salt_len: usize,
    /// The verifier, big-endian.
    pub verifier: *const u8,
    /// Its length in bytes: 384, or less if it was written without leading zeros.
    pub verifier_len: usize,
}

/// What the application is told. The order of the first seven is part of the ABI.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum network_prov_cb_event {
    /// The manager is initialised.
    NETWORK_PROV_INIT = 0,
    /// The service runs, or awaits credentials anew after a re-provisioning.
    NETWORK_PROV_START = 1,
    /// Credentials, or a Thread dataset, came in and are going to be tried. Event data:
    /// `const struct network_prov_network *`.
    NETWORK_PROV_CRED_RECV = 2,
    /// The credentials did not work. Event data: `enum network_prov_cred_fail_reason *`.
    NETWORK_PROV_CRED_FAIL = 3,
    /// The credentials worked and are stored. Event data: `const struct network_prov_network *`.
    NETWORK_PROV_CRED_SUCCESS = 4,
    /// The service has ended.
    NETWORK_PROV_END = 5,
    /// The manager is no longer initialised.
    NETWORK_PROV_DEINIT = 6,
    /// A client has completed the handshake.
    NETWORK_PROV_SESSION_ESTABLISHED = 7,
    /// A client did not know the proof of possession.
    NETWORK_PROV_SESSION_REFUSED = 8,
    /// Too many clients did not: handshakes are refused for a while. Event data: `uint32_t *`,
    /// how long, in milliseconds.
    NETWORK_PROV_LOCKED_OUT = 9,
    /// A connection attempt has started. Event data: `uint32_t *`, its number, from 1.
    NETWORK_PROV_ATTEMPT = 10,
    /// The device is online with stored credentials. Delivered while
    /// `network_prov_mgr_set_stay_online()` is on.
    NETWORK_PROV_ONLINE = 11,
    /// The link is lost, and is being restored. Delivered as `NETWORK_PROV_ONLINE` is.
    NETWORK_PROV_LINK_LOST = 12,
}

/// The network that an event is about.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct network_prov_network {
    /// Its SSID, or its Thread name if the dataset has one; terminated. An SSID has any bytes.
    pub name: [c_char; 33],
    /// The length of the name, 0 to 32.
    pub name_len: u8,
}

/// Why credentials did not work.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum network_prov_cred_fail_reason {
    /// The network refused the passphrase.
    NETWORK_PROV_WIFI_AUTH_ERROR = 0,
    /// No such network is in range.
    NETWORK_PROV_WIFI_NETWORK_NOT_FOUND = 1,
    /// The network has a security that a passphrase does not open.
    NETWORK_PROV_WIFI_UNSUPPORTED_SECURITY = 2,
    /// The network gave the device no address.
    NETWORK_PROV_WIFI_NO_ADDRESS = 3,
    /// The credentials worked but could not be stored.
    NETWORK_PROV_STORAGE_ERROR = 4,
    /// The Thread dataset is none, or lacks something. A Thread network that is not in range is
    /// `NETWORK_PROV_WIFI_NETWORK_NOT_FOUND`.
    NETWORK_PROV_DATASET_INVALID = 5,
}

/// How the station stands.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum network_prov_wifi_sta_state {
    /// An attempt is under way.
    NETWORK_PROV_WIFI_STA_CONNECTING = 0,
    /// The station has an address.
    NETWORK_PROV_WIFI_STA_CONNECTED = 1,
    /// No credentials are being tried, or the last ones did not work.
    NETWORK_PROV_WIFI_STA_DISCONNECTED = 2,
    /// An attempt failed and another follows.
    NETWORK_PROV_WIFI_STA_CONN_ATTEMPT_FAILED = 3,
}

/// How the attachment to a Thread network stands.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum network_prov_thread_state {
    /// An attempt is under way.
    NETWORK_PROV_THREAD_ATTACHING = 0,
    /// The device is part of a network.
    NETWORK_PROV_THREAD_ATTACHED = 1,
    /// No dataset is being tried, or the last one did not work.
    NETWORK_PROV_THREAD_DETACHED = 2,
}

/// Why a Thread dataset did not work.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum network_prov_thread_detached_reason {
    /// It is none, or lacks something.
    NETWORK_PROV_THREAD_DATASET_INVALID = 0,
    /// Nobody of its network is in range, or it was not let in.
    NETWORK_PROV_THREAD_NETWORK_NOT_FOUND = 1,
}

/// Called for each event, on the provisioning thread. `event_data` is valid during the call.
/// Every function of this API may be called from it.
#[allow(non_camel_case_types)]
pub type network_prov_cb_t = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        event: network_prov_cb_event,
        event_data: *mut c_void,
    ),
>;

/// A callback and what it is called with.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct network_prov_event_handler {
    /// The callback, or NULL.
    pub event_cb: network_prov_cb_t,
    /// Passed to the callback.
    pub user_data: *mut c_void,
}

/// A transport. The objects `network_prov_scheme_ble`, `_softap` and `_console` are of this type.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct network_prov_scheme {
    /// Starts the transport under this name, with this key if it has one. 0 or a negative errno.
    pub start: Option<
        unsafe extern "C" fn(service_name: *const c_char, service_key: *const c_char) -> c_int,
    >,
    /// Stops the transport. It may return before the end; then the transport calls
    /// `netprov_core_service_stopped()`. Returns whether it has ended.
    pub stop: Option<unsafe extern "C" fn() -> bool>,
    /// The transport's word in the QR code, or NULL if no app scans for it.
    pub qr_transport: *const c_char,
    /// A client that waits for a scan holds the transport up: so a scan begins as soon as a client
    /// has a session.
    pub scan_ahead: bool,
}

/// What `network_prov_mgr_init()` takes.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct network_prov_mgr_config {
    /// The transport.
    pub scheme: *const network_prov_scheme,
    /// Told of every event.
    pub app_event_handler: network_prov_event_handler,
    /// How often a connection is tried before the credentials have failed; 0 is once.
    pub wifi_conn_attempts: u32,
}

/// Handles a request to an endpoint of the application, on the provisioning thread.
///
/// `inbuf` is valid during the call, and NULL if the request is empty. The answer is stored to
/// `*outbuf` and its length to `*outlen`: memory from `k_malloc()`, which the module frees, or NULL
/// and 0 for an empty answer. Returns 0, or anything else to fail the request.
#[allow(non_camel_case_types)]
pub type network_prov_endpoint_handler_t = Option<
    unsafe extern "C" fn(
        user_ctx: *mut c_void,
        inbuf: *const u8,
        inlen: usize,
        outbuf: *mut *mut u8,
        outlen: *mut usize,
    ) -> c_int,
>;

/// Takes a line of a drawing, without its end of line.
#[allow(non_camel_case_types)]
pub type network_prov_qr_line_t =
    Option<unsafe extern "C" fn(user_data: *mut c_void, text: *const c_char)>;
