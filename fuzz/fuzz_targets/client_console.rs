//! See `netprov_client::fuzzing::console`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netprov_client::fuzzing::console(data));
