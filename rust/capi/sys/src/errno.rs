//! The platform's error numbers.

use core::ffi::c_int;

/// Errno values of the platform, which differ between C libraries. All are positive.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct netprov_errno {
    /// Operation not permitted.
    pub eperm: c_int,
    /// No such entry.
    pub enoent: c_int,
    /// Input/output error.
    pub eio: c_int,
    /// Invalid argument.
    pub einval: c_int,
    /// No space left.
    pub enospc: c_int,
    /// Already done.
    pub ealready: c_int,
    /// Not supported.
    pub enotsup: c_int,
    /// Permission denied.
    pub eacces: c_int,
    /// Busy.
    pub ebusy: c_int,
    /// Message too long.
    pub emsgsize: c_int,
    /// Timed out.
    pub etimedout: c_int,
    /// Cancelled.
    pub ecanceled: c_int,
    /// Would block.
    pub ewouldblock: c_int,
}
