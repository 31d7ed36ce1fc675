//! The device as tests use it: a client's requests, its surroundings, and faults.

use std::ffi::{CString, c_int};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use capi::api::network_prov_mgr_deinit;
use capi::glue::{self, netprov_request};

use crate::inbox::{self, call, lock};
#[cfg(feature = "thread")]
use crate::mesh as network;
use crate::platform::{self, Advertising, Platform};
#[cfg(not(feature = "thread"))]
use crate::radio as network;

/// Longest message and longest response of the transports, in bytes.
const BUFFER: usize = 1024;
/// Memory for responses of endpoints, in bytes.
const HEAP: usize = 8192;

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
        inbox::let_time_pass(false);
    }

    /// Sends a request as a transport does. `session` is the transport's session number, which
    /// stands for the client's connection. Returns the response, or the negative errno with which
    /// the transport fails the request.
    ///
    /// # Panics
    ///
    /// If there is no response, if the message is too long for the transports, or if the endpoint's
    /// name is not a C string.
    pub fn request(&self, session: u32, endpoint: &str, message: &[u8]) -> Result<Vec<u8>, c_int> {
        self.post(session, endpoint, message).expect("a response")
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
        let request = REQUESTS.fetch_add(1, Ordering::Relaxed);
        let endpoint = CString::new(endpoint).expect("a name");
        let message = message.to_vec();
        call(move || {
            let mut buffer = [0; BUFFER];
            buffer[..message.len()].copy_from_slice(&message);
            let request = netprov_request {
                request,
                transport: 1,
                session,
                peer: 0,
                endpoint: endpoint.as_ptr(),
                buffer: buffer.as_mut_ptr(),
                length: message.len(),
                size: buffer.len(),
            };
            platform::with(|it| it.unanswered += 1);
            // SAFETY: everything can be read during the call, and nothing else uses the buffer.
            unsafe { glue::netprov_core_request(&request) };
            let response = platform::with(|it| it.responses.remove(&request.request))?;
            Some(response.map(|length| buffer[..length].to_vec()))
        })
    }

    /// Connects or disconnects a client of the transport.
    pub fn link(&self, is_connected: bool) {
        call(move || glue::netprov_core_transport(is_connected));
    }

    /// The number of requests without a response.
    pub fn unanswered(&self) -> u32 {
        platform::with(|platform| platform.unanswered)
    }

    /// Takes all networks out of range. An existing link breaks.
    pub fn remove_networks(&self) {
        network::remove_networks();
    }

    /// What is stored: the SSID of the network, or the Thread dataset.
    pub fn stored(&self) -> Option<Vec<u8>> {
        network::stored()
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
