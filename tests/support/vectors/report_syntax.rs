//! Reports that are no JSON documents.

use super::case::Case;
use super::report_faults::{Row, all};

pub(super) fn cases() -> Vec<Case> {
    let syntax = [NUMBERS, STRUCTURE, STRINGS];
    let syntax = syntax
        .into_iter()
        .flat_map(|table| all("json.syntax", table));
    syntax.chain(all("json.whole", BEHIND)).collect()
}

const NUMBERS: &[Row] = &[
    (
        "leading-zero",
        "A number has no needless zero.",
        " 12",
        b" 012",
    ),
    (
        "leading-zero-unknown",
        "Nor has one in a member that is passed over.",
        "0.8262948105",
        b"00.8262948105",
    ),
    ("plus", "A number has no plus sign.", " 12", b" +12"),
    ("minus-alone", "A sign is no number.", " 12", b" -"),
    (
        "dot-first",
        "A digit stands before a dot.",
        "0.8262948105",
        b".8262948105",
    ),
    ("dot-last", "A digit follows a dot.", " 12", b" 12."),
    ("exponent-empty", "A digit follows an e.", " 12", b" 12e"),
    (
        "exponent-sign-alone",
        "A digit follows the sign of an exponent.",
        " 12",
        b" 12e+",
    ),
    ("hexadecimal", "Numbers are decimal.", " 12", b" 0x0c"),
    (
        "digits-apart",
        "Nothing stands between digits.",
        " 12",
        b" 1_2",
    ),
    ("not-a-number", "NaN is no value.", "0.8262948105", b"NaN"),
    (
        "infinity",
        "Infinity is no value.",
        "0.8262948105",
        b"Infinity",
    ),
    (
        "minus-infinity",
        "-Infinity is no value.",
        "0.8262948105",
        b"-Infinity",
    ),
];

const STRUCTURE: &[Row] = &[
    (
        "comma-last-in-object",
        "No comma stands behind the last member.",
        "\"v0.35.0\"",
        b"\"v0.35.0\",",
    ),
    (
        "comma-last-in-array",
        "No comma stands behind the last element.",
        "  }\n ]",
        b"  },\n ]",
    ),
    (
        "comma-first",
        "No comma stands before the first member.",
        "{\n \"Week\"",
        b"{,\n \"Week\"",
    ),
    (
        "comma-twice",
        "One comma separates members.",
        "\"linux\",",
        b"\"linux\",,",
    ),
    (
        "comma-missing",
        "A comma separates members.",
        "\"linux\",",
        b"\"linux\"",
    ),
    (
        "colon-missing",
        "A colon follows a key.",
        "\"Week\":",
        b"\"Week\"",
    ),
    (
        "colon-twice",
        "One colon follows a key.",
        "\"Week\":",
        b"\"Week\"::",
    ),
    (
        "equals-sign",
        "An equals sign is no colon.",
        "\"Week\":",
        b"\"Week\" =",
    ),
    ("value-missing", "A value follows a colon.", " 12", b" "),
    (
        "key-without-quotes",
        "Keys are strings.",
        "\"Week\"",
        b"Week",
    ),
    ("key-number", "A number is no key.", "\"Week\"", b"47"),
    (
        "single-quotes",
        "Strings have double quotation marks.",
        "\"2026-11-21\"",
        b"'2026-11-21'",
    ),
    (
        "comment",
        "There are no comments.",
        "\"Week\"",
        b"/* of the year */ \"Week\"",
    ),
    (
        "comment-of-line",
        "Nor those that end with the line.",
        "\"Week\"",
        b"// of the year\n \"Week\"",
    ),
    (
        "capital-null",
        "null has no capitals.",
        "\"2026-11-14\"",
        b"NULL",
    ),
    (
        "word-cut",
        "A part of a word is none.",
        "\"2026-11-14\"",
        b"nul",
    ),
    (
        "word-unknown",
        "There are three words.",
        "\"2026-11-14\"",
        b"undefined",
    ),
    (
        "word-misspelt",
        "A word is right to its last letter.",
        "\"2026-11-14\"",
        b"nulL",
    ),
    (
        "word-longer",
        "A word ends where it ends.",
        "\"2026-11-14\"",
        b"nullx",
    ),
    (
        "bracket-for-brace",
        "A bracket ends no object.",
        "  }\n ]",
        b"  ]\n ]",
    ),
    (
        "brace-for-bracket",
        "A brace ends no array.",
        "  }\n ]",
        b"  }\n }",
    ),
    (
        "brace-missing",
        "The document ends within an object.",
        "\"v0.35.0\"\n}",
        b"\"v0.35.0\"\n",
    ),
    (
        "byte-outside",
        "Only strings hold bytes of no character.",
        "\"Week\":",
        b"\"Week\"\xff:",
    ),
    (
        "vertical-tab",
        "U+000B is no white space of JSON.",
        "\"Week\":",
        b"\"Week\"\x0b:",
    ),
    (
        "u-00a0",
        "U+00A0 is no white space of JSON.",
        "\"Week\":",
        "\"Week\"\u{a0}:".as_bytes(),
    ),
    (
        "zero-byte-outside",
        "A zero byte is no white space.",
        "\"Week\":",
        b"\"Week\"\0:",
    ),
    (
        "byte-order-mark",
        "U+FEFF is no white space of JSON.",
        "{\n \"Week\"",
        "\u{feff}{\n \"Week\"".as_bytes(),
    ),
];

const STRINGS: &[Row] = &[
    (
        "string-open",
        "The document ends within a string.",
        "v0.35.0\"\n}",
        b"v0.35.0",
    ),
    (
        "string-newline",
        "A newline in a string is written as an escape.",
        "2026-11-21",
        b"2026-11-21\n",
    ),
    ("string-tab", "So is a tab.", "2026-11-21", b"2026\t11-21"),
    (
        "string-zero-byte",
        "So is a zero byte.",
        "2026-11-21",
        b"2026-11-21\0",
    ),
    (
        "string-u-001f",
        "So is the last of those characters.",
        "2026-11-21",
        b"2026-11-21\x1f",
    ),
    (
        "key-newline",
        "So is a newline in a key.",
        "go/invocations",
        b"go/\ninvocations",
    ),
    (
        "string-unknown-newline",
        "So is one in a member that is passed over.",
        "v0.35.0",
        b"v0.35.0\n",
    ),
    (
        "escape-unknown",
        "There is no escape \\x.",
        "2026-11-21",
        b"\\x32026-11-21",
    ),
    (
        "escape-quote",
        "There is no escape of a single quotation mark.",
        "2026-11-21",
        b"\\'2026-11-21",
    ),
    (
        "escape-capital",
        "There is no escape \\U.",
        "2026-11-21",
        b"\\U00000032",
    ),
    (
        "escape-short",
        "Four digits follow \\u.",
        "2026-11-21\"",
        b"\\u032\"",
    ),
    (
        "escape-no-digit",
        "Four hexadecimal digits follow \\u.",
        "2026-11-21",
        b"\\u003g",
    ),
    (
        "escape-sign",
        "A sign is no hexadecimal digit.",
        "2026-11-21",
        b"\\u+032",
    ),
    (
        "escape-of-half-bad",
        "A bad escape behind half of a surrogate pair is a bad one.",
        "2026-11-21",
        b"\\ud83d\\u12",
    ),
];

/// What stands behind the document.
const BEHIND: &[Row] = &[
    (
        "behind-word",
        "A word follows the document.",
        "\"v0.35.0\"\n}",
        b"\"v0.35.0\"\n} end",
    ),
    (
        "behind-brace",
        "A brace follows the document.",
        "\"v0.35.0\"\n}",
        b"\"v0.35.0\"\n}}",
    ),
    (
        "behind-comma",
        "A comma follows the document.",
        "\"v0.35.0\"\n}",
        b"\"v0.35.0\"\n},",
    ),
    (
        "behind-document",
        "Another document follows.",
        "\"v0.35.0\"\n}",
        b"\"v0.35.0\"\n}\n{}",
    ),
    (
        "behind-zero-byte",
        "A zero byte follows the document.",
        "\"v0.35.0\"\n}",
        b"\"v0.35.0\"\n}\0",
    ),
    (
        "behind-byte",
        "A byte of no character follows the document.",
        "\"v0.35.0\"\n}",
        b"\"v0.35.0\"\n}\xff",
    ),
];
