//! Files at the edges of the format: what the reader says of each, in so many words.
//!
//! Each file differs from a sound one in what the test's name says. All are given to the oracle
//! as well.

mod support;

use gotelemetry::format::header::ByteOrder;
use gotelemetry::format::{FormatError, parse, record};
use support::agree::agree;
use support::raw::{self, Order, Raw};

const NEXT: usize = 12;
const NAME_LEN: usize = 8;

/// A file with a few counters, of which the first two share a chain.
fn sound() -> (Raw, u32, u32) {
    let mut raw = Raw::new(&raw::sample_meta());
    let (a, b) = two_of_one_bucket();
    let (a_off, b_off) = (raw.add(a.as_bytes(), 1), raw.add(b.as_bytes(), 2));
    raw.add(b"other/counter", 3);
    (raw, a_off, b_off)
}

fn two_of_one_bucket() -> (String, String) {
    let first = "counter-0".to_owned();
    let bucket = record::bucket(first.as_bytes());
    let second = (1..).map(|number| format!("counter-{number}"));
    let mut second = second.filter(|name| record::bucket(name.as_bytes()) == bucket);
    (first, second.next().expect("buckets repeat"))
}

fn rejection(bytes: &[u8]) -> FormatError {
    assert!(!agree(bytes));
    parse(bytes).expect_err("the file is damaged")
}

fn clause_and_offset(bytes: &[u8]) -> (&'static str, u64) {
    let error = rejection(bytes);
    (error.clause(), error.offset)
}

/// The clauses of the notes on a file that is taken.
fn notes(bytes: &[u8]) -> Vec<&'static str> {
    assert!(agree(bytes));
    let file = parse(bytes).expect("the file is taken");
    file.notes
        .kept()
        .iter()
        .map(|note| note.rule.clause())
        .collect()
}

fn counts(bytes: &[u8]) -> Vec<(String, u64)> {
    assert!(agree(bytes));
    let file = parse(bytes).expect("the file is taken");
    let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    file.counts()
        .iter()
        .map(|(name, count)| (text(name), *count))
        .collect()
}

#[test]
fn a_sound_file_is_taken_without_notes() {
    let (raw, _, _) = sound();
    let bytes = raw.into_bytes();
    assert_eq!(notes(&bytes), Vec::<&str>::new());
    let file = parse(&bytes).expect("the file is sound");
    assert_eq!(
        (file.order, file.visited, file.records().len()),
        (ByteOrder::Little, 3, 3)
    );
    assert_eq!(file.meta.get("Program"), Some(&b"cmd/go"[..]));
    assert_eq!(
        file.meta.time("TimeEnd").expect("a time").to_string(),
        "2026-11-25T00:00:00Z"
    );
}

// test[fmt.chain.once]
#[test]
fn a_record_linked_to_itself_is_rejected() {
    let (mut raw, a, _) = sound();
    raw.set32(a as usize + NEXT, a);
    let from = u64::from(a) + NEXT as u64;
    assert_eq!(clause_and_offset(&raw.bytes), ("fmt.chain.once", from));
}

// test[fmt.chain.once, fmt.visits]
#[test]
fn a_chain_that_leads_back_to_its_start_is_rejected() {
    let (mut raw, a, b) = sound();
    raw.set32(a as usize + NEXT, b);
    assert_eq!(rejection(&raw.bytes).clause(), "fmt.chain.once");
    assert_eq!(rejection(&raw.bytes).visited, 2);
}

#[test]
fn a_cycle_of_stacks_with_ditto_marks_is_rejected() {
    // Go's reader takes each for another name than the last and never ends.
    let mut raw = Raw::new(&raw::sample_meta());
    let stack = raw.add(b"bug\nmain.f:+1,+0x2\n\".g:+3,+0x4", 1);
    raw.set32(stack as usize + NEXT, stack);
    assert_eq!(rejection(&raw.bytes).clause(), "fmt.chain.once");
}

// test[fmt.chain.once]
#[test]
fn a_chain_that_leads_into_another_is_rejected() {
    let (mut raw, a, _) = sound();
    let other = raw.records()[2];
    raw.set32(other as usize + NEXT, a);
    assert_eq!(rejection(&raw.bytes).clause(), "fmt.chain.once");
}

#[test]
fn a_head_that_leads_into_another_chain_is_rejected() {
    let (mut raw, a, _) = sound();
    let empty = (0..512_usize)
        .map(|chain| 196 + 4 * chain)
        .find(|head| raw.get32(*head) == 0);
    raw.set32(empty.expect("most chains are empty"), a);
    assert_eq!(rejection(&raw.bytes).clause(), "fmt.chain.once");
}

// test[fmt.header.length]
#[test]
fn header_lengths_0_to_31_are_rejected() {
    for header_len in 0..32 {
        let (mut raw, _, _) = sound();
        raw.set32(28, header_len);
        assert_eq!(
            clause_and_offset(&raw.bytes),
            ("fmt.header.length", 28),
            "{header_len}"
        );
    }
}

#[test]
fn header_length_32_means_no_metadata() {
    let mut raw = Raw::new(b"");
    raw.add(b"counter", 7);
    assert_eq!(raw.header_len, 32);
    assert_eq!(counts(&raw.bytes), [("counter".to_owned(), 7)]);
    assert_eq!(parse(&raw.bytes).expect("taken").meta.pairs().count(), 0);
}

// test[fmt.note.header.round]
#[test]
fn header_lengths_33_to_40_are_read_as_they_stand_and_noted() {
    for header_len in 33..=40_u32 {
        let mut bytes = Raw::new(b"").into_bytes();
        bytes[28..32].copy_from_slice(&header_len.to_le_bytes());
        assert_eq!(notes(&bytes), ["fmt.note.header.round"], "{header_len}");
    }
}

#[test]
fn a_header_length_that_cuts_the_metadata_breaks_its_last_line() {
    for header_len in 33..=40 {
        let (mut raw, _, _) = sound();
        raw.set32(28, header_len);
        assert_eq!(
            clause_and_offset(&raw.bytes),
            ("fmt.meta.line", 32),
            "{header_len}"
        );
    }
}

// test[fmt.header.length]
#[test]
fn header_lengths_above_16384_are_rejected() {
    for header_len in [16385, 16416, 0x0041_0000, 0x0100_0000, u32::MAX] {
        let (mut raw, _, _) = sound();
        raw.grow_to(1 << 20);
        raw.set32(28, header_len);
        assert_eq!(
            clause_and_offset(&raw.bytes),
            ("fmt.header.length", 28),
            "{header_len}"
        );
    }
}

#[test]
fn a_header_length_of_65536_is_256_in_the_other_order_and_the_rest_contradicts_it() {
    let (mut raw, _, _) = sound();
    raw.set32(28, 65536);
    assert_eq!(rejection(&raw.bytes).clause(), "fmt.record.limit");
}

// test[fmt.table.inside]
#[test]
fn a_header_length_of_16384_needs_room_for_the_heads() {
    let mut raw = Raw::new(b"");
    raw.set32(28, 16384);
    assert_eq!(clause_and_offset(&raw.bytes), ("fmt.table.inside", 28));
    raw.grow_to(16384 * 2);
    assert_eq!(notes(&raw.bytes), Vec::<&str>::new());
    assert_eq!(parse(&raw.bytes).expect("taken").header_len, 16384);
}

// test[fmt.name.empty, fmt.note.name.empty]
#[test]
fn a_nameless_record_is_skipped_and_the_rest_of_its_chain_read() {
    let (mut raw, a, b) = sound();
    raw.set32(b as usize + NAME_LEN, 0xff00_0000);
    assert_eq!(notes(&raw.bytes), ["fmt.note.name.empty"]);
    assert_eq!(raw.get32(b as usize + NEXT), a);
    assert_eq!(
        counts(&raw.bytes),
        [("counter-0".to_owned(), 1), ("other/counter".to_owned(), 3)]
    );
}

#[test]
fn a_record_written_for_an_empty_name_is_skipped() {
    let mut raw = Raw::new(&raw::sample_meta());
    raw.add(b"", 5);
    raw.add(b"a", 1);
    assert_eq!(notes(&raw.bytes), ["fmt.note.name.empty"]);
    assert_eq!(counts(&raw.bytes), [("a".to_owned(), 1)]);
    assert_eq!(parse(&raw.bytes).expect("taken").visited, 2);
}

#[test]
fn names_of_1_4095_and_4096_bytes_are_taken() {
    for len in [1, 4095, 4096] {
        let mut raw = Raw::new(&raw::sample_meta());
        raw.add(&vec![b'n'; len], 9);
        assert_eq!(notes(&raw.bytes), Vec::<&str>::new(), "{len}");
        assert_eq!(counts(&raw.bytes), [("n".repeat(len), 9)]);
    }
}

// test[fmt.note.name.max]
#[test]
fn a_name_of_4097_bytes_is_taken_and_noted() {
    let mut raw = Raw::new(&raw::sample_meta());
    raw.add(&[b'n'; 4097], 9);
    assert_eq!(notes(&raw.bytes), ["fmt.note.name.max"]);
    assert_eq!(counts(&raw.bytes), [("n".repeat(4097), 9)]);
}

// test[fmt.note.place.page]
#[test]
fn a_name_longer_than_a_page_is_taken_and_noted_twice() {
    let mut raw = Raw::new(&raw::sample_meta());
    raw.add(&[b'n'; 20_000], 9);
    assert_eq!(
        notes(&raw.bytes),
        ["fmt.note.name.max", "fmt.note.place.page"]
    );
}

#[test]
fn names_that_are_not_utf_8_are_taken_as_they_are() {
    let mut raw = Raw::new(&raw::sample_meta());
    raw.add(b"\xff\xfe\x80", 4);
    raw.add(b"a\0b", 5);
    let bytes = raw.into_bytes();
    assert_eq!(notes(&bytes), Vec::<&str>::new());
    let file = parse(&bytes).expect("the file is taken");
    assert_eq!(file.counts()[&b"\xff\xfe\x80"[..]], 4);
    assert_eq!(file.counts()[&b"a\0b"[..]], 5);
}

// test[fmt.header.order]
#[test]
fn a_big_endian_file_is_read_in_its_own_order() {
    let mut meta = raw::sample_meta();
    meta.truncate(meta.len() - "amd64\n\n".len());
    meta.extend_from_slice(b"s390x\n\n");
    let mut raw = Raw::with_order(&meta, Order::Big);
    raw.add(b"counter", 0x0102_0304_0506_0708);
    assert_eq!(notes(&raw.bytes), Vec::<&str>::new());
    assert_eq!(
        counts(&raw.bytes),
        [("counter".to_owned(), 0x0102_0304_0506_0708)]
    );
    assert_eq!(parse(&raw.bytes).expect("taken").order, ByteOrder::Big);
}

// test[fmt.note.header.goarch]
#[test]
fn a_big_endian_file_of_a_little_endian_machine_is_noted() {
    let mut raw = Raw::with_order(&raw::sample_meta(), Order::Big);
    raw.add(b"counter", 1);
    assert_eq!(notes(&raw.bytes), ["fmt.note.header.goarch"]);
}

// test[fmt.file.max]
#[test]
fn a_file_of_64_mib_is_read_and_one_byte_more_is_rejected() {
    let mut raw = Raw::new(&raw::sample_meta());
    raw.add(b"first", 1);
    raw.grow_to(64 << 20);
    raw.set_limit((64 << 20) - 64);
    raw.add(b"last", 2);
    assert_eq!(*raw.records().last().expect("two records"), (64 << 20) - 64);
    assert_eq!(
        counts(&raw.bytes),
        [("first".to_owned(), 1), ("last".to_owned(), 2)]
    );
    raw.bytes.push(0);
    assert_eq!(clause_and_offset(&raw.bytes), ("fmt.file.max", 64 << 20));
}

#[test]
fn a_file_of_64_mib_full_of_records_is_read_to_the_last() {
    let mut raw = Raw::new(&raw::sample_meta());
    let mut number = 0_u64;
    // Names of 8 bytes fill 32 bytes each; the last record of each page has no place there.
    while raw.limit() < (64 << 20) - 64 {
        raw.add(&(number + 0x2020_2020_2020_2020).to_ne_bytes(), number);
        number += 1;
    }
    raw.grow_to(64 << 20);
    let file = parse(&raw.bytes).expect("the file is sound");
    assert_eq!(
        (u64::from(file.visited), file.records().len() as u64),
        (number, number)
    );
    assert!(number > 2_000_000);
    assert_eq!(
        file.records().map(|record| record.count).sum::<u64>(),
        number * (number - 1) / 2
    );
}

// test[fmt.stack.sum]
#[test]
fn two_spellings_of_one_stack_are_summed_in_either_order() {
    let (ditto, plain) = (
        b"bug\nmain.f:+1,+0x2\n\".g:+3,+0x4",
        b"bug\nmain.f:+1,+0x2\nmain.g:+3,+0x4",
    );
    for names in [[&ditto[..], &plain[..]], [&plain[..], &ditto[..]]] {
        let mut raw = Raw::new(&raw::sample_meta());
        raw.add(names[0], u64::MAX - 1);
        raw.add(names[1], 1);
        let sum = ("bug\nmain.f:+1,+0x2\nmain.g:+3,+0x4".to_owned(), u64::MAX);
        assert_eq!(counts(&raw.bytes).first(), Some(&sum));
        raw.set64(raw.records()[1] as usize, 2);
        assert_eq!(counts(&raw.bytes), [sum]);
    }
}

// test[fmt.name.unique]
#[test]
fn a_plain_name_in_two_records_is_rejected() {
    let mut raw = Raw::new(&raw::sample_meta());
    let first = raw.add(b"counter", 1);
    raw.add(b"counter", 2);
    // Chains begin with the record that came last, so the first one is reached second.
    assert_eq!(
        clause_and_offset(&raw.bytes),
        ("fmt.name.unique", u64::from(first) + 16)
    );
}

// test[fmt.note.many]
#[test]
fn more_than_64_notes_are_counted_and_not_kept() {
    let mut raw = Raw::new(&raw::sample_meta());
    for number in 0..100_u64 {
        let record = raw.add(format!("counter-{number}").as_bytes(), number);
        raw.set32(
            record as usize + NAME_LEN,
            raw.get32(record as usize + NAME_LEN) & 0xffff,
        );
    }
    assert!(agree(&raw.bytes));
    let file = parse(&raw.bytes).expect("the file is taken");
    assert_eq!((file.notes.total(), file.notes.kept().len()), (100, 64));
}

#[test]
fn metadata_of_very_many_lines_is_read_in_bounded_time() {
    let mut meta = Vec::new();
    for number in 0..1600 {
        meta.extend_from_slice(format!("k{number:03}: v\n").as_bytes());
    }
    meta.extend_from_slice(b"k000: last\n");
    let raw = Raw::new(&meta);
    assert!(agree(&raw.bytes));
    let file = parse(&raw.bytes).expect("the file is taken");
    assert_eq!(file.meta.get("k000"), Some(&b"last"[..]));
    assert_eq!(file.notes.total(), 1);
}

// test[fmt.record.overlap]
#[test]
fn a_record_that_reaches_into_another_is_rejected() {
    let (mut raw, a, b) = sound();
    // The chain leads from the second record to the first, which is made to reach into it.
    assert_eq!((raw.get32(b as usize + NEXT), b), (a, a + 32));
    raw.set32(a as usize + NAME_LEN, 0xff00_0000 | 17);
    let name_len = u64::from(a) + NAME_LEN as u64;
    assert_eq!(
        clause_and_offset(&raw.bytes),
        ("fmt.record.overlap", name_len)
    );
}

// test[fmt.chain.once]
#[test]
fn a_record_without_a_name_at_the_very_end_is_visited_once() {
    let (mut raw, _, _) = sound();
    let off = 16384;
    // The file ends behind the fixed part of the record, the limit behind its 32 bytes.
    raw.grow_to(off + 16);
    raw.set_limit(16384 + 32);
    raw.set32(off + NAME_LEN, 0xff00_0000);
    raw.set32(off + NEXT, 16384);
    let head = raw.head_off(b"other/counter");
    raw.set32(head, 16384);
    let from = (off + NEXT) as u64;
    assert_eq!(clause_and_offset(&raw.bytes), ("fmt.chain.once", from));
}

// test[fmt.chain.once]
#[test]
fn a_pointer_into_a_record_is_rejected() {
    let mut raw = Raw::new(&raw::sample_meta());
    let long = raw.add(&[b'n'; 100], 1);
    raw.set32(long as usize + NEXT, long + 32);
    let from = u64::from(long) + NEXT as u64;
    assert_eq!(clause_and_offset(&raw.bytes), ("fmt.chain.once", from));
}

// test[fmt.record.overlap]
#[test]
fn long_names_that_overlap_at_every_place_are_not_read_over_and_over() {
    let mut raw = Raw::new(&raw::sample_meta());
    raw.grow_to(1 << 20);
    let first = raw.first_record();
    let end = (1 << 20) - 32;
    for record in (first..end / 2).step_by(32) {
        raw.set32(record as usize + NAME_LEN, 0xff00_0000 | (end / 2 - 64));
        raw.set32(record as usize + NEXT, record + 32);
    }
    raw.set32(raw.head_off(b"any"), first);
    raw.set_limit(end);
    let error = rejection(&raw.bytes);
    assert_eq!((error.clause(), error.visited), ("fmt.chain.once", 1));
}

// test[stack.bound.file]
#[test]
fn stacks_stay_encoded_once_they_would_take_four_times_the_file() {
    let mut raw = Raw::new(&raw::sample_meta());
    for number in 0..200_u64 {
        let mut name = format!("bug-{number}\n{}.f", "p".repeat(3000)).into_bytes();
        while name.len() < 3060 {
            name.extend_from_slice(b"\n\".g");
        }
        raw.add(&name, number);
    }
    assert!(agree(&raw.bytes));
    let counts = parse(&raw.bytes).expect("the file is sound").counts();
    let decoded: usize = counts
        .keys()
        .map(|name| name.len())
        .filter(|len| *len > 4096)
        .sum();
    assert_eq!(counts.len(), 200);
    assert!(decoded <= (1 << 20) + 4 * raw.bytes.len(), "{decoded}");
    assert!(
        counts.keys().any(|name| name.len() < 4096),
        "some stay encoded"
    );
    assert!(
        counts.keys().any(|name| name.len() > 4096),
        "some are decoded"
    );
}
