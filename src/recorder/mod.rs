//! Recorders and counters: what a program counts with.
//!
//! Implements the sections *Counting* and *Files* of `spec/concurrency.md`. A recorder has at most
//! one file at a time; its counters hold what was added until there is one, and whenever there is
//! none. Nothing here takes a lock, so that a program may fork at any moment.
//!
//! Counting is for Linux. Elsewhere, and with the feature `disabled`, the same functions are there
//! and do nothing, so that a program that counts needs no conditions of its own.

pub mod countertest;

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
mod counter;
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
mod counting;
#[cfg(not(all(target_os = "linux", not(feature = "disabled"))))]
mod nothing;
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
mod place;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

pub use crate::counter::table::Trouble;
use crate::dir::{self, DirError, TelemetryDir};
use crate::format::identity::Identity;
use crate::format::parse;
use crate::system::{self, Environment};

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
pub use {counter::Counter, counting::Recorder};
#[cfg(not(all(target_os = "linux", not(feature = "disabled"))))]
pub use {nothing::Counter, nothing::Recorder};

/// The recorder of this process, which [`Counter::new`] counts with.
pub static DEFAULT: Recorder = Recorder::new();

/// Opens the file of `identity` in `dir` for the process's recorder, by the environment and the
/// clock of the process.
///
/// A tool that does not belong to the Go project uses its own directory,
/// [`TelemetryDir::of_tool`].
///
/// # Errors
///
/// As for [`Recorder::open`].
pub fn open(dir: &TelemetryDir, identity: &Identity) -> Result<(), Closed> {
    DEFAULT.open(dir, &Environment::read(), identity, system::now())
}

/// Why counts are not in a file.
#[derive(Debug)]
#[non_exhaustive]
pub enum Closed {
    /// The recorder was not opened.
    Unopened,
    /// The mode is off. What is added is dropped.
    Off,
    /// Counting was compiled away, by the feature `disabled` or because this is not Linux.
    Disabled,
    /// The recorder counts in another directory or for another program already.
    Elsewhere,
    /// A file could not be opened.
    Dir(DirError),
    /// There is no file at the moment; [`Recorder::rotate`] tells why.
    NoFile,
    /// So many names wait in the process that no other is kept. What is added to it is dropped.
    TooMany,
    /// A counter has no record.
    Record {
        /// The file; none if it is the name that no file takes.
        path: Option<PathBuf>,
        /// The counter's name.
        name: Vec<u8>,
        /// Why it has none.
        trouble: Trouble,
    },
    /// The thread that is to rotate could not be started, for this reason.
    Thread(std::io::ErrorKind),
}

impl From<DirError> for Closed {
    fn from(error: DirError) -> Closed {
        Closed::Dir(error)
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Closed::Unopened => write!(f, "no file was opened: call open first"),
            Closed::Off => write!(f, "the mode is off: nothing is counted"),
            Closed::Disabled => write!(f, "counting was compiled away"),
            Closed::Elsewhere => write!(
                f,
                "this recorder counts in another directory or for another program; use one for each"
            ),
            Closed::NoFile => write!(f, "there is no file at the moment: rotate tells why"),
            Closed::TooMany => write!(f, "too many names wait for a file [count.full]"),
            Closed::Dir(error) => write!(f, "{error}"),
            Closed::Record {
                path,
                name,
                trouble,
            } => {
                if let Some(path) = path {
                    write!(f, "{}: ", path.display())?;
                }
                write!(f, "counter {:?}: {trouble}", String::from_utf8_lossy(name))
            }
            Closed::Thread(kind) => write!(f, "cannot start a thread: {kind}"),
        }
    }
}

impl std::error::Error for Closed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Closed::Dir(error) => error.source(),
            _ => None,
        }
    }
}

/// All counts in the file at `path`, by name.
fn counts_of(path: &Path) -> Result<BTreeMap<Vec<u8>, u64>, DirError> {
    let bytes = dir::read_count_file(path)?;
    let file = parse(&bytes).map_err(|error| {
        let path = path.to_owned();
        DirError::Content { path, error }
    })?;
    let counts = file.counts().into_iter();
    Ok(counts
        .map(|(name, count)| (name.into_owned(), count))
        .collect())
}
