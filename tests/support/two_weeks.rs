//! A process that opens a file, lets it grow and moves on to that of the next week, whatever fails,
//! and says in the end what it added and what waits.

use std::fs::File;
use std::io::{IoSlice, Write as _};
use std::os::fd::AsFd as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicI64, Ordering};

use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::date::{Date, Time};
use gotelemetry::recorder::{Counter, Recorder};

use crate::tool;

/// The time, in seconds since 1970.
static NOW: AtomicI64 = AtomicI64::new(0);

fn now() -> Time {
    // ORDERING: relaxed, as there is one thread.
    Time::from_unix(NOW.load(Ordering::Relaxed))
}

fn pass(seconds: i64) {
    // ORDERING: relaxed, as there is one thread.
    NOW.fetch_add(seconds, Ordering::Relaxed);
}

/// Makes a call that the watcher recognises.
fn mark(name: &str) {
    let _ = std::fs::metadata(format!("/mark/{name}"));
}

pub(crate) fn play(words: &[String]) -> ExitCode {
    let [dir] = words else {
        return ExitCode::FAILURE;
    };
    let dir = TelemetryDir::at(dir);
    let out = std::io::stdout().as_fd().try_clone_to_owned();
    let mut out = File::from(out.expect("a descriptor is free"));
    pass(Date::new(2030, 1, 1).expect("a date").midnight().unix());
    let recorder: &'static Recorder = Box::leak(Box::new(Recorder::with_clock(now)));
    let counters = (0..3).map(|number| tool::counter(&format!("counter/{number}"), recorder));
    let counters: Vec<&'static Counter> = counters.collect();
    let mut said = String::new();
    mark("begin");
    let _ = tool::open_at(recorder, &dir, now());
    count(recorder, &counters, "first", &mut said);
    pass(7 * 86_400);
    let _ = recorder.rotate(now());
    count(recorder, &counters, "second", &mut said);
    // If the last call fails in the first of these, it does not in the second.
    let _ = recorder.rotate(now());
    let _ = recorder.rotate(now());
    mark("end");
    said.push_str(&format!("waiting {}\n", recorder.waiting()));
    // Written by another call than those that fail.
    let mut left = said.as_bytes();
    while !left.is_empty() {
        let written = out.write_vectored(&[IoSlice::new(left)]);
        left = &left[written.expect("somebody listens")..];
    }
    ExitCode::SUCCESS
}

/// Adds to counters and to so many names that the file grows, while time passes; says what.
fn count(
    recorder: &'static Recorder,
    counters: &[&'static Counter],
    week: &str,
    said: &mut String,
) {
    for number in 0..20_u64 {
        let length = [10, 4000][(number % 2) as usize];
        let name = format!("{week}/{number}-{}", "x".repeat(length));
        let added = recorder.add(name.as_bytes(), number + 1);
        let word = if added.is_ok() { "counted" } else { "refused" };
        said.push_str(&format!("{word} {name} {}\n", number + 1));
        for counter in counters {
            counter.add(number + 2);
            let name = String::from_utf8_lossy(counter.name());
            said.push_str(&format!("added {name} {}\n", number + 2));
        }
        // Now and then the file is looked at, and what waits is tried again.
        pass(4);
    }
}
