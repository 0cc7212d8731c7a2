//! One file gives way to the next: weeks that end, files that are deleted, modes that change.

#![cfg(all(target_os = "linux", not(feature = "disabled")))]

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::date::Time;
use gotelemetry::format::identity::Identity;
use gotelemetry::format::parse;
use gotelemetry::recorder::{Closed, Counter, Recorder};
use gotelemetry::system::{self, Environment};
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

fn tool() -> Identity {
    Identity::new("example.com/tool", "v1.0.0", "devel", "linux", "amd64").expect("sound")
}

fn opened(dir: &TelemetryDir) -> (&'static Recorder, Result<(), Closed>) {
    let recorder: &'static Recorder = Box::leak(Box::new(Recorder::new()));
    let result = recorder.open(dir, &Environment::default(), &tool(), on_day(0));
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

// test[file.rotate]
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

// test[file.rotate]
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

// test[count.zero]
#[test]
fn a_counter_has_a_record_only_in_files_in_whose_time_it_was_added_to() {
    let (_home, dir) = home();
    let recorder: &'static Recorder = Box::leak(Box::new(Recorder::new()));
    let [waited, early, late] = ["waited", "early", "late"].map(|name| counter(name, recorder));
    waited.add(2);
    recorder
        .open(&dir, &Environment::default(), &tool(), on_day(0))
        .expect("it can be opened");
    early.add(3);
    late.add(0);
    recorder.add(b"by name", 0).expect("there is nothing to do");
    assert!(recorder.rotate(on_day(8)).expect("it can rotate"));
    early.add(0);
    late.add(4);
    assert!(!recorder.rotate(on_day(8)).expect("it is the right file"));
    let first = [("waited", 2), ("early", 3)];
    let first = first.map(|(name, count)| (name.to_owned(), count));
    let second = BTreeMap::from([("late".to_owned(), 4)]);
    assert_eq!(files(&dir), [first.into(), second]);
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

// test[file.deleted]
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

// test[count.off, file.off]
#[test]
fn what_is_added_while_the_mode_is_off_is_dropped() {
    let (_home, dir) = home();
    let (recorder, result) = opened(&dir);
    result.expect("it can be opened");
    let counter = counter("runs", recorder);
    counter.add(3);
    fs::write(dir.mode_file(), "off").expect("it can be written");
    assert!(matches!(recorder.rotate(on_day(0)), Err(Closed::Off)));
    counter.add(4);
    assert!(matches!(recorder.add(b"more", 5), Err(Closed::Off)));
    assert_eq!((sum(&dir, "runs"), recorder.waiting()), (3, 0));
    fs::write(dir.mode_file(), "local").expect("it can be written");
    recorder
        .rotate(on_day(0))
        .expect("the file is counted into again");
    assert_eq!((sum(&dir, "runs"), sum(&dir, "more")), (3, 0));
    counter.add(10);
    assert_eq!(sum(&dir, "runs"), 13);
}

// test[count.off]
#[test]
fn what_waited_when_the_mode_is_found_to_be_off_is_dropped() {
    let (_home, dir) = home();
    fs::write(dir.mode_file(), "off").expect("it can be written");
    let recorder: &'static Recorder = Box::leak(Box::new(Recorder::new()));
    let counter = counter("runs", recorder);
    counter.add(3);
    let opened = recorder.open(&dir, &Environment::default(), &tool(), on_day(0));
    assert!(matches!(opened, Err(Closed::Off)));
    assert_eq!(counter.waiting(), 0);
}

/// A recorder that counts in `dir` and last looked at mode and file two minutes ago.
fn opened_two_minutes_ago(dir: &TelemetryDir) -> &'static Recorder {
    let recorder: &'static Recorder = Box::leak(Box::new(Recorder::new()));
    let then = Time::from_unix(system::now().unix() - 120);
    recorder
        .open(dir, &Environment::default(), &tool(), then)
        .expect("it can be opened");
    recorder
}

// test[file.deleted]
#[test]
fn an_addition_without_a_record_notices_a_deleted_file_once_a_minute() {
    let (_home, dir) = home();
    let recorder = opened_two_minutes_ago(&dir);
    let counter = counter("runs", recorder);
    // The next addition without a record looks.
    fs::remove_file(recorder.path().expect("it is open")).expect("it can be deleted");
    counter.add(1);
    let added = recorder.add(b"more", 2);
    added.expect("the file was made again");
    assert_eq!((sum(&dir, "runs"), sum(&dir, "more")), (1, 2));
    // Within the minute nobody looks again.
    fs::remove_file(recorder.path().expect("it is open")).expect("it can be deleted");
    counter.add(4);
    recorder.add(b"late", 8).expect("it is counted somewhere");
    assert_eq!(files(&dir), []);
    recorder.rotate(system::now()).expect("it is made again");
    counter.add(16);
    assert_eq!(files(&dir), [BTreeMap::from([("runs".to_owned(), 16)])]);
}

// test[file.off]
#[test]
fn an_addition_without_a_record_notices_that_the_mode_is_off() {
    let (_home, dir) = home();
    let recorder = opened_two_minutes_ago(&dir);
    fs::write(dir.mode_file(), "off").expect("it can be written");
    assert!(matches!(recorder.add(b"runs", 1), Err(Closed::Off)));
    assert_eq!((recorder.path(), recorder.waiting()), (None, 0));
    assert_eq!(files(&dir), [BTreeMap::new()]);
}

#[test]
fn a_thread_rotates_if_asked_to() {
    let (_home, dir) = home();
    let recorder: &'static Recorder = Box::leak(Box::new(Recorder::new()));
    let long_ago = Time::parse("2020-01-01T10:00:00Z").expect("a time");
    recorder
        .open(&dir, &Environment::default(), &tool(), long_ago)
        .expect("it can be opened");
    let first = recorder.span();
    let counter = counter("runs", recorder);
    counter.add(3);
    for _ in 0..2 {
        recorder
            .rotate_every(Duration::from_millis(5))
            .expect("a thread can be started");
    }
    let moved = (0..2000).any(|_| {
        thread::sleep(Duration::from_millis(5));
        recorder.span() != first && recorder.span().is_some()
    });
    assert!(moved);
    // The counter leaves the old file a moment later.
    while counter
        .word()
        .is_some_and(|word| word.load(Ordering::Relaxed) == 3)
    {
        thread::sleep(Duration::from_millis(1));
    }
    counter.add(4);
    let each = [3, 4].map(|count| BTreeMap::from([("runs".to_owned(), count)]));
    assert_eq!(files(&dir), each);
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
    assert!(matches!(RECORDER.rotate(on_day(0)), Err(Closed::Unopened)));
    assert_eq!(RECORDER.span(), None);
    assert!(RECORDER.add(b"runs", 1).is_err());
}

// test[name.flag]
#[test]
fn names_wait_while_there_is_no_file_and_flags_as_well() {
    let (_home, dir) = home();
    let recorder: &'static Recorder = Box::leak(Box::new(Recorder::new()));
    for _ in 0..3 {
        assert!(matches!(recorder.add(b"a/b", 2), Err(Closed::Unopened)));
    }
    assert!(recorder.count_flags("tool", ["v", "x"]).is_err());
    assert!(matches!(recorder.add(b"", 1), Err(Closed::Record { .. })));
    assert_eq!(recorder.waiting(), 8);
    assert_eq!(recorder.read(b"a/b").expect("there is no file to fail"), 6);
    recorder
        .open(&dir, &Environment::default(), &tool(), on_day(0))
        .expect("it can be opened");
    let counts = [("a/b", 6), ("tool/flag:v", 1), ("tool/flag:x", 1)];
    let counts = counts.map(|(name, count)| (name.to_owned(), count));
    assert_eq!(files(&dir), [BTreeMap::from(counts)]);
    assert_eq!(recorder.waiting(), 0);
}

#[test]
fn a_recorder_counts_in_one_place() {
    let (_home, dir) = home();
    let (recorder, result) = opened(&dir);
    result.expect("it can be opened");
    let (_other_home, other) = home();
    let open = |dir| recorder.open(dir, &Environment::default(), &tool(), on_day(0));
    assert!(matches!(open(&other), Err(Closed::Elsewhere)));
    open(&dir).expect("it is open there");
    assert!(!other.local().exists());
}

#[test]
fn a_recorder_that_could_not_be_opened_can_be_opened_elsewhere() {
    let (_home, dir) = home();
    fs::write(dir.local(), "no directory").expect("it can be written");
    let (recorder, result) = opened(&dir);
    assert!(result.is_err());
    recorder.add(b"runs", 1).expect_err("there is no file");
    let (_other_home, other) = home();
    recorder
        .open(&other, &Environment::default(), &tool(), on_day(0))
        .expect("it can be opened there");
    assert_eq!(sum(&other, "runs"), 1);
}

#[test]
fn threads_that_open_at_once_share_the_file() {
    for _ in 0..50 {
        let (_home, dir) = home();
        let recorder: &'static Recorder = Box::leak(Box::new(Recorder::new()));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    recorder
                        .open(&dir, &Environment::default(), &tool(), on_day(0))
                        .expect("all say the same");
                    recorder.add(b"runs", 1).expect("it is open");
                });
            }
        });
        assert_eq!(sum(&dir, "runs"), 4);
    }
}

#[test]
fn a_counter_without_a_name_counts_nothing_and_disturbs_nobody() {
    let (_home, dir) = home();
    let (recorder, result) = opened(&dir);
    result.expect("it can be opened");
    let nameless = counter("", recorder);
    nameless.add(3);
    nameless.add(4);
    assert_eq!((nameless.waiting(), recorder.waiting()), (0, 0));
    recorder.rotate(on_day(0)).expect("nothing waits");
    counter("runs", recorder).inc();
    assert_eq!(files(&dir), [BTreeMap::from([("runs".to_owned(), 1)])]);
}

#[test]
fn adding_nothing_by_name_changes_nothing() {
    let (_home, dir) = home();
    let (recorder, result) = opened(&dir);
    result.expect("it can be opened");
    recorder.add(b"runs", 0).expect("there is nothing to do");
    assert_eq!(files(&dir), [BTreeMap::new()]);
}

#[test]
fn a_bounded_number_of_names_waits() {
    let (_home, dir) = home();
    let recorder: &'static Recorder = Box::leak(Box::new(Recorder::new()));
    let mut last = Ok(());
    for number in 0..=65_536 {
        last = recorder.add(format!("name/{number}").as_bytes(), 1);
    }
    assert!(matches!(last, Err(Closed::TooMany)));
    assert!(matches!(recorder.add(b"name/0", 1), Err(Closed::Unopened)));
    assert_eq!(recorder.waiting(), 65_537);
    recorder
        .open(&dir, &Environment::default(), &tool(), on_day(0))
        .expect("it can be opened");
    assert_eq!((recorder.waiting(), sum(&dir, "name/0")), (0, 2));
}
