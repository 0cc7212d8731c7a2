//! Where records go and which chain a name belongs to, over all cases that there are: every place
//! in a page for every length of a name, and every short name.
//!
//! The judge is arithmetic written from `spec/counter-file.md` alone, by counting steps of 32 bytes
//! and with numbers that cannot overflow.

mod support;

#[path = "support/memory.rs"]
mod memory;

use std::sync::atomic::Ordering;

use gotelemetry::format::layout;
use gotelemetry::format::record::{Placement, bucket, fnv1a, place};
use memory::{Memory, header_len};

/// The lengths of headers of short and long identities, and the least and the greatest of all.
const HEADER_LENS: [u32; 7] = [32, 160, 192, 224, 512, 544, 16384];

const PAGE: u64 = 16384;

/// The place of a record with a name of `name_len` bytes, step by step.
fn naive(header_len: u32, limit: u32, name_len: u32) -> (u64, u64) {
    let least = match limit {
        0 => u64::from(header_len) + 2052,
        _ => u64::from(limit),
    };
    let mut size = 0;
    while size < 16 + u64::from(name_len) {
        size += 32;
    }
    let mut start = least;
    while start % 32 != 0 {
        start += 1;
    }
    if start / PAGE != (start + size) / PAGE {
        // The page that begins at the limit or after it.
        start = least.div_ceil(PAGE) * PAGE;
    }
    (start, start + size)
}

fn same(header_len: u32, limit: u32, name_len: u32) -> Placement {
    let placed = place(header_len, limit, name_len).expect("the file is far from 2^32 bytes");
    let expected = naive(header_len, limit, name_len);
    assert_eq!(
        (u64::from(placed.start), u64::from(placed.end)),
        expected,
        "H {header_len}, limit {limit}, a name of {name_len} bytes"
    );
    placed
}

// test[fmt.place, fmt.record.size, fmt.place.limit]
#[test]
fn every_length_of_a_name_has_its_place_from_every_limit_in_a_page() {
    let mut moved = 0_u32;
    let last_page = layout::MAX_FILE_LEN - layout::PAGE;
    for page in [layout::PAGE, last_page] {
        // A limit at the end of the page is the first of the next one.
        for limit in page..=page + layout::PAGE {
            // Lengths of one record size have one place; where a size ends is looked at with
            // others.
            let whole = limit.is_multiple_of(layout::UNIT);
            let lengths = (1..=4096).filter(|len| whole || matches!(len % 32, 0 | 1 | 16 | 17));
            for name_len in lengths {
                let placed = same(192, limit, name_len);
                let skipped = placed.start - limit;
                assert!(placed.start.is_multiple_of(32) && placed.end.is_multiple_of(32));
                assert!(placed.end - placed.start >= 16 + name_len);
                assert!(placed.end - placed.start < 16 + name_len + 32);
                // Nothing of it lies in the last 32 bytes of a page, and it lies in one.
                assert!(
                    placed.start % layout::PAGE + (placed.end - placed.start) <= layout::PAGE - 32
                );
                moved += u32::from(skipped >= 32);
            }
        }
    }
    assert!(moved > 100_000, "{moved} were moved to the next page");
}

// test[fmt.place]
#[test]
fn the_first_record_has_its_place_behind_every_header() {
    for header_len in (32..=layout::MAX_HEADER_LEN).step_by(32) {
        for name_len in 1..=4096 {
            let first = same(header_len, 0, name_len);
            assert!(first.start >= header_len + 2052);
            // The limit that a file has while it is empty is 0, but R means the same.
            let from = layout::records_off(header_len);
            assert_eq!(place(header_len, from, name_len), Some(first));
        }
    }
}

// test[fmt.place, fmt.place.limit]
#[test]
fn records_that_follow_each_other_share_no_byte() {
    for header_len in HEADER_LENS {
        // With this step every length is followed by ever other lengths.
        for step in [1, 31, 97, 1025, 4095] {
            let (mut limit, mut name_len, mut free) = (0, 1, 0);
            for _ in 0..4096 {
                let placed = same(header_len, limit, name_len);
                let from = limit.max(layout::records_off(header_len));
                assert!(placed.start >= from);
                free += placed.start - from;
                limit = placed.end;
                name_len = (name_len - 1 + step) % 4096 + 1;
            }
            assert!(free > 0 && free < limit, "{free} bytes of {limit} are free");
        }
    }
}

// test[fmt.place, fmt.place.limit, fmt.link]
#[test]
fn a_table_puts_records_of_every_size_where_the_rule_says() {
    let memory = Memory::new();
    let limit_word = memory.word(header_len());
    memory.len.store(4 * layout::PAGE, Ordering::Relaxed);
    for slot in 0..layout::PAGE / layout::UNIT {
        let limit = layout::PAGE + layout::UNIT * slot;
        // The shortest and the longest name of each size of a record.
        let lengths = (0..129).flat_map(|units| [32 * units, 32 * units + 1]);
        for len in lengths.map(|len: u32| len.saturating_sub(15).clamp(1, 4096)) {
            limit_word.store(limit, Ordering::Relaxed);
            let name = vec![b'n'; len as usize];
            let count = memory.table().insert(&name).expect("there is room");
            count.store(u64::from(len), Ordering::Relaxed);
            let head = memory.word(header_len() + 4 + 4 * naive_bucket(&name));
            let (start, end) = naive(header_len(), limit, len);
            assert_eq!(u64::from(limit_word.load(Ordering::Relaxed)), end);
            assert_eq!(u64::from(head.load(Ordering::Relaxed)), start);
            if (slot + len).is_multiple_of(311) {
                assert_eq!(memory.counts(), [(name, u64::from(len))].into());
            }
            // As if the record had never been there.
            head.store(0, Ordering::Relaxed);
            count.store(0, Ordering::Relaxed);
        }
        forget_widths(&memory);
    }
}

/// Lets every word have any width again, as other records begin at other places.
fn forget_widths(memory: &Memory) {
    for width in &memory.widths {
        width.store(0, Ordering::Relaxed);
    }
}

/// The number of the chain by arithmetic in 128 bits.
fn naive_bucket(name: &[u8]) -> u32 {
    let two_32 = 1_u128 << 32;
    let mut hash = 2_166_136_261_u128;
    for byte in name {
        // What differs in the low 8 bits alone differs by an exclusive or of them.
        let low = hash % 256;
        hash = hash - low + (low ^ u128::from(*byte));
        hash = hash * 16_777_619 % two_32;
    }
    let high = hash / 65_536;
    let mut folded = 0;
    for bit in 0..9 {
        let of = |number: u128| number / (1 << bit) % 2;
        folded += (of(hash) + of(high)) % 2 * (1 << bit);
    }
    folded as u32
}

fn same_bucket(name: &[u8], seen: &mut [u32; 512]) {
    let number = bucket(name);
    assert_eq!(number, naive_bucket(name), "{name:?}");
    seen[number as usize] += 1;
}

// test[fmt.bucket]
#[test]
fn every_name_of_up_to_three_bytes_is_in_its_chain() {
    let mut seen = [0; 512];
    let bytes = || 0..=255_u8;
    for a in bytes() {
        same_bucket(&[a], &mut seen);
        for b in bytes() {
            same_bucket(&[a, b], &mut seen);
            for c in bytes() {
                same_bucket(&[a, b, c], &mut seen);
            }
        }
    }
    assert!(
        seen.iter().all(|names| *names > 1000),
        "a chain is rare: {seen:?}"
    );
}

// test[fmt.bucket]
#[test]
fn a_million_names_of_any_length_are_in_their_chains() {
    let mut seen = [0; 512];
    let mut name: Vec<u8> = Vec::new();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for number in 0..1_000_000_usize {
        // Xorshift, with the constants of its inventor.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let len = if number.is_multiple_of(1000) {
            4096
        } else {
            1 + number % 60
        };
        name.resize(len, 0);
        let bytes = random.to_le_bytes();
        name.iter_mut()
            .zip(bytes.iter().cycle())
            .for_each(|(byte, of)| *byte = byte.wrapping_add(*of));
        same_bucket(&name, &mut seen);
    }
    assert!(
        seen.iter().all(|names| *names > 1000),
        "a chain is rare: {seen:?}"
    );
    assert_eq!(fnv1a(b"foobar"), 0xbf9c_f968);
}
