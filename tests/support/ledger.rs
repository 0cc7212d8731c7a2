//! What a process has done so far, written down where it outlasts the process.
//!
//! Numbers of 8 bytes at fixed places of a file, each written by one system call: what is written
//! when the process is killed is what the system holds, as with a count in a mapped file. What the
//! numbers are for is known to who writes and who reads them.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// A place in a ledger.
#[derive(Clone, Copy)]
pub(crate) enum Entry {
    /// Which [`Phase`](crate::script::Phase) the process is in.
    Phase = 0,
    /// How many steps of its script it has done.
    Done = 1,
    /// How many of them were done before a rotation by another thread that has ended.
    Settled = 2,
    /// Whether that other thread is rotating.
    Rotating = 3,
    /// Whether it has set the mode.
    Mode = 4,
}

const ENTRIES: u64 = 5;

/// A ledger that is open.
pub(crate) struct Ledger {
    file: File,
}

impl Ledger {
    /// Makes a ledger in which every number is 0.
    pub(crate) fn create(path: &Path) -> Result<Ledger, String> {
        let mut options = File::options();
        let file = options.read(true).write(true).create_new(true).open(path);
        let file = file.map_err(|error| error.to_string())?;
        let zeros = [0; 8 * ENTRIES as usize];
        file.write_all_at(&zeros, 0)
            .map_err(|error| error.to_string())?;
        Ok(Ledger { file })
    }

    /// Opens a ledger to write in it.
    pub(crate) fn open(path: &str) -> Ledger {
        let file = File::options().write(true).open(path);
        Ledger {
            file: file.expect("the first process made it"),
        }
    }

    /// Writes a number in its place.
    pub(crate) fn write(&self, entry: Entry, number: u64) {
        let written = self
            .file
            .write_all_at(&number.to_ne_bytes(), 8 * entry as u64);
        written.expect("there is room for what is there already");
    }

    /// What was written last.
    pub(crate) fn read(&self, entry: Entry) -> Result<u64, String> {
        let mut bytes = [0; 8];
        self.file
            .read_exact_at(&mut bytes, 8 * entry as u64)
            .map_err(|error| error.to_string())?;
        Ok(u64::from_ne_bytes(bytes))
    }
}
