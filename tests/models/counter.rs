//! A counter as a program has it, in the model checker's memory.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use gotelemetry::counter::cell::{Addition, Cell, Followed};
use gotelemetry::counter::reference::{GET, PUT, Reference, SET};
use gotelemetry::counter::table::Trouble;
use gotelemetry::counter::words::{AtomicU32, AtomicU64, Ordering};

/// The process that counts.
pub(crate) const PROCESS: u32 = 7;

/// A reference: the model checker knows no pointers, so it holds the number of one of those that
/// were ever put there.
pub(crate) struct Place<T: 'static> {
    number: AtomicU32,
    known: Mutex<Vec<&'static T>>,
}

impl<T> Default for Place<T> {
    fn default() -> Place<T> {
        let known = Mutex::default();
        let number = AtomicU32::new(0);
        Place { number, known }
    }
}

impl<T> Place<T> {
    /// The number of a reference, from 1 on; 0 for none.
    fn number(&self, of: Option<&'static T>) -> u32 {
        let Some(of) = of else {
            return 0;
        };
        let mut known = self.known.lock().expect("nobody panics");
        let at = known.iter().position(|one| std::ptr::eq(*one, of));
        let at = at.unwrap_or_else(|| {
            known.push(of);
            known.len() - 1
        });
        at as u32 + 1
    }
}

impl<T> Reference<T> for Place<T> {
    fn get(&self) -> Option<&'static T> {
        let number = self.number.load(GET);
        let known = self.known.lock().expect("nobody panics");
        (number > 0).then(|| known[number as usize - 1])
    }

    fn replace(&self, old: Option<&'static T>, new: Option<&'static T>) -> bool {
        let (old, new) = (self.number(old), self.number(new));
        let exchanged = self
            .number
            .compare_exchange(old, new, PUT, Ordering::Relaxed);
        exchanged.is_ok()
    }

    fn set(&self, new: Option<&'static T>) -> bool {
        self.number.swap(self.number(new), SET) > 0
    }
}

/// A file with room for one record, or for none.
pub(crate) struct File {
    pub(crate) count: AtomicU64,
    /// 1 if there is no room.
    pub(crate) full: AtomicU32,
    /// 1 once whoever opened it was done with that.
    ready: AtomicU32,
    /// Whether the record was made; no part of what is tried.
    made: AtomicBool,
}

impl File {
    pub(crate) fn new() -> &'static File {
        File::holding(0)
    }

    pub(crate) fn holding(count: u64) -> &'static File {
        let count = AtomicU64::new(count);
        let (full, ready) = (AtomicU32::new(0), AtomicU32::new(0));
        ready.store(1, Ordering::Relaxed);
        let made = AtomicBool::new(false);
        Box::leak(Box::new(File {
            count,
            full,
            ready,
            made,
        }))
    }

    pub(crate) fn full() -> &'static File {
        let file = File::new();
        file.full.store(1, Ordering::Relaxed);
        file
    }

    pub(crate) fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed) == 1
    }

    /// Whether it has a record for which nothing was counted.
    pub(crate) fn has_idle_record(&self) -> bool {
        self.made.load(std::sync::atomic::Ordering::SeqCst) && self.value() == 0
    }

    pub(crate) fn value(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

/// Where a counter finds its record.
pub(crate) trait Records: 'static {
    fn insert(&'static self) -> Result<&'static AtomicU64, Trouble>;
}

impl Records for File {
    fn insert(&'static self) -> Result<&'static AtomicU64, Trouble> {
        assert_eq!(self.ready.load(Ordering::Relaxed), 1, "it is not open yet");
        match self.is_full() {
            true => Err(Trouble::Full),
            false => {
                self.made.store(true, std::sync::atomic::Ordering::SeqCst);
                Ok(&self.count)
            }
        }
    }
}

/// A counter and the file that is open.
pub(crate) struct Counter<F: 'static> {
    pub(crate) cell: Cell<Place<AtomicU64>>,
    pub(crate) open: Place<F>,
}

impl<F: Records> Counter<F> {
    /// A counter that waits while `file` is open.
    pub(crate) fn beside(file: Option<&'static F>) -> Counter<F> {
        let counter = Counter {
            cell: Cell::default(),
            open: Place::default(),
        };
        counter.open.set(file);
        counter
    }

    /// Adds `n` as `Counter::add` of `src/recorder/counter.rs` does.
    pub(crate) fn add(&self, n: u64) {
        self.add_in(PROCESS, n);
    }

    pub(crate) fn add_in(&self, process: u32, n: u64) {
        if !self.cell.add_fast(n) && self.cell.add_slowly(n, process) == Addition::Waits {
            self.follow(process);
        }
    }

    /// Lets `n` wait.
    pub(crate) fn wait(&self, process: u32, n: u64) {
        assert_eq!(self.cell.add_slowly(n, process), Addition::Waits);
    }

    pub(crate) fn follow(&self, process: u32) -> Followed<F> {
        self.cell.follow(process, || self.open.get(), F::insert)
    }

    /// Opens another file, or none, as `Recorder::rotate` of `src/recorder/counting.rs` does.
    pub(crate) fn rotate(&self, file: Option<&'static F>) {
        self.open.set(file);
        self.cell.move_on(PROCESS, || self.open.get(), F::insert);
    }
}
