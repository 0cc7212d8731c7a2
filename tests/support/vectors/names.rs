//! Names: stacks that are decoded, names that are split, and the names of flags.

use super::case::{Case, Expect};
use super::json::Json;

/// The greatest length of a decoded name, in bytes.
const BOUND: usize = 65536;

pub(super) fn cases() -> Vec<Case> {
    [
        plain(),
        decoded(DITTOS),
        decoded(DOTS),
        decoded(LINES),
        bounds(),
        split(),
        flags(),
    ]
    .concat()
}

/// Name of the case, what it shows, a name as it is written and as it reads.
type Decoded = (&'static str, &'static str, &'static [u8], &'static [u8]);

fn decode(id: &str, clause: &'static str, about: &str, name: &[u8], decoded: &[u8]) -> Case {
    Case::new(format!("name/decode-{id}"), "decode-name", "reader")
        .shows(&[clause], about)
        .args(Json::object([("name", Json::hex(name))]))
        .expect(Expect::ok(Json::object([("name", Json::hex(decoded))])))
}

fn decoded(table: &[Decoded]) -> Vec<Case> {
    let table = table.iter();
    table
        .map(|(id, about, name, read)| decode(id, "stack.decode", about, name, read))
        .collect()
}

/// Names that read as they stand.
fn plain() -> Vec<Case> {
    let table: &[(&str, &str, &[u8])] = &[
        ("plain", "A name without a newline.", b"tool/count:bucket"),
        (
            "plain-ditto",
            "A name without a newline is no stack: its mark stays.",
            b"\".f:+1,+0x2",
        ),
        ("empty", "A name of no bytes.", b""),
        (
            "stack",
            "A stack without a mark.",
            b"crash/crash\nmain.f:+1,+0x2\nruntime.main:+3,+0x4",
        ),
        ("newline-alone", "A name that is one newline.", b"\n"),
        (
            "newline-last",
            "A newline at the end is not lost.",
            b"crash/crash\nmain.f:+1,+0x2\n",
        ),
        (
            "carriage-return",
            "A carriage return ends no line and stays.",
            b"crash/crash\r\nmain.f:+1,+0x2\r",
        ),
        (
            "truncated",
            "The line that says that a name was cut has no dot.",
            b"crash/crash\nmain.f:+1,+0x2\n\"\ntruncated\n",
        ),
    ];
    let table = table.iter();
    table
        .map(|(id, about, name)| decode(id, "stack.decode", about, name, name))
        .collect()
}

const DITTOS: &[Decoded] = &[
    (
        "ditto",
        "A mark stands for the path of the line before.",
        b"crash/crash\nmain.f:+1,+0x2\n\".g:+3,+0x4",
        b"crash/crash\nmain.f:+1,+0x2\nmain.g:+3,+0x4",
    ),
    (
        "ditto-twice",
        "A mark behind a mark stands for the same path.",
        b"c\nmain.f:+1,+0x2\n\".g:+3,+0x4\n\".h:+5,+0x6",
        b"c\nmain.f:+1,+0x2\nmain.g:+3,+0x4\nmain.h:+5,+0x6",
    ),
    (
        "ditto-last-path",
        "A mark stands for the last of two paths.",
        b"c\nmain.f:+1,+0x2\nb/x.g:+3,+0x4\n\".h:+5,+0x6",
        b"c\nmain.f:+1,+0x2\nb/x.g:+3,+0x4\nb/x.h:+5,+0x6",
    ),
    (
        "ditto-without-path",
        "A mark before which no line had a path gives way to nothing, with its dot.",
        b"crash/crash\n\".f:+1,+0x2",
        b"crash/crash\nf:+1,+0x2",
    ),
    (
        "ditto-in-first-line",
        "The first line is cut like the others: its mark stands for nothing.",
        b"\".x\nmain.f:+1,+0x2",
        b"x\nmain.f:+1,+0x2",
    ),
    (
        "ditto-of-first-line",
        "What stands before the dot of the counter's own name is a path.",
        b"my.counter\n\".f:+1,+0x2",
        b"my.counter\nmy.f:+1,+0x2",
    ),
    (
        "ditto-without-dot",
        "A mark without a dot stays.",
        b"c\nmain.f:+1,+0x2\n\"\n\"g",
        b"c\nmain.f:+1,+0x2\n\"\n\"g",
    ),
    (
        "ditto-without-function",
        "Nothing has to follow mark and dot.",
        b"c\nmain.f:+1,+0x2\n\".",
        b"c\nmain.f:+1,+0x2\nmain.",
    ),
    (
        "ditto-behind-space",
        "A mark that does not stand alone is part of a path.",
        b"c\nmain.f:+1,+0x2\n \".g:+3,+0x4\n\".h:+5,+0x6",
        b"c\nmain.f:+1,+0x2\n \".g:+3,+0x4\n \".h:+5,+0x6",
    ),
    (
        "ditto-doubled",
        "Two marks in one line are a path.",
        b"c\nmain.f:+1,+0x2\n\"\".g\n\".h",
        b"c\nmain.f:+1,+0x2\n\"\".g\n\"\".h",
    ),
];

const DOTS: &[Decoded] = &[
    (
        "dots-in-path",
        "A line is cut at its last dot.",
        b"c\nexample.com/m/x.(*T).run:+1,+0x2\n\".stop:=40,+0x9",
        b"c\nexample.com/m/x.(*T).run:+1,+0x2\nexample.com/m/x.(*T).stop:=40,+0x9",
    ),
    (
        "dots-behind-ditto",
        "Where a second dot follows, the mark does not stand alone before the last one.",
        b"c\nmain.f:+1,+0x2\n\".a.b:+3,+0x4\n\".c:+5,+0x6",
        b"c\nmain.f:+1,+0x2\n\".a.b:+3,+0x4\n\".a.c:+5,+0x6",
    ),
    (
        "dot-first",
        "A line with nothing before its dot stays, and is no path.",
        b"c\nmain.f:+1,+0x2\n.g:+3,+0x4\n\".h:+5,+0x6",
        b"c\nmain.f:+1,+0x2\n.g:+3,+0x4\nmain.h:+5,+0x6",
    ),
    (
        "dot-alone",
        "A line that is one dot stays, and is no path.",
        b"c\nmain.f:+1,+0x2\n.\n\".h:+5,+0x6",
        b"c\nmain.f:+1,+0x2\n.\nmain.h:+5,+0x6",
    ),
    (
        "dot-last",
        "What stands before a dot at the end of a line is a path.",
        b"c\nmain.\n\".h:+5,+0x6",
        b"c\nmain.\nmain.h:+5,+0x6",
    ),
    (
        "dots-two",
        "The first of two dots belongs to the path.",
        b"c\nmain..f\n\".g",
        b"c\nmain..f\nmain..g",
    ),
    (
        "dot-missing",
        "A line without a dot stays, and the last path with it.",
        b"c\nmain.f:+1,+0x2\nmain\n\".h:+5,+0x6",
        b"c\nmain.f:+1,+0x2\nmain\nmain.h:+5,+0x6",
    ),
];

const LINES: &[Decoded] = &[
    (
        "empty-lines",
        "Empty lines stay, and the last path with them.",
        b"c\n\nmain.f:+1,+0x2\n\n\n\".g:+3,+0x4\n\n",
        b"c\n\nmain.f:+1,+0x2\n\n\nmain.g:+3,+0x4\n\n",
    ),
    (
        "empty-counter",
        "The counter's own name can be empty.",
        b"\nmain.f:+1,+0x2\n\".g:+3,+0x4",
        b"\nmain.f:+1,+0x2\nmain.g:+3,+0x4",
    ),
    (
        "beyond-ascii",
        "A path with characters beyond ASCII.",
        "c\nprüfung/é世.f:+1,+0x2\n\".g:+3,+0x4".as_bytes(),
        "c\nprüfung/é世.f:+1,+0x2\nprüfung/é世.g:+3,+0x4".as_bytes(),
    ),
    (
        "not-utf-8",
        "A path with bytes that are no UTF-8 comes back byte for byte.",
        b"c\xff\n\xfe\xc3.f:+1,+0x2\n\".g\x80:+3,+0x4",
        b"c\xff\n\xfe\xc3.f:+1,+0x2\n\xfe\xc3.g\x80:+3,+0x4",
    ),
    (
        "zero-byte",
        "A zero byte ends nothing.",
        b"c\nma\0in.f:+1,+0x2\n\".g:+3,+0x4",
        b"c\nma\0in.f:+1,+0x2\nma\0in.g:+3,+0x4",
    ),
];

/// Names that are as long as they may be once decoded, and longer.
fn bounds() -> Vec<Case> {
    // A counter's name of one byte and 255 lines of a newline, a path of 254 bytes, a dot and a
    // letter: 1 + 255 * 257 = 65536.
    let path = "p".repeat(254);
    let written = format!("\n{path}.f{}", "\n\".f".repeat(254));
    let read = format!("\n{path}.f").repeat(255);
    let (exact, beyond) = (format!("c{written}"), format!("cc{written}"));
    let exact_read = format!("c{read}");
    assert_eq!(exact_read.len(), BOUND);
    // Mark and dot go, so that the name shrinks by two.
    let tail = format!("{}\nb", "a".repeat(BOUND - 2));
    let shrinks = format!("\".{tail}");
    let bound = |id, about, name: &str, read: &str| {
        decode(id, "stack.bound", about, name.as_bytes(), read.as_bytes())
    };
    vec![
        bound(
            "bound",
            "A name that is 65536 bytes long once decoded is decoded.",
            &exact,
            &exact_read,
        ),
        bound(
            "beyond-bound",
            "A name that would be 65537 bytes long once decoded stays as it is.",
            &beyond,
            &beyond,
        ),
        bound(
            "shrinks-to-bound",
            "A name of 65538 bytes that is 65536 long once decoded is decoded.",
            &shrinks,
            &tail,
        ),
    ]
}

/// Name of the case, what it shows, the name, its chart and its bucket.
type Split = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
);

const SPLITS: &[Split] = &[
    (
        "no-colon",
        "A name without a colon is that of a chart.",
        "tool/count",
        "tool/count",
        None,
    ),
    (
        "one-colon",
        "A colon separates chart and bucket.",
        "tool/flag:race",
        "tool/flag",
        Some("race"),
    ),
    (
        "two-colons",
        "The first of two colons separates.",
        "tool/flag:a:b",
        "tool/flag",
        Some("a:b"),
    ),
    (
        "colon-first",
        "A chart can be without a name.",
        ":bucket",
        "",
        Some("bucket"),
    ),
    (
        "colon-last",
        "An empty bucket is a bucket.",
        "tool/flag:",
        "tool/flag",
        Some(""),
    ),
    (
        "colon-alone",
        "A colon alone separates two empty names.",
        ":",
        "",
        Some(""),
    ),
    ("empty", "An empty name is that of a chart.", "", "", None),
    (
        "histogram",
        "The bucket of a histogram.",
        "gopls/latency:<50ms",
        "gopls/latency",
        Some("<50ms"),
    ),
    (
        "wide-colon",
        "Other characters that look like a colon separate nothing.",
        "tool/flag\u{ff1a}race",
        "tool/flag\u{ff1a}race",
        None,
    ),
];

fn split() -> Vec<Case> {
    let case = |(id, about, name, chart, bucket): &Split| {
        Case::new(format!("name/split-{id}"), "split-name", "reader")
            .shows(&["name.split"], *about)
            .args(Json::object([("name", Json::text(*name))]))
            .expect(Expect::ok(Json::object([
                ("chart", Json::text(*chart)),
                ("bucket", bucket.map_or(Json::Null, Json::text)),
            ])))
    };
    SPLITS.iter().map(case).collect()
}

fn flags() -> Vec<Case> {
    let table: [(&str, &str, &str, &str, &str); 7] = [
        (
            "path",
            "The last element of the program's path stands in front.",
            "example.com/owner/tool",
            "verbose",
            "tool/flag:verbose",
        ),
        (
            "element",
            "A path of one element is its own base.",
            "tool",
            "v",
            "tool/flag:v",
        ),
        (
            "absolute",
            "A path that begins with a slash.",
            "/usr/bin/tool",
            "v",
            "tool/flag:v",
        ),
        (
            "slashes-last",
            "Slashes at the end of the path do not count.",
            "cmd/go//",
            "race",
            "go/flag:race",
        ),
        (
            "backslash",
            "A backslash separates no elements of a path.",
            "example.com/owner\\tool",
            "v",
            "owner\\tool/flag:v",
        ),
        (
            "colon",
            "The flag's name is taken as it is.",
            "cmd/go",
            "a:b/c",
            "go/flag:a:b/c",
        ),
        (
            "exe",
            "An ending of the path belongs to its last element.",
            "bin/tool.exe",
            "v",
            "tool.exe/flag:v",
        ),
    ];
    let case = |(id, about, program, flag, name): &(&str, &str, &str, &str, &str)| {
        Case::new(format!("name/flag-{id}"), "flag-name", "writer")
            .shows(&["name.flag"], *about)
            .args(Json::object([
                ("program", Json::text(*program)),
                ("flag", Json::text(*flag)),
            ]))
            .expect(Expect::ok(Json::object([("name", Json::text(*name))])))
    };
    table.iter().map(case).collect()
}
