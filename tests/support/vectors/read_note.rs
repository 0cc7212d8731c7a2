//! Count files that a reader takes with notes.

use super::case::{Case, Expect};
use super::sample::{self, Built, META};
use crate::support::raw::Order;

pub(super) fn cases() -> Vec<Case> {
    [headers(), limits(), tags(), records(), several()].concat()
}

fn headers() -> Vec<Case> {
    let mut uneven = sample::small().built;
    // The table moves with H, so the file is laid out for the odd length from the start.
    uneven = with_header_len(&uneven, 200);
    let mut cases = vec![uneven.noted(
        "note-header-uneven",
        "A header length that is no multiple of 32.",
        "read/small",
        &[("fmt.note.header.round", 28)],
    )];
    for (id, goarch, order) in [
        ("note-goarch-little", "amd64", Order::Big),
        ("note-goarch-big", "s390x", Order::Little),
        ("note-goarch-unknown", "quantum", Order::Big),
    ] {
        let mut meta = META;
        meta[6].1 = goarch;
        let mut built = Built::of(&meta, order);
        built.add(b"tool/one", 1);
        cases.push(built.noted(
            id,
            &format!("The architecture {goarch} with the byte order of others."),
            "read/small",
            &[("fmt.note.header.goarch", 28)],
        ));
    }
    let mut none = Built::of(&META[..6], Order::Big);
    none.add(b"tool/one", 1);
    cases.push(none.accepted(
        "goarch-absent",
        &["fmt.note.header.goarch"],
        "Without an architecture there is nothing that the byte order could contradict.",
    ));
    cases.extend(duplicates());
    cases
}

/// The same counters in a file with another header length.
pub(super) fn with_header_len(built: &Built, header_len: u32) -> Built {
    let mut moved = built.clone();
    let raw = &mut moved.raw;
    let (old, new) = (raw.header_len as usize, header_len as usize);
    let heads: Vec<u32> = (0..513).map(|word| raw.get32(old + 4 * word)).collect();
    raw.bytes[old..old + 2052].fill(0);
    raw.header_len = header_len;
    raw.set32(28, header_len);
    for (word, value) in heads.into_iter().enumerate() {
        raw.set32(new + 4 * word, value);
    }
    assert!(
        raw.first_record() == raw.records()[0],
        "the records need not move"
    );
    moved
}

fn duplicates() -> Vec<Case> {
    let of = |id: &str, text: &[u8], offs: &[u64], about: &str| {
        let mut built = Built::of_text(text, &[(b"Program", b"b")]);
        built.add(b"tool/one", 1);
        let notes: Vec<_> = offs
            .iter()
            .map(|off| ("fmt.note.meta.duplicate", *off))
            .collect();
        let mut case = built.noted(id, about, "read/small", &notes);
        case.clauses.push("fmt.meta.last");
        case
    };
    vec![
        of(
            "note-key-twice",
            b"Program: a\nProgram: b\n\n",
            &[43],
            "A key in two lines: the last one counts.",
        ),
        of(
            "note-key-three-times",
            b"Program: b\nProgram: a\n\nProgram: b\n",
            &[43, 55],
            "A key in three lines: the last one counts.",
        ),
    ]
}

fn limits() -> Vec<Case> {
    let small = sample::small;
    let mut uneven = small().built;
    let limit = uneven.raw.limit();
    uneven.raw.set_limit(limit + 8);
    let mut low = sample::empty().built;
    low.raw.set_limit(32);
    let mut low_uneven = sample::empty().built;
    low_uneven.raw.set_limit(7);
    let mut outside = small().built;
    outside.raw.set_limit(16384 + 32);
    let mut far = small().built;
    far.raw.set_limit(0xffff_ffe0);
    let mut far_uneven = small().built;
    far_uneven.raw.set_limit(u32::MAX);
    let at = u64::from(uneven.raw.header_len);
    let (round, low_clause, inside) = (
        "fmt.note.limit.round",
        "fmt.note.limit.low",
        "fmt.note.limit.inside",
    );
    let empty = "read/empty";
    let base = "read/small";
    vec![
        uneven.noted(
            "note-limit-uneven",
            "A limit that is no multiple of 32.",
            base,
            &[(round, at)],
        ),
        low.noted(
            "note-limit-low",
            "A limit before the first record.",
            empty,
            &[(low_clause, at)],
        ),
        low_uneven.noted(
            "note-limit-low-uneven",
            "A limit before the first record that is no multiple of 32.",
            empty,
            &[(round, at), (low_clause, at)],
        ),
        outside.noted(
            "note-limit-outside",
            "A limit past the file.",
            base,
            &[(inside, at)],
        ),
        far.noted(
            "note-limit-far-outside",
            "A limit of almost 4 GiB.",
            base,
            &[(inside, at)],
        ),
        far_uneven.noted(
            "note-limit-max",
            "The greatest limit.",
            base,
            &[(round, at), (inside, at)],
        ),
    ]
}

fn tags() -> Vec<Case> {
    let tag = "fmt.note.record.tag";
    let with_tag = |id: &str, high: u32, about: &str| {
        let mut built = sample::small().built;
        let record = built.raw.records()[2] as usize;
        built.raw.set32(record + 8, high << 24 | 17);
        built.noted(id, about, "read/small", &[(tag, record as u64 + 8)])
    };
    vec![
        with_tag(
            "note-tag-0",
            0,
            "A name length without the mark in its high 8 bits.",
        ),
        with_tag(
            "note-tag-fe",
            0xfe,
            "A name length with another mark in its high 8 bits.",
        ),
    ]
}

fn records() -> Vec<Case> {
    let (tag, empty, max, page) = (
        "fmt.note.record.tag",
        "fmt.note.name.empty",
        "fmt.note.name.max",
        "fmt.note.place.page",
    );
    let mut nameless = sample::small().built;
    let off = nameless.raw.add(b"", 9);
    let mut in_chain = sample::small().built;
    let first = in_chain.raw.records()[1];
    in_chain.raw.set32(first as usize + 8, 0xff00_0000);
    in_chain.unread(&sample::sharing(&in_chain.raw.clone(), "tool/counter", 2)[1]);
    let mut never = sample::small().built;
    let never_off = never.raw.add(b"", 9);
    never.raw.set32(never_off as usize + 8, 0);
    let mut long = Built::new();
    let long_off = long.add(&[b'n'; 4097], 1);
    let mut crossing = Built::new();
    let crossing_off = crossing_record(&mut crossing);
    vec![
        nameless.noted(
            "note-name-empty",
            "A record without a name is skipped, the others are kept.",
            "read/small",
            &[(empty, u64::from(off) + 8)],
        ),
        in_chain.noted(
            "note-name-empty-in-chain",
            "A record without a name that others follow.",
            "read/small",
            &[(empty, u64::from(first) + 8)],
        ),
        never.noted(
            "note-name-unwritten",
            "A record without mark and name, as if its writer had linked it too early.",
            "read/small",
            &[
                (tag, u64::from(never_off) + 8),
                (empty, u64::from(never_off) + 8),
            ],
        ),
        long.noted(
            "note-name-4097",
            "A name of one byte more than writers write.",
            "read/name-4096",
            &[(max, u64::from(long_off) + 8)],
        ),
        crossing.noted(
            "note-record-crosses-page",
            "A record that lies in two pages.",
            "read/two-pages",
            &[(page, u64::from(crossing_off))],
        ),
    ]
}

/// Places a record over the end of the first page.
fn crossing_record(built: &mut Built) -> u32 {
    for number in 0..3_u8 {
        built.add(&vec![b'a' + number; 4096], 1);
    }
    built.add(&[b'd'; 1600], 1);
    // What the raw writer would move to the next page is put together here by hand.
    let (name, start) = ([b'e'; 64], 16384 - 32);
    assert!(built.raw.limit() <= start);
    built.raw.grow_to(2 * 16384);
    let off = built.add(&name, 5);
    let record = built.raw.bytes[off as usize..off as usize + 96].to_vec();
    built.raw.bytes[off as usize..off as usize + 96].fill(0);
    built.raw.bytes[start as usize..start as usize + 96].copy_from_slice(&record);
    let head = built.raw.head_off(&name);
    built.raw.set32(head, start);
    built.raw.set_limit(start + 96);
    start
}

fn several() -> Vec<Case> {
    let mut built = sample::small().built;
    let limit = built.raw.limit();
    built.raw.set_limit(limit + 1);
    let records = built.raw.records();
    let len = built.raw.get32(records[2] as usize + 8) & 0xff_ffff;
    built.raw.set32(records[2] as usize + 8, len);
    let notes = [
        ("fmt.note.limit.round", u64::from(built.raw.header_len)),
        ("fmt.note.record.tag", u64::from(records[2]) + 8),
    ];
    vec![
        built.noted(
            "note-several",
            "Notes on the header come before those on records.",
            "read/small",
            &notes,
        ),
        more_than_64(),
    ]
}

/// Seventy records without a name in one chain: a reader may keep the first 64 notes alone.
fn more_than_64() -> Case {
    let mut built = sample::small().built;
    let mut notes = Vec::new();
    for _ in 0..70 {
        let off = built.raw.add(b"", 1);
        // Each is put before the others, so the walk meets the last one first.
        notes.insert(0, ("fmt.note.name.empty", u64::from(off) + 8));
    }
    let mut case = built.noted(
        "note-more-than-64",
        "Seventy records without a name: a reader may keep the first 64 notes alone.",
        "read/small",
        &notes,
    );
    case.clauses.push("fmt.note.many");
    let result = built.result();
    let kept = |notes: &[(&'static str, u64)]| Expect::Noted {
        result: result.clone(),
        notes: notes.to_vec(),
    };
    case.expect = Expect::OneOf(vec![
        ("all notes are kept".to_owned(), kept(&notes)),
        ("the first 64 are kept".to_owned(), kept(&notes[..64])),
    ]);
    case
}
