//! Strings and arrays from C.

use core::ffi::{CStr, c_char};
use core::slice;

/// Returns the bytes of a C string without the terminator; `None` for NULL.
///
/// # Safety
///
/// `text` is NULL or a terminated string that lives for `'a`.
pub(crate) unsafe fn bytes<'a>(text: *const c_char) -> Option<&'a [u8]> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not NULL; the rest is the caller's promise.
    Some(unsafe { CStr::from_ptr(text) }.to_bytes())
}

/// Returns a C string as text; `None` for NULL or if it is not UTF-8.
///
/// # Safety
///
/// As [`bytes`].
pub(crate) unsafe fn text<'a>(text: *const c_char) -> Option<&'a str> {
    // SAFETY: the caller's promise.
    let bytes = unsafe { bytes(text) }?;
    str::from_utf8(bytes).ok()
}

/// Returns a C string as text; `None` for NULL or if it is not ASCII. Smaller than [`text`].
///
/// # Safety
///
/// As [`bytes`].
pub(crate) unsafe fn ascii<'a>(text: *const c_char) -> Option<&'a str> {
    // SAFETY: the caller's promise.
    let bytes = unsafe { bytes(text) }.filter(|bytes| bytes.iter().all(u8::is_ascii))?;
    // SAFETY: ASCII is UTF-8.
    Some(unsafe { str::from_utf8_unchecked(bytes) })
}

/// Returns an array, which is empty for NULL.
///
/// # Safety
///
/// `start` is NULL or points to `length` values that live for `'a`.
pub(crate) unsafe fn array<'a, T>(start: *const T, length: usize) -> &'a [T] {
    if start.is_null() {
        return &[];
    }
    // SAFETY: not NULL; the rest is the caller's promise.
    unsafe { slice::from_raw_parts(start, length) }
}

/// Returns a buffer, which is empty for NULL.
///
/// # Safety
///
/// `start` is NULL or points to `size` bytes that nothing else uses for `'a`.
pub(crate) unsafe fn buffer<'a>(start: *mut u8, size: usize) -> &'a mut [u8] {
    if start.is_null() {
        return &mut [];
    }
    // SAFETY: not NULL; the rest is the caller's promise.
    unsafe { slice::from_raw_parts_mut(start, size) }
}
