//! Files that others may read at any moment: written aside, synced, then put in place whole.
//!
//! Implements `dir.publish` of `spec/directory.md`. What is written is not known here.

#[cfg(unix)]
use std::ffi::OsStr;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(unix)]
use rustix::fs::{Mode, OFlags};

use crate::dir::DirError;
use crate::system;

/// Tells apart the files that one process writes aside at the same time.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// Past this number no name is tried a second time.
const MAX_NUMBER: u64 = 10_000;

/// How old a file must be that its process has surely given up, in seconds.
const ABANDONED: i64 = 24 * 60 * 60;

/// Puts a file with `content` at `path`, in place of what is there.
///
/// A reader sees the file from before or the whole new one. If anything fails, the file from
/// before is left as it was.
// spec[dir.publish]
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), DirError> {
    Aside::durable(path, content)?.replace(path)
}

/// Puts a file with `content` at `path`, if there is none. Returns whether there was none.
///
/// A reader sees no file or the whole one. Counts are not worth waiting for the disk: a file that
/// a power failure leaves without content is told by its first bytes.
// spec[dir.publish]
pub(crate) fn create(path: &Path, content: &[u8]) -> Result<bool, DirError> {
    Aside::write(path, content, Durable::No)?.link(path)
}

/// Makes a directory and those above it, if they are missing; only their owner may write there.
// spec[dir.publish]
pub(crate) fn create_directory(path: &Path) -> Result<(), DirError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o755);
    builder.create(path).map_err(DirError::io("create", path))
}

/// Makes an empty file, if there is nothing at `path`; only its owner may write there.
// spec[dir.publish]
pub(crate) fn create_empty(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
    options.write(true).create_new(true).open(path)
}

/// Opens the file at `path`, made if it is missing, for a lock to be held on it.
///
/// What lies there and is no file is an error, and does not keep anybody waiting. Whoever may open
/// the file may hold the lock for ever, so that only its owner may.
// spec[dir.files, dir.publish]
#[cfg(feature = "cli")]
pub(crate) fn open_lock(path: &Path) -> Result<File, DirError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits();
        options.mode(0o600).custom_flags(flags.cast_signed());
    }
    let file = options.open(path).map_err(DirError::io("open", path))?;
    let meta = file.metadata().map_err(DirError::io("open", path))?;
    match meta.is_file() {
        true => Ok(file),
        false => Err(DirError::NotAFile {
            path: path.to_owned(),
        }),
    }
}

/// Whether a file is to outlast a power failure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Durable {
    Yes,
    No,
}

/// What the names of all files begin with that are written aside for `target`.
fn prefix(target: &Path) -> OsString {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".");
    name
}

/// Removes what processes left aside that were killed a day ago or earlier.
fn sweep(target: &Path) {
    let prefix = prefix(target);
    let directory = directory_of(target);
    for name in names(directory) {
        let bytes = name.as_encoded_bytes();
        if bytes.starts_with(prefix.as_encoded_bytes()) && bytes.ends_with(b".tmp") {
            let path = directory.join(&name);
            let age = system::modified(&path).map(|then| system::now().unix() - then.unix());
            if age.is_some_and(|age| age > ABANDONED) {
                // Another process may sweep as well; what stays is tried again next time.
                drop(fs::remove_file(&path));
            }
        }
    }
}

/// The names in a directory, as far as they can be read.
///
/// Not by the standard library, which panics where closing a directory fails.
#[cfg(unix)]
fn names(directory: &Path) -> Vec<OsString> {
    use std::os::unix::ffi::OsStrExt as _;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let opened = rustix::fs::open(directory, flags, Mode::empty());
    let entries = opened.and_then(rustix::fs::Dir::new);
    let entries = entries.into_iter().flatten().flatten();
    let name = |entry: rustix::fs::DirEntry| OsStr::from_bytes(entry.file_name().to_bytes()).into();
    entries.map(name).collect()
}

/// The names in a directory, as far as they can be read.
#[cfg(not(unix))]
fn names(directory: &Path) -> Vec<OsString> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).collect()
}

/// A file written aside. Its name aside is removed when it is dropped.
pub(crate) struct Aside {
    path: PathBuf,
}

impl Aside {
    /// Writes a file that outlasts a power failure, to be put at `target`.
    // spec[dir.publish]
    pub(crate) fn durable(target: &Path, content: &[u8]) -> Result<Aside, DirError> {
        sweep(target);
        Aside::write(target, content, Durable::Yes)
    }

    /// Puts the file at `target`, in place of what is there.
    pub(crate) fn replace(self, target: &Path) -> Result<(), DirError> {
        fs::rename(&self.path, target).map_err(DirError::io("replace", target))?;
        // From here on the name aside may be another process's, one with our number on another
        // host.
        std::mem::forget(self);
        sync_directory(target);
        Ok(())
    }

    /// Puts the file at `target`, if there is none. Returns whether there was none.
    pub(crate) fn link(self, target: &Path) -> Result<bool, DirError> {
        match fs::hard_link(&self.path, target) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(DirError::io("create", target)(error)),
        }
    }

    fn write(target: &Path, content: &[u8], durable: Durable) -> Result<Aside, DirError> {
        let len = u64::try_from(content.len()).unwrap_or(u64::MAX);
        system::may_reach(len).map_err(DirError::io("write", target))?;
        let (path, mut file) = Aside::create(target)?;
        let aside = Aside { path };
        let written = file.write_all(content).and_then(|()| match durable {
            Durable::Yes => file.sync_all(),
            Durable::No => Ok(()),
        });
        written.map_err(DirError::io("write", &aside.path))?;
        Ok(aside)
    }

    /// Creates an empty file beside `target`, under a name that nobody else uses.
    // spec[dir.publish]
    fn create(target: &Path) -> Result<(PathBuf, File), DirError> {
        loop {
            // ORDERING: pairs with nothing; only that the numbers differ matters.
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let mut name = prefix(target);
            name.push(format!("{}.{number}.tmp", std::process::id()));
            let path = target.with_file_name(name);
            match create_empty(&path) {
                Ok(file) => return Ok((path, file)),
                // A process that had this number before was killed; its file is not ours.
                Err(error)
                    if error.kind() == io::ErrorKind::AlreadyExists && number < MAX_NUMBER => {}
                Err(error) => return Err(DirError::io("create", &path)(error)),
            }
        }
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // What cannot be removed is cleaned up when it is a day old.
        drop(fs::remove_file(&self.path));
    }
}

/// Makes a new name last beyond a power failure, as far as the system lets us: the file is in place
/// already, so there is nothing to report.
fn sync_directory(path: &Path) {
    drop(File::open(directory_of(path)).and_then(|directory| directory.sync_all()));
}

fn directory_of(path: &Path) -> &Path {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use tempfile::TempDir;

    use super::*;

    fn names_in(home: &TempDir) -> Vec<OsString> {
        let mut found: Vec<OsString> = fs::read_dir(home.path())
            .expect("it can be listed")
            .map(|entry| entry.expect("it can be read").file_name())
            .collect();
        found.sort();
        found
    }

    fn read(path: &Path) -> Vec<u8> {
        fs::read(path).expect("it is there")
    }

    // test[dir.publish]
    #[test]
    fn a_file_is_created_once_and_replaced_whole() {
        let home = TempDir::new().expect("a directory can be made");
        let path = home.path().join("weekends");
        assert!(create(&path, b"1").expect("there is room"));
        assert!(!create(&path, b"2").expect("there is room"));
        assert_eq!(read(&path), b"1");
        replace(&path, b"3").expect("there is room");
        assert_eq!(read(&path), b"3");
        let aside = Aside::durable(&path, b"4").expect("there is room");
        assert_eq!((names_in(&home).len(), read(&path)), (2, b"3".to_vec()));
        drop(aside);
        assert_eq!(names_in(&home), ["weekends"]);
    }

    /// Neither a link nor a pipe that nobody reads, which opening would wait for.
    // test[dir.files]
    #[cfg(all(unix, feature = "cli"))]
    #[test]
    fn a_lock_is_held_on_a_file_of_ones_own() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        let home = TempDir::new().expect("a directory can be made");
        let [path, link, pipe] = ["lock", "link", "pipe"].map(|name| home.path().join(name));
        for _ in 0..2 {
            let file = open_lock(&path).expect("it is made, and is there then");
            let mode = file.metadata().expect("it is open").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        symlink(&path, &link).expect("it can be made");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("there is a mkfifo").success());
        for path in [link, pipe, home.path().to_owned()] {
            open_lock(&path).expect_err("it is no file");
        }
    }

    #[test]
    fn what_cannot_be_written_is_an_error_at_once() {
        let home = TempDir::new().expect("a directory can be made");
        let path = home.path().join("nowhere/weekends");
        let before = NUMBER.load(Ordering::Relaxed);
        assert!(create(&path, b"1").is_err_and(|error| error.is_missing()));
        assert!(replace(&path, b"1").is_err_and(|error| error.is_missing()));
        let aside = Aside::durable(&home.path().join("weekends"), b"1");
        let linked = aside.expect("there is room").link(&path);
        assert!(linked.is_err_and(|error| error.is_missing()));
        // Other tests draw numbers as well, but not many.
        assert!(NUMBER.load(Ordering::Relaxed) - before < 100);
        // What lies there is no file that could be replaced.
        let taken = home.path().join("taken");
        fs::create_dir(&taken).expect("a directory can be made");
        assert!(replace(&taken, b"1").is_err());
        assert!(!create(&taken, b"1").expect("the name is there"));
        assert_eq!(names_in(&home), ["taken"]);
    }

    // test[dir.publish]
    #[test]
    fn what_was_left_aside_goes_after_a_day() {
        let home = TempDir::new().expect("a directory can be made");
        let now = SystemTime::now();
        for (name, hours) in [
            (".mode.7.0.tmp", 25),
            (".mode.7.1.tmp", 23),
            (".mode.7.2.tmx", 25),
            (".weekends.7.0.tmp", 25),
            ("x.mode.7.0.tmp", 25),
        ] {
            let file = File::create(home.path().join(name)).expect("a file can be made");
            let then = now - Duration::from_secs(hours * 60 * 60);
            file.set_modified(then).expect("it can be set");
        }
        replace(&home.path().join("mode"), b"off").expect("there is room");
        assert_eq!(
            names_in(&home),
            [
                ".mode.7.1.tmp",
                ".mode.7.2.tmx",
                ".weekends.7.0.tmp",
                "mode",
                "x.mode.7.0.tmp"
            ]
        );
    }

    #[test]
    fn what_is_a_day_old_to_the_second_stays() {
        // The second may end before it is looked at.
        let stays = (0..20).any(|_| {
            let home = TempDir::new().expect("a directory can be made");
            let left = home.path().join(".mode.7.0.tmp");
            let file = File::create(&left).expect("a file can be made");
            let then = system::now().unix() - ABANDONED;
            let then = SystemTime::UNIX_EPOCH + Duration::from_secs(then.unsigned_abs());
            file.set_modified(then).expect("it can be set");
            sweep(&home.path().join("mode"));
            left.exists()
        });
        assert!(stays);
    }

    #[test]
    fn the_name_of_another_process_is_not_used() {
        let home = TempDir::new().expect("a directory can be made");
        let path = home.path().join("mode");
        let process = std::process::id();
        let next = NUMBER.load(Ordering::Relaxed);
        // A process that had our number left these.
        for number in next..next + 50 {
            let name = home.path().join(format!(".mode.{process}.{number}.tmp"));
            fs::write(name, "another's").expect("a file can be written");
        }
        replace(&path, b"off").expect("there is room");
        assert_eq!(read(&path), b"off");
        assert!(NUMBER.load(Ordering::Relaxed) > next + 50);
        assert_eq!(names_in(&home).len(), 51);
    }

    #[test]
    fn a_name_alone_lies_in_the_present_directory() {
        assert_eq!(directory_of(Path::new("mode")), Path::new("."));
        assert_eq!(directory_of(Path::new("a/mode")), Path::new("a"));
        assert_eq!(directory_of(Path::new("/mode")), Path::new("/"));
    }
}
