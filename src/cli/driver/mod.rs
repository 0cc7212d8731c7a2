//! `driver`: this implementation's side of the conformance suite.
//!
//! Implements `spec/driver.md`. Reads requests, one a line, and answers each; what an operation
//! does is in [`reading`], [`writing`], [`configs`], [`reporting`], [`sending`] and
//! `fetching`. What is expected of it is not known here.

mod configs;
#[cfg(feature = "net")]
mod fetching;
mod reading;
mod reporting;
mod sending;
mod writing;

use std::ffi::OsString;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use super::{CliError, Command, Context, Outcome, Result};
use crate::conformance::stays_inside;
use crate::dir::DirError;
use crate::format::date::{Date, Time};
use crate::format::{FormatError, Notes};
use crate::json::{JsonError, Value};
use crate::system::Environment;

pub(super) static COMMAND: Command = Command {
    names: &["driver"],
    arguments: "",
    summary: "answer the conformance suite",
    details: "\
Reads requests, one JSON document a line, from standard input, and answers each on standard
output: the driver protocol of the specification, spec/driver.md.",
    options: &[],
    max_files: 0,
    run: drive,
};

/// The version of the protocol.
const PROTOCOL: u64 = 1;

/// A line longer than this is no request, in bytes, its end aside.
const MAX_LINE: u64 = 16 << 20;

/// The name of an operation, and what it does.
type Operation = (
    &'static str,
    fn(&Request) -> std::result::Result<Done, Refusal>,
);

/// What there is to do.
struct Request {
    /// The directory of the case, which is also the telemetry directory.
    dir: PathBuf,
    args: Value,
}

/// What came of it.
struct Done {
    result: Value,
    /// The notes on a count file.
    notes: Vec<(&'static str, u64)>,
}

/// Why nothing came of it.
enum Refusal {
    /// The input breaks a clause.
    Reject {
        clause: &'static str,
        offset: u64,
        reason: String,
    },
    /// Something else is wrong.
    Error(String),
}

impl Done {
    fn with(result: Value) -> Done {
        let notes = Vec::new();
        Done { result, notes }
    }

    fn nothing() -> Done {
        Done::with(Value::from([]))
    }
}

impl From<FormatError> for Refusal {
    fn from(error: FormatError) -> Refusal {
        Refusal::Reject {
            clause: error.clause(),
            offset: error.offset,
            reason: error.to_string(),
        }
    }
}

impl From<JsonError> for Refusal {
    fn from(error: JsonError) -> Refusal {
        Refusal::Reject {
            clause: error.clause,
            offset: u64::try_from(error.offset).unwrap_or(u64::MAX),
            reason: error.to_string(),
        }
    }
}

impl From<DirError> for Refusal {
    fn from(error: DirError) -> Refusal {
        match error {
            DirError::Content { error, .. } => error.into(),
            DirError::ToolName { .. } => rejection("dir.tool.name", &error),
            DirError::NotAFile { .. } | DirError::TooLong { .. } => rejection("dir.files", &error),
            error => Refusal::Error(error.to_string()),
        }
    }
}

/// A rejection of something that has no offset.
fn rejection(clause: &'static str, error: &DirError) -> Refusal {
    Refusal::Reject {
        clause,
        offset: 0,
        reason: error.to_string(),
    }
}

impl Request {
    /// The member `key` of the arguments, as `of` takes it.
    fn arg<'v, T>(
        &'v self,
        key: &str,
        of: impl FnOnce(&'v Value) -> Option<T>,
    ) -> std::result::Result<T, Refusal> {
        member(&self.args, key, of)
    }

    fn text(&self, key: &str) -> std::result::Result<&str, Refusal> {
        self.arg(key, Value::as_str)
    }

    fn bytes(&self, key: &str) -> std::result::Result<Vec<u8>, Refusal> {
        self.arg(key, bytes)
    }

    /// The path that the member `key` names, of a file of the case.
    fn path(&self, key: &str) -> std::result::Result<PathBuf, Refusal> {
        self.path_of(self.text(key)?)
    }

    // spec[driver.paths]
    /// The path of a file of the case. Vectors may come from anywhere: what lies elsewhere is not
    /// theirs to read, write or delete.
    fn path_of(&self, path: &str) -> std::result::Result<PathBuf, Refusal> {
        match stays_inside(path) {
            true => Ok(self.dir.join(path)),
            false => Err(Refusal::Error(format!(
                "{path:?} is no path below the case's directory [driver.paths]"
            ))),
        }
    }

    /// The environment that the arguments name, all else unset.
    fn environment(&self) -> std::result::Result<Environment, Refusal> {
        let variables = self.arg("environment", Value::as_object)?;
        Ok(Environment::of(|name| {
            let value = variables.get(name)?.as_str()?;
            Some(OsString::from(value))
        }))
    }
}

/// The member `key` of an object, as `of` takes it.
fn member<'v, T>(
    object: &'v Value,
    key: &str,
    of: impl FnOnce(&'v Value) -> Option<T>,
) -> std::result::Result<T, Refusal> {
    let found = object.get(key).and_then(of);
    found.ok_or_else(|| Refusal::Error(format!("the arguments lack a fitting {key:?}")))
}

fn time(value: &Value) -> Option<Time> {
    Time::parse(value.as_str()?).ok()
}

fn date(value: &Value) -> Option<Date> {
    Date::parse(value.as_str()?).ok()
}

// spec[driver.integers]
/// An integer in a string of digits.
fn integer<T: std::str::FromStr>(value: &Value) -> Option<T> {
    value.as_str()?.parse().ok()
}

// spec[driver.bytes]
/// Bytes from hexadecimal digits.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    let (pairs, rest) = value.as_str()?.as_bytes().as_chunks::<2>();
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok();
    rest.is_empty()
        .then(|| pairs.iter().map(byte).collect())
        .flatten()
}

// spec[driver.bytes]
/// Bytes as hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

// spec[driver.integers]
fn decimal(number: impl ToString) -> Value {
    Value::String(number.to_string())
}

// spec[driver.lines]
fn drive(context: &mut Context<'_>) -> Result<Outcome> {
    let mut requests = io::stdin().lock();
    loop {
        let mut line = Vec::new();
        io::Read::take(&mut requests, MAX_LINE + 1).read_until(b'\n', &mut line)?;
        if line.pop() != Some(b'\n') {
            return match line.len() as u64 >= MAX_LINE {
                true => Err(CliError::Failed("a request beyond 16 MiB".to_owned())),
                // What the end of the stream cuts off is no request.
                false => Ok(Outcome::Fine),
            };
        }
        let answer = answer(&line).map_err(CliError::Failed)?;
        context.out.write_all(&answer.to_line())?;
        context.out.write_all(b"\n")?;
        context.out.flush()?;
    }
}

// spec[driver.run, driver.version]
/// The answer to a request.
fn answer(line: &[u8]) -> std::result::Result<Value, String> {
    let request = Value::parse(line).map_err(|error| format!("a request: {error}"))?;
    if request.get("hello").is_some() {
        return Ok(hello());
    }
    let text = |key| request.get(key).and_then(Value::as_str);
    let (Some(id), Some(name), Some(dir)) = (text("run"), text("op"), text("dir")) else {
        return Err("a request that is neither hello nor run [driver.run]".to_owned());
    };
    let mut answer = vec![
        ("id", Value::from(id)),
        ("version", Value::from(env!("CARGO_PKG_VERSION"))),
    ];
    let Some((_, operation)) = operations().find(|(known, _)| *known == name) else {
        let reason = format!("there is no operation {name:?} here");
        answer.extend([
            ("outcome", "skip".into()),
            ("reason", reason.as_str().into()),
        ]);
        return Ok(object(answer));
    };
    let args = request.get("args").cloned().unwrap_or(Value::Null);
    let dir = Path::new(dir).to_owned();
    match operation(&Request { dir, args }) {
        Ok(Done { result, notes }) => {
            let note = |(clause, offset): (&'static str, u64)| {
                Value::from([("clause", clause.into()), ("offset", decimal(offset))])
            };
            let notes = notes.into_iter().map(note).collect();
            answer.extend([
                ("outcome", "ok".into()),
                ("result", result),
                ("notes", Value::Array(notes)),
            ]);
        }
        Err(Refusal::Reject {
            clause,
            offset,
            reason,
        }) => answer.extend([
            ("outcome", "reject".into()),
            (
                "stage",
                reading::stage(clause).map_or(Value::Null, Value::from),
            ),
            ("clause", clause.into()),
            ("offset", decimal(offset)),
            ("reason", reason.as_str().into()),
        ]),
        Err(Refusal::Error(reason)) => {
            answer.extend([
                ("outcome", "error".into()),
                ("reason", reason.as_str().into()),
            ]);
        }
    }
    Ok(object(answer))
}

// spec[driver.hello]
fn hello() -> Value {
    let strings = |texts: &[&'static str]| {
        Value::Array(texts.iter().map(|text| Value::from(*text)).collect())
    };
    let names: Vec<&str> = operations().map(|(name, _)| *name).collect();
    Value::from([
        ("protocol", Value::Number(PROTOCOL.to_string())),
        ("name", env!("CARGO_PKG_NAME").into()),
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("ops", strings(&names)),
        ("details", strings(&["stage", "clause", "offset", "notes"])),
        ("clock", "settable".into()),
        ("fixed", Value::from([])),
    ])
}

fn operations() -> impl Iterator<Item = &'static Operation> {
    let all = [
        reading::OPERATIONS,
        writing::OPERATIONS,
        configs::OPERATIONS,
        reporting::OPERATIONS,
        sending::OPERATIONS,
        #[cfg(feature = "net")]
        fetching::OPERATIONS,
    ];
    all.into_iter().flatten()
}

fn object(members: Vec<(&'static str, Value)>) -> Value {
    let members = members.into_iter();
    Value::Object(
        members
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

/// The notes that were kept of a count file.
fn notes_of(notes: &Notes) -> Vec<(&'static str, u64)> {
    let kept = notes.kept().iter();
    kept.map(|note| (note.clause(), note.offset)).collect()
}
