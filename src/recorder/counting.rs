//! A recorder: the file that its counters are in, and how it gives way to the next.
//!
//! Implements the section *Files* of `spec/concurrency.md`. What is in a file is not known here.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering, fence};
use std::time::Duration;

use super::place::Place;
use super::{Closed, Counter};
use crate::counter::cell::{Followed, saturating_add};
use crate::counter::list::{List, Listed as _};
use crate::counter::reference::Reference as _;
use crate::counter::table::Trouble;
use crate::dir::TelemetryDir;
use crate::format::date::{Span, Time};
use crate::format::identity::Identity;
use crate::format::{layout, name};
use crate::mapped::{CountFile, StaticRef};
use crate::mode::{self, Mode};
use crate::system::{self, Environment};

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
    /// The counters that were added to.
    pub(super) list: List<Counter, { layout::BUCKETS as usize }>,
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
    /// How many names are kept that were given as text.
    names_kept: AtomicU32,
    /// The process that last began to attach all counters; 0 before the first.
    attaching: AtomicU32,
    /// What time it is.
    clock: fn() -> Time,
}

/// How many names are kept at most that [`Recorder::add`] found no record for.
const MAX_KEPT: u32 = 65_536;

/// How often mode and file are looked at away from the fast path at most, in seconds.
const LOOK_AGAIN: i64 = 60;

impl Recorder {
    /// A recorder without a file, which goes by the system's clock.
    pub const fn new() -> Recorder {
        Recorder::with_clock(system::now)
    }

    /// A recorder without a file, which goes by `clock` where no time is given.
    pub const fn with_clock(clock: fn() -> Time) -> Recorder {
        Recorder {
            place: StaticRef::none(),
            file: StaticRef::none(),
            list: List::new([const { StaticRef::none() }; layout::BUCKETS as usize]),
            off: AtomicBool::new(false),
            wanting: AtomicBool::new(false),
            looked: AtomicI64::new(0),
            tried: AtomicI64::new(0),
            rotating: AtomicU32::new(0),
            names_kept: AtomicU32::new(0),
            attaching: AtomicU32::new(0),
            clock,
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
            self.move_to(Box::leak(Box::new(place)))?;
        }
        self.rotate(now).map(drop)
    }

    /// Lets this recorder count at `place`, unless it has a file at another one.
    fn move_to(&self, place: &'static Place) -> Result<(), Closed> {
        // old = place; done if it says the same; CAS place: old -> ours, or, if there is a file,
        // old -> old, which is refused; again with what won
        loop {
            let old = self.place.get();
            if old == Some(place) {
                return Ok(());
            }
            let open = self.file.get().is_some();
            // If this fails, the file may be that of the place which won, and that may be ours.
            let next = if open { old } else { Some(place) };
            if self.place.replace(old, next) {
                return if open { Err(Closed::Elsewhere) } else { Ok(()) };
            }
        }
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
        // spec[file.off]
        self.stop_if_off(place)?;
        // spec[file.rotate, file.deleted]
        let old = self.file.get();
        if let Some(file) = old
            && now < file.span().end.midnight()
            && !file.is_deleted()
        {
            file.ask_again();
            return self.attach_needed().map(|()| false);
        }
        let opened = place.open(now);
        // spec[count.full, open.file]
        if opened.is_err() {
            self.file.replace(old, None);
            drop(self.attach_all());
        }
        // A file that ends on another day than this process thought can be open already; or another
        // thread may have been faster.
        let new = opened?;
        let same = |old: &CountFile| old.path() == new.path() && !old.is_deleted();
        if old.is_some_and(same) || self.file.publish(old, Box::new(new)).is_err() {
            return self.attach_needed().map(|()| false);
        }
        self.attach_all().map(|()| true)
    }

    /// Starts a thread that calls [`rotate`](Recorder::rotate) by the recorder's clock, again and
    /// again with this pause between the calls, a millisecond at least, until the process ends. One
    /// minute is usual.
    ///
    /// There is one such thread in a process; what is asked for later changes nothing. A process
    /// that was forked off has none until it asks for one. The thread takes signals that the
    /// thread which starts it does not block.
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
                std::thread::sleep(pause.max(Duration::from_millis(1)));
                // What fails is tried again.
                drop(self.rotate((self.clock)()));
            }
        };
        let thread = std::thread::Builder::new().name("gotelemetry".to_owned());
        thread.spawn(rotate).map(drop).map_err(|error| {
            // ORDERING: relaxed, as above.
            self.rotating.store(0, Ordering::Relaxed);
            Closed::Thread(error.kind())
        })
    }

    /// Adds `n` to the counter `name`; 0 changes nothing.
    ///
    /// # Errors
    ///
    /// Why it did not get into the file. It waits in the process then, but for a name that no
    /// record can have ([`Trouble::Name`]), in mode off, and once 65,536 names wait: there it is
    /// dropped.
    pub fn add(&'static self, name: &[u8], n: u64) -> Result<(), Closed> {
        if n == 0 {
            return Ok(());
        }
        if self.drops() {
            return Err(Closed::Off);
        }
        if name::check(name).is_err() {
            return Err(has_none(None, name, Trouble::Name));
        }
        let reason = match self.open_file().map(|file| (file, file.insert(name))) {
            Some((_, Ok(count))) => {
                saturating_add(count, n);
                return Ok(());
            }
            Some((file, Err(trouble))) => has_none(Some(file), name, trouble),
            None if self.place.get().is_none() => Closed::Unopened,
            None => Closed::NoFile,
        };
        match self.kept(name) {
            Some(counter) => {
                counter.add_slowly(n);
                Err(reason)
            }
            None => Err(Closed::TooMany),
        }
    }

    /// Adds 1 to the counter of each flag that was set, `base/flag:NAME`; `base` is the last
    /// element of the program's path.
    ///
    /// # Errors
    ///
    /// Why the first one that did not get into the file did not, as for [`add`](Recorder::add); all
    /// are added.
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
    /// for it in the process. What moves from the process to the file meanwhile can be in it twice.
    ///
    /// # Errors
    ///
    /// If there is a file and it cannot be read.
    pub fn read(&'static self, name: &[u8]) -> Result<u64, Closed> {
        let waiting = self.list.named(name).map(Counter::waiting);
        let waiting = waiting.fold(0, u64::saturating_add);
        let Some(file) = self.open_file() else {
            return Ok(waiting);
        };
        let counts = super::counts_of(file.path())?;
        let count = counts.get(name).copied().unwrap_or_default();
        Ok(count.saturating_add(waiting))
    }

    /// The days that the open file counts.
    pub fn span(&self) -> Option<Span> {
        self.open_file().map(CountFile::span)
    }

    /// The open file.
    pub fn path(&self) -> Option<&std::path::Path> {
        self.open_file().map(CountFile::path)
    }

    /// The file that is counted into.
    fn open_file(&self) -> Option<&'static CountFile> {
        // ORDERING: relaxed, as whoever changes the flag looks through the counters afterwards, and
        // the fences there and in `Cell::follow` see to it that one sees the other.
        match self.off.load(Ordering::Relaxed) {
            true => None,
            false => self.file.get(),
        }
    }

    /// The sum of what waits in the process.
    pub fn waiting(&'static self) -> u64 {
        let waiting = self.list.all().map(Counter::waiting);
        waiting.fold(0, u64::saturating_add)
    }

    /// Whether what is added is dropped; also, now and then, what [`rotate`](Recorder::rotate)
    /// does. Called away from the fast path.
    pub(super) fn drops(&'static self) -> bool {
        self.look_now_and_then();
        // spec[count.off]
        // ORDERING: relaxed, as a count that is added meanwhile may be dropped or not.
        self.off.load(Ordering::Relaxed)
    }

    /// Looks at mode and file if that was not done for a minute, and tries again to give records
    /// to counters that wait if that was not done in this second.
    fn look_now_and_then(&'static self) {
        let Some(place) = self.place.get() else {
            return;
        };
        let now = (self.clock)().unix();
        // spec[count.retry]
        // ORDERING: relaxed, all of them, as they only spare work.
        if self.wanting.load(Ordering::Relaxed) && self.tried.swap(now, Ordering::Relaxed) != now {
            drop(self.attach_waiting());
        }
        let looked = self.looked.load(Ordering::Relaxed);
        // spec[file.deleted, file.off]
        let recent = now.saturating_sub(looked).saturating_abs() < LOOK_AGAIN;
        let exchange = |looked| {
            self.looked
                .compare_exchange(looked, now, Ordering::Relaxed, Ordering::Relaxed)
        };
        if recent || exchange(looked).is_err() {
            return;
        }
        let deleted = self.file.get().is_some_and(CountFile::is_deleted);
        // Short programs keep the file that they opened, even if its week ends.
        let needs_rotation = |was_off| deleted || was_off || self.file.get().is_none();
        if self.stop_if_off(place).is_ok_and(needs_rotation) {
            drop(self.rotate(Time::from_unix(now)));
        }
    }

    /// Lets counters that wait be tried again.
    pub(super) fn want(&self) {
        // ORDERING: relaxed, as it only lets a later addition try again.
        self.wanting.store(true, Ordering::Relaxed);
    }

    /// Stops counting if the mode has become off, and keeps the file. Returns whether it was off.
    // spec[count.off]
    fn stop_if_off(&'static self, place: &Place) -> Result<bool, Closed> {
        // off = load(off); now = what the mode file says; CAS off: off -> now, again if it changed,
        // so that an older reading does not take the place of a newer one; if that has changed it
        // twice, it does until the next look
        let (was_off, now) = loop {
            // ORDERING: relaxed, here and below, see `open_file`.
            let off = self.off.load(Ordering::Relaxed);
            let now = match mode::try_read(Some(&place.dir), &place.environment) {
                Ok(mode) => mode.mode == Mode::Off,
                // spec[mode.unreadable]
                // What was found last holds until the mode can be read.
                Err(_) if self.open_file().is_some() => return Ok(false),
                Err(error) => return Err(error.into()),
            };
            let exchanged =
                self.off
                    .compare_exchange(off, now, Ordering::Relaxed, Ordering::Relaxed);
            if exchanged.is_ok() {
                break (off, now);
            }
        };
        if !now {
            return Ok(was_off);
        }
        drop(self.attach_all());
        Err(Closed::Off)
    }

    /// The counter that keeps what is added to `name` while there is no record, unless too many
    /// are kept.
    fn kept(&'static self, name: &[u8]) -> Option<&'static Counter> {
        if let Some(counter) = self.list.named(name).next() {
            return Some(counter);
        }
        // ORDERING: relaxed, as it only bounds the memory.
        if self.names_kept.fetch_add(1, Ordering::Relaxed) >= MAX_KEPT {
            self.names_kept.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        // Two threads may make one each; both are moved to one record.
        let name = Box::leak(name.to_owned().into_boxed_slice());
        Some(Box::leak(Box::new(Counter::named(name, self))))
    }

    /// Takes every counter from the file that it is attached to, and attaches those that wait to
    /// the file that is open. The others get a record there when they are added to.
    fn attach_all(&'static self) -> Result<(), Closed> {
        // ORDERING: relaxed, as it is read by processes that are forked off from here on.
        self.attaching.store(std::process::id(), Ordering::Relaxed);
        // All are tried; the first reason is told.
        let mut result = Ok(());
        let moved = |counter: &'static Counter, followed| {
            let settled = self.settle(counter, &followed);
            result = std::mem::replace(&mut result, Ok(())).and(settled);
        };
        let open = || self.open_file();
        self.list.move_on(std::process::id(), open, insert, moved);
        result
    }

    /// Attaches every counter that waits; in a process that was forked off all of them at first, as
    /// another thread may have been at it, and what is attached may be so to a file that was left.
    // spec[count.retry]
    fn attach_needed(&'static self) -> Result<(), Closed> {
        // ORDERING: relaxed, as it was written by this process, or before it was forked off.
        match self.attaching.load(Ordering::Relaxed) == std::process::id() {
            true => self.attach_waiting(),
            false => self.attach_all(),
        }
    }

    /// Attaches every counter that waits.
    fn attach_waiting(&'static self) -> Result<(), Closed> {
        // There may be address space for all of the file that there was not before.
        // spec[count.retry]
        let old = self.open_file();
        if let Some(wider) = old.and_then(CountFile::wider)
            && self.file.publish(old, Box::new(wider)).is_ok()
        {
            return self.attach_all();
        }
        // ORDERING: the fence pairs with those in `Cell::add_slowly` and `Cell::follow`: what waits
        // is seen here, or whoever added it finds the file that is open, or sets the flag again.
        self.wanting.store(false, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let waiting = self.list.all().filter(|counter| counter.waiting() > 0);
        let results = waiting.map(|counter| self.attach(counter));
        results.fold(Ok(()), Result::and)
    }

    /// Gives `counter` its record in the open file, or takes it from its record if there is none.
    pub(super) fn attach(&'static self, counter: &'static Counter) -> Result<(), Closed> {
        let (open, insert) = (|| self.open_file(), |file| insert(file, counter));
        let followed = counter.cell().follow(std::process::id(), open, insert);
        self.settle(counter, &followed)
    }

    /// Does what is left to do for a counter whose cell followed the file.
    fn settle(&self, counter: &Counter, followed: &Followed<CountFile>) -> Result<(), Closed> {
        match followed {
            Followed::Attached | Followed::Idle => Ok(()),
            // spec[count.corrupt, count.full]
            Followed::Refused(file, trouble) => {
                self.want();
                Err(has_none(Some(file), counter.name(), *trouble))
            }
            Followed::NoFile => {
                // spec[count.off]
                // ORDERING: relaxed, see `Cell::forget`.
                counter.cell().forget(|| self.off.load(Ordering::Relaxed));
                Ok(())
            }
        }
    }
}

fn insert(file: &'static CountFile, counter: &Counter) -> Result<&'static AtomicU64, Trouble> {
    file.insert(counter.name())
}

fn has_none(file: Option<&CountFile>, name: &[u8], trouble: Trouble) -> Closed {
    Closed::Record {
        path: file.map(|file| file.path().to_owned()),
        name: name.to_owned(),
        trouble,
    }
}

impl Default for Recorder {
    fn default() -> Recorder {
        Recorder::new()
    }
}

#[cfg(test)]
mod tests;
