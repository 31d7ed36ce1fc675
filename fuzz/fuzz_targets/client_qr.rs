//! See `netprov_client::fuzzing::qr`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netprov_client::fuzzing::qr(data));
