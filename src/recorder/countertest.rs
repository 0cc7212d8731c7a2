//! Counters in tests of programs that count: where they go, and what they say.
//!
//! A test opens the process's recorder in a directory of its own, lets the program's code run, and
//! reads counters. Tests in one process share that recorder, so they compare what a counter says
//! before and after.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Closed, DEFAULT};
use crate::dir::{DirError, TelemetryDir};
use crate::format::identity::Identity;
use crate::system::{self, Environment};

/// Opens the process's recorder in `dir`, whatever the mode says in the environment.
///
/// The program is called `countertest` there. It can be called again with the same directory.
///
/// # Errors
///
/// [`Closed::Elsewhere`] if the recorder was opened in another place, so that what a test counts
/// would go there; else as for [`Recorder::open`](super::Recorder::open).
///
/// # Examples
///
/// ```
/// use gotelemetry::recorder::{Counter, countertest};
///
/// static ERRORS: Counter = Counter::new("tool/errors");
///
/// # let home = tempfile::tempdir()?;
/// # let directory = home.path();
/// countertest::open(directory)?;
/// let before = ERRORS.read()?;
/// ERRORS.inc(); // the code under test
/// assert_eq!(ERRORS.read()? - before, 1);
/// assert_eq!(countertest::read_all()?[&b"tool/errors"[..]], 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn open(dir: &Path) -> Result<(), Closed> {
    let identity = Identity::new("countertest", "", "devel", "linux", "amd64");
    let identity = identity.map_err(|error| DirError::Content {
        path: dir.to_owned(),
        error,
    })?;
    let dir = TelemetryDir::at(dir);
    DEFAULT.open(&dir, &Environment::default(), &identity, system::now())
}

/// All counts in the file of the process's recorder, by name. The name of a stack holds newlines.
///
/// # Errors
///
/// [`Closed::NoFile`] if there is none, [`Closed::Dir`] if it cannot be read.
pub fn read_all() -> Result<BTreeMap<Vec<u8>, u64>, Closed> {
    let path = DEFAULT.path().ok_or(Closed::NoFile)?;
    Ok(super::counts_of(path)?)
}

#[cfg(all(test, target_os = "linux", not(feature = "disabled")))]
mod tests {
    use super::*;

    #[test]
    fn a_test_reads_what_was_counted_in_the_directory_that_it_opened() {
        let home = tempfile::tempdir().expect("a directory can be made");
        assert!(matches!(read_all(), Err(Closed::NoFile)));
        for _ in 0..2 {
            open(home.path()).expect("it can be opened");
        }
        DEFAULT.add(b"tool/errors", 2).expect("there is room");
        let counts = read_all().expect("it can be read");
        assert_eq!(counts, BTreeMap::from([(b"tool/errors".to_vec(), 2)]));
        let other = tempfile::tempdir().expect("a directory can be made");
        assert!(matches!(open(other.path()), Err(Closed::Elsewhere)));
    }
}
