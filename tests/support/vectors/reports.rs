//! Reports that a reader takes.

use super::case::{Case, Expect};
use super::json::{Json, hex};

/// The path of the report in every case that reads one.
const FILE: &str = "report.json";

/// The case from which the others differ.
const USUAL: &str = "report/usual";

/// The greatest count.
const MOST: &str = "9223372036854775807";

/// A report as Go's tools write it.
const TEXT: &str = r#"{
 "Week": "2026-11-21",
 "LastWeek": "2026-11-14",
 "X": 0.8262948105,
 "Programs": [
  {
   "Program": "cmd/go",
   "Version": "go1.27.3",
   "GoVersion": "go1.27.3",
   "GOOS": "linux",
   "GOARCH": "amd64",
   "Counters": {
    "go/invocations": 12
   },
   "Stacks": {
    "crash/crash\nmain.f:+1,+0x2": 3
   }
  }
 ],
 "Config": "v0.35.0"
}"#;

pub(super) fn cases() -> Vec<Case> {
    let tables = [COUNTS, MEMBERS, UNKNOWN, TWICE];
    let mut cases: Vec<Case> = tables
        .iter()
        .flat_map(|table| table.iter())
        .map(taken)
        .collect();
    cases.push(one_of());
    cases.push(depth());
    cases
}

/// The case that a reader is given this report.
pub(super) fn case(id: &str, clauses: &[&'static str], about: &str, text: Vec<u8>) -> Case {
    Case::new(format!("report/{id}"), "read-report", "reader")
        .shows(clauses, about)
        .with(FILE, text)
        .args(Json::object([("file", Json::text(FILE))]))
}

/// The case that a reader rejects this report, which differs from the usual one.
pub(super) fn rejected(id: &str, clause: &'static str, about: &str, text: Vec<u8>) -> Case {
    case(id, &[clause], about, text)
        .base(USUAL)
        .expect(Expect::reject(clause))
}

/// The usual report with `to` in place of `from`, which it holds once.
pub(super) fn edited(from: &str, to: &[u8]) -> Vec<u8> {
    assert_eq!(TEXT.matches(from).count(), 1, "{from}");
    let (before, after) = TEXT.split_once(from).expect("it is there");
    [before.as_bytes(), to, after.as_bytes()].concat()
}

/// An unknown member with so many arrays in each other.
pub(super) fn nested(arrays: usize) -> Vec<u8> {
    let value = format!("{}{}", "[".repeat(arrays), "]".repeat(arrays));
    edited(
        "\"2026-11-14\"",
        format!("\"2026-11-14\", \"More\": {value}").as_bytes(),
    )
}

/// What a reader finds in place of what the usual report holds.
pub(super) enum Reads {
    Usual,
    Week(&'static str),
    /// The count of the counter.
    Count(&'static str),
    /// The name of the counter.
    Name(&'static [u8]),
    /// No counter.
    NoCounters,
    Version(&'static str),
}
use Reads::{Count, Name, NoCounters, Usual, Version, Week};

impl Reads {
    fn result(&self) -> Json {
        let (mut week, mut version) = ("2026-11-21", "go1.27.3");
        let (mut name, mut count): (&[u8], _) = (b"go/invocations", "12");
        let mut counters = true;
        match self {
            Usual => {}
            Week(text) => week = text,
            Count(text) => count = text,
            Name(bytes) => name = bytes,
            NoCounters => counters = false,
            Version(text) => version = text,
        }
        let counters: &[(&[u8], &str)] = if counters { &[(name, count)] } else { &[] };
        let stacks: &[(&[u8], &str)] = &[(b"crash/crash\nmain.f:+1,+0x2", "3")];
        let fields = ["cmd/go", version, "go1.27.3", "linux", "amd64"];
        report(week, vec![program(fields, counters, stacks)])
    }
}

/// What a reader finds in a report.
pub(super) fn report(week: &str, programs: Vec<Json>) -> Json {
    Json::object([
        ("week", Json::text(week)),
        ("programs", Json::Array(programs)),
    ])
}

/// What a reader finds of a program.
pub(super) fn program(
    [program, version, go_version, goos, goarch]: [&str; 5],
    counters: &[(&[u8], &str)],
    stacks: &[(&[u8], &str)],
) -> Json {
    let counts = |counts: &[(&[u8], &str)]| {
        Json::object(
            counts
                .iter()
                .map(|(name, count)| (hex(name), Json::text(*count))),
        )
    };
    Json::object([
        ("program", Json::text(program)),
        ("version", Json::text(version)),
        ("go_version", Json::text(go_version)),
        ("goos", Json::text(goos)),
        ("goarch", Json::text(goarch)),
        ("counters", counts(counters)),
        ("stacks", counts(stacks)),
    ])
}

/// The case that a reader takes this report, which differs from the usual one.
pub(super) fn taken((id, clauses, about, from, to, reads): &Row) -> Case {
    case(id, clauses, about, edited(from, to)).expect(Expect::ok(reads.result()))
}

/// Name of the case, clauses, what it shows, what stands where in place of what, what is read.
pub(super) type Row = (
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static str,
    &'static [u8],
    Reads,
);

/// What stands in place of the usual count.
const COUNTS: &[Row] = &[
    (
        "usual",
        &["report.form", "report.names"],
        "A report as Go's tools write it.",
        " 12",
        b" 12",
        Usual,
    ),
    (
        "count-0",
        &["report.count"],
        "A count of 0 is a count.",
        " 12",
        b" 0",
        Count("0"),
    ),
    (
        "count-minus-0",
        &["report.count"],
        "0 with a sign is 0.",
        " 12",
        b" -0",
        Count("0"),
    ),
    (
        "count-negative",
        &["report.count"],
        "Counts that Go's tools wrote above 2^63 - 1 are negative.",
        " 12",
        b" -5",
        Count("-5"),
    ),
    (
        "count-least",
        &["report.count"],
        "The least count is -2^63.",
        " 12",
        b" -9223372036854775808",
        Count("-9223372036854775808"),
    ),
    (
        "count-54-bits",
        &["report.count"],
        "A count that no binary64 number holds.",
        " 12",
        b" 9007199254740993",
        Count("9007199254740993"),
    ),
    (
        "count-63-bits",
        &["report.count"],
        "The greatest count is 2^63 - 1.",
        " 12",
        b" 9223372036854775807",
        Count(MOST),
    ),
    (
        "count-64-bits",
        &["report.count"],
        "2^63 is taken for 2^63 - 1.",
        " 12",
        b" 9223372036854775808",
        Count(MOST),
    ),
    (
        "count-greatest",
        &["report.count"],
        "2^64 - 1 is taken for 2^63 - 1.",
        " 12",
        b" 18446744073709551615",
        Count(MOST),
    ),
];

const MEMBERS: &[Row] = &[
    (
        "week-missing",
        &["report.form"],
        "Without a week the week is empty.",
        "\"Week\": \"2026-11-21\",",
        b"",
        Week(""),
    ),
    (
        "week-null",
        &["report.form"],
        "null counts as empty.",
        "\"2026-11-21\"",
        b"null",
        Week(""),
    ),
    (
        "week-of-any-text",
        &["report.form"],
        "The form asks for a string, not for a date.",
        "2026-11-21",
        b"soon",
        Week("soon"),
    ),
    (
        "version-missing",
        &["report.form"],
        "Without a version the version is empty.",
        "\"Version\": \"go1.27.3\",",
        b"",
        Version(""),
    ),
    (
        "version-null",
        &["report.form"],
        "A version that is null counts as empty.",
        " \"Version\": \"go1.27.3\"",
        b" \"Version\": null",
        Version(""),
    ),
    (
        "version-empty",
        &["report.form"],
        "A version can be empty.",
        " \"Version\": \"go1.27.3\"",
        b" \"Version\": \"\"",
        Version(""),
    ),
    (
        "counters-null",
        &["report.form"],
        "Counters that are null count as empty.",
        "{\n    \"go/invocations\": 12\n   }",
        b"null",
        NoCounters,
    ),
    (
        "counters-empty",
        &["report.form"],
        "There can be no counters.",
        "\"go/invocations\": 12",
        b"",
        NoCounters,
    ),
    (
        "counters-missing",
        &["report.form"],
        "Without the member there are no counters.",
        "\"Counters\": {\n    \"go/invocations\": 12\n   },",
        b"",
        NoCounters,
    ),
    (
        "name-empty",
        &["report.form"],
        "The name of a counter can be empty.",
        "go/invocations",
        b"",
        Name(b""),
    ),
    (
        "members-in-other-order",
        &["report.form"],
        "Members may stand in any order.",
        "\"Config\": \"v0.35.0\"",
        b"\"Config\": \"v0.35.0\", \"Week\": \"2026-11-21\"",
        Usual,
    ),
    (
        "white-space",
        &["json.syntax"],
        "The four characters of white space stand between all others.",
        "\"Week\": \"2026-11-21\",",
        b" \t\r\n\"Week\" \t\r\n: \t\r\n\"2026-11-21\" \t\r\n,",
        Usual,
    ),
    (
        "white-space-last",
        &["json.whole"],
        "White space may follow the document.",
        "\"v0.35.0\"\n}",
        b"\"v0.35.0\"\n}\r\n\t ",
        Usual,
    ),
    (
        "white-space-first",
        &["json.syntax"],
        "White space may stand before the document.",
        "{\n \"Week\"",
        b"\r\n\t {\n \"Week\"",
        Usual,
    ),
];

const UNKNOWN: &[Row] = &[
    (
        "unknown-member",
        &["report.unknown"],
        "An unknown member is passed over, whatever it holds.",
        "\"v0.35.0\"",
        b"\"v0.35.0\", \"More\": [{\"Week\": 1}, [], null, true, false, \"\", -1.5E+3]",
        Usual,
    ),
    (
        "unknown-member-of-program",
        &["report.unknown"],
        "So is one of a program.",
        "\"linux\",",
        b"\"linux\", \"CGO\": {\"Counters\": {\"a\": 1}},",
        Usual,
    ),
    (
        "unknown-lower-case",
        &["report.unknown"],
        "Members of other case are others.",
        "\"v0.35.0\"",
        b"\"v0.35.0\", \"week\": \"2000-01-01\", \"WEEK\": 1",
        Usual,
    ),
    (
        "unknown-great-number",
        &["report.unknown"],
        "A number that no binary64 number comes near is a number.",
        "\"v0.35.0\"",
        b"\"v0.35.0\", \"More\": 1e999999",
        Usual,
    ),
    (
        "x-long",
        &["report.head"],
        "X may have any number of digits.",
        "0.8262948105",
        b"0.826294810500000000000000000000000000000000000000000000000001",
        Usual,
    ),
];

const TWICE: &[Row] = &[
    (
        "week-twice",
        &["json.last"],
        "The last of two weeks is taken.",
        "\"Week\": \"2026-11-21\",",
        b"\"Week\": \"2026-11-21\", \"Week\": \"2026-11-28\",",
        Week("2026-11-28"),
    ),
    (
        "week-twice-last-null",
        &["json.last", "report.form"],
        "The last of two weeks is taken if it is null, too.",
        "\"Week\": \"2026-11-21\",",
        b"\"Week\": \"2026-11-21\", \"Week\": null,",
        Week(""),
    ),
    (
        "week-twice-by-escape",
        &["json.last"],
        "Keys are equal that are written otherwise.",
        "\"Week\": \"2026-11-21\",",
        b"\"Week\": \"2026-11-21\", \"W\\u0065ek\": \"2026-11-28\",",
        Week("2026-11-28"),
    ),
    (
        "counters-twice",
        &["json.last"],
        "The last of two objects is taken; they are not merged.",
        "\"Counters\": {",
        b"\"Counters\": {\"go/earlier\": 1},\n   \"Counters\": {",
        Usual,
    ),
    (
        "counters-twice-last-null",
        &["json.last", "report.form"],
        "null is taken, too, if it comes last.",
        "\"Stacks\": {",
        b"\"Counters\": null,\n   \"Stacks\": {",
        NoCounters,
    ),
    (
        "counter-twice",
        &["json.last"],
        "The last of two counts is taken; they are not added.",
        "\"go/invocations\": 12",
        b"\"go/invocations\": 12, \"go/invocations\": 5",
        Count("5"),
    ),
    (
        "counter-twice-once-repaired",
        &["json.last", "json.syntax"],
        "Two names that differ in bytes of no character are one key.",
        "\"go/invocations\": 12",
        b"\"\xff\": 5, \"\xfe\": 12",
        Name("\u{fffd}".as_bytes()),
    ),
];

fn one_of() -> Case {
    let about = "Of two weeks the earlier is a number: a reader may reject the report for that.";
    let text = edited(
        "\"Week\": \"2026-11-21\",",
        b"\"Week\": 47,\n \"Week\": \"2026-11-21\",",
    );
    case("week-twice-one-a-number", &["json.last"], about, text).expect(Expect::OneOf(vec![
        (
            "The last member is taken.".to_owned(),
            Expect::ok(Usual.result()),
        ),
        (
            "The document may be rejected for what an earlier one holds.".to_owned(),
            Expect::reject("report.form"),
        ),
    ]))
}

fn depth() -> Case {
    let about = "63 arrays in an object are nested 64 deep.";
    case("depth-64", &["json.depth"], about, nested(63)).expect(Expect::ok(Usual.result()))
}
