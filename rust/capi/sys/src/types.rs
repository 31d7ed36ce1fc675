//! The types of the C API, as C sees them.

use core::ffi::{c_char, c_int, c_void};

/// @brief Security version of a provisioning service.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum network_prov_security {
    /// No security: anyone in range can read and change every message. For development only.
    NETWORK_PROV_SECURITY_0 = 0,
    /// X25519 key exchange, proof of possession, AES-256-CTR.
    NETWORK_PROV_SECURITY_1 = 1,
    /// SRP-6a and AES-256-GCM. Recommended. See `struct network_prov_security2_params`.
    NETWORK_PROV_SECURITY_2 = 2,
}

/// @brief Parameters of security 2.
///
/// The salt and the verifier are derived from a user name and a password, which the device does not
/// know. The host tool `netprov-cred` generates them. Both are copied.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct network_prov_security2_params {
    /// Salt: 1 to 64 bytes. The first byte must not be 0.
    pub salt: *const u8,
    /// Length of the salt in bytes, usually 16.
    pub salt_len: usize,
    /// Verifier, big-endian.
    pub verifier: *const u8,
    /// Length of the verifier in bytes: 384, or less if leading zeros were dropped.
    pub verifier_len: usize,
}

/// @brief Events delivered to the application.
///
/// The order of the first seven is part of the ABI.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum network_prov_cb_event {
    /// The manager is initialised.
    NETWORK_PROV_INIT = 0,
    /// The service is running, or waits for credentials again after a reset for re-provisioning.
    NETWORK_PROV_START = 1,
    /// Credentials or a Thread dataset were received and will be tried. Event data: `const struct
    /// network_prov_network *`.
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
    /// A handshake failed: the client did not have the proof of possession.
    NETWORK_PROV_SESSION_REFUSED = 8,
    /// Too many handshakes failed, so further ones are refused for a while. Event data: `uint32_t
    /// *`, the duration in milliseconds.
    NETWORK_PROV_LOCKED_OUT = 9,
    /// A connection attempt has started. Event data: `const struct network_prov_attempt *`, which
    /// may be read as `uint32_t *` for its number.
    NETWORK_PROV_ATTEMPT = 10,
    /// The device is online with stored credentials. Delivered only while
    /// `network_prov_mgr_set_stay_online()` is on.
    NETWORK_PROV_ONLINE = 11,
    /// The link is lost and is being restored. Delivered only while
    /// `network_prov_mgr_set_stay_online()` is on.
    NETWORK_PROV_LINK_LOST = 12,
    /// The device has an address, or another one: of each kind the first, and each that differs from
    /// the last. Event data: `const struct network_prov_address *`.
    NETWORK_PROV_ADDRESS = 13,
    /// A client has connected: a Bluetooth LE link to the service, or a station of the device's
    /// access point. Not delivered for the console, and with `CONFIG_NETWORK_PROV_MINIMAL`.
    NETWORK_PROV_TRANSPORT_CONNECTED = 14,
    /// A client of `NETWORK_PROV_TRANSPORT_CONNECTED` has disconnected.
    NETWORK_PROV_TRANSPORT_DISCONNECTED = 15,
    /// A handshake failed: the client uses another security version, or its message is malformed.
    NETWORK_PROV_SESSION_INVALID = 16,
}

/// @brief The network that an event refers to.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct network_prov_network {
    /// SSID, which may contain any bytes, or the Thread network name, if the dataset has one.
    /// Null-terminated.
    pub name: [c_char; 33],
    /// Length of the name, 0 to 32 bytes.
    pub name_len: u8,
}

/// @brief An attempt to join a network.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct network_prov_attempt {
    /// Number of the attempt, counted from 1.
    pub number: u32,
    /// The network.
    pub network: network_prov_network,
}

/// @brief Kinds of addresses.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum network_prov_address_kind {
    /// IPv4 address of the Wi-Fi station.
    NETWORK_PROV_ADDRESS_IPV4 = 0,
    /// IPv6 address with the prefix of the Thread network. Reaches the device from within that
    /// network.
    NETWORK_PROV_ADDRESS_MESH_LOCAL = 1,
    /// IPv6 address with a prefix that a Thread border router has announced. Reaches the device
    /// from outside the Thread network.
    NETWORK_PROV_ADDRESS_OFF_MESH = 2,
}

/// @brief An address of the device.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct network_prov_address {
    /// The address in network order. `net_addr_ntop()` makes text of it.
    pub bytes: [u8; 16],
    /// Length of the address in bytes: 4 or 16.
    pub length: u8,
    /// Kind of the address, of `enum network_prov_address_kind`.
    pub kind: u8,
}

/// @brief Reasons why credentials did not work.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum network_prov_cred_fail_reason {
    /// The network rejected the passphrase.
    NETWORK_PROV_WIFI_AUTH_ERROR = 0,
    /// The Wi-Fi network is not in range.
    NETWORK_PROV_WIFI_NETWORK_NOT_FOUND = 1,
    /// The network uses a security type that cannot be joined with a passphrase.
    NETWORK_PROV_WIFI_UNSUPPORTED_SECURITY = 2,
    /// The device was not assigned an IP address.
    NETWORK_PROV_WIFI_NO_ADDRESS = 3,
    /// The credentials worked but could not be stored.
    NETWORK_PROV_STORAGE_ERROR = 4,
    /// The Thread dataset is malformed or incomplete.
    NETWORK_PROV_DATASET_INVALID = 5,
    /// No device of the Thread network is in range, or none accepted this device.
    NETWORK_PROV_THREAD_NOT_FOUND = 6,
    /// The Wi-Fi network is in range but weak, and the attempt ended without a refusal.
    NETWORK_PROV_WIFI_WEAK_SIGNAL = 7,
    /// The Wi-Fi network is in range, and the handshake with it timed out.
    NETWORK_PROV_WIFI_HANDSHAKE_TIMEOUT = 8,
}

/// @brief State of the Wi-Fi station.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum network_prov_wifi_sta_state {
    /// A connection attempt is in progress.
    NETWORK_PROV_WIFI_STA_CONNECTING = 0,
    /// The station has an IP address.
    NETWORK_PROV_WIFI_STA_CONNECTED = 1,
    /// No credentials are being tried, or the last ones did not work.
    NETWORK_PROV_WIFI_STA_DISCONNECTED = 2,
    /// An attempt failed and another one follows.
    NETWORK_PROV_WIFI_STA_CONN_ATTEMPT_FAILED = 3,
}

/// @brief State of the attachment to a Thread network.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum network_prov_thread_state {
    /// An attempt to attach is in progress.
    NETWORK_PROV_THREAD_ATTACHING = 0,
    /// The device is attached to a network.
    NETWORK_PROV_THREAD_ATTACHED = 1,
    /// No dataset is being tried, or the last one did not work.
    NETWORK_PROV_THREAD_DETACHED = 2,
}

/// @brief Reasons why a Thread dataset did not work.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum network_prov_thread_detached_reason {
    /// The dataset is malformed or incomplete.
    NETWORK_PROV_THREAD_DATASET_INVALID = 0,
    /// No device of the network is in range, or the network did not accept this device.
    NETWORK_PROV_THREAD_NETWORK_NOT_FOUND = 1,
    /// The dataset worked but could not be stored.
    NETWORK_PROV_THREAD_STORAGE_ERROR = 2,
}

/// @brief Callback for events. Called on the provisioning thread.
///
/// Every function of this API may be called from it.
///
/// @param user_data The handler's `user_data`.
/// @param event The event.
/// @param event_data Data of the event, valid during the call; NULL if the event has none.
#[allow(non_camel_case_types)]
pub type network_prov_cb_t = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        event: network_prov_cb_event,
        event_data: *mut c_void,
    ),
>;

/// @brief A callback with its argument.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct network_prov_event_handler {
    /// The callback, or NULL.
    pub event_cb: network_prov_cb_t,
    /// Passed to the callback.
    pub user_data: *mut c_void,
}

/// @brief A transport.
///
/// Applications use the objects `network_prov_scheme_ble`, `network_prov_scheme_softap` and
/// `network_prov_scheme_console`.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct network_prov_scheme {
    /// Starts the transport with a service name and a service key, which may be NULL. Returns 0 or
    /// a negative errno.
    pub start: Option<
        unsafe extern "C" fn(service_name: *const c_char, service_key: *const c_char) -> c_int,
    >,
    /// Stops the transport. Returns true if it has stopped. Otherwise the transport calls
    /// `netprov_core_service_stopped()` when it has.
    pub stop: Option<unsafe extern "C" fn() -> bool>,
    /// Name of the transport in the QR code, or NULL if apps do not scan a code for it.
    pub qr_transport: *const c_char,
    /// Whether a scan starts as soon as a client has a session. Set for transports that a client
    /// blocks while it waits for a scan.
    pub scan_ahead: bool,
    /// Whether stored networks can be tried while the transport runs. Not set for transports that
    /// use the network's radio. Has an effect only with `CONFIG_NETWORK_PROV_RETRY_BESIDE`.
    pub retry_beside: bool,
}

/// @brief Configuration for `network_prov_mgr_init()`.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct network_prov_mgr_config {
    /// The transport.
    pub scheme: *const network_prov_scheme,
    /// Receives every event.
    pub app_event_handler: network_prov_event_handler,
    /// Number of connection attempts before credentials count as failed. 0 means one.
    pub wifi_conn_attempts: u32,
}

/// @brief Handles a request to an endpoint of the application. Called on the provisioning thread.
///
/// The response is memory from `k_malloc()`, which the module frees. For an empty response, set
/// `*outbuf` to NULL and `*outlen` to 0.
///
/// @param user_ctx The `user_ctx` given to `network_prov_mgr_endpoint_register()`.
/// @param inbuf The request, valid during the call; NULL if the request is empty.
/// @param inlen Length of the request in bytes.
/// @param outbuf Set to the response.
/// @param outlen Set to the length of the response in bytes.
///
/// @return 0, or any other value to fail the request.
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

/// @brief Receives one line of a drawn QR code.
///
/// @param user_data The `user_data` given to `network_prov_mgr_draw_qr()`.
/// @param text The line, null-terminated, without a newline.
#[allow(non_camel_case_types)]
pub type network_prov_qr_line_t =
    Option<unsafe extern "C" fn(user_data: *mut c_void, text: *const c_char)>;
