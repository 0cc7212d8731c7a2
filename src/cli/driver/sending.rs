//! The operations about reports on their way: what lies ready, and what a collector takes.
//!
//! Implements the section *Sending* of `spec/driver.md`. Nothing is sent.

use super::{Done, Operation, Refusal, Request, hex, time};
use crate::acceptance;
use crate::config::UploadConfig;
use crate::dir::{self, TelemetryDir};
use crate::json::Value;
use crate::mode;
use crate::network::{NetworkError, Post};
use crate::report::Report;
use crate::upload::Sender;
use crate::upload::ready::{self, Hold, Text};
use crate::verdict::Terms;

pub(super) const OPERATIONS: &[Operation] = &[
    ("ready", list_ready),
    ("check-report", check_report),
    ("send", send),
];

type Answer = Result<Done, Refusal>;

fn list_ready(request: &Request) -> Answer {
    let dir = TelemetryDir::at(&request.dir);
    let effective = mode::read(Some(&dir), &request.environment()?);
    let config = request.config("config")?;
    let approved = config.as_ref().map(UploadConfig::approved);
    let terms = Terms::of(&effective, approved.as_ref(), request.arg("now", time)?);
    let mut listed = Vec::new();
    for report in ready::ready(&dir)? {
        let hold = match report.held(&terms) {
            Some(hold) => Some(hold),
            None => match report.read()? {
                Text::Whole(text) => report.check(&text, terms.approved, terms.now).err(),
                Text::TooLong if terms.approved.is_none() => Some(Hold::Config),
                Text::TooLong => Some(Hold::Size),
                Text::Gone => continue,
            },
        };
        let clause = hold.map(|hold| Value::from(hold.clause()));
        listed.push(Value::from([
            ("date", Value::String(report.date.to_string())),
            ("held", clause.unwrap_or(Value::Null)),
        ]));
    }
    Ok(Done::with(Value::from([("ready", Value::Array(listed))])))
}

/// Answers as the arguments say, and notes what was sent.
struct Scripted {
    answers: std::vec::IntoIter<Option<u16>>,
    sent: Vec<Value>,
}

/// Where the collector is said to be.
const URL: &str = "https://collector.invalid";

impl Post for Scripted {
    fn post(&mut self, url: &str, body: &[u8]) -> Result<u16, NetworkError> {
        let path = url.strip_prefix(URL).unwrap_or(url);
        self.sent.push(Value::from([
            ("path", path.into()),
            ("body", hex(body).as_str().into()),
        ]));
        self.answers.next().flatten().ok_or(NetworkError::Failed {
            url: url.to_owned(),
            what: "no answer".to_owned(),
        })
    }
}

fn send(request: &Request) -> Answer {
    let dir = TelemetryDir::at(&request.dir);
    let config = request.config("config")?;
    let approved = config.as_ref().map(UploadConfig::approved);
    let status = |value: &Value| match value {
        Value::Null => Some(None),
        value => u16::try_from(value.as_u64()?).ok().map(Some),
    };
    let answers = request.arg("answers", Value::as_array)?.iter().map(status);
    let answers: Option<Vec<Option<u16>>> = answers.collect();
    let answers = answers.ok_or_else(|| Refusal::Error("answers that are none".to_owned()))?;
    let mut scripted = Scripted {
        answers: answers.into_iter(),
        sent: Vec::new(),
    };
    let sender = Sender {
        dir: &dir,
        environment: &request.environment()?,
        approved: approved.as_ref(),
        now: request.arg("now", time)?,
        url: URL,
    };
    sender.send(&mut scripted)?;
    Ok(Done::with(Value::from([(
        "requests",
        Value::Array(scripted.sent),
    )])))
}

fn check_report(request: &Request) -> Answer {
    let config = request.config("config")?;
    let config = config.ok_or_else(|| Refusal::Error("a collector without a config".to_owned()))?;
    let text = dir::read_report(&request.path("file")?)?;
    let refused = |clause, reason| Refusal::Reject {
        clause,
        offset: 0,
        reason,
    };
    // spec[collect.check.json, collect.check.kind]
    let report = Report::parse(&text);
    let report = report.map_err(|error| refused("collect.check.json", error.to_string()))?;
    let today = request.arg("now", time)?.date();
    acceptance::check(&report, &config.approved(), today)
        .map_err(|error| refused(error.clause, error.to_string()))?;
    Ok(Done::nothing())
}
