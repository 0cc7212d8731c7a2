//! Every byte of a counter file, explained: for people, and for files that are damaged.
//!
//! Follows the sections *Layout* and *Reading* of `spec/counter-file.md`. The verdict is that of
//! [`parse()`]; where it rejects a file, the survey goes on behind the damage as far as offsets
//! can be trusted. How a survey is drawn is not known here.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::error::{FormatError, Notes};
use super::header::{self, ByteOrder, cut_key};
use super::layout::{self, index};
use super::parse::parse;
use super::record::bucket;
use super::rule::Rule;

/// Bytes of a file that belong together, and what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field<'a> {
    /// Offset of the first byte in the file, in bytes.
    pub offset: u32,
    /// The bytes; never none.
    pub bytes: &'a [u8],
    /// What they are.
    pub part: Part<'a>,
}

/// What the bytes of a [`Field`] are. Pointers and limits are offsets in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "the fields carry the value of what the variant names"
)]
pub enum Part<'a> {
    /// The magic at the start of the file.
    Magic,
    /// The header length H.
    HeaderLen { value: u32 },
    /// A metadata line with its newline.
    MetaLine { key: &'a [u8], value: &'a [u8] },
    /// Metadata that is no line of key and value: the newline at its end, or damage.
    MetaOther,
    /// What follows the metadata up to H.
    MetaPad,
    /// The end of the records allocated so far.
    Limit { value: u32 },
    /// Heads of empty chains.
    EmptyHeads { first: u32, count: u32 },
    /// The head of a chain.
    Head { chain: u32, pointer: u32 },
    /// What lies between the heads and the first record.
    TablePad,
    /// The count of a record in `chain`.
    Count { value: u64, chain: u32 },
    /// The name length word of a record: length and tag.
    NameLen { word: u32 },
    /// The next pointer of a record.
    Next { pointer: u32 },
    /// The name of a record.
    Name,
    /// What follows the name up to the record's end.
    RecordPad,
    /// A record that no chain holds: given up, or left by a process that died.
    Unlinked {
        dead: bool,
        count: u64,
        name: &'a [u8],
    },
    /// Space that was allocated and holds no record.
    Reserved,
    /// The rest of a page in which the next record had no place.
    PageEnd,
    /// Space past the limit.
    Free,
    /// Bytes that cannot be told apart, as what comes before them is damaged.
    Unread,
}

/// One chain, as far as it can be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Chain<'a> {
    /// The number of the chain, below 512.
    pub number: u32,
    /// Its records in order.
    pub records: Vec<super::Record<'a>>,
    /// The pointer at which it cannot be followed further, if there is one.
    pub broken_at: Option<u32>,
}

/// All that can be said about the bytes of a file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Survey<'a> {
    /// The fields; they follow each other without a gap from the file's start to its end.
    pub fields: Vec<Field<'a>>,
    /// The chains that are not empty.
    pub chains: Vec<Chain<'a>>,
    /// Why a reader rejects the file, if it does.
    pub error: Option<FormatError>,
    /// What is odd to a reader.
    pub notes: Notes,
    /// What else is odd, which a reader does not judge. Where records lie over each other, it is
    /// only remarked of some whether they are in the wrong chain.
    pub remarks: Notes,
    /// The byte order of the words.
    pub order: ByteOrder,
}

/// Surveys the bytes of a counter file, sound or not.
///
/// # Examples
///
/// ```
/// use gotelemetry::format::{header, survey};
/// let mut bytes = header::encode(b"Program: cmd/go\n\n", header::ByteOrder::Little).unwrap();
/// bytes.resize(16384, 0);
/// let survey = survey::survey(&bytes);
/// assert_eq!(survey.fields[1].part, survey::Part::HeaderLen { value: 64 });
/// assert_eq!(survey.fields.iter().map(|field| field.bytes.len()).sum::<usize>(), 16384);
/// ```
pub fn survey(bytes: &[u8]) -> Survey<'_> {
    let (order, error, notes) = match parse(bytes) {
        Ok(file) => (file.order, None, file.notes),
        Err(error) => (ByteOrder::Little, Some(error), Notes::default()),
    };
    let mut surveyor = Surveyor {
        bytes,
        order,
        fields: Vec::new(),
        at: 0,
        remarks: Notes::default(),
    };
    let chains = surveyor.whole_file();
    let Surveyor {
        order,
        fields,
        remarks,
        ..
    } = surveyor;
    Survey {
        fields,
        chains,
        error,
        notes,
        remarks,
        order,
    }
}

struct Surveyor<'a> {
    bytes: &'a [u8],
    order: ByteOrder,
    fields: Vec<Field<'a>>,
    /// Everything before this offset lies in a field.
    at: usize,
    remarks: Notes,
}

/// The place of a record that a chain holds.
#[derive(Clone, Copy)]
struct Linked {
    chain: u32,
}

impl<'a> Surveyor<'a> {
    /// Adds the field from where the last one ended up to `end`, unless it would be empty.
    fn field(&mut self, end: usize, part: Part<'a>) {
        let end = end.min(self.bytes.len());
        if let Some(bytes @ [_, ..]) = self.bytes.get(self.at..end) {
            // No file that is surveyed is longer than what a u32 can count; see `whole_file`.
            let offset = u32::try_from(self.at).unwrap_or(u32::MAX);
            self.fields.push(Field {
                offset,
                bytes,
                part,
            });
            self.at = end;
        }
    }

    fn word(&self, off: usize) -> u32 {
        let word = self.bytes.get(off..).and_then(<[u8]>::first_chunk);
        word.map_or(0, |word| self.order.u32(*word))
    }

    fn remark(&mut self, offset: u32, rule: Rule) {
        self.remarks.push(u64::from(offset), rule);
    }

    fn whole_file(&mut self) -> Vec<Chain<'a>> {
        let size = self.bytes.len();
        let header = header::decode_len(self.bytes);
        let sized = size >= index(layout::PAGE) && size <= index(layout::MAX_FILE_LEN);
        if !sized || !self.bytes.starts_with(layout::MAGIC) {
            self.field(size, Part::Unread);
            return Vec::new();
        }
        self.field(index(layout::HEADER_LEN_OFF), Part::Magic);
        let value = self.word(index(layout::HEADER_LEN_OFF));
        let Ok((header_len, order)) = header else {
            self.field(index(layout::META_OFF), Part::HeaderLen { value });
            self.field(size, Part::Unread);
            return Vec::new();
        };
        self.order = order;
        self.field(
            index(layout::META_OFF),
            Part::HeaderLen { value: header_len },
        );
        self.metadata(index(header_len));
        let limit = self.word(index(header_len));
        self.field(
            index(layout::heads_off(header_len)),
            Part::Limit { value: limit },
        );
        let first = layout::records_off(header_len);
        self.heads(layout::heads_off(header_len));
        self.field(index(first), Part::TablePad);
        let end = if limit == 0 { first } else { limit };
        let chains = self.chains(layout::heads_off(header_len), first, end);
        self.records(&chains, end);
        self.field(size, Part::Free);
        chains
    }

    fn metadata(&mut self, end: usize) {
        loop {
            let rest = self.bytes.get(self.at..end).unwrap_or_default();
            let stop = rest.iter().position(|byte| matches!(byte, b'\n' | 0));
            let line = rest.get(..stop.unwrap_or(rest.len())).unwrap_or_default();
            let newline = stop.is_some_and(|stop| rest.get(stop) == Some(&b'\n'));
            if line.is_empty() && !newline {
                break;
            }
            let part = match cut_key(line) {
                Some((key, value)) => Part::MetaLine { key, value },
                None => Part::MetaOther,
            };
            let len = line.len().saturating_add(usize::from(newline));
            self.field(self.at.saturating_add(len), part);
        }
        self.field(end, Part::MetaPad);
    }

    fn heads(&mut self, heads_off: u32) {
        let mut empty = 0_u32;
        for chain in 0..layout::BUCKETS {
            let off = index(heads_off.saturating_add(chain.saturating_mul(4)));
            let pointer = self.word(off);
            if pointer == 0 {
                empty = empty.saturating_add(1);
                continue;
            }
            let first = chain.saturating_sub(empty);
            self.field(
                off,
                Part::EmptyHeads {
                    first,
                    count: empty,
                },
            );
            empty = 0;
            self.field(off.saturating_add(4), Part::Head { chain, pointer });
        }
        let first = layout::BUCKETS.saturating_sub(empty);
        let end = heads_off.saturating_add(layout::TABLE_LEN);
        self.field(
            index(end),
            Part::EmptyHeads {
                first,
                count: empty,
            },
        );
    }

    /// Follows every chain as far as a reader could, but past the damage of the others.
    fn chains(&mut self, heads_off: u32, first: u32, end: u32) -> Vec<Chain<'a>> {
        let mut chains = Vec::new();
        let mut reached = BTreeSet::new();
        // Names that do not lie over each other have no more bytes than the file. Of those that do,
        // only as many are read, so that it takes time in proportion to the size.
        let mut budget = self.bytes.len();
        for number in 0..layout::BUCKETS {
            let mut pointer = self.word(index(heads_off.saturating_add(number.saturating_mul(4))));
            if pointer == 0 {
                continue;
            }
            let mut chain = Chain {
                number,
                records: Vec::new(),
                broken_at: None,
            };
            while pointer != 0 {
                let Some(record) = self
                    .record(pointer, first, end)
                    .filter(|_| reached.insert(pointer))
                else {
                    chain.broken_at = Some(pointer);
                    break;
                };
                if let Some(left) = budget.checked_sub(record.name.len()) {
                    budget = left;
                    self.check_chain(number, &record);
                }
                chain.records.push(record);
                pointer = self.word(index(pointer.saturating_add(layout::NEXT_OFF)));
            }
            chains.push(chain);
        }
        chains
    }

    /// Remarks on a record of chain `number` whose name belongs to another.
    fn check_chain(&mut self, number: u32, record: &super::Record<'a>) {
        let right = bucket(record.name);
        if right != number && !record.name.is_empty() {
            let rule = Rule::Bucket {
                chain: number,
                right,
            };
            self.remark(record.offset.saturating_add(layout::NAME_OFF), rule);
        }
    }

    /// The record at `offset`, if one can lie there whole.
    fn record(&self, offset: u32, first: u32, end: u32) -> Option<super::Record<'a>> {
        if offset < first || !offset.is_multiple_of(layout::UNIT) {
            return None;
        }
        let word = self.word(index(offset.checked_add(layout::NAME_LEN_OFF)?));
        let name_len = word & layout::NAME_LEN_MASK;
        if offset.checked_add(layout::record_len(name_len)?)? > end {
            return None;
        }
        let bytes = self.bytes.get(index(offset)..)?;
        let (count, _) = bytes.split_first_chunk::<8>()?;
        let name_off = index(layout::NAME_OFF);
        Some(super::Record {
            name: bytes.get(name_off..name_off.checked_add(index(name_len))?)?,
            count: self.order.u64(*count),
            offset,
        })
    }

    /// Adds the fields from the first record up to `end`.
    fn records(&mut self, chains: &[Chain<'a>], end: u32) {
        let linked: BTreeMap<u32, Linked> = chains
            .iter()
            .flat_map(|chain| {
                let linked = Linked {
                    chain: chain.number,
                };
                chain
                    .records
                    .iter()
                    .map(move |record| (record.offset, linked))
            })
            .collect();
        let mut offsets = linked.iter().peekable();
        while let Some((offset, linked)) = offsets.next() {
            self.gap(index(*offset), end);
            let next = offsets.peek().map_or(end, |(next, _)| **next);
            self.linked_record(*offset, *linked, next);
        }
        self.gap(index(end), end);
    }

    /// Adds the fields of a record in a chain; `next` is where the following one begins.
    fn linked_record(&mut self, offset: u32, linked: Linked, next: u32) {
        let word = self.word(index(offset.saturating_add(layout::NAME_LEN_OFF)));
        let name_len = word & layout::NAME_LEN_MASK;
        let end = offset.saturating_add(layout::record_len(name_len).unwrap_or_default());
        if end > next {
            self.remark(offset, Rule::Overlap { next });
        }
        // A record that reaches into the next one is explained up to there.
        let until = |len: u32| index(offset.saturating_add(len).min(next));
        let count = self
            .bytes
            .get(index(offset)..)
            .and_then(<[u8]>::first_chunk);
        let value = count.map_or(0, |count| self.order.u64(*count));
        let chain = linked.chain;
        self.field(until(layout::NAME_LEN_OFF), Part::Count { value, chain });
        self.field(until(layout::NEXT_OFF), Part::NameLen { word });
        let pointer = self.word(index(offset.saturating_add(layout::NEXT_OFF)));
        self.field(until(layout::NAME_OFF), Part::Next { pointer });
        self.field(until(layout::NAME_OFF.saturating_add(name_len)), Part::Name);
        self.field(index(end.min(next)), Part::RecordPad);
    }

    /// Adds the fields up to `end`, where no chain holds a record.
    fn gap(&mut self, end: usize, limit: u32) {
        let end = end.min(self.bytes.len());
        while self.at < end {
            if let Some((len, part)) = self.unlinked(self.at..end, limit) {
                self.field(self.at.saturating_add(len), part);
                continue;
            }
            // Up to the next record that no chain holds, or to the end of the page.
            let page = index(layout::PAGE);
            let page_end = self.at.saturating_add(1).next_multiple_of(page).min(end);
            let unit = index(layout::UNIT);
            let mut stop = self.at.saturating_add(unit).min(page_end);
            while stop < page_end && self.unlinked(stop..end, limit).is_none() {
                stop = stop.saturating_add(unit).min(page_end);
            }
            let blank = self
                .bytes
                .get(self.at..stop)
                .is_some_and(|gap| gap.iter().all(|b| *b == 0));
            let at_page_end = stop.is_multiple_of(page) && blank;
            self.field(
                stop,
                if at_page_end {
                    Part::PageEnd
                } else {
                    Part::Reserved
                },
            );
        }
    }

    /// Length and part of a record at the start of `space` that no chain holds, if one is there.
    fn unlinked(&self, space: Range<usize>, limit: u32) -> Option<(usize, Part<'a>)> {
        let offset = u32::try_from(space.start).ok()?;
        let record = self.record(offset, layout::META_OFF, limit)?;
        let word = self.word(space.start.checked_add(index(layout::NAME_LEN_OFF))?);
        if word & layout::NAME_LEN_TAG != layout::NAME_LEN_TAG || record.name.is_empty() {
            return None;
        }
        let name_len = word & layout::NAME_LEN_MASK;
        let len = index(layout::record_len(name_len)?);
        if name_len > layout::MAX_NAME_LEN || space.start.checked_add(len)? > space.end {
            return None;
        }
        let pointer = self.word(space.start.checked_add(index(layout::NEXT_OFF))?);
        let part = Part::Unlinked {
            dead: pointer == layout::DEAD,
            count: record.count,
            name: record.name,
        };
        Some((len, part))
    }
}
