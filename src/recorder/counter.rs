//! A counter: a name, and the cell that holds its count or leads to it.
//!
//! Implements the section *Counting* of `spec/concurrency.md`.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{DEFAULT, Recorder};
use crate::counter::cell::{Cell, Slot};
use crate::mapped::StaticRef;

/// The count of one name, usable at any time from any thread.
#[derive(Debug)]
pub struct Counter {
    name: &'static [u8],
    recorder: &'static Recorder,
    cell: Cell<CountRef>,
    /// The counter of the same bucket that was added to the recorder's list before this one.
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
        Counter::named(name.as_bytes(), recorder)
    }

    pub(super) const fn named(name: &'static [u8], recorder: &'static Recorder) -> Counter {
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
        if !self.cell.add_fast(n) {
            self.add_slowly(n);
        }
    }

    /// The name.
    pub fn name(&self) -> &'static [u8] {
        self.name
    }

    /// What was added and is in no file yet.
    pub fn waiting(&self) -> u64 {
        self.cell.waiting()
    }

    /// What the file and the process hold of this counter; see [`Recorder::read`].
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn read(&'static self) -> Result<u64, super::Closed> {
        self.recorder.read(self.name)
    }

    /// The word in the file that the next addition goes to, for measurements.
    #[doc(hidden)]
    pub fn word(&self) -> Option<&'static AtomicU64> {
        self.cell.word()
    }

    /// Adds `n` away from the fast path. A counter that waits is put on its recorder's list, and is
    /// attached if there is a file.
    #[cold]
    #[inline(never)]
    pub(super) fn add_slowly(&'static self, n: u64) {
        if self.recorder.drops() || !self.cell.add_slowly(n, std::process::id()) {
            return;
        }
        // ORDERING: relaxed, as nothing but who lists the counter depends on it.
        if !self.listed.swap(true, Ordering::Relaxed) {
            self.recorder.list(self);
        }
        // The counts wait if it fails; a later addition tries again.
        drop(self.recorder.attach(self));
    }

    pub(super) fn cell(&self) -> &Cell<impl Slot> {
        &self.cell
    }

    /// The counter that was listed before this one.
    pub(super) fn next(&self) -> &StaticRef<Counter> {
        &self.next
    }
}
