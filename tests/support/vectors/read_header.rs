//! Count files that a reader rejects for their size, header, table or metadata.

use super::case::{Case, Expect};
use super::sample::{self, Base, Built, FILE};

const HEADER: &str = "header";
const LENGTH: (&str, &str) = (HEADER, "fmt.header.length");
const TABLE: (&str, &str) = (HEADER, "fmt.table.inside");
const LINE: (&str, &str) = ("metadata", "fmt.meta.line");

pub(super) fn cases() -> Vec<Case> {
    [sizes(), magic(), lengths(), tables(), metadata()].concat()
}

fn sizes() -> Vec<Case> {
    let small = sample::small();
    let short = |id: &str, len: usize, about: &str| {
        small.rejected(id, (HEADER, "fmt.file.min"), about, |raw| {
            raw.bytes.truncate(len);
            len as u64
        })
    };
    vec![
        short("size-0", 0, "An empty file."),
        short("size-27", 27, "A file that ends in the magic."),
        short("size-28", 28, "A file that ends behind the magic."),
        short("size-32", 32, "A file that ends behind the header length."),
        short("size-100", 100, "A file that ends in the metadata."),
        short("size-2000", 2000, "A file that ends in the table."),
        short(
            "size-16383",
            16383,
            "A file that lacks the last byte of its page.",
        ),
        largest("size-67108864", 67_108_864).shows(&["fmt.file.max"], "The largest file."),
        largest("size-67108865", 67_108_865)
            .shows(
                &["fmt.file.max"],
                "A file of one byte more than the largest.",
            )
            .base("read/size-67108864")
            .expect(Expect::Reject {
                stage: Some(HEADER),
                clause: "fmt.file.max",
                offset: Some(67_108_864),
            }),
    ]
}

/// The small file, with zeros behind it.
fn largest(id: &str, size: u64) -> Case {
    let small = sample::small().built;
    small.accepted(id, &[], "").extended(FILE, size)
}

fn magic() -> Vec<Case> {
    let wrong = |id: &str, at: usize, byte: u8, about: &str| {
        sample::small().rejected(id, (HEADER, "fmt.header.magic"), about, |raw| {
            raw.bytes[at] = byte;
            at as u64
        })
    };
    vec![
        wrong("magic-first-byte", 0, b'%', "Another first byte."),
        wrong(
            "magic-upper-case",
            2,
            b'T',
            "A magic with an upper-case letter.",
        ),
        wrong("magic-version-2", 26, b'2', "The magic of another version."),
        wrong(
            "magic-carriage-return",
            27,
            b'\r',
            "A magic without its newline.",
        ),
    ]
}

fn lengths() -> Vec<Case> {
    let of = |base: Base, id: &str, len: u32, about: &str| {
        base.rejected(id, LENGTH, about, |raw| {
            raw.set32(28, len);
            28
        })
    };
    let small = sample::small;
    vec![
        of(small(), "header-length-0", 0, "A header length of 0."),
        of(small(), "header-length-1", 1, "A header length of 1."),
        of(
            small(),
            "header-length-31",
            31,
            "A header length that ends before the metadata begins.",
        ),
        of(
            small(),
            "header-length-16385",
            16385,
            "A header length of one more than is allowed.",
        ),
        of(
            small(),
            "header-length-16416",
            16416,
            "A header length of one unit more than is allowed.",
        ),
        of(
            small(),
            "header-length-2-24",
            1 << 24,
            "A header length that is 1 in the other byte order.",
        ),
        of(
            small(),
            "header-length-max",
            u32::MAX,
            "The greatest header length.",
        ),
        of(
            small(),
            "header-length-sign",
            0x8000_0001,
            "A header length whose highest bit is set.",
        ),
    ]
}

fn tables() -> Vec<Case> {
    let long = || Base {
        id: "read/header-16384",
        built: longest(),
    };
    let outside = |id: &str, len: u32, about: &str| {
        sample::empty().rejected(id, TABLE, about, |raw| {
            raw.set32(28, len);
            28
        })
    };
    vec![
        outside(
            "table-outside-by-4",
            14336,
            "A table whose last head lies past the file's end.",
        ),
        outside(
            "table-outside-by-32",
            14368,
            "A table that leaves the file by a unit.",
        ),
        long().rejected(
            "table-outside-whole",
            TABLE,
            "The longest header in a file of one page: there is no table.",
            |raw| {
                raw.bytes.truncate(16384);
                28
            },
        ),
        long().rejected(
            "table-outside-by-1",
            TABLE,
            "A file that lacks the last byte of its table.",
            |raw| {
                raw.bytes.truncate(16384 + 2051);
                28
            },
        ),
    ]
}

/// The file of `read/header-16384`.
fn longest() -> Built {
    let mut built = Built::of_text(&vec![b'\n'; 16384 - 32], &[]);
    built.add(b"tool/one", 1);
    built.raw.grow_to(2 * 16384);
    built
}

fn metadata() -> Vec<Case> {
    let change = |id: &str, from: usize, to: &[u8], about: &str| {
        sample::small().rejected(id, LINE, about, |raw| {
            let line = version_line(&raw.bytes);
            raw.bytes[line + from..line + from + to.len()].copy_from_slice(to);
            line as u64
        })
    };
    let mut cases = vec![
        change("meta-no-colon", 7, b";", "A line without a colon."),
        change(
            "meta-no-space",
            8,
            b"_",
            "A colon without a space behind it.",
        ),
        change("meta-tab", 8, b"\t", "A tab behind the colon."),
        change(
            "meta-space-before-colon",
            7,
            b" :",
            "A space before the colon.",
        ),
    ];
    cases.extend(metadata_moved());
    for case in &cases {
        assert!(case.input[0].0 == FILE && matches!(case.expect, Expect::Reject { .. }));
    }
    cases
}

/// Lines that begin or end where none should.
fn metadata_moved() -> Vec<Case> {
    vec![
        sample::small().rejected(
            "meta-line-broken",
            LINE,
            "A newline within a value: what follows it is no line.",
            |raw| {
                let line = version_line(&raw.bytes);
                raw.bytes[line + 12] = b'\n';
                line as u64 + 13
            },
        ),
        sample::small().rejected(
            "meta-first-line",
            LINE,
            "A first line without a colon and space.",
            |raw| {
                raw.bytes[41] = b'=';
                32
            },
        ),
        sample::small().rejected(
            "meta-runs-on",
            LINE,
            "Bytes other than zero in the padding are a line without a colon.",
            |raw| {
                let end = raw
                    .bytes
                    .iter()
                    .skip(32)
                    .position(|byte| *byte == 0)
                    .expect("padding")
                    + 32;
                let header_len = raw.header_len as usize;
                raw.bytes[end..header_len].fill(b'x');
                end as u64
            },
        ),
    ]
}

/// The offset of the line of the version.
fn version_line(bytes: &[u8]) -> usize {
    let line = b"Version: go1.27.3";
    let found = bytes.windows(line.len()).position(|part| part == line);
    found.expect("the line is there")
}
