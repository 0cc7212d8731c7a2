//! A naive reader of counter files: the judge of the real one.
//!
//! It is the reading part of `spec/counter-file.md` line by line, each clause
//! tested where the text has it, in u64 where no sum of what a file can hold
//! overflows. It must not know the crate under test.

use std::collections::{BTreeMap, BTreeSet};

const MAGIC: &[u8; 28] = b"# telemetry/counter file v1\n";
const PAGE: u64 = 16384;
const DECODED_MAX: usize = 65536;
const FILE_MAX: u64 = 67_108_864;
const HEADER_LEN_OFF: u64 = 28;
const BUCKETS: u64 = 512;
const DEAD: u64 = 0xffff_ffff;
const BIG_ENDIAN: [&[u8]; 3] = [b"s390x", b"ppc64", b"mips64"];

/// A file that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Whether words have their high byte first.
    pub big_endian: bool,
    /// H.
    pub header_len: u32,
    /// The limit as it is stored, 0 included.
    pub limit: u32,
    /// The metadata, the last line of each key.
    pub meta: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Offset, raw name and count, in the order of the walk, nameless ones left out.
    pub records: Vec<(u32, Vec<u8>, u64)>,
    /// Offset and clause of every note.
    pub notes: Vec<(u64, &'static str)>,
    /// How many records were visited, nameless ones included.
    pub visited: u64,
    /// The size of the file.
    pub size: u64,
}

impl Reading {
    /// The count of every decoded name.
    pub fn counts(&self) -> BTreeMap<Vec<u8>, u64> {
        let mut counts = BTreeMap::new();
        let mut decoded_total = 0;
        for (_, name, count) in &self.records {
            let total = |decoded: &Vec<u8>| decoded_total + decoded.len() as u64;
            let decoded =
                dittos_resolved(name).filter(|decoded| total(decoded) <= (1 << 20) + 4 * self.size);
            if let Some(decoded) = &decoded {
                decoded_total = total(decoded);
            }
            let sum: &mut u64 = counts.entry(decoded.unwrap_or(name.clone())).or_default();
            *sum = sum.saturating_add(*count);
        }
        counts
    }
}

/// Why a file was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The first clause broken.
    pub clause: &'static str,
    /// Where the bytes are that break it.
    pub offset: u64,
    /// How many records were visited until then.
    pub visited: u64,
}

/// Judges a whole file.
pub fn read(bytes: &[u8]) -> Result<Reading, Rejection> {
    let (big_endian, header_len) = header(bytes)?;
    let words = Words { bytes, big_endian };
    let (meta, duplicates) = metadata(bytes, header_len)?;
    let limit = words.u32_at(header_len);
    let first = round(header_len + 2052, 32);

    let mut notes = Vec::new();
    if !header_len.is_multiple_of(32) {
        notes.push((HEADER_LEN_OFF, "fmt.note.header.round"));
    }
    if let Some(goarch) = meta.get(b"GOARCH".as_slice())
        && BIG_ENDIAN.contains(&goarch.as_slice()) != big_endian
    {
        notes.push((HEADER_LEN_OFF, "fmt.note.header.goarch"));
    }
    for line in duplicates {
        notes.push((line, "fmt.note.meta.duplicate"));
    }
    if !limit.is_multiple_of(32) {
        notes.push((header_len, "fmt.note.limit.round"));
    }
    if limit != 0 && limit < first {
        notes.push((header_len, "fmt.note.limit.low"));
    }
    if limit > bytes.len() as u64 {
        notes.push((header_len, "fmt.note.limit.inside"));
    }

    let mut walk = Walk {
        words,
        first,
        end: if limit == 0 { first } else { limit },
        occupied: BTreeSet::new(),
        visited: 0,
        records: Vec::new(),
        notes,
    };
    for bucket in 0..BUCKETS {
        walk.chain(header_len + 4 + 4 * bucket)?;
    }
    walk.names_unique()?;
    Ok(Reading {
        big_endian,
        header_len: header_len as u32,
        limit: limit as u32,
        meta,
        visited: walk.visited,
        size: bytes.len() as u64,
        records: walk.records,
        notes: walk.notes,
    })
}

/// A name as reports have it: in those with a newline, the ditto marks resolved, unless it would
/// be too long.
pub fn decode_stack(name: &[u8]) -> Vec<u8> {
    dittos_resolved(name).unwrap_or(name.to_vec())
}

/// The decoded form of a name that has one.
fn dittos_resolved(name: &[u8]) -> Option<Vec<u8>> {
    if !name.contains(&b'\n') {
        return None;
    }
    let mut decoded = Vec::with_capacity(name.len());
    let mut last_path: &[u8] = b"";
    for (number, line) in name.split(|byte| *byte == b'\n').enumerate() {
        if number > 0 {
            decoded.push(b'\n');
        }
        let dot = line.iter().rposition(|byte| *byte == b'.').unwrap_or(0);
        if &line[..dot] == b"\"" {
            decoded.extend_from_slice(last_path);
            decoded.extend_from_slice(&line[dot + 1..]);
            continue;
        }
        // With no path before the dot, or no dot at all, the last path stays.
        if dot > 0 {
            last_path = &line[..=dot];
        }
        decoded.extend_from_slice(line);
    }
    (decoded.len() <= DECODED_MAX).then_some(decoded)
}

/// The clauses up to `fmt.table.inside`: the byte order and H.
fn header(bytes: &[u8]) -> Result<(bool, u64), Rejection> {
    let size = bytes.len() as u64;
    if size < PAGE {
        return Err(unvisited("fmt.file.min", size));
    }
    if size > FILE_MAX {
        return Err(unvisited("fmt.file.max", FILE_MAX));
    }
    let differing = MAGIC.iter().zip(bytes).position(|(want, got)| want != got);
    if let Some(off) = differing {
        return Err(unvisited("fmt.header.magic", off as u64));
    }
    for big_endian in [false, true] {
        let header_len = Words { bytes, big_endian }.u32_at(HEADER_LEN_OFF);
        if !(32..=16384).contains(&header_len) {
            continue;
        }
        if header_len + 2052 > size {
            return Err(unvisited("fmt.table.inside", HEADER_LEN_OFF));
        }
        return Ok((big_endian, header_len));
    }
    Err(unvisited("fmt.header.length", HEADER_LEN_OFF))
}

type Metadata = BTreeMap<Vec<u8>, Vec<u8>>;

/// The metadata, and the offsets of lines whose key an earlier line had.
fn metadata(bytes: &[u8], header_len: u64) -> Result<(Metadata, Vec<u64>), Rejection> {
    let area = &bytes[32..header_len as usize];
    let text = area.split(|byte| *byte == 0).next().unwrap_or_default();
    let mut meta = Metadata::new();
    let mut duplicates = Vec::new();
    let mut line_off = 32;
    for line in text.split(|byte| *byte == b'\n') {
        if !line.is_empty() {
            let Some(colon) = line.windows(2).position(|pair| pair == b": ") else {
                return Err(unvisited("fmt.meta.line", line_off));
            };
            let earlier = meta.insert(line[..colon].to_vec(), line[colon + 2..].to_vec());
            if earlier.is_some() {
                duplicates.push(line_off);
            }
        }
        line_off += line.len() as u64 + 1;
    }
    Ok((meta, duplicates))
}

/// The way along the chains, and what was found on it.
struct Walk<'a> {
    words: Words<'a>,
    /// R.
    first: u64,
    /// E.
    end: u64,
    /// The offsets of all units of 32 bytes in which records visited lie.
    occupied: BTreeSet<u64>,
    visited: u64,
    records: Vec<(u32, Vec<u8>, u64)>,
    notes: Vec<(u64, &'static str)>,
}

impl Walk<'_> {
    fn chain(&mut self, head_off: u64) -> Result<(), Rejection> {
        let mut pointer_off = head_off;
        loop {
            let record = self.words.u32_at(pointer_off);
            if record == 0 {
                return Ok(());
            }
            self.pointer(record, pointer_off)?;
            self.record(record)?;
            pointer_off = record + 12;
        }
    }

    /// The clauses about p that leave the record itself unread.
    fn pointer(&mut self, record: u64, pointer_off: u64) -> Result<(), Rejection> {
        if record == DEAD {
            return Err(self.rejection("fmt.chain.dead", pointer_off));
        }
        if !record.is_multiple_of(32) {
            return Err(self.rejection("fmt.record.align", pointer_off));
        }
        if record < self.first {
            return Err(self.rejection("fmt.record.first", pointer_off));
        }
        if record + 32 > self.end {
            return Err(self.rejection("fmt.record.limit", pointer_off));
        }
        if record + 16 > self.words.size() {
            return Err(self.rejection("fmt.record.inside", pointer_off));
        }
        if !self.occupied.insert(record) {
            return Err(self.rejection("fmt.chain.once", pointer_off));
        }
        self.visited += 1;
        Ok(())
    }

    /// The clauses about the record at p, and its notes.
    fn record(&mut self, record: u64) -> Result<(), Rejection> {
        let name_len_off = record + 8;
        let word = self.words.u32_at(name_len_off);
        let name_len = word & 0x00ff_ffff;
        if word >> 24 != 0xff {
            self.notes.push((name_len_off, "fmt.note.record.tag"));
        }
        if name_len == 0 {
            // The notes that stand after this one are about names and need one.
            self.notes.push((name_len_off, "fmt.note.name.empty"));
            return Ok(());
        }
        let record_end = record + round(16 + name_len, 32);
        if record_end > self.end {
            return Err(self.rejection("fmt.record.end-limit", name_len_off));
        }
        let name_end = record + 16 + name_len;
        if name_end > self.words.size() {
            return Err(self.rejection("fmt.record.end-inside", name_len_off));
        }
        for unit in (record + 32..record_end).step_by(32) {
            if !self.occupied.insert(unit) {
                return Err(self.rejection("fmt.record.overlap", name_len_off));
            }
        }
        if name_len > 4096 {
            self.notes.push((name_len_off, "fmt.note.name.max"));
        }
        if record / PAGE != record_end / PAGE {
            self.notes.push((record, "fmt.note.place.page"));
        }
        let name = &self.words.bytes[record as usize + 16..name_end as usize];
        let count = self.words.u64_at(record);
        self.records.push((record as u32, name.to_vec(), count));
        Ok(())
    }

    fn names_unique(&self) -> Result<(), Rejection> {
        let mut names = BTreeSet::new();
        for (record, name, _) in &self.records {
            if !name.contains(&b'\n') && !names.insert(name) {
                return Err(self.rejection("fmt.name.unique", u64::from(*record) + 16));
            }
        }
        Ok(())
    }

    fn rejection(&self, clause: &'static str, offset: u64) -> Rejection {
        Rejection {
            clause,
            offset,
            visited: self.visited,
        }
    }
}

/// The file as words of its byte order.
#[derive(Clone, Copy)]
struct Words<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Words<'_> {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The u32 at `off`, as a u64 so that no later sum overflows.
    fn u32_at(&self, off: u64) -> u64 {
        let word = self.array_at(off);
        u64::from(if self.big_endian {
            u32::from_be_bytes(word)
        } else {
            u32::from_le_bytes(word)
        })
    }

    fn u64_at(&self, off: u64) -> u64 {
        let word = self.array_at(off);
        if self.big_endian {
            u64::from_be_bytes(word)
        } else {
            u64::from_le_bytes(word)
        }
    }

    /// Every caller stands behind a clause that has the word inside the file.
    fn array_at<const N: usize>(&self, off: u64) -> [u8; N] {
        *self
            .bytes
            .get(off as usize..)
            .and_then(|rest| rest.first_chunk())
            .expect("an earlier clause has the word inside the file")
    }
}

fn unvisited(clause: &'static str, offset: u64) -> Rejection {
    Rejection {
        clause,
        offset,
        visited: 0,
    }
}

fn round(x: u64, n: u64) -> u64 {
    x.div_ceil(n) * n
}
