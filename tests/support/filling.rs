//! The processes that count on a full disk, and those that fill it: roles of `tests/full_disk.rs`.

use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gotelemetry::dir::TelemetryDir;
use gotelemetry::recorder::{Counter, Recorder};
use gotelemetry::system;

use crate::role::{listen, say};
use crate::tool::{self, Sums};
use crate::{disk, role};

/// Counters, and as many names, of the role `fill`.
const NAMES: u64 = 2000;

/// Names of the role `sparse`; they need more than a page.
const SPARSE: u64 = 600;

/// For how long the role `churn` counts.
const CHURN: Duration = Duration::from_millis(2500);

/// Names of each thread of the role `churn`.
const CHURNED: usize = 3000;

/// Plays the role that the words name.
pub(crate) fn play(words: &[String]) -> ExitCode {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["fill", dir, then] => fill(&TelemetryDir::at(dir), then),
        ["sparse", dir, who] => sparse(&TelemetryDir::at(dir), who),
        ["churn", dir, number] => churn(&TelemetryDir::at(dir), number),
        ["flood", mount] => flood(Path::new(mount)),
        _ => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}

/// What is added to counter and name `number`.
fn portion(number: u64) -> u64 {
    1 + number % 3
}

fn counter_name(number: u64) -> String {
    format!("counter/{number}-and-some-more")
}

fn plain_name(number: u64) -> String {
    format!("name/{number}-and-some-more")
}

/// What the role `fill` adds before it is told to go on.
pub(crate) fn added() -> Sums {
    let both = |number| {
        let n = portion(number);
        [(counter_name(number), n), (plain_name(number), 2 * n)]
    };
    (0..NAMES).flat_map(both).collect()
}

/// What it adds afterwards, if it does not rotate.
pub(crate) fn one_more() -> (String, u64) {
    (counter_name(NAMES - 1), 1)
}

fn fill(dir: &TelemetryDir, then: &str) {
    let recorder = tool::recorder();
    say(&format!("opened {:?}", tool::open(recorder, dir)));
    let counters: Vec<&'static Counter> = (0..NAMES)
        .map(|number| tool::counter(&counter_name(number), recorder))
        .collect();
    for (number, counter) in (0..).zip(&counters) {
        (0..portion(number)).for_each(|_| counter.inc());
        for _ in 0..2 {
            // It waits if it does not fit.
            drop(recorder.add(plain_name(number).as_bytes(), portion(number)));
        }
    }
    say(&format!("waiting {}", recorder.waiting()));
    say(&format!("reason {:?}", recorder.rotate(system::now())));
    listen();
    if then == "rotate" {
        rotate(recorder);
    } else if let Some(last) = counters.last() {
        // Within a second nobody asks again.
        thread::sleep(Duration::from_millis(1100));
        last.inc();
    }
    say(&format!("waiting {}", recorder.waiting()));
}

fn rotate(recorder: &'static Recorder) {
    say(&format!("rotated {:?}", recorder.rotate(system::now())));
}

fn sparse_name(who: &str, number: u64) -> String {
    format!("{who}/{number}-and-some-more")
}

/// What the role `sparse` adds.
pub(crate) fn sparse_added(who: &str) -> Sums {
    let names = (0..SPARSE).map(|number| (sparse_name(who, number), portion(number)));
    names.collect()
}

fn sparse(dir: &TelemetryDir, who: &str) {
    let recorder = tool::recorder();
    let opened = tool::open(recorder, dir);
    say(&format!("opened {opened:?}"));
    listen();
    for number in 0..SPARSE {
        // It waits if it does not fit.
        drop(recorder.add(sparse_name(who, number).as_bytes(), portion(number)));
    }
    say(&format!("waiting {}", recorder.waiting()));
    listen();
    rotate(recorder);
    say(&format!("waiting {}", recorder.waiting()));
}

fn churn(dir: &TelemetryDir, process: &str) {
    let recorder = tool::recorder();
    // The disk may be full at this moment; a thread below tries again.
    let _ = tool::open(recorder, dir);
    let shared: Vec<&'static Counter> = (0..50)
        .map(|number| tool::counter(&format!("shared/{number}"), recorder))
        .collect();
    let (shared_rounds, waited) = (AtomicU64::new(0), AtomicU64::new(0));
    let counting = AtomicBool::new(true);
    let own = thread::scope(|scope| {
        let threads = [0, 1].map(|thread| {
            let (shared, rounds) = (&shared, &shared_rounds);
            let prefix = format!("own/{process}/{thread}");
            scope.spawn(move || add_for_a_while(recorder, &prefix, shared, rounds))
        });
        scope.spawn(|| {
            // ORDERING: relaxed, here and below, as no other memory depends on it.
            while counting.load(Ordering::Relaxed) {
                waited.fetch_max(recorder.waiting(), Ordering::Relaxed);
                if recorder.path().is_none() {
                    let _ = recorder.rotate(system::now());
                }
                thread::sleep(Duration::from_millis(3));
            }
        });
        let own = threads.map(|thread| thread.join().unwrap_or_default());
        counting.store(false, Ordering::Relaxed);
        own
    });
    say(&format!("waited {}", waited.into_inner()));
    listen();
    rotate(recorder);
    say(&format!("waiting {}", recorder.waiting()));
    let rounds = shared_rounds.into_inner();
    for counter in shared {
        say(&format!(
            "{} {rounds}",
            String::from_utf8_lossy(counter.name())
        ));
    }
    for (name, n) in own.into_iter().flatten() {
        say(&format!("{name} {n}"));
    }
}

/// Adds to the shared counters, to names of its own, and to more and more of the latter.
fn add_for_a_while(
    recorder: &'static Recorder,
    prefix: &str,
    shared: &[&'static Counter],
    rounds: &AtomicU64,
) -> Vec<(String, u64)> {
    let mut own: Vec<(String, u64)> = Vec::new();
    let start = Instant::now();
    let mut turn = 0;
    while start.elapsed() < CHURN {
        shared.iter().for_each(|counter| counter.inc());
        // ORDERING: relaxed, as it is read after this thread has ended.
        rounds.fetch_add(1, Ordering::Relaxed);
        if own.len() < CHURNED {
            own.push((format!("{prefix}/{}-{}", own.len(), "x".repeat(60)), 0));
        }
        for _ in 0..20 {
            turn = (turn + 7) % own.len();
            // It waits if it does not fit.
            drop(recorder.add(own[turn].0.as_bytes(), 1));
            own[turn].1 += 1;
        }
        // New names are to come for as long as the disk fills and empties.
        thread::sleep(Duration::from_micros(500));
    }
    own
}

/// Fills the disk and empties it, again and again, until it is told to stop.
fn flood(mount: &Path) {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut floods = 0_u64;
            // ORDERING: relaxed, here and below, as no other memory depends on it.
            while !stop.load(Ordering::Relaxed) {
                // A full disk can refuse the file itself.
                let _ = disk::fill(mount);
                if floods == 0 {
                    role::say("flooded");
                }
                floods += 1;
                thread::sleep(Duration::from_millis(10));
                let _ = disk::empty(mount);
                thread::sleep(Duration::from_millis(10));
            }
            say(&format!("floods {floods}"));
        });
        listen();
        stop.store(true, Ordering::Relaxed);
    });
}
