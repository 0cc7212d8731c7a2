//! A file over a memory that is no file, for tests of its records.

#![allow(dead_code, reason = "each test of records uses a part of this module")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use gotelemetry::counter::table::Table;
use gotelemetry::counter::words::{Reach, Words};
use gotelemetry::format::header::{self, ByteOrder};
use gotelemetry::format::record::bucket;
use gotelemetry::format::{layout, parse};

use crate::support::agree::agree;

/// The greatest length of a usual memory, in bytes.
pub(crate) const MAX: u32 = 64 * layout::PAGE;

/// A memory of words, which counts how often each of those of 8 bytes is looked at, and panics if
/// an offset is asked for with two widths.
pub(crate) struct Memory {
    pub(crate) words: Vec<AtomicU32>,
    pub(crate) counts: Vec<AtomicU64>,
    pub(crate) looks: Vec<AtomicU32>,
    /// For each 4 bytes the width with which they were asked for; 0 if they never were.
    pub(crate) widths: Vec<AtomicU32>,
    pub(crate) known: AtomicU32,
    /// How long the file is; others may have made it longer than what is known.
    pub(crate) len: AtomicU32,
    pub(crate) full: AtomicBool,
    /// How long the file can become, in bytes.
    pub(crate) max: u32,
}

impl Memory {
    /// A new file.
    pub(crate) fn new() -> Memory {
        Memory::up_to(MAX)
    }

    /// A new file that does not become longer than `max` bytes, whole pages.
    pub(crate) fn up_to(max: u32) -> Memory {
        let cells = |len: u32| 0..max / len;
        let memory = Memory {
            words: cells(4).map(|_| AtomicU32::new(0)).collect(),
            counts: cells(8).map(|_| AtomicU64::new(0)).collect(),
            looks: cells(8).map(|_| AtomicU32::new(0)).collect(),
            widths: cells(4).map(|_| AtomicU32::new(0)).collect(),
            known: AtomicU32::new(layout::PAGE),
            len: AtomicU32::new(layout::PAGE),
            full: AtomicBool::new(false),
            max,
        };
        for (word, bytes) in memory.words.iter().zip(head().chunks(4)) {
            let mut whole = [0; 4];
            whole[..bytes.len()].copy_from_slice(bytes);
            word.store(u32::from_ne_bytes(whole), Ordering::Relaxed);
        }
        memory
    }

    pub(crate) fn table(&self) -> Table<'_, Memory> {
        Table::new(self, header_len())
    }

    /// The file that the memory stands for.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let words = self.words.iter();
        let mut bytes: Vec<u8> = words
            .flat_map(|word| word.load(Ordering::Relaxed).to_ne_bytes())
            .collect();
        for (at, count) in self.counts.iter().enumerate() {
            let count = count.load(Ordering::Relaxed);
            if count != 0 {
                bytes[8 * at..8 * at + 8].copy_from_slice(&count.to_ne_bytes());
            }
        }
        bytes.truncate(self.len.load(Ordering::Relaxed) as usize);
        bytes
    }

    /// The counts of the file, which both readers take without a note.
    pub(crate) fn counts(&self) -> BTreeMap<Vec<u8>, u64> {
        let bytes = self.bytes();
        assert!(agree(&bytes));
        let file = parse(&bytes).expect("the file is sound");
        assert_eq!(file.notes.total(), 0);
        let counts = file.counts().into_iter();
        counts
            .map(|(name, count)| (name.into_owned(), count))
            .collect()
    }

    /// Notes that 4 bytes were asked for with this width.
    fn mark_width(&self, off: u32, width: u32) {
        let before = self.widths[off as usize / 4].swap(width, Ordering::Relaxed);
        assert!(before == 0 || before == width, "{off:#x} has two widths");
    }

    pub(crate) fn word(&self, off: u32) -> &AtomicU32 {
        &self.words[off as usize / 4]
    }
}

impl Words for Memory {
    fn w32(&self, off: u32) -> Option<&AtomicU32> {
        let inside = off.is_multiple_of(4) && off.checked_add(4)? <= self.known();
        inside.then(|| {
            self.mark_width(off, 4);
            self.word(off)
        })
    }

    fn w64(&self, off: u32) -> Option<&AtomicU64> {
        let inside = off.is_multiple_of(8) && off.checked_add(8)? <= self.known();
        inside.then(|| {
            self.mark_width(off, 8);
            self.mark_width(off + 4, 8);
            self.looks[off as usize / 8].fetch_add(1, Ordering::Relaxed);
            &self.counts[off as usize / 8]
        })
    }

    fn see(&self, end: u32) -> Reach {
        let len = self.len.load(Ordering::Acquire);
        if end > len {
            return Reach::Short;
        }
        if end > self.known() && self.full.load(Ordering::Relaxed) {
            return Reach::NoRoom;
        }
        self.known.fetch_max(len, Ordering::Release);
        Reach::There
    }

    fn grow(&self, end: u32) -> bool {
        let end = layout::round_up(end, layout::PAGE).expect("it fits");
        if end > self.max || (end > self.known() && self.full.load(Ordering::Relaxed)) {
            return false;
        }
        self.len.fetch_max(end, Ordering::Release);
        self.known.fetch_max(end, Ordering::Release);
        true
    }

    fn known(&self) -> u32 {
        self.known.load(Ordering::Acquire)
    }
}

/// What a program is about to do with a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// It asks for the word of 4 bytes at this offset.
    Word(u32),
    /// It asks for the word of 8 bytes at this offset.
    Count(u32),
    /// It wants the file to reach this end.
    Grow(u32),
}

/// A memory as one program sees it, whose accesses are watched: `watch` is called before each, when
/// all that the program stored before is there.
pub(crate) struct Watched<'m, F> {
    pub(crate) memory: &'m Memory,
    pub(crate) watch: F,
}

impl<F: Fn(Access)> Words for Watched<'_, F> {
    fn w32(&self, off: u32) -> Option<&AtomicU32> {
        (self.watch)(Access::Word(off));
        self.memory.w32(off)
    }

    fn w64(&self, off: u32) -> Option<&AtomicU64> {
        (self.watch)(Access::Count(off));
        self.memory.w64(off)
    }

    fn see(&self, end: u32) -> Reach {
        self.memory.see(end)
    }

    fn grow(&self, end: u32) -> bool {
        (self.watch)(Access::Grow(end));
        self.memory.grow(end)
    }

    fn known(&self) -> u32 {
        self.memory.known()
    }
}

pub(crate) fn head() -> Vec<u8> {
    let order = if cfg!(target_endian = "big") {
        ByteOrder::Big
    } else {
        ByteOrder::Little
    };
    let meta = "TimeBegin: 2026-11-21T00:00:00Z\nTimeEnd: 2026-11-25T00:00:00Z\n\
                Program: a/b\nVersion: v1\nGoVersion: devel\nGOOS: linux\nGOARCH: amd64\n\n";
    header::encode(meta.as_bytes(), order).expect("it is short")
}

pub(crate) fn header_len() -> u32 {
    u32::try_from(head().len()).expect("it is short")
}

pub(crate) fn add(memory: &Memory, name: &[u8], n: u64) {
    let count = memory.table().insert(name).expect("there is room");
    count.fetch_add(n, Ordering::Relaxed);
}

/// Names of one bucket.
pub(crate) fn of_one_bucket() -> impl Iterator<Item = String> {
    let names = (0..).map(|number| format!("n{number}"));
    names.filter(|name| bucket(name.as_bytes()) == bucket(b"n0"))
}
