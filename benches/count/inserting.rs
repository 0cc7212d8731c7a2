//! Figure 5: counters that are new to a file which holds many.

use std::fs;
use std::path::Path;
use std::process::Command;

use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::parse;
use gotelemetry::recorder::Recorder;
use gotelemetry::system::{self, Environment};

use super::children::{self, number};
use super::home;
use super::table::{Ratio, Side, alternate};

/// How many counters the file holds before.
pub(crate) const OLD: usize = 16_000;

/// How many are added, and measured.
pub(crate) const NEW: usize = 500;

pub(crate) fn rows(driver: Option<&Path>) {
    let ours = || children::command("insert");
    let go = driver.map(|driver| {
        move || {
            let mut command = Command::new(driver);
            command.arg("insert");
            command
        }
    });
    let halves = &[names(0..OLD), names(OLD..OLD + NEW)];
    let medians = alternate(
        || in_one_process(ours(), halves),
        None,
        go.map(|go| Box::new(move || in_one_process(go(), halves)) as Side<'_>),
    );
    medians.row("5  new counter of 16,000", Ratio::OursToGo, "<= 0.25");
    let medians = alternate(
        || in_two_processes(ours, halves),
        None,
        go.map(|go| Box::new(move || in_two_processes(go, halves)) as Side<'_>),
    );
    let what = "   new counter, 16,000 of another process";
    medians.row(what, Ratio::OursToGo, "none");
}

/// Names like those of real counters, a line each.
pub(crate) fn names(numbers: std::ops::Range<usize>) -> String {
    let kinds = [
        "gopls/editor:name-",
        "go/build/flag:",
        "compile/errors/kind:",
        "gopls/completion/kind:",
    ];
    let of = |number: usize| {
        let kind = kinds[number % kinds.len()];
        // The length has to vary: a look-up compares lengths before it compares names.
        let tail = "x".repeat(number / kinds.len() % 13);
        format!("{kind}{tail}{number}\n")
    };
    numbers.map(of).collect()
}

/// Nanoseconds for each new counter, in a process that inserted the old ones itself.
fn in_one_process(mut command: Command, halves: &[String; 2]) -> f64 {
    let home = home();
    let command = command.arg(home.path()).arg(OLD.to_string());
    let took = number(command, &halves.concat());
    check(home.path());
    took / NEW as f64
}

/// The same in a process that finds the old ones in the file.
fn in_two_processes(command: impl Fn() -> Command, [old, new]: &[String; 2]) -> f64 {
    let home = home();
    number(command().arg(home.path()).arg("0"), old);
    let took = number(command().arg(home.path()).arg("0"), new);
    check(home.path());
    took / NEW as f64
}

/// Whether every name was counted: what did nothing would be the fastest.
fn check(dir: &Path) {
    let files = TelemetryDir::at(dir).count_files().expect("it can be read");
    let path = files.first().expect("there is a file");
    let bytes = fs::read(path).expect("it can be read");
    let file = parse(&bytes).expect("it is sound");
    let counts = file.counts();
    assert_eq!(counts.len(), OLD + NEW);
    assert!(counts.values().all(|count| *count == 1));
}

/// A recorder of its own that has a file in `dir`.
pub(crate) fn open(dir: &Path) -> &'static Recorder {
    let recorder: &'static Recorder = Box::leak(Box::new(Recorder::new()));
    let identity = gotelemetry::identity!().expect("the package has an identity");
    let dir = TelemetryDir::at(dir);
    let opened = recorder.open(&dir, &Environment::default(), &identity, system::now());
    opened.expect("the file can be opened");
    recorder
}
