//! Counting where the system gives little: address space, file descriptors, a home.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Output};

use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::parse;
use tempfile::TempDir;

/// Counts `names` into `dir` in a shell with the limits that `limits` sets.
fn count(limits: &str, dir: &Path, names: &[String]) -> Output {
    Command::new("sh")
        .env_clear()
        .args(["-c", &format!("{limits}; exec \"$@\""), "sh"])
        .arg(env!("CARGO_BIN_EXE_gotelemetry"))
        .args(["count", "--program", "example.com/tool", "--dir"])
        .arg(dir)
        .args(names)
        .output()
        .expect("there is a shell")
}

fn names(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("name/{number}-{}", "x".repeat(100)))
        .collect()
}

fn counters(dir: &Path) -> usize {
    let files = TelemetryDir::at(dir).count_files().expect("listed");
    let bytes = std::fs::read(&files[0]).expect("it can be read");
    let file = parse(&bytes).expect("the file is sound");
    assert!(file.records().all(|record| record.count == 1));
    file.records().len()
}

#[test]
fn two_gigabytes_of_address_space_are_enough() {
    let home = TempDir::new().expect("a directory can be made");
    let output = count("ulimit -v 2000000", home.path(), &names(500));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(counters(home.path()), 500);
}

#[test]
fn without_room_for_the_usual_mapping_a_smaller_one_does() {
    let home = TempDir::new().expect("a directory can be made");
    let output = count("ulimit -v 40000", home.path(), &names(50));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(counters(home.path()), 50);
    // Records beyond what the small mapping can reach are not counted, and that is said.
    let output = count("ulimit -v 40000", home.path(), &names(1000));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("[count.full]"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn one_file_descriptor_is_enough() {
    let home = TempDir::new().expect("a directory can be made");
    let output = count("ulimit -n 4", home.path(), &names(500));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(counters(home.path()), 500);
}

#[test]
fn a_tool_without_a_home_counts_nothing_and_does_not_fail() {
    let output = Command::new(env!("CARGO_BIN_EXE_gotelemetry"))
        .env_clear()
        .args([
            "count",
            "--tool",
            "tool",
            "--program",
            "example.com/tool",
            "runs",
        ])
        .output()
        .expect("the program runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}
