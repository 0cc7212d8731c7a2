//! A telemetry directory with count files in it, whose weeks are reported.

#![allow(dead_code, reason = "each test of reports uses a part of this module")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use gotelemetry::config::{Approved, UploadConfig};
use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::date::Time;
use gotelemetry::mode;
use gotelemetry::report::Report;
use gotelemetry::reporter::{Done, Weeks};
use gotelemetry::system::Environment;
use gotelemetry::verdict::Terms;
use tempfile::TempDir;

use crate::support::raw::{Raw, meta_text};

/// A telemetry directory with the mode file `mode`.
pub(crate) struct Home {
    pub(crate) root: TempDir,
    pub(crate) dir: TelemetryDir,
}

impl Home {
    pub(crate) fn new(mode: &str) -> Home {
        let root = tempfile::tempdir().expect("a directory can be made");
        let dir = TelemetryDir::at(root.path());
        fs::create_dir(dir.local()).expect("a directory can be made");
        fs::create_dir(dir.upload()).expect("a directory can be made");
        fs::write(dir.mode_file(), mode).expect("a file can be written");
        Home { root, dir }
    }

    pub(crate) fn put(&self, path: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.root.path().join(path);
        fs::write(&path, bytes).expect("a file can be written");
        path
    }

    /// The names in `local/`, sorted.
    pub(crate) fn local(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.local()).expect("it can be listed");
        let name = |entry: std::io::Result<fs::DirEntry>| {
            let name = entry.expect("it can be read").file_name();
            name.into_string().expect("it is text")
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }

    /// What is due at `now` under `config`, which is called v0.93.0.
    pub(crate) fn weeks(&self, now: &str, config: Option<&Approved<'_>>) -> Weeks {
        let (terms, version) = self.terms(now, config);
        Weeks::read(&self.dir, &terms, version).expect("the directory can be read")
    }

    pub(crate) fn terms<'a>(
        &self,
        now: &str,
        config: Option<&'a Approved<'a>>,
    ) -> (Terms<'a>, &'static str) {
        let environment = Environment::of(|_| None);
        let effective = mode::read(Some(&self.dir), &environment);
        let terms = Terms::of(&effective, config, time(now));
        (terms, "v0.93.0")
    }

    /// Makes the reports that are due at `now`.
    pub(crate) fn report(&self, now: &str, config: Option<&Approved<'_>>) -> Vec<Done> {
        let (terms, _) = self.terms(now, config);
        let weeks = self.weeks(now, config).weeks;
        let carried_out = weeks.iter().map(|week| week.carry_out(&self.dir, &terms));
        carried_out
            .map(|done| done.expect("there is room"))
            .collect()
    }

    pub(crate) fn read(&self, name: &str) -> Report {
        let bytes = fs::read(self.dir.local().join(name)).expect("it is there");
        Report::parse(&bytes).expect("a report")
    }
}

pub(crate) fn time(text: &str) -> Time {
    Time::parse(text).expect("a time")
}

/// A count file of this build, with these counts.
pub(crate) fn file(begin: &str, end: &str, build: [&str; 5], counts: &[(&[u8], u64)]) -> Vec<u8> {
    let [program, version, go_version, goos, goarch] = build;
    let mut raw = Raw::new(&meta_text(&[
        ("TimeBegin", begin),
        ("TimeEnd", end),
        ("Program", program),
        ("Version", version),
        ("GoVersion", go_version),
        ("GOOS", goos),
        ("GOARCH", goarch),
    ]));
    for (name, count) in counts {
        raw.add(name, *count);
    }
    raw.into_bytes()
}

pub(crate) const TOOL: [&str; 5] = ["a/tool", "v1.0.0", "go1.27.3", "linux", "amd64"];
pub(crate) const BEGIN: &str = "2026-11-14T00:00:00Z";
pub(crate) const END: &str = "2026-11-21T00:00:00Z";
pub(crate) const NOW: &str = "2026-11-23T09:00:00Z";

/// A count file of the usual week.
pub(crate) fn usual(counts: &[(&[u8], u64)]) -> Vec<u8> {
    file(BEGIN, END, TOOL, counts)
}

/// A config that has `n` of the usual tool.
pub(crate) fn usual_config(members: &str) -> UploadConfig {
    let text = format!(
        r#"{{"GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["go1.27.3"]{members},"Programs":[
        {{"Name":"a/tool","Versions":["v1.0.0"],"Counters":[{{"Name":"n","Rate":1}}]}}]}}"#
    );
    UploadConfig::parse(text.as_bytes()).expect("a config")
}

pub(crate) fn age(path: &Path, days: u64) {
    let then = time(NOW).unix() - i64::try_from(days * 86_400).expect("it fits");
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(then.unsigned_abs());
    let file = fs::File::options()
        .write(true)
        .open(path)
        .expect("it is there");
    file.set_modified(then).expect("it can be set");
}
