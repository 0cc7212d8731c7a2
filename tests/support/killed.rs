//! A process that follows its script until it is killed, and acknowledges each batch of steps in a
//! ledger once all of the additions in it have returned.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::date::{Date, Time};
use gotelemetry::mode::{self, Mode};
use gotelemetry::recorder::{Counter, Recorder};

use crate::ledger::{Entry, Ledger};
use crate::role::{listen, say};
use crate::script::{Phase, Script, Step};
use crate::tool;

/// How many stages of each kind a script has.
const STAGES: u64 = 4;

pub(crate) fn script(number: u64, seed: u64) -> Script {
    Script::new(number, seed, STAGES)
}

/// Ten o'clock on the first day of a week.
fn time(week: u64) -> Time {
    let first = Date::new(2030, 1, 1).expect("a date").midnight().unix();
    Time::from_unix(first + 36_000 + i64::try_from(week).expect("few") * 7 * 86_400)
}

pub(crate) fn play(words: &[String]) -> ExitCode {
    let [dir, ledger, number, seed, threads] = words else {
        return ExitCode::FAILURE;
    };
    let dir = TelemetryDir::at(dir);
    let (Ok(number), Ok(seed)) = (number.parse(), seed.parse::<u64>()) else {
        return ExitCode::FAILURE;
    };
    let (ledger, script) = (Ledger::open(ledger), script(number, seed));
    let recorder = tool::recorder();
    let counters = script.counters.iter();
    let counters = counters.map(|name| tool::counter(name, recorder));
    let counters: Vec<&'static Counter> = counters.collect();
    say("");
    listen();
    ledger.write(Entry::Phase, Phase::Opening as u64);
    say("");
    if (seed + number).is_multiple_of(8) {
        let today = time(0).date();
        mode::set(&dir, Mode::Local, today).expect("the mode can be set");
        ledger.write(Entry::Mode, 1);
    }
    tool::open_at(recorder, &dir, time(0)).expect("it can be opened");
    let process = Process {
        ledger,
        recorder,
        counters,
        done: AtomicU64::new(0),
    };
    match threads == "threads" {
        true => thread::scope(|scope| {
            scope.spawn(|| process.rotate_all_the_time(script.steps.len() as u64));
            process.count(&script, false);
        }),
        false => process.count(&script, true),
    }
    process.ledger.write(Entry::Phase, Phase::Done as u64);
    ExitCode::SUCCESS
}

struct Process {
    ledger: Ledger,
    recorder: &'static Recorder,
    counters: Vec<&'static Counter>,
    /// How many steps are done.
    done: AtomicU64,
}

impl Process {
    /// Takes all steps, and acknowledges each batch once all of its additions have returned.
    fn count(&self, script: &Script, rotates: bool) {
        let (mut done, mut week) = (0, 0);
        for stage in &script.stages {
            self.ledger.write(Entry::Phase, stage.phase as u64);
            for batch in script.steps[stage.steps.clone()].chunks(stage.batch) {
                for step in batch {
                    match step {
                        Step::Name(name, n) => {
                            let added = self.recorder.add(name.as_bytes(), *n);
                            added.expect("there is a file, and room");
                        }
                        Step::Counter(counter, n) => self.counters[*counter].add(*n),
                        Step::Rotate if rotates => {
                            week += 1;
                            let rotated = self.recorder.rotate(time(week));
                            rotated.expect("it can rotate");
                        }
                        Step::Rotate => {}
                    }
                }
                done += batch.len() as u64;
                // ORDERING: released, so that who rotates once it has seen the number settles
                // all additions that it speaks of.
                self.done.store(done, Ordering::Release);
                self.ledger.write(Entry::Done, done);
            }
        }
    }

    /// Lets one week after the other end until all steps are taken.
    fn rotate_all_the_time(&self, all: u64) {
        let mut week = 0;
        loop {
            // ORDERING: acquired, see `count`.
            let done = self.done.load(Ordering::Acquire);
            if done == all {
                return;
            }
            week += 1;
            self.ledger.write(Entry::Rotating, 1);
            let rotated = self.recorder.rotate(time(week));
            rotated.expect("it can rotate");
            self.ledger.write(Entry::Rotating, 0);
            self.ledger.write(Entry::Settled, done);
            thread::sleep(Duration::from_micros(200));
        }
    }
}
