//! The checks of `tests/support/fuzzed`, built once for all fuzz targets.

#[path = "../../tests/support/document.rs"]
mod document;
#[path = "../../tests/support/fuzzed/mod.rs"]
mod fuzzed;
#[path = "../../tests/support/memory.rs"]
mod memory;
#[path = "../../tests/support/naive_config.rs"]
mod naive_config;
#[path = "../../tests/support/naive_json.rs"]
mod naive_json;
#[path = "../../tests/support/naive_note.rs"]
mod naive_note;
#[path = "../../tests/support/naive_sources.rs"]
mod naive_sources;
#[path = "../../tests/support/naive_tree.rs"]
mod naive_tree;
#[path = "../../tests/support/naive_zip.rs"]
mod naive_zip;
#[path = "../../tests/support/read_document.rs"]
mod read_document;
#[path = "../../tests/support/site.rs"]
mod site;
#[path = "../../tests/support/mod.rs"]
mod support;

/// Panics if the crate is wrong about `data`, an input of the target `name`.
pub fn check(name: &str, data: &[u8]) {
    fuzzed::check(name, data);
}
