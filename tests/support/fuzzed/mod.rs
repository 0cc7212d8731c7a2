//! What is checked of untrusted input: one check for each target of `fuzz/`.
//!
//! A check takes any bytes and panics if the crate under test is wrong about them.
//! `tests/replay.rs` runs the checks on the inputs that are kept.

#![allow(
    dead_code,
    reason = "the fuzz targets and the replay each use a part of this"
)]

mod config;
mod input;
mod json;
mod metadata;
mod mode;
mod module;
mod names;
mod note;
mod parser;
mod report;
mod table;
mod tree;
mod versions;

type Check = fn(&[u8]);

/// The name of every target and its check.
pub(crate) const TARGETS: [(&str, Check); 12] = [
    ("parser", parser::check),
    ("table", table::check),
    ("names", names::check),
    ("metadata", metadata::check),
    ("mode", mode::check),
    ("json", json::check),
    ("report", report::check),
    ("config", config::check),
    ("note", note::check),
    ("tree", tree::check),
    ("module", module::check),
    ("versions", versions::check),
];

/// Checks what the target `name` is for.
pub(crate) fn check(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|(target, _)| *target == name);
    let (_, check) = target.expect("there is such a target");
    check(data);
}
