//! The program beside a real Go: its reading of counter files and of the telemetry mode must be
//! Go's own, for every toolchain that `.ci/peers` installs.
//!
//! The tests exist once per toolchain. Where a toolchain is missing they are reported as
//! ignored, or fail if `GOTELEMETRY_REQUIRE_PEERS=1`. What they compare with comes from
//! `tests/support/go.rs`; none of them knows the library, they see the program alone.

#[path = "support/beside_go.rs"]
mod beside_go;
#[path = "support/go.rs"]
mod go;
#[path = "support/go_conformance.rs"]
mod go_conformance;
#[path = "support/harness.rs"]
mod harness;
mod support;
#[path = "support/toolchains.rs"]
mod toolchains;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use go::Toolchain;
use harness::Outcome;
use support::raw;
use toolchains::Fact;

/// The test of this name.
macro_rules! fact {
    ($($path:ident)::+) => {{
        let fact: Fact = |toolchain| $($path)::+(toolchain).map(Outcome::Passed);
        let path = stringify!($($path)::+);
        (path.rsplit("::").next().unwrap_or(path), fact)
    }};
}

fn main() -> ExitCode {
    toolchains::main([
        fact!(dump_equals_go_reading_of_real_files),
        fact!(go_reads_our_samples_as_dump_does),
        fact!(beside_go::what_we_count_beside_go_is_read_exactly_by_both),
        fact!(beside_go::what_we_count_beside_go_in_an_empty_directory_is_exact),
        fact!(env_and_modes_are_those_of_go),
        fact!(go_conformance::driver_answers_hello_and_reads),
    ])
}

fn dump_equals_go_reading_of_real_files(toolchain: &Toolchain) -> Result<String, String> {
    let driver = toolchain.driver()?;
    let files = toolchain.real_files()?;
    let mut programs = BTreeSet::new();
    let mut counters = 0;
    for file in &files {
        let theirs = go_reading(&driver, [file])?;
        counters += counters_in(&theirs);
        same(
            file.as_ref(),
            &theirs,
            &run(ours(None).arg("dump").arg(file))?,
        )?;
        let name = file.file_name().map(OsStr::to_string_lossy);
        let name = name.unwrap_or_default();
        programs.insert(name.split('@').next().unwrap_or_default().to_owned());
    }
    if files.len() < 3 || programs.len() < 2 || counters < files.len() {
        return Err(format!(
            "too little to compare: {counters} counters in {files:?}"
        ));
    }

    let local = files[0].parent().ok_or("a count file lies in no `local`")?;
    let dir = local.parent().ok_or("`local` lies in no directory")?;
    let theirs = go_reading(&driver, &files)?;
    let all = run(ours(None).arg("--dir").arg(dir).arg("dump"))?;
    same(dir, &theirs, &all)?;
    let programs: Vec<String> = programs.into_iter().collect();
    Ok(format!(
        "compared {} files with {counters} counters, of {}",
        files.len(),
        programs.join(" ")
    ))
}

fn go_reads_our_samples_as_dump_does(toolchain: &Toolchain) -> Result<String, String> {
    let driver = toolchain.driver()?;
    let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
    let samples = [
        ("sample.v1.count", raw::sample()),
        ("two-pages.v1.count", raw::sample_two_pages()),
        ("many.v1.count", raw::many(500)),
    ];
    let mut counters = 0;
    for (name, bytes) in &samples {
        let file = dir.path().join(name);
        fs::write(&file, bytes).map_err(|error| error.to_string())?;
        let theirs = go_reading(&driver, [&file])?;
        counters += counters_in(&theirs);
        same(&file, &theirs, &run(ours(None).arg("dump").arg(&file))?)?;
    }
    if counters <= 500 {
        return Err(format!("Go read only {counters} counters in the samples"));
    }
    Ok(format!(
        "compared {} files with {counters} counters",
        samples.len()
    ))
}

fn env_and_modes_are_those_of_go(toolchain: &Toolchain) -> Result<String, String> {
    let mut compared = 0;
    for with_xdg in [true, false] {
        let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
        let user = User::new(toolchain, dir.path(), with_xdg)?;
        user.compare("local")?;
        compared += 1;
        for who in [Who::Go, Who::Ours] {
            // `local` follows `on` at once: nothing else is ever run in that mode, and the
            // uploader finds today's attempt made (`go::prepare_home`).
            for mode in ["off", "local", "on", "local"] {
                user.set(who, mode)?;
                let seen = user.compare(mode);
                if mode == "on" {
                    user.set(who, "local")?;
                }
                seen?;
                compared += 1;
            }
        }
        user.check_nothing_uploaded()?;
    }
    Ok(format!("compared {compared} states"))
}

/// Who sets the mode.
#[derive(Clone, Copy)]
enum Who {
    Go,
    Ours,
}

/// A user who has this Go and our program.
struct User<'a> {
    toolchain: &'a Toolchain,
    home: &'a Path,
    /// Where both have to look for telemetry.
    telemetry: PathBuf,
    /// Whether the configuration directory is named, or follows from the home directory.
    with_xdg: bool,
}

impl<'a> User<'a> {
    fn new(toolchain: &'a Toolchain, home: &'a Path, with_xdg: bool) -> Result<Self, String> {
        go::prepare_home(home)?;
        let mut telemetry = go::telemetry_dir(home);
        if !with_xdg {
            let config = home.join(".config");
            fs::rename(home.join("config"), config).map_err(|error| error.to_string())?;
            telemetry = home.join(".config/go/telemetry");
        }
        Ok(User {
            toolchain,
            home,
            telemetry,
            with_xdg,
        })
    }

    fn go(&self) -> Command {
        let mut command = self.toolchain.command(self.home);
        if !self.with_xdg {
            command.env_remove("XDG_CONFIG_HOME");
        }
        command
    }

    fn ours(&self) -> Command {
        let mut command = ours(Some(self.home));
        if self.with_xdg {
            command.env("XDG_CONFIG_HOME", self.home.join("config"));
        }
        command
    }

    fn set(&self, who: Who, mode: &str) -> Result<(), String> {
        match who {
            Who::Go => run(self.go().args(["telemetry", mode]))?,
            Who::Ours => run(self.ours().arg(mode))?,
        };
        // Go sets the mode `local` of an untouched directory by leaving it untouched; here
        // another mode was always set before.
        let text = self.mode_file()?;
        let date = text
            .strip_prefix(mode)
            .and_then(|rest| rest.strip_prefix(' '));
        if date.is_none_or(|date| !is_date(date)) {
            return Err(format!("the mode file after `{mode}` holds {text:?}"));
        }
        Ok(())
    }

    fn mode_file(&self) -> Result<String, String> {
        let file = self.telemetry.join("mode");
        fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))
    }

    /// Compares all that both say about the mode, which must be `mode`.
    fn compare(&self, mode: &str) -> Result<(), String> {
        let telemetry = self.telemetry.display();
        same(
            "go env GOTELEMETRY GOTELEMETRYDIR".as_ref(),
            &format!("{mode}\n{telemetry}\n"),
            &run(self.go().args(["env", "GOTELEMETRY", "GOTELEMETRYDIR"]))?,
        )?;
        let theirs = run(self.go().arg("telemetry"))?;
        same("go telemetry".as_ref(), &format!("{mode}\n"), &theirs)?;
        same("gotelemetry".as_ref(), &theirs, &run(&mut self.ours())?)?;

        // Both have set modes with a date alone; before that there is no file.
        let text = self.mode_file().unwrap_or_default();
        let since = text.split_once(' ').map_or("0001-01-01", |(_, date)| date);
        let expected = format!(
            "mode: {mode} {since} 00:00:00 +0000 UTC\n\nmodefile: {telemetry}/mode\n\
             localdir: {telemetry}/local\nuploaddir: {telemetry}/upload\n"
        );
        let seen = run(self.ours().arg("env"))?;
        same("gotelemetry env".as_ref(), &expected, &seen)
    }

    fn check_nothing_uploaded(&self) -> Result<(), String> {
        let upload = self.telemetry.join("upload");
        match fs::read_dir(&upload).map(Iterator::count) {
            Ok(0) | Err(_) => Ok(()),
            Ok(entries) => Err(format!("{entries} entries in {}", upload.display())),
        }
    }
}

/// A call of our program with `home` as its home directory, and with nothing in the environment
/// that moves the telemetry directory or lowers the mode.
fn ours(home: Option<&Path>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gotelemetry"));
    for name in [
        "DO_NOT_TRACK",
        "GOTELEMETRY",
        "GOTELEMETRYDIR",
        "XDG_CONFIG_HOME",
    ] {
        command.env_remove(name);
    }
    match home {
        Some(home) => command.env("HOME", home),
        None => command.env_remove("HOME"),
    };
    command
}

fn go_reading(
    driver: &Path,
    files: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Result<String, String> {
    run(Command::new(driver).arg("read").args(files))
}

fn run(command: &mut Command) -> Result<String, String> {
    go::run(command)
}

/// How many counters a reading shows: the lines of the second level, but for those of the
/// metadata.
fn counters_in(reading: &str) -> usize {
    let mut in_counts = false;
    let mut counters = 0;
    for line in reading.lines() {
        if line.starts_with("\t\"") {
            in_counts = line.starts_with("\t\"Count\"");
        }
        counters += usize::from(in_counts && line.starts_with("\t\t\""));
    }
    counters
}

/// Whether the text has the form `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    let form = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 10 && text.bytes().enumerate().all(form)
}

/// An error that shows the first line in which two texts about `what` differ.
fn same(what: &Path, expected: &str, seen: &str) -> Result<(), String> {
    if expected == seen {
        return Ok(());
    }
    let mut number = 1;
    let (mut left, mut right) = (expected.split('\n'), seen.split('\n'));
    loop {
        let (left, right) = (left.next(), right.next());
        if left != right || left.is_none() {
            return Err(format!(
                "{}: line {number}\n  expected: {left:?}\n      seen: {right:?}",
                what.display()
            ));
        }
        number += 1;
    }
}
