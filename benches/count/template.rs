//! Directories in which many counters have been counted, made once and copied for each measurement.

use std::fs;

use gotelemetry::recorder::{Counter, Recorder};
use tempfile::TempDir;

use super::home;
use super::inserting::{NEW, OLD, names, open};

/// A directory in which the old counters have been counted.
pub(crate) struct Template {
    home: TempDir,
    new: Vec<&'static str>,
}

/// A copy of a [`Template`] that a recorder has open.
pub(crate) struct Copied {
    recorder: &'static Recorder,
    new: Vec<&'static str>,
    /// Without a name the file needs no room on the disk once the process ends.
    _home: TempDir,
}

impl Template {
    pub(crate) fn new() -> Template {
        let home = home();
        let recorder = open(home.path());
        for name in names(0..OLD).lines() {
            recorder.add(name.as_bytes(), 1).expect("there is room");
        }
        Template {
            home,
            new: names(OLD..OLD + NEW).leak().lines().collect(),
        }
    }

    pub(crate) fn copy(&self) -> Copied {
        let (from, home) = (self.home.path().join("local"), home());
        let to = home.path().join("local");
        fs::create_dir(&to).expect("a directory can be made");
        for entry in fs::read_dir(from).expect("it can be read") {
            let entry = entry.expect("it can be read");
            fs::copy(entry.path(), to.join(entry.file_name())).expect("it can be copied");
        }
        Copied {
            recorder: open(home.path()),
            new: self.new.clone(),
            _home: home,
        }
    }
}

impl Copied {
    pub(crate) fn insert(self) -> Copied {
        for name in &self.new {
            Box::leak(Box::new(Counter::of(name, self.recorder))).inc();
        }
        self
    }
}
