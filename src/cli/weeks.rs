//! What commands that make reports share: the config that the command line names, and what is said
//! of each week.

use std::path::Path;

use super::{CliError, Context, Result};
use crate::config::{UploadConfig, semver::Semver};
use crate::dir::{self, TelemetryDir};
use crate::json::Writer;
use crate::reporter::{Done, NO_CONFIG, Task, Week, Weeks};
use crate::verdict::{JudgedProgram, Judgement, Reason, Terms, Verdict};

/// What became of a week, to be printed.
pub(super) struct Line {
    week: String,
    outcome: &'static str,
    text: String,
    /// How many count files the week has.
    files: usize,
    ready: bool,
    held: Option<Reason>,
}

/// Makes the reports of all weeks. Returns what became of each, and what failed.
pub(super) fn carry_out(
    dir: &TelemetryDir,
    weeks: &Weeks,
    terms: &Terms<'_>,
) -> (Vec<Line>, Vec<String>) {
    let mut failures: Vec<String> = weeks.unread.iter().map(ToString::to_string).collect();
    let mut lines = Vec::new();
    for week in &weeks.weeks {
        match (&week.task, week.carry_out(dir, terms)) {
            (Task::Failed(error), _) => failures.push(error.to_string()),
            (_, Ok(done)) => lines.push(line(week, terms, &done)),
            (_, Err(error)) => failures.push(error.to_string()),
        }
    }
    (lines, failures)
}

/// The upload config that the command line names, and its version.
// spec[config.file]
pub(super) fn named_config(context: &Context<'_>) -> Result<Option<(UploadConfig, String)>> {
    let version = context.args.config_version.as_deref();
    let Some(path) = &context.args.config else {
        return match version {
            Some(_) => Err(CliError::Misuse(
                "--config-version without --config".to_owned(),
            )),
            None => Ok(None),
        };
    };
    let version = version.unwrap_or(NO_CONFIG);
    if Semver::parse(version).is_none() {
        return Err(CliError::Misuse(format!(
            "--config-version {version:?} is no semantic version [config.semver]"
        )));
    }
    Ok(Some((read_config(path)?, version.to_owned())))
}

pub(super) fn read_config(path: &Path) -> Result<UploadConfig> {
    let text = dir::read_config(path)?;
    let config = UploadConfig::parse(&text);
    config.map_err(|error| CliError::Failed(format!("{}: {error}", path.display())))
}

fn line(week: &Week, terms: &Terms<'_>, done: &Done) -> Line {
    let files = week.files.len();
    let judgement = week.judge(terms);
    let (outcome, text) = match (&week.task, done, &judgement) {
        (_, Done::Reported { ready }, Some(judgement)) => ("reported", reported(judgement, *ready)),
        (_, Done::Before, _) => (
            "before",
            "was reported before; its count files are deleted".into(),
        ),
        (Task::Wait { path }, ..) => (
            "waits",
            format!(
                "waits: {} is half written [report.broken.wait]",
                path.display()
            ),
        ),
        (Task::Report(_), Done::Left, _) => (
            "waits",
            "waits: another program is writing its report [report.broken.wait]".into(),
        ),
        _ => (
            "empty",
            "no counter in its count files; they stay [report.group.empty]".into(),
        ),
    };
    Line {
        week: week.date.to_string(),
        outcome,
        text,
        files,
        ready: matches!(done, Done::Reported { ready: true }),
        held: judgement.and_then(|judgement| match judgement.verdict {
            Verdict::Held(reason) => Some(reason),
            Verdict::Sent => None,
        }),
    }
}

fn reported(judgement: &Judgement<'_>, ready: bool) -> String {
    let sum =
        |of: fn(&JudgedProgram<'_>) -> usize| -> usize { judgement.programs.iter().map(of).sum() };
    let names = sum(|program| program.counters.len() + program.stacks.len());
    let sent = sum(|program| {
        let names = program.counters.iter().chain(&program.stacks);
        names.filter(|one| one.verdict == Verdict::Sent).count()
    });
    let counted = match names {
        1 => "reported, 1 counter".to_owned(),
        names => format!("reported, {names} counters"),
    };
    match judgement.verdict {
        Verdict::Sent if ready => format!("{counted}; {sent} may be sent"),
        Verdict::Sent => format!("{counted}; an upload report was there already"),
        Verdict::Held(reason) => format!("{counted}; nothing is sent: {reason}"),
    }
}

impl Line {
    /// The line as it is printed.
    pub(super) fn text(&self) -> String {
        format!("{}  {}", self.week, self.text)
    }

    pub(super) fn json(&self, json: &mut Writer) {
        json.object(|json| {
            json.key(b"Week").string(self.week.as_bytes());
            json.key(b"Outcome").string(self.outcome.as_bytes());
            json.key(b"Files").u64(self.files as u64);
            json.key(b"Ready").bool(self.ready);
            match self.held {
                Some(reason) => json.key(b"Held").string(reason.clause().as_bytes()),
                None => json.key(b"Held").null(),
            }
        });
    }
}
