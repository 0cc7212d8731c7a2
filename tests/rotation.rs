//! One file gives way to the next: weeks that end, files that are deleted, modes that change.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::thread;

use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::date::Time;
use gotelemetry::format::identity::Identity;
use gotelemetry::format::parse;
use gotelemetry::recorder::{Closed, Counter, Recorder};
use gotelemetry::system::Environment;
use tempfile::TempDir;

const DAY: i64 = 86_400;

/// 10:00 of the day that is `days` after 2026-11-21.
fn on_day(days: i64) -> Time {
    let first = Time::parse("2026-11-21T10:00:00Z").expect("a time");
    Time::from_unix(first.unix() + days * DAY)
}

fn home() -> (TempDir, TelemetryDir) {
    let home = TempDir::new().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    (home, dir)
}

fn opened(dir: &TelemetryDir) -> (&'static Recorder, Result<(), Closed>) {
    let recorder: &'static Recorder = Box::leak(Box::new(Recorder::new()));
    let identity = Identity::new("example.com/tool", "v1.0.0", "devel", "linux", "amd64");
    let identity = identity.expect("sound");
    let result = recorder.open(dir, &Environment::default(), &identity, on_day(0));
    (recorder, result)
}

fn counter(name: &'static str, recorder: &'static Recorder) -> &'static Counter {
    Box::leak(Box::new(Counter::of(name, recorder)))
}

/// The counts of each file that is there.
fn files(dir: &TelemetryDir) -> Vec<BTreeMap<String, u64>> {
    let paths = dir.count_files().expect("the directory can be listed");
    let counts = |path| {
        let bytes = fs::read(path).expect("the file can be read");
        let file = parse(&bytes).expect("the file is sound");
        let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        file.counts()
            .iter()
            .map(|(name, count)| (text(name), *count))
            .collect()
    };
    paths.into_iter().map(counts).collect()
}

fn sum(dir: &TelemetryDir, name: &str) -> u64 {
    files(dir)
        .iter()
        .filter_map(|counts| counts.get(name))
        .sum()
}

#[test]
fn a_file_that_has_not_ended_is_kept() {
    let (_home, dir) = home();
    fs::create_dir(dir.local()).expect("it can be made");
    fs::write(dir.weekends_file(), "5\n").expect("it can be written");
    let (recorder, result) = opened(&dir);
    result.expect("it can be opened");
    let end = recorder.span().expect("it is open").end;
    assert_eq!(end.to_string(), "2026-11-27");
    let before_end = Time::from_unix(end.midnight().unix() - 1);
    assert!(!recorder.rotate(before_end).expect("nothing is to be done"));
    assert!(
        recorder
            .rotate(end.midnight())
            .expect("the next file can be opened")
    );
    assert_eq!(recorder.span().expect("it is open").begin, end);
}

#[test]
fn counters_move_to_the_file_of_the_next_week() {
    let (_home, dir) = home();
    let (recorder, result) = opened(&dir);
    result.expect("it can be opened");
    let counter = counter("runs", recorder);
    counter.add(3);
    assert!(
        recorder
            .rotate(on_day(8))
            .expect("the next file can be opened")
    );
    counter.add(4);
    let each = [3, 4].map(|count| BTreeMap::from([("runs".to_owned(), count)]));
    assert_eq!(files(&dir), each);
}

#[test]
fn a_sum_over_all_files_is_exact_while_weeks_end() {
    let (_home, dir) = home();
    let (recorder, result) = opened(&dir);
    result.expect("it can be opened");
    let names = ["a", "b", "c"];
    let counters = names.map(|name| counter(name, recorder));
    thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for number in 0..20_000 {
                    counters.iter().for_each(|counter| counter.inc());
                    if number % 100 == 0 {
                        let name = format!("thread-{thread}/{number}");
                        recorder.add(name.as_bytes(), 1).expect("there is a file");
                    }
                }
            });
        }
        scope.spawn(|| {
            for week in 1..40 {
                recorder
                    .rotate(on_day(8 * week))
                    .expect("the next file can be opened");
            }
        });
    });
    for name in names {
        assert_eq!(sum(&dir, name), 80_000, "{name}");
    }
    let own: u64 = (0..4)
        .map(|thread| {
            (0..20_000)
                .step_by(100)
                .map(|n| sum(&dir, &format!("thread-{thread}/{n}")))
                .sum::<u64>()
        })
        .sum();
    assert_eq!(own, 4 * 200);
    assert_eq!(files(&dir).len(), 40);
}

#[test]
fn a_deleted_file_is_made_again_and_counted_into() {
    let (_home, dir) = home();
    let (recorder, result) = opened(&dir);
    result.expect("it can be opened");
    let counter = counter("runs", recorder);
    counter.add(3);
    fs::remove_file(&dir.count_files().expect("listed")[0]).expect("it can be deleted");
    assert!(
        recorder
            .rotate(on_day(0))
            .expect("the file can be made again")
    );
    counter.add(4);
    assert_eq!(files(&dir), [BTreeMap::from([("runs".to_owned(), 4)])]);
}

#[test]
fn after_off_nothing_reaches_the_file_until_the_mode_allows_it() {
    let (_home, dir) = home();
    let (recorder, result) = opened(&dir);
    result.expect("it can be opened");
    let counter = counter("runs", recorder);
    counter.add(3);
    fs::write(dir.mode_file(), "off").expect("it can be written");
    assert!(matches!(recorder.rotate(on_day(0)), Err(Closed::Off)));
    counter.add(4);
    assert_eq!((sum(&dir, "runs"), counter.waiting()), (3, 4));
    fs::write(dir.mode_file(), "local").expect("it can be written");
    assert!(recorder.rotate(on_day(0)).expect("the file can be opened"));
    assert_eq!((sum(&dir, "runs"), counter.waiting()), (7, 0));
}

#[test]
fn counts_wait_while_there_is_no_directory_and_move_once_there_is() {
    let (_home, dir) = home();
    fs::write(dir.local(), "no directory").expect("it can be written");
    let (recorder, result) = opened(&dir);
    assert!(matches!(result, Err(Closed::Dir(_))));
    let counter = counter("runs", recorder);
    counter.add(5);
    assert_eq!(counter.waiting(), 5);
    fs::remove_file(dir.local()).expect("it can be deleted");
    assert!(recorder.rotate(on_day(0)).expect("the file can be opened"));
    assert_eq!((sum(&dir, "runs"), counter.waiting()), (5, 0));
}

#[test]
fn a_recorder_that_was_never_opened_says_so() {
    static RECORDER: Recorder = Recorder::new();
    assert!(matches!(RECORDER.rotate(on_day(0)), Err(Closed::Dir(_))));
    assert_eq!(RECORDER.span(), None);
    assert!(RECORDER.add(b"runs", 1).is_err());
}
