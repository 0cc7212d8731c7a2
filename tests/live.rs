//! Reading a file while programs count into it: every reading is sound, and no count ever falls.

#![cfg(all(target_os = "linux", not(feature = "disabled")))]

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use gotelemetry::dir::{TelemetryDir, read_count_file};
use gotelemetry::format::date::Time;
use gotelemetry::format::identity::Identity;
use gotelemetry::format::parse;
use gotelemetry::recorder::Recorder;
use gotelemetry::system::Environment;

// test[read.live]
#[test]
fn every_reading_of_a_file_that_grows_is_sound() {
    let home = tempfile::TempDir::new().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    let recorder: &'static Recorder = Box::leak(Box::new(Recorder::new()));
    let identity = Identity::new("example.com/tool", "v1.0.0", "devel", "linux", "amd64");
    let now = Time::parse("2026-11-21T10:00:00Z").expect("a time");
    recorder
        .open(
            &dir,
            &Environment::default(),
            &identity.expect("sound"),
            now,
        )
        .expect("it can be opened");
    let path = recorder.path().expect("it is open");
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..60_000 {
                let name = format!("name/{number}-{}", "x".repeat(number % 90));
                recorder.add(name.as_bytes(), 1).expect("there is room");
                recorder.add(b"shared", 1).expect("there is room");
            }
            done.store(true, Ordering::Release);
        });
        let mut before = BTreeMap::new();
        let mut readings = 0;
        while !done.load(Ordering::Acquire) {
            let bytes = read_count_file(path).expect("it can be read");
            let file = parse(&bytes).unwrap_or_else(|error| panic!("reading {readings}: {error}"));
            assert_eq!(file.notes.total(), 0, "reading {readings}");
            let counts: BTreeMap<Vec<u8>, u64> = file
                .counts()
                .into_iter()
                .map(|(name, count)| (name.into_owned(), count))
                .collect();
            let fell = before
                .iter()
                .find(|(name, count)| counts.get(*name).is_none_or(|now| now < *count));
            assert_eq!(fell, None, "reading {readings}");
            before = counts;
            readings += 1;
        }
        assert!(readings > 5, "only {readings} readings");
    });
}

// test[read.short]
#[test]
fn a_file_that_is_being_made_is_waited_for() {
    let home = tempfile::TempDir::new().expect("a directory can be made");
    let path = home.path().join("new.v1.count");
    fs::write(&path, "").expect("it can be written");
    thread::scope(|scope| {
        let reading = scope.spawn(|| read_count_file(&path).expect("it can be read"));
        thread::sleep(Duration::from_millis(10));
        fs::write(&path, [0; 16384]).expect("it can be written");
        assert_eq!(reading.join().expect("it does not panic").len(), 16384);
    });
}
