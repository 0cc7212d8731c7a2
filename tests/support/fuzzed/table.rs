//! The table of records in a memory on which a second actor acts, before any access of the first.
//!
//! A friendly second actor is another program that counts: whatever both do is what both readers
//! find in the file afterwards, and no offset has two widths. A hostile one writes anything
//! anywhere: every operation ends in a bounded number of accesses, none touches what was not
//! judged, and a search during which nothing is written finds what the text has it find.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use gotelemetry::counter::table::{Table, Trouble};
use gotelemetry::counter::words::{Reach, Words};
use gotelemetry::format::layout;
use gotelemetry::format::record::bucket;

use super::input::Input;
use crate::memory::{Access, Memory, Watched, header_len, of_one_bucket};

/// How long the memory can become.
const MAX: u32 = 3 * layout::PAGE;

/// What the second actor does, and before which access of the first.
struct Act {
    accesses_before: u32,
    deed: Deed,
}

enum Deed {
    /// Counts, as another program does.
    Add(Vec<u8>, u64),
    /// Makes the file longer by a page.
    Lengthen,
    /// Lets the disk be full, or not.
    Fill(bool),
    /// Overwrites the word at an offset.
    Word(u32, u32),
    /// Overwrites the count at an offset.
    Count(u32, u64),
}

pub(crate) fn check(data: &[u8]) {
    let mut input = Input::new(data);
    let play = Play {
        memory: &Memory::up_to(MAX),
        hostile: input.u8() % 2 == 1,
        acts: RefCell::default(),
        accesses: Cell::new(0),
        bound: Cell::new(0),
        counts: RefCell::default(),
    };
    while !input.is_empty() {
        play.step(&mut input);
    }
    if play.hostile {
        crate::support::agree::agree(&play.memory.bytes());
    } else {
        assert_eq!(play.memory.counts(), play.counts.into_inner());
    }
}

/// The memory, both actors, and what the file has to hold.
struct Play<'m> {
    memory: &'m Memory,
    hostile: bool,
    /// What the second actor is going to do.
    acts: RefCell<VecDeque<Act>>,
    /// The accesses of the operation that is under way, and how many it may make.
    accesses: Cell<u64>,
    bound: Cell<u64>,
    counts: RefCell<BTreeMap<Vec<u8>, u64>>,
}

impl Play<'_> {
    fn step(&self, input: &mut Input<'_>) {
        match input.u8() % 4 {
            0 | 1 => {
                let name = name(input);
                let n = u64::from(input.u8());
                self.insert(&name, n);
            }
            2 => self.find(&name(input)),
            _ => {
                let accesses_before = u32::from(input.u8());
                let deed = self.deed(input);
                self.acts.borrow_mut().push_back(Act {
                    accesses_before,
                    deed,
                });
            }
        }
    }

    fn deed(&self, input: &mut Input<'_>) -> Deed {
        let kinds = if self.hostile { 8 } else { 5 };
        match input.u8() % kinds {
            0..=2 => Deed::Add(name(input), u64::from(input.u8())),
            3 => Deed::Lengthen,
            4 => Deed::Fill(input.u8() % 2 == 1),
            5 | 6 => {
                let off = self.offset(input) & !3;
                Deed::Word(off, self.value(input))
            }
            _ => Deed::Count(self.offset(input) & !7, input.u64()),
        }
    }

    /// Somewhere in the memory, most often where it hurts.
    fn offset(&self, input: &mut Input<'_>) -> u32 {
        let first = layout::records_off(header_len());
        let off = match input.u8() % 4 {
            0 => header_len(),
            1 => layout::heads_off(header_len()) + 4 * (u32::from(input.u16()) % layout::BUCKETS),
            2 => first + 4 * u32::from(input.u8()),
            _ => u32::from(input.u16()),
        };
        off % MAX
    }

    /// A word that can mean something.
    fn value(&self, input: &mut Input<'_>) -> u32 {
        let first = layout::records_off(header_len());
        match input.u8() % 5 {
            0 => first + 32 * u32::from(input.u8()),
            1 => layout::NAME_LEN_TAG | u32::from(input.u16()),
            2 => self.memory.known.load(Ordering::Relaxed) + 32 * u32::from(input.u8()) - 64,
            3 => 0_u32.wrapping_sub(u32::from(input.u8())),
            _ => input.u32(),
        }
    }

    fn insert(&self, name: &[u8], n: u64) {
        let done = self.run(name, |play, watch| match play.hostile {
            false => insert(
                &Watched {
                    memory: play.memory,
                    watch,
                },
                name,
                n,
            ),
            true => insert(
                &Judged {
                    memory: play.memory,
                    watch,
                },
                name,
                n,
            ),
        });
        let in_bounds = (1..=4096).contains(&name.len());
        assert_eq!(done == Err(Trouble::Name), !in_bounds);
        if self.hostile {
            return self.judge(done.err());
        }
        match done {
            Ok(()) => self.count(name, n),
            Err(Trouble::Name) => {}
            Err(Trouble::Full) => assert!(self.is_full_for(name), "there was room"),
            Err(trouble) => panic!("{trouble} in a file that nobody damaged"),
        }
    }

    fn find(&self, name: &[u8]) {
        // A second actor that counts this name can come before the count is read, or after it.
        let before = self.counts.borrow().get(name).copied();
        let expected = naive_find(self.memory, name);
        let waiting = self.acts.borrow().len();
        let found = self.run(name, |play, watch| match play.hostile {
            false => find(
                &Watched {
                    memory: play.memory,
                    watch,
                },
                name,
            ),
            true => find(
                &Judged {
                    memory: play.memory,
                    watch,
                },
                name,
            ),
        });
        if self.acts.borrow().len() == waiting {
            assert_eq!(found, expected);
        }
        if self.hostile {
            return self.judge(found.err());
        }
        let after = self.counts.borrow().get(name).copied();
        match found {
            Ok(count) => assert!(count == before || count == after, "{count:?}"),
            Err(Trouble::Full) => assert!(self.is_full_for(name), "there was room"),
            Err(trouble) => panic!("{trouble} in a file that nobody damaged"),
        }
    }

    /// Trouble has to be told where it is.
    fn judge(&self, trouble: Option<Trouble>) {
        if let Some(Trouble::Corrupt { offset }) = trouble {
            assert!(offset.is_multiple_of(4) && offset < MAX, "{offset:#x}");
        }
    }

    /// Runs one operation of the first actor, and the second actor before its accesses. What the
    /// second actor has not come to then waits for the next operation.
    fn run<T>(&self, name: &[u8], operation: impl FnOnce(&Self, &dyn Fn(Access)) -> T) -> T {
        self.accesses.set(0);
        // Each place of a chain, with the words of its name, and the record of the name itself;
        // once more for each time that the second actor comes between.
        let words = name.len() as u64 / 4 + 1;
        let walk = u64::from(MAX / layout::UNIT + 1) * (words + 2);
        let insertion = u64::from(layout::BUCKETS) + words + 16;
        let rounds = self.acts.borrow().len() as u64 + 1;
        self.bound.set(rounds * (walk + insertion));
        operation(self, &|access| self.watch(access))
    }

    fn watch(&self, _: Access) {
        let accesses = self.accesses.get() + 1;
        self.accesses.set(accesses);
        assert!(accesses <= self.bound.get(), "{accesses} accesses");
        loop {
            let mut acts = self.acts.borrow_mut();
            match acts.front_mut() {
                Some(act) if act.accesses_before > 0 => {
                    act.accesses_before -= 1;
                    return;
                }
                Some(_) => {}
                None => return,
            }
            let act = acts.pop_front();
            drop(acts);
            if let Some(act) = act {
                self.act(act.deed);
            }
        }
    }

    fn act(&self, deed: Deed) {
        let memory = self.memory;
        match deed {
            Deed::Add(name, n) if self.hostile => {
                let quiet = |_| ();
                // What comes of it is for the first actor to cope with.
                let _ = insert(
                    &Judged {
                        memory,
                        watch: quiet,
                    },
                    &name,
                    n,
                );
            }
            Deed::Add(name, n) => match insert(memory, &name, n) {
                Ok(()) => self.count(&name, n),
                Err(Trouble::Full) => assert!(self.is_full_for(&name), "there was room"),
                Err(trouble) => assert_eq!(trouble, Trouble::Name),
            },
            Deed::Lengthen => {
                let len = memory.len.load(Ordering::Relaxed) + layout::PAGE;
                memory.len.fetch_max(len.min(MAX), Ordering::Relaxed);
            }
            Deed::Fill(full) => memory.full.store(full, Ordering::Relaxed),
            Deed::Word(off, value) => memory.word(off).store(value, Ordering::Relaxed),
            Deed::Count(off, value) => {
                memory.counts[off as usize / 8].store(value, Ordering::Relaxed);
            }
        }
    }

    fn count(&self, name: &[u8], n: u64) {
        *self.counts.borrow_mut().entry(name.to_vec()).or_default() += n;
    }

    /// Whether a record for this name, or what is there already, is more than can be had.
    fn is_full_for(&self, name: &[u8]) -> bool {
        let memory = self.memory;
        let limit = memory.word(header_len()).load(Ordering::Relaxed);
        let limit = limit.max(layout::records_off(header_len()));
        let len = (16 + name.len() as u32).next_multiple_of(32);
        let end = match limit / layout::PAGE == (limit + len) / layout::PAGE {
            true => limit + len,
            false => limit.next_multiple_of(layout::PAGE) + len,
        };
        let full = memory.full.load(Ordering::Relaxed) && end > memory.known();
        full || end.next_multiple_of(layout::PAGE) > MAX
    }
}

fn insert(words: &impl Words, name: &[u8], n: u64) -> Result<(), Trouble> {
    let count = Table::new(words, header_len()).insert(name)?;
    count.fetch_add(n, Ordering::Relaxed);
    Ok(())
}

fn find(words: &impl Words, name: &[u8]) -> Result<Option<u64>, Trouble> {
    let count = Table::new(words, header_len()).find(name)?;
    Ok(count.map(|count| count.load(Ordering::Relaxed)))
}

/// What is found in a memory that nobody changes meanwhile: the section *Looking up* of
/// `spec/concurrency.md`, read a second time.
fn naive_find(memory: &Memory, name: &[u8]) -> Result<Option<u64>, Trouble> {
    let word = |off: u32| memory.word(off).load(Ordering::Relaxed);
    let limit = u64::from(word(header_len()));
    let len = u64::from(memory.len.load(Ordering::Relaxed));
    let mut known = u64::from(memory.known());
    let mut offset = layout::heads_off(header_len()) + 4 * bucket(name);
    let mut visits = 0;
    let mut reach = |end: u64, offset: u32| match () {
        () if end > limit || end > len => Err(Trouble::Corrupt { offset }),
        () if end <= known => Ok(known),
        () if memory.full.load(Ordering::Relaxed) => Err(Trouble::Full),
        () => {
            known = len;
            Ok(known)
        }
    };
    loop {
        let pointer = word(offset);
        if pointer == 0 {
            return Ok(None);
        }
        if !pointer.is_multiple_of(32) || pointer < layout::records_off(header_len()) {
            return Err(Trouble::Corrupt { offset });
        }
        let record = u64::from(pointer);
        let known = reach(record + 32, offset)?;
        visits += 1;
        if visits > known / 32 {
            return Err(Trouble::Corrupt { offset });
        }
        offset = pointer + 8;
        let name_len = word(offset) & 0x00ff_ffff;
        let end = (record + 16 + u64::from(name_len)).next_multiple_of(32);
        reach(end, offset)?;
        let bytes = (pointer + 16..)
            .step_by(4)
            .take(name_len.div_ceil(4) as usize);
        let bytes = bytes.flat_map(|off| word(off).to_ne_bytes());
        if bytes.take(name_len as usize).eq(name.iter().copied()) {
            let count = &memory.counts[pointer as usize / 8];
            return Ok(Some(count.load(Ordering::Relaxed)));
        }
        offset = pointer + 12;
    }
}

/// A name: one of few that share a chain, a long one, or any.
fn name(input: &mut Input<'_>) -> Vec<u8> {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    let names = NAMES.get_or_init(|| of_one_bucket().take(8).collect());
    match input.u8() % 4 {
        0 | 1 => names[usize::from(input.u8()) % names.len()]
            .clone()
            .into_bytes(),
        2 => vec![b'x'; usize::from(input.u16() % 4100)],
        _ => {
            let len = usize::from(input.u8() % 80);
            // A name with a newline would be that of a stack, of which a file may have several.
            let bytes = input.bytes(len).iter();
            bytes
                .map(|byte| if *byte == b'\n' { b' ' } else { *byte })
                .collect()
        }
    }
}

/// A memory in which words may have been two things, and nothing is asked for that was not judged.
struct Judged<'m, F> {
    memory: &'m Memory,
    watch: F,
}

impl<F: Fn(Access)> Words for Judged<'_, F> {
    fn w32(&self, off: u32) -> Option<&AtomicU32> {
        (self.watch)(Access::Word(off));
        assert!(off.is_multiple_of(4), "{off:#x} is no multiple of 4");
        assert!(off + 4 <= self.memory.known(), "{off:#x} is outside");
        Some(self.memory.word(off))
    }

    fn w64(&self, off: u32) -> Option<&AtomicU64> {
        (self.watch)(Access::Count(off));
        let first = layout::records_off(header_len());
        assert!(
            off.is_multiple_of(32) && off >= first,
            "{off:#x} is no count"
        );
        assert!(off + 8 <= self.memory.known(), "{off:#x} is outside");
        Some(&self.memory.counts[off as usize / 8])
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
