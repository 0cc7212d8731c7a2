//! Mode files, weekends files, variables of the environment, names of reports.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gotelemetry_fuzz::check("mode", data));
