//! See `sim::fuzzing::scan`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sim::fuzzing::scan(data));
