//! The lock of one report, which this project's programs and Go's share.
//!
//! Implements the clauses `upload.lock` of `spec/upload.md` from *Go's programs* on.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::dir::{DirError, TelemetryDir, list, upload_week};
use crate::format::date::{Date, Time};
use crate::publish::{create_directory, create_empty};
use crate::system;

/// From this age on nobody can still be sending, in seconds.
const ORPHANED: u64 = 24 * 60 * 60;

/// The lock of a report, until it is dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
}

impl Lock {
    /// Takes the lock of the report of `date`. `None` if another program has it.
    ///
    /// A lock that was left behind a day ago is taken over.
    ///
    /// # Errors
    ///
    /// If the lock cannot be made.
    // spec[upload.lock, upload.lock.held]
    pub fn take(dir: &TelemetryDir, date: Date, now: Time) -> Result<Option<Lock>, DirError> {
        let path = lock_path(dir, date);
        create_directory(&dir.upload())?;
        if let Some(lock) = create(&path)? {
            return Ok(Some(lock));
        }
        if !is_orphan(&path, now) || !clear(&path, now)? {
            return Ok(None);
        }
        create(&path)
    }

    /// Removes the locks in a directory that were left behind, of reports that may be gone.
    // spec[upload.lock.sweep]
    pub fn sweep(dir: &TelemetryDir, now: Time) {
        for path in list(&dir.upload(), ".json.lock").unwrap_or_default() {
            let date = path.file_stem().and_then(|name| upload_week(name.as_ref()));
            if let Some(date) = date.filter(|_| is_orphan(&path, now)) {
                // One that cannot be taken over is tried again in the next run.
                drop(Lock::take(dir, date, now));
            }
        }
    }

    /// Whether a program has the lock of the report of `date`, as far as can be told without taking
    /// it.
    pub fn is_held(dir: &TelemetryDir, date: Date, now: Time) -> bool {
        let path = lock_path(dir, date);
        fs::symlink_metadata(&path).is_ok() && !is_orphan(&path, now)
    }
}

fn lock_path(dir: &TelemetryDir, date: Date) -> PathBuf {
    dir.upload().join(format!("{date}.json.lock"))
}

impl Drop for Lock {
    fn drop(&mut self) {
        // What cannot be removed is an orphan tomorrow.
        drop(fs::remove_file(&self.path));
    }
}

/// Creates the lock. `None` if there is one: a [`Lock`] for it would remove it when dropped.
fn create(path: &Path) -> Result<Option<Lock>, DirError> {
    match create_empty(path) {
        Ok(_) => Ok(Some(Lock {
            path: path.to_owned(),
        })),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(DirError::io("create", path)(error)),
    }
}

/// Whether a lock was left behind.
// spec[upload.lock.orphan]
fn is_orphan(path: &Path, now: Time) -> bool {
    let age = system::modified(path).map(|then| now.unix().abs_diff(then.unix()));
    age.is_some_and(|age| age >= ORPHANED)
}

/// Removes a lock that was left behind. Returns whether it did: another program can have been
/// faster, and what lies there is its own.
// spec[upload.lock.take]
fn clear(path: &Path, now: Time) -> Result<bool, DirError> {
    let aside = aside(path);
    match fs::rename(path, &aside) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(DirError::io("rename", path)(error)),
    }
    let orphan = is_orphan(&aside, now);
    if !orphan {
        put_back(&aside, path)?;
    }
    fs::remove_file(&aside).map_err(DirError::io("remove", &aside))?;
    Ok(orphan)
}

/// Gives a lock its name again, unless another program has taken that meanwhile.
// spec[upload.lock.back]
fn put_back(aside: &Path, path: &Path) -> Result<(), DirError> {
    match fs::hard_link(aside, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(DirError::io("link", path)(error))
        }
        _ => Ok(()),
    }
}

/// A name beside the lock that nobody else uses.
fn aside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    use tempfile::TempDir;

    use super::*;

    fn home() -> (TempDir, TelemetryDir, Date, PathBuf) {
        let home = TempDir::new().expect("a directory can be made");
        let dir = TelemetryDir::at(home.path());
        let date = Date::parse("2026-11-21").expect("a date");
        let path = dir.upload().join("2026-11-21.json.lock");
        (home, dir, date, path)
    }

    /// Makes an empty file that was last changed some days ago. Returns when that was.
    fn touch(path: &Path, days: u64) -> i64 {
        let then = SystemTime::now() - Duration::from_secs(days * 86_400);
        touch_at(path, then);
        system::modified(path).expect("it is there").unix()
    }

    fn touch_at(path: &Path, then: SystemTime) {
        let file = File::create(path).expect("a file can be made");
        file.set_modified(then).expect("it can be set");
    }

    fn names(dir: &TelemetryDir) -> usize {
        fs::read_dir(dir.upload()).expect("it is there").count()
    }

    // test[upload.lock, upload.lock.held]
    #[test]
    fn one_at_a_time_has_the_lock() {
        let (_home, dir, date, path) = home();
        let lock = Lock::take(&dir, date, system::now()).expect("it can be made");
        assert!(lock.is_some() && fs::read(&path).is_ok_and(|text| text.is_empty()));
        let other = Lock::take(&dir, date, system::now()).expect("it is there");
        assert!(other.is_none() && path.exists());
        drop(lock);
        assert_eq!(names(&dir), 0);
        assert!(Lock::take(&dir, date, system::now()).is_ok_and(|lock| lock.is_some()));
    }

    // test[upload.lock.orphan, upload.lock.take]
    #[test]
    fn a_lock_that_was_left_behind_is_taken_over_after_a_day() {
        let (_home, dir, date, path) = home();
        fs::create_dir(dir.upload()).expect("a directory can be made");
        let then = touch(&path, 0);
        for (now, taken) in [
            (then + 86_399, false),
            (then - 86_399, false),
            (then + 86_400, true),
            (then - 86_400, true),
        ] {
            let since = Duration::from_secs(then.unsigned_abs());
            touch_at(&path, SystemTime::UNIX_EPOCH + since);
            let now = Time::from_unix(now);
            assert_eq!(Lock::is_held(&dir, date, now), !taken);
            let lock = Lock::take(&dir, date, now).expect("it can be made");
            assert_eq!(lock.is_some(), taken);
            assert_eq!(names(&dir), 1);
            drop(lock);
            assert_eq!(path.exists(), !taken);
            assert_eq!(Lock::is_held(&dir, date, now), !taken);
        }
    }

    // test[upload.lock.held]
    #[test]
    fn who_does_not_get_the_lock_leaves_it_where_it_is() {
        let (_home, dir, _, path) = home();
        let error = create(&path).expect_err("there is no directory");
        assert!(error.is_missing(), "{error}");
        fs::create_dir(dir.upload()).expect("a directory can be made");
        let lock = create(&path).expect("it can be made");
        assert!(create(&path).is_ok_and(|lock| lock.is_none()));
        assert!(lock.is_some() && path.exists());
    }

    // test[upload.lock.sweep]
    #[test]
    fn locks_that_were_left_behind_are_removed_and_no_others() {
        let (_home, dir, _, path) = home();
        Lock::sweep(&dir, system::now());
        fs::create_dir(dir.upload()).expect("a directory can be made");
        let others = ["2026-11-14.json.lock", "mine.json.lock", "2026-11-07.lock"];
        touch(&path, 1);
        for (other, days) in others.iter().zip([0, 2, 2]) {
            touch(&dir.upload().join(other), days);
        }
        Lock::sweep(&dir, system::now());
        assert!(!path.exists());
        assert!(others.iter().all(|other| dir.upload().join(other).exists()));
        assert_eq!(names(&dir), others.len());
    }

    // test[upload.lock.back]
    #[test]
    fn a_lock_that_another_program_has_just_taken_over_is_put_back() {
        let (_home, dir, _, path) = home();
        fs::create_dir(dir.upload()).expect("a directory can be made");
        touch(&path, 0);
        assert!(!clear(&path, system::now()).expect("it can be renamed"));
        assert!(path.exists());
        assert_eq!(names(&dir), 1);
        touch(&path, 2);
        assert!(clear(&path, system::now()).expect("it can be renamed"));
        assert_eq!(names(&dir), 0);
        assert!(!clear(&path, system::now()).expect("it is gone"));
    }

    // test[upload.lock.back]
    #[test]
    fn a_lock_that_cannot_be_moved_or_put_back_is_an_error() {
        let (_home, dir, _, path) = home();
        fs::create_dir(dir.upload()).expect("a directory can be made");
        touch(&path, 2);
        assert!(put_back(&path, &path).is_ok());
        put_back(&aside(&path), &path).expect_err("there is none");
        fs::create_dir(aside(&path)).expect("a directory can be made");
        clear(&path, system::now()).expect_err("a directory is in the way");
        assert!(path.exists());
    }
}
