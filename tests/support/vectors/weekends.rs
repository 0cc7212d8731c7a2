//! The day of the week on which files end, and the spans that come of it.

use super::case::{Case, Expect};
use super::json::Json;

/// The path of the file.
const FILE: &str = "local/weekends";

pub(super) fn cases() -> Vec<Case> {
    let read = digits()
        .into_iter()
        .chain(bytes())
        .chain(white_space())
        .chain(more_white_space());
    let read = read.map(|(id, about, text, weekday)| {
        case(id, &["week.weekends.read"], about, text).expect(is(weekday))
    });
    let mut cases: Vec<Case> = read.collect();
    cases.extend(without_text());
    cases.extend(lengths());
    cases.extend(spans());
    cases.extend(spans_at_the_ends());
    cases
}

/// Name of the case, what it shows, the file, the day of the week.
type Row = (&'static str, &'static str, &'static [u8], u64);

fn case(id: &str, clauses: &[&'static str], about: &str, text: &[u8]) -> Case {
    Case::new(format!("week/weekends-{id}"), "read-weekends", "reader")
        .shows(clauses, about)
        .with(FILE, text)
}

fn is(weekday: u64) -> Expect {
    Expect::ok(Json::object([("weekday", Json::Number(weekday))]))
}

fn digits() -> Vec<Row> {
    vec![
        ("0", "0 is Sunday.", b"0\n", 0),
        ("1", "1 is Monday.", b"1\n", 1),
        ("2", "2 is Tuesday.", b"2\n", 2),
        ("3", "3 is Wednesday.", b"3\n", 3),
        ("4", "4 is Thursday.", b"4\n", 4),
        ("5", "5 is Friday.", b"5\n", 5),
        ("6", "6 is Saturday.", b"6\n", 6),
        ("7", "7 is Sunday too.", b"7\n", 0),
        ("9", "9 modulo 7 is 2.", b"9\n", 2),
        ("no-newline", "No newline has to follow.", b"5", 5),
        ("two-digits", "The first digit counts.", b"53\n", 5),
        (
            "text-behind",
            "What follows the first byte does not count.",
            b"3 is no day\nto end on\n",
            3,
        ),
    ]
}

fn bytes() -> Vec<Row> {
    vec![
        ("letter", "97 - 48 modulo 7 is 0.", b"a\n", 0),
        ("capital", "65 - 48 modulo 7 is 3.", b"A\n", 3),
        (
            "below-48",
            "45 - 48 modulo 256 is 253, and that modulo 7 is 1.",
            b"-1\n",
            1,
        ),
        (
            "zero-byte",
            "0 - 48 modulo 256 is 208, and that modulo 7 is 5.",
            b"\0",
            5,
        ),
        ("byte-ff", "255 - 48 modulo 7 is 4.", b"\xff\n", 4),
        (
            "other-digit",
            "Of the digit three of another script (d9 a3) the first byte counts.",
            "٣\n".as_bytes(),
            1,
        ),
    ]
}

fn white_space() -> Vec<Row> {
    vec![
        (
            "ascii-white-space",
            "White space of ASCII stands before the digit.",
            b" \t\n\x0b\x0c\r4\n",
            4,
        ),
        (
            "u-0085",
            "U+0085 is white space.",
            "\u{85}4\n".as_bytes(),
            4,
        ),
        (
            "u-00a0",
            "U+00A0 is white space.",
            "\u{a0}4\n".as_bytes(),
            4,
        ),
        (
            "u-1680",
            "U+1680 is white space.",
            "\u{1680}4\n".as_bytes(),
            4,
        ),
        (
            "u-2000-and-on",
            "So are U+2000 and others in its block.",
            "\u{2000}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}6\n".as_bytes(),
            6,
        ),
        (
            "u-3000",
            "U+3000 is white space.",
            "\u{3000}4\n".as_bytes(),
            4,
        ),
    ]
}

fn more_white_space() -> Vec<Row> {
    vec![
        (
            "u-200b",
            "U+200B is no white space: its first byte e2 counts.",
            "\u{200b}5\n".as_bytes(),
            3,
        ),
        (
            "u-feff",
            "U+FEFF is no white space: its first byte ef counts.",
            "\u{feff}5\n".as_bytes(),
            2,
        ),
        ("u-001f", "U+001F is no white space.", b"\x1f5\n", 1),
        (
            "byte-85",
            "The byte 85 alone is no U+0085: it counts.",
            b"\x855\n",
            1,
        ),
        (
            "byte-a0",
            "The byte a0 alone is no U+00A0: it counts.",
            b"\xa05\n",
            0,
        ),
        (
            "cut-u-3000",
            "Two bytes of U+3000 are no white space: e3 counts.",
            b" \xe3\x805\n",
            4,
        ),
        (
            "long-form-of-space",
            "A space in two bytes is no well-formed UTF-8: c0 counts.",
            b"\xc0\xa05\n",
            4,
        ),
    ]
}

fn without_text() -> Vec<Case> {
    let table: [(&str, &str, &[u8]); 4] = [
        ("empty", "A file of no bytes has no day.", b""),
        ("newline-alone", "A newline is no day.", b"\n"),
        (
            "spaces-alone",
            "White space of ASCII is no day.",
            b" \t\n\x0b\x0c\r",
        ),
        (
            "u-3000-alone",
            "Other white space is no day.",
            "\u{85}\u{3000}".as_bytes(),
        ),
    ];
    let rejected = |(id, about, text): &(&str, &str, &[u8])| {
        case(id, &["week.weekends.text"], about, text)
            .base("week/weekends-0")
            .expect(Expect::reject("week.weekends.text"))
    };
    table.iter().map(rejected).collect()
}

fn lengths() -> Vec<Case> {
    let of_length = |len: usize| {
        let mut text = b"0\n".to_vec();
        text.resize(len, b'\n');
        text
    };
    vec![
        case(
            "4096-bytes",
            &["dir.files"],
            "A file of 4096 bytes is read.",
            &of_length(4096),
        )
        .expect(is(0)),
        case(
            "4097-bytes",
            &["dir.files"],
            "A file of 4097 bytes is an error, whatever it begins with.",
            &of_length(4097),
        )
        .base("week/weekends-4096-bytes")
        .expect(Expect::reject("dir.files")),
    ]
}

/// Name of the case, what it shows, the time, the digit of `weekends`, first day and end.
type Spanned<'a> = (&'a str, &'a str, &'a str, u8, &'a str, &'a str);

fn span((id, about, now, weekday, begin, end): &Spanned<'_>) -> Case {
    Case::new(format!("week/span-{id}"), "span", "writer")
        .shows(&["week.span"], *about)
        .with(FILE, format!("{weekday}\n"))
        .args(Json::object([("now", Json::text(*now))]))
        .expect(Expect::ok(Json::object([
            ("begin", Json::text(*begin)),
            ("end", Json::text(*end)),
        ])))
}

/// The 18th of November 2026 is a Wednesday.
fn spans() -> Vec<Case> {
    let table = [
        ("sunday", "From Wednesday to Sunday.", 0, "2026-11-22"),
        ("monday", "From Wednesday to Monday.", 1, "2026-11-23"),
        (
            "tuesday",
            "From Wednesday to Tuesday, six days.",
            2,
            "2026-11-24",
        ),
        (
            "same-day",
            "On the day of the week on which files end one begins that has seven days.",
            3,
            "2026-11-25",
        ),
        (
            "next-day",
            "From Wednesday to Thursday, one day.",
            4,
            "2026-11-19",
        ),
        ("friday", "From Wednesday to Friday.", 5, "2026-11-20"),
        ("saturday", "From Wednesday to Saturday.", 6, "2026-11-21"),
    ];
    let table = table.iter();
    table
        .map(|(id, about, weekday, end)| {
            let now = "2026-11-18T10:30:15Z";
            span(&(*id, *about, now, *weekday, "2026-11-18", *end))
        })
        .collect()
}

const SPANS_AT_THE_ENDS: &[Spanned<'static>] = &[
    (
        "first-moment",
        "The first moment of a day belongs to it.",
        "2026-11-18T00:00:00Z",
        3,
        "2026-11-18",
        "2026-11-25",
    ),
    (
        "last-moment",
        "The last moment of a day belongs to it.",
        "2026-11-18T23:59:59Z",
        4,
        "2026-11-18",
        "2026-11-19",
    ),
    (
        "month-end",
        "A span over the end of a month.",
        "2026-11-30T10:30:15Z",
        0,
        "2026-11-30",
        "2026-12-06",
    ),
    (
        "before-1970",
        "The last second before 1970 belongs to a Wednesday.",
        "1969-12-31T23:59:59Z",
        6,
        "1969-12-31",
        "1970-01-03",
    ),
    (
        "year-end",
        "A span over the end of a year.",
        "2026-12-29T10:30:15Z",
        5,
        "2026-12-29",
        "2027-01-01",
    ),
    (
        "leap-day",
        "A span over a leap day.",
        "2024-02-26T10:30:15Z",
        0,
        "2024-02-26",
        "2024-03-03",
    ),
    (
        "no-leap-day",
        "A span over the end of a February of 28 days.",
        "2026-02-26T10:30:15Z",
        3,
        "2026-02-26",
        "2026-03-04",
    ),
    (
        "ends-on-leap-day",
        "A span that ends on a leap day.",
        "2024-02-22T10:30:15Z",
        4,
        "2024-02-22",
        "2024-02-29",
    ),
    (
        "year-0",
        "The first day that there is was a Saturday.",
        "0000-01-01T00:00:00Z",
        0,
        "0000-01-01",
        "0000-01-02",
    ),
    (
        "year-9999",
        "The last day that there is is a Friday, and files can end on it.",
        "9999-12-24T10:30:15Z",
        5,
        "9999-12-24",
        "9999-12-31",
    ),
];

fn spans_at_the_ends() -> Vec<Case> {
    SPANS_AT_THE_ENDS.iter().map(span).collect()
}
