//! Counting compiled away: a program that counts builds, runs, and leaves nothing behind.

#![cfg(feature = "disabled")]

use std::fs;
use std::time::Duration;

use gotelemetry::dir::TelemetryDir;
use gotelemetry::recorder::{self, Closed, Counter, DEFAULT, countertest};
use gotelemetry::system;

static RUNS: Counter = Counter::new("tool/runs");

#[test]
fn nothing_is_counted_and_nothing_is_written() {
    let home = tempfile::TempDir::new().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    let identity = gotelemetry::identity!().expect("the crate has a name");
    RUNS.inc();
    RUNS.add(u64::MAX);
    assert!(matches!(
        recorder::open(&dir, &identity),
        Err(Closed::Disabled)
    ));
    assert!(matches!(
        countertest::open(home.path()),
        Err(Closed::Disabled)
    ));
    assert!(matches!(
        DEFAULT.rotate(system::now()),
        Err(Closed::Disabled)
    ));
    assert!(DEFAULT.rotate_every(Duration::from_secs(60)).is_err());
    assert!(DEFAULT.add(b"a", 1).is_err() && DEFAULT.read(b"a").is_err());
    assert!(DEFAULT.count_flags("tool", ["v"]).is_err());
    assert!(RUNS.read().is_err() && countertest::read_all().is_err());
    assert_eq!((RUNS.waiting(), DEFAULT.waiting()), (0, 0));
    assert_eq!(RUNS.name(), b"tool/runs");
    assert!(RUNS.word().is_none());
    assert_eq!((DEFAULT.span(), DEFAULT.path()), (None, None));
    assert_eq!(fs::read_dir(home.path()).expect("listed").count(), 0);
}

#[test]
fn a_recorder_and_its_counters_take_no_more_room_than_a_name() {
    assert_eq!(size_of::<recorder::Recorder>(), 0);
    assert_eq!(size_of::<Counter>(), size_of::<&[u8]>());
}
