//! A counter file in the model checker's memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use gotelemetry::counter::table::Table;
use gotelemetry::counter::words::{AtomicU32, AtomicU64, Ordering, Reach, Words};
use gotelemetry::format::header::{self, ByteOrder};
use gotelemetry::format::record::bucket;
use gotelemetry::format::{layout, parse};
use loom::thread;

/// Two names of one bucket, with two words each.
pub(crate) const TWINS: [&str; 2] = ["twin13", "twin36"];

/// A name of another bucket.
pub(crate) const OTHER: &str = "other1";

/// The words of a file that a model can touch. All others are zero.
pub(crate) struct Memory {
    words: BTreeMap<u32, AtomicU32>,
    counts: BTreeMap<u32, AtomicU64>,
    /// Where the first record of the model goes.
    first: u32,
    /// How long the file is, in bytes, which the system knows.
    len: AtomicU32,
}

impl Memory {
    /// A file whose limit says that the next record goes to `first`, for the records of a few
    /// threads with these names.
    pub(crate) fn with_limit(first: u32, names: &[&str]) -> Memory {
        let heads = layout::heads_off(header_len());
        let head = |name: &&str| heads + 4 * bucket(name.as_bytes());
        let mut offsets: Vec<u32> = names.iter().map(head).collect();
        let mut counts = BTreeMap::new();
        for record in (first..first + 8 * layout::UNIT).step_by(layout::UNIT as usize) {
            offsets.extend((record + 8..record + layout::UNIT).step_by(4));
            counts.insert(record, AtomicU64::new(0));
        }
        let words = offsets.into_iter().map(|off| (off, AtomicU32::new(0)));
        let mut words: BTreeMap<u32, AtomicU32> = words.collect();
        words.insert(header_len(), AtomicU32::new(first));
        Memory {
            words,
            counts,
            first,
            len: AtomicU32::new(layout::PAGE),
        }
    }

    /// A file with a record before those of the model, so that its limit is set.
    pub(crate) fn new(names: &[&str]) -> Memory {
        Memory::with_limit(layout::records_off(header_len()) + layout::UNIT, names)
    }

    /// A file without a record, whose limit is 0.
    pub(crate) fn empty(names: &[&str]) -> Memory {
        let mut memory = Memory::with_limit(layout::records_off(header_len()), names);
        memory.words.insert(header_len(), AtomicU32::new(0));
        let heads = layout::heads_off(header_len());
        for head in (heads..heads + layout::TABLE_LEN).step_by(4) {
            memory.words.entry(head).or_default();
        }
        memory
    }

    /// The file as a reader gets it: the table, the records, last the limit, and then the rest of
    /// the file, if the limit is past what was read.
    ///
    /// The system hands out what is stored as a load would that acquires. A reader copies all words
    /// and looks at those that a chain leads to; here the others are not copied.
    pub(crate) fn read(&self) -> Vec<u8> {
        let limit_off = header_len();
        let mut bytes = head();
        let len = self.len.load(Ordering::Acquire);
        bytes.resize(len as usize, 0);
        let records = layout::records_off(limit_off);
        let heads: Vec<u32> = self
            .words
            .range(limit_off + 4..records)
            .map(|(off, _)| *off)
            .collect();
        for head in &heads {
            self.copy(*head, &mut bytes);
        }
        let mut ends: Vec<u32> = heads
            .iter()
            .map(|head| self.follow(*head, &mut bytes))
            .collect();
        let limit = self.copy(limit_off, &mut bytes);
        if limit > len {
            bytes.resize(self.len.load(Ordering::Acquire) as usize, 0);
            ends.iter_mut()
                .for_each(|end| *end = self.follow(*end, &mut bytes));
        }
        bytes
    }

    /// Copies the records of a chain from the pointer at `from` on, up to the end of what is read.
    /// Returns the offset of the last pointer.
    fn follow(&self, mut from: u32, bytes: &mut [u8]) -> u32 {
        loop {
            let pointer = word_at(bytes, from);
            if pointer == 0 || pointer as usize >= bytes.len() {
                return from;
            }
            for off in (pointer + layout::NAME_LEN_OFF..pointer + layout::UNIT).step_by(4) {
                self.copy(off, bytes);
            }
            let count = self.counts[&pointer].load(Ordering::Acquire);
            bytes[pointer as usize..][..8].copy_from_slice(&count.to_ne_bytes());
            from = pointer + layout::NEXT_OFF;
        }
    }

    /// Copies a word. Returns it.
    fn copy(&self, off: u32, bytes: &mut [u8]) -> u32 {
        let word = self.words[&off].load(Ordering::Acquire);
        bytes[off as usize..][..4].copy_from_slice(&word.to_ne_bytes());
        word
    }

    /// The counts of the file: it is sound, every record that was reserved is reached from a head
    /// or marked dead, and no name is there twice. `left` records may be neither, as whoever
    /// reserved them is gone.
    pub(crate) fn counts(&self, left: usize) -> BTreeMap<String, u64> {
        let bytes = self.read();
        let file = parse(&bytes).expect("the file is sound");
        assert_eq!(file.notes.total(), 0, "nothing is odd about it");
        let reached: Vec<u32> = file.records().map(|record| record.offset).collect();
        let mut unreached = 0;
        for record in (self.first..file.limit).step_by(layout::UNIT as usize) {
            let next = self.words[&(record + layout::NEXT_OFF)].load(Ordering::Relaxed);
            let hole = layout::touches_page_end(record, record + layout::UNIT);
            if !hole && !reached.contains(&record) && next != layout::DEAD {
                unreached += 1;
            }
        }
        assert!(unreached <= left, "a record is lost");
        let records = file.records();
        let counts = records.map(|record| {
            let name = String::from_utf8(record.name.to_vec()).expect("a name of the model");
            (name, record.count)
        });
        counts.collect()
    }
}

/// One program that has the file mapped.
pub(crate) struct Process {
    pub(crate) memory: Arc<Memory>,
    /// How far it knows the file to reach, in bytes.
    known: AtomicU32,
}

impl Process {
    pub(crate) fn of(memory: &Arc<Memory>) -> Arc<Process> {
        Arc::new(Process::alone(memory))
    }

    pub(crate) fn alone(memory: &Arc<Memory>) -> Process {
        let known = AtomicU32::new(layout::PAGE);
        let memory = memory.clone();
        Process { memory, known }
    }

    pub(crate) fn table(&self) -> Table<'_, Process> {
        Table::new(self, header_len())
    }

    /// Adds `n` to the record of `name`, which it inserts.
    pub(crate) fn add(&self, name: &str, n: u64) {
        let count = self.table().insert(name.as_bytes());
        let count = count.expect("there is room, and nothing is damaged");
        count.fetch_add(n, Ordering::Relaxed);
    }
}

/// Each of `names` is added to by a thread of its own, with another number, in the process that
/// `process` gives it. All must be there in the end.
pub(crate) fn add_all(
    memory: &Memory,
    names: &'static [&'static str],
    process: impl Fn() -> Arc<Process>,
) {
    let add = |at: usize| {
        let process = process();
        move || process.add(names[at], 1 << at)
    };
    let threads: Vec<_> = (1..names.len()).map(|at| thread::spawn(add(at))).collect();
    add(0)();
    for thread in threads {
        thread.join().expect("it ends");
    }
    let counts = memory.counts(0);
    for name in names {
        let all = (0..names.len()).filter(|at| names[*at] == *name);
        let sum = all.map(|at| 1 << at).sum::<u64>();
        assert_eq!(counts.get(*name), Some(&sum), "{name}");
    }
}

impl Words for Process {
    fn w32(&self, off: u32) -> Option<&AtomicU32> {
        let inside = off.is_multiple_of(4) && off + 4 <= self.known();
        let word = || self.memory.words.get(&off).expect("a word of the model");
        inside.then(word)
    }

    fn w64(&self, off: u32) -> Option<&AtomicU64> {
        let inside = off.is_multiple_of(8) && off + 8 <= self.known();
        let count = || self.memory.counts.get(&off).expect("a count of the model");
        inside.then(count)
    }

    fn see(&self, end: u32) -> Reach {
        let len = self.memory.len.load(Ordering::Acquire);
        self.known.fetch_max(len, Ordering::Release);
        match end <= len {
            true => Reach::There,
            false => Reach::Short,
        }
    }

    fn grow(&self, end: u32) -> bool {
        if end > self.known() {
            let end = layout::round_up(end, layout::PAGE).expect("it fits");
            let len = self.memory.len.fetch_max(end, Ordering::AcqRel).max(end);
            self.known.fetch_max(len, Ordering::Release);
        }
        true
    }

    fn known(&self) -> u32 {
        self.known.load(Ordering::Acquire)
    }
}

/// A program that stops for ever: it makes `left` accesses and no more, and does not exchange a
/// head.
pub(crate) struct Dying<'p> {
    process: &'p Process,
    left: std::cell::Cell<u32>,
    /// What the program takes for the head of its chain.
    head: AtomicU32,
    /// The place of the head, 0 if it is exchanged.
    head_off: u32,
}

impl<'p> Dying<'p> {
    /// A program that makes `left` accesses. `never_links` if it stops before it exchanges the head
    /// of the chain of `name`, at the latest.
    pub(crate) fn of(process: &'p Process, left: u32, name: &str, never_links: bool) -> Self {
        let head_off = layout::heads_off(header_len()) + 4 * bucket(name.as_bytes());
        Dying {
            process,
            left: std::cell::Cell::new(left),
            head: AtomicU32::new(0),
            head_off: if never_links { head_off } else { 0 },
        }
    }

    fn lives(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }
}

impl Words for Dying<'_> {
    fn w32(&self, off: u32) -> Option<&AtomicU32> {
        let word = self.lives().then(|| self.process.w32(off)).flatten()?;
        if off != self.head_off {
            return Some(word);
        }
        self.head
            .store(word.load(Ordering::Acquire), Ordering::Relaxed);
        Some(&self.head)
    }

    fn w64(&self, off: u32) -> Option<&AtomicU64> {
        self.lives().then(|| self.process.w64(off)).flatten()
    }

    fn see(&self, end: u32) -> Reach {
        match self.lives() {
            true => self.process.see(end),
            false => Reach::Short,
        }
    }

    fn grow(&self, end: u32) -> bool {
        // It stops before the file has grown, or right afterwards.
        self.lives() && self.process.grow(end) && self.lives()
    }

    fn known(&self) -> u32 {
        self.process.known()
    }
}

fn word_at(bytes: &[u8], off: u32) -> u32 {
    let word = bytes[off as usize..].first_chunk().expect("a whole word");
    u32::from_ne_bytes(*word)
}

fn head() -> Vec<u8> {
    let order = match cfg!(target_endian = "big") {
        true => ByteOrder::Big,
        false => ByteOrder::Little,
    };
    let meta = "TimeBegin: 2026-11-21T00:00:00Z\nTimeEnd: 2026-11-25T00:00:00Z\n\
                Program: a/b\nVersion: v1\nGoVersion: devel\nGOOS: linux\nGOARCH: amd64\n\n";
    header::encode(meta.as_bytes(), order).expect("it is short")
}

pub(crate) fn header_len() -> u32 {
    // Worked out once, as executions are many.
    static LEN: std::sync::OnceLock<u32> = std::sync::OnceLock::new();
    *LEN.get_or_init(|| u32::try_from(head().len()).expect("it is short"))
}

#[test]
fn names_of_the_models_share_a_bucket_or_not() {
    let [one, two] = TWINS.map(|name| bucket(name.as_bytes()));
    assert_eq!(one, two);
    assert_ne!(one, bucket(OTHER.as_bytes()));
}
