//! `conformance`: ask an implementation what it makes of the test vectors.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{CliError, Command, Context, Outcome as Ending, Result, quote::printable};
use crate::conformance::{
    self, CaseResult, ConformanceError, DriverCommand, Known, Outcome, Report, Settings, Standing,
    Vectors,
};
use crate::json::Writer;

pub(super) static COMMAND: Command = Command {
    names: &["conformance"],
    arguments: "",
    summary: "ask an implementation what it makes of the test vectors",
    details: "\
Starts CMD, a program that speaks the driver protocol of the specification, spec/driver.md, and
asks it all cases; without --driver, this program. CMD is split at white space. Prints what came of
the cases, and why each did not pass. --vectors takes the cases from a directory instead of from
this program, --filter only those with ID in their id. --known is a file of failures that are to be
expected: spec/conformance.md. The exit code is 1 if anything else failed, if one of those did not,
or if every case was skipped.",
    options: &["driver", "vectors", "known", "filter"],
    max_files: 0,
    run: conformance,
};

impl From<ConformanceError> for CliError {
    fn from(error: ConformanceError) -> CliError {
        match error {
            ConformanceError::NotBuiltIn
            | ConformanceError::NoCase { .. }
            | ConformanceError::Driver { .. }
            | ConformanceError::OtherDriver { .. } => CliError::Misuse(error.to_string()),
            _ => CliError::Failed(error.to_string()),
        }
    }
}

/// The settings by which this program asks itself.
fn own_settings() -> Result<Settings> {
    let this = std::env::current_exe()
        .map_err(|error| CliError::Failed(format!("cannot find this program: {error}")))?;
    let own = DriverCommand::new(this, ["driver"]);
    Ok(Settings::new(own, std::env::temp_dir()))
}

/// What came of all cases that are compiled in, for this program, in one line, and whether all is
/// well; none if no cases are compiled in.
pub(super) fn of_this_program() -> Result<Option<(String, bool)>> {
    let vectors = match Vectors::built_in() {
        Err(ConformanceError::NotBuiltIn) => return Ok(None),
        vectors => vectors?,
    };
    let report = conformance::run(&vectors, &own_settings()?)?;
    Ok(Some((summary(&report), report.is_good())))
}

fn conformance(context: &mut Context<'_>) -> Result<Ending> {
    let mut settings = own_settings()?;
    if let Some(command) = &context.args.driver {
        let command = DriverCommand::split(command);
        let none = || CliError::Misuse("--driver without a program".to_owned());
        settings.driver = Some(command.ok_or_else(none)?);
    }
    let known = context.args.known.as_deref().map(Known::read);
    settings.known = known.transpose()?;
    settings.filter = context.args.filter.clone();
    let vectors = match &context.args.vectors {
        Some(directory) => Vectors::in_directory(directory)?,
        None => Vectors::built_in()?,
    };
    let report = conformance::run(&vectors, &settings)?;
    let mut output = match context.args.json {
        true => json(&report),
        false => text(&report).into_bytes(),
    };
    if context.args.json {
        output.push(b'\n');
    }
    match (report.is_good(), context.out.write_all(&output)) {
        // Who reads the first line alone is told by the exit code all the same.
        (false, Err(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            Ok(Ending::Finding)
        }
        (_, Err(error)) => Err(error.into()),
        (true, Ok(())) => Ok(Ending::Fine),
        (false, Ok(())) => Ok(Ending::Finding),
    }
}

/// The report for people.
fn text(report: &Report) -> String {
    let mut text = match &report.driver {
        Some((name, version)) => format!("driver: {}\n\n", printable(&format!("{name} {version}"))),
        None => "driver: none that answered a hello\n\n".to_owned(),
    };
    table(report, &mut text);
    for case in &report.cases {
        if case.standing() == Standing::Failed {
            failure(case, &mut text);
        }
    }
    let known: Vec<_> = with(report, Standing::Known)
        .map(|case| case.outcome.name())
        .collect();
    if !known.is_empty() {
        text.push_str(&format!("\nknown failures: {}\n", sums(&known)));
    }
    let skipped = with(report, Standing::Skipped).map(|case| case.detail.reason.as_str());
    let skipped: Vec<_> = skipped.collect();
    if !skipped.is_empty() {
        text.push_str(&format!("\nskipped: {}\n", printable(&sums(&skipped))));
    }
    text.push_str(&format!("\nlevels: {}\n", levels(report)));
    for id in &report.missing {
        text.push_str(&format!(
            "\nknown failures: there is no case {}\n",
            printable(id)
        ));
    }
    text.push('\n');
    text.push_str(&summary(report));
    if !report.missing.is_empty() {
        text.push_str(&format!(", {} listed without a case", report.missing.len()));
    }
    text.push('\n');
    text
}

/// How many cases there are, and what came of them.
fn summary(report: &Report) -> String {
    let count = |standing| report.count(standing);
    let nothing = match report.is_of_something() {
        true => "",
        false => ", nothing was compared",
    };
    format!(
        "{} cases: {} passed, {} known failures, {} skipped, {} failed{nothing}",
        report.cases.len(),
        count(Standing::Passed),
        count(Standing::Known),
        count(Standing::Skipped),
        count(Standing::Failed)
    )
}

fn with(report: &Report, standing: Standing) -> impl Iterator<Item = &CaseResult> {
    let cases = report.cases.iter();
    cases.filter(move |case| case.standing() == standing)
}

/// A line for each subject, with the number of its cases that had each outcome.
fn table(report: &Report, text: &mut String) {
    let outcomes: Vec<Outcome> = Outcome::ALL
        .into_iter()
        .filter(|outcome| report.cases.iter().any(|case| case.outcome == *outcome))
        .collect();
    let mut subjects: BTreeMap<String, Vec<Outcome>> = BTreeMap::new();
    for case in &report.cases {
        let subject = case.id.split('/').next().unwrap_or_default();
        let subject = subjects.entry(printable(subject)).or_default();
        subject.push(case.outcome);
    }
    let width = subjects.keys().map(|subject| subject.chars().count()).max();
    let width = width.unwrap_or_default().max("subject".len());
    text.push_str(&format!("{:<width$}  cases", "subject"));
    for outcome in &outcomes {
        text.push_str(&format!("  {:>5}", outcome.name()));
    }
    for (subject, of) in &subjects {
        text.push_str(&format!("\n{subject:<width$}  {:>5}", of.len()));
        for outcome in &outcomes {
            let count = of.iter().filter(|found| *found == outcome).count();
            let width = outcome.name().len().max(5);
            text.push_str(&format!("  {count:>width$}"));
        }
    }
    text.push('\n');
}

/// Why a case did not pass, a line for each thing that is to say.
fn failure(case: &CaseResult, text: &mut String) {
    let mut line = |what: &str| {
        text.push_str(&printable(what));
        text.push('\n');
    };
    let detail = &case.detail;
    line("");
    match case.listed {
        Some(listed) => line(&format!(
            "{}: {}, and listed as {}",
            case.id,
            case.outcome.name(),
            listed.name()
        )),
        None => line(&format!("{}: {}", case.id, case.outcome.name())),
    }
    line(&format!("  {} [{}]", case.about, case.clauses.join(", ")));
    line(&format!("  {}", detail.reason));
    for (label, what) in [
        ("expected", &detail.expected),
        ("found   ", &detail.found),
        ("stderr  ", &detail.stderr),
    ] {
        if let Some(what) = what {
            line(&format!("  {label}  {what}"));
        }
    }
}

/// How many of the cases of each level passed.
fn levels(report: &Report) -> String {
    let mut levels: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for case in &report.cases {
        let (passed, all) = levels.entry(&case.level).or_default();
        *passed += usize::from(case.outcome == Outcome::Pass);
        *all += 1;
    }
    let levels = levels.iter();
    let levels = levels.map(|(level, (passed, all))| format!("{level} {passed} of {all}"));
    levels.collect::<Vec<_>>().join(", ")
}

/// How often each text stands in the list.
fn sums(texts: &[&str]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    let mut sums = String::new();
    for (text, count) in counts {
        let comma = if sums.is_empty() { "" } else { ", " };
        // Writing to a text does not fail.
        let _ = write!(sums, "{comma}{count} {text}");
    }
    sums
}

/// The report as a document.
fn json(report: &Report) -> Vec<u8> {
    let mut json = Writer::indented("\t");
    json.object(|json| {
        let (name, version) = report.driver.clone().unzip();
        optional(json, "driver", name.as_ref());
        optional(json, "version", version.as_ref());
        json.key(b"cases").array(|json| {
            for case in &report.cases {
                json.object(|json| case_json(case, json));
            }
        });
        json.key(b"missing").array(|json| {
            for id in &report.missing {
                json.string(id.as_bytes());
            }
        });
        json.key(b"totals").object(|json| {
            json.key(b"cases").u64(report.cases.len() as u64);
            for (key, standing) in [
                ("passed", Standing::Passed),
                ("known", Standing::Known),
                ("skipped", Standing::Skipped),
                ("failed", Standing::Failed),
            ] {
                json.key(key.as_bytes()).u64(report.count(standing) as u64);
            }
        });
    });
    json.finish()
}

fn case_json(case: &CaseResult, json: &mut Writer) {
    json.key(b"id").string(case.id.as_bytes());
    json.key(b"level").string(case.level.as_bytes());
    json.key(b"about").string(case.about.as_bytes());
    json.key(b"clauses").array(|json| {
        let clauses = case.clauses.iter();
        clauses.for_each(|clause| json.string(clause.as_bytes()));
    });
    json.key(b"outcome").string(case.outcome.name().as_bytes());
    json.key(b"failed")
        .bool(case.standing() == Standing::Failed);
    json.key(b"known").bool(case.standing() == Standing::Known);
    let listed = case.listed.map(|listed| listed.name().to_owned());
    optional(json, "listed", listed.as_ref());
    let detail = &case.detail;
    json.key(b"detail").object(|json| {
        optional(
            json,
            "reason",
            Some(&detail.reason).filter(|text| !text.is_empty()),
        );
        optional(json, "expected", detail.expected.as_ref());
        optional(json, "found", detail.found.as_ref());
        optional(json, "stderr", detail.stderr.as_ref());
    });
}

fn optional(json: &mut Writer, key: &str, text: Option<&String>) {
    let json = json.key(key.as_bytes());
    match text {
        Some(text) => json.string(text.as_bytes()),
        None => json.null(),
    }
}
