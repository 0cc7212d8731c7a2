//! A small set of vectors in a directory of its own, and runs of the suite on it.

#![allow(
    dead_code,
    reason = "each integration test is a crate of its own and uses a part of this"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gotelemetry::conformance::{
    self, CaseResult, ConformanceError, DriverCommand, Known, Outcome, Report, Settings, Vectors,
};
use tempfile::TempDir;

/// Vectors, and room for all that a run of the suite needs.
pub(crate) struct Set {
    root: TempDir,
    cases: Vec<String>,
}

impl Set {
    pub(crate) fn new() -> Set {
        let root = tempfile::tempdir().expect("a temporary directory");
        for name in ["vectors", "temporary", "state"] {
            fs::create_dir(root.path().join(name)).expect("it can be made");
        }
        Set {
            root,
            cases: Vec::new(),
        }
    }

    /// A case with these members beside those that all have.
    pub(crate) fn case(mut self, id: &str, op: &str, members: &str) -> Set {
        self.cases.push(format!(
            r#"{{"id":"{id}","op":"{op}","level":"reader","clauses":[],"about":"x",{members}}}"#
        ));
        self
    }

    /// A case that passes.
    pub(crate) fn good(self, id: &str) -> Set {
        self.case(id, "echo", r#""expect":{"outcome":"accept"}"#)
    }

    /// A case that would pass, but that the driver does something else.
    pub(crate) fn doing(self, id: &str, what: &str) -> Set {
        let members = format!(r#""args":{{"do":"{what}"}},"expect":{{"outcome":"accept"}}"#);
        self.case(id, "echo", &members)
    }

    /// A file among the vectors.
    pub(crate) fn file(self, path: &str, content: &str) -> Set {
        let path = self.directory().join(path);
        fs::create_dir_all(path.parent().expect("it lies in there")).expect("it can be made");
        fs::write(path, content).expect("it can be written");
        self
    }

    pub(crate) fn directory(&self) -> PathBuf {
        self.root.path().join("vectors")
    }

    /// Where drivers count their starts and leave traces.
    pub(crate) fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    /// Where the suite makes directories.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.root.path().join("temporary")
    }

    /// Writes the manifest, and anything beside it.
    pub(crate) fn write(&self) {
        let cases = self.cases.join(",\n");
        let text = format!("{{\"cases\":[{cases}]}}");
        fs::write(self.directory().join("manifest.json"), text).expect("it can be written");
    }

    /// The words of the rogue driver with this kind of hello.
    pub(crate) fn rogue(&self, kind: &str) -> Vec<String> {
        let this = std::env::current_exe().expect("this program has a path");
        let state = self.state();
        [
            this.as_path(),
            "--role".as_ref(),
            "rogue".as_ref(),
            kind.as_ref(),
            &state,
        ]
        .map(|word: &Path| word.to_str().expect("it is text").to_owned())
        .to_vec()
    }

    /// Settings for a rogue driver, with more patience than it needs on a busy machine.
    pub(crate) fn settings(&self, kind: &str) -> Settings {
        let command = |kind: &str| {
            let words = self.rogue(kind);
            DriverCommand::new(&words[0], &words[1..])
        };
        let mut settings = Settings::new(command("own"), self.temporary());
        settings.driver = Some(command(kind));
        settings.case_deadline = Duration::from_secs(30);
        settings.race_deadline = Duration::from_secs(30);
        settings
    }

    pub(crate) fn run_with(&self, settings: &Settings) -> Result<Report, ConformanceError> {
        self.write();
        let report = conformance::run(&Vectors::in_directory(&self.directory())?, settings);
        let left = fs::read_dir(self.temporary()).expect("it can be listed");
        assert_eq!(left.count(), 0, "directories of cases are left");
        report
    }

    /// What came of the cases, asked of the rogue driver with this kind of hello.
    pub(crate) fn run(&self, kind: &str) -> Report {
        let report = self.run_with(&self.settings(kind));
        report.unwrap_or_else(|error| panic!("{kind}: {error}"))
    }

    /// The same where an answer never comes.
    pub(crate) fn run_impatiently(&self, kind: &str) -> Report {
        let mut settings = self.settings(kind);
        settings.case_deadline = Duration::from_secs(1);
        let report = self.run_with(&settings);
        report.unwrap_or_else(|error| panic!("{kind}: {error}"))
    }

    /// What came of the cases that are known to fail so.
    pub(crate) fn run_known(&self, known: &str) -> Result<Report, ConformanceError> {
        let mut settings = self.settings("plain");
        settings.known = Some(Known::parse("known.json".as_ref(), known.as_bytes())?);
        self.run_with(&settings)
    }
}

/// The outcomes of all cases.
pub(crate) fn outcomes(report: &Report) -> Vec<Outcome> {
    report.cases.iter().map(|case| case.outcome).collect()
}

/// The case of this id.
pub(crate) fn case_of<'a>(report: &'a Report, id: &str) -> &'a CaseResult {
    let case = report.cases.iter().find(|case| case.id == id);
    case.unwrap_or_else(|| panic!("no case {id}"))
}
