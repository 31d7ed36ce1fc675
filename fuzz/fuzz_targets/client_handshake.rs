//! See `netprov_client::fuzzing::handshake`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netprov_client::fuzzing::handshake(data));
