//! What fuzzing starts from and what it found, checked again: the inputs below `fuzz/seeds` and
//! `fuzz/findings`, and the files of the test vectors.

#![cfg(feature = "net")]

#[path = "support/document.rs"]
mod document;
#[path = "support/fuzzed/mod.rs"]
mod fuzzed;
#[path = "support/memory.rs"]
mod memory;
#[path = "support/naive_config.rs"]
mod naive_config;
#[path = "support/naive_json.rs"]
mod naive_json;
#[path = "support/naive_note.rs"]
mod naive_note;
#[path = "support/naive_sources.rs"]
mod naive_sources;
#[path = "support/naive_tree.rs"]
mod naive_tree;
#[path = "support/naive_zip.rs"]
mod naive_zip;
#[path = "support/read_document.rs"]
mod read_document;
#[path = "support/site.rs"]
mod site;
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use fuzzed::TARGETS;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a directory; none if there is no such directory.
fn files_below(directory: PathBuf) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![directory];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten() {
            let path = entry.expect("the entry can be read").path();
            match path.is_dir() {
                true => open.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort();
    files
}

/// What is wrong with these inputs of a target.
fn faults(target: &'static str, inputs: &[(PathBuf, Vec<u8>)]) -> Vec<String> {
    let failing = inputs
        .iter()
        .filter(|(_, data)| catch_unwind(|| fuzzed::check(target, data)).is_err());
    failing
        .map(|(path, _)| format!("{target}: {}", path.display()))
        .collect()
}

fn inputs(files: Vec<PathBuf>, before: &[u8]) -> Vec<(PathBuf, Vec<u8>)> {
    let read = |path: &PathBuf| fs::read(path).expect("the file can be read");
    let inputs = files.into_iter().map(|path| {
        let data = [before, &read(&path)].concat();
        (path, data)
    });
    inputs.collect()
}

#[test]
fn what_is_kept_for_every_target_passes() {
    let mut failing = Vec::new();
    let mut bytes = 0;
    for (target, _) in TARGETS {
        let seeds = inputs(files_below(root().join("fuzz/seeds").join(target)), b"");
        assert!(!seeds.is_empty(), "{target} has no seed");
        bytes += seeds.iter().map(|(_, data)| data.len()).sum::<usize>();
        failing.extend(faults(target, &seeds));
        let findings = files_below(root().join("fuzz/findings").join(target));
        failing.extend(faults(target, &inputs(findings, b"")));
    }
    assert!(failing.is_empty(), "\n{}", failing.join("\n"));
    assert!(bytes < 300_000, "{bytes} bytes of seeds");
}

#[test]
fn the_files_of_the_vectors_pass() {
    // What stands before a file makes an input of it; see the target.
    let kinds: [(&str, &'static str, &[u8]); 4] = [
        ("read", "parser", b"\x80"),
        ("mode", "mode", b"\x03"),
        ("report", "report", b""),
        ("config", "config", b""),
    ];
    for (vectors, target, before) in kinds {
        let files = files_below(root().join("spec/vectors").join(vectors));
        let given = files.into_iter().filter(|path| {
            let mut parts = path.components();
            parts.any(|part| part.as_os_str() == "input")
        });
        let inputs = inputs(given.collect(), before);
        assert!(inputs.len() > 10, "{} files for {target}", inputs.len());
        let failing = faults(target, &inputs);
        assert!(failing.is_empty(), "\n{}", failing.join("\n"));
    }
}

#[test]
fn every_target_can_be_fuzzed_and_no_other() {
    let targets: BTreeSet<String> = TARGETS.map(|(target, _)| target.to_owned()).into();
    let names = |directory: &str, suffix: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(root().join(directory));
        let entries = entries.into_iter().flatten();
        let names = entries.map(|entry| entry.expect("it can be read").file_name());
        let names = names.map(|name| name.into_string().expect("the name is text"));
        names
            .filter_map(|name| name.strip_suffix(suffix).map(str::to_owned))
            .collect()
    };
    assert_eq!(names("fuzz/fuzz_targets", ".rs"), targets);
    assert_eq!(names("fuzz", ".dict"), targets);
    assert_eq!(names("fuzz/seeds", ""), targets);
    assert!(names("fuzz/findings", "").is_subset(&targets));
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).expect("it can be read");
    for target in targets {
        let binary = format!("name = \"{target}\"\npath = \"fuzz_targets/{target}.rs\"\n");
        assert!(manifest.contains(&binary), "{target} is not built");
    }
}
