//! The counters that were added to, of one recorder: found by name, never removed.

use std::sync::atomic::{AtomicBool, Ordering};

use super::Counter;
use crate::format::{layout, record};
use crate::mapped::StaticRef;

/// Counters, by bucket of the name; in each the last one first.
#[derive(Debug)]
pub(super) struct List {
    buckets: [StaticRef<Counter>; layout::BUCKETS as usize],
    /// Whether a counter was ever put on it.
    used: AtomicBool,
}

impl List {
    /// An empty list.
    pub(super) const fn new() -> List {
        List {
            buckets: [const { StaticRef::none() }; layout::BUCKETS as usize],
            used: AtomicBool::new(false),
        }
    }

    /// All counters.
    pub(super) fn all(&'static self) -> impl Iterator<Item = &'static Counter> {
        // An empty list is not looked through, which saves a program that opens its file touching
        // the memory of the buckets.
        // ORDERING: sequentially consistent, as `put` sets it before it looks for an open file, and
        // who opens one looks here afterwards.
        let used = self.used.load(Ordering::SeqCst);
        let buckets = if used { &self.buckets[..] } else { &[] };
        buckets.iter().flat_map(chain)
    }

    /// The counters with this name: several, if a program made them.
    pub(super) fn named(&'static self, name: &[u8]) -> impl Iterator<Item = &'static Counter> {
        let bucket = self.buckets.get(record::bucket(name) as usize);
        let counters = bucket.into_iter().flat_map(chain);
        counters.filter(move |counter| counter.name() == name)
    }

    /// Whether `counter` is on the list.
    pub(super) fn has(&'static self, counter: &Counter) -> bool {
        self.named(counter.name())
            .any(|listed| std::ptr::eq(listed, counter))
    }

    /// Puts `counter` on the list, which it must not be on.
    pub(super) fn put(&'static self, counter: &'static Counter) {
        let Some(bucket) = self.buckets.get(record::bucket(counter.name()) as usize) else {
            return;
        };
        // ORDERING: sequentially consistent, see `all`.
        self.used.store(true, Ordering::SeqCst);
        // next = first; CAS bucket: first -> counter, again with what won
        loop {
            let first = bucket.get();
            counter.next().replace(counter.next().get(), first);
            if bucket.replace(first, Some(counter)) {
                return;
            }
        }
    }
}

/// The counters of a bucket.
fn chain(bucket: &'static StaticRef<Counter>) -> impl Iterator<Item = &'static Counter> {
    std::iter::successors(bucket.get(), |counter| counter.next().get())
}
