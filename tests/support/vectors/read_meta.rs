//! Count files whose metadata is odd, and what a reader notes of it.

use super::case::Case;
use super::sample::{self, Built, META};
use crate::support::raw::Order;

pub(super) fn cases() -> Vec<Case> {
    [zeros(), keys(), goarchs(), vec![all_of_header()]].concat()
}

/// A file with this metadata and one counter.
fn of_text(text: &[u8], meta: &[(&[u8], &[u8])]) -> Built {
    let mut built = Built::of_text(text, meta);
    built.add(b"tool/one", 1);
    built
}

/// Zero bytes, behind which nothing is metadata.
fn zeros() -> Vec<Case> {
    let of = |id: &str, text: &[u8], meta: &[(&[u8], &[u8])], about: &str| {
        of_text(text, meta).accepted(id, &["fmt.meta.end"], about)
    };
    let a: &[(&[u8], &[u8])] = &[(b"Program", b"a")];
    vec![
        of(
            "meta-zero-in-line",
            b"Program: a\0b: c\nVersion: d\n\n",
            a,
            "A zero byte in a line: neither the rest of it nor the next one is metadata.",
        ),
        of(
            "meta-zero-ends-line",
            b"Program: a\n\0Version: d\n\n",
            a,
            "A zero byte where a line would begin.",
        ),
        of(
            "meta-zero-first",
            b"\0Program: a\n\n",
            &[],
            "A zero byte before all metadata.",
        ),
        sample::small().rejected(
            "meta-zero-in-key",
            ("metadata", "fmt.meta.line"),
            "A zero byte in a key: what stands before it is a line without a colon.",
            |raw| {
                let line = b"\nVersion: ";
                let found = raw.bytes.windows(line.len()).position(|part| part == line);
                let start = found.expect("the line is there") + 1;
                raw.bytes[start + 4] = 0;
                start as u64
            },
        ),
    ]
}

fn keys() -> Vec<Case> {
    vec![
        of_text(
            b"Program: a\nProfile: b\nPr: c\nprogram: d\n\n",
            &[
                (b"Program", b"a"),
                (b"Profile", b"b"),
                (b"Pr", b"c"),
                (b"program", b"d"),
            ],
        )
        .accepted(
            "meta-keys-alike",
            &["fmt.note.meta.duplicate"],
            "Keys that look alike: none of them is there twice.",
        ),
        of_text(
            b"GOARCH: s390x\nGOARCH: amd64\n\n",
            &[(b"GOARCH", b"amd64")],
        )
        .noted(
            "note-goarch-twice",
            "Two architectures: the last one counts, and agrees with the byte order.",
            "read/small",
            &[("fmt.note.meta.duplicate", 46)],
        ),
        of_text(
            b"GOARCH: amd64\nGOARCH: s390x\n\n",
            &[(b"GOARCH", b"s390x")],
        )
        .noted(
            "note-goarch-twice-last-wrong",
            "Two architectures: the last one counts, and belongs to the other byte order.",
            "read/small",
            &[
                ("fmt.note.header.goarch", 28),
                ("fmt.note.meta.duplicate", 46),
            ],
        ),
    ]
}

/// Architectures that are none of the three that store the high byte first.
fn goarchs() -> Vec<Case> {
    let of = |goarch: &str, order: Order| {
        let mut meta = META;
        meta[6].1 = goarch;
        let mut built = Built::of(&meta, order);
        built.add(b"tool/one", 1);
        built
    };
    let others = ["ppc64le", "mips64le", "ppc", "mips", "s390", "sparc64"];
    let little = others.map(|goarch| {
        of(goarch, Order::Little).accepted(
            &format!("goarch-{goarch}"),
            &["fmt.note.header.goarch"],
            "An architecture that is none of the three with the high byte first.",
        )
    });
    let big = ["ppc64le", "mips"].map(|goarch| {
        of(goarch, Order::Big).noted(
            &format!("note-goarch-{goarch}"),
            &format!("The architecture {goarch} with the high byte first."),
            "read/small",
            &[("fmt.note.header.goarch", 28)],
        )
    });
    little.into_iter().chain(big).collect()
}

/// All that can be noted of a header, and one note on a record.
fn all_of_header() -> Case {
    let text = b"GOARCH: s390x\nProgram: a\nProgram: b\n\n";
    let even = of_text(text, &[(b"GOARCH", b"s390x"), (b"Program", b"b")]);
    let mut built = super::read_note::with_header_len(&even, even.raw.header_len + 4);
    let record = built.raw.records()[0];
    built.raw.set32(record as usize + 8, 8);
    built.raw.set_limit(16384 + 33);
    let at = u64::from(built.raw.header_len);
    built.noted(
        "note-all-of-header",
        "A header with all that can be noted of one, and a record without a mark.",
        "read/small",
        &[
            ("fmt.note.header.round", 28),
            ("fmt.note.header.goarch", 28),
            ("fmt.note.meta.duplicate", 57),
            ("fmt.note.limit.round", at),
            ("fmt.note.limit.inside", at),
            ("fmt.note.record.tag", u64::from(record) + 8),
        ],
    )
}
