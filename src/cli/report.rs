//! `report`: make the reports of the weeks that have ended.

use std::path::Path;

use super::{CliError, Command, Context, Outcome, Result};
use crate::config::{UploadConfig, semver::Semver};
use crate::dir;
use crate::json::Writer;
use crate::mode::Mode;
use crate::reporter::{Done, NO_CONFIG, Task, Turn, Week, Weeks};
use crate::verdict::{Judgement, Reason, Terms, Verdict};

pub(super) static COMMAND: Command = Command {
    names: &["report"],
    arguments: "",
    summary: "make the reports of the weeks that have ended",
    details: "\
Adds up the count files of every week that has ended, writes the local report and, in mode on, the
upload report with the part that the upload config approves, and deletes these count files. Nothing
is sent. --config names a config file, and --config-version its version; without a config there is
no upload report. A count file that cannot be read is named and stays.",
    options: &["config", "config-version"],
    max_files: 0,
    run: report,
};

/// What became of a week, to be printed.
struct Line {
    week: String,
    outcome: &'static str,
    text: String,
    /// How many count files the week has.
    files: usize,
    ready: bool,
    held: Option<Reason>,
}

fn report(context: &mut Context<'_>) -> Result<Outcome> {
    let effective = context.mode();
    let config = config(context)?;
    let approved = config.as_ref().map(|(config, _)| config.approved());
    let version = config.as_ref().map_or(NO_CONFIG, |(_, version)| version);
    let terms = Terms::of(&effective, approved.as_ref(), context.now);
    // spec[report.mode]
    if effective.mode == Mode::Off {
        return print(context, &[], "the mode is off: nothing is reported");
    }
    let dir = context.dir()?.clone();
    let nothing = "no week has ended";
    if !dir.local().exists() {
        return print(context, &[], nothing);
    }
    // spec[upload.lock.busy]
    let Some(_turn) = Turn::take(&dir)? else {
        return print(context, &[], "another program is making reports");
    };
    let weeks = Weeks::read(&dir, &terms, version)?;
    let mut failures: Vec<String> = weeks.unread.iter().map(ToString::to_string).collect();
    let mut lines = Vec::new();
    for week in &weeks.weeks {
        match (&week.task, week.carry_out(&dir, &terms)) {
            (Task::Failed(error), _) => failures.push(error.to_string()),
            (_, Ok(done)) => lines.push(line(week, &terms, &done)),
            (_, Err(error)) => failures.push(error.to_string()),
        }
    }
    print(context, &lines, nothing)?;
    Ok(context.complain_of_all(&failures))
}

/// The upload config that the command line names, and its version.
// spec[config.file]
fn config(context: &Context<'_>) -> Result<Option<(UploadConfig, String)>> {
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

fn read_config(path: &Path) -> Result<UploadConfig> {
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
    let sum = |of: fn(&crate::verdict::JudgedProgram<'_>) -> usize| -> usize {
        judgement.programs.iter().map(of).sum()
    };
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

fn print(context: &mut Context<'_>, lines: &[Line], nothing: &str) -> Result<Outcome> {
    if context.args.json {
        let mut json = Writer::indented("\t");
        json.object(|json| {
            json.key(b"Weeks")
                .array(|json| lines.iter().for_each(|line| line.json(json)));
        });
        context.out.write_all(&json.finish())?;
        writeln!(context.out)?;
        return Ok(Outcome::Fine);
    }
    if lines.is_empty() {
        writeln!(context.out, "{nothing}")?;
    }
    for line in lines {
        writeln!(context.out, "{}  {}", line.week, line.text)?;
    }
    Ok(Outcome::Fine)
}

impl Line {
    fn json(&self, json: &mut Writer) {
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
