//! What a recorder looks at again and when, by a clock that the tests set.

use std::cell::Cell;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::format::layout;

thread_local! {
    /// What time it is for the recorders of a test, in seconds since 1970.
    static NOW: Cell<i64> = const { Cell::new(0) };
}

/// 10:00 on 2026-11-21.
const START: i64 = 1_795_255_200;

const DAY: i64 = 86_400;

fn now() -> Time {
    Time::from_unix(NOW.get())
}

fn set_now(after: i64) {
    NOW.set(START + after);
}

/// A directory whose weeks end on Friday, and a recorder that was not opened yet.
fn home() -> (TempDir, TelemetryDir, &'static Recorder) {
    set_now(0);
    let home = TempDir::new().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    fs::create_dir(dir.local()).expect("a directory can be made");
    fs::write(dir.weekends_file(), "5\n").expect("it can be written");
    let recorder = Box::leak(Box::new(Recorder::with_clock(now)));
    (home, dir, recorder)
}

fn open(recorder: &'static Recorder, dir: &TelemetryDir) -> Result<(), Closed> {
    let identity = Identity::new("example.com/tool", "v1.0.0", "devel", "linux", "amd64");
    let identity = identity.expect("it is sound");
    recorder.open(dir, &Environment::default(), &identity, now())
}

fn counter(recorder: &'static Recorder) -> &'static Counter {
    Box::leak(Box::new(Counter::of("runs", recorder)))
}

/// Puts the limit of a count file at `limit`, and returns what it was.
fn set_limit(path: &Path, limit: u32) -> u32 {
    let file = File::options().read(true).write(true).open(path);
    let file = file.expect("it is there");
    let mut word = [0; 4];
    file.read_exact_at(&mut word, 28).expect("it has a header");
    let limit_off = u64::from(u32::from_ne_bytes(word));
    file.read_exact_at(&mut word, limit_off)
        .expect("it has a page");
    let limit = limit.to_ne_bytes();
    file.write_all_at(&limit, limit_off).expect("it has a page");
    u32::from_ne_bytes(word)
}

/// A recorder whose file is full, a counter that waits, and where the limit of the file was.
fn full() -> (TempDir, &'static Recorder, &'static Counter, u32) {
    let (home, dir, recorder) = home();
    open(recorder, &dir).expect("it can be opened");
    recorder.add(b"first", 1).expect("there is room");
    let path = recorder.path().expect("it is open");
    let file = File::options().write(true).open(path);
    let len = u64::from(layout::MAX_FILE_LEN);
    file.and_then(|file| file.set_len(len))
        .expect("it can be made longer");
    let limit = set_limit(path, layout::MAX_FILE_LEN);
    let counter = counter(recorder);
    counter.add(3);
    assert_eq!(counter.waiting(), 3);
    (home, recorder, counter, limit)
}

// test[count.retry]
#[test]
fn what_waits_for_room_is_tried_again_when_the_recorder_rotates() {
    let (_home, recorder, counter, limit) = full();
    let refused = recorder.rotate(now()).expect_err("it is still full");
    assert!(matches!(
        refused,
        Closed::Record {
            trouble: Trouble::Full,
            ..
        }
    ));
    set_limit(recorder.path().expect("it is open"), limit);
    assert!(!recorder.rotate(now()).expect("there is room"));
    assert_eq!(counter.waiting(), 0);
    assert_eq!(counter.read().expect("it can be read"), 3);
}

// test[count.retry]
#[test]
fn what_waits_for_room_is_tried_again_when_something_is_added_a_second_later() {
    let (_home, recorder, counter, limit) = full();
    counter.add(4);
    set_limit(recorder.path().expect("it is open"), limit);
    counter.add(5);
    assert_eq!(counter.waiting(), 12);
    set_now(1);
    counter.add(6);
    assert_eq!((counter.waiting(), recorder.waiting()), (0, 0));
    assert_eq!(counter.read().expect("it can be read"), 18);
}

// test[count.corrupt]
#[test]
fn a_file_that_was_found_damaged_is_left_alone_until_the_recorder_rotates() {
    let (_home, dir, recorder) = home();
    open(recorder, &dir).expect("it can be opened");
    recorder.add(b"first", 1).expect("there is room");
    let path = recorder.path().expect("it is open");
    let counter = counter(recorder);
    let limit = set_limit(path, 32);
    counter.add(3);
    set_limit(path, limit);
    set_now(1);
    counter.add(4);
    assert_eq!(counter.waiting(), 7);
    assert!(!recorder.rotate(now()).expect("it is sound again"));
    assert_eq!(counter.waiting(), 0);
    assert_eq!(counter.read().expect("it can be read"), 7);
}

#[test]
fn a_rotation_that_changes_nothing_leaves_counters_on_the_fast_path() {
    let (_home, dir, recorder) = home();
    open(recorder, &dir).expect("it can be opened");
    let counter = counter(recorder);
    counter.inc();
    assert!(!recorder.rotate(now()).expect("nothing is to be done"));
    assert!(counter.word().is_some());
}

// test[file.deleted]
#[test]
fn an_addition_looks_for_the_file_once_a_minute() {
    let (_home, dir, recorder) = home();
    open(recorder, &dir).expect("it can be opened");
    let path = recorder.path().expect("it is open");
    fs::remove_file(path).expect("it can be deleted");
    set_now(LOOK_AGAIN - 1);
    recorder.add(b"lost", 1).expect("it is counted somewhere");
    assert!(!path.exists());
    set_now(LOOK_AGAIN);
    recorder.add(b"kept", 1).expect("it is made again");
    assert!(path.exists());
}

#[test]
fn an_addition_opens_the_file_that_could_not_be_opened_a_minute_ago() {
    let (_home, dir, recorder) = home();
    let aside = dir.root().join("aside");
    fs::rename(dir.local(), &aside).expect("it can be moved");
    fs::write(dir.local(), "no directory").expect("it can be written");
    assert!(matches!(open(recorder, &dir), Err(Closed::Dir(_))));
    assert!(matches!(recorder.add(b"runs", 1), Err(Closed::NoFile)));
    fs::remove_file(dir.local()).expect("it can be deleted");
    fs::rename(aside, dir.local()).expect("it can be moved");
    set_now(LOOK_AGAIN);
    recorder.add(b"runs", 2).expect("it can be opened");
    assert_eq!(recorder.read(b"runs").expect("it can be read"), 3);
}

// test[file.off]
#[test]
fn a_program_whose_mode_was_off_for_weeks_counts_into_the_present_week() {
    let (_home, dir, recorder) = home();
    open(recorder, &dir).expect("it can be opened");
    let old = recorder.span().expect("it is open");
    fs::write(dir.mode_file(), "off").expect("it can be written");
    set_now(LOOK_AGAIN);
    assert!(matches!(recorder.add(b"runs", 1), Err(Closed::Off)));
    fs::write(dir.mode_file(), "local").expect("it can be written");
    set_now(15 * DAY);
    recorder.add(b"runs", 2).expect("it is counted again");
    assert!(recorder.span().expect("it is open").begin > old.end);
}

// test[mode.unreadable]
#[test]
fn a_mode_that_cannot_be_read_keeps_a_program_from_beginning_and_not_from_going_on() {
    let unreadable = |dir: &TelemetryDir| {
        let mode = dir.mode_file();
        std::os::unix::fs::symlink(&mode, &mode).expect("a link can be made");
    };
    let (_home, dir, recorder) = home();
    unreadable(&dir);
    assert!(matches!(open(recorder, &dir), Err(Closed::Dir(_))));
    assert_eq!(dir.count_files().expect("it can be listed").len(), 0);
    let (_home, dir, recorder) = home();
    open(recorder, &dir).expect("it can be opened");
    unreadable(&dir);
    assert!(!recorder.rotate(now()).expect("it goes on"));
    recorder.add(b"runs", 1).expect("it goes on");
}

/// The threads of this process that rotate.
fn rotating() -> usize {
    let threads = fs::read_dir("/proc/self/task").expect("the system tells");
    let name = |thread: fs::DirEntry| fs::read(thread.path().join("comm")).unwrap_or_default();
    let names = threads.flatten().map(name);
    names.filter(|name| name == b"gotelemetry\n").count()
}

#[test]
fn one_thread_rotates_however_often_it_is_asked_for() {
    let (_home, dir, recorder) = home();
    open(recorder, &dir).expect("it can be opened");
    let start = || recorder.rotate_every(Duration::from_secs(3600));
    start().expect("a thread can be started");
    let started = (0..400).any(|_| {
        system::pause();
        rotating() == 1
    });
    assert!(started);
    start().expect("there is one");
    let another = (0..4).any(|_| {
        system::pause();
        rotating() != 1
    });
    assert!(!another);
}
