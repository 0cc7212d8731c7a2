//! Upload configs.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gotelemetry_fuzz::check("config", data));
