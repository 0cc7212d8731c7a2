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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A directory whose mode file says `text`.
    fn saying(text: &str) -> (tempfile::TempDir, TelemetryDir) {
        let home = tempfile::tempdir().expect("a directory can be made");
        let dir = TelemetryDir::at(home.path());
        fs::write(dir.mode_file(), text).expect("it can be written");
        (home, dir)
    }

    #[test]
    fn modes_have_the_names_that_they_are_parsed_from() {
        for (mode, name) in [(Mode::Off, "off"), (Mode::Local, "local"), (Mode::On, "on")] {
            assert_eq!((mode.name(), mode.to_string()), (name, name.to_owned()));
            assert_eq!(Mode::parse(name), Ok(mode));
        }
        assert!(Mode::parse("On").is_err());
    }

    // test[mode.environment]
    #[test]
    fn the_environment_lowers_a_mode_and_never_raises_it() {
        let variables = |gotelemetry: &str, do_not_track: &str| Environment {
            gotelemetry: Some(gotelemetry.into()),
            do_not_track: Some(do_not_track.into()),
            ..Environment::default()
        };
        for (gotelemetry, do_not_track, lowered) in [
            ("on", "0", None),
            ("", "", None),
            ("off", "", Some((Mode::Off, "GOTELEMETRY"))),
            (" Local ", "0", Some((Mode::Local, "GOTELEMETRY"))),
            ("local", "1", Some((Mode::Off, "DO_NOT_TRACK"))),
            ("", "no", Some((Mode::Off, "DO_NOT_TRACK"))),
        ] {
            for stated in [Mode::Off, Mode::Local, Mode::On] {
                let (_home, dir) = saying(stated.name());
                let found = read(Some(&dir), &variables(gotelemetry, do_not_track));
                let expected = match lowered {
                    Some((mode, name)) if mode < stated => (mode, Source::Environment(name)),
                    _ => (stated, Source::File),
                };
                let case = (gotelemetry, do_not_track, stated);
                assert_eq!((found.mode, found.source), expected, "{case:?}");
            }
        }
    }

    // test[mode.default, mode.unreadable]
    #[test]
    fn a_mode_file_that_is_missing_is_no_error_and_one_that_cannot_be_followed_is() {
        let (_home, dir) = saying("on");
        let environment = Environment::default();
        let found = || {
            let found = try_read(Some(&dir), &environment);
            found.map(|found| (found.mode, found.source)).ok()
        };
        fs::remove_file(dir.mode_file()).expect("it is there");
        assert_eq!(found(), Some((Mode::Local, Source::Default)));
        fs::create_dir(dir.mode_file()).expect("a directory can be made");
        assert_eq!(found(), Some((Mode::Local, Source::Default)));
        fs::remove_dir(dir.mode_file()).expect("it is there");
        #[cfg(unix)]
        {
            // It leads to itself.
            let mode = dir.mode_file();
            std::os::unix::fs::symlink(&mode, &mode).expect("a link can be made");
            assert_eq!(found(), None);
            let held = read(Some(&dir), &environment);
            assert_eq!((held.mode, held.source), (Mode::Off, Source::Unreadable));
        }
    }

    // test[mode.file, mode.keep]
    #[test]
    fn a_mode_that_is_set_already_keeps_its_date() {
        let home = tempfile::tempdir().expect("a directory can be made");
        let dir = TelemetryDir::at(home.path().join("go/telemetry"));
        let [first, second] =
            ["2026-11-21", "2026-11-22"].map(|day| Date::parse(day).expect("a date"));
        let text = || fs::read_to_string(dir.mode_file()).expect("it is there");
        assert!(set(&dir, Mode::On, first).expect("it can be written"));
        assert_eq!(text(), "on 2026-11-21");
        assert!(!set(&dir, Mode::On, second).expect("there is nothing to do"));
        assert_eq!(text(), "on 2026-11-21");
        assert!(set(&dir, Mode::Off, second).expect("it can be written"));
        assert_eq!(text(), "off 2026-11-22");
    }
}
