//! Zip files of modules.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gotelemetry_fuzz::check("module", data));
