//! A counter as a program has it, in the model checker's memory.

use std::sync::Mutex;

use gotelemetry::counter::cell::{Addition, Cell, Followed, Slot};
use gotelemetry::counter::table::Trouble;
use gotelemetry::counter::words::{AtomicU32, AtomicU64, Ordering};

/// The process that counts.
pub(crate) const PROCESS: u32 = 7;

/// A reference that is changed while others read it, as `StaticRef` of `src/mapped/region.rs` with
/// its orderings: the model checker knows no pointers, so it holds the number of one of those that
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
    fn number(&self, of: &T) -> u32 {
        let known = self.known.lock().expect("nobody panics");
        let at = known.iter().position(|one| std::ptr::eq(*one, of));
        at.map_or(u32::MAX, |at| at as u32 + 1)
    }

    pub(crate) fn get(&self) -> Option<&'static T> {
        let number = self.number.load(Ordering::Acquire);
        let known = self.known.lock().expect("nobody panics");
        (number > 0).then(|| known[number as usize - 1])
    }

    pub(crate) fn set(&self, new: Option<&'static T>) {
        let number = new.map_or(0, |new| {
            if self.number(new) == u32::MAX {
                self.known.lock().expect("nobody panics").push(new);
            }
            self.number(new)
        });
        self.number.swap(number, Ordering::Release);
    }
}

impl Slot for Place<AtomicU64> {
    fn get(&self) -> Option<&'static AtomicU64> {
        self.get()
    }

    fn set(&self, count: Option<&'static AtomicU64>) {
        self.set(count);
    }

    fn empty(&self, count: &AtomicU64) {
        let held = self.number(count);
        if self.number.load(Ordering::Acquire) == held {
            // If it fails, another count is there.
            let _ = self
                .number
                .compare_exchange(held, 0, Ordering::Release, Ordering::Relaxed);
        }
    }
}

/// A file with room for one record, or for none.
pub(crate) struct File {
    pub(crate) count: AtomicU64,
    /// 1 if there is no room.
    pub(crate) full: AtomicU32,
}

impl File {
    pub(crate) fn new() -> &'static File {
        File::holding(0)
    }

    pub(crate) fn holding(count: u64) -> &'static File {
        let count = AtomicU64::new(count);
        let full = AtomicU32::new(0);
        Box::leak(Box::new(File { count, full }))
    }

    pub(crate) fn full() -> &'static File {
        let file = File::new();
        file.full.store(1, Ordering::Relaxed);
        file
    }

    pub(crate) fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed) == 1
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
        match self.is_full() {
            true => Err(Trouble::Full),
            false => Ok(&self.count),
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
