// SPDX-License-Identifier: Apache-2.0

//! The client, which is written in C.

use alloc::vec;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int};

unsafe extern "C" {
    fn test_client_connect(proof: *const c_char) -> c_int;
    fn test_client_bring(ssid: *const c_char, passphrase: *const c_char) -> c_int;
    safe fn test_client_await() -> c_int;
    fn test_client_ask(
        endpoint: *const c_char,
        request: *const u8,
        length: usize,
        reply: *mut u8,
        size: usize,
    ) -> c_int;
    fn test_client_version(text: *mut c_char, size: usize) -> c_int;
}

/// Whether a handshake with this proof of possession succeeds.
pub fn connect(proof: &CStr) -> bool {
    // SAFETY: the string is terminated.
    unsafe { test_client_connect(proof.as_ptr()) == 0 }
}

/// Whether the device accepts these credentials.
pub fn bring(ssid: &CStr, passphrase: &CStr) -> bool {
    // SAFETY: the strings are terminated.
    unsafe { test_client_bring(ssid.as_ptr(), passphrase.as_ptr()) == 0 }
}

/// Whether the credentials worked in the end.
pub fn sees_success() -> bool {
    test_client_await() == 0
}

/// An endpoint's response, if there is one.
pub fn ask(endpoint: &CStr, request: &[u8]) -> Option<Vec<u8>> {
    let mut reply = vec![0; 1024];
    // SAFETY: the string is terminated, and the buffers have these lengths.
    let length = unsafe {
        test_client_ask(
            endpoint.as_ptr(),
            request.as_ptr(),
            request.len(),
            reply.as_mut_ptr(),
            reply.len(),
        )
    };
    reply.truncate(usize::try_from(length).ok()?);
    Some(reply)
}

/// The version information.
pub fn version() -> Vec<u8> {
    let mut text = vec![0; 512];
    // SAFETY: the buffer has this length.
    assert_eq!(unsafe { test_client_version(text.as_mut_ptr().cast(), text.len()) }, 0);
    let end = text.iter().position(|&byte| byte == 0).expect("it is terminated");
    text.truncate(end);
    text
}
