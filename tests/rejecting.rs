//! Files that break one clause of the format: which one is named, and at which offset.
//!
//! Each file is sound but for one word or line, so that nothing else can be why it is rejected or
//! noted. All are given to the oracle as well.

mod support;

use gotelemetry::format::parse;
use support::agree::agree;
use support::raw::{self, Raw};

const NAME_LEN: usize = 8;
const NEXT: usize = 12;

/// A file with one record, and the offset of the record.
fn with_one_record() -> (Raw, usize) {
    let mut raw = Raw::new(&raw::sample_meta());
    let record = raw.add(b"counter", 3) as usize;
    (raw, record)
}

fn rejected(bytes: &[u8]) -> (&'static str, u64) {
    assert!(!agree(bytes));
    let error = parse(bytes).expect_err("the file is damaged");
    (error.clause(), error.offset)
}

/// The notes on a file that is taken: clause and offset of each.
fn noted(bytes: &[u8]) -> Vec<(&'static str, u64)> {
    assert!(agree(bytes));
    let file = parse(bytes).expect("the file is taken");
    let notes = file.notes.kept().iter();
    notes.map(|note| (note.clause(), note.offset)).collect()
}

/// The metadata of a file whose metadata is this text: all lines, in order.
fn pairs(text: &[u8]) -> Vec<(String, String)> {
    let raw = Raw::new(text);
    assert!(agree(&raw.bytes));
    let file = parse(&raw.bytes).expect("the file is taken");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let pairs = file.meta.pairs();
    pairs.map(|(key, value)| (text(key), text(value))).collect()
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

// test[fmt.file.min]
#[test]
fn a_file_of_less_than_a_page_is_rejected_at_its_end() {
    let bytes = with_one_record().0.into_bytes();
    for len in [0, 1, 27, 28, 32, 8192, 16383] {
        assert_eq!(rejected(&bytes[..len]), ("fmt.file.min", len as u64));
    }
    assert_eq!(noted(&bytes), []);
}

// test[fmt.header.magic]
#[test]
fn another_magic_is_rejected_at_its_first_wrong_byte() {
    for at in 0..28 {
        let mut bytes = with_one_record().0.into_bytes();
        bytes[at] ^= 0x20;
        bytes[27] ^= 1;
        assert_eq!(rejected(&bytes), ("fmt.header.magic", at as u64));
    }
}

// test[fmt.meta.end]
#[test]
fn metadata_ends_at_its_first_zero_byte_or_at_the_header_length() {
    // What follows the zero byte is no line, and no reason to reject the file.
    let cut = pairs(b"A: 1\nB: 2\0no line\nC: 3\n");
    assert_eq!(cut, [pair("A", "1"), pair("B", "2")]);
    assert_eq!(pairs(b"\0no line"), []);
    // 32 bytes without a zero end where the header does, whatever follows.
    let text = b"A: 1\nB: a value of 22 bytes, all";
    assert_eq!(text.len(), 32);
    assert_eq!(
        pairs(text),
        [pair("A", "1"), pair("B", "a value of 22 bytes, all")]
    );
    let mut raw = Raw::new(text);
    raw.set_limit(0x2020_2020);
    let file = parse(&raw.bytes).expect("the file is taken");
    assert_eq!(file.meta.get("B"), Some(&b"a value of 22 bytes, all"[..]));
}

// test[fmt.meta.line]
#[test]
fn a_metadata_line_without_colon_and_space_is_rejected_where_it_begins() {
    for (text, offset) in [
        (&b"no line"[..], 32),
        (b"A: 1\nB:2\nC: 3\n", 37),
        (b"A: 1\n\n\n: \n :\n", 42),
        (b"A: 1\nB: 2\nC", 42),
        (b"A :1\n", 32),
    ] {
        let raw = Raw::new(text);
        let what = String::from_utf8_lossy(text);
        assert_eq!(rejected(&raw.bytes), ("fmt.meta.line", offset), "{what:?}");
    }
    // Lines that are empty are none; key and value may be, and the value may hold anything.
    let odd = pairs(b"\n\nA: 1\n\n: \nB:: : x\nC: \xff\n\n");
    let expected = [
        pair("A", "1"),
        pair("", ""),
        pair("B:", ": x"),
        pair("C", "\u{fffd}"),
    ];
    assert_eq!(odd, expected);
}

// test[fmt.meta.last, fmt.note.meta.duplicate]
#[test]
fn of_lines_with_one_key_the_last_is_taken_and_all_but_the_first_are_noted() {
    let raw = Raw::new(b"A: 1\nB: 2\nA: 3\nB: 4\nA: 5\n");
    let notes = [42, 47, 52].map(|offset| ("fmt.note.meta.duplicate", offset));
    assert_eq!(noted(&raw.bytes), notes);
    let file = parse(&raw.bytes).expect("the file is taken");
    assert_eq!(file.meta.get("A"), Some(&b"5"[..]));
    assert_eq!(file.meta.get("B"), Some(&b"4"[..]));
}

// test[fmt.chain.dead, fmt.record.align, fmt.record.first, fmt.record.limit, fmt.record.inside]
#[test]
fn a_pointer_that_leads_nowhere_is_rejected_where_it_stands() {
    let (sound, record) = with_one_record();
    let (first, limit) = (sound.first_record(), sound.limit());
    let head = sound.head_off(b"counter");
    for (pointer, clause) in [
        (0xffff_ffff, "fmt.chain.dead"),
        (first + 8, "fmt.record.align"),
        (first + 31, "fmt.record.align"),
        (1, "fmt.record.align"),
        (first - 32, "fmt.record.first"),
        (32, "fmt.record.first"),
        (limit, "fmt.record.limit"),
        (0xffff_ffe0, "fmt.record.limit"),
    ] {
        for at in [head, record + NEXT] {
            let mut raw = sound.clone();
            raw.set32(at, pointer);
            assert_eq!(rejected(&raw.bytes), (clause, at as u64), "{pointer:#x}");
        }
    }
    // A limit past the file's end lets a pointer lead there.
    for (pointer, limit) in [(16384, 16416), (1 << 20, u32::MAX)] {
        let mut raw = sound.clone();
        raw.set32(record + NEXT, pointer);
        raw.set_limit(limit);
        let at = (record + NEXT) as u64;
        assert_eq!(rejected(&raw.bytes), ("fmt.record.inside", at));
    }
}

// test[fmt.record.limit]
#[test]
fn a_limit_of_0_leaves_no_room_for_a_record() {
    let (mut raw, _) = with_one_record();
    raw.set_limit(0);
    let head = raw.head_off(b"counter") as u64;
    assert_eq!(rejected(&raw.bytes), ("fmt.record.limit", head));
}

// test[fmt.record.end-limit, fmt.record.end-inside]
#[test]
fn a_name_that_reaches_too_far_is_rejected_at_its_length() {
    let (sound, record) = with_one_record();
    let at = (record + NAME_LEN) as u64;
    for name_len in [17, 4096, 0x00ff_ffff] {
        let mut raw = sound.clone();
        raw.set32(record + NAME_LEN, 0xff00_0000 | name_len);
        assert_eq!(rejected(&raw.bytes), ("fmt.record.end-limit", at));
    }
    let mut raw = sound;
    let end = raw.bytes.len() as u32;
    raw.set_limit(end + 64);
    let longest = end - record as u32 - 16;
    raw.set32(record + NAME_LEN, 0xff00_0000 | longest);
    assert_eq!(noted(&raw.bytes).len(), 3);
    raw.set32(record + NAME_LEN, 0xff00_0000 | (longest + 1));
    assert_eq!(rejected(&raw.bytes), ("fmt.record.end-inside", at));
}

// test[fmt.note.limit.round, fmt.note.limit.low, fmt.note.limit.inside]
#[test]
fn a_limit_that_no_writer_leaves_is_noted_at_the_limit() {
    for (limit, clauses) in [
        (0, &[][..]),
        (2272, &[]),
        (16384, &[]),
        (2240, &["fmt.note.limit.low"]),
        (2273, &["fmt.note.limit.round"]),
        (16416, &["fmt.note.limit.inside"]),
        (7, &["fmt.note.limit.round", "fmt.note.limit.low"]),
        (16385, &["fmt.note.limit.round", "fmt.note.limit.inside"]),
    ] {
        let mut raw = Raw::new(&raw::sample_meta());
        raw.set_limit(limit);
        let notes: Vec<_> = clauses.iter().map(|clause| (*clause, 192)).collect();
        assert_eq!(noted(&raw.bytes), notes, "{limit}");
    }
}

// test[fmt.note.record.tag, fmt.note.name.empty]
#[test]
fn a_name_length_without_its_tag_is_noted_with_or_without_a_name() {
    for tag in [0, 1, 0x7f, 0xfe] {
        let (mut raw, record) = with_one_record();
        let at = (record + NAME_LEN) as u64;
        raw.set32(record + NAME_LEN, tag << 24 | 7);
        assert_eq!(noted(&raw.bytes), [("fmt.note.record.tag", at)]);
        raw.set32(record + NAME_LEN, tag << 24);
        let both = [("fmt.note.record.tag", at), ("fmt.note.name.empty", at)];
        assert_eq!(noted(&raw.bytes), both);
    }
}

// test[fmt.note.header.goarch]
#[test]
fn a_goarch_of_the_other_byte_order_is_noted_and_only_that() {
    for (goarch, is_noted) in [
        ("s390x", true),
        ("ppc64", true),
        ("mips64", true),
        ("ppc64le", false),
        ("mips", false),
        ("amd64", false),
        ("", false),
    ] {
        let raw = Raw::new(&raw::meta_text(&[("GOARCH", goarch)]));
        let expected: &[_] = match is_noted {
            true => &[("fmt.note.header.goarch", 28)],
            false => &[],
        };
        assert_eq!(noted(&raw.bytes), expected, "{goarch}");
    }
    assert_eq!(noted(&Raw::new(b"\n").bytes), []);
}
