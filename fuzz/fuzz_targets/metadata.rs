//! The metadata of count files, times and identities.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gotelemetry_fuzz::check("metadata", data));
