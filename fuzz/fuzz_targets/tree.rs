//! The tree of a checksum database, served by one who lies.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gotelemetry_fuzz::check("tree", data));
