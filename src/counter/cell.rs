//! The count of one name in one process: before, while and after a file holds it.
//!
//! Implements the section *Counting* of `spec/concurrency.md`. A cell is in one of three states:
//!
//! - waiting: there is no record; what is added gathers in the process;
//! - attached: an add is one locked addition in the file;
//! - high: the count in the file has reached 2^63; an add is an exchange that stops at 2^64 - 1.
//!
//! It goes from waiting to attached or high and back as files come and go, and from attached to
//! high. What waits belongs to one process: one that was forked off begins with nothing.
//! Files come and go while all this goes on, and the last word is theirs: a cell that follows looks
//! again which file is open. What a file is, and where the record in it comes from, is not known
//! here.

use super::reference::Reference;
use super::table::Trouble;
use super::words::{AtomicU32, AtomicU64, Ordering, fence};

/// From here on an addition could wrap before it is noticed, if very many came at once.
const HIGH: u64 = 1 << 63;

/// The greatest number that one locked addition adds. It takes 2^31 of them in flight at the same
/// time to get from [`HIGH`] past 2^64 - 1.
const MAX_AT_ONCE: u64 = 1 << 32;

/// What became of an addition away from the fast path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addition {
    /// It is in the file, or another thread that is attaching the cell sees to it.
    Added,
    /// It waits, and the cell has to follow the file.
    Waits,
    /// It waits, and the file was seen to have no record for it.
    Refused,
}

/// What became of a cell that followed the file.
#[derive(Debug)]
pub enum Followed<F: 'static> {
    /// It is attached to its record in the file that is open.
    Attached,
    /// It waits, as the file that is open has no record for it.
    Refused(&'static F, Trouble),
    /// It waits, as no file is open.
    NoFile,
    /// It is attached to nothing, as nothing waits since another file was opened.
    Idle,
}

/// The count of one name in one process.
#[derive(Debug, Default)]
pub struct Cell<R> {
    /// The count in the file while the cell is attached.
    attached: R,
    /// The count in the file while the cell is attached or high.
    held: R,
    /// What was ever added while there was no record, modulo 2^64.
    added: AtomicU64,
    /// How much of it was moved to a record or given up, modulo 2^64. The rest waits. An exchange
    /// of it could be misled by 2^64 that are added and moved between its load and itself.
    moved: AtomicU64,
    /// The process to which belongs what waits; 0 before the first addition.
    process: AtomicU32,
    /// 1 if the open file was seen to have no record for it.
    refused: AtomicU32,
}

impl<R: Reference<AtomicU64>> Cell<R> {
    /// A waiting cell with nothing in it.
    #[cfg(not(loom))]
    pub const fn new(attached: R, held: R) -> Cell<R> {
        Cell {
            attached,
            held,
            added: AtomicU64::new(0),
            moved: AtomicU64::new(0),
            process: AtomicU32::new(0),
            refused: AtomicU32::new(0),
        }
    }

    /// Adds `n` if the cell is attached and `n` is small. Returns whether it did.
    ///
    /// This is the path of nearly every addition: one load, one locked addition, two tests.
    // spec[count.high]
    #[inline(always)]
    pub fn add_fast(&self, n: u64) -> bool {
        // count = load(attached); if there is one and n is small:
        //   old = count += n       one locked instruction
        //   done, unless old says that the count is high
        match self.attached.get() {
            Some(count) if n <= MAX_AT_ONCE => {
                // ORDERING: relaxed, as a count orders nothing.
                let old = count.fetch_add(n, Ordering::Relaxed);
                if old >= HIGH {
                    self.leave(count, old, n);
                }
                true
            }
            _ => false,
        }
    }

    /// Takes the cell off the fast path after an addition that met `old` in the file.
    // spec[count.high]
    #[cold]
    #[inline(never)]
    fn leave(&self, count: &'static AtomicU64, old: u64, n: u64) {
        if self
            .attached
            .get()
            .is_some_and(|held| std::ptr::eq(held, count))
        {
            // If it fails, another count is there, or none.
            self.attached.replace(Some(count), None);
        }
        if old.checked_add(n).is_none() {
            // Another program's giant addition was there first, and the sum wrapped around.
            // ORDERING: relaxed, as a count orders nothing. An exchange and no store, so that the
            // model checker sees in which order the additions of others come.
            count.swap(u64::MAX, Ordering::Relaxed);
        }
    }

    /// Adds `n` whatever the state. `process` is the number of this process.
    // spec[count.add]
    pub fn add_slowly(&self, n: u64, process: u32) -> Addition {
        if n == 0 {
            return Addition::Added;
        }
        if let Some(count) = self.held.get() {
            saturating_add(count, n);
            return Addition::Added;
        }
        self.disown(process);
        self.wait(n);
        // ORDERING: pairs with the fence in `attach`: either we see that there is a record, as the
        // cell is no longer refused, or the flush there sees what waits.
        fence(Ordering::SeqCst);
        // ORDERING: relaxed, here and where it is stored, see the fence.
        match self.refused.load(Ordering::Relaxed) {
            0 => Addition::Waits,
            _ => Addition::Refused,
        }
    }

    /// Attaches the cell to `count`, in place of the count it had, and moves what was waiting
    /// there.
    // spec[count.add, count.high]
    pub fn attach(&self, count: &'static AtomicU64, process: u32) {
        self.held.set(Some(count));
        // ORDERING: relaxed; in this order, as a thread that was refused says so and detaches the
        // cell afterwards. If it does that before, this store comes after its own; if later, it
        // finds the record, and takes another turn.
        self.refused.store(0, Ordering::Relaxed);
        // ORDERING: pairs with the fence in `add_slowly`.
        fence(Ordering::SeqCst);
        self.disown(process);
        // One that becomes high from here on is seen by the next addition.
        let is_high = self.flush(count) >= HIGH;
        self.attached.set((!is_high).then_some(count));
    }

    /// Attaches the cell to its record in the file that is open, or lets it wait if there is none.
    ///
    /// `open` tells which file is open, and `insert` finds or makes the record in it. Whoever opens
    /// another file, or closes it, calls [`move_on`](Cell::move_on) for all cells afterwards.
    // spec[count.add, file.rotate]
    pub fn follow<F>(
        &self,
        process: u32,
        open: impl Fn() -> Option<&'static F>,
        insert: impl Fn(&'static F) -> Result<&'static AtomicU64, Trouble>,
    ) -> Followed<F> {
        // file = open(); attach to the record in it, or detach
        // again if another file is open and something waits, or if it had a record after all
        let mut file = open();
        loop {
            let mut had_record = false;
            let followed = match file.map(|file| (file, insert(file))) {
                Some((_, Ok(count))) => {
                    self.attach(count, process);
                    Followed::Attached
                }
                Some((file, Err(trouble))) => {
                    self.refused.store(1, Ordering::Relaxed);
                    had_record = self.detach();
                    Followed::Refused(file, trouble)
                }
                None => {
                    self.refused.store(0, Ordering::Relaxed);
                    self.detach();
                    Followed::NoFile
                }
            };
            // ORDERING: after what the list and the slots of the cell have from here, and before
            // the look at the file that is open: either whoever opens another one finds the cell so
            // (the fences in `List::move_on` and `move_on`), or we find that file.
            fence(Ordering::SeqCst);
            let newer = open();
            let is_last = newer.map(std::ptr::from_ref) == file.map(std::ptr::from_ref);
            // A thread that attached it while it was refused here has made the record.
            if is_last && !had_record {
                return followed;
            }
            // What was added is in the file that was open before: the next one gets no record for
            // it. Whoever adds from here on follows.
            // spec[count.zero]
            if matches!(followed, Followed::Attached) && self.is_idle() {
                self.detach();
                return Followed::Idle;
            }
            file = newer;
        }
    }

    /// Takes the cell from the record that it is attached to, after another file was opened or the
    /// file was closed. A cell for which something waits follows; the others get a record when they
    /// are added to.
    // spec[count.zero, file.rotate]
    pub fn move_on<F>(
        &self,
        process: u32,
        open: impl Fn() -> Option<&'static F>,
        insert: impl Fn(&'static F) -> Result<&'static AtomicU64, Trouble>,
    ) -> Followed<F> {
        // done if nothing waits and it is not refused; refused = 0, again
        loop {
            // ORDERING: pairs with the fence in `add_slowly`: either what waits is seen here, or
            // whoever added it sees that the cell is not refused, and finds the file that is open.
            fence(Ordering::SeqCst);
            if self.waiting(process) > 0 {
                return self.follow(process, open, insert);
            }
            // ORDERING: relaxed, both, see the fence.
            if self.refused.load(Ordering::Relaxed) == 0 {
                self.detach();
                return Followed::Idle;
            }
            // Whoever adds to it from here on lets it follow.
            self.refused.store(0, Ordering::Relaxed);
        }
    }

    /// Lets the cell wait, and tells whether it had a record. An addition that is under way can
    /// still reach the count it had.
    pub fn detach(&self) -> bool {
        self.attached.set(None);
        self.held.set(None)
    }

    /// Gives up what waits, if it `may` be given up: that is asked once it was looked at, so that
    /// what is added after the answer has become another is not given up.
    // spec[count.off]
    pub fn forget(&self, may: impl Fn() -> bool) {
        // moved = load(moved); added = load(added); done if nothing waits or it may not be
        // CAS moved: moved -> added, again with what won
        loop {
            // ORDERING: what `both` acquires makes `may` see what whoever added it saw before.
            let (moved, added) = self.both();
            if moved == added || !may() || self.moves(moved, added) {
                return;
            }
        }
    }

    /// Lets `n` more wait, as much of it as keeps what waits below 2^64.
    // spec[fmt.count.max]
    fn wait(&self, n: u64) {
        // moved = load(moved); added = load(added)
        // CAS added: added -> added + n, again with what won
        loop {
            let (moved, added) = self.both();
            let room = u64::MAX.wrapping_sub(added.wrapping_sub(moved));
            let sum = added.wrapping_add(n.min(room));
            // ORDERING: releases the owner in `disown` to whoever acquires the sum in `both`.
            let exchanged =
                self.added
                    .compare_exchange(added, sum, Ordering::Release, Ordering::Relaxed);
            if exchanged.is_ok() {
                return;
            }
        }
    }

    /// Moves what waits to `count`. Returns what the count is then.
    // spec[count.add]
    fn flush(&self, count: &AtomicU64) -> u64 {
        // moved = load(moved); added = load(added); done if nothing waits
        // CAS moved: moved -> added, again with what won; add what waited to the count
        loop {
            let (moved, added) = self.both();
            if moved == added {
                // ORDERING: relaxed, as a count orders nothing.
                return count.load(Ordering::Relaxed);
            }
            if self.moves(moved, added) {
                return saturating_add(count, added.wrapping_sub(moved));
            }
        }
    }

    /// Takes what waits, as `both` told it, for this thread alone to see to. Returns whether it
    /// did; if not, another one has.
    fn moves(&self, moved: u64, added: u64) -> bool {
        // ORDERING: releases the sum that was seen to whoever acquires `moved` in `both`, so that
        // it sees no smaller one.
        let exchanged =
            self.moved
                .compare_exchange(moved, added, Ordering::Release, Ordering::Relaxed);
        exchanged.is_ok()
    }

    /// Gives up what waited in the process that `process` was forked off from, which counts it.
    // spec[count.fork]
    fn disown(&self, process: u32) {
        // owner = load(process); done if it is ours
        // moved = load(moved); added = load(added); done if the owner has become ours
        // CAS moved: moved -> added; owner = ours
        // ORDERING: acquires, if the owner is ours, what was given up before, so that nobody takes
        // it for what waits. As nobody adds or flushes before it saw the owner become ours, one
        // that reads a sum of this process in `both` has acquired the owner with it, and the second
        // look says so. One that read the sums of the parent and comes late finds `moved` past what
        // it read, or nothing to give up.
        if self.process.load(Ordering::Acquire) == process {
            return;
        }
        let (moved, added) = self.both();
        // ORDERING: relaxed, as what it has to see was acquired in `both`.
        if self.process.load(Ordering::Relaxed) == process {
            return;
        }
        // If it fails, another thread did the same.
        self.moves(moved, added);
        // ORDERING: releases what was given up to whoever finds that the owner is ours.
        self.process.store(process, Ordering::Release);
    }

    /// What was moved, and what was added up to then or later.
    ///
    /// Both may be past by the time they are used; whoever exchanges `moved` learns it from that.
    fn both(&self) -> (u64, u64) {
        // again until moved is the same before and after added
        // ORDERING: acquire, both, so that they are read in this order; pairs with `wait` and
        // `flush`.
        let mut moved = self.moved.load(Ordering::Acquire);
        loop {
            let added = self.added.load(Ordering::Acquire);
            let again = self.moved.load(Ordering::Acquire);
            if again == moved {
                return (moved, added);
            }
            moved = again;
        }
    }

    /// Whether nothing waits.
    fn is_idle(&self) -> bool {
        let (moved, added) = self.both();
        moved == added
    }

    /// The count in the file while the cell is attached.
    pub fn word(&self) -> Option<&'static AtomicU64> {
        self.attached.get()
    }

    /// What waits for a record in the process that has the number `process`.
    // spec[count.fork]
    pub fn waiting(&self, process: u32) -> u64 {
        // ORDERING: acquires what was given up before the owner became ours: none of that waits.
        if self.process.load(Ordering::Acquire) != process {
            return 0;
        }
        let (moved, added) = self.both();
        added.wrapping_sub(moved)
    }
}

/// Adds `n`, but never past 2^64 - 1. Returns the sum.
// spec[fmt.count.max, count.high]
pub(crate) fn saturating_add(count: &AtomicU64, n: u64) -> u64 {
    // old = load(count); CAS count: old -> min(old + n, 2^64 - 1), again with what won
    // ORDERING: relaxed, as the exchange tells what is there.
    let mut old = count.load(Ordering::Relaxed);
    loop {
        let sum = old.saturating_add(n);
        // ORDERING: relaxed, as a count orders nothing.
        match count.compare_exchange(old, sum, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => return sum,
            Err(newer) => old = newer,
        }
    }
}
