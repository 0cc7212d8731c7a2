//! On which day the weeks of this directory end.
//!
//! Implements the section *Weekends* of `spec/week.md`. The arithmetic is in
//! [`format::date`](crate::format::date).

use crate::dir::{DirError, TelemetryDir, read_bounded};
use crate::format::date::Weekday;
use crate::format::{FormatError, Rule};
#[cfg(target_os = "linux")]
use crate::publish;
use crate::system;

/// No `weekends` file is longer, in bytes.
// spec[dir.files]
const MAX_LEN: u64 = 4096;

/// How often an empty file is read again before it counts as such: for 50 ms.
const RETRIES: u32 = 10;

/// The day on which weeks end: what the bytes of a `weekends` file say.
///
/// # Errors
///
/// `week.weekends.text` if there is nothing but white space.
///
/// # Examples
///
/// ```
/// use gotelemetry::week;
/// assert_eq!(week::parse(b"3\n").unwrap().to_string(), "Wednesday");
/// assert_eq!(week::parse(b"9").unwrap().number(), 2);
/// // A byte that is no text stands for itself: 255 - 48, modulo 7.
/// assert_eq!(week::parse(b"\xff").unwrap().number(), 4);
/// assert!(week::parse(b" \n").is_err());
/// ```
// spec[week.weekends.read]
pub fn parse(text: &[u8]) -> Result<Weekday, FormatError> {
    // White space counts where it is well-formed; any other byte is taken as it stands.
    let mut parts = text.utf8_chunks();
    let first = parts.find_map(|part| {
        let valid = part.valid().trim_start().as_bytes();
        valid.first().or(part.invalid().first()).copied()
    });
    match first {
        Some(digit) => Ok(Weekday::from_number(i32::from(digit.wrapping_sub(b'0')))),
        None => Err(FormatError::at(0, Rule::WeekendsEmpty)),
    }
}

/// The day on which the weeks of `dir` end; `None` if no program has counted there yet.
///
/// # Errors
///
/// If the file cannot be read, or stays empty for 50 ms.
pub fn read(dir: &TelemetryDir) -> Result<Option<Weekday>, DirError> {
    let path = dir.weekends_file();
    let mut tries = 0;
    loop {
        let text = match read_bounded(&path, MAX_LEN) {
            Err(error) if error.is_missing() => return Ok(None),
            text => text?,
        };
        match parse(&text) {
            Ok(weekday) => return Ok(Some(weekday)),
            // spec[week.weekends.text]
            // Another program creates the file and writes it in two steps.
            Err(_) if tries < RETRIES => system::pause(),
            Err(error) => return Err(DirError::Content { path, error }),
        }
        tries += 1;
    }
}

/// The day on which the weeks of `dir` end, drawn at random if none was drawn yet
/// (`week.weekends.create`).
///
/// # Errors
///
/// If the file can be neither read nor made.
// spec[week.weekends.create]
#[cfg(target_os = "linux")]
pub fn read_or_create(dir: &TelemetryDir) -> Result<Weekday, DirError> {
    let path = dir.weekends_file();
    // spec[week.weekends]
    let drawn = || format!("{}\n", system::random_below(7));
    match read(dir) {
        Ok(Some(weekday)) => return Ok(weekday),
        Ok(None) => {
            publish::create_directory(&dir.local())?;
            publish::create(&path, drawn().as_bytes())?;
        }
        // A program was killed before it wrote the day.
        Err(DirError::Content { .. }) => publish::replace(&path, drawn().as_bytes())?,
        Err(error) => return Err(error),
    }
    // Of several programs that drew a day, one was first, and its day holds for all.
    let missing = || DirError::io("read", &path)(std::io::ErrorKind::NotFound.into());
    read(dir)?.ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    // test[dir.files]
    #[test]
    fn what_is_no_file_is_an_error_and_not_the_same_as_nothing() {
        let home = tempfile::tempdir().expect("a directory can be made");
        let dir = TelemetryDir::at(home.path());
        assert!(matches!(read(&dir), Ok(None)));
        std::fs::create_dir_all(dir.weekends_file()).expect("a directory can be made");
        assert!(matches!(read(&dir), Err(DirError::NotAFile { .. })));
    }
}
