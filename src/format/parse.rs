//! The bounded, borrowing reader of counter files.
//!
//! Implements the section *Reading* of `spec/counter-file.md`, its clauses in the order in which
//! they stand there. It sees the bytes of one file, all of them hostile: it makes no assumption,
//! visits no record twice, and allocates in proportion to what it visits. Where the bytes come
//! from, and whether another process is writing them meanwhile, is not known here.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::error::{FormatError, Notes};
use super::header::{self, ByteOrder, Meta};
use super::layout::index;
use super::rule::Rule;
use super::{layout, stack, unique};

/// What a counter file says. Names and metadata borrow from the file's bytes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct File<'a> {
    bytes: &'a [u8],
    found: Vec<Found>,
    /// The byte order of the file's words.
    pub order: ByteOrder,
    /// The header length H, in bytes.
    pub header_len: u32,
    /// The limit as it stands in the file: end of the allocated records, 0 in a new file.
    pub limit: u32,
    /// Who counted, and for which span.
    pub meta: Meta<'a>,
    /// What is odd about the file.
    pub notes: Notes,
    /// How many records were visited, those without a name included.
    pub visited: u32,
}

/// One counter of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The name as it stands in the file; that of a stack counter is not decoded.
    pub name: &'a [u8],
    /// How often it was counted.
    pub count: u64,
    /// Offset of the record in the file, in bytes.
    pub offset: u32,
}

/// A record of a file that was read, in as few bytes as serve: the list of them grows with the
/// file, and what else is asked of a record stands in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) offset: u32,
    /// Equal for equal names.
    pub(super) print: u32,
}

impl<'a> File<'a> {
    /// The records in the order of the walk over the chains, those without a name left out.
    pub fn records(&self) -> impl ExactSizeIterator<Item = Record<'a>> + use<'a, '_> {
        let (bytes, order) = (self.bytes, self.order);
        self.found
            .iter()
            .map(move |found| record_at(bytes, found.offset, order))
    }

    /// The counts by decoded name, sorted; spellings of one stack are summed.
    ///
    /// Names of stacks stay as they stand in the file once their decoded forms would together
    /// take more than a mebibyte and four times the file's size.
    pub fn counts(&self) -> BTreeMap<Cow<'a, [u8]>, u64> {
        let mut counts = BTreeMap::new();
        // spec[stack.bound.file]
        let mut room = self.bytes.len().saturating_mul(4).saturating_add(1 << 20);
        for record in self.records() {
            let mut name = stack::decode(record.name);
            if let Cow::Owned(decoded) = &name {
                match room.checked_sub(decoded.len()) {
                    Some(left) => room = left,
                    None => name = Cow::Borrowed(record.name),
                }
            }
            let count: &mut u64 = counts.entry(name).or_default();
            // spec[fmt.stack.sum]
            *count = count.saturating_add(record.count);
        }
        counts
    }
}

/// Reads a counter file from its bytes.
///
/// # Errors
///
/// The first broken clause of `spec/counter-file.md`, and where it is broken.
///
/// # Examples
///
/// ```
/// use gotelemetry::format::{header, parse};
///
/// let text = "TimeBegin: 2026-11-18T00:00:00Z\nProgram: cmd/go\n\n";
/// let mut bytes = header::encode(text.as_bytes(), header::ByteOrder::Little).unwrap();
/// bytes.resize(16384, 0);
/// let file = parse(&bytes).unwrap();
/// assert_eq!(file.meta.get("Program"), Some(&b"cmd/go"[..]));
/// assert_eq!(file.records().len(), 0);
///
/// bytes[0] = b'!';
/// let error = parse(&bytes).unwrap_err();
/// assert_eq!((error.offset, error.clause()), (0, "fmt.header.magic"));
/// ```
pub fn parse(bytes: &[u8]) -> Result<File<'_>, FormatError> {
    let (header_len, order) = header::decode_len(bytes)?;
    match order {
        ByteOrder::Little => read::<LittleWords>(bytes, header_len, order),
        ByteOrder::Big => read::<BigWords>(bytes, header_len, order),
    }
}

/// Reads the file once its byte order is known.
fn read<W: Words>(
    bytes: &[u8],
    header_len: u32,
    order: ByteOrder,
) -> Result<File<'_>, FormatError> {
    let mut notes = Notes::default();
    let meta = header::decode_meta(bytes, header_len, order, &mut notes)?;
    let limit = header::word(bytes, header_len, order);
    note_limit(limit, header_len, bytes.len(), &mut notes);
    let first = layout::records_off(header_len);
    let end = if limit == 0 { first } else { limit };
    // Past the file's end no record is reached, whatever the limit says.
    let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let backed = size.min(end).saturating_sub(first).div_ceil(layout::UNIT);
    // A bit for every slot; those of a page fit on the stack.
    let (mut small, mut large) = ([0; 8], Vec::new());
    let words = index(backed.div_ceil(64));
    let taken = match small.get_mut(..words) {
        Some(taken) => taken,
        None => {
            large.reserve_exact(words);
            large.resize(words, 0);
            &mut large[..]
        }
    };
    let mut walk = Walk {
        bytes,
        first,
        end,
        // spec[fmt.visits]
        slots: end.saturating_sub(first) / layout::UNIT,
        taken,
        // A name of 17 to 48 bytes takes two slots. One page seldom holds many.
        found: Vec::with_capacity(index(if words <= 8 { 64 } else { backed / 2 })),
        visited: 0,
        notes,
    };
    walk.all_chains::<W>(layout::heads_off(header_len))?;
    let name_of = |found: &Found| record_at(bytes, found.offset, order).name;
    if let Some(second) = unique::first_repeated(&walk.found, name_of) {
        return Err(walk.error(
            second.offset.wrapping_add(layout::NAME_OFF),
            // spec[fmt.name.unique]
            Rule::NameUnique,
        ));
    }
    Ok(File {
        bytes,
        found: walk.found,
        order,
        header_len,
        limit,
        meta,
        notes: walk.notes,
        visited: walk.visited,
    })
}

/// The record at `offset`, which was visited and found whole.
fn record_at(bytes: &[u8], offset: u32, order: ByteOrder) -> Record<'_> {
    let record = bytes.get(index(offset)..).unwrap_or_default();
    let (fixed, rest) = record.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
    let [count @ .., a, b, c, d, _, _, _, _] = *fixed;
    let name_len = order.u32([a, b, c, d]) & layout::NAME_LEN_MASK;
    Record {
        name: rest.get(..index(name_len)).unwrap_or_default(),
        count: order.u64(count),
        offset,
    }
}

/// Whether any byte is not 0; sixteen bytes at a time, which compiles to vector instructions.
#[inline(always)]
fn any_bit(group: &[u8; 64]) -> bool {
    let (parts, _) = group.as_chunks::<16>();
    let mut any = [0; 16];
    for part in parts {
        any.iter_mut()
            .zip(part)
            .for_each(|(any, byte)| *any |= byte);
    }
    any != [0; 16]
}

/// How the words of a record are put together, so that the walk is compiled once for each order.
trait Words {
    fn u32(bytes: [u8; 4]) -> u32;

    /// Name length word and next pointer.
    fn fields(record: &[u8; 16]) -> (u32, u32);
}

struct LittleWords;
struct BigWords;

impl Words for LittleWords {
    #[inline(always)]
    fn u32(bytes: [u8; 4]) -> u32 {
        u32::from_le_bytes(bytes)
    }

    #[inline(always)]
    fn fields(record: &[u8; 16]) -> (u32, u32) {
        let [.., a, b, c, d, e, f, g, h] = *record;
        (
            u32::from_le_bytes([a, b, c, d]),
            u32::from_le_bytes([e, f, g, h]),
        )
    }
}

impl Words for BigWords {
    fn u32(bytes: [u8; 4]) -> u32 {
        u32::from_be_bytes(bytes)
    }

    fn fields(record: &[u8; 16]) -> (u32, u32) {
        let (len_word, next) = LittleWords::fields(record);
        (len_word.swap_bytes(), next.swap_bytes())
    }
}

fn note_limit(limit: u32, header_len: u32, size: usize, notes: &mut Notes) {
    let first = layout::records_off(header_len);
    let offset = u64::from(header_len);
    if !limit.is_multiple_of(layout::UNIT) {
        // spec[fmt.note.limit.round]
        notes.push(offset, Rule::NoteLimitRound { limit });
    }
    if limit != 0 && limit < first {
        // spec[fmt.note.limit.low]
        notes.push(offset, Rule::NoteLimitLow { limit, first });
    }
    if index(limit) > size {
        // spec[fmt.note.limit.inside]
        notes.push(offset, Rule::NoteLimitInside { limit, size });
    }
}

/// The walk over all chains.
struct Walk<'a, 'w> {
    bytes: &'a [u8],
    /// R, the least offset of a record.
    first: u32,
    /// E, the end of the space in which records may lie.
    end: u32,
    /// How many records of the least size fit between `first` and `end`.
    slots: u32,
    /// A bit for every slot that the file backs: whether a visited record lies there.
    taken: &'w mut [u64],
    found: Vec<Found>,
    visited: u32,
    notes: Notes,
}

impl<'a> Walk<'a, '_> {
    #[inline(always)]
    fn all_chains<W: Words>(&mut self, heads_off: u32) -> Result<(), FormatError> {
        let table = self.bytes.get(index(heads_off)..).unwrap_or_default();
        let (groups, _) = table.as_chunks::<64>();
        let mut group_off = heads_off;
        // Most chains of most files are empty: sixteen heads are tested at once, then two.
        for group in groups.iter().take(index(layout::TABLE_LEN / 64)) {
            let (pairs, _) = group.as_chunks::<8>();
            if any_bit(group) {
                let mut off = group_off;
                for pair in pairs {
                    if u64::from_ne_bytes(*pair) != 0 {
                        self.two_chains::<W>(*pair, off)?;
                    }
                    off = off.wrapping_add(8);
                }
            }
            group_off = group_off.wrapping_add(64);
        }
        Ok(())
    }

    /// Walks the chains of the two heads at `off`, at least one of which is not empty.
    #[inline(never)]
    fn two_chains<W: Words>(&mut self, pair: [u8; 8], off: u32) -> Result<(), FormatError> {
        let [a, b, c, d, second @ ..] = pair;
        let mut pointer = W::u32([a, b, c, d]);
        let mut from = off;
        let mut ahead = Some((W::u32(second), off.wrapping_add(4)));
        loop {
            while pointer != 0 {
                let next = match self.usual::<W>(pointer) {
                    Some(next) => next,
                    None => self.unusual::<W>(pointer, from)?,
                };
                from = pointer.wrapping_add(layout::NEXT_OFF);
                pointer = next;
            }
            match ahead.take() {
                Some(head) => (pointer, from) = head,
                None => return Ok(()),
            }
        }
    }

    /// Keeps the record at `pointer` and returns its next pointer, if no clause has anything to
    /// say about it and its slots have their bits in one word. Else nothing is changed.
    #[inline(always)]
    fn usual<W: Words>(&mut self, pointer: u32) -> Option<u32> {
        // The slot number; a pointer that is no multiple of 32 leaves its low bits at the top, and
        // one below `first` wraps around, so both come out far above the number of slots.
        let slot = pointer.wrapping_sub(self.first).rotate_right(5);
        let record = self.bytes.get(index(pointer)..)?;
        let (len_word, next) = W::fields(record.first_chunk()?);
        // The file is shorter than 2^27 and the name than 2^24: no sum wraps.
        let name_len = len_word & layout::NAME_LEN_MASK;
        let name_end = name_len.wrapping_add(layout::NAME_OFF);
        let slots = name_end.wrapping_add(layout::UNIT - 1) / layout::UNIT;
        let end = pointer.wrapping_add(slots.wrapping_mul(layout::UNIT));
        let name = record.get(index(layout::NAME_OFF)..index(name_end))?;
        let within = slot % 64;
        // A name of more than 4096 bytes takes more than 64 slots.
        let usual = slot < self.slots
            && len_word & layout::NAME_LEN_TAG == layout::NAME_LEN_TAG
            && name_len != 0
            && !layout::touches_page_end(pointer, end)
            && end <= self.end
            && within.wrapping_add(slots) < 64;
        let taken = self.taken.get_mut(index(slot / 64))?;
        let mask = (1_u64.wrapping_shl(slots).wrapping_sub(1)).wrapping_shl(within);
        if !usual || *taken & mask != 0 {
            return None;
        }
        *taken |= mask;
        self.visited = self.visited.wrapping_add(1);
        self.keep(pointer, name);
        Some(next)
    }

    #[inline(always)]
    fn keep(&mut self, offset: u32, name: &[u8]) {
        let print = unique::fingerprint(name);
        self.found.push(Found { offset, print });
    }

    /// Applies the clauses to the record at `pointer`, which was read at `from`, one by one; keeps
    /// the record, if it has a name, and returns its next pointer.
    #[cold]
    fn unusual<W: Words>(&mut self, pointer: u32, from: u32) -> Result<u32, FormatError> {
        let slot = pointer.wrapping_sub(self.first).rotate_right(5);
        let fixed = self
            .bytes
            .get(index(pointer)..)
            .and_then(<[u8]>::first_chunk);
        let (len_word, next) = match fixed {
            Some(fixed) if slot < self.slots && self.take(slot) => W::fields(fixed),
            _ => return Err(self.unreachable(pointer, from)),
        };
        self.visited = self.visited.wrapping_add(1);
        let name_len = len_word & layout::NAME_LEN_MASK;
        let name_off = pointer.wrapping_add(layout::NAME_OFF);
        let name_end = name_off.wrapping_add(name_len);
        let end = name_end.wrapping_add(layout::UNIT - 1) & !(layout::UNIT - 1);
        self.note_record(pointer, len_word, end);
        // spec[fmt.name.empty]
        if name_len == 0 {
            return Ok(next);
        }
        let name = match self.bytes.get(index(name_off)..index(name_end)) {
            Some(name) if end <= self.end => name,
            _ => return Err(self.cut_off(pointer, name_len, end)),
        };
        let last = end.wrapping_sub(self.first) / layout::UNIT;
        if !(slot.wrapping_add(1)..last).all(|slot| self.take(slot)) {
            let offset = pointer.wrapping_add(layout::NAME_LEN_OFF);
            // spec[fmt.record.overlap]
            return Err(self.error(offset, Rule::RecordOverlap));
        }
        self.keep(pointer, name);
        Ok(next)
    }

    /// Marks a slot as taken; not if it was taken before.
    fn take(&mut self, slot: u32) -> bool {
        // The shift counts modulo 64.
        let bit = 1_u64.wrapping_shl(slot);
        let taken = self.taken.get_mut(index(slot / 64));
        taken.is_some_and(|taken| {
            let free = *taken & bit == 0;
            *taken |= bit;
            free
        })
    }

    /// Which clause keeps the record at `pointer` from being visited.
    #[cold]
    fn unreachable(&self, pointer: u32, from: u32) -> FormatError {
        let size = self.bytes.len();
        let (first, limit) = (self.first, self.end);
        let rule = if pointer == layout::DEAD {
            // spec[fmt.chain.dead]
            Rule::ChainDead
        } else if !pointer.is_multiple_of(layout::UNIT) {
            // spec[fmt.record.align]
            Rule::RecordAlign { pointer }
        } else if pointer < first {
            // spec[fmt.record.first]
            Rule::RecordFirst { pointer, first }
        } else if u64::from(pointer).wrapping_add(32) > u64::from(limit) {
            // spec[fmt.record.limit]
            Rule::RecordLimit { pointer, limit }
        } else if u64::from(pointer).wrapping_add(16) > u64::try_from(size).unwrap_or(u64::MAX) {
            // spec[fmt.record.inside]
            Rule::RecordInside { pointer, size }
        } else {
            // spec[fmt.chain.once]
            Rule::ChainOnce { pointer }
        };
        self.error(from, rule)
    }

    #[cold]
    fn note_record(&mut self, offset: u32, len_word: u32, end: u32) {
        let word_off = u64::from(offset).wrapping_add(u64::from(layout::NAME_LEN_OFF));
        let name_len = len_word & layout::NAME_LEN_MASK;
        if len_word & layout::NAME_LEN_TAG != layout::NAME_LEN_TAG {
            self.notes
                // spec[fmt.note.record.tag]
                .push(word_off, Rule::NoteRecordTag { word: len_word });
        }
        if name_len == 0 {
            // spec[fmt.note.name.empty]
            self.notes.push(word_off, Rule::NoteNameEmpty);
            return;
        }
        if name_len > layout::MAX_NAME_LEN {
            // spec[fmt.note.name.max]
            self.notes.push(word_off, Rule::NoteNameMax { name_len });
        }
        if layout::touches_page_end(offset, end) {
            // spec[fmt.note.place.page]
            self.notes.push(u64::from(offset), Rule::NotePlacePage);
        }
    }

    /// Which end the name of the record at `offset` overruns.
    #[cold]
    fn cut_off(&self, offset: u32, name_len: u32, end: u32) -> FormatError {
        let (limit, size) = (self.end, self.bytes.len());
        let rule = if end > limit {
            // spec[fmt.record.end-limit]
            Rule::RecordEndLimit { name_len, limit }
        } else {
            // spec[fmt.record.end-inside]
            Rule::RecordEndInside { name_len, size }
        };
        self.error(offset.wrapping_add(layout::NAME_LEN_OFF), rule)
    }

    fn error(&self, offset: u32, rule: Rule) -> FormatError {
        FormatError {
            offset: u64::from(offset),
            rule,
            visited: self.visited,
        }
    }
}

#[cfg(test)]
mod tests;
