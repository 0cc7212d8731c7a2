//! The mode: whether anything is counted, and whether anything may leave the machine.
//!
//! Implements `spec/mode.md`. The mode file states what the user wants; the environment of a
//! process can only lower it.

use std::fmt;
use std::path::Path;

use crate::dir::{DirError, TelemetryDir, read_bounded};
use crate::format::date::Date;
use crate::format::{FormatError, Rule};
use crate::publish;
use crate::system::{self, Environment};

/// No mode file is longer, in bytes.
// spec[dir.files]
const MAX_LEN: u64 = 4096;

/// How often an empty file is read again before it counts as such: for 50 ms.
const RETRIES: u32 = 10;

/// What may be done with counts, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Nothing is counted.
    Off,
    /// Counts are kept on this machine.
    Local,
    /// The approved part of the counts is uploaded.
    On,
}

impl Mode {
    /// The mode with this name.
    ///
    /// # Errors
    ///
    /// `mode.text` for any other text.
    // spec[mode.text]
    pub fn parse(name: &str) -> Result<Mode, FormatError> {
        match name {
            "off" => Ok(Mode::Off),
            "local" => Ok(Mode::Local),
            "on" => Ok(Mode::On),
            _ => Err(FormatError::at(0, Rule::ModeUnknown)),
        }
    }

    /// The name: `off`, `local` or `on`.
    pub const fn name(self) -> &'static str {
        match self {
            Mode::Off => "off",
            Mode::Local => "local",
            Mode::On => "on",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a mode file says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModeText {
    /// The first word, whether it is a mode or not.
    pub word: String,
    /// The date behind it: when the mode was set.
    pub date: Option<Date>,
}

impl ModeText {
    /// Takes apart the bytes of a mode file; whatever they are, they say something.
    ///
    /// # Examples
    ///
    /// ```
    /// use gotelemetry::mode::{Mode, ModeText};
    /// let text = ModeText::parse(b"on 2026-11-21");
    /// assert_eq!(text.mode(), Ok(Mode::On));
    /// assert_eq!(text.date.unwrap().to_string(), "2026-11-21");
    /// assert!(ModeText::parse(b"enabled").mode().is_err());
    /// ```
    // spec[mode.file, mode.read]
    pub fn parse(bytes: &[u8]) -> ModeText {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim();
        let (word, rest) = match text.split_once(' ') {
            Some((word, rest)) => (word, Some(rest)),
            None => (text, None),
        };
        ModeText {
            word: word.to_owned(),
            date: rest.and_then(|date| Date::parse(date).ok()),
        }
    }

    /// The mode that the first word names.
    ///
    /// # Errors
    ///
    /// `mode.text` if it names none; nothing is counted or sent then.
    pub fn mode(&self) -> Result<Mode, FormatError> {
        Mode::parse(&self.word)
    }
}

/// What decided the mode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The mode file.
    File,
    /// The mode file, whose word is no mode.
    UnknownWord,
    /// There is no mode file, or none that this user may read.
    Default,
    /// The mode file cannot be read at the moment, for want of something or by a fault.
    Unreadable,
    /// The variable of the environment with this name.
    Environment(&'static str),
    /// There is no telemetry directory.
    NoDirectory,
}

/// The mode that holds for a process, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Effective {
    /// The mode.
    pub mode: Mode,
    /// What decided it.
    pub source: Source,
    /// What the mode file says, if there is one that can be read.
    pub file: Option<ModeText>,
    /// The day from which on counts may be uploaded: the date in the file; in mode on without a
    /// date, the day on which the file was changed.
    pub as_of: Option<Date>,
}

/// The mode that holds in `dir` under `environment`. It is off while the mode file is there and
/// cannot be read.
pub fn read(dir: Option<&TelemetryDir>, environment: &Environment) -> Effective {
    // spec[mode.unreadable]
    let unreadable = |_| Effective::without_file(Mode::Off, Source::Unreadable);
    try_read(dir, environment).unwrap_or_else(unreadable)
}

/// The mode that holds in `dir` under `environment`.
///
/// # Errors
///
/// If there is a mode file that this user may read, and it cannot be read at the moment: for want
/// of file descriptors or memory, or by a fault of the disk.
pub fn try_read(
    dir: Option<&TelemetryDir>,
    environment: &Environment,
) -> Result<Effective, DirError> {
    let stated = match dir {
        Some(dir) => stated(&dir.mode_file())?,
        None => Effective::without_file(Mode::Off, Source::NoDirectory),
    };
    Ok(match lowered(environment) {
        Some((mode, variable)) if mode < stated.mode => Effective {
            mode,
            source: Source::Environment(variable),
            ..stated
        },
        _ => stated,
    })
}

impl Effective {
    fn without_file(mode: Mode, source: Source) -> Effective {
        Effective {
            mode,
            source,
            file: None,
            as_of: None,
        }
    }
}

/// The mode that the file at `path` states.
fn stated(path: &Path) -> Result<Effective, DirError> {
    let Some(text) = read_text(path)? else {
        // spec[mode.default]
        return Ok(Effective::without_file(Mode::Local, Source::Default));
    };
    let (mode, source) = match text.mode() {
        Ok(mode) => (mode, Source::File),
        // spec[mode.text]
        Err(_) => (Mode::Off, Source::UnknownWord),
    };
    // spec[mode.as-of]
    let as_of = match (text.date, mode) {
        (None, Mode::On) => system::modified(path).map(|time| time.date()),
        (date, _) => date,
    };
    Ok(Effective {
        mode,
        source,
        file: Some(text),
        as_of,
    })
}

/// What the mode file says; `None` if there is none, or none that this user may read.
fn read_text(path: &Path) -> Result<Option<ModeText>, DirError> {
    let mut tries = 0;
    loop {
        let text = match read_bounded(path, MAX_LEN) {
            // A text that long names no mode.
            Err(DirError::TooLong { .. }) => return Ok(Some(ModeText::parse(b""))),
            Err(DirError::NotAFile { .. }) => return Ok(None),
            Err(error) if is_lasting(&error) => return Ok(None),
            text => ModeText::parse(&text?),
        };
        // spec[mode.empty]
        // Other programs empty the file before they write it.
        if !text.word.is_empty() || tries == RETRIES {
            return Ok(Some(text));
        }
        system::pause();
        tries += 1;
    }
}

/// Whether the mode file is missing, or this user may not read it.
// spec[mode.default, mode.unreadable]
fn is_lasting(error: &DirError) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound, PermissionDenied};
    match error {
        DirError::Io { source, .. } => {
            matches!(source.kind(), NotADirectory | NotFound | PermissionDenied)
        }
        _ => false,
    }
}

/// The mode to which the environment lowers any higher one.
// spec[mode.environment]
fn lowered(environment: &Environment) -> Option<(Mode, &'static str)> {
    let do_not_track = environment.do_not_track.as_ref();
    if do_not_track.is_some_and(|value| !value.is_empty() && value != "0") {
        return Some((Mode::Off, "DO_NOT_TRACK"));
    }
    let value = environment.gotelemetry.as_ref()?;
    [Mode::Off, Mode::Local]
        .into_iter()
        .find(|mode| system::says(value, mode.name()))
        .map(|mode| (mode, "GOTELEMETRY"))
}

/// Sets the mode of `dir`, as of `today`. A mode that is set already keeps its date.
///
/// Returns whether the file was changed.
///
/// # Errors
///
/// If the file cannot be written; it is left as it was then.
pub fn set(dir: &TelemetryDir, mode: Mode, today: Date) -> Result<bool, DirError> {
    let path = dir.mode_file();
    // spec[mode.keep]
    if read_text(&path)?.is_some_and(|text| text.mode() == Ok(mode)) {
        return Ok(false);
    }
    publish::create_directory(dir.root())?;
    // spec[mode.file]
    publish::replace(&path, format!("{mode} {today}").as_bytes())?;
    Ok(true)
}
