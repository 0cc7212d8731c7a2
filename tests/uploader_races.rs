//! Reporters and uploaders of Go and of this project that work in one directory at the same time,
//! beside a collector that fails at random: of a week one report is sent, again only after no
//! answer arrived, and the local report holds all that its count files held.
//!
//! In each round two of Go's uploaders and two of ours begin together, four times over; the last
//! time the collector does not fail. One of ours is the program, the other gives up sooner than
//! that while it waits for an answer. What ours make, send and say has to be exact. Where only Go's
//! were at fault, that is counted and printed; `spec/divergences.md` lists it.
//!
//! `GOTELEMETRY_ROUNDS` is the number of rounds, `GOTELEMETRY_SEED` begins the random numbers.

#[path = "support/failing_collector.rs"]
mod failing_collector;
#[path = "support/go.rs"]
mod go;
#[path = "support/harness.rs"]
mod harness;
#[path = "support/home.rs"]
mod home;
#[path = "support/impatient.rs"]
mod impatient;
#[path = "support/race_check.rs"]
mod race_check;
#[path = "support/race_round.rs"]
mod race_round;
#[path = "support/random.rs"]
mod random;
#[path = "support/role.rs"]
mod role;
mod support;
#[path = "support/toolchains.rs"]
mod toolchains;
#[path = "support/uploaders.rs"]
mod uploaders;
#[path = "support/web.rs"]
mod web;

use std::process::ExitCode;
use std::time::SystemTime;

use harness::{Outcome, Test};
use race_check::{Tally, check};
use race_round::Round;
use random::Random;

/// How many rounds there are, unless the environment says otherwise.
const ROUNDS: u64 = 25;

/// How many of 100 requests go wrong, each time the uploaders begin.
const FAILURES: [u64; 4] = [70, 50, 30, 0];

fn main() -> ExitCode {
    if let Some(words) = role::of_this_process() {
        return impatient::play(&words);
    }
    let name = "uploaders_of_both_kinds_send_one_report_of_a_week";
    harness::main(vec![Test {
        name: name.to_owned(),
        run: Box::new(uploaders_of_both_kinds_send_one_report_of_a_week),
    }])
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

// test[upload.lock, upload.answer.ok, upload.answer.other, report.files.bad, report.place.link]
// test[report.place.order, report.x.same]
fn uploaders_of_both_kinds_send_one_report_of_a_week() -> Result<Outcome, String> {
    let toolchains = go::toolchains();
    if toolchains.is_empty() {
        return toolchains::missing();
    }
    let drivers: Result<Vec<_>, _> = toolchains.iter().map(|one| one.driver()).collect();
    let drivers = drivers?;
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let seed = variable("GOTELEMETRY_SEED").unwrap_or(since.as_micros() as u64);
    let rounds = variable("GOTELEMETRY_ROUNDS").unwrap_or(ROUNDS);
    let mut tally = Tally::default();
    for number in 0..rounds {
        let driver = &drivers[number as usize % drivers.len()];
        let numbers = (seed ^ (number << 40)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let done = work(driver, &mut Random(numbers | 1), &mut tally);
        done.map_err(|what| format!("GOTELEMETRY_SEED={seed}, round {number}: {what}"))?;
    }
    Ok(Outcome::Passed(format!(
        "{rounds} rounds, {}",
        said(&tally)
    )))
}

fn work(driver: &std::path::Path, random: &mut Random, tally: &mut Tally) -> Result<(), String> {
    let mut round = Round::new(driver, random)?;
    for percent in FAILURES {
        round.collector.fail(percent);
        round.work(random)?;
    }
    check(&round, tally)
}

fn said(tally: &Tally) -> String {
    let Tally {
        weeks,
        answers,
        cut_unread,
        ours,
        repeated,
        by_both,
        reported_by_us,
        late,
        too_late,
        waited,
        faults,
    } = tally;
    let requests: usize = answers.values().sum();
    format!(
        "{weeks} weeks, {reported_by_us} of them reported by ours; {requests} requests, {ours} of \
         them ours, {repeated} repeated, {answers:?}, {cut_unread} connections cut unread; {by_both} \
         weeks sent by both; late files: {late} reported, {too_late} too late; ours waited {waited} \
         times for reports half written\n    Go's faults: {} requests with half a report, {} weeks lost, \
         {} weeks with another X than Go's local report, {} weeks with another X than our local \
         report, {} of these with other counts, {} weeks with different reports",
        faults.half,
        faults.lost,
        faults.other_x[0],
        faults.other_x[1],
        faults.other_counts,
        faults.different
    )
}
