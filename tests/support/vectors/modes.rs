//! The mode, as it stands in its file.

use super::case::{Case, Expect};
use super::json::Json;

/// The path of the file.
pub(super) const FILE: &str = "mode";

/// When the mode file was last changed, unless a case says otherwise; shortly before midnight.
const CHANGED: &str = "2026-11-20T23:30:00Z";

/// The day of that.
const CHANGED_DAY: &str = "2026-11-20";

/// On since the day that most of the files name.
pub(super) const ON: Mode = On("2026-11-18");

/// On in a file without a date.
const NO_DATE: Mode = On(CHANGED_DAY);

pub(super) fn cases() -> Vec<Case> {
    let texts = [MODES, WORDS, DATES, WHITE_SPACE].map(texts).concat();
    let texts = [texts, other_bytes(), lengths()].concat().into_iter();
    texts
        .map(|(id, clause, about, text, mode)| {
            read(id, clause, about, &[], mode)
                .with(FILE, text)
                .changed(FILE, CHANGED)
        })
        .collect()
}

/// What is counted and sent.
#[derive(Clone, Copy)]
pub(super) enum Mode {
    /// Nothing is counted.
    Off,
    /// Nothing is sent.
    Local,
    /// What begins after this day is sent.
    On(&'static str),
}
use Mode::{Local, Off, On};

/// Name of the case, clause, what it shows, the file, the mode.
type Text = (&'static str, &'static str, &'static str, Vec<u8>, Mode);

/// A case in which the mode is read in this environment; its files are added.
pub(super) fn read(
    id: &str,
    clause: &'static str,
    about: &str,
    environment: &[(&str, &str)],
    mode: Mode,
) -> Case {
    let (counts, sends, as_of) = match mode {
        Off => (false, false, Json::Null),
        Local => (true, false, Json::Null),
        On(day) => (true, true, Json::text(day)),
    };
    let environment = environment.iter();
    let environment = environment.map(|(name, value)| (*name, Json::text(*value)));
    Case::new(format!("mode/read-{id}"), "read-mode", "reader")
        .shows(&[clause], about)
        .args(Json::object([("environment", Json::object(environment))]))
        .expect(Expect::ok(Json::object([
            ("counts", Json::Bool(counts)),
            ("sends", Json::Bool(sends)),
            ("as_of", as_of),
        ])))
}

/// The same, of a file that is UTF-8.
type Row = (&'static str, &'static str, &'static str, &'static str, Mode);

fn texts(table: &[Row]) -> Vec<Text> {
    let table = table.iter();
    table
        .map(|(id, clause, about, text, mode)| {
            (*id, *clause, *about, text.as_bytes().to_vec(), *mode)
        })
        .collect()
}

const MODES: &[Row] = &[
    (
        "on",
        "mode.as-of",
        "On, with the date on which it was set.",
        "on 2026-11-18",
        ON,
    ),
    (
        "on-without-date",
        "mode.as-of",
        "On without a date: the day on which the file was changed.",
        "on",
        NO_DATE,
    ),
    (
        "local",
        "mode.text",
        "Local, with a date.",
        "local 2026-11-18",
        Local,
    ),
    (
        "local-without-date",
        "mode.text",
        "Local without a date.",
        "local",
        Local,
    ),
    (
        "off",
        "mode.text",
        "Off, with a date.",
        "off 2026-11-18",
        Off,
    ),
    (
        "off-without-date",
        "mode.text",
        "Off without a date.",
        "off",
        Off,
    ),
];

const WORDS: &[Row] = &[
    (
        "unknown-word",
        "mode.text",
        "A word that is no mode.",
        "maybe 2026-11-18",
        Off,
    ),
    (
        "longer-word",
        "mode.text",
        "A word that begins with a mode.",
        "only 2026-11-18",
        Off,
    ),
    (
        "shorter-word",
        "mode.text",
        "A word that begins a mode.",
        "loc 2026-11-18",
        Off,
    ),
    (
        "upper-case",
        "mode.text",
        "Modes have no capitals.",
        "ON 2026-11-18",
        Off,
    ),
    (
        "capital-local",
        "mode.text",
        "Modes have no capitals, local either.",
        "Local",
        Off,
    ),
    (
        "quoted",
        "mode.text",
        "Modes have no quotation marks.",
        "\"on\"",
        Off,
    ),
    (
        "date-alone",
        "mode.text",
        "A date is no mode.",
        "2026-11-18",
        Off,
    ),
    (
        "tab-for-space",
        "mode.read",
        "A tab separates nothing: this is one word.",
        "on\t2026-11-18",
        Off,
    ),
    (
        "newline-for-space",
        "mode.read",
        "A newline separates nothing: this is one word.",
        "on\n2026-11-18\n",
        Off,
    ),
    (
        "u-00a0-for-space",
        "mode.read",
        "U+00A0 separates nothing: this is one word.",
        "on\u{a0}2026-11-18",
        Off,
    ),
    (
        "zero-byte",
        "mode.text",
        "A zero byte belongs to the word.",
        "on\0",
        Off,
    ),
    (
        "byte-order-mark",
        "mode.text",
        "U+FEFF is no white space and belongs to the word.",
        "\u{feff}on 2026-11-18",
        Off,
    ),
];

const DATES: &[Row] = &[
    (
        "two-spaces",
        "mode.read",
        "A space begins no date.",
        "on  2026-11-18",
        NO_DATE,
    ),
    (
        "no-day-of-the-calendar",
        "mode.read",
        "What is no day of the calendar is no date.",
        "on 2026-02-29",
        NO_DATE,
    ),
    (
        "text-behind-date",
        "mode.read",
        "A date is no date with a text behind it.",
        "on 2026-11-18 or so",
        NO_DATE,
    ),
    (
        "time-for-date",
        "mode.read",
        "A time is no date.",
        "on 2026-11-18T00:00:00Z",
        NO_DATE,
    ),
    (
        "word-for-date",
        "mode.read",
        "A word is no date; the mode stands.",
        "local today",
        Local,
    ),
    (
        "date-of-the-future",
        "mode.as-of",
        "The date in the file counts, later than the last change though it is.",
        "on 2027-01-01",
        On("2027-01-01"),
    ),
    (
        "year-0",
        "mode.as-of",
        "The first date that there is.",
        "on 0000-01-01",
        On("0000-01-01"),
    ),
    (
        "year-9999",
        "mode.as-of",
        "The last date that there is.",
        "on 9999-12-31",
        On("9999-12-31"),
    ),
];

const WHITE_SPACE: &[Row] = &[
    (
        "newline-last",
        "mode.read",
        "A newline at the end is removed.",
        "on 2026-11-18\n",
        ON,
    ),
    (
        "white-space-around",
        "mode.read",
        "White space of ASCII around the text is removed.",
        " \t\r\n\x0b\x0con 2026-11-18 \t\r\n\x0b\x0c",
        ON,
    ),
    (
        "u-00a0-around",
        "mode.read",
        "U+00A0 and U+0085 are white space.",
        "\u{a0}\u{85}on 2026-11-18\u{85}\u{a0}",
        ON,
    ),
    (
        "u-3000-around",
        "mode.read",
        "U+3000, U+2028 and U+1680 are white space.",
        "\u{3000}\u{2028}on 2026-11-18\u{1680}",
        ON,
    ),
    (
        "u-200b-first",
        "mode.read",
        "U+200B is no white space and belongs to the word.",
        "\u{200b}on 2026-11-18",
        Off,
    ),
    (
        "u-200b-last",
        "mode.read",
        "U+200B is no white space and spoils the date.",
        "on 2026-11-18\u{200b}",
        NO_DATE,
    ),
    (
        "space-last",
        "mode.read",
        "A space alone at the end is removed.",
        "on ",
        NO_DATE,
    ),
    (
        "empty",
        "mode.empty",
        "An empty file holds an unknown word.",
        "",
        Off,
    ),
    (
        "newline-alone",
        "mode.empty",
        "White space is no word.",
        "\n",
        Off,
    ),
];

fn lengths() -> Vec<Text> {
    let of_length = |len: usize| {
        let mut text = b"on 2026-11-18".to_vec();
        text.resize(len, b' ');
        text
    };
    vec![
        (
            "4096-bytes",
            "dir.files",
            "A file of 4096 bytes is read.",
            of_length(4096),
            ON,
        ),
        (
            "4097-bytes",
            "dir.files",
            "The text of a file of 4097 bytes names no mode.",
            of_length(4097),
            Off,
        ),
    ]
}

/// Files that are no UTF-8.
fn other_bytes() -> Vec<Text> {
    vec![
        (
            "not-utf-8",
            "mode.text",
            "A byte that is no UTF-8 belongs to the word.",
            b"\x85on 2026-11-18".to_vec(),
            Off,
        ),
        (
            "date-not-utf-8",
            "mode.read",
            "Bytes that are no UTF-8 are no date.",
            b"on 2026-11-18\xff".to_vec(),
            NO_DATE,
        ),
    ]
}
