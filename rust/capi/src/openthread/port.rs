//! What the core needs from the platform's Thread stack.

use core::ffi::c_int;
use core::ptr;

use provisioning::thread::{Dataset, ScanRequest};

unsafe extern "C" {
    /// @brief Starts to discover Thread networks.
    ///
    /// On success, `netprov_core_thread_result()` is called for each network, then
    /// `netprov_core_scan_done()` once.
    ///
    /// @param channel_mask Bit *n* selects channel *n*; 0 selects all channels.
    ///
    /// @return 0, or another value if the discovery could not be started.
    fn netprov_port_thread_discover(channel_mask: u32) -> c_int;
    /// @brief Starts to attach to a Thread network.
    ///
    /// On success, `netprov_core_thread_attached()` follows, or nothing. Until
    /// `netprov_port_thread_keep()` is called, `netprov_port_thread_detach()` and a reset restore
    /// the dataset that was active before.
    ///
    /// @param dataset The dataset, which contains a secret, or NULL for the stored one.
    /// @param length Length of the dataset in bytes.
    ///
    /// @return 0, -EINVAL if the dataset is malformed, -ENOENT if none is stored, or another
    ///     negative errno.
    fn netprov_port_thread_attach(dataset: *const u8, length: usize) -> c_int;
    /// @brief Stops attaching, or leaves the Thread network.
    fn netprov_port_thread_detach();
    /// @brief Keeps the active Thread dataset, which has worked. Returns 0 or a negative errno.
    fn netprov_port_thread_keep() -> c_int;
}

/// Starts to discover networks.
pub(crate) fn scan(request: &ScanRequest) -> bool {
    // SAFETY: no pointers.
    unsafe { netprov_port_thread_discover(request.channel_mask) == 0 }
}

/// Starts to attach with a dataset. Returns 0 or a negative errno.
pub(super) fn attach(dataset: &[u8]) -> c_int {
    // SAFETY: the port reads the dataset during the call.
    unsafe { netprov_port_thread_attach(dataset.as_ptr(), dataset.len()) }
}

/// Starts to attach with the stored dataset. Returns 0 or a negative errno.
pub(super) fn attach_stored() -> c_int {
    // SAFETY: the only pointer is NULL.
    unsafe { netprov_port_thread_attach(ptr::null(), 0) }
}

/// Stops attaching, or leaves the network.
pub(crate) fn disconnect() {
    // SAFETY: no pointers.
    unsafe { netprov_port_thread_detach() }
}

/// Keeps the dataset that the device has attached with.
pub(crate) fn store(_dataset: &Dataset) -> bool {
    // SAFETY: no pointers.
    unsafe { netprov_port_thread_keep() == 0 }
}
