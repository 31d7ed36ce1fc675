//! See `sim::fuzzing::security2`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sim::fuzzing::security2(data));
