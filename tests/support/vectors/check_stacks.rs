//! Stacks that a collector takes and refuses for what follows their first line.

use super::case::{Case, Expect};
use super::checks::{case, edited};

/// What stands in place of the one frame of the usual report.
const FRAME: &str = "\\nmain.f:+1,+0x2";

/// Name of the case, clause, what it shows, and the body as JSON writes it.
type Row = (&'static str, &'static str, &'static str, &'static [u8]);

pub(super) fn cases() -> Vec<Case> {
    let of = |(id, clause, about, body): &Row| {
        case(
            &format!("frames-{id}"),
            &[clause],
            about,
            edited(FRAME, body),
        )
    };
    let refused = |row: &Row| {
        of(row)
            .base("collector/usual")
            .expect(Expect::reject(row.1))
    };
    let lengths = [(65_536, true), (65_537, false)].map(|(len, is_taken)| length(len, is_taken));
    let taken = TAKEN.iter().map(of);
    taken
        .chain(REFUSED.iter().map(refused))
        .chain(lengths)
        .collect()
}

/// A stack whose name has `len` bytes.
fn length(len: usize, is_taken: bool) -> Case {
    let frame = ":+1,+0x2";
    let symbol = "s".repeat(len - "bug\n".len() - frame.len());
    let body = edited(FRAME, format!("\\n{symbol}{frame}").as_bytes());
    let clause = "collect.stack.length";
    let about = format!("A name of {len} bytes.");
    let case = case(&format!("frames-{len}-bytes"), &[clause], &about, body);
    match is_taken {
        true => case,
        false => case.base("collector/usual").expect(Expect::reject(clause)),
    }
}

const TAKEN: &[Row] = &[
    (
        "two",
        "collect.stack.frame",
        "Two frames.",
        b"\\nmain.f:+1,+0x2\\nmain.(*T).g:=40,+0x1ac",
    ),
    (
        "no-distance",
        "collect.stack.frame",
        "Frames without a distance, as programs of 2024 wrote them.",
        b"\\nmain.f:+1\\nmain.(*T).g:=40",
    ),
    (
        "many-digits",
        "collect.stack.frame",
        "The distance may have sixteen digits.",
        b"\\nmain.f:+1,+0x0123456789abcdef",
    ),
    (
        "line-minus",
        "collect.stack.line",
        "A line before the function's first.",
        b"\\nmain.f:-1,+0x2",
    ),
    (
        "line-unknown",
        "collect.stack.line",
        "A line that stands by itself.",
        b"\\nmain.f:=0,+0x0",
    ),
    (
        "line-unknown-minus",
        "collect.stack.line",
        "It may be negative.",
        b"\\nmain.f:=-7,+0x0",
    ),
    (
        "line-10-digits",
        "collect.stack.line",
        "A line of ten digits.",
        b"\\nmain.f:+2147483647,+0x2",
    ),
    (
        "symbol-empty",
        "collect.stack.symbol",
        "An empty symbol, as that of no stack.",
        b"\\n:=0,+0x0",
    ),
    (
        "symbol-with-space",
        "collect.stack.symbol",
        "A symbol with spaces.",
        b"\\ntype:.eq.struct { a int }:+1,+0x2",
    ),
    (
        "symbol-with-tag",
        "collect.stack.symbol",
        "A symbol with a quote in a tag, as the compiler names functions of types.",
        br#"\ntype:.eq.struct { a int \"json:\\\"a\\\"\" }:+1,+0x2"#,
    ),
    (
        "symbol-behind-dot",
        "collect.stack.symbol",
        "A symbol without a path, behind one with a path.",
        b"\\nmain.f:+1,+0x2\\n.c:+1,+0x2",
    ),
    (
        "symbol-with-colon",
        "collect.stack.frame",
        "The last colon is the one that counts.",
        b"\\nmain.a:+1,+0x2:b:+1,+0x2",
    ),
    (
        "symbol-no-ascii",
        "collect.stack.symbol",
        "A symbol beyond ASCII.",
        b"\\nmain.\\u00e9\\ud83d\\ude00:+1,+0x2",
    ),
    (
        "truncated",
        "collect.stack.truncated",
        "A frame cut anywhere, and the mark.",
        b"\\nmain.f:+1,+0x2\\nmain.g:+\\ntruncated\\n",
    ),
    (
        "truncated-at-once",
        "collect.stack.truncated",
        "Nothing left of the first frame.",
        b"\\n\\ntruncated\\n",
    ),
    (
        "truncated-no-line-before",
        "collect.stack.truncated",
        "Nothing but the mark.",
        b"\\ntruncated\\n",
    ),
    (
        "truncated-in-character",
        "collect.stack.truncated",
        "A frame cut in a character.",
        b"\\nmain.f\\ufffd\\ufffd\\ufffd\\ntruncated\\n",
    ),
    (
        "truncated-whole",
        "collect.stack.truncated",
        "A frame cut at its end.",
        b"\\nmain.f:+1,+0x2\\ntruncated\\n",
    ),
];

const REFUSED: &[Row] = &[
    (
        "none",
        "collect.stack.some",
        "A stack without a newline.",
        b"",
    ),
    (
        "empty",
        "collect.stack.frame",
        "An empty line is no frame.",
        b"\\n",
    ),
    (
        "empty-last",
        "collect.stack.frame",
        "A newline behind the last frame.",
        b"\\nmain.f:+1,+0x2\\n",
    ),
    (
        "empty-between",
        "collect.stack.frame",
        "An empty line between frames.",
        b"\\nmain.f:+1,+0x2\\n\\nmain.g:+1,+0x2",
    ),
    (
        "text",
        "collect.stack.frame",
        "A line of text.",
        b"\\nmy password is 1234",
    ),
    (
        "path",
        "collect.stack.frame",
        "A line with a path.",
        b"\\n/home/u/secret.go:12",
    ),
    (
        "no-distance-no-line",
        "collect.stack.frame",
        "A frame without a distance whose line has no sign.",
        b"\\nmain.f:1",
    ),
    (
        "distance-empty",
        "collect.stack.frame",
        "A distance without digits.",
        b"\\nmain.f:+1,+0x",
    ),
    (
        "distance-17-digits",
        "collect.stack.frame",
        "A distance of more than 64 bits.",
        b"\\nmain.f:+1,+0x00123456789abcdef",
    ),
    (
        "distance-twice",
        "collect.stack.line",
        "Two distances.",
        b"\\nmain.f:+1,+0xa,+0xb",
    ),
    (
        "distance-upper-case",
        "collect.stack.frame",
        "A distance in upper case.",
        b"\\nmain.f:+1,+0xAB",
    ),
    (
        "distance-decimal",
        "collect.stack.frame",
        "A distance that is not hexadecimal.",
        b"\\nmain.f:+1,+12",
    ),
    (
        "distance-minus",
        "collect.stack.frame",
        "A distance below 0.",
        b"\\nmain.f:+1,-0x2",
    ),
    (
        "distance-then-text",
        "collect.stack.frame",
        "Text behind a distance.",
        b"\\nmain.f:+1,+0x2 secret",
    ),
    (
        "line-empty",
        "collect.stack.line",
        "A line without digits.",
        b"\\nmain.f:+,+0x2",
    ),
    (
        "line-without-sign",
        "collect.stack.line",
        "A line without a sign.",
        b"\\nmain.f:1,+0x2",
    ),
    (
        "line-two-signs",
        "collect.stack.line",
        "A line with two signs.",
        b"\\nmain.f:+-1,+0x2",
    ),
    (
        "line-11-digits",
        "collect.stack.line",
        "A line of eleven digits.",
        b"\\nmain.f:+12345678901,+0x2",
    ),
    (
        "line-of-letters",
        "collect.stack.line",
        "A line of letters.",
        b"\\nmain.f:+abc,+0x2",
    ),
    (
        "symbol-tab",
        "collect.stack.symbol",
        "A symbol with a control character.",
        b"\\nmain.\\tf:+1,+0x2",
    ),
    (
        "symbol-u-0085",
        "collect.stack.symbol",
        "A symbol with a control character beyond ASCII.",
        b"\\nmain.\\u0085f:+1,+0x2",
    ),
    (
        "symbol-u-fffd",
        "collect.stack.symbol",
        "A symbol with what stands for no character.",
        b"\\nmain.\\ufffd:+1,+0x2",
    ),
    (
        "symbol-no-utf-8",
        "collect.stack.symbol",
        "A symbol with a byte of no character.",
        b"\\nmain.\xff:+1,+0x2",
    ),
    (
        "symbol-path",
        "collect.stack.symbol",
        "A path with what looks like a line.",
        b"\\n/home/u/secret.go:+1",
    ),
    (
        "symbol-path-here",
        "collect.stack.symbol",
        "A path below the working directory.",
        b"\\n./secret.go:+1",
    ),
    (
        "symbol-path-above",
        "collect.stack.symbol",
        "A path above the working directory.",
        b"\\n../u/secret.go:+1",
    ),
    (
        "symbol-path-decoded",
        "collect.stack.symbol",
        "A path once it is decoded.",
        br#"\n\"./home/u/secret:+1"#,
    ),
    (
        "symbol-path-built",
        "collect.stack.symbol",
        "The path of a package that was built where it lies.",
        b"\\n_/home/u/secret.f:+1,+0x2",
    ),
    (
        "symbol-url",
        "collect.stack.symbol",
        "A path behind a colon.",
        b"\\nfile:///home/u/secret:+1",
    ),
    (
        "symbol-drive",
        "collect.stack.symbol",
        "A path on a drive.",
        b"\\nC:/secret.go:+1",
    ),
    (
        "symbol-drive-here",
        "collect.stack.symbol",
        "A path below the working directory of a drive.",
        b"\\nC:secret.go:+1",
    ),
    (
        "symbol-backslash",
        "collect.stack.symbol",
        "A path with a backslash.",
        b"\\nusers\\\\u\\\\secret.go:+1",
    ),
    (
        "truncated-path",
        "collect.stack.truncated",
        "What is left of a frame is a path.",
        b"\\n/home/u/secret\\ntruncated\\n",
    ),
    (
        "truncated-no-newline",
        "collect.stack.frame",
        "The mark without a newline behind it.",
        b"\\nmain.f:+1,+0x2\\ntruncated",
    ),
    (
        "truncated-twice",
        "collect.stack.frame",
        "The mark in the middle.",
        b"\\ntruncated\\n\\nmain.f:+1,+0x2\\ntruncated\\n",
    ),
    (
        "truncated-with-control",
        "collect.stack.truncated",
        "What is left of a frame holds a control character.",
        b"\\nmain\\u0001\\ntruncated\\n",
    ),
    (
        "truncated-four-u-fffd",
        "collect.stack.truncated",
        "It ends in more than a character can leave.",
        b"\\nmain\\ufffd\\ufffd\\ufffd\\ufffd\\ntruncated\\n",
    ),
    (
        "truncated-u-fffd-inside",
        "collect.stack.truncated",
        "It holds U+FFFD before its end.",
        b"\\nma\\ufffdin\\ntruncated\\n",
    ),
];
