//! See `netprov_client::fuzzing::responses`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netprov_client::fuzzing::responses(data));
