//! What has to be true of a round of uploaders that worked at the same time, and what of it Go's
//! uploaders break.
//!
//! What a program of this project made, sent or said has to be exact. What went wrong where only
//! Go's took part is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Instant;

use gotelemetry::report::Report;
use tinyjson::JsonValue;

use crate::failing_collector::{Answer, Entry};
use crate::race_round::{Counts, Ended, LATE_COUNT, Round, VERSION_OF_OURS, Week, is_approved};

/// What happened in all rounds.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) weeks: usize,
    /// Requests by what became of them.
    pub(crate) answers: BTreeMap<Answer, usize>,
    pub(crate) cut_unread: usize,
    /// Requests of our uploaders, and those for a week that was sent before.
    pub(crate) ours: usize,
    pub(crate) repeated: usize,
    /// Weeks that were sent by both kinds of uploaders.
    pub(crate) by_both: usize,
    /// Weeks whose local report is ours.
    pub(crate) reported_by_us: usize,
    /// Weeks whose late file is in the local report, and those where it came too late.
    pub(crate) late: usize,
    pub(crate) too_late: usize,
    /// How often our uploaders met a report that Go's were just writing.
    pub(crate) waited: usize,
    pub(crate) faults: Faults,
}

/// What Go's uploaders did wrong.
#[derive(Default)]
pub(crate) struct Faults {
    /// Requests with half a report.
    pub(crate) half: usize,
    /// Weeks that were lost by that.
    pub(crate) lost: usize,
    /// Weeks whose upload report has another X than the local report, by whether that is ours.
    pub(crate) other_x: [usize; 2],
    /// Those of them whose counts differ as well.
    pub(crate) other_counts: usize,
    /// Weeks of which different reports were sent.
    pub(crate) different: usize,
}

/// What an uploader of ours says of a week.
struct Said {
    week: String,
    /// What became of its count files, or else of its ready report.
    of_files: bool,
    outcome: String,
    is_ready: bool,
}

pub(crate) fn check(round: &Round, tally: &mut Tally) -> Result<(), String> {
    let entries = round.collector.entries();
    let mut said = Vec::new();
    for ended in &round.ended {
        check_end(ended)?;
        if ended.is_ours {
            said.extend(
                said_by(ended)?
                    .into_iter()
                    .map(|said| (said, ended.started)),
            );
        }
    }
    for (number, week) in round.weeks.iter().enumerate() {
        let is_last = number + 1 == round.weeks.len();
        let of_week = |entry: &&Entry| entry.week == week.date;
        let entries: Vec<&Entry> = entries.iter().filter(of_week).collect();
        let of_week = |said: &&(Said, Instant)| said.0.week == week.date;
        let said: Vec<&(Said, Instant)> = said.iter().filter(of_week).collect();
        let checked = check_week(round, week, is_last, &entries, &said, tally);
        checked.map_err(|what| format!("week {}: {what}", week.date))?;
    }
    for entry in &entries {
        *tally.answers.entry(entry.answer).or_default() += 1;
        tally.ours += usize::from(entry.is_ours);
    }
    tally.cut_unread += round.collector.cut_unread();
    tally.weeks += round.weeks.len();
    check_left_over(round)
}

/// No uploader fails, and ours has nothing to complain of.
fn check_end(ended: &Ended) -> Result<(), String> {
    let output = &ended.output;
    // Ours ends with 1 if a report was not taken.
    let most = i32::from(ended.is_ours);
    let is_fine = output.status.code().is_some_and(|code| code <= most);
    match is_fine && output.stderr.is_empty() {
        true => Ok(()),
        false => Err(format!("ours: {}, {output:?}", ended.is_ours)),
    }
}

fn said_by(ended: &Ended) -> Result<Vec<Said>, String> {
    let text = String::from_utf8_lossy(&ended.output.stdout);
    let json: JsonValue = text.parse().map_err(|error| format!("{text}: {error}"))?;
    let mut said = Vec::new();
    for key in ["Weeks", "Reports"] {
        let all: &Vec<JsonValue> = json[key].get().ok_or("no list")?;
        for one in all {
            let text = |key: &str| one[key].get::<String>().cloned().ok_or("no text");
            said.push(Said {
                week: text("Week")?,
                of_files: key == "Weeks",
                outcome: text("Outcome")?,
                is_ready: key == "Weeks" && one["Ready"].get() == Some(&true),
            });
        }
    }
    Ok(said)
}

/// The counts of a report, by program and name.
fn counts(report: &Report) -> Counts {
    let mut counts = Counts::new();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    for program in &report.programs {
        for (name, count) in program.counters.iter().chain(&program.stacks) {
            let key = (text(&program.build.program), text(name));
            *counts.entry(key).or_default() += count.unsigned_abs();
        }
    }
    counts
}

fn check_week(
    round: &Round,
    week: &Week,
    is_last: bool,
    entries: &[&Entry],
    said: &[&(Said, Instant)],
    tally: &mut Tally,
) -> Result<(), String> {
    let of_files = said.iter().filter(|(said, _)| said.of_files);
    let reported: Vec<_> = of_files
        .clone()
        .filter(|(said, _)| said.outcome == "reported")
        .collect();
    if reported.len() > 1 {
        return Err(format!("{} of ours reported it", reported.len()));
    }
    tally.waited += of_files.filter(|(said, _)| said.outcome == "waits").count();
    tally.reported_by_us += reported.len();

    let path = round
        .home
        .root
        .path()
        .join(format!("local/local.{}.json", week.date));
    let text = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let local = Report::parse(&text).map_err(|error| format!("local report: {error}"))?;
    if is_ours(&local) == reported.is_empty() {
        return Err(format!("{} of ours reported it", reported.len()));
    }
    let started = reported.first().map(|(_, started)| *started);
    check_counts(round, week, is_last, &counts(&local), started, tally)?;

    check_order(entries, tally)?;
    check_said(entries, said)?;
    let is_ready = reported.iter().any(|(said, _)| said.is_ready);
    check_bodies(&local, is_ready, entries, tally)?;
    check_copy(round, week, entries, tally)
}

/// The local report holds all that its count files held when the reporter listed them.
fn check_counts(
    round: &Round,
    week: &Week,
    is_last: bool,
    local: &Counts,
    started: Option<Instant>,
    tally: &mut Tally,
) -> Result<(), String> {
    if is_last {
        let mut with_late = week.counts.clone();
        for ((program, name), n) in &mut with_late {
            *n += LATE_COUNT * u64::from(program == "a/tool" && name == "n");
        }
        if *local == with_late {
            tally.late += 1;
            return Ok(());
        }
        tally.too_late += 1;
        // Which of Go's uploaders made the report is not known: the first is meant.
        let of_go = round.ended.iter().filter(|ended| !ended.is_ours);
        let started = started.or_else(|| of_go.map(|ended| ended.started).min());
        if round
            .late
            .zip(started)
            .is_some_and(|(late, started)| late < started)
        {
            return Err("a file is missing that was there before the reporter".to_owned());
        }
    }
    match *local == week.counts {
        true => Ok(()),
        false => Err(format!("counted {:?}, reported {local:?}", week.counts)),
    }
}

/// A week is sent by one uploader at a time, and again only after no answer arrived.
fn check_order(entries: &[&Entry], tally: &mut Tally) -> Result<(), String> {
    if entries.iter().any(|entry| entry.overlaps) {
        return Err("two uploaders sent it at the same time".to_owned());
    }
    let before = entries.split_last().map_or(entries, |(_, before)| before);
    if before.iter().any(|entry| entry.answer == Answer::Taken) {
        return Err("it was sent again after it was taken".to_owned());
    }
    tally.repeated += entries.len().saturating_sub(1);
    let senders: BTreeSet<bool> = entries.iter().map(|entry| entry.is_ours).collect();
    tally.by_both += usize::from(senders.len() == 2);
    Ok(())
}

/// What ours say of what they sent is what the collector saw of them.
fn check_said(entries: &[&Entry], said: &[&(Said, Instant)]) -> Result<(), String> {
    let says = |word: &str| {
        let of_report = said.iter().filter(|(said, _)| !said.of_files);
        of_report.filter(|(said, _)| said.outcome == word).count()
    };
    let ours = || entries.iter().filter(|entry| entry.is_ours);
    let seen = |answer| ours().filter(|entry| entry.answer == answer).count();
    let (taken, too_long) = (seen(Answer::Taken), seen(Answer::LongSilence));
    let other = ours().count() - taken - too_long;
    let wrong = ["refused", "failed"].map(says).iter().sum::<usize>();
    // Connections that are cut unread are noted by nobody else.
    let is_same = says("sent") == taken && says("late") == too_long && says("unanswered") >= other;
    if is_same && wrong == 0 {
        return Ok(());
    }
    let outcomes: Vec<&str> = said.iter().map(|(said, _)| said.outcome.as_str()).collect();
    Err(format!("ours said {outcomes:?}, seen {entries:?}"))
}

/// Whether a report was made by ours.
fn is_ours(report: &Report) -> bool {
    report.config == VERSION_OF_OURS
}

/// All bodies that were sent are one report; `is_ready` if ours say that it is theirs.
fn check_bodies(
    local: &Report,
    is_ready: bool,
    entries: &[&Entry],
    tally: &mut Tally,
) -> Result<(), String> {
    let mut bodies = BTreeSet::new();
    let mut approved = counts(local);
    approved.retain(|(program, name), _| is_approved(program, name));
    let (mut other_x, mut other_counts) = (false, false);
    for entry in entries {
        let Ok(report) = Report::parse(&entry.body) else {
            if entry.is_ours {
                return Err(format!("ours sent {:?}", entry.body));
            }
            tally.faults.half += 1;
            continue;
        };
        bodies.insert(&entry.body);
        let is_of_local = report.x.to_bits() == local.x.to_bits();
        let is_equal = counts(&report) == approved;
        if is_ours(&report) && !is_of_local {
            return Err(format!("ours sent {report:?} of {local:?}"));
        }
        if is_of_local && !is_equal {
            return Err(format!("sent {:?}, not {approved:?}", counts(&report)));
        }
        other_x |= !is_of_local;
        other_counts |= !is_equal;
    }
    // Where ours made the upload report, it is the only one.
    if is_ready && (other_x || bodies.len() > 1) {
        return Err(format!("ours is not all that was sent: {entries:?}"));
    }
    if bodies.len() > 1 {
        if entries.iter().any(|entry| entry.is_ours) {
            return Err(format!("different reports were sent: {entries:?}"));
        }
        tally.faults.different += 1;
    }
    tally.faults.other_x[usize::from(is_ours(local))] += usize::from(other_x);
    tally.faults.other_counts += usize::from(other_counts);
    Ok(())
}

/// What was taken is kept.
fn check_copy(
    round: &Round,
    week: &Week,
    entries: &[&Entry],
    tally: &mut Tally,
) -> Result<(), String> {
    let copy = round
        .home
        .root
        .path()
        .join(format!("upload/{}.json", week.date));
    let taken = entries.iter().find(|entry| entry.answer == Answer::Taken);
    match (taken, fs::read(&copy).ok()) {
        (Some(taken), Some(copy)) if taken.body == copy => Ok(()),
        (None, None) if entries.iter().any(|entry| entry.answer == Answer::Refused) => {
            tally.faults.lost += 1;
            Ok(())
        }
        (_, copy) => Err(format!("the copy is {copy:?}, sent was {entries:?}")),
    }
}

/// Nothing is left but what has to be.
fn check_left_over(round: &Round) -> Result<(), String> {
    let files = crate::uploaders::files(round.home.root.path())?;
    let is_expected = |name: &str| {
        let is_report = name.starts_with("local/local.") || name.starts_with("upload/");
        ["mode", "config.json", "local/upload.lock"].contains(&name)
            || is_report && name.ends_with(".json")
    };
    match files.keys().find(|name| !is_expected(name)) {
        None => Ok(()),
        Some(name) => Err(format!("{name} is left")),
    }
}
