//! Whose turn it is to make and send reports, among the programs of this project.
//!
//! Implements the clauses `upload.lock.own` of `spec/upload.md`. Go's programs do not know this
//! lock.

use std::fs::{self, File};

use crate::dir::{DirError, TelemetryDir};
use crate::publish::open_lock;

/// The turn to make and send reports in a directory, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    /// Holds the lock, which the system lets go when the file is closed, however the process ends.
    _file: File,
}

impl Turn {
    /// Takes the turn. `None` if another program has it.
    ///
    /// # Errors
    ///
    /// If the lock cannot be had for another reason, as where there is no `local/`.
    // spec[upload.lock.own, upload.lock.busy, upload.lock.keep]
    pub fn take(dir: &TelemetryDir) -> Result<Option<Turn>, DirError> {
        let path = dir.local().join("upload.lock");
        let file = open_lock(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Turn { _file: file })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(DirError::io("lock", &path)(error)),
        }
    }
}
