//! The operations that make reports of count files.
//!
//! Implements the section *Reporting* of `spec/driver.md`.

use std::path::Path;

use super::{Done, Operation, Refusal, Request, hex, integer, time};
use crate::config::UploadConfig;
use crate::dir::TelemetryDir;
use crate::json::Value;
use crate::mode::{self, Mode};
use crate::reporter::{NO_CONFIG, Task, Week, Weeks};
use crate::verdict::{JudgedName, JudgedProgram, Reason, Terms, Verdict};

pub(super) const OPERATIONS: &[Operation] = &[("report", report), ("verdicts", verdicts)];

type Answer = Result<Done, Refusal>;

/// Calls `act` with the weeks that are due, unless the mode is off.
fn with_weeks<T>(
    request: &Request,
    act: impl FnOnce(&TelemetryDir, &Terms<'_>, Weeks) -> Result<T, Refusal>,
) -> Result<Option<T>, Refusal> {
    let dir = TelemetryDir::at(&request.dir);
    let effective = mode::read(Some(&dir), &request.environment()?);
    let config = request.config("config")?;
    let approved = config.as_ref().map(UploadConfig::approved);
    let terms = Terms::of(&effective, approved.as_ref(), request.arg("now", time)?);
    // spec[report.mode]
    if effective.mode == Mode::Off {
        return Ok(None);
    }
    let version = match request.arg("config_version", Some)? {
        Value::String(version) => version,
        _ => NO_CONFIG,
    };
    let mut weeks = Weeks::read(&dir, &terms, version)?;
    let x = f64::from_bits(request.arg("x", integer)?);
    for week in &mut weeks.weeks {
        if let Task::Report(draft) = &mut week.task {
            draft.report.x = x;
        }
    }
    act(&dir, &terms, weeks).map(Some)
}

fn report(request: &Request) -> Answer {
    with_weeks(request, |dir, terms, weeks| {
        for week in &weeks.weeks {
            week.carry_out(dir, terms)?;
        }
        Ok(())
    })?;
    Ok(Done::nothing())
}

fn verdicts(request: &Request) -> Answer {
    let found = with_weeks(request, |_, terms, weeks| {
        let name = |path: &Path| {
            let name = path.file_name().unwrap_or_default();
            Value::String(name.to_string_lossy().into_owned())
        };
        let unread = weeks.unread.iter().map(|unread| name(&unread.path));
        let judged = weeks.weeks.iter().map(|week| judged(week, terms));
        let judged = judged.collect::<Result<_, Refusal>>()?;
        Ok((unread.collect(), judged))
    })?;
    let (unread, weeks) = found.unwrap_or_default();
    Ok(Done::with(Value::from([
        ("unread", Value::Array(unread)),
        ("weeks", Value::Array(weeks)),
    ])))
}

/// What becomes of a week, and what holds back its parts.
fn judged(week: &Week, terms: &Terms<'_>) -> Result<Value, Refusal> {
    let task = match &week.task {
        Task::Report(_) => "report",
        Task::Delete => "delete",
        Task::Wait { .. } => "wait",
        Task::Nothing => "nothing",
        Task::Failed(error) => return Err(Refusal::Error(error.to_string())),
    };
    let judgement = week.judge(terms);
    let verdict = judgement.as_ref().map(|judgement| held(judgement.verdict));
    let programs = judgement.iter().flat_map(|judgement| &judgement.programs);
    Ok(Value::from([
        ("week", Value::String(week.date.to_string())),
        ("task", task.into()),
        ("held", verdict.unwrap_or(Value::Null)),
        ("programs", Value::Array(programs.map(program).collect())),
    ]))
}

fn program(judged: &JudgedProgram<'_>) -> Value {
    let text = |value: &[u8]| Value::String(String::from_utf8_lossy(value).into_owned());
    let [program, version, go_version, goos, goarch] = judged.program.build.values().map(text);
    let names = |names: &[JudgedName<'_>]| {
        let names = names.iter();
        Value::Object(
            names
                .map(|one| (hex(one.name), held(one.verdict)))
                .collect(),
        )
    };
    Value::from([
        ("program", program),
        ("version", version),
        ("go_version", go_version),
        ("goos", goos),
        ("goarch", goarch),
        ("held", held(judged.verdict)),
        ("counters", names(&judged.counters)),
        ("stacks", names(&judged.stacks)),
    ])
}

/// What holds something back, in a word.
fn held(verdict: Verdict) -> Value {
    let reason = match verdict {
        Verdict::Sent => return Value::Null,
        Verdict::Held(reason) => reason,
    };
    Value::from(match reason {
        Reason::Mode => "mode",
        Reason::Config => "config",
        Reason::Age => "age",
        Reason::AsOf => "as-of",
        Reason::Sample => "sample",
        Reason::Program => "program",
        Reason::Version => "version",
        Reason::GoVersion => "go_version",
        Reason::Goos => "goos",
        Reason::Goarch => "goarch",
        Reason::Counter | Reason::Stack => "name",
        Reason::CounterRate | Reason::StackRate => "rate",
    })
}
