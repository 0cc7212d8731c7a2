//! The counters that were added to, of one recorder: found by name, never removed.
//!
//! Implements the sections *Counting* and *Files* of `spec/concurrency.md`. A counter that waits is
//! listed before it looks for a file, and whoever opens a file looks through the list afterwards;
//! so one of them finds the other.

use super::cell::{Addition, Cell, Followed};
use super::reference::Reference;
use super::table::Trouble;
use super::words::{AtomicBool, AtomicU32, AtomicU64, Ordering, fence};
use crate::format::record;

/// What a counter has to have to be on a list.
pub trait Listed: Sized + 'static {
    /// A reference to a counter.
    type Link: Reference<Self>;

    /// A reference to a count in a file.
    type Count: Reference<AtomicU64>;

    /// The name.
    fn name(&self) -> &[u8];

    /// What was added.
    fn cell(&self) -> &Cell<Self::Count>;

    /// The counter of the same bucket that was put on the list before this one.
    fn next(&self) -> &Self::Link;

    /// The process that puts this counter on the list; 0 before, and [`LISTED`] afterwards.
    fn lister(&self) -> &AtomicU32;
}

/// In place of the process that puts a counter on the list, once it is there: no process has this
/// number.
pub const LISTED: u32 = u32::MAX;

/// When and by whom a counter was put on the list.
enum Listing {
    Before,
    Now,
    /// A thread of this process is at it.
    ByAnother,
}

/// Counters, by bucket of the name; in each the last one first.
#[derive(Debug)]
pub struct List<T: Listed, const BUCKETS: usize> {
    buckets: [T::Link; BUCKETS],
    /// Whether a counter was ever put on it.
    used: AtomicBool,
}

impl<T: Listed, const BUCKETS: usize> List<T, BUCKETS> {
    /// An empty list.
    #[cfg(not(loom))]
    pub const fn new(buckets: [T::Link; BUCKETS]) -> List<T, BUCKETS> {
        let used = AtomicBool::new(false);
        List { buckets, used }
    }

    /// An empty list.
    #[cfg(loom)]
    pub fn new(buckets: [T::Link; BUCKETS]) -> List<T, BUCKETS> {
        let used = AtomicBool::new(false);
        List { buckets, used }
    }

    /// Adds `n` to `counter` away from its fast path. If this says that it waits, the counter is on
    /// the list, and has to follow the file.
    ///
    /// While a thread puts the counter on the list, the others let it wait: that thread follows
    /// afterwards, and takes what waits along. So no counter is attached that is not on the list,
    /// not even in a process that is forked off meanwhile.
    // spec[count.add, count.fork]
    pub fn add(&'static self, counter: &'static T, n: u64, process: u32) -> Addition {
        let added = counter.cell().add_slowly(n, process);
        if added == Addition::Added {
            return added;
        }
        match self.list(counter, process) {
            Listing::Before => added,
            // Even if it was refused: what others left to this thread may wait beside a record.
            Listing::Now => Addition::Waits,
            Listing::ByAnother => Addition::Added,
        }
    }

    /// Sees to it that `counter` is on the list, or leaves that to another thread of `process`.
    fn list(&'static self, counter: &'static T, process: u32) -> Listing {
        // CAS lister: 0 -> process; done if it is listed or another thread is at it, else again
        // with the process that was; put it there; lister = listed
        let lister = counter.lister();
        let mut old = 0;
        // ORDERING: relaxed if it succeeds, as nothing else depends on it; if it fails, acquires
        // the list with the counter on it. If it is not there yet, the fence in
        // `Cell::add_slowly`, before this, pairs with those in `Cell::attach` and `Cell::follow` of
        // whoever puts it there: what waits is seen from there.
        while let Err(newer) =
            lister.compare_exchange(old, process, Ordering::Relaxed, Ordering::Acquire)
        {
            match newer {
                LISTED => return Listing::Before,
                newer if newer == process => return Listing::ByAnother,
                newer => old = newer,
            }
        }
        // A process that was forked off while a thread was at it has to look.
        if old == 0 || !self.has(counter) {
            self.put(counter);
        }
        // ORDERING: releases the list.
        lister.store(LISTED, Ordering::Release);
        Listing::Now
    }

    /// Lets all counters move on, see [`Cell::move_on`], after another file was opened or the file
    /// was closed; `moved` is told what became of each.
    // spec[file.rotate]
    pub fn move_on<F: 'static>(
        &'static self,
        process: u32,
        open: impl Fn() -> Option<&'static F>,
        insert: impl Fn(&'static F, &'static T) -> Result<&'static AtomicU64, Trouble>,
        mut moved: impl FnMut(&'static T, Followed<F>),
    ) {
        // ORDERING: pairs with the last fence in `Cell::follow`: either a counter that was listed
        // before it followed is seen here, or it finds the file that is open now.
        fence(Ordering::SeqCst);
        for counter in self.all() {
            let insert = |file| insert(file, counter);
            moved(counter, counter.cell().move_on(process, &open, insert));
        }
    }

    /// All counters.
    pub fn all(&'static self) -> impl Iterator<Item = &'static T> {
        // An empty list is not looked through, which saves a program that opens its file touching
        // the memory of the buckets.
        // ORDERING: relaxed, as for the buckets: who must not miss a counter has a fence before.
        let used = self.used.load(Ordering::Relaxed);
        let buckets = if used { &self.buckets[..] } else { &[] };
        buckets.iter().flat_map(chain::<T>)
    }

    /// The counters with this name: several, if a program made them.
    pub fn named(&'static self, name: &[u8]) -> impl Iterator<Item = &'static T> {
        let counters = self.bucket(name).into_iter().flat_map(chain::<T>);
        counters.filter(move |counter| counter.name() == name)
    }

    /// Whether `counter` is on the list.
    fn has(&'static self, counter: &'static T) -> bool {
        self.named(counter.name())
            .any(|listed| std::ptr::eq(listed, counter))
    }

    /// Puts `counter` on the list, which it must not be on.
    fn put(&'static self, counter: &'static T) {
        let Some(bucket) = self.bucket(counter.name()) else {
            return;
        };
        // ORDERING: relaxed, see `all`.
        self.used.store(true, Ordering::Relaxed);
        // next = first; CAS bucket: first -> counter, again with what won
        loop {
            let first = bucket.get();
            counter.next().set(first);
            if bucket.replace(first, Some(counter)) {
                return;
            }
        }
    }

    fn bucket(&'static self, name: &[u8]) -> Option<&'static T::Link> {
        let bucket = (record::bucket(name) as usize).checked_rem(BUCKETS)?;
        self.buckets.get(bucket)
    }
}

/// The counters of a bucket.
fn chain<T: Listed>(bucket: &'static T::Link) -> impl Iterator<Item = &'static T> {
    std::iter::successors(bucket.get(), |counter| counter.next().get())
}
