//! Keys, signed notes and answers of a checksum database.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gotelemetry_fuzz::check("note", data));
