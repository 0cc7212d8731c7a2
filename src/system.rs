//! What a program learns from the system around it: environment and clock.
//!
//! Implements `spec/directory.md`, section *Where*. This file alone reads them; all others are
//! given what they need, so that every command and test can stand at another time and place.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::format::date::Time;

/// The variables of the environment that matter, as they were when the program asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Environment {
    /// `GOTELEMETRY`: `off` or `local` lower the mode.
    pub gotelemetry: Option<OsString>,
    /// `DO_NOT_TRACK`: anything but nothing and `0` turns counting off.
    pub do_not_track: Option<OsString>,
    /// `GOTELEMETRYDIR`: the telemetry directory.
    pub directory: Option<PathBuf>,
    /// The user configuration directory, if it can be determined.
    pub config_home: Option<PathBuf>,
    /// `GOPROXY`: where modules are asked for.
    pub goproxy: Option<OsString>,
    /// `GOSUMDB`: who vouches for them.
    pub gosumdb: Option<OsString>,
    /// `GOENV`: the file in which the go command keeps such settings.
    pub goenv: Option<OsString>,
}

impl Environment {
    /// The environment of this process.
    pub fn read() -> Environment {
        Environment::of(|name| std::env::var_os(name))
    }

    /// The environment in which `var` gives the value of each variable that is set.
    // spec[dir.where]
    pub fn of(var: impl Fn(&str) -> Option<OsString>) -> Environment {
        let var = |name: &str| var(name).filter(|value| !value.is_empty());
        Environment {
            gotelemetry: var("GOTELEMETRY"),
            do_not_track: var("DO_NOT_TRACK"),
            directory: var("GOTELEMETRYDIR").map(PathBuf::from),
            config_home: config_home(var),
            goproxy: var("GOPROXY"),
            gosumdb: var("GOSUMDB"),
            goenv: var("GOENV"),
        }
    }
}

/// The user configuration directory as Go determines it on this platform.
// spec[dir.where]
fn config_home(var: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    if cfg!(windows) {
        return var("AppData").map(PathBuf::from);
    }
    let home = || var("HOME").map(PathBuf::from);
    if cfg!(target_os = "macos") {
        return Some(home()?.join("Library/Application Support"));
    }
    match var("XDG_CONFIG_HOME") {
        // A relative path counts as an error there, not as a reason to look elsewhere.
        Some(config) => Some(PathBuf::from(config)).filter(|path| path.is_absolute()),
        None => Some(home()?.join(".config")),
    }
}

/// The time.
pub fn now() -> Time {
    Time::from_unix(unix_seconds(SystemTime::now()))
}

/// The reading of a clock that is never set, for deadlines.
#[cfg(feature = "net")]
pub(crate) fn clock() -> std::time::Instant {
    std::time::Instant::now()
}

/// When the file at `path` was last changed, if the system tells.
pub fn modified(path: &Path) -> Option<Time> {
    let modified = std::fs::metadata(path)
        .and_then(|meta| meta.modified())
        .ok()?;
    Some(Time::from_unix(unix_seconds(modified)))
}

/// A number that nobody can foresee, below `end`.
#[cfg(target_os = "linux")]
pub(crate) fn random_below(end: u32) -> u32 {
    // It fails only where the system has no source of randomness yet; the clock has to do then.
    let drawn = random_u64().unwrap_or_else(|_| now().unix().cast_unsigned());
    u32::try_from(drawn % u64::from(end.max(1))).unwrap_or_default()
}

/// A random number from the system's generator for secrets.
fn random_u64() -> std::io::Result<u64> {
    let mut bytes = [0; 8];
    #[cfg(target_os = "linux")]
    rustix::io::retry_on_intr(|| {
        rustix::rand::getrandom(&mut bytes[..], rustix::rand::GetRandomFlags::empty())
    })?;
    #[cfg(not(target_os = "linux"))]
    std::io::Read::read_exact(&mut std::fs::File::open("/dev/urandom")?, &mut bytes)?;
    Ok(u64::from_ne_bytes(bytes))
}

/// Whether this process may make a file `end` bytes long. One that tries to write past the limit
/// on the size of files is sent a signal that ends it.
// spec[file.limit]
#[cfg(unix)]
pub(crate) fn may_reach(end: u64) -> std::io::Result<()> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Fsize).current;
    match limit.is_none_or(|limit| end <= limit) {
        true => Ok(()),
        false => Err(std::io::ErrorKind::FileTooLarge.into()),
    }
}

/// Elsewhere there is no such limit.
#[cfg(not(unix))]
pub(crate) fn may_reach(_end: u64) -> std::io::Result<()> {
    Ok(())
}

/// A random number above 0 and below 1, a multiple of 2^-52, from the system's generator for
/// secrets.
///
/// # Errors
///
/// If the system has no random numbers.
// spec[report.x]
#[cfg(feature = "cli")]
pub(crate) fn random_x() -> std::io::Result<f64> {
    loop {
        let drawn = random_u64()? >> 12;
        if drawn != 0 {
            // A number of 52 bits is exact, and so is its product with a power of two.
            return Ok(drawn as f64 / (1_u64 << 52) as f64);
        }
    }
}

/// Lets another process finish what it was caught at.
pub(crate) fn pause() {
    std::thread::sleep(Duration::from_millis(5));
}

/// Whether the variable's text is `text`, whatever its case.
pub(crate) fn says(value: &OsStr, text: &str) -> bool {
    value
        .to_str()
        .is_some_and(|value| value.trim().eq_ignore_ascii_case(text))
}

fn unix_seconds(time: SystemTime) -> i64 {
    let seconds = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => seconds(since),
        Err(before) => seconds(before.duration()).saturating_neg(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // test[dir.where]
    #[test]
    #[cfg(target_os = "linux")]
    fn a_relative_config_home_means_none_and_an_unset_one_means_home() {
        let with = |pairs: &'static [(&'static str, &'static str)]| {
            config_home(move |name| {
                pairs
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| OsString::from(value))
            })
        };
        assert_eq!(
            with(&[("XDG_CONFIG_HOME", "/c"), ("HOME", "/h")]),
            Some("/c".into())
        );
        assert_eq!(with(&[("HOME", "/h")]), Some("/h/.config".into()));
        assert_eq!(with(&[("XDG_CONFIG_HOME", "c"), ("HOME", "/h")]), None);
        assert_eq!(with(&[]), None);
    }
    #[test]
    #[cfg(target_os = "linux")]
    fn all_numbers_below_the_end_are_drawn_and_no_other() {
        let drawn: std::collections::BTreeSet<u32> = (0..1000).map(|_| random_below(7)).collect();
        assert!(drawn.into_iter().eq(0..7));
        assert_eq!(random_below(0), 0);
        let number = || random_u64().expect("the system has random numbers");
        assert_ne!(number(), number());
    }

    // test[report.x]
    #[test]
    #[cfg(feature = "cli")]
    fn x_is_drawn_from_all_between_0_and_1() {
        let drawn = (0..1000).map(|_| random_x().expect("the system has random numbers"));
        let drawn: Vec<f64> = drawn.collect();
        assert!(drawn.iter().all(|x| 0.0 < *x && *x < 1.0));
        assert!(drawn.iter().all(|x| (x * 2_f64.powi(52)).fract() == 0.0));
        for tenth in 0..10 {
            let within = |x: &f64| (x * 10.0).floor() == f64::from(tenth);
            assert!(drawn.iter().any(within), "{tenth}");
        }
    }

    #[test]
    fn a_pause_gives_another_process_5_ms() {
        let start = std::time::Instant::now();
        pause();
        assert!(start.elapsed() >= Duration::from_millis(5));
    }

    // test[mode.environment]
    #[test]
    fn a_variable_says_a_word_in_any_case_and_nothing_beside_it() {
        for value in ["off", "OFF", " Off\n"] {
            assert!(says(OsStr::new(value), "off"), "{value:?}");
        }
        for value in ["", "of", "offs", "o ff"] {
            assert!(!says(OsStr::new(value), "off"), "{value:?}");
        }
    }
    // test[dir.where]
    #[test]
    #[cfg(target_os = "linux")]
    fn the_environment_is_what_its_variables_say_and_an_empty_one_says_nothing() {
        let of = |text: &'static str| {
            Environment::of(move |name| Some(OsString::from(text.replace("NAME", name))))
        };
        let environment = Environment {
            gotelemetry: Some("/GOTELEMETRY".into()),
            do_not_track: Some("/DO_NOT_TRACK".into()),
            directory: Some("/GOTELEMETRYDIR".into()),
            config_home: Some("/XDG_CONFIG_HOME".into()),
            ..of("/NAME")
        };
        assert_eq!(of("/NAME"), environment);
        assert_eq!(of(""), Environment::default());
        let process = Environment::of(|name| std::env::var_os(name));
        assert_eq!(Environment::read(), process);
    }

    #[test]
    fn the_time_of_a_file_is_that_of_its_last_change() {
        let file = tempfile::NamedTempFile::new().expect("a file can be made");
        let then = SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_255_200_999);
        file.as_file().set_modified(then).expect("it can be set");
        let modified = modified(file.path()).map(|time| time.to_string());
        assert_eq!(modified.as_deref(), Some("2026-11-21T10:00:00Z"));
        assert!(super::modified(&file.path().join("missing")).is_none());
    }
}
