//! Processes of Go and ours that count into one file at the same time.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::parse;

use crate::go::{self, Toolchain};

/// Processes of each kind.
const PROCESSES: usize = 4;

/// How much is done, unless the variable `name` says otherwise.
fn how_many(name: &str, usually: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(usually)
}

/// Rounds, each in a directory of its own.
fn rounds() -> usize {
    how_many("GOTELEMETRY_ROUNDS", 5)
}

/// Names that all processes count, and as many that each counts alone.
fn names() -> usize {
    how_many("GOTELEMETRY_NAMES", 300)
}

/// The identity of Go's driver, which ours adopts, as Go's comes from its binary.
struct Adopted {
    program: String,
    version: String,
    go_version: String,
}

pub(crate) fn what_we_count_beside_go_is_read_exactly_by_both(
    toolchain: &Toolchain,
) -> Result<String, String> {
    let driver = toolchain.driver()?;
    let mut lost = 0;
    for round in 0..rounds() {
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        // The file and the day on which weeks end exist before anybody hurries.
        go::run(
            Command::new(&driver)
                .arg("count")
                .arg(home.path())
                .arg("first"),
        )?;
        let adopted = adopted(&TelemetryDir::at(home.path()))?;
        let counted = count_together(home.path(), &driver, &adopted);
        lost += counted.map_err(|what| format!("round {round}: {what}"))?;
    }
    let (rounds, names) = (rounds(), names());
    Ok(format!(
        "{rounds} rounds of {names} shared and {names} own names: Go lost {lost}, ours none"
    ))
}

pub(crate) fn what_we_count_beside_go_in_an_empty_directory_is_exact(
    toolchain: &Toolchain,
) -> Result<String, String> {
    let driver = toolchain.driver()?;
    let first = tempfile::tempdir().map_err(|error| error.to_string())?;
    go::run(
        Command::new(&driver)
            .arg("count")
            .arg(first.path())
            .arg("first"),
    )?;
    let adopted = adopted(&TelemetryDir::at(first.path()))?;
    let (mut lost, mut lossy) = (0, 0);
    for round in 0..rounds() {
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        let counted = count_together(home.path(), &driver, &adopted);
        let lost_here = counted.map_err(|what| format!("round {round}: {what}"))?;
        lost += lost_here;
        lossy += usize::from(lost_here > 0);
    }
    let rounds = rounds();
    Ok(format!(
        "{rounds} cold starts: Go lost {lost} counts in {lossy} of them, ours none"
    ))
}

/// Lets processes of both kinds count, and returns how many counts of Go's are missing.
fn count_together(dir: &Path, driver: &Path, adopted: &Adopted) -> Result<usize, String> {
    let mut children = Vec::new();
    for number in 0..PROCESSES {
        children.push(spawn(
            Command::new(driver).arg("count").arg(dir),
            "go",
            number,
        )?);
        children.push(spawn(&mut ours(dir, adopted), "ours", number)?);
    }
    for mut child in children {
        let status = child.wait().map_err(|error| error.to_string())?;
        if !status.success() {
            return Err(format!("a process ended with {status}"));
        }
    }
    check(&TelemetryDir::at(dir), driver)
}

fn ours(dir: &Path, adopted: &Adopted) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gotelemetry"));
    command
        .env_clear()
        .args(["count", "--program", &adopted.program]);
    command.args(["--program-version", &adopted.version]);
    command
        .args(["--goversion", &adopted.go_version])
        .arg("--dir")
        .arg(dir);
    command
}

/// Starts a process that counts the shared names and its own.
fn spawn(command: &mut Command, kind: &str, number: usize) -> Result<Child, String> {
    let shared = (0..names()).map(|name| format!("shared/{name}-{}", "x".repeat(name % 90)));
    let own = (0..names()).map(|name| format!("{kind}/{number}/{name}"));
    command.args(shared.chain(own)).stdin(Stdio::null());
    command
        .spawn()
        .map_err(|error| format!("{command:?}: {error}"))
}

fn adopted(dir: &TelemetryDir) -> Result<Adopted, String> {
    let files = dir.count_files().map_err(|error| error.to_string())?;
    let [file] = files.as_slice() else {
        return Err(format!("Go made {} files", files.len()));
    };
    let bytes = fs::read(file).map_err(|error| error.to_string())?;
    let file = parse(&bytes).map_err(|error| error.to_string())?;
    let value = |key| String::from_utf8_lossy(file.meta.get(key).unwrap_or_default()).into_owned();
    Ok(Adopted {
        program: value("Program"),
        version: value("Version"),
        go_version: value("GoVersion"),
    })
}

/// Checks every sum, and returns how many counts of Go's processes are missing.
fn check(dir: &TelemetryDir, driver: &Path) -> Result<usize, String> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for path in dir.count_files().map_err(|error| error.to_string())? {
        let bytes = fs::read(&path).map_err(|error| error.to_string())?;
        let file = parse(&bytes).map_err(|error| error.to_string())?;
        let theirs = go::run(Command::new(driver).arg("read").arg(&path))?;
        let read_by_go = theirs
            .lines()
            .filter(|line| line.starts_with("\t\t\""))
            .count();
        if read_by_go != file.counts().len() + file.meta.pairs().count() {
            return Err(format!("{}: Go reads {read_by_go} lines", path.display()));
        }
        for (name, count) in file.counts() {
            *counts
                .entry(String::from_utf8_lossy(&name).into_owned())
                .or_default() += count;
        }
    }
    let of = |name: &str| usize::try_from(counts.get(name).copied().unwrap_or(0)).unwrap_or(0);
    let mut lost = 0;
    for name in 0..names() {
        let shared = of(&format!("shared/{name}-{}", "x".repeat(name % 90)));
        if !(PROCESSES..=2 * PROCESSES).contains(&shared) {
            return Err(format!("shared/{name} = {shared}"));
        }
        lost += 2 * PROCESSES - shared;
        for number in 0..PROCESSES {
            let (ours, go) = (
                of(&format!("ours/{number}/{name}")),
                of(&format!("go/{number}/{name}")),
            );
            if ours != 1 || go > 1 {
                return Err(format!(
                    "of process {number}, name {name}: ours {ours}, Go's {go}"
                ));
            }
            lost += 1 - go;
        }
    }
    Ok(lost)
}
