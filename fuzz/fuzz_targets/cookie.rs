//! See `sim::fuzzing::cookie`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sim::fuzzing::cookie(data));
