//! Recorders and counters: what a program counts with.
//!
//! Implements the sections *Counting* and *Files* of `spec/concurrency.md`. A recorder has at most
//! one file at a time; its counters hold what was added until there is one, and whenever there is
//! none. Nothing here takes a lock, so that a program may fork at any moment.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::counter::cell::{Cell, Slot, saturating_add};
use crate::counter::table::Trouble;
use crate::dir::{DirError, TelemetryDir};
use crate::format::date::{Span, Time};
use crate::format::identity::Identity;
use crate::format::parse;
use crate::mapped::{CountFile, StaticRef};
use crate::mode::{self, Mode};
use crate::system::Environment;
use crate::{dir, week};

/// Counts for one program in one telemetry directory.
///
/// # Examples
///
/// ```
/// use gotelemetry::recorder::{Counter, Recorder};
///
/// static RECORDER: Recorder = Recorder::new();
/// static RUNS: Counter = Counter::new("tool/runs", &RECORDER);
///
/// // Before a file is open, counts wait in the process.
/// RUNS.inc();
/// assert_eq!(RUNS.waiting(), 1);
/// ```
#[derive(Debug)]
pub struct Recorder {
    file: StaticRef<CountFile>,
    /// The counters that were added to, the last one first.
    counters: StaticRef<Counter>,
}

/// Why a recorder has no file.
#[derive(Debug)]
#[non_exhaustive]
pub enum Closed {
    /// The mode is off.
    Off,
    /// A file could not be opened.
    Dir(DirError),
}

impl From<DirError> for Closed {
    fn from(error: DirError) -> Closed {
        Closed::Dir(error)
    }
}

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Closed::Off => write!(f, "the mode is off: nothing is counted"),
            Closed::Dir(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Closed {}

impl Recorder {
    /// A recorder without a file.
    pub const fn new() -> Recorder {
        Recorder {
            file: StaticRef::none(),
            counters: StaticRef::none(),
        }
    }

    /// Opens the file of `identity` in `dir` for the week of `now`, and moves what waited into it.
    ///
    /// A recorder that has a file keeps it. Mappings stay for as long as the process lives.
    ///
    /// # Errors
    ///
    /// If the mode is off, or the file cannot be opened; counts go on to wait in the process.
    pub fn open(
        &'static self,
        dir: &TelemetryDir,
        environment: &Environment,
        identity: &Identity,
        now: Time,
    ) -> Result<(), Closed> {
        if self.file.get().is_some() {
            return Ok(());
        }
        if mode::read(Some(dir), environment).mode == Mode::Off {
            return Err(Closed::Off);
        }
        let weekend = week::read_or_create(dir)?;
        let span = Span::beginning(now.date(), weekend).ok_or(DirError::NoWeek)?;
        let file = Box::leak(Box::new(CountFile::open(&dir.local(), identity, span)?));
        // Another thread may have been faster; its file is this file.
        self.file.replace(None, Some(file));
        self.attach_all();
        Ok(())
    }

    /// Attaches every counter that was added to.
    fn attach_all(&'static self) {
        let mut next = self.counters.get();
        while let Some(counter) = next {
            self.attach(counter);
            next = counter.next.get();
        }
    }

    /// Gives `counter` its record, if there is a file with room for it.
    fn attach(&'static self, counter: &'static Counter) {
        let Some(file) = self.file.get() else {
            return;
        };
        match file.table().insert(counter.name.as_bytes()) {
            Ok(count) => {
                counter.cell.held.set(count);
                counter.cell.attached.set(count);
                counter.cell.flush();
            }
            // The counts wait; a later addition tries again.
            Err(Trouble::Full | Trouble::Corrupt { .. } | Trouble::Name) => {}
        }
    }

    /// Adds `n` to the counter `name` without keeping anything for later additions.
    ///
    /// # Errors
    ///
    /// Why it could not be added. Nothing was counted then.
    pub fn add(&'static self, name: &[u8], n: u64) -> Result<(), Trouble> {
        let file = self.file.get().ok_or(Trouble::Full)?;
        saturating_add(file.table().insert(name)?, n);
        Ok(())
    }

    /// What the file of this recorder says of the counter `name`; 0 if it has no record.
    ///
    /// # Errors
    ///
    /// If there is no file, or it cannot be read.
    pub fn read(&'static self, name: &[u8]) -> Result<u64, DirError> {
        let file = self.file.get().ok_or(DirError::NoDirectory)?;
        let path = file.path();
        let bytes = dir::read_count_file(path)?;
        let content = |error| DirError::Content {
            path: path.to_owned(),
            error,
        };
        let parsed = parse(&bytes).map_err(content)?;
        Ok(parsed.counts().get(name).copied().unwrap_or_default())
    }

    /// The days that the open file counts.
    pub fn span(&self) -> Option<Span> {
        self.file.get().map(CountFile::span)
    }
}

impl Default for Recorder {
    fn default() -> Recorder {
        Recorder::new()
    }
}

/// The count of one name, usable at any time from any thread.
#[derive(Debug)]
pub struct Counter {
    name: &'static str,
    recorder: &'static Recorder,
    cell: Cell<CountRef>,
    /// The counter that was added to the recorder's list before this one.
    next: StaticRef<Counter>,
    listed: AtomicBool,
}

/// A reference to the count in the file.
#[derive(Debug)]
struct CountRef(StaticRef<AtomicU64>);

impl CountRef {
    fn set(&self, count: &'static AtomicU64) {
        let old = self.0.get();
        self.0.replace(old, Some(count));
    }
}

impl Slot for CountRef {
    #[inline(always)]
    fn get(&self) -> Option<&AtomicU64> {
        self.0.get()
    }

    fn empty(&self, count: &AtomicU64) {
        let held = self.0.get().filter(|held| std::ptr::eq(*held, count));
        if held.is_some() {
            self.0.replace(held, None);
        }
    }
}

impl Counter {
    /// A counter of `recorder` with this name. It costs nothing until it is added to.
    pub const fn new(name: &'static str, recorder: &'static Recorder) -> Counter {
        Counter {
            name,
            recorder,
            cell: Cell::new(CountRef(StaticRef::none()), CountRef(StaticRef::none())),
            next: StaticRef::none(),
            listed: AtomicBool::new(false),
        }
    }

    /// Adds 1.
    #[inline]
    pub fn inc(&'static self) {
        self.add(1);
    }

    /// Adds `n`. Never fails and never waits; the count stays at 2^64 - 1 once it is there.
    #[inline]
    pub fn add(&'static self, n: u64) {
        if self.cell.add(n) {
            self.look_for_a_record();
        }
    }

    /// What was added and is in no file yet.
    pub fn waiting(&self) -> u64 {
        self.cell.waiting()
    }

    /// Puts the counter on its recorder's list, and attaches it if there is a file.
    #[cold]
    #[inline(never)]
    fn look_for_a_record(&'static self) {
        // ORDERING: relaxed, as nothing but who lists the counter depends on it.
        if !self.listed.swap(true, Ordering::Relaxed) {
            // next = first; CAS list: first -> us, again with what won
            let list = &self.recorder.counters;
            loop {
                let first = list.get();
                self.next.replace(self.next.get(), first);
                if list.replace(first, Some(self)) {
                    break;
                }
            }
        }
        self.recorder.attach(self);
    }
}
