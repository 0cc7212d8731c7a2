//! Where the parts of a counter file lie: every fixed number of the format, once.
//!
//! Implements the section *Layout* of `spec/counter-file.md`. Each offset is built from the one
//! before it. Nothing here reads a byte.

/// The first bytes of every counter file: file kind and version, ended by a newline.
pub const MAGIC: &[u8; 28] = b"# telemetry/counter file v1\n";

/// Offset of the header length H, a u32, in bytes.
pub const HEADER_LEN_OFF: u32 = 28;

/// Offset of the metadata, in bytes. Also the least value H can have.
pub const META_OFF: u32 = HEADER_LEN_OFF + 4;

/// The greatest header length a reader takes, in bytes.
pub const MAX_HEADER_LEN: u32 = PAGE;

/// The greatest length of the metadata that a writer makes, in bytes.
pub const MAX_META_LEN: u32 = 512;

/// Unit of growth of a file and its least size, in bytes. No record touches the end of a page.
pub const PAGE: u32 = 16 * 1024;

/// The greatest size of a file that a reader takes, in bytes.
pub const MAX_FILE_LEN: u32 = 64 * 1024 * 1024;

/// The number of chains.
pub const BUCKETS: u32 = 512;

/// Size of the chain heads, in bytes.
pub const TABLE_LEN: u32 = 4 * BUCKETS;

/// Alignment and unit of size of records and of the header, in bytes.
pub const UNIT: u32 = 32;

/// Offset of the name length word within a record, in bytes.
pub const NAME_LEN_OFF: u32 = 8;

/// Offset of the next pointer within a record, in bytes.
pub const NEXT_OFF: u32 = NAME_LEN_OFF + 4;

/// Offset of the name within a record, in bytes: the size of the record's fixed part.
pub const NAME_OFF: u32 = NEXT_OFF + 4;

/// The part of the name length word that holds the length; the rest is the tag.
pub const NAME_LEN_MASK: u32 = 0x00ff_ffff;

/// What the name length word holds beside the length.
pub const NAME_LEN_TAG: u32 = !NAME_LEN_MASK;

/// The longest name that a writer gives a record, in bytes.
pub const MAX_NAME_LEN: u32 = 4096;

/// The next pointer of a record that was reserved and given up.
pub const DEAD: u32 = u32::MAX;

/// `x` rounded up to a multiple of `unit`; `None` beyond 2^32 - 1, and for a `unit` of 0.
pub const fn round_up(x: u32, unit: u32) -> Option<u32> {
    x.checked_next_multiple_of(unit)
}

/// Offset of the first chain head in a file with header length `header_len`, in bytes.
///
/// # Examples
///
/// ```
/// use gotelemetry::format::layout;
/// assert_eq!(layout::heads_off(192), 196);
/// assert_eq!(layout::records_off(192), 2272);
/// ```
pub const fn heads_off(header_len: u32) -> u32 {
    header_len.saturating_add(4)
}

/// Offset at which records can begin (R) in a file with header length `header_len`, in bytes.
pub const fn records_off(header_len: u32) -> u32 {
    match round_up(heads_off(header_len).saturating_add(TABLE_LEN), UNIT) {
        Some(off) => off,
        None => !(UNIT - 1),
    }
}

/// Size of a record whose name has `name_len` bytes, in bytes; `None` beyond 2^32 - 1.
// spec[fmt.record.size]
pub const fn record_len(name_len: u32) -> Option<u32> {
    match NAME_OFF.checked_add(name_len) {
        Some(len) => round_up(len, UNIT),
        None => None,
    }
}

/// Whether bytes `start..end` cross the end of a page or touch it.
///
/// A record that did would take the last 4 bytes of a page, which belong to whoever extends the
/// file.
pub const fn touches_page_end(start: u32, end: u32) -> bool {
    start / PAGE != end / PAGE
}

/// An offset as an index into the bytes of a file.
#[inline(always)]
pub(super) const fn index(off: u32) -> usize {
    off as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_those_of_the_specification() {
        assert_eq!(MAGIC.len(), 28);
        assert_eq!(
            (META_OFF, NAME_LEN_OFF, NEXT_OFF, NAME_OFF),
            (32, 8, 12, 16)
        );
        assert_eq!(TABLE_LEN, 2048);
        assert_eq!(records_off(32), 2112);
        assert_eq!(records_off(33), 2112);
        assert_eq!(records_off(61), 2144);
    }

    // test[fmt.record.size]
    #[test]
    fn record_lengths_round_up_to_the_unit() {
        assert_eq!(record_len(0), Some(32));
        assert_eq!(record_len(1), Some(32));
        assert_eq!(record_len(16), Some(32));
        assert_eq!(record_len(17), Some(64));
        assert_eq!(record_len(4096), Some(4128));
        assert_eq!(record_len(u32::MAX), None);
        assert_eq!(record_len(u32::MAX - 20), None);
    }

    #[test]
    fn no_record_begins_past_what_an_offset_can_be() {
        assert_eq!(records_off(192), 2272);
        assert_eq!(records_off(u32::MAX), u32::MAX - 31);
        assert_eq!(records_off(u32::MAX - 2052), u32::MAX - 31);
    }

    #[test]
    fn a_record_that_ends_at_a_page_end_touches_it() {
        assert!(touches_page_end(PAGE - 64, PAGE));
        assert!(!touches_page_end(PAGE - 64, PAGE - 32));
        assert!(touches_page_end(PAGE - 32, PAGE + 32));
        assert!(!touches_page_end(PAGE, PAGE + 32));
    }
}
