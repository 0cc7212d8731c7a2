//! Weekly reports, read back.
//!
//! Implements the section *Form* of `spec/report.md`. How reports come about is not known here.

use std::collections::BTreeMap;

use crate::json::{Event, JsonError, Reader};

/// How many programs a report can name.
const MAX_PROGRAMS: usize = 65_536;

/// A report: what was counted in one week.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The day on which the week ended, `YYYY-MM-DD`.
    pub week: String,
    /// The programs that counted.
    pub programs: Vec<ProgramReport>,
}

/// What one build of a program counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProgramReport {
    /// The path of the program.
    pub program: String,
    /// Its version.
    pub version: String,
    /// The version of the toolchain that built it.
    pub go_version: String,
    /// The operating system, in Go's terms.
    pub goos: String,
    /// The processor architecture, in Go's terms.
    pub goarch: String,
    /// The plain counters.
    pub counters: BTreeMap<String, i64>,
    /// The stack counters, their names decoded.
    pub stacks: BTreeMap<String, i64>,
}

impl Report {
    /// Reads a report from its text. Unknown fields are passed over.
    ///
    /// # Errors
    ///
    /// A clause of `spec/json.md` for text that is no document, `report.form` for a value of the
    /// wrong kind.
    ///
    /// # Examples
    ///
    /// ```
    /// use gotelemetry::report::Report;
    /// let text = br#"{"Week":"2026-11-21","Programs":[{"Program":"cmd/go","Counters":{"n":3}}]}"#;
    /// let report = Report::parse(text).unwrap();
    /// assert_eq!(report.programs[0].counters["n"], 3);
    /// ```
    // spec[report.form]
    pub fn parse(text: &[u8]) -> Result<Report, JsonError> {
        let mut json = Reader::new(text);
        let mut report = Report::default();
        members(&mut json, |json, key| match key {
            "Week" => string(json, &mut report.week),
            "Programs" => programs(json, &mut report.programs),
            // spec[report.unknown]
            _ => json.skip(),
        })?;
        match json.next()? {
            Event::End => Ok(report),
            _ => Err(form(&json, "something follows the report")),
        }
    }
}

fn programs(json: &mut Reader<'_>, programs: &mut Vec<ProgramReport>) -> Result<(), JsonError> {
    // spec[json.last]
    programs.clear();
    match json.next()? {
        Event::Null => return Ok(()),
        Event::ArrayStart => {}
        _ => return Err(form(json, "programs that are no array")),
    }
    // The reader cannot be asked whether an element follows; a copy of it can.
    while json.clone().next()? != Event::ArrayEnd {
        // spec[report.programs]
        if programs.len() == MAX_PROGRAMS {
            return Err(form(json, "more than 65536 programs"));
        }
        programs.push(program(json)?);
    }
    json.next().map(drop)
}

fn program(json: &mut Reader<'_>) -> Result<ProgramReport, JsonError> {
    let mut program = ProgramReport::default();
    members(json, |json, key| match key {
        "Program" => string(json, &mut program.program),
        "Version" => string(json, &mut program.version),
        "GoVersion" => string(json, &mut program.go_version),
        "GOOS" => string(json, &mut program.goos),
        "GOARCH" => string(json, &mut program.goarch),
        "Counters" => counts(json, &mut program.counters),
        "Stacks" => counts(json, &mut program.stacks),
        // spec[report.unknown]
        _ => json.skip(),
    })?;
    Ok(program)
}

fn counts(json: &mut Reader<'_>, counts: &mut BTreeMap<String, i64>) -> Result<(), JsonError> {
    counts.clear();
    members(json, |json, name| {
        let count = match json.next()? {
            Event::Number(text) => whole(text)
                .ok_or_else(|| form(json, "a count that is no whole number of 64 bits"))?,
            Event::Null => 0,
            _ => return Err(form(json, "a count that is no number")),
        };
        // spec[json.last]
        counts.insert(name.to_owned(), count);
        Ok(())
    })
}

/// A count; one that only an unsigned number can hold is the greatest that a signed one can.
// spec[report.count]
fn whole(text: &str) -> Option<i64> {
    let unsigned = |_| text.parse::<u64>().map(|_| i64::MAX);
    text.parse::<i64>().or_else(unsigned).ok()
}

fn string(json: &mut Reader<'_>, value: &mut String) -> Result<(), JsonError> {
    match json.next()? {
        // spec[json.last]
        Event::String(text) => *value = text.into_owned(),
        Event::Null => value.clear(),
        _ => return Err(form(json, "a value that is no string")),
    }
    Ok(())
}

/// Calls `member` for every key of the object that comes next; it has to read the value. `null`
/// counts as an object without members.
// spec[report.form]
fn members<'a>(
    json: &mut Reader<'a>,
    mut member: impl FnMut(&mut Reader<'a>, &str) -> Result<(), JsonError>,
) -> Result<(), JsonError> {
    match json.next()? {
        Event::Null => return Ok(()),
        Event::ObjectStart => {}
        _ => return Err(form(json, "a value that is no object")),
    }
    loop {
        match json.next()? {
            Event::Key(key) => member(json, &key)?,
            _ => return Ok(()),
        }
    }
}

fn form(json: &Reader<'_>, what: &'static str) -> JsonError {
    JsonError {
        offset: json.offset(),
        clause: "report.form",
        what,
    }
}
