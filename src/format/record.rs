//! Which chain a name belongs to and where its record goes.
//!
//! Implements `fmt.bucket`, `fmt.place` and `fmt.place.limit` of `spec/counter-file.md`. This is
//! arithmetic alone: who may take the place is decided where the limit is exchanged.

use super::layout;

/// The 32-bit FNV-1a hash of `name`.
///
/// # Examples
///
/// ```
/// assert_eq!(gotelemetry::format::record::fnv1a(b""), 0x811c_9dc5);
/// assert_eq!(gotelemetry::format::record::fnv1a(b"a"), 0xe40c_292c);
/// ```
pub fn fnv1a(name: &[u8]) -> u32 {
    name.iter().fold(2_166_136_261, |hash: u32, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(16_777_619)
    })
}

/// The number of the chain that holds `name`, below [`layout::BUCKETS`].
// spec[fmt.bucket]
pub fn bucket(name: &[u8]) -> u32 {
    let hash = fnv1a(name);
    (hash ^ (hash >> 16)) % layout::BUCKETS
}

/// The place of a record: bytes `start..end` of the file. `end` is the limit to publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Offset of the record, in bytes.
    pub start: u32,
    /// Offset of its end, in bytes.
    pub end: u32,
}

/// Where the next record goes in a file with header length `header_len` and the given `limit`.
///
/// `None` if the record would end beyond 2^32 - 1.
///
/// # Examples
///
/// ```
/// use gotelemetry::format::record::place;
/// // The first record of a new file begins where records can begin.
/// let first = place(192, 0, 16).unwrap();
/// assert_eq!((first.start, first.end), (2272, 2304));
/// // One that would touch the end of a page begins on the next page.
/// let moved = place(192, 16384 - 32, 16).unwrap();
/// assert_eq!((moved.start, moved.end), (16384, 16416));
/// ```
// spec[fmt.place]
pub fn place(header_len: u32, limit: u32, name_len: u32) -> Option<Placement> {
    let limit = match limit {
        0 => layout::records_off(header_len),
        allocated => allocated,
    };
    let len = layout::record_len(name_len)?;
    let mut start = layout::round_up(limit, layout::UNIT)?;
    if layout::touches_page_end(start, start.checked_add(len)?) {
        start = layout::round_up(limit, layout::PAGE)?;
    }
    Some(Placement {
        start,
        end: start.checked_add(len)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // test[fmt.bucket]
    #[test]
    fn bucket_folds_the_high_half_into_the_low() {
        // fnv1a("a") = 0xe40c292c; 0x292c ^ 0xe40c = 0xcd20; 0xcd20 mod 512 = 0x120.
        assert_eq!(bucket(b"a"), 0x120);
        assert_eq!(bucket(b""), (0x9dc5 ^ 0x811c) % 512);
    }

    // test[fmt.place]
    #[test]
    fn a_limit_that_is_not_rounded_is_rounded_first() {
        assert_eq!(
            place(192, 2273, 1),
            Some(Placement {
                start: 2304,
                end: 2336
            })
        );
    }

    // test[fmt.place]
    #[test]
    fn a_record_never_ends_on_a_page_end() {
        let limit = layout::PAGE - 64;
        // 64 bytes would end exactly on the page's end.
        assert_eq!(place(192, limit, 40).map(|p| p.start), Some(layout::PAGE));
        assert_eq!(place(192, limit, 16).map(|p| p.start), Some(limit));
    }

    #[test]
    fn a_full_address_space_has_no_place() {
        assert_eq!(place(192, u32::MAX, 1), None);
        assert_eq!(place(192, u32::MAX - 31, 1), None);
        assert_eq!(place(192, 2304, u32::MAX), None);
    }
}
