//! Sending the reports that lie ready, and what becomes of each.
//!
//! Implements the sections *The request* and *The answer* of `spec/upload.md`. How bytes get to
//! another machine is left to a [`Post`].

use std::fmt;
use std::fs;

use super::lock::Lock;
use super::ready::{Hold, Ready, Text, ready};
use crate::config::Approved;
use crate::dir::{DirError, TelemetryDir};
use crate::format::date::Time;
use crate::mode;
use crate::network::{NetworkError, Post};
use crate::publish;
use crate::system::Environment;
use crate::verdict::Terms;

/// Where programs of the Go project send their reports.
// spec[upload.request.base]
pub const GO_URL: &str = "https://telemetry.go.dev/upload";

/// Sends the reports of one directory.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// Where they lie.
    pub dir: &'a TelemetryDir,
    /// What can lower the mode.
    pub environment: &'a Environment,
    /// What may be sent.
    pub approved: Option<&'a Approved<'a>>,
    /// The present time.
    pub now: Time,
    /// The base URL.
    pub url: &'a str,
}

/// What became of a report that lay ready.
#[derive(Debug)]
#[non_exhaustive]
pub enum Fate {
    /// The collector took it: the copy is kept, and it lies ready no longer.
    Sent,
    /// The collector refused it with this status: it lies ready no longer, and there is no copy.
    Refused(u16),
    /// The collector answered with this status: it stays for a later run.
    Put(u16),
    /// No answer came: it stays for a later run.
    Unanswered(NetworkError),
    /// It must not be sent: it stays.
    Held(Hold),
    /// Another program is sending it.
    Locked,
    /// It was sent before: it lies ready no longer.
    Before,
    /// Another program has dealt with it.
    Gone,
    /// It cannot be read, or what became of it cannot be written down.
    Failed(DirError),
}

impl Fate {
    /// One word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Fate::Sent => "sent",
            Fate::Refused(_) => "refused",
            Fate::Put(_) | Fate::Unanswered(_) => "unanswered",
            Fate::Held(_) => "held",
            Fate::Locked => "locked",
            Fate::Before => "before",
            Fate::Gone => "gone",
            Fate::Failed(_) => "failed",
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fate::Sent => f.write_str("sent"),
            Fate::Refused(status) => write!(
                f,
                "refused with status {status} and not sent again [upload.answer.refused]"
            ),
            Fate::Put(status) => write!(
                f,
                "answered with status {status}; it stays for a later run [upload.answer.other]"
            ),
            Fate::Unanswered(error) => {
                write!(f, "{error}; it stays for a later run [upload.answer.other]")
            }
            Fate::Held(hold) => write!(f, "not sent: {hold}"),
            Fate::Locked => f.write_str("another program is sending it [upload.lock.held]"),
            Fate::Before => f.write_str("was sent before [upload.sent]"),
            Fate::Gone => f.write_str("another program has dealt with it"),
            Fate::Failed(error) => error.fmt(f),
        }
    }
}

impl Sender<'_> {
    /// Sends what lies ready, one report after the other, and tells what became of each.
    ///
    /// # Errors
    ///
    /// If `local/` cannot be listed.
    // spec[upload.order, upload.once, upload.answer.next, upload.ready.kept]
    pub fn send(&self, post: &mut dyn Post) -> Result<Vec<(Ready, Fate)>, DirError> {
        if self.terms().on {
            Lock::sweep(self.dir, self.now);
        }
        let mut fates = Vec::new();
        for one in ready(self.dir)? {
            let fate = match self.send_one(&one, post) {
                Ok(fate) => fate,
                Err(error) => Fate::Failed(error),
            };
            fates.push((one, fate));
        }
        Ok(fates)
    }

    /// The terms as they are at this moment.
    // spec[upload.mode.again]
    fn terms(&self) -> Terms<'_> {
        let effective = mode::read(Some(self.dir), self.environment);
        Terms::of(&effective, self.approved, self.now)
    }

    fn send_one(&self, one: &Ready, post: &mut dyn Post) -> Result<Fate, DirError> {
        // Before anything is created: in modes other than `on` there is not even a lock.
        if let Some(hold) = one.held(&self.terms()) {
            return Ok(Fate::Held(hold));
        }
        // spec[upload.config]
        if self.approved.is_none() {
            return Ok(Fate::Held(Hold::Config));
        }
        let Some(_lock) = Lock::take(self.dir, one.date, self.now)? else {
            return Ok(Fate::Locked);
        };
        let copy = self.dir.uploaded(one.date);
        // spec[upload.sent]
        if fs::symlink_metadata(&copy).is_ok() {
            remove(one)?;
            return Ok(Fate::Before);
        }
        // spec[upload.read]
        let report = match one.read()? {
            Text::Whole(report) => report,
            Text::TooLong => return Ok(Fate::Held(Hold::Size)),
            Text::Gone => return Ok(Fate::Gone),
        };
        if let Err(hold) = one.check(&report, self.approved, self.now) {
            return Ok(Fate::Held(hold));
        }
        // spec[upload.mode.again]
        if let Some(hold) = one.held(&self.terms()) {
            return Ok(Fate::Held(hold));
        }
        // spec[upload.request.url]
        let url = format!("{}/{}", self.url, one.date);
        match post.post(&url, &report) {
            // spec[upload.answer.ok, upload.answer.copy]
            Ok(200) => {
                publish::replace(&copy, &report)?;
                remove(one)?;
                Ok(Fate::Sent)
            }
            // spec[upload.answer.refused]
            Ok(status @ 400..=499) => {
                remove(one)?;
                Ok(Fate::Refused(status))
            }
            // spec[upload.answer.other]
            Ok(status) => Ok(Fate::Put(status)),
            Err(error) => Ok(Fate::Unanswered(error)),
        }
    }
}

/// Deletes a ready report that has been dealt with.
fn remove(one: &Ready) -> Result<(), DirError> {
    match fs::remove_file(&one.path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(DirError::io("delete", &one.path)(error))
        }
        _ => Ok(()),
    }
}
