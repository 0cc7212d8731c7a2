//! Recorders and counters: what a program counts with.
//!
//! Implements the sections *Counting* and *Files* of `spec/concurrency.md`. A recorder has at most
//! one file at a time; its counters hold what was added until there is one, and whenever there is
//! none. Nothing here takes a lock, so that a program may fork at any moment.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use crate::counter::cell::{Cell, Slot, saturating_add};
use crate::counter::table::Trouble;
use crate::dir::{DirError, TelemetryDir};
use crate::format::date::{Span, Time};
use crate::format::identity::Identity;
use crate::format::{name, parse};
use crate::mapped::{CountFile, StaticRef};
use crate::mode::{self, Mode};
use crate::system::Environment;
use crate::{dir, system, week};

/// Counts for one program in one telemetry directory.
///
/// # Examples
///
/// ```
/// use gotelemetry::dir::TelemetryDir;
/// use gotelemetry::recorder::{self, Counter};
///
/// static RUNS: Counter = Counter::new("tool/runs");
///
/// // Before a file is open, counts wait in the process.
/// RUNS.inc();
/// assert_eq!(RUNS.waiting(), 1);
///
/// # let home = tempfile::tempdir()?;
/// # let path = home.path();
/// recorder::open(&TelemetryDir::at(path), &gotelemetry::identity!()?)?;
/// RUNS.inc();
/// assert_eq!(recorder::DEFAULT.read(b"tool/runs")?, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Recorder {
    /// Where and for whom it counts, once it was opened.
    place: StaticRef<Place>,
    file: StaticRef<CountFile>,
    /// The counters that were added to, the last one first.
    counters: StaticRef<Counter>,
    /// When mode and file were last looked at away from the fast path, in seconds since 1970.
    looked: AtomicI64,
}

/// The recorder of this process, which [`Counter::new`] counts with.
pub static DEFAULT: Recorder = Recorder::new();

/// Opens the file of `identity` in `dir` for the process's recorder, by the environment and the
/// clock of the process.
///
/// A tool that does not belong to the Go project uses its own directory,
/// [`TelemetryDir::of_tool`].
///
/// # Errors
///
/// As for [`Recorder::open`].
pub fn open(dir: &TelemetryDir, identity: &Identity) -> Result<(), Closed> {
    DEFAULT.open(dir, &Environment::read(), identity, system::now())
}

/// Where and for whom a recorder counts.
#[derive(Debug)]
struct Place {
    dir: TelemetryDir,
    environment: Environment,
    identity: Identity,
}

/// How often mode and file are looked at away from the fast path at most, in seconds.
const LOOK_AGAIN: i64 = 60;

/// Why a recorder has no file.
#[derive(Debug)]
#[non_exhaustive]
pub enum Closed {
    /// The mode is off.
    Off,
    /// Counting was compiled away, by the feature `disabled`.
    Disabled,
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
            Closed::Disabled => write!(f, "counting was compiled away"),
            Closed::Dir(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Closed {}

impl Recorder {
    /// A recorder without a file.
    pub const fn new() -> Recorder {
        Recorder {
            place: StaticRef::none(),
            file: StaticRef::none(),
            counters: StaticRef::none(),
            looked: AtomicI64::new(0),
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
        if cfg!(feature = "disabled") {
            return Err(Closed::Disabled);
        }
        if self.file.get().is_some() {
            return Ok(());
        }
        let place = Place {
            dir: dir.clone(),
            environment: environment.clone(),
            identity: identity.clone(),
        };
        // Another thread may have been faster; then what it said holds.
        self.place.replace(None, Some(Box::leak(Box::new(place))));
        self.look(now).map(drop)
    }

    /// Moves on to the next file if the open one has ended or was deleted, or if there is none;
    /// stops counting into files if the mode has become off. Programs that run for days call this
    /// now and then; for others the file that they opened is right until they end.
    ///
    /// Returns whether the file changed. Counters are attached to the new one, and nothing that
    /// they add meanwhile is lost; what was added to a deleted file before this call is.
    ///
    /// # Errors
    ///
    /// As for [`open`](Recorder::open), which has to come first; counts wait in the process.
    pub fn rotate(&'static self, now: Time) -> Result<bool, Closed> {
        match self.file.get() {
            Some(file) if now < file.span().end.midnight() && !file.is_deleted() => {
                self.stop_if_off()?;
                Ok(false)
            }
            _ => self.look(now),
        }
    }

    /// Opens the file of the week of `now`, in place of the one that is open.
    fn look(&'static self, now: Time) -> Result<bool, Closed> {
        let place = self.place.get().ok_or(DirError::NoDirectory)?;
        // ORDERING: relaxed, as it only spares work.
        self.looked.store(now.unix(), Ordering::Relaxed);
        self.stop_if_off()?;
        let old = self.file.get();
        let opened = place.open(now);
        if opened.is_err() {
            self.change(old, None);
        }
        // A file that ends on another day than this process thought can be open already.
        let new = opened?;
        let same = |old: &CountFile| old.path() == new.path() && !old.is_deleted();
        if old.is_some_and(same) {
            return Ok(false);
        }
        self.change(old, Some(Box::leak(Box::new(new))));
        Ok(true)
    }

    /// Stops counting into the file if the mode has become off.
    fn stop_if_off(&'static self) -> Result<(), Closed> {
        let place = self.place.get().ok_or(DirError::NoDirectory)?;
        if mode::read(Some(&place.dir), &place.environment).mode == Mode::Off {
            self.change(self.file.get(), None);
            return Err(Closed::Off);
        }
        Ok(())
    }

    /// Puts `new` in place of `old` and attaches every counter that was added to.
    fn change(&'static self, old: Option<&'static CountFile>, new: Option<&'static CountFile>) {
        self.file.replace(old, new);
        let mut next = self.counters.get();
        while let Some(counter) = next {
            self.attach(counter);
            next = counter.next.get();
        }
    }

    /// Gives `counter` its record in the open file, or takes it from its record if there is none.
    fn attach(&'static self, counter: &'static Counter) {
        loop {
            let file = self.file.get();
            let record = file.map(|file| file.table().insert(counter.name.as_bytes()));
            match record {
                Some(Ok(count)) => counter.cell.attach(count),
                // The counts wait; a later addition tries again.
                Some(Err(_)) | None => counter.cell.detach(),
            }
            // Another thread may have changed the file meanwhile; the last word is the file's.
            if self.file.get().map(std::ptr::from_ref) == file.map(std::ptr::from_ref) {
                return;
            }
        }
    }

    /// Looks at mode and file, if that was not done for a minute.
    fn look_now_and_then(&'static self) {
        let now = system::now();
        // ORDERING: relaxed, as it only spares work.
        let looked = self.looked.load(Ordering::Relaxed);
        if self.place.get().is_none() || (now.unix().saturating_sub(looked)).abs() < LOOK_AGAIN {
            return;
        }
        self.looked.store(now.unix(), Ordering::Relaxed);
        let deleted = self.file.get().is_some_and(CountFile::is_deleted);
        // What cannot be opened leaves the counts waiting, and is tried again.
        if self.stop_if_off().is_ok() && (deleted || self.file.get().is_none()) {
            drop(self.look(now));
        }
    }

    /// Adds `n` to the counter `name` without keeping anything for later additions.
    ///
    /// # Errors
    ///
    /// Why it could not be added. Nothing was counted then.
    pub fn add(&'static self, name: &[u8], n: u64) -> Result<(), Trouble> {
        self.look_now_and_then();
        let file = self.file.get().ok_or(Trouble::Full)?;
        saturating_add(file.table().insert(name)?, n);
        Ok(())
    }

    /// Adds 1 to the counter of each flag that was set, for the program whose path ends in `base`.
    ///
    /// # Errors
    ///
    /// Why a flag could not be counted; the ones before it were.
    pub fn count_flags<'f>(
        &'static self,
        base: &str,
        flags: impl IntoIterator<Item = &'f str>,
    ) -> Result<(), Trouble> {
        let mut names = flags.into_iter().map(|flag| name::of_flag(base, flag));
        names.try_for_each(|name| self.add(name.as_bytes(), 1))
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

impl Place {
    /// Opens the count file of the week of `now`.
    fn open(&self, now: Time) -> Result<CountFile, Closed> {
        let weekend = week::read_or_create(&self.dir)?;
        let span = Span::beginning(now.date(), weekend).ok_or(DirError::NoWeek)?;
        Ok(CountFile::open(&self.dir.local(), &self.identity, span)?)
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

impl Slot for CountRef {
    #[inline(always)]
    fn get(&self) -> Option<&'static AtomicU64> {
        self.0.get()
    }

    fn set(&self, count: Option<&'static AtomicU64>) {
        while !self.0.replace(self.0.get(), count) {}
    }

    fn empty(&self, count: &AtomicU64) {
        let held = self.0.get().filter(|held| std::ptr::eq(*held, count));
        if held.is_some() {
            self.0.replace(held, None);
        }
    }
}

impl Counter {
    /// A counter of the process's recorder with this name. It costs nothing until it is added to.
    pub const fn new(name: &'static str) -> Counter {
        Counter::of(name, &DEFAULT)
    }

    /// A counter of `recorder` with this name.
    pub const fn of(name: &'static str, recorder: &'static Recorder) -> Counter {
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
        if !cfg!(feature = "disabled") && !self.cell.add_fast(n) {
            self.add_slowly(n);
        }
    }

    /// What was added and is in no file yet.
    pub fn waiting(&self) -> u64 {
        self.cell.waiting()
    }

    /// Adds `n` away from the fast path. A counter that waits is put on its recorder's list, and is
    /// attached if there is a file.
    #[cold]
    #[inline(never)]
    fn add_slowly(&'static self, n: u64) {
        if !self.cell.add_slowly(n) {
            return;
        }
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
        self.recorder.look_now_and_then();
        self.recorder.attach(self);
    }
}
