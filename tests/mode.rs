//! Mode files that another program is just writing: emptied first, then written.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gotelemetry::dir::TelemetryDir;
use gotelemetry::mode::{self, Effective, Mode, Source};
use gotelemetry::system::Environment;
use tempfile::TempDir;

/// A directory whose mode file says `text`.
fn saying(text: &str) -> (TempDir, TelemetryDir) {
    let home = TempDir::new().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    fs::write(dir.mode_file(), text).expect("it can be written");
    (home, dir)
}

fn read(dir: &TelemetryDir) -> Effective {
    mode::read(Some(dir), &Environment::default())
}

// test[mode.empty]
#[test]
fn a_file_that_stays_empty_is_an_unknown_word_and_not_before_50_ms() {
    for text in ["", " \n", "\u{2003}"] {
        let (_home, dir) = saying(text);
        let start = Instant::now();
        let stated = read(&dir);
        let took = start.elapsed();
        assert_eq!(
            (stated.mode, stated.source),
            (Mode::Off, Source::UnknownWord)
        );
        assert!(took >= Duration::from_millis(50), "{took:?}");
    }
}

// test[mode.empty]
#[test]
fn a_file_that_is_written_a_moment_later_is_read() {
    // On a busy machine the moment can be too long.
    let read_late = (0..20).any(|_| {
        let (_home, dir) = saying("");
        let started = AtomicBool::new(false);
        thread::scope(|scope| {
            let reading = scope.spawn(|| {
                started.store(true, Ordering::Release);
                read(&dir).mode
            });
            while !started.load(Ordering::Acquire) {
                thread::yield_now();
            }
            thread::sleep(Duration::from_millis(10));
            fs::write(dir.mode_file(), "on 2026-11-21").expect("it can be written");
            reading.join().expect("no panic") == Mode::On
        })
    });
    assert!(read_late);
}
