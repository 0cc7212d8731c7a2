//! What `upload --dry-run` prints: the bytes that would be sent, and of everything that is held
//! back the rule.

use super::quote::{escaped, quoted};
use super::upload::Found;
use super::{Context, Result};
use crate::dir::TelemetryDir;
use crate::json::Writer;
use crate::reporter::{Task, Week, Weeks};
use crate::upload::{Fate, Foreseen, foresee};
use crate::verdict::{JudgedName, JudgedProgram, Judgement, Reason, Terms, Verdict};

/// Something that is held back, as it is printed.
struct Held {
    week: String,
    /// What it is; empty if it is all of the week.
    what: String,
    reason: Reason,
}

// spec[upload.dry.bytes, upload.dry.rule]
pub(super) fn print(
    context: &mut Context<'_>,
    dir: &TelemetryDir,
    weeks: &Weeks,
    terms: &Terms<'_>,
    url: &str,
    found: Option<&Found>,
) -> Result<Vec<String>> {
    let reports = foresee(dir, weeks, terms)?;
    let mut failures: Vec<String> = weeks.unread.iter().map(ToString::to_string).collect();
    for week in &weeks.weeks {
        if let Task::Failed(error) = &week.task {
            failures.push(error.to_string());
        }
    }
    for report in &reports {
        if let Some(Fate::Failed(error)) = &report.fate {
            failures.push(error.to_string());
        }
    }
    let held: Vec<Held> = weeks
        .weeks
        .iter()
        .flat_map(|week| held(week, terms))
        .collect();
    if context.args.json {
        write_json(context, weeks, &reports, &held, url, found)?;
        return Ok(failures);
    }
    if let Some(found) = found {
        writeln!(context.out, "config {}, {}", found.version, found.from)?;
    }
    if weeks.weeks.is_empty() && reports.is_empty() {
        writeln!(
            context.out,
            "no week has ended, and no report lies ready: nothing would be sent"
        )?;
    }
    for report in &reports {
        let date = report.date;
        match &report.fate {
            Some(fate) => writeln!(context.out, "{date}  {fate}")?,
            None => {
                let len = report.bytes.len();
                writeln!(
                    context.out,
                    "{date}  these {len} bytes would be sent to {url}/{date}:"
                )?;
                context.out.write_all(&report.bytes)?;
                writeln!(context.out)?;
            }
        }
    }
    for one in &held {
        match one.what.as_str() {
            "" => writeln!(context.out, "{}  nothing is sent: {}", one.week, one.reason)?,
            what => writeln!(
                context.out,
                "{}  held back: {what}: {}",
                one.week, one.reason
            )?,
        }
    }
    for week in &weeks.weeks {
        if let Some(why) = left(week) {
            writeln!(context.out, "{}  {}", week.date, escaped(why.as_bytes()))?;
        }
    }
    Ok(failures)
}

/// Why a week is not reported, if it is left for a later run.
fn left(week: &Week) -> Option<String> {
    match &week.task {
        Task::Wait { path } => Some(format!(
            "waits: {} is half written [report.broken.wait]",
            path.display()
        )),
        Task::Nothing => Some("no counter in its count files [report.group.empty]".to_owned()),
        _ => None,
    }
}

/// All that is held back of a week, each part once: what a program holds is held with it.
fn held(week: &Week, terms: &Terms<'_>) -> Vec<Held> {
    let Some(judgement) = week.judge(terms) else {
        return Vec::new();
    };
    let name = week.date.to_string();
    let mut all = Vec::new();
    let mut push = |what: String, verdict| {
        if let Verdict::Held(reason) = verdict {
            let week = name.clone();
            all.push(Held { week, what, reason });
        }
    };
    push(String::new(), judgement.verdict);
    if judgement.verdict == Verdict::Sent {
        names(&judgement, &mut push);
    }
    all
}

fn names(judgement: &Judgement<'_>, push: &mut impl FnMut(String, Verdict)) {
    for program in &judgement.programs {
        let build = build(program);
        if program.verdict != Verdict::Sent {
            let names = program.counters.len() + program.stacks.len();
            push(
                format!("{build} with its {names} counters"),
                program.verdict,
            );
            continue;
        }
        let one = |kind: &str, name: &JudgedName<'_>| {
            format!("{build}, {kind} {} = {}", quoted(name.name), name.count)
        };
        for name in &program.counters {
            push(one("counter", name), name.verdict);
        }
        for name in &program.stacks {
            push(one("stack", name), name.verdict);
        }
    }
}

fn build(program: &JudgedProgram<'_>) -> String {
    let build = &program.program.build;
    let [path, version, go_version, goos, goarch] = [
        &build.program,
        &build.version,
        &build.go_version,
        &build.goos,
        &build.goarch,
    ]
    .map(|value| escaped(value));
    format!("{path} {version} {go_version} {goos}/{goarch}")
}

fn write_json(
    context: &mut Context<'_>,
    weeks: &Weeks,
    reports: &[Foreseen],
    held: &[Held],
    url: &str,
    found: Option<&Found>,
) -> Result<()> {
    let mut json = Writer::indented("\t");
    json.object(|json| {
        match found {
            Some(found) => json.key(b"Config").string(found.version.as_bytes()),
            None => json.key(b"Config").null(),
        }
        json.key(b"Reports").array(|json| {
            for report in reports {
                json.object(|json| report_json(json, report, url));
            }
        });
        json.key(b"Left").array(|json| {
            for (week, why) in weeks
                .weeks
                .iter()
                .filter_map(|week| Some((week, left(week)?)))
            {
                json.object(|json| {
                    json.key(b"Week").string(week.date.to_string().as_bytes());
                    json.key(b"Why").string(why.as_bytes());
                });
            }
        });
        json.key(b"Held").array(|json| {
            for one in held {
                json.object(|json| {
                    json.key(b"Week").string(one.week.as_bytes());
                    json.key(b"What").string(one.what.as_bytes());
                    json.key(b"Clause").string(one.reason.clause().as_bytes());
                });
            }
        });
    });
    context.out.write_all(&json.finish())?;
    writeln!(context.out)?;
    Ok(())
}

fn report_json(json: &mut Writer, report: &Foreseen, url: &str) {
    let date = report.date.to_string();
    json.key(b"Week").string(date.as_bytes());
    json.key(b"New").bool(report.is_new);
    match &report.fate {
        Some(fate) => {
            json.key(b"Outcome").string(fate.word().as_bytes());
            json.key(b"Said").string(fate.to_string().as_bytes());
        }
        None => {
            json.key(b"Outcome").string(b"send");
            json.key(b"URL").string(format!("{url}/{date}").as_bytes());
            // A report is a JSON document, and so is text but for what its strings may hold.
            match std::str::from_utf8(&report.bytes) {
                Ok(text) => json.key(b"Body").string(text.as_bytes()),
                Err(_) => {
                    let hex: String = report.bytes.iter().map(|b| format!("{b:02x}")).collect();
                    json.key(b"BodyHex").string(hex.as_bytes());
                }
            }
        }
    }
}
