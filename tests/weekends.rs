//! The day on which weeks end: how it is read, and how it comes to be.

#![cfg(all(target_os = "linux", not(feature = "disabled")))]

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::date::Time;
use gotelemetry::format::identity::Identity;
use gotelemetry::recorder::Recorder;
use gotelemetry::system::Environment;
use gotelemetry::week;
use tempfile::TempDir;

/// How long a file without content is read again.
const PATIENCE: Duration = Duration::from_millis(50);

fn home() -> (TempDir, TelemetryDir) {
    let home = TempDir::new().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    (home, dir)
}

/// A directory whose weekends file says `text`.
fn saying(text: &str) -> (TempDir, TelemetryDir) {
    let (home, dir) = home();
    fs::create_dir(dir.local()).expect("a directory can be made");
    fs::write(dir.weekends_file(), text).expect("it can be written");
    (home, dir)
}

fn text_of(dir: &TelemetryDir) -> String {
    fs::read_to_string(dir.weekends_file()).expect("it is there, and is text")
}

/// Opens a count file that begins on Saturday 2026-11-21, and returns the number of the day on
/// which it ends.
fn end_of_a_new_file(dir: &TelemetryDir) -> u8 {
    let recorder: &'static Recorder = Box::leak(Box::new(Recorder::new()));
    let identity = Identity::new("example.com/tool", "v1.0.0", "devel", "linux", "amd64");
    let now = Time::parse("2026-11-21T10:00:00Z").expect("a time");
    let identity = identity.expect("it is sound");
    let opened = recorder.open(dir, &Environment::default(), &identity, now);
    opened.expect("it can be opened");
    recorder.span().expect("it is open").end.weekday().number()
}

// test[week.weekends.read]
#[test]
fn the_first_byte_that_is_no_white_space_is_the_day_modulo_7() {
    let number = |text: &[u8]| week::parse(text).ok().map(|day| day.number());
    for byte in 0..=255_u8 {
        let expected = match byte {
            9..=13 | b' ' => None,
            byte => Some(byte.wrapping_sub(48) % 7),
        };
        assert_eq!(number(&[byte]), expected, "{byte}");
        assert_eq!(number(&[b'\n', b' ', byte, b'3']), expected.or(Some(3)));
    }
    for space in ["\u{85}", "\u{a0}", "\u{2003}", "\u{2028}", "\u{3000}"] {
        assert_eq!(number(format!("{space}5\n").as_bytes()), Some(5));
        // A part of the character is no white space.
        let part = &space.as_bytes()[..space.len() - 1];
        let first = part[0].wrapping_sub(48) % 7;
        assert_eq!(number(&[part, b"5"].concat()), Some(first));
    }
    // U+200B and U+FEFF are no white space.
    for other in ["\u{200b}5", "\u{feff}5"] {
        let first = other.as_bytes()[0].wrapping_sub(48) % 7;
        assert_eq!(number(other.as_bytes()), Some(first));
    }
}

// test[week.weekends, week.weekends.create]
#[test]
fn a_directory_without_the_file_gets_one_with_a_day_drawn_at_random_and_uses_it() {
    let mut drawn = BTreeSet::new();
    for _ in 0..150 {
        let (_home, dir) = home();
        let day = end_of_a_new_file(&dir);
        assert_eq!(text_of(&dir), format!("{day}\n"));
        drawn.insert(day);
    }
    // A day is missing once in a thousand million runs.
    assert_eq!(drawn, BTreeSet::from([0, 1, 2, 3, 4, 5, 6]));
}

// test[week.weekends, week.weekends.create]
#[test]
fn a_day_that_is_there_is_used_and_stays() {
    for day in 0..7_u8 {
        let (_home, dir) = saying(&format!(" {day} is the day"));
        assert_eq!(end_of_a_new_file(&dir), day);
        assert_eq!(text_of(&dir), format!(" {day} is the day"));
    }
}

// test[week.weekends.create]
#[test]
fn threads_that_draw_at_once_use_one_day() {
    for _ in 0..100 {
        let (_home, dir) = home();
        let days: BTreeSet<u8> = thread::scope(|scope| {
            let draw = || week::read_or_create(&dir).expect("it can be made").number();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(draw)).collect();
            let days = threads.into_iter().map(|thread| thread.join());
            days.map(|day| day.expect("no panic")).collect()
        });
        let text = text_of(&dir);
        assert_eq!(
            days.iter()
                .map(|day| format!("{day}\n"))
                .collect::<Vec<_>>(),
            [text]
        );
    }
}

// test[week.weekends.create, week.weekends.text]
#[test]
fn a_file_that_stays_empty_is_replaced_and_not_before_50_ms() {
    for text in ["", " \n"] {
        let (_home, dir) = saying(text);
        let start = Instant::now();
        assert!(week::read(&dir).is_err());
        assert!(start.elapsed() >= PATIENCE, "{:?}", start.elapsed());
        assert_eq!(text_of(&dir), text);
        let day = end_of_a_new_file(&dir);
        assert_eq!(text_of(&dir), format!("{day}\n"));
    }
}

// test[week.weekends.text]
#[test]
fn a_file_that_is_written_a_moment_later_is_read() {
    // On a busy machine the moment can be too long.
    let read_late = (0..20).any(|_| {
        let (_home, dir) = saying("");
        let started = AtomicBool::new(false);
        thread::scope(|scope| {
            let reading = scope.spawn(|| {
                started.store(true, Ordering::Release);
                week::read(&dir)
            });
            while !started.load(Ordering::Acquire) {
                thread::yield_now();
            }
            thread::sleep(Duration::from_millis(10));
            fs::write(dir.weekends_file(), "4\n").expect("it can be written");
            let day = reading.join().expect("no panic");
            day.is_ok_and(|day| day.is_some_and(|day| day.number() == 4))
        })
    });
    assert!(read_late);
}
