//! The reports that lie ready to be sent, and what holds them back.
//!
//! Implements the section *Ready reports* of `spec/upload.md`.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use crate::acceptance::{self, Refusal};
use crate::config::Approved;
use crate::dir::{DirError, TelemetryDir, read_bounded, upload_week};
use crate::format::date::{Date, Time};
use crate::json::JsonError;
use crate::report::Report;
use crate::verdict::{Terms, is_too_old};

/// No report is sent that is longer, in bytes.
pub const MAX_LEN: usize = 102_400;

/// A report that lies ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ready {
    /// The date of its name.
    pub date: Date,
    /// Where it lies.
    pub path: PathBuf,
}

/// What was found where a report lay ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// The bytes of the report.
    Whole(Vec<u8>),
    /// A report that is too long to be sent.
    TooLong,
    /// Nothing: another program has dealt with it.
    Gone,
}

/// Why a ready report stays where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hold {
    /// The mode is not `on`.
    Mode,
    /// Its date is not after the as-of date.
    AsOf,
    /// Its date is after today.
    Future,
    /// Its week ended more than 21 days ago.
    Age,
    /// There is no upload config that was verified or named by the caller.
    Config,
    /// It is longer than 102400 bytes.
    Size,
    /// It is no report.
    Form(JsonError),
    /// A collector would refuse it.
    Check(Refusal),
    /// Its Week is not the date of its name.
    Week,
}

impl Hold {
    /// The id of the clause in `spec/upload.md`.
    pub const fn clause(&self) -> &'static str {
        match self {
            Hold::Mode => "upload.mode",
            Hold::AsOf => "upload.ready.as-of",
            Hold::Future => "upload.ready.future",
            Hold::Age => "upload.ready.age",
            Hold::Config => "upload.config",
            Hold::Size => "upload.ready.size",
            Hold::Form(_) | Hold::Check(_) => "upload.ready.check",
            Hold::Week => "upload.ready.week",
        }
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hold::Mode => f.write_str("the mode is not on")?,
            Hold::AsOf => f.write_str("its date is not after the as-of date")?,
            Hold::Future => f.write_str("its date is after today")?,
            Hold::Age => f.write_str("its week ended more than 21 days ago")?,
            Hold::Config => f.write_str("there is no upload config")?,
            Hold::Size => write!(f, "it is longer than {MAX_LEN} bytes")?,
            Hold::Form(error) => write!(f, "it is no report: {error}")?,
            Hold::Check(refusal) => write!(f, "a collector would refuse it: {refusal}")?,
            Hold::Week => f.write_str("its Week is not the date of its name")?,
        }
        write!(f, " [{}]", self.clause())
    }
}

/// The reports that lie ready, in ascending order of their dates.
///
/// # Errors
///
/// If `local/` cannot be listed.
// spec[upload.ready.name, upload.ready.stray, upload.order]
pub fn ready(dir: &TelemetryDir) -> Result<Vec<Ready>, DirError> {
    let mut found = Vec::new();
    for path in TelemetryDir::reports(&dir.local())? {
        let is_file = || fs::metadata(&path).is_ok_and(|meta| meta.is_file());
        if let Some(date) = upload_week(&path).filter(|_| is_file()) {
            found.push(Ready { date, path });
        }
    }
    found.sort_by_key(|ready| ready.date);
    Ok(found)
}

impl Ready {
    /// What holds it back, whatever it says and whatever the config has.
    pub fn held(&self, terms: &Terms<'_>) -> Option<Hold> {
        // spec[upload.mode]
        if !terms.on {
            return Some(Hold::Mode);
        }
        // spec[upload.ready.as-of]
        if terms.as_of.is_none_or(|as_of| self.date <= as_of) {
            return Some(Hold::AsOf);
        }
        // spec[upload.ready.future]
        if self.date > terms.now.date() {
            return Some(Hold::Future);
        }
        // spec[upload.ready.age]
        if is_too_old(self.date, terms.now) {
            return Some(Hold::Age);
        }
        None
    }

    /// What holds back `text`, which was read from it.
    ///
    /// # Errors
    ///
    /// The first clause that does.
    pub fn check(
        &self,
        text: &[u8],
        approved: Option<&Approved<'_>>,
        now: Time,
    ) -> Result<(), Hold> {
        // spec[upload.config]
        let approved = approved.ok_or(Hold::Config)?;
        // spec[upload.ready.size]
        if text.len() > MAX_LEN {
            return Err(Hold::Size);
        }
        // spec[upload.ready.check]
        let report = Report::parse_exact(text).map_err(Hold::Form)?;
        acceptance::check(&report, approved, now.date()).map_err(Hold::Check)?;
        // spec[upload.ready.week]
        match report.week == self.date.to_string() {
            true => Ok(()),
            false => Err(Hold::Week),
        }
    }

    /// What lies there.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    // spec[upload.read]
    pub fn read(&self) -> Result<Text, DirError> {
        match read_bounded(&self.path, MAX_LEN as u64) {
            Ok(bytes) => Ok(Text::Whole(bytes)),
            Err(DirError::TooLong { .. }) => Ok(Text::TooLong),
            Err(error) if error.is_missing() => Ok(Text::Gone),
            Err(error) => Err(error),
        }
    }
}
