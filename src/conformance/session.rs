//! A conversation with a driver, from its hello to its end.
//!
//! Implements the suite's side of `spec/driver.md`: which line is an answer to what. Whether an
//! answer is the right one is not known here.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::Instant;

use super::outcome::{Detail, Outcome};
use super::peer::{DriverCommand, Peer, Silence};
use crate::json::Value;

/// The version of the protocol.
const PROTOCOL: u64 = 1;

/// How much of a line or a text is shown, in characters.
const SHOWN: usize = 160;

/// Who a driver says that it is.
#[derive(Clone, Debug)]
pub(super) struct Hello {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) ops: BTreeSet<String>,
    pub(super) details: BTreeSet<String>,
    pub(super) clock_settable: bool,
    /// The members of an identity that it cannot set.
    pub(super) fixed: BTreeMap<String, Value>,
}

/// What a driver did instead of answering.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) outcome: Outcome,
    pub(super) detail: Detail,
}

/// How an answer to a request to run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Ok,
    Reject,
    Skip,
    Error,
}

/// An answer to a request to run.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) verdict: Verdict,
    /// All of it, an object.
    pub(super) whole: Value,
}

/// A driver that is being talked to.
pub(super) struct Session {
    peer: Peer,
    hello: Option<Hello>,
    /// What it was asked last.
    asked: String,
    answered: BTreeSet<String>,
    /// What it answered more than once.
    repeated: BTreeSet<String>,
}

impl Session {
    /// Starts a driver and says hello to it.
    pub(super) fn start(command: &DriverCommand) -> io::Result<Session> {
        let peer = Peer::start(command)?;
        peer.send(format!("{{\"hello\":{PROTOCOL}}}\n").into_bytes());
        Ok(Session {
            peer,
            hello: None,
            asked: String::new(),
            answered: BTreeSet::new(),
            repeated: BTreeSet::new(),
        })
    }

    /// Waits for the answer to the hello.
    pub(super) fn hello(&mut self, deadline: Instant) -> Result<&Hello, Fault> {
        let line = self.line(deadline)?;
        let answer = Value::parse(&line).map_err(|error| {
            let what = format!("no answer to the hello: {error}");
            fault(Outcome::Garbage, what, &line)
        })?;
        if answer.get("protocol").and_then(Value::as_u64) != Some(PROTOCOL)
            && answer.get("protocol").is_some()
        {
            let what = format!("the protocol's version is not {PROTOCOL}");
            return Err(fault(Outcome::Version, what, &line));
        }
        let hello = hello_of(&answer).map_err(|member| {
            let what = format!("no answer to the hello: no fitting member {member:?}");
            fault(Outcome::Garbage, what, &line)
        })?;
        Ok(self.hello.insert(hello))
    }

    /// Sends a request to run.
    pub(super) fn ask(&mut self, id: &str, op: &str, dir: &str, args: Value) {
        let request = [
            ("run", id.into()),
            ("op", op.into()),
            ("dir", dir.into()),
            ("args", args),
        ];
        let mut line = Value::from(request).to_line();
        line.push(b'\n');
        self.peer.send(line);
        self.asked = id.to_owned();
    }

    /// Waits for the answer to what was asked last.
    pub(super) fn answer(&mut self, deadline: Instant) -> Result<Answer, Fault> {
        let (line, whole) = loop {
            let line = self.line(deadline)?;
            let whole = Value::parse(&line)
                .map_err(|error| fault(Outcome::Garbage, format!("no answer: {error}"), &line))?;
            let Some(id) = whole.get("id").and_then(Value::as_str) else {
                let what = "an answer without an id";
                return Err(fault(Outcome::Garbage, what, &line));
            };
            if self.answered.contains(id) {
                self.repeated.insert(id.to_owned());
            } else if id == self.asked {
                break (line, whole);
            } else {
                let what = "an answer to nothing that was asked";
                return Err(fault(Outcome::Garbage, what, &line));
            }
        };
        let expected = self.hello.as_ref().map(|hello| hello.version.as_str());
        let found = whole.get("version");
        if found.and_then(Value::as_str) != expected {
            let detail = Detail {
                expected: expected.map(|version| shorten(&format!("{version:?}"))),
                found: Some(found.map_or("none".to_owned(), short)),
                ..Detail::because("the version is not that of the hello")
            };
            let outcome = Outcome::Version;
            return Err(Fault { outcome, detail });
        }
        let verdict = match whole.get("outcome").and_then(Value::as_str) {
            Some("ok") => Verdict::Ok,
            Some("reject") => Verdict::Reject,
            Some("skip") => Verdict::Skip,
            Some("error") => Verdict::Error,
            _ => {
                let what = "an answer without an outcome that there is";
                return Err(fault(Outcome::Garbage, what, &line));
            }
        };
        self.answered.insert(self.asked.clone());
        Ok(Answer { verdict, whole })
    }

    /// What has been answered again since this was asked last.
    pub(super) fn take_repeated(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.repeated)
    }

    /// Tells the driver that nothing more is asked.
    pub(super) fn close(&mut self) {
        self.peer.close();
    }

    /// Ends the driver, which has until `deadline` to end by itself. Gives out what it answered
    /// again since that was asked last, and the id of its last request with what else it wrote.
    pub(super) fn end(mut self, deadline: Instant) -> (BTreeSet<String>, Option<(String, Fault)>) {
        self.close();
        let mut garbage = None;
        loop {
            let line = match self.peer.line(deadline) {
                Ok(line) => line,
                Err(Silence::TooLong) => b"a line beyond 16 MiB".to_vec(),
                Err(Silence::Ended | Silence::Late) => break,
            };
            let value = Value::parse(&line).ok();
            let id = value.as_ref().and_then(|value| value.get("id")?.as_str());
            match id.filter(|id| self.answered.contains(*id)) {
                Some(id) => drop(self.repeated.insert(id.to_owned())),
                None => garbage = garbage.or(Some(line)),
            }
        }
        self.peer.await_end(deadline);
        let what = "it wrote what is no answer behind its last one";
        let garbage = garbage.map(|line| fault(Outcome::Garbage, what, &line));
        // One that is killed, as it goes on, ended as it was made to.
        let status = self.peer.finish().filter(|status| !status.success());
        let crash = status.map(|status| Fault {
            outcome: Outcome::Crash,
            detail: Detail {
                stderr: self.peer.last_words().map(|text| shorten(&text)),
                ..Detail::because(format!("it ended after its answer: {status}"))
            },
        });
        let fault = garbage.or(crash);
        (self.repeated, fault.map(|fault| (self.asked, fault)))
    }

    fn line(&mut self, deadline: Instant) -> Result<Vec<u8>, Fault> {
        let silence = match self.peer.line(deadline) {
            Ok(line) => return Ok(line),
            Err(silence) => silence,
        };
        let status = self.peer.finish();
        let (outcome, reason) = match (silence, status) {
            (Silence::Late, _) => (Outcome::Timeout, "no answer in time".to_owned()),
            (Silence::TooLong, _) => (Outcome::Garbage, "a line beyond 16 MiB".to_owned()),
            (Silence::Ended, Some(status)) => (
                Outcome::Crash,
                format!("it ended before it answered: {status}"),
            ),
            (Silence::Ended, None) => {
                let reason = "it closed its standard output before it answered";
                (Outcome::Crash, reason.to_owned())
            }
        };
        let stderr = self.peer.last_words().map(|text| shorten(&text));
        let detail = Detail {
            stderr,
            ..Detail::because(reason)
        };
        Err(Fault { outcome, detail })
    }
}

/// Reads the answer to a hello; an error is the member at fault.
fn hello_of(answer: &Value) -> Result<Hello, &'static str> {
    let text = |key: &'static str| {
        let text = answer.get(key).and_then(Value::as_str);
        text.map(str::to_owned).ok_or(key)
    };
    let texts = |key: &'static str| {
        let elements = answer.get(key).and_then(Value::as_array).ok_or(key)?;
        let texts = elements
            .iter()
            .map(|element| element.as_str().map(str::to_owned));
        texts.collect::<Option<BTreeSet<String>>>().ok_or(key)
    };
    answer.get("protocol").ok_or("protocol")?;
    let fixed = answer.get("fixed").and_then(Value::as_object);
    Ok(Hello {
        name: text("name")?,
        version: text("version")?,
        ops: texts("ops")?,
        details: texts("details")?,
        clock_settable: match text("clock")?.as_str() {
            "settable" => true,
            "system" => false,
            _ => return Err("clock"),
        },
        fixed: fixed.ok_or("fixed")?.clone(),
    })
}

fn fault(outcome: Outcome, reason: impl Into<String>, line: &[u8]) -> Fault {
    let detail = Detail {
        found: Some(shorten(&String::from_utf8_lossy(line))),
        ..Detail::because(reason)
    };
    Fault { outcome, detail }
}

/// A value as it is shown.
pub(super) fn short(value: &Value) -> String {
    shorten(&String::from_utf8_lossy(&value.to_line()))
}

/// A text as it is shown.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}..", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
