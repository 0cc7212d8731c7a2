//! Counting by many threads and processes: every sum is exact, and the files are sound.

#![cfg(all(target_os = "linux", not(feature = "disabled")))]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::date::Time;
use gotelemetry::format::identity::Identity;
use gotelemetry::format::parse;
use gotelemetry::recorder::{Closed, Counter, Recorder};
use gotelemetry::system::Environment;
use support::agree::agree;
use tempfile::TempDir;

fn now() -> Time {
    Time::parse("2026-11-21T10:00:00Z").expect("a time")
}

fn identity() -> Identity {
    Identity::new("example.com/tool", "v1.0.0", "devel", "linux", "amd64").expect("sound")
}

fn home() -> (TempDir, TelemetryDir) {
    let home = TempDir::new().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    (home, dir)
}

/// The counts of all files of the directory, each of which both readers take without a note.
fn counts(dir: &TelemetryDir) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for path in dir.count_files().expect("the directory can be listed") {
        let bytes = fs::read(path).expect("the file can be read");
        assert!(agree(&bytes));
        let file = parse(&bytes).expect("the file is sound");
        assert_eq!(file.notes.total(), 0);
        for (name, count) in file.counts() {
            *sums
                .entry(String::from_utf8_lossy(&name).into_owned())
                .or_default() += count;
        }
    }
    sums
}

fn new_recorder() -> &'static Recorder {
    Box::leak(Box::new(Recorder::new()))
}

fn open(recorder: &'static Recorder, dir: &TelemetryDir) {
    recorder
        .open(dir, &Environment::default(), &identity(), now())
        .expect("it can be opened");
}

// test[count.add]
#[test]
fn counts_added_before_during_and_after_opening_are_exact() {
    for _ in 0..50 {
        let (_home, dir) = home();
        let recorder = new_recorder();
        let counters: Vec<&'static Counter> = ["a", "b", "c"]
            .into_iter()
            .map(|name| &*Box::leak(Box::new(Counter::of(name, recorder))))
            .collect();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..2000 {
                        counters.iter().for_each(|counter| counter.inc());
                    }
                });
            }
            scope.spawn(|| open(recorder, &dir));
        });
        let expected = ["a", "b", "c"].map(|name| (name.to_owned(), 8000));
        assert_eq!(counts(&dir), expected.into());
        assert!(counters.iter().all(|counter| counter.waiting() == 0));
        assert_eq!(recorder.read(b"a").expect("it can be read"), 8000);
    }
}

#[test]
fn threads_that_insert_the_same_names_share_records_while_the_file_grows() {
    let (_home, dir) = home();
    let recorder = new_recorder();
    open(recorder, &dir);
    thread::scope(|scope| {
        for thread in 0..4_u64 {
            scope.spawn(move || {
                for number in 0..3000 {
                    let shared = format!("shared/{number}-{}", "x".repeat(number % 200));
                    recorder
                        .add(shared.as_bytes(), thread + 1)
                        .expect("there is room");
                    let own = format!("own/{thread}/{number}");
                    recorder.add(own.as_bytes(), 1).expect("there is room");
                }
            });
        }
    });
    let counts = counts(&dir);
    assert_eq!(counts.len(), 3000 + 4 * 3000);
    let wrong = counts
        .iter()
        .find(|(name, count)| **count != if name.starts_with("shared/") { 10 } else { 1 });
    assert_eq!(wrong, None);
    let file = dir.count_files().expect("listed").remove(0);
    assert!(fs::metadata(file).expect("there").len() > 30 * 16384);
}

// test[fmt.count.max]
#[test]
fn a_count_stays_at_the_greatest_number() {
    let (_home, dir) = home();
    let recorder = new_recorder();
    let counter: &'static Counter = Box::leak(Box::new(Counter::of("giant", recorder)));
    counter.add(u64::MAX - 5);
    assert_eq!(counter.waiting(), u64::MAX - 5);
    open(recorder, &dir);
    counter.add(0);
    for _ in 0..10 {
        counter.inc();
    }
    assert_eq!(counts(&dir)["giant"], u64::MAX);
    recorder.add(b"giant", u64::MAX).expect("it has a record");
    counter.inc();
    assert_eq!(counts(&dir)["giant"], u64::MAX);
}

// test[count.high]
#[test]
fn a_sum_that_wraps_beside_the_fast_path_is_repaired() {
    let (_home, dir) = home();
    let recorder = new_recorder();
    let counter: &'static Counter = Box::leak(Box::new(Counter::of("giant", recorder)));
    open(recorder, &dir);
    // The counter is attached while the count is low; then another program adds a giant number.
    counter.inc();
    recorder
        .add(b"giant", u64::MAX - 3)
        .expect("it has a record");
    counter.add(100);
    assert_eq!(counts(&dir)["giant"], u64::MAX);
    counter.add(100);
    assert_eq!(counts(&dir)["giant"], u64::MAX);
}

// test[count.off]
#[test]
fn nothing_is_written_where_the_mode_is_off() {
    let (home, dir) = home();
    fs::write(dir.mode_file(), "off").expect("it can be written");
    let opened = new_recorder().open(&dir, &Environment::default(), &identity(), now());
    assert!(matches!(opened, Err(Closed::Off)));
    let names: Vec<_> = fs::read_dir(home.path()).expect("listed").collect();
    assert_eq!(names.len(), 1);
}

/// A process that counts `names` into the directory.
fn process(dir: &Path, program: &str, names: impl Iterator<Item = String>) -> Child {
    Command::new(env!("CARGO_BIN_EXE_gotelemetry"))
        .env_clear()
        .args([
            "count",
            "--program",
            program,
            "--now",
            "2026-11-21",
            "--dir",
        ])
        .arg(dir)
        .args(names)
        .stdin(Stdio::null())
        .spawn()
        .expect("the program can be started")
}

#[test]
fn processes_that_start_cold_together_lose_nothing() {
    let rounds = std::env::var("GOTELEMETRY_ROUNDS")
        .ok()
        .and_then(|number| number.parse().ok());
    for round in 0..rounds.unwrap_or(40) {
        let (_home, dir) = home();
        let children: Vec<Child> = (0..8)
            .map(|process_number| {
                let shared = (0..50).map(|number| format!("shared-{number}"));
                let own = (0..50).map(move |number| format!("own-{process_number}-{number}=2"));
                process(dir.root(), "example.com/tool", shared.chain(own))
            })
            .collect();
        for mut child in children {
            assert!(child.wait().expect("it ends").success());
        }
        let counts = counts(&dir);
        assert_eq!(counts.len(), 50 + 8 * 50, "round {round}");
        let right = |(name, count): (&String, &u64)| match name.starts_with("shared-") {
            true => *count == 8,
            false => *count == 2,
        };
        assert!(counts.iter().all(right), "round {round}: {counts:?}");
        assert_eq!(dir.count_files().expect("listed").len(), 1);
        let aside = fs::read_dir(dir.local()).expect("listed").flatten();
        assert_eq!(
            aside
                .filter(|e| e.file_name().as_encoded_bytes().ends_with(b".tmp"))
                .count(),
            0
        );
    }
}

// test[open.second]
#[test]
fn two_programs_with_one_file_name_count_into_two_files() {
    let (_home, dir) = home();
    for program in ["example.com/tool", "example.org/tool", "example.org/tool"] {
        let names = ["runs".to_owned()].into_iter();
        assert!(
            process(dir.root(), program, names)
                .wait()
                .expect("it ends")
                .success()
        );
    }
    assert_eq!(dir.count_files().expect("listed").len(), 2);
    assert_eq!(counts(&dir)["runs"], 3);
}

#[test]
fn a_damaged_file_is_not_counted_into() {
    let (_home, dir) = home();
    let names = || ["runs".to_owned()].into_iter();
    assert!(
        process(dir.root(), "example.com/tool", names())
            .wait()
            .expect("it ends")
            .success()
    );
    let path = dir.count_files().expect("listed").remove(0);
    let mut bytes = fs::read(&path).expect("it can be read");
    let header_len = u32::from_ne_bytes(bytes[28..32].try_into().expect("four bytes")) as usize;
    bytes[header_len..header_len + 4].copy_from_slice(&0x7fff_ffe0_u32.to_ne_bytes());
    fs::write(&path, &bytes).expect("it can be written");
    let more = ["more".to_owned()].into_iter();
    assert!(
        !process(dir.root(), "example.com/tool", more)
            .wait()
            .expect("it ends")
            .success()
    );
    assert_eq!(fs::read(&path).expect("it can be read"), bytes);
}

// test[find.bound]
#[test]
fn a_cycle_in_a_chain_does_not_hang_the_program_that_counts() {
    let (_home, dir) = home();
    let recorder = new_recorder();
    open(recorder, &dir);
    recorder.add(b"runs", 1).expect("there is room");
    let path = dir.count_files().expect("listed").remove(0);
    let mut bytes = fs::read(&path).expect("it can be read");
    let record = parse(&bytes)
        .expect("sound")
        .records()
        .next()
        .expect("one")
        .offset;
    let next = record as usize + 12;
    bytes[next..next + 4].copy_from_slice(&record.to_ne_bytes());
    // The same file is changed in place, as it is mapped.
    let file = fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .expect("it can be opened");
    std::os::unix::fs::FileExt::write_all_at(&file, &bytes, 0).expect("it can be written");
    recorder
        .add(b"runs", 1)
        .expect("its record is found before the cycle");
    let bucket = gotelemetry::format::record::bucket;
    let same = (0..)
        .map(|n| format!("n{n}"))
        .find(|name| bucket(name.as_bytes()) == bucket(b"runs"));
    assert!(
        recorder
            .add(same.expect("buckets repeat").as_bytes(), 1)
            .is_err()
    );
}
