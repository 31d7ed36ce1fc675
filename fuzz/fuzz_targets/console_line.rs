//! See `sim::fuzzing::console_line`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sim::fuzzing::console_line(data));
