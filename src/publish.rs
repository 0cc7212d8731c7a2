//! Files that others may read at any moment: written aside, synced, then put in place whole.
//!
//! Implements `dir.publish` of `spec/directory.md`. What is written is not known here.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::dir::DirError;

/// Tells apart the files that one process writes aside at the same time.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// Puts a file with `content` at `path`, in place of what is there.
///
/// A reader sees the file from before or the whole new one. If anything fails, the file from
/// before is left as it was.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), DirError> {
    let aside = Aside::write(path, content)?;
    fs::rename(&aside.path, path).map_err(DirError::io("replace", path))?;
    sync_directory(path)
}

/// A file written aside. It is removed when dropped; once renamed there is nothing to remove.
struct Aside {
    path: PathBuf,
}

impl Aside {
    fn write(target: &Path, content: &[u8]) -> Result<Aside, DirError> {
        // ORDERING: pairs with nothing; only that the numbers differ matters.
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!(".{}.{number}.tmp", std::process::id()));
        let path = target.with_file_name(name);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(DirError::io("create", &path))?;
        let aside = Aside { path };
        let written = file.write_all(content).and_then(|()| file.sync_all());
        written.map_err(DirError::io("write", &aside.path))?;
        Ok(aside)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // What cannot be removed is cleaned up when it is a day old.
        drop(fs::remove_file(&self.path));
    }
}

/// Makes a new name last beyond a power failure.
fn sync_directory(path: &Path) -> Result<(), DirError> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let synced = File::open(directory).and_then(|directory| directory.sync_all());
    if cfg!(unix) {
        synced.map_err(DirError::io("sync", directory))?;
    }
    Ok(())
}
