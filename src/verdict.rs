//! L3: of everything that was counted in a week, whether it may be sent, and if not, why.
//!
//! Implements the sections *Whether an upload report is made* and *What an upload report holds* of
//! `spec/reporting.md`. Reports, dry runs, viewer and audit all go by the [`Verdict`]s made here;
//! files and networks are not known.

use std::fmt;

use crate::config::{Approved, ApprovedProgram};
use crate::format::date::{Date, Time};
use crate::mode::{Effective, Mode};
use crate::report::{Build, ProgramReport, Report};

/// For how long after its week a report may be sent, in seconds: 21 days.
pub(crate) const MAX_AGE: i64 = 21 * 24 * 60 * 60;

/// Whether something is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is sent.
    Sent,
    /// It stays on the machine.
    Held(Reason),
}

/// Why something stays on the machine: the first of these that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// The mode is not `on`.
    Mode,
    /// There is no upload config that was verified or named by the caller.
    Config,
    /// The week ended more than 21 days ago.
    Age,
    /// The week holds counts of the as-of date or from before.
    AsOf,
    /// X is above SampleRate.
    Sample,
    /// The config does not have the program.
    Program,
    /// The config does not have this version of the program.
    Version,
    /// The config does not have the version of the toolchain.
    GoVersion,
    /// The config does not have the operating system.
    Goos,
    /// The config does not have the processor architecture.
    Goarch,
    /// The config does not have the counter.
    Counter,
    /// The config does not have the stack counter.
    Stack,
    /// X is above the Rate of the counter.
    CounterRate,
    /// X is above the Rate of the stack counter.
    StackRate,
}

impl Reason {
    /// The id of the clause in `spec/reporting.md`.
    pub const fn clause(self) -> &'static str {
        match self {
            Reason::Mode => "report.upload.mode",
            Reason::Config => "report.upload.config",
            Reason::Age => "report.upload.age",
            Reason::AsOf => "report.upload.as-of",
            Reason::Sample => "report.upload.sample",
            Reason::Program
            | Reason::Version
            | Reason::GoVersion
            | Reason::Goos
            | Reason::Goarch => "report.filter.program",
            Reason::Counter | Reason::CounterRate => "report.filter.counter",
            Reason::Stack | Reason::StackRate => "report.filter.stack",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Mode => "the mode is not on",
            Reason::Config => "there is no upload config",
            Reason::Age => "the week ended more than 21 days ago",
            Reason::AsOf => "the week holds counts from the as-of date or before",
            Reason::Sample => "X is above SampleRate",
            Reason::Program => "the config does not have the program",
            Reason::Version => "the config does not have this version of the program",
            Reason::GoVersion => "the config does not have this version of the toolchain",
            Reason::Goos => "the config does not have the operating system",
            Reason::Goarch => "the config does not have the architecture",
            Reason::Counter => "the config does not have the counter",
            Reason::Stack => "the config does not have the stack counter",
            Reason::CounterRate | Reason::StackRate => "X is above its Rate",
        })?;
        write!(f, " [{}]", self.clause())
    }
}

/// What decides on sending, beside the counts themselves.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Terms<'a> {
    /// Whether the mode is `on`.
    pub on: bool,
    /// The day from which on counts may be sent.
    pub as_of: Option<Date>,
    /// What may be sent.
    pub approved: Option<&'a Approved<'a>>,
    /// The present time.
    pub now: Time,
}

/// The verdicts on a report, part by part.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Judgement<'r> {
    /// The report.
    pub report: &'r Report,
    /// Whether an upload report is made of it.
    pub verdict: Verdict,
    /// The programs, in the order of the report.
    pub programs: Vec<JudgedProgram<'r>>,
}

/// The verdicts on a program of a report.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JudgedProgram<'r> {
    /// The program.
    pub program: &'r ProgramReport,
    /// Whether it is in the upload report.
    pub verdict: Verdict,
    /// The plain counters, in the order of their names.
    pub counters: Vec<JudgedName<'r>>,
    /// The stack counters, in the order of their names.
    pub stacks: Vec<JudgedName<'r>>,
}

/// The verdict on a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JudgedName<'r> {
    /// The name, decoded.
    pub name: &'r [u8],
    /// The count.
    pub count: i64,
    /// Whether it is in the upload report.
    pub verdict: Verdict,
}

impl<'a> Terms<'a> {
    /// The terms that the mode, the upload config and the time `now` set.
    // spec[report.mode.once, report.now]
    pub fn of(mode: &Effective, approved: Option<&'a Approved<'a>>, now: Time) -> Terms<'a> {
        Terms {
            on: mode.mode == Mode::On,
            as_of: mode.as_of,
            approved,
            now,
        }
    }

    /// The verdicts on a report that holds counts from `begin` on, and was drawn its X.
    // spec[report.verdict]
    pub fn judge<'r>(&self, report: &'r Report, begin: Time) -> Judgement<'r> {
        let week = self.week(report, begin);
        let programs = report.programs.iter();
        let programs = programs.map(|program| match (week, self.approved) {
            (Ok(()), Some(approved)) => judge_program(approved, program, report.x),
            (week, _) => held(program, week.err().unwrap_or(Reason::Config)),
        });
        Judgement {
            report,
            verdict: verdict(week),
            programs: programs.collect(),
        }
    }

    /// Whether an upload report is made.
    // spec[report.upload]
    fn week(&self, report: &Report, begin: Time) -> Result<(), Reason> {
        // spec[report.upload.mode]
        if !self.on {
            return Err(Reason::Mode);
        }
        // spec[report.upload.config]
        let approved = self.approved.ok_or(Reason::Config)?;
        self.in_time(report, begin)?;
        let rate = approved.config().sample_rate;
        // spec[report.upload.sample]
        if rate > 0.0 && report.x > rate {
            return Err(Reason::Sample);
        }
        Ok(())
    }

    /// Whether the time of a report that holds counts from `begin` on allows to send it.
    fn in_time(&self, report: &Report, begin: Time) -> Result<(), Reason> {
        let date = Date::parse(&report.week).ok();
        // spec[report.upload.age]
        if date.is_none_or(|date| is_too_old(date, self.now)) {
            return Err(Reason::Age);
        }
        // spec[report.upload.as-of]
        if self.as_of.is_none_or(|as_of| as_of.midnight() >= begin) {
            return Err(Reason::AsOf);
        }
        Ok(())
    }

    /// Whether an upload report can be made of a report if there is a config that allows it.
    // spec[config.fetch.when]
    pub fn would_send(&self, report: &Report, begin: Time) -> bool {
        self.on && self.in_time(report, begin).is_ok()
    }
}

/// Whether the report of the week that ended on `date` is too old to be sent.
// spec[report.upload.age]
pub(crate) fn is_too_old(date: Date, now: Time) -> bool {
    now.unix() - date.midnight().unix() > MAX_AGE
}

impl Judgement<'_> {
    /// The upload report: what is sent of the report, if one is made.
    // spec[report.filter.head, report.filter.order, report.filter.value]
    // spec[report.filter.empty, report.filter.none]
    pub fn upload(&self) -> Option<Report> {
        if self.verdict != Verdict::Sent {
            return None;
        }
        let is_sent = |program: &&JudgedProgram<'_>| program.verdict == Verdict::Sent;
        let sent = |names: &[JudgedName<'_>]| {
            let sent = names.iter().filter(|one| one.verdict == Verdict::Sent);
            sent.map(|one| (one.name.to_vec(), one.count)).collect()
        };
        let programs = self.programs.iter().filter(is_sent);
        let programs = programs.map(|judged| ProgramReport {
            build: judged.program.build.clone(),
            counters: sent(&judged.counters),
            stacks: sent(&judged.stacks),
        });
        Some(Report {
            week: self.report.week.clone(),
            last_week: self.report.last_week.clone(),
            x: self.report.x,
            programs: programs.collect(),
            config: self.report.config.clone(),
        })
    }
}

fn judge_program<'r>(
    approved: &Approved<'_>,
    program: &'r ProgramReport,
    x: f64,
) -> JudgedProgram<'r> {
    let approved = match approved_program(approved, &program.build) {
        Ok(approved) => approved,
        Err(reason) => return held(program, reason),
    };
    // spec[report.filter.counter]
    let counter = |name: &[u8]| match approved.counter(name) {
        Some(rate) if x <= rate => Verdict::Sent,
        Some(_) => Verdict::Held(Reason::CounterRate),
        None => Verdict::Held(Reason::Counter),
    };
    // spec[report.filter.stack]
    let stack = |name: &[u8]| {
        let line = name.split(|byte| *byte == b'\n').next();
        match approved.stack(line.unwrap_or_default()) {
            Some(rate) if x <= rate => Verdict::Sent,
            Some(_) => Verdict::Held(Reason::StackRate),
            None => Verdict::Held(Reason::Stack),
        }
    };
    judged(program, Verdict::Sent, counter, stack)
}

/// What the config has of a program, if it has the build.
// spec[report.filter.program]
fn approved_program<'a, 'c>(
    approved: &'a Approved<'c>,
    build: &Build,
) -> Result<&'a ApprovedProgram<'c>, Reason> {
    let program = approved.program(&build.program).ok_or(Reason::Program)?;
    if !program.has_version(&build.version) {
        return Err(Reason::Version);
    }
    if !approved.has_go_version(&build.go_version) {
        return Err(Reason::GoVersion);
    }
    if !approved.has_goos(&build.goos) {
        return Err(Reason::Goos);
    }
    if !approved.has_goarch(&build.goarch) {
        return Err(Reason::Goarch);
    }
    Ok(program)
}

fn held(program: &ProgramReport, reason: Reason) -> JudgedProgram<'_> {
    let verdict = Verdict::Held(reason);
    judged(program, verdict, |_| verdict, |_| verdict)
}

fn judged<'r>(
    program: &'r ProgramReport,
    verdict: Verdict,
    counter: impl Fn(&[u8]) -> Verdict,
    stack: impl Fn(&[u8]) -> Verdict,
) -> JudgedProgram<'r> {
    let one = |name: &'r [u8], count: i64, verdict| JudgedName {
        name,
        count,
        verdict,
    };
    let counters = program.counters.iter();
    let stacks = program.stacks.iter();
    JudgedProgram {
        program,
        verdict,
        counters: counters
            .map(|(name, count)| one(name, *count, counter(name)))
            .collect(),
        stacks: stacks
            .map(|(name, count)| one(name, *count, stack(name)))
            .collect(),
    }
}

fn verdict(result: Result<(), Reason>) -> Verdict {
    match result {
        Ok(()) => Verdict::Sent,
        Err(reason) => Verdict::Held(reason),
    }
}
