//! What the core and the crates for applications need from the platform, except a thread and a
//! radio.

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::slice;
use std::sync::Mutex;

use capi::glue;
use capi::port::netprov_settings;
use netprov_sys::{netprov_errno, network_prov_scheme};

use crate::bytes;
use crate::faults::fails;
use crate::inbox::{lock, post};

/// The platform's error numbers. They differ from those of every C library, so that tests detect
/// code that uses a C library's numbers.
pub const ERRNO: &netprov_errno = &netprov_errno;

#[unsafe(no_mangle)]
static netprov_errno: netprov_errno = netprov_errno {
    eperm: 901,
    enoent: 902,
    eio: 903,
    einval: 904,
    enospc: 905,
    ealready: 906,
    enotsup: 907,
    eacces: 908,
    ebusy: 909,
    emsgsize: 910,
    etimedout: 911,
    ecanceled: 912,
    ewouldblock: 913,
};

#[unsafe(no_mangle)]
static netprov_settings: netprov_settings = netprov_settings {
    attempt_timeout_ms: 20_000,
    auto_stop_timeout_ms: 12_000,
    max_auth_failures: 5,
    retry_stored_ms: 60_000,
    must_find_others: true,
};

/// Settings of Bluetooth LE.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Advertising {
    /// The service's UUID.
    pub service_uuid: Vec<u8>,
    /// The manufacturer data.
    pub manufacturer_data: Vec<u8>,
    /// The address.
    pub random_address: Vec<u8>,
    /// Whether Bluetooth stays enabled when the service ends.
    pub keeps_on: bool,
}

/// State of the platform.
#[derive(Default)]
pub(crate) struct Platform {
    /// Result of the transport's next starts.
    pub(crate) start_error: c_int,
    /// Whether the transport never reports that it has stopped.
    pub(crate) hangs: bool,
    /// The parameters of the last start: the transport's name in the QR code, the service name and
    /// the key.
    pub(crate) started: Option<(&'static str, CString, Option<CString>)>,
    pub(crate) advertising: Advertising,
    /// Requests that have no response, or one that was not taken yet.
    pub(crate) requests: HashMap<u32, Request>,
    /// Bytes left for responses of endpoints.
    pub(crate) heap: usize,
    /// The blocks in use and the length of each.
    pub(crate) blocks: HashMap<usize, usize>,
    /// State of the random number generator.
    random: u64,
}

/// A request of a transport.
pub(crate) struct Request {
    /// What the transport lends: the request, and room for the response.
    pub(crate) buffer: Vec<u8>,
    /// Whether the transport waits for a late response.
    pub(crate) waits: bool,
    /// How the request has ended: the response's length, or an error.
    pub(crate) response: Option<Result<usize, c_int>>,
}

impl Platform {
    pub(crate) fn with_heap(heap: usize) -> Self {
        Self { heap, ..Self::default() }
    }
}

static PLATFORM: Mutex<Option<Platform>> = Mutex::new(None);

/// Runs `f` with the platform's state.
pub(crate) fn with<T>(f: impl FnOnce(&mut Platform) -> T) -> T {
    f(lock(&PLATFORM).get_or_insert_default())
}

/// Takes the response to a request, if there is one.
pub(crate) fn take_response(request: u32) -> Option<Result<Vec<u8>, c_int>> {
    with(|platform| {
        let response = platform.requests.get(&request)?.response?;
        let Request { mut buffer, .. } = platform.requests.remove(&request)?;
        Some(response.map(|length| {
            buffer.truncate(length);
            buffer
        }))
    })
}

/// How many requests have no response.
pub(crate) fn unanswered() -> u32 {
    let is_open = |request: &&Request| request.response.is_none();
    with(|platform| platform.requests.values().filter(is_open).count()) as u32
}

#[unsafe(no_mangle)]
unsafe extern "C" fn netprov_port_random(buffer: *mut u8, length: usize) -> c_int {
    if fails("random") {
        return -ERRNO.eio;
    }
    // SAFETY: the core guarantees the buffer's size.
    let buffer = unsafe { slice::from_raw_parts_mut(buffer, length) };
    with(|platform| {
        for byte in buffer {
            // Not for secrets: a linear congruential generator with Knuth's constants.
            platform.random =
                platform.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (platform.random >> 56) as u8;
        }
    });
    0
}

/// Ends the program in a way that cannot be mistaken for a failed test.
#[unsafe(no_mangle)]
extern "C" fn netprov_port_panic() -> ! {
    eprintln!("the core has detected a defect in itself");
    std::process::abort()
}

// ── Requests ─────────────────────────────────────────────────────────────────────────────────────

#[unsafe(no_mangle)]
extern "C" fn netprov_port_respond(request: u32, error: c_int, length: usize) {
    let response = if error == 0 { Ok(length) } else { Err(error) };
    let before = with(|platform| {
        let request = platform.requests.get_mut(&request).expect("a request that was made");
        request.response.replace(response)
    });
    assert!(before.is_none(), "a request has two responses");
}

/// A transport that does not wait for a deferred response has closed, so the request ends. The same
/// happens when a test makes this call fail.
#[unsafe(no_mangle)]
unsafe extern "C" fn netprov_port_buffer(request: u32, size: *mut usize) -> *mut u8 {
    let gone = fails("buffer");
    with(|platform| {
        let lent = platform.requests.get_mut(&request).expect("a request that was made");
        if !lent.waits || gone {
            lent.response = Some(Err(-ERRNO.ecanceled));
            return ptr::null_mut();
        }
        // SAFETY: guaranteed by the core: a writable place.
        unsafe { size.write(lent.buffer.len()) };
        lent.buffer.as_mut_ptr()
    })
}

// ── Memory ───────────────────────────────────────────────────────────────────────────────────────

/// Zephyr's allocator: returns memory for a response, or NULL.
#[unsafe(no_mangle)]
extern "C" fn k_malloc(size: usize) -> *mut c_void {
    if fails("k_malloc") {
        return ptr::null_mut();
    }
    with(|platform| {
        let used: usize = platform.blocks.values().sum();
        if used.saturating_add(size) > platform.heap {
            return ptr::null_mut();
        }
        let block = Box::into_raw(vec![0xa5; size].into_boxed_slice()).cast::<u8>();
        platform.blocks.insert(block.addr(), size);
        block.cast()
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn netprov_port_free(memory: *mut c_void) {
    if memory.is_null() {
        return;
    }
    let size = with(|platform| platform.blocks.remove(&memory.addr()));
    let size = size.expect("only allocated memory is freed, and only once");
    let block = ptr::slice_from_raw_parts_mut(memory.cast::<u8>(), size);
    // SAFETY: allocated by `k_malloc`, and not freed before, because it was in the list.
    drop(unsafe { Box::from_raw(block) });
}

// ── Transports ───────────────────────────────────────────────────────────────────────────────────

/// A transport. It only records the parameters of its start.
#[repr(transparent)]
struct Scheme(network_prov_scheme);

// SAFETY: it is constant, and so is everything it points to.
unsafe impl Sync for Scheme {}

#[unsafe(no_mangle)]
static network_prov_scheme_ble: Scheme = scheme(start_ble, c"ble".as_ptr(), false);
#[unsafe(no_mangle)]
static network_prov_scheme_softap: Scheme = scheme(start_softap, c"softap".as_ptr(), false);
#[unsafe(no_mangle)]
static network_prov_scheme_console: Scheme = scheme(start_console, ptr::null(), true);

type Start = unsafe extern "C" fn(*const c_char, *const c_char) -> c_int;

const fn scheme(start: Start, qr_transport: *const c_char, retry_beside: bool) -> Scheme {
    let scheme = network_prov_scheme {
        start: Some(start),
        stop: Some(stop),
        qr_transport,
        scan_ahead: false,
        retry_beside,
    };
    Scheme(scheme)
}

unsafe extern "C" fn start_ble(name: *const c_char, key: *const c_char) -> c_int {
    // SAFETY: guaranteed by the core.
    unsafe { start("ble", name, key) }
}

unsafe extern "C" fn start_softap(name: *const c_char, key: *const c_char) -> c_int {
    // SAFETY: guaranteed by the core.
    unsafe { start("softap", name, key) }
}

unsafe extern "C" fn start_console(name: *const c_char, key: *const c_char) -> c_int {
    // SAFETY: guaranteed by the core.
    unsafe { start("console", name, key) }
}

/// # Safety
///
/// `name` is a string; `key` is a string or NULL.
unsafe fn start(transport: &'static str, name: *const c_char, key: *const c_char) -> c_int {
    // SAFETY: guaranteed by the caller.
    let name = unsafe { CStr::from_ptr(name) }.to_owned();
    // SAFETY: a string, because it is not NULL.
    let key = (!key.is_null()).then(|| unsafe { CStr::from_ptr(key) }.to_owned());
    if fails("start") {
        return -ERRNO.eio;
    }
    with(|platform| {
        if platform.start_error == 0 {
            platform.started = Some((transport, name, key));
        }
        platform.start_error
    })
}

unsafe extern "C" fn stop() -> bool {
    let hangs = with(|platform| {
        platform.started = None;
        platform.hangs
    });
    if !hangs {
        // Later, as a transport with clients does.
        post(|| glue::netprov_core_service_stopped());
    }
    false
}

#[unsafe(no_mangle)]
unsafe extern "C" fn network_prov_scheme_ble_set_service_uuid(uuid128: *const u8) -> c_int {
    // SAFETY: the caller guarantees 16 bytes.
    let uuid = unsafe { bytes(uuid128, 16) };
    with(|platform| platform.advertising.service_uuid = uuid);
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn network_prov_scheme_ble_set_mfg_data(data: *const u8, length: usize) -> c_int {
    /// Space in a scan response.
    const MAX: usize = 29;

    if length > MAX {
        return -ERRNO.einval;
    }
    // SAFETY: the caller guarantees this number of bytes.
    let data = unsafe { bytes(data, length) };
    with(|platform| platform.advertising.manufacturer_data = data);
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn network_prov_scheme_ble_set_random_addr(address: *const u8) -> c_int {
    // SAFETY: the caller guarantees 6 bytes.
    let address = unsafe { bytes(address, 6) };
    if address[5] >> 6 != 0b11 {
        return -ERRNO.einval;
    }
    with(|platform| platform.advertising.random_address = address);
    0
}

#[unsafe(no_mangle)]
extern "C" fn network_prov_scheme_ble_keep_on(keep_on: bool) {
    with(|platform| platform.advertising.keeps_on = keep_on);
}
