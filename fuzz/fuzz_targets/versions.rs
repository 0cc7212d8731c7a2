//! Lists of versions, and of who is asked.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gotelemetry_fuzz::check("versions", data));
