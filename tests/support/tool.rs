//! The tool that tests let count: its identity, its recorders and counters, and what its files say.

#![allow(dead_code, reason = "each test that counts uses a part of this module")]

use std::collections::BTreeMap;
use std::fs;

use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::date::Time;
use gotelemetry::format::identity::Identity;
use gotelemetry::format::parse;
use gotelemetry::recorder::{Closed, Counter, Recorder};
use gotelemetry::system::{self, Environment};

use crate::support::agree::agree;

/// What was added to each name, or what files say of it.
pub(crate) type Sums = BTreeMap<String, u64>;

pub(crate) fn recorder() -> &'static Recorder {
    Box::leak(Box::new(Recorder::new()))
}

pub(crate) fn counter(name: &str, recorder: &'static Recorder) -> &'static Counter {
    let name = Box::leak(name.to_owned().into_boxed_str());
    Box::leak(Box::new(Counter::of(name, recorder)))
}

/// Opens the tool's file for the present week.
pub(crate) fn open(recorder: &'static Recorder, dir: &TelemetryDir) -> Result<(), Closed> {
    open_at(recorder, dir, system::now())
}

/// Opens the tool's file for the week of `now`.
pub(crate) fn open_at(
    recorder: &'static Recorder,
    dir: &TelemetryDir,
    now: Time,
) -> Result<(), Closed> {
    let identity = Identity::new("example.com/tool", "v1.0.0", "devel", "linux", "amd64");
    let identity = identity.expect("it is sound");
    recorder.open(dir, &Environment::default(), &identity, now)
}

/// The counts of a file, which both readers have to take without a note.
pub(crate) fn counts(bytes: &[u8]) -> Result<Sums, String> {
    agree(bytes);
    let file = parse(bytes).map_err(|error| error.to_string())?;
    if file.notes.total() > 0 {
        return Err(format!("{:?}", file.notes.kept()));
    }
    let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    let counts = file.counts();
    Ok(counts.iter().map(|(name, n)| (text(name), *n)).collect())
}

/// The sums over all count files of a directory.
pub(crate) fn sums(dir: &TelemetryDir) -> Result<Sums, String> {
    let mut sums = Sums::new();
    for path in dir.count_files().map_err(|error| error.to_string())? {
        let bytes = fs::read(&path).map_err(|error| error.to_string())?;
        let counts = counts(&bytes).map_err(|what| format!("{}: {what}", path.display()))?;
        merge(&mut sums, counts);
    }
    Ok(sums)
}

/// Adds `more` to `sums`.
pub(crate) fn merge(sums: &mut Sums, more: Sums) {
    for (name, n) in more {
        *sums.entry(name).or_default() += n;
    }
}

/// An error that names the first count that is not what was added.
pub(crate) fn same(added: &Sums, counted: &Sums) -> Result<(), String> {
    for name in added.keys().chain(counted.keys()) {
        let (added, counted) = (added.get(name), counted.get(name));
        if added.copied().unwrap_or(0) != counted.copied().unwrap_or(0) {
            return Err(format!("{name}: added {added:?}, counted {counted:?}"));
        }
    }
    Ok(())
}

/// Sums from lines of a name and a number.
pub(crate) fn from_lines(lines: &[String]) -> Result<Sums, String> {
    let mut sums = Sums::new();
    for line in lines {
        let parts = line.rsplit_once(' ').ok_or("a line without a number")?;
        let n: u64 = parts.1.parse().map_err(|_| format!("no number: {line}"))?;
        *sums.entry(parts.0.to_owned()).or_default() += n;
    }
    Ok(sums)
}
