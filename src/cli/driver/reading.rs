//! The operations that read.
//!
//! Implements the section *Reading* of `spec/driver.md`.

use std::collections::BTreeMap;

use super::{Done, Operation, Refusal, Request, decimal, hex, notes_of};
use crate::dir::{self, DirError, TelemetryDir};
use crate::format::date::{Date, Time};
use crate::format::{name, parse, stack};
use crate::json::Value;
use crate::mode::{self, Mode};
use crate::report::{ProgramReport, Report};
use crate::week;

pub(super) const OPERATIONS: &[Operation] = &[
    ("read-file", read_file),
    ("decode-name", decode_name),
    ("split-name", split_name),
    ("read-date", read_date),
    ("read-time", read_time),
    ("read-weekends", read_weekends),
    ("read-mode", read_mode),
    ("read-report", read_report),
    #[cfg(target_os = "linux")]
    ("find-dir", find_dir),
];

type Answer = Result<Done, Refusal>;

/// The stage at which a count file that breaks a clause is rejected.
pub(super) fn stage(clause: &str) -> Option<&'static str> {
    let mut parts = clause.split('.');
    let [Some("fmt"), subject, rule] = [parts.next(), parts.next(), parts.next()] else {
        return None;
    };
    Some(match (subject?, rule) {
        ("file" | "header" | "table", _) => "header",
        ("meta", _) => "metadata",
        ("chain", _) | ("record", Some("align" | "first" | "limit" | "inside")) => "chain",
        _ => "record",
    })
}

fn read_file(request: &Request) -> Answer {
    let bytes = dir::read_count_file(&request.path("file")?)?;
    let file = parse(&bytes)?;
    let meta = file.meta.pairs();
    let meta = meta.map(|(key, value)| {
        // Keys that are no text can only be met in passing.
        let key_text = std::str::from_utf8(key).ok();
        let value = key_text.and_then(|key| file.meta.get(key)).unwrap_or(value);
        (hex(key), Value::String(hex(value)))
    });
    let counts = file.counts();
    let counts = counts
        .iter()
        .map(|(name, count)| (hex(name), decimal(count)));
    let result = Value::from([
        ("meta", Value::Object(meta.collect())),
        ("counters", Value::Object(counts.collect())),
    ]);
    let notes = notes_of(&file.notes);
    Ok(Done { result, notes })
}

fn decode_name(request: &Request) -> Answer {
    let name = request.bytes("name")?;
    let decoded = Value::String(hex(&stack::decode(&name)));
    Ok(Done::with(Value::from([("name", decoded)])))
}

fn split_name(request: &Request) -> Answer {
    let (chart, bucket) = name::split(request.text("name")?);
    Ok(Done::with(Value::from([
        ("chart", chart.into()),
        ("bucket", bucket.map_or(Value::Null, Value::from)),
    ])))
}

/// The text to be read; what is no UTF-8 is neither a date nor a time.
fn text_of(request: &Request) -> Result<String, Refusal> {
    Ok(String::from_utf8_lossy(&request.bytes("text")?).into_owned())
}

fn read_date(request: &Request) -> Answer {
    let date = Date::parse(&text_of(request)?)?;
    let days = date.days_since(Time::from_unix(0).date());
    Ok(Done::with(Value::from([("days", decimal(days))])))
}

fn read_time(request: &Request) -> Answer {
    let time = Time::parse(&text_of(request)?)?;
    Ok(Done::with(Value::from([("seconds", decimal(time.unix()))])))
}

fn read_weekends(request: &Request) -> Answer {
    let weekday = week::read(&TelemetryDir::at(&request.dir))?
        .ok_or_else(|| Refusal::Error("there is no file local/weekends".to_owned()))?;
    let number = Value::Number(weekday.number().to_string());
    Ok(Done::with(Value::from([("weekday", number)])))
}

fn read_mode(request: &Request) -> Answer {
    let dir = TelemetryDir::at(&request.dir);
    let effective = mode::read(Some(&dir), &request.environment()?);
    let sends = effective.mode == Mode::On;
    let as_of = effective.as_of.filter(|_| sends);
    Ok(Done::with(Value::from([
        ("counts", Value::Bool(effective.mode != Mode::Off)),
        ("sends", Value::Bool(sends)),
        ("as_of", as_of.map_or(Value::Null, decimal)),
    ])))
}

fn read_report(request: &Request) -> Answer {
    let bytes = dir::read_report(&request.path("file")?)?;
    let report = Report::parse(&bytes)?;
    let programs = report.programs.iter().map(program).collect();
    Ok(Done::with(Value::from([
        ("week", report.week.as_str().into()),
        ("programs", Value::Array(programs)),
    ])))
}

fn program(program: &ProgramReport) -> Value {
    let counts = |counts: &BTreeMap<Vec<u8>, i64>| {
        let counts = counts.iter();
        Value::Object(
            counts
                .map(|(name, count)| (hex(name), decimal(count)))
                .collect(),
        )
    };
    let text = |value: &[u8]| Value::String(String::from_utf8_lossy(value).into_owned());
    let [path, version, go_version, goos, goarch] = program.build.values().map(text);
    Value::from([
        ("program", path),
        ("version", version),
        ("go_version", go_version),
        ("goos", goos),
        ("goarch", goarch),
        ("counters", counts(&program.counters)),
        ("stacks", counts(&program.stacks)),
    ])
}

#[cfg(target_os = "linux")]
fn find_dir(request: &Request) -> Answer {
    let environment = request.environment()?;
    let dir = match request.args.get("tool").and_then(Value::as_str) {
        None => TelemetryDir::of_go(&environment),
        Some(tool) => match TelemetryDir::of_tool(tool, &environment) {
            Err(DirError::NoDirectory) => None,
            dir => Some(dir?),
        },
    };
    let path = dir.map(|dir| dir.root().display().to_string());
    let path = path.map_or(Value::Null, Value::String);
    Ok(Done::with(Value::from([("dir", path)])))
}
