//! A recorder: the file that its counters are in, and how it gives way to the next.
//!
//! Implements the section *Files* of `spec/concurrency.md`. What is in a file is not known here.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use super::{Closed, Counter};
use crate::counter::cell::saturating_add;
use crate::counter::table::Trouble;
use crate::dir::{self, DirError, TelemetryDir};
use crate::format::date::{Span, Time};
use crate::format::identity::Identity;
use crate::format::{layout, name, parse, record};
use crate::mapped::{CountFile, StaticRef};
use crate::mode::{self, Mode};
use crate::system::{self, Environment};
use crate::week;

/// Counts for one program in one telemetry directory.
///
/// What it does when is stated in `spec/concurrency.md`, clauses `count.*` and `file.*`.
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
/// assert_eq!(RUNS.read()?, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Recorder {
    /// Where and for whom it counts, once it was opened.
    place: StaticRef<Place>,
    file: StaticRef<CountFile>,
    /// The counters that were added to, by bucket of the name, the last one first.
    counters: [StaticRef<Counter>; layout::BUCKETS as usize],
    /// Whether the mode was off when it was last looked at.
    off: AtomicBool,
    /// Whether a counter waits though there is a file.
    wanting: AtomicBool,
    /// When mode and file were last looked at away from the fast path, in seconds since 1970.
    looked: AtomicI64,
    /// When the counters that wait were last given another try, in seconds since 1970.
    tried: AtomicI64,
    /// The process in which a thread rotates; 0 if there is none.
    rotating: AtomicU32,
    /// The process that last began to attach all counters; 0 before the first.
    attaching: AtomicU32,
}

/// Where and for whom a recorder counts.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    dir: TelemetryDir,
    environment: Environment,
    identity: Identity,
}

/// How often mode and file are looked at away from the fast path at most, in seconds.
const LOOK_AGAIN: i64 = 60;

impl Recorder {
    /// A recorder without a file.
    pub const fn new() -> Recorder {
        Recorder {
            place: StaticRef::none(),
            file: StaticRef::none(),
            counters: [const { StaticRef::none() }; layout::BUCKETS as usize],
            off: AtomicBool::new(false),
            wanting: AtomicBool::new(false),
            looked: AtomicI64::new(0),
            tried: AtomicI64::new(0),
            rotating: AtomicU32::new(0),
            attaching: AtomicU32::new(0),
        }
    }

    /// Opens the file of `identity` in `dir` for the week of `now`, and moves what waited into it.
    ///
    /// A recorder that has a file keeps it. Mappings stay for as long as the process lives.
    ///
    /// # Errors
    ///
    /// [`Closed::Off`] if the mode is off: what waited and what is added is dropped.
    /// [`Closed::Elsewhere`] if this recorder was opened before with other arguments and has a
    /// file. [`Closed::Dir`] if the file cannot be opened, and [`Closed::Record`] if there is no
    /// room in it: counts go on to wait in the process, and are moved as soon as they can be.
    pub fn open(
        &'static self,
        dir: &TelemetryDir,
        environment: &Environment,
        identity: &Identity,
        now: Time,
    ) -> Result<(), Closed> {
        let place = Place {
            dir: dir.clone(),
            environment: environment.clone(),
            identity: identity.clone(),
        };
        if self.place.get() != Some(&place) {
            let place: &'static Place = Box::leak(Box::new(place));
            // old = place; CAS place: old -> ours, again with what won, until it says the same
            loop {
                let old = self.place.get();
                if old == Some(place) || (old.is_none() && self.place.replace(None, Some(place))) {
                    break;
                }
                if self.file.get().is_some() {
                    return Err(Closed::Elsewhere);
                }
                if self.place.replace(old, Some(place)) {
                    break;
                }
            }
        }
        self.rotate(now).map(drop)
    }

    /// Brings files and counters up to date: moves on to the next file if the open one has ended
    /// or was deleted, opens one if there is none, stops counting into files if the mode has
    /// become off, and gives every counter that waits its record.
    ///
    /// Programs that run for days call this now and then, or let a thread do it
    /// ([`rotate_every`](Recorder::rotate_every)); for others the file that they opened is right
    /// until they end. Returns whether the file changed. Nothing that counters add meanwhile is
    /// lost; what was added to a deleted file before this call is.
    ///
    /// # Errors
    ///
    /// Why counts wait or are dropped, as for [`open`](Recorder::open);
    /// [`Closed::Unopened`] before it.
    pub fn rotate(&'static self, now: Time) -> Result<bool, Closed> {
        let place = self.place.get().ok_or(Closed::Unopened)?;
        // ORDERING: relaxed, as it only spares work.
        self.looked.store(now.unix(), Ordering::Relaxed);
        self.stop_if_off(place)?;
        let old = self.file.get();
        if let Some(file) = old
            && now < file.span().end.midnight()
            && !file.is_deleted()
        {
            file.ask_again();
            return self.attach_needed().map(|()| false);
        }
        let opened = place.open(now);
        if opened.is_err() {
            self.file.replace(old, None);
            drop(self.attach_all());
        }
        // A file that ends on another day than this process thought can be open already.
        let new = opened?;
        let same = |old: &CountFile| old.path() == new.path() && !old.is_deleted();
        if old.is_some_and(same) {
            return self.attach_needed().map(|()| false);
        }
        self.file.replace(old, Some(Box::leak(Box::new(new))));
        self.attach_all().map(|()| true)
    }

    /// Starts a thread that calls [`rotate`](Recorder::rotate) by the system's clock, again and
    /// again with this pause between the calls, until the process ends. One minute is usual.
    ///
    /// A process that was forked off has no such thread until it asks for one.
    ///
    /// # Errors
    ///
    /// [`Closed::Thread`] if the thread cannot be started.
    pub fn rotate_every(&'static self, pause: Duration) -> Result<(), Closed> {
        let process = std::process::id();
        // ORDERING: relaxed, as nothing but who starts the thread depends on it.
        if self.rotating.swap(process, Ordering::Relaxed) == process {
            return Ok(());
        }
        let rotate = move || {
            loop {
                std::thread::sleep(pause);
                // What fails is tried again.
                drop(self.rotate(system::now()));
            }
        };
        let thread = std::thread::Builder::new().name("gotelemetry".to_owned());
        thread.spawn(rotate).map(drop).map_err(|error| {
            // ORDERING: relaxed, as above.
            self.rotating.store(0, Ordering::Relaxed);
            Closed::Thread(error.kind())
        })
    }

    /// Adds `n` to the counter `name`.
    ///
    /// # Errors
    ///
    /// Why it did not get into the file. It waits in the process then, but for a name that no
    /// record can have ([`Trouble::Name`]), and in mode off: there it is dropped.
    pub fn add(&'static self, name: &[u8], n: u64) -> Result<(), Closed> {
        if self.drops() {
            return Err(Closed::Off);
        }
        if name::check(name).is_err() {
            return Err(has_none(name, Trouble::Name));
        }
        // A name that has been refused is tried again with all others that wait.
        let mut refused = self.listed(name).filter(|counter| counter.name() == name);
        let trouble = refused.find_map(Counter::refused);
        let inserted = match trouble {
            Some(trouble) => Some(Err(trouble)),
            None => self.file.get().map(|file| file.table().insert(name)),
        };
        let reason = match inserted {
            Some(Ok(count)) => {
                saturating_add(count, n);
                return Ok(());
            }
            Some(Err(trouble)) => has_none(name, trouble),
            None => Closed::Unopened,
        };
        self.kept(name).add_slowly(n);
        Err(reason)
    }

    /// Adds 1 to the counter of each flag that was set, for the program whose path ends in `base`.
    ///
    /// # Errors
    ///
    /// Why a flag did not get into the file, as for [`add`](Recorder::add).
    pub fn count_flags<'f>(
        &'static self,
        base: &str,
        flags: impl IntoIterator<Item = &'f str>,
    ) -> Result<(), Closed> {
        let mut result = Ok(());
        for flag in flags {
            result = result.and(self.add(name::of_flag(base, flag).as_bytes(), 1));
        }
        result
    }

    /// What this recorder's file says of the counter `name` (0 if it has no record), and what waits
    /// for it in the process.
    ///
    /// # Errors
    ///
    /// If there is a file and it cannot be read.
    pub fn read(&'static self, name: &[u8]) -> Result<u64, Closed> {
        let same = self.listed(name).filter(|counter| counter.name() == name);
        let waiting = same.fold(0, |sum: u64, counter| sum.saturating_add(counter.waiting()));
        let Some(file) = self.file.get() else {
            return Ok(waiting);
        };
        let path = file.path();
        let bytes = dir::read_count_file(path)?;
        let content = |error| DirError::Content {
            path: path.to_owned(),
            error,
        };
        let parsed = parse(&bytes).map_err(content)?;
        let count = parsed.counts().get(name).copied().unwrap_or_default();
        Ok(count.saturating_add(waiting))
    }

    /// The days that the open file counts.
    pub fn span(&self) -> Option<Span> {
        self.file.get().map(CountFile::span)
    }

    /// The open file.
    pub fn path(&self) -> Option<&std::path::Path> {
        self.file.get().map(CountFile::path)
    }

    /// The sum of what waits in the process.
    pub fn waiting(&'static self) -> u64 {
        let waiting = self.all().map(Counter::waiting);
        waiting.fold(0, u64::saturating_add)
    }

    /// Whether what is added is dropped; also, now and then, what [`rotate`](Recorder::rotate)
    /// does. Called away from the fast path.
    pub(super) fn drops(&'static self) -> bool {
        self.look_now_and_then();
        // ORDERING: acquires nothing but the flag.
        self.off.load(Ordering::Relaxed)
    }

    /// Looks at mode and file if that was not done for a minute, and tries again to give records
    /// to counters that wait if that was not done in this second.
    fn look_now_and_then(&'static self) {
        let Some(place) = self.place.get() else {
            return;
        };
        let now = system::now().unix();
        // ORDERING: relaxed, all of them, as they only spare work.
        if self.wanting.load(Ordering::Relaxed) && self.tried.swap(now, Ordering::Relaxed) != now {
            drop(self.attach_waiting());
        }
        let looked = self.looked.load(Ordering::Relaxed);
        if now.saturating_sub(looked).saturating_abs() < LOOK_AGAIN {
            return;
        }
        self.looked.store(now, Ordering::Relaxed);
        let deleted = self.file.get().is_some_and(CountFile::is_deleted);
        // Short programs keep the file that they opened, even if its week ends.
        if self.stop_if_off(place).is_ok() && (deleted || self.file.get().is_none()) {
            drop(self.rotate(Time::from_unix(now)));
        }
    }

    /// Lets counters that wait be tried again.
    pub(super) fn want(&self) {
        // ORDERING: relaxed, as it only lets a later addition try again.
        self.wanting.store(true, Ordering::Relaxed);
    }

    /// Stops counting if the mode has become off.
    fn stop_if_off(&'static self, place: &Place) -> Result<(), Closed> {
        let off = mode::read(Some(&place.dir), &place.environment).mode == Mode::Off;
        // ORDERING: relaxed, as a count that is added meanwhile may be dropped or not.
        self.off.store(off, Ordering::Relaxed);
        if !off {
            return Ok(());
        }
        while !self.file.replace(self.file.get(), None) {}
        drop(self.attach_all());
        Err(Closed::Off)
    }

    /// The counter that keeps what is added to `name` while there is no record.
    fn kept(&'static self, name: &[u8]) -> &'static Counter {
        let mut listed = self.listed(name);
        listed
            .find(|counter| counter.name() == name)
            .unwrap_or_else(|| {
                // Two threads may make one each; both are moved to one record.
                let name = Box::leak(name.to_owned().into_boxed_slice());
                Box::leak(Box::new(Counter::named(name, self)))
            })
    }

    /// The counters in the bucket of `name`.
    fn listed(&'static self, name: &[u8]) -> impl Iterator<Item = &'static Counter> {
        let list = self.counters.get(record::bucket(name) as usize);
        let first = list.and_then(StaticRef::get);
        std::iter::successors(first, |counter| counter.next().get())
    }

    /// All counters that were added to.
    fn all(&'static self) -> impl Iterator<Item = &'static Counter> {
        let chain = |first| std::iter::successors(first, |counter: &&Counter| counter.next().get());
        self.counters.iter().flat_map(move |list| chain(list.get()))
    }

    /// Whether `counter` is on the list.
    pub(super) fn lists(&'static self, counter: &Counter) -> bool {
        let mut listed = self.listed(counter.name());
        listed.any(|listed| std::ptr::eq(listed, counter))
    }

    /// Puts `counter` on the list, which it must not be on.
    pub(super) fn list(&'static self, counter: &'static Counter) {
        let Some(list) = self.counters.get(record::bucket(counter.name()) as usize) else {
            return;
        };
        // next = first; CAS list: first -> counter, again with what won
        loop {
            let first = list.get();
            counter.next().replace(counter.next().get(), first);
            if list.replace(first, Some(counter)) {
                return;
            }
        }
    }

    /// Attaches every counter that was added to, to the file that is open.
    fn attach_all(&'static self) -> Result<(), Closed> {
        // ORDERING: relaxed, as it is read by processes that are forked off from here on.
        self.attaching.store(std::process::id(), Ordering::Relaxed);
        let results = self.all().map(|counter| self.attach(counter));
        // All are attached; the first reason is told.
        results.fold(Ok(()), Result::and)
    }

    /// Attaches every counter that waits; in a process that was forked off all of them at first, as
    /// another thread may have been at it, and what is attached may be so to a file that was left.
    fn attach_needed(&'static self) -> Result<(), Closed> {
        // ORDERING: relaxed, as it was written by this process, or before it was forked off.
        match self.attaching.load(Ordering::Relaxed) == std::process::id() {
            true => self.attach_waiting(),
            false => self.attach_all(),
        }
    }

    /// Attaches every counter that waits.
    fn attach_waiting(&'static self) -> Result<(), Closed> {
        // ORDERING: relaxed, as it only spares work; set before the counters are looked at, so
        // that one of them that goes on to wait sets it again.
        self.wanting.store(false, Ordering::Relaxed);
        let waiting = self.all().filter(|counter| counter.waiting() > 0);
        let results = waiting.map(|counter| self.attach(counter));
        results.fold(Ok(()), Result::and)
    }

    /// Gives `counter` its record in the open file, or takes it from its record if there is none.
    pub(super) fn attach(&'static self, counter: &'static Counter) -> Result<(), Closed> {
        loop {
            let file = self.file.get();
            let record = file.map(|file| file.table().insert(counter.name()));
            counter.set_refused(record.and_then(Result::err));
            let result = match record {
                Some(Ok(count)) => {
                    counter.cell().attach(count, std::process::id());
                    Ok(())
                }
                Some(Err(trouble)) => {
                    counter.cell().detach();
                    if trouble == Trouble::Name {
                        counter.cell().forget();
                    } else {
                        self.want();
                    }
                    Err(has_none(counter.name(), trouble))
                }
                None => {
                    counter.cell().detach();
                    // ORDERING: relaxed, as what is added meanwhile may be dropped or not.
                    if self.off.load(Ordering::Relaxed) {
                        counter.cell().forget();
                    }
                    Ok(())
                }
            };
            // Another thread may have changed the file meanwhile; the last word is the file's.
            if self.file.get().map(std::ptr::from_ref) == file.map(std::ptr::from_ref) {
                return result;
            }
        }
    }
}

fn has_none(name: &[u8], trouble: Trouble) -> Closed {
    let name = name.to_owned();
    Closed::Record { name, trouble }
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
