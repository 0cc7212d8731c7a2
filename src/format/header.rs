//! The head of a counter file: magic, header length, metadata.
//!
//! Implements the clauses on header and metadata of `spec/counter-file.md`, for readers
//! ([`Meta`], [`ByteOrder`]) and for writers ([`encode`]). What the metadata says
//! about a program is put together in [`super::identity`].

use super::date::Time;
use super::error::{FormatError, Notes};
use super::layout::{self, index};
use super::rule::Rule;

/// The order of the bytes in the words of a file: that of the machine that wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

impl ByteOrder {
    /// The byte order of the machines that Go calls `goarch`.
    ///
    /// # Examples
    ///
    /// ```
    /// use gotelemetry::format::header::ByteOrder;
    /// assert_eq!(ByteOrder::of_goarch(b"s390x"), ByteOrder::Big);
    /// assert_eq!(ByteOrder::of_goarch(b"ppc64le"), ByteOrder::Little);
    /// ```
    pub fn of_goarch(goarch: &[u8]) -> ByteOrder {
        match goarch {
            b"s390x" | b"ppc64" | b"mips64" => ByteOrder::Big,
            _ => ByteOrder::Little,
        }
    }

    /// The number that `bytes` stand for.
    pub const fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            ByteOrder::Little => u32::from_le_bytes(bytes),
            ByteOrder::Big => u32::from_be_bytes(bytes),
        }
    }

    /// The number that `bytes` stand for.
    pub const fn u64(self, bytes: [u8; 8]) -> u64 {
        match self {
            ByteOrder::Little => u64::from_le_bytes(bytes),
            ByteOrder::Big => u64::from_be_bytes(bytes),
        }
    }

    /// The bytes that stand for `value`.
    pub const fn bytes(self, value: u32) -> [u8; 4] {
        match self {
            ByteOrder::Little => value.to_le_bytes(),
            ByteOrder::Big => value.to_be_bytes(),
        }
    }
}

/// The metadata of a file: lines of a key and a value, each holding `": "`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meta<'a> {
    /// The lines, with what pads them.
    text: &'a [u8],
}

impl<'a> Meta<'a> {
    /// The value of `key`, if the file has it; of several, the last.
    // spec[fmt.meta.last]
    pub fn get(&self, key: &str) -> Option<&'a [u8]> {
        let values = self.pairs().filter(|(k, _)| *k == key.as_bytes());
        values.last().map(|(_, value)| value)
    }

    /// The time that the value of `key` states, if it states one.
    pub fn time(&self, key: &str) -> Option<Time> {
        Time::parse(std::str::from_utf8(self.get(key)?).ok()?).ok()
    }

    /// All keys with their values, in the order of the file; a key can occur more than once.
    pub fn pairs(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        Lines { rest: self.text }.filter_map(cut_key)
    }
}

/// The lines of a text that are not empty, up to the first zero byte.
struct Lines<'a> {
    rest: &'a [u8],
}

// spec[fmt.meta.end, fmt.meta.line]
impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    #[inline(always)]
    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            let end = find(self.rest, b'\n', 0).unwrap_or(self.rest.len());
            let (line, after) = self.rest.split_at_checked(end)?;
            self.rest = match after.split_first() {
                Some((b'\n', after)) => after,
                // The zero byte stays, so that the text ends here for good.
                _ => after,
            };
            if !line.is_empty() {
                return Some(line);
            }
            if !matches!(self.rest.first(), Some(byte) if *byte != 0) {
                return None;
            }
        }
    }
}

/// The header that a file with the metadata `meta` begins with, H bytes.
///
/// # Errors
///
/// `fmt.meta.max` for metadata of more than 512 bytes.
pub fn encode(meta: &[u8], order: ByteOrder) -> Result<Vec<u8>, FormatError> {
    let len = meta.len();
    // spec[fmt.meta.max]
    let too_long = FormatError::at(u64::from(layout::MAX_META_LEN), Rule::MetaMax { len });
    let meta_len = u32::try_from(len).map_err(|_| too_long)?;
    if meta_len > layout::MAX_META_LEN {
        return Err(too_long);
    }
    let end = layout::META_OFF.saturating_add(meta_len);
    // spec[fmt.header.write]
    let header_len = layout::round_up(end, layout::UNIT).ok_or(too_long)?;
    let mut header = Vec::with_capacity(index(header_len));
    header.extend_from_slice(layout::MAGIC);
    header.extend_from_slice(&order.bytes(header_len));
    header.extend_from_slice(meta);
    header.resize(index(header_len), 0);
    Ok(header)
}

/// The header length and byte order of the file `bytes`, once its size and magic are judged.
pub(crate) fn decode_len(bytes: &[u8]) -> Result<(u32, ByteOrder), FormatError> {
    let size = bytes.len();
    let at = |offset: usize, rule| FormatError::at(u64::try_from(offset).unwrap_or(u64::MAX), rule);
    if size < index(layout::PAGE) {
        // spec[fmt.file.min]
        return Err(at(size, Rule::FileMin { size }));
    }
    if size > index(layout::MAX_FILE_LEN) {
        // spec[fmt.file.max]
        return Err(at(index(layout::MAX_FILE_LEN), Rule::FileMax));
    }
    if !bytes.starts_with(layout::MAGIC) {
        let same = bytes.iter().zip(layout::MAGIC).take_while(|(a, b)| a == b);
        // spec[fmt.header.magic]
        return Err(at(same.count(), Rule::HeaderMagic));
    }
    let little = word(bytes, layout::HEADER_LEN_OFF, ByteOrder::Little);
    let big = little.swap_bytes();
    // spec[fmt.header.order]
    let permitted = layout::META_OFF..=layout::MAX_HEADER_LEN;
    let (header_len, order) = if permitted.contains(&little) {
        (little, ByteOrder::Little)
    } else if permitted.contains(&big) {
        (big, ByteOrder::Big)
    } else {
        // spec[fmt.header.length]
        return Err(at(28, Rule::HeaderLength { little, big }));
    };
    let table_end = layout::heads_off(header_len).saturating_add(layout::TABLE_LEN);
    if index(table_end) > size {
        // spec[fmt.table.inside]
        return Err(at(28, Rule::TableInside { header_len, size }));
    }
    Ok((header_len, order))
}

/// The word at `off`, or 0 where the file has none.
pub(super) fn word(bytes: &[u8], off: u32, order: ByteOrder) -> u32 {
    let word = bytes.get(index(off)..).and_then(<[u8]>::first_chunk);
    word.map_or(0, |word| order.u32(*word))
}

/// The metadata of a file whose header length has been judged.
pub(super) fn decode_meta<'a>(
    bytes: &'a [u8],
    header_len: u32,
    order: ByteOrder,
    notes: &mut Notes,
) -> Result<Meta<'a>, FormatError> {
    if !header_len.is_multiple_of(layout::UNIT) {
        // spec[fmt.note.header.round]
        notes.push(28, Rule::NoteHeaderRound { header_len });
    }
    let text = bytes
        .get(index(layout::META_OFF)..index(header_len))
        .unwrap_or_default();
    let mut duplicates = Vec::new();
    let goarch = check_lines(text, &mut duplicates)?;
    if goarch.is_some_and(|goarch| ByteOrder::of_goarch(goarch) != order) {
        // spec[fmt.note.header.goarch]
        notes.push(28, Rule::NoteHeaderGoarch);
    }
    for offset in duplicates {
        // spec[fmt.note.meta.duplicate]
        notes.push(offset, Rule::NoteMetaDuplicate);
    }
    Ok(Meta { text })
}

/// Judges each line of the metadata and returns the value of GOARCH; `duplicates` gets the offsets
/// of lines whose key came before.
fn check_lines<'a>(
    text: &'a [u8],
    duplicates: &mut Vec<u64>,
) -> Result<Option<&'a [u8]>, FormatError> {
    // A bit for the length and first byte of every key so far: those of a sound file all differ.
    let mut marks = 0_u64;
    let mut goarch = None;
    for (number, line) in (Lines { rest: text }).enumerate() {
        let (key, value) = cut_key(line).ok_or_else(|| line_error(text, line))?;
        let mark = 1 << ((key.len() ^ usize::from(key.first().copied().unwrap_or(0))) % 64);
        if marks & mark != 0 && has_key(text, number, key) {
            duplicates.push(line_off(text, line));
        }
        marks |= mark;
        if key == b"GOARCH" {
            goarch = Some(value);
        }
    }
    Ok(goarch)
}

/// Whether one of the first `lines` lines of the metadata has `key`.
#[cold]
fn has_key(text: &[u8], lines: usize, key: &[u8]) -> bool {
    Lines { rest: text }
        .take(lines)
        .filter_map(cut_key)
        .any(|(k, _)| k == key)
}

#[cold]
fn line_error(text: &[u8], line: &[u8]) -> FormatError {
    // spec[fmt.meta.line]
    FormatError::at(line_off(text, line), Rule::MetaLine)
}

/// Offset in the file of `line`, a part of the metadata `text`.
fn line_off(text: &[u8], line: &[u8]) -> u64 {
    let within = line.as_ptr().addr().wrapping_sub(text.as_ptr().addr());
    u64::try_from(within)
        .unwrap_or(u64::MAX)
        .saturating_add(u64::from(layout::META_OFF))
}

/// What stands before and after the first `": "`.
#[inline(always)]
pub(super) fn cut_key(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut from = 0;
    loop {
        let colon = find(line.get(from..)?, b':', b':')?.checked_add(from)?;
        if let Some(value) = line.get(colon..)?.strip_prefix(b": ") {
            return Some((line.get(..colon)?, value));
        }
        from = colon.checked_add(1)?;
    }
}

/// The index of the first byte that is `a` or `b`, sought eight bytes at a time.
#[inline(always)]
fn find(text: &[u8], a: u8, b: u8) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = LOW << 7;
    let (pattern_a, pattern_b) = (
        LOW.wrapping_mul(u64::from(a)),
        LOW.wrapping_mul(u64::from(b)),
    );
    let (words, tail) = text.as_chunks::<8>();
    let mut base = 0_usize;
    for word in words {
        // A byte that is sought is 0 in `is_a` or `is_b`. The borrow of the subtraction can mark
        // bytes above a zero byte by mistake, but never one below: the lowest mark is right.
        let word = u64::from_le_bytes(*word);
        let (is_a, is_b) = (word ^ pattern_a, word ^ pattern_b);
        let marks = (is_a.wrapping_sub(LOW) & !is_a | is_b.wrapping_sub(LOW) & !is_b) & HIGH;
        if marks != 0 {
            return base.checked_add(usize::try_from(marks.trailing_zeros() / 8).ok()?);
        }
        base = base.wrapping_add(8);
    }
    base.checked_add(tail.iter().position(|byte| *byte == a || *byte == b)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_two_bytes_is_found_wherever_it_is() {
        for (a, b) in [(b'\n', 0), (b':', b':'), (b'a', b'\x80'), (0, 0xff), (1, 2)] {
            for len in 0..40 {
                let other = [a, b].iter().fold(b'x', |other, byte| other.max(byte ^ 1));
                let other = if [a, b].contains(&other) { b'y' } else { other };
                let mut text = vec![other; len];
                assert_eq!(find(&text, a, b), None, "{a} {b} {len}");
                for at in (0..len).rev() {
                    if let Some(byte) = text.get_mut(at) {
                        *byte = if at.is_multiple_of(3) { a } else { b };
                    }
                    assert_eq!(find(&text, a, b), Some(at), "{a} {b} {len}");
                }
            }
        }
    }
}
