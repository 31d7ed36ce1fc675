//! See `netprov_host::fuzzing::c_api`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netprov_host::fuzzing::c_api(data));
