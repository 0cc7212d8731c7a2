//! L4: the conformance suite, which asks an implementation what it makes of the test vectors.
//!
//! Implements the suite's side of `spec/driver.md` and `spec/vectors/README.md`. The data's way:
//! [`Vectors`] come from the program (`pack`) or from a directory and are listed in a `manifest`;
//! [`run`] starts the driver (`peer`), talks to it (`session`), gives each case a directory
//! (`room`) and compares what comes back (`judge`, `race`); the [`Report`] also says which
//! failures were [`Known`]. What operations mean is not known here, nor is the implementation of
//! this crate.

mod form;
mod judge;
mod known;
mod manifest;
mod outcome;
mod pack;
mod peer;
mod race;
mod room;
mod session;
mod suite;
mod vectors;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::dir::DirError;
use crate::json::JsonError;

pub(crate) use form::stays_inside;
pub use known::Known;
pub use outcome::{CaseResult, Detail, Outcome, Report, Standing};
pub use peer::DriverCommand;
pub use suite::run;
pub use vectors::Vectors;

/// How the suite is run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The driver under test; that of this program if there is none.
    pub driver: Option<DriverCommand>,
    /// The driver of this program, which takes part in races.
    pub own: DriverCommand,
    /// What is known to fail.
    pub known: Option<Known>,
    /// Only the cases whose id has this in it.
    pub filter: Option<String>,
    /// The directory in which the cases' directories are made.
    pub temporary: PathBuf,
    /// How long a driver has for an answer.
    pub case_deadline: Duration,
    /// How long a race may last.
    pub race_deadline: Duration,
    /// How long a driver has to end by itself when nothing more is asked.
    pub end_deadline: Duration,
}

impl Settings {
    /// The usual settings, with the driver `own` of this program: it alone is asked, all there is.
    pub fn new(own: DriverCommand, temporary: impl Into<PathBuf>) -> Settings {
        Settings {
            driver: None,
            own,
            known: None,
            filter: None,
            temporary: temporary.into(),
            case_deadline: Duration::from_secs(10),
            race_deadline: Duration::from_secs(60),
            end_deadline: Duration::from_secs(2),
        }
    }
}

/// Why the suite cannot be run. What a driver does is none of it.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConformanceError {
    /// No vectors are compiled in.
    NotBuiltIn,
    /// The vectors that are compiled in cannot be unpacked.
    Pack,
    /// A file is missing among the vectors.
    Missing {
        /// The file.
        file: PathBuf,
    },
    /// A file cannot be read or written.
    File(DirError),
    /// A file is no JSON document.
    Json {
        /// The file.
        file: PathBuf,
        /// What is wrong with it, and where.
        error: JsonError,
    },
    /// A document is not as it has to be.
    Form {
        /// The file.
        file: PathBuf,
        /// The place in it, such as `cases[3].expect`.
        place: String,
        /// What is wrong with it.
        what: String,
    },
    /// No case has this in its id.
    NoCase {
        /// What was asked for.
        filter: String,
    },
    /// The driver cannot be started.
    Driver {
        /// How it should have been.
        command: String,
        /// Why it cannot.
        source: io::Error,
    },
    /// The known failures are those of another driver.
    OtherDriver {
        /// Name and version in the file.
        known: String,
        /// Name and version in the driver's hello.
        driver: String,
    },
}

impl From<DirError> for ConformanceError {
    fn from(error: DirError) -> ConformanceError {
        ConformanceError::File(error)
    }
}

impl fmt::Display for ConformanceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConformanceError::NotBuiltIn => write!(
                f,
                "no vectors are compiled in: give --vectors, or build with feature conformance"
            ),
            ConformanceError::Pack => write!(f, "the vectors that are compiled in are damaged"),
            ConformanceError::Missing { file } => {
                write!(f, "{}: missing among the vectors", file.display())
            }
            ConformanceError::File(error) => write!(f, "{error}"),
            ConformanceError::Json { file, error } => write!(f, "{}: {error}", file.display()),
            ConformanceError::Form { file, place, what } => {
                let colon = if place.is_empty() { "" } else { ": " };
                write!(f, "{}: {place}{colon}{what}", file.display())
            }
            ConformanceError::NoCase { filter } if filter.is_empty() => {
                write!(f, "the manifest lists no case")
            }
            ConformanceError::NoCase { filter } => write!(f, "no case has {filter:?} in its id"),
            ConformanceError::Driver { command, source } => {
                write!(f, "cannot start the driver {command:?}: {source}")
            }
            ConformanceError::OtherDriver { known, driver } => {
                write!(
                    f,
                    "the known failures are those of {known}, the driver is {driver}"
                )
            }
        }
    }
}

impl std::error::Error for ConformanceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ConformanceError::File(error) => Some(error),
            ConformanceError::Json { error, .. } => Some(error),
            ConformanceError::Driver { source, .. } => Some(source),
            _ => None,
        }
    }
}
