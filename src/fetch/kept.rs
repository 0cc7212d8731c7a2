//! What is kept of the configs that were verified: the last one, the highest version, and the
//! newest tree head of each checksum database.
//!
//! Implements the section *Keeping* of `spec/upload-config.md`. All of it lies in `config/` of the
//! telemetry directory, each in a file of its own that is replaced whole.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::error::FetchError;
use super::note::Key;
use super::tree::Head;
use super::version::is_version;
use crate::config::{UploadConfig, semver};
use crate::dir::{DirError, TelemetryDir, read_bounded};
use crate::format::date::Time;
use crate::publish::{create_directory, open_lock, replace};

/// For how long a config that was verified is not asked for again, in seconds: a week.
const FRESH: u64 = 7 * 24 * 60 * 60;

/// No note and no version is longer, in bytes.
const MAX_SMALL: u64 = 1024 * 1024;

/// No config is longer, with the line before it.
const MAX_CONFIG: u64 = 16 * 1024 * 1024 + 256;

/// Where configs and tree heads are kept.
#[derive(Debug)]
pub struct Kept {
    directory: PathBuf,
    /// Held by the one program that may change what is kept. `None` if nothing is to be changed.
    lock: Option<File>,
    /// What stands for files.
    given: Option<Given>,
}

/// What was verified elsewhere.
#[derive(Debug)]
struct Given {
    head: Option<Vec<u8>>,
    highest: Option<String>,
}

/// A config that was verified.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Verified {
    /// The version of its module.
    pub version: String,
    /// Its text.
    pub text: Vec<u8>,
    /// What it says.
    pub config: UploadConfig,
}

impl Kept {
    /// What is kept in a directory, to look at.
    // spec[config.cache.name]
    pub fn look(dir: &TelemetryDir) -> Kept {
        Kept {
            directory: dir.root().join("config"),
            lock: None,
            given: None,
        }
    }

    /// What is kept in a directory, to be changed.
    ///
    /// # Errors
    ///
    /// [`FetchError::Busy`] if another program changes it, or if the directory cannot be made.
    // spec[config.cache.one]
    pub fn open(dir: &TelemetryDir) -> Result<Kept, FetchError> {
        let kept = Kept::look(dir);
        create_directory(&kept.directory)?;
        let path = kept.directory.join("lock");
        let file = open_lock(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Kept {
                lock: Some(file),
                ..kept
            }),
            Err(TryLockError::WouldBlock) => Err(FetchError::Busy),
            Err(TryLockError::Error(error)) => Err(DirError::io("lock", &path)(error).into()),
        }
    }

    /// What was verified elsewhere: the note with a tree head, and a version. Nothing is written.
    pub(crate) fn given(head: Option<Vec<u8>>, highest: Option<String>) -> Kept {
        Kept {
            directory: PathBuf::new(),
            lock: None,
            given: Some(Given { head, highest }),
        }
    }

    /// The config that was verified last, and when; `None` if there is none that can be read.
    // spec[config.cache, config.cache.damaged]
    pub fn last(&self, key: &Key) -> Option<(Verified, Time)> {
        let file = read_bounded(&self.path("last", key), MAX_CONFIG).ok()?;
        let end = file.iter().position(|byte| *byte == b'\n')?;
        let (line, text) = file.split_at_checked(end + 1)?;
        let (version, time) = std::str::from_utf8(line).ok()?.trim_end().split_once(' ')?;
        let verified = Verified {
            version: Some(version).filter(|text| is_version(text))?.to_owned(),
            config: UploadConfig::parse(text).ok()?,
            text: text.to_vec(),
        };
        Some((verified, Time::parse(time).ok()?))
    }

    /// The config that was verified last, if that is less than a week ago.
    // spec[config.fetch.weekly]
    pub fn fresh(&self, key: &Key, now: Time) -> Option<Verified> {
        let (verified, then) = self.last(key)?;
        (now.unix().abs_diff(then.unix()) < FRESH).then_some(verified)
    }

    /// The highest version that was verified, if any was.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    // spec[config.cache.damaged]
    pub(super) fn highest(&self, key: &Key) -> Result<Option<String>, FetchError> {
        if let Some(given) = &self.given {
            return Ok(given.highest.clone());
        }
        let path = self.path("highest", key);
        let Some(text) = read_if_there(&path)? else {
            return Ok(None);
        };
        let version = String::from_utf8(text).unwrap_or_default();
        let version = version.trim_end();
        match is_version(version) {
            true => Ok(Some(version.to_owned())),
            false => Err(FetchError::broken(
                path.display().to_string(),
                "version: what is kept of the highest one is no version; delete the file to begin anew",
                "config.cache.damaged",
            )),
        }
    }

    /// The newest tree head of the database with this key, and the note that states it, if one was
    /// verified.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    // spec[config.proof.known, config.cache.damaged]
    pub(super) fn head(&self, key: &Key) -> Result<Option<(Vec<u8>, Head)>, FetchError> {
        let path = self.path("tree", key);
        let note = match &self.given {
            Some(given) => given.head.clone(),
            None => read_if_there(&path)?,
        };
        let Some(note) = note else {
            return Ok(None);
        };
        match key.open(&note) {
            Ok(head) => Ok(Some((note, head))),
            Err(_) => Err(FetchError::broken(
                path.display().to_string(),
                "tree head: what is kept of it does not verify; delete the file to begin anew",
                "config.cache.damaged",
            )),
        }
    }

    /// Keeps the note that states the newest tree head.
    // spec[config.proof.keep]
    pub(super) fn keep_head(&self, key: &Key, note: &[u8]) -> Result<(), FetchError> {
        self.keep(&self.path("tree", key), note)
    }

    /// Keeps a config that was verified.
    // spec[config.cache]
    pub(super) fn keep_config(
        &self,
        key: &Key,
        verified: &Verified,
        now: Time,
    ) -> Result<(), FetchError> {
        let is_higher = match self.highest(key)? {
            Some(highest) => semver::compare(&verified.version, &highest).is_gt(),
            None => true,
        };
        if is_higher {
            let text = format!("{}\n", verified.version);
            self.keep(&self.path("highest", key), text.as_bytes())?;
        }
        let line = format!("{} {now}\n", verified.version);
        self.keep(
            &self.path("last", key),
            &[line.as_bytes(), &verified.text].concat(),
        )
    }

    /// Replaces a file, if what is kept may be changed.
    fn keep(&self, path: &Path, content: &[u8]) -> Result<(), FetchError> {
        match self.lock {
            Some(_) => Ok(replace(path, content)?),
            None => Ok(()),
        }
    }

    /// Each key has a tree of its own, and vouches for configs of its own.
    fn path(&self, what: &str, key: &Key) -> PathBuf {
        self.directory.join(format!("{what}-{}", key.digits()))
    }
}

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, FetchError> {
    match read_bounded(path, MAX_SMALL) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error.into()),
    }
}
