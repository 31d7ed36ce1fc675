//! The device as tests use it: a client's requests, its surroundings, and faults.

use std::ffi::{CString, c_int};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use capi::api::network_prov_mgr_deinit;
use capi::glue::{self, netprov_request};

use crate::faults;
use crate::inbox::{self, call, lock};
#[cfg(feature = "thread")]
use crate::mesh as network;
use crate::platform::{self, Advertising, Platform, Request};
#[cfg(not(feature = "thread"))]
use crate::radio as network;

/// Longest message and longest response of the transports, in bytes.
const BUFFER: usize = 1024;
/// Memory for responses of endpoints, in bytes.
const HEAP: usize = 8192;

/// How long a client waits for a response.
const PATIENCE: Duration = Duration::from_secs(60);

static ALONE: Mutex<()> = Mutex::new(());
static REQUESTS: AtomicU32 = AtomicU32::new(0);

/// The device of this program: new, with nothing stored and no network in range. Dropping it ends
/// whatever runs on it.
pub struct Device {
    _alone: MutexGuard<'static, ()>,
}

impl Default for Device {
    fn default() -> Self {
        Self::new()
    }
}

impl Device {
    /// Creates a device. If another one exists, waits for its end.
    pub fn new() -> Self {
        let alone = lock(&ALONE);
        Self::clear();
        Self { _alone: alone }
    }

    fn clear() {
        platform::with(|platform| *platform = Platform::with_heap(HEAP));
        network::clear();
        faults::clear();
        inbox::let_time_pass(false);
    }

    /// Sends a request as a transport does, and waits for its response, which may be deferred.
    /// `session` is the transport's session number, which stands for the client's connection. Returns
    /// the response, or the negative errno with which the transport fails the request.
    ///
    /// # Panics
    ///
    /// If there is no response within a minute, if the message is too long for the transports, or if
    /// the endpoint's name is not a C string.
    pub fn request(&self, session: u32, endpoint: &str, message: &[u8]) -> Result<Vec<u8>, c_int> {
        let request = self.send(session, endpoint, message, true);
        for _ in 0..PATIENCE.as_secs() {
            // Behind all that the world has to say already.
            if let Some(response) = call(move || platform::take_response(request)) {
                return response;
            }
            self.advance(Duration::from_secs(1));
        }
        panic!("{endpoint}: no response within {PATIENCE:?}");
    }

    /// Sends a request whose response may be deferred, such as one that waits for a scan. A
    /// deferred response is lost, as if the transport had closed.
    ///
    /// # Panics
    ///
    /// As [`request`](Self::request), except for a missing response.
    pub fn post(
        &self,
        session: u32,
        endpoint: &str,
        message: &[u8],
    ) -> Option<Result<Vec<u8>, c_int>> {
        let request = self.send(session, endpoint, message, false);
        call(move || platform::take_response(request))
    }

    /// Sends a request, whose transport waits for a late response or does not. Returns its number.
    fn send(&self, session: u32, endpoint: &str, message: &[u8], waits: bool) -> u32 {
        let request = REQUESTS.fetch_add(1, Ordering::Relaxed);
        let endpoint = CString::new(endpoint).expect("a name");
        let length = message.len();
        let mut buffer = vec![0; BUFFER];
        buffer[..length].copy_from_slice(message);
        call(move || {
            let buffer = platform::with(|it| {
                let lent = Request { buffer, waits, response: None };
                it.requests.entry(request).or_insert(lent).buffer.as_mut_ptr()
            });
            let taken = netprov_request {
                request,
                transport: 1,
                session,
                peer: 0,
                endpoint: endpoint.as_ptr(),
                buffer,
                length,
                size: BUFFER,
            };
            // SAFETY: everything can be read during the call, and nothing else uses the buffer until
            // there is a response.
            unsafe { glue::netprov_core_request(&taken) };
        });
        request
    }

    /// Connects or disconnects a client of the transport.
    pub fn link(&self, is_connected: bool) {
        call(move || glue::netprov_core_transport(is_connected));
    }

    /// The number of requests without a response.
    pub fn unanswered(&self) -> u32 {
        platform::unanswered()
    }

    /// Takes all networks out of range. An existing link breaks.
    pub fn remove_networks(&self) {
        network::remove_networks();
    }

    /// What is stored: the SSID of the network, or the Thread dataset.
    pub fn stored(&self) -> Option<Vec<u8>> {
        network::stored()
    }

    /// From now on, calls of the core to functions of the platform that may fail are counted from 1,
    /// and call `n` fails, that one alone. 0 is none.
    ///
    /// A transport's stop is none of these: see [`break_stop`](Self::break_stop). Neither is the
    /// provisioning thread, which takes each job of a caller that can wait.
    pub fn fail_call(&self, n: usize) {
        faults::fail_call(n);
    }

    /// The functions that were called since then, in order.
    pub fn calls(&self) -> Vec<&'static str> {
        faults::calls()
    }

    /// Makes the store fail from now on, or work again.
    pub fn break_store(&self, fails: bool) {
        network::break_store(fails);
    }

    /// Makes the transport return this errno when it is started; 0 for none.
    pub fn break_start(&self, errno: c_int) {
        platform::with(|platform| platform.start_error = -errno);
    }

    /// Makes the transport never report that it has stopped, or report it now and from now on.
    pub fn break_stop(&self, hangs: bool) {
        platform::with(|platform| platform.hangs = hangs);
        if !hangs {
            call(|| glue::netprov_core_service_stopped());
        }
    }

    /// The running transport: its name in the QR code, the service name and the key.
    pub fn transport(&self) -> Option<(&'static str, String, Option<String>)> {
        let text = |text: &CString| text.to_string_lossy().into_owned();
        platform::with(|platform| {
            let (transport, name, key) = platform.started.as_ref()?;
            Some((*transport, text(name), key.as_ref().map(text)))
        })
    }

    /// What Bluetooth LE was configured to advertise.
    pub fn advertising(&self) -> Advertising {
        platform::with(|platform| platform.advertising.clone())
    }

    /// The number of bytes that responses of endpoints use and that were not freed.
    pub fn allocated(&self) -> usize {
        platform::with(|platform| platform.blocks.values().sum())
    }

    /// Advances time.
    pub fn advance(&self, time: Duration) {
        inbox::advance(time);
    }

    /// Runs this as a thread that cannot wait for the provisioning thread, such as one of the
    /// transports', or an interrupt. If that thread is busy, calls from here do not get to it.
    pub fn without_waiting<T>(&self, is_busy: bool, f: impl FnOnce() -> T) -> T {
        inbox::without_waiting(is_busy, f)
    }

    /// How many calls of such threads were refused.
    pub fn refused(&self) -> u32 {
        inbox::refused()
    }

    /// Does what the thread has to do already.
    pub fn settle(&self) {
        call(|| ());
    }

    /// Makes time pass while a call waits without a limit.
    pub fn let_time_pass(&self) {
        inbox::let_time_pass(true);
    }
}

#[cfg(not(feature = "thread"))]
impl Device {
    /// Adds a network to those in range.
    pub fn add_network(&self, ssid: &str, passphrase: &str) {
        network::add(ssid, passphrase);
    }

    /// What is stored, with the passphrase.
    pub fn stored_credentials(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        network::stored_credentials()
    }

    /// The device was provisioned with these credentials before.
    pub fn store(&self, ssid: &str, passphrase: &str) {
        network::store(ssid, passphrase);
    }

    /// Adds a network that never responds: a device that joins it waits.
    pub fn add_mute_network(&self, ssid: &str) {
        network::add_mute(ssid);
    }
}

#[cfg(feature = "thread")]
impl Device {
    /// Adds a network that a device with exactly this dataset can attach to.
    pub fn add_thread_network(&self, dataset: &[u8]) {
        network::add(dataset);
    }

    /// The device was provisioned with this dataset before.
    pub fn store_dataset(&self, dataset: &[u8]) {
        network::store(dataset);
    }

    /// Gives the device these addresses, in network order. Addresses that are `None` are removed.
    pub fn set_thread_addresses(&self, mesh_local: Option<[u8; 16]>, off_mesh: Option<[u8; 16]>) {
        network::set_addresses(mesh_local, off_mesh);
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.break_stop(false);
        network_prov_mgr_deinit();
        self.remove_networks();
        Self::clear();
    }
}
