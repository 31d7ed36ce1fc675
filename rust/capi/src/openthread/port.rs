//! What the core asks of the platform's Thread stack.

use core::ffi::c_int;
use core::ptr;

use provisioning::thread::{Dataset, ScanRequest};

unsafe extern "C" {
    /// For Thread. Starts to discover networks, on the channels whose bits are set, 0 for all.
    /// Returns 0, then calls of `netprov_core_thread_result()` and one of
    /// `netprov_core_scan_done()` follow; anything else if it could not be started.
    fn netprov_port_thread_discover(channel_mask: u32) -> c_int;
    /// For Thread. Starts to attach with this dataset, which holds a secret; or, if it is NULL,
    /// with the one that is stored. Returns 0, then `netprov_core_thread_attached()` follows, or
    /// nothing; -EINVAL for a dataset that cannot be one, -ENOENT if none is stored, or another
    /// negative errno.
    ///
    /// The dataset that was active before is active again after `netprov_port_thread_detach()` and
    /// after a reset, unless `netprov_port_thread_keep()` came before.
    fn netprov_port_thread_attach(dataset: *const u8, length: usize) -> c_int;
    /// For Thread. Gives up attaching, or leaves the network.
    fn netprov_port_thread_detach();
    /// For Thread. The dataset has worked: it stays. Returns 0 or a negative errno.
    fn netprov_port_thread_keep() -> c_int;
}

/// Starts to discover networks.
pub(crate) fn scan(request: &ScanRequest) -> bool {
    // SAFETY: no pointers.
    unsafe { netprov_port_thread_discover(request.channel_mask) == 0 }
}

/// Starts to attach with a dataset. 0 or a negative errno.
pub(super) fn attach(dataset: &[u8]) -> c_int {
    // SAFETY: the port reads the dataset during the call.
    unsafe { netprov_port_thread_attach(dataset.as_ptr(), dataset.len()) }
}

/// Starts to attach with the stored dataset. 0 or a negative errno.
pub(super) fn attach_stored() -> c_int {
    // SAFETY: no pointer but NULL.
    unsafe { netprov_port_thread_attach(ptr::null(), 0) }
}

/// Gives up attaching, or leaves the network.
pub(crate) fn disconnect() {
    // SAFETY: no pointers.
    unsafe { netprov_port_thread_detach() }
}

/// Keeps the dataset that was attached with.
pub(crate) fn store(_dataset: &Dataset) -> bool {
    // SAFETY: no pointers.
    unsafe { netprov_port_thread_keep() == 0 }
}
