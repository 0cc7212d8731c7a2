//! Strings in reports that a reader takes.

use super::case::Case;
use super::reports::Reads::Name;
use super::reports::{Row, taken};

pub(super) fn cases() -> Vec<Case> {
    STRINGS.iter().chain(BROKEN_BYTES).map(taken).collect()
}

/// What stands in place of the usual name of a counter.
const STRINGS: &[Row] = &[
    (
        "name-of-stack",
        &["report.form"],
        "A counter may have a name with newlines.",
        "go/invocations",
        b"a\\n\\nb\\n",
        Name(b"a\n\nb\n"),
    ),
    (
        "escapes",
        &["json.syntax"],
        "All short escapes, and long ones with digits of either case.",
        "go/invocations",
        b"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u00E9\\u0000",
        Name("\"\\/\u{8}\u{c}\n\r\té\u{e9}\0".as_bytes()),
    ),
    (
        "characters",
        &["json.syntax"],
        "Characters of two, three and four bytes, and one of control above U+001F.",
        "go/invocations",
        "é世😀\u{7f}\u{85}".as_bytes(),
        Name("é世😀\u{7f}\u{85}".as_bytes()),
    ),
    (
        "last-characters",
        &["json.syntax"],
        "U+FFFF, U+10FFFF and U+2028 stand for themselves.",
        "go/invocations",
        "\u{ffff}\u{10ffff}\u{2028}".as_bytes(),
        Name("\u{ffff}\u{10ffff}\u{2028}".as_bytes()),
    ),
    (
        "surrogate-pair",
        &["json.syntax"],
        "A surrogate pair is one character.",
        "go/invocations",
        b"\\ud83d\\uDE00",
        Name("😀".as_bytes()),
    ),
    (
        "surrogate-high-alone",
        &["json.syntax"],
        "The first half of a pair alone is U+FFFD.",
        "go/invocations",
        b"a\\ud83d",
        Name("a\u{fffd}".as_bytes()),
    ),
    (
        "surrogate-low-alone",
        &["json.syntax"],
        "The second half of a pair alone is U+FFFD.",
        "go/invocations",
        b"\\ude00a",
        Name("\u{fffd}a".as_bytes()),
    ),
    (
        "surrogates-swapped",
        &["json.syntax"],
        "Halves in the wrong order are two times U+FFFD.",
        "go/invocations",
        b"\\ude00\\ud83d",
        Name("\u{fffd}\u{fffd}".as_bytes()),
    ),
    (
        "surrogate-low-twice",
        &["json.syntax"],
        "Two second halves are two times U+FFFD.",
        "go/invocations",
        b"\\ude00\\udc00",
        Name("\u{fffd}\u{fffd}".as_bytes()),
    ),
    (
        "surrogate-before-pair",
        &["json.syntax"],
        "A first half before a pair takes nothing from it.",
        "go/invocations",
        b"\\ud83d\\ud83d\\ude00",
        Name("\u{fffd}😀".as_bytes()),
    ),
    (
        "surrogate-before-escape",
        &["json.syntax"],
        "A first half takes nothing from another escape.",
        "go/invocations",
        b"\\ud83d\\n\\ud83d\\u0041",
        Name("\u{fffd}\n\u{fffd}A".as_bytes()),
    ),
];

/// Bytes of no character, in place of the usual name of a counter.
const BROKEN_BYTES: &[Row] = &[
    (
        "byte-ff",
        &["json.syntax"],
        "A byte of no character is U+FFFD.",
        "go/invocations",
        b"a\xffb",
        Name("a\u{fffd}b".as_bytes()),
    ),
    (
        "byte-alone-twice",
        &["json.syntax"],
        "Each of two such bytes is.",
        "go/invocations",
        b"a\x80\x80b",
        Name("a\u{fffd}\u{fffd}b".as_bytes()),
    ),
    (
        "character-cut",
        &["json.syntax"],
        "Each of the two bytes of a cut character is.",
        "go/invocations",
        b"a\xe4\xb8b",
        Name("a\u{fffd}\u{fffd}b".as_bytes()),
    ),
    (
        "character-cut-by-quote",
        &["json.syntax"],
        "A quotation mark behind the first byte of a character ends the string.",
        "go/invocations",
        b"a\xe4",
        Name("a\u{fffd}".as_bytes()),
    ),
    (
        "character-too-long",
        &["json.syntax"],
        "A slash in two bytes is two times U+FFFD.",
        "go/invocations",
        b"\xc0\xaf",
        Name("\u{fffd}\u{fffd}".as_bytes()),
    ),
    (
        "surrogate-in-bytes",
        &["json.syntax"],
        "Half of a surrogate pair in three bytes is three times U+FFFD.",
        "go/invocations",
        b"\xed\xa0\x80",
        Name("\u{fffd}\u{fffd}\u{fffd}".as_bytes()),
    ),
    (
        "beyond-unicode",
        &["json.syntax"],
        "What would be U+110000 is four times U+FFFD.",
        "go/invocations",
        b"\xf4\x90\x80\x80",
        Name("\u{fffd}\u{fffd}\u{fffd}\u{fffd}".as_bytes()),
    ),
];
