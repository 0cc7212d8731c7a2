//! A counter: a name, and the cell that holds its count or leads to it.
//!
//! Implements the section *Counting* of `spec/concurrency.md`.

use std::sync::atomic::{AtomicU32, AtomicU64};

use super::{DEFAULT, Recorder};
use crate::counter::cell::{Addition, Cell};
use crate::counter::list::Listed;
use crate::format::name;
use crate::mapped::StaticRef;

/// The count of one name, usable at any time from any thread.
#[derive(Debug)]
pub struct Counter {
    name: &'static [u8],
    recorder: &'static Recorder,
    cell: Cell<StaticRef<AtomicU64>>,
    /// The counter of the same bucket that was added to the recorder's list before this one.
    next: StaticRef<Counter>,
    /// The process that puts this counter on the list; 0 before, and `LISTED` afterwards.
    lister: AtomicU32,
}

impl Listed for Counter {
    type Link = StaticRef<Counter>;
    type Count = StaticRef<AtomicU64>;

    fn name(&self) -> &[u8] {
        self.name
    }

    fn cell(&self) -> &Cell<StaticRef<AtomicU64>> {
        &self.cell
    }

    fn next(&self) -> &StaticRef<Counter> {
        &self.next
    }

    fn lister(&self) -> &AtomicU32 {
        &self.lister
    }
}

impl Counter {
    /// A counter of the process's recorder with this name. It costs nothing until it is added to.
    ///
    /// A name has 1 to 4096 bytes (`fmt.name.min`, `fmt.name.max`); what is added to a counter with
    /// another one is dropped.
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
            cell: Cell::new(StaticRef::none(), StaticRef::none()),
            next: StaticRef::none(),
            lister: AtomicU32::new(0),
        }
    }

    /// Adds 1.
    #[inline]
    pub fn inc(&'static self) {
        self.add(1);
    }

    /// Adds `n`; the count stays at 2^64 - 1 once it is there.
    ///
    /// Never fails and takes no lock. Once a counter is attached, this is one locked instruction.
    /// Before, it can take as long as looking at mode and files takes, at most once a minute.
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

    /// What was added in this process and is in no file yet.
    pub fn waiting(&self) -> u64 {
        self.cell.waiting(std::process::id())
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
        let process = std::process::id();
        let dropped = self.recorder.drops() || name::check(self.name).is_err();
        if dropped {
            return;
        }
        // A counter that was refused is tried again with all others that wait: finding out that a
        // disk is full, or where a chain is damaged, takes too long for every addition.
        match self.recorder.list.add(self, n, process) {
            Addition::Added => {}
            Addition::Refused => self.recorder.want(),
            Addition::Waits => drop(self.recorder.attach(self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::counter::reference::Reference as _;

    fn counter() -> &'static Counter {
        let recorder = Box::leak(Box::new(Recorder::new()));
        Box::leak(Box::new(Counter::of("runs", recorder)))
    }

    #[test]
    fn a_counter_that_another_process_was_about_to_list_is_listed() {
        let counter = counter();
        counter.lister.store(u32::MAX - 1, Ordering::Relaxed);
        counter.inc();
        assert_eq!(counter.recorder.waiting(), 1);
    }

    #[test]
    fn a_counter_that_another_process_has_just_listed_is_not_listed_again() {
        let counter = counter();
        counter.inc();
        counter.lister.store(u32::MAX - 1, Ordering::Relaxed);
        counter.inc();
        assert_eq!(counter.recorder.waiting(), 2);
        assert!(counter.next.get().is_none());
    }

    // test[count.retry]
    #[test]
    fn a_counter_that_is_new_to_the_list_follows_even_if_it_was_refused() {
        let (_home, counter) = opened();
        let full = |_: &'static ()| Err(crate::counter::table::Trouble::Full);
        counter.cell.follow(std::process::id(), || Some(&()), full);
        counter.inc();
        assert_eq!((counter.waiting(), counter.word().is_some()), (0, true));
    }

    // test[count.fork]
    #[test]
    fn a_counter_that_a_thread_is_listing_is_left_to_that() {
        let (_home, counter) = opened();
        counter.lister.store(std::process::id(), Ordering::Relaxed);
        counter.inc();
        assert_eq!((counter.waiting(), counter.word().is_none()), (1, true));
        assert_eq!(counter.recorder.list.all().count(), 0);
        // The thread goes on.
        counter.lister.store(0, Ordering::Relaxed);
        counter.inc();
        assert_eq!(counter.waiting(), 0);
        assert_eq!(counter.read().expect("it can be read"), 2);
    }

    /// A counter whose recorder has a file, in a directory of its own.
    fn opened() -> (tempfile::TempDir, &'static Counter) {
        let home = tempfile::tempdir().expect("a directory can be made");
        let identity = crate::identity!().expect("the crate has a name");
        let dir = crate::dir::TelemetryDir::at(home.path());
        let (counter, environment) = (counter(), Default::default());
        let now = crate::system::now();
        let opened = counter.recorder.open(&dir, &environment, &identity, now);
        opened.expect("it can be opened");
        (home, counter)
    }

    // test[count.add]
    #[test]
    fn a_counter_that_was_added_to_leads_to_its_count_in_the_file() {
        let (_home, counter) = opened();
        assert!(counter.word().is_none());
        counter.add(3);
        counter.add(4);
        let word = counter.word().expect("there is room");
        assert_eq!(word.load(Ordering::Relaxed), 7);
        assert_eq!(counter.read().expect("it can be read"), 7);
    }

    // test[count.high]
    #[test]
    fn a_counter_that_is_high_has_no_fast_path() {
        let (_home, counter) = opened();
        counter.add(u64::MAX - 1);
        assert!(counter.word().is_none());
        counter.inc();
        counter.inc();
        assert_eq!(counter.read().expect("it can be read"), u64::MAX);
    }
}
