//! Reports that a collector takes, and those that it refuses for their head and their names.

use super::case::{Case, Expect};
use super::configs;
use super::json::Json;

/// The path of the report in every case that checks one.
const FILE: &str = "report.json";

/// The case from which the refused ones differ.
const USUAL: &str = "collector/usual";

/// The collector's config.
pub(super) const CONFIG: &str = r#"{"GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["go1.27.3"],"SampleRate":0.001,"Programs":[
{"Name":"a/tool","Versions":["v1.0.0"],"Counters":[{"Name":"runs:{a,b}","Rate":0.001}],"Stacks":[{"Name":"bug","Rate":0}]},
{"Name":"b/tool","Versions":["v2.0.0"],"Counters":[{"Name":"other","Rate":1}],"Stacks":[{"Name":"crash","Rate":1}]}]}"#;

/// A report that the collector takes.
pub(super) const REPORT: &str = r#"{"Week":"2026-11-21","LastWeek":"2026-11-14","X":0.5,"Programs":[
{"Program":"a/tool","Version":"v1.0.0","GoVersion":"go1.27.3","GOOS":"linux","GOARCH":"amd64",
"Counters":{"runs:a":3},"Stacks":{"bug\nmain.f:+1,+0x2":1}}],"Config":"v0.93.0"}"#;

/// Name of the case, clause, what it shows, what stands where in place of what.
pub(super) type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [u8],
);

pub(super) fn cases() -> Vec<Case> {
    let taken = TAKEN.iter().map(taken);
    let refused = [DOCUMENTS, HEADS, BUILDS, NAMES].into_iter().flatten();
    let cases = taken.chain(refused.map(refused_row));
    cases
        .chain(windows())
        .chain(kinds())
        .chain(first())
        .collect()
}

/// The case that a collector is given this report at this time.
pub(super) fn case(id: &str, clauses: &[&'static str], about: &str, text: Vec<u8>) -> Case {
    at("2026-11-23T09:00:00Z", id, clauses, about, text)
}

fn at(now: &str, id: &str, clauses: &[&'static str], about: &str, text: Vec<u8>) -> Case {
    Case::new(format!("collector/{id}"), "check-report", "collector")
        .shows(clauses, about)
        .with(FILE, text)
        .with(configs::FILE, CONFIG)
        .args(Json::object([
            ("file", Json::text(FILE)),
            ("config", Json::text(configs::FILE)),
            ("now", Json::text(now)),
        ]))
}

/// The usual report with `to` in place of `from`, which it holds once.
pub(super) fn edited(from: &str, to: &[u8]) -> Vec<u8> {
    assert_eq!(REPORT.matches(from).count(), 1, "{from}");
    let (before, after) = REPORT.split_once(from).expect("it is there");
    [before.as_bytes(), to, after.as_bytes()].concat()
}

pub(super) fn taken((id, clause, about, from, to): &Row) -> Case {
    case(id, &[clause], about, edited(from, to))
}

pub(super) fn refused_row((id, clause, about, from, to): &Row) -> Case {
    refused(case(id, &[clause], about, edited(from, to)), clause)
}

fn refused(case: Case, clause: &'static str) -> Case {
    case.base(USUAL).expect(Expect::reject(clause))
}

/// The first and the last day on which the usual report is taken, and those beside them.
fn windows() -> Vec<Case> {
    let clause = "collect.check.window";
    let of = |id, now, about| at(now, id, &[clause], about, REPORT.into());
    vec![
        of(
            "week-tomorrow",
            "2026-11-20T00:00:00Z",
            "The Week may be the day after today.",
        ),
        refused(
            of(
                "week-in-two-days",
                "2026-11-19T23:59:59Z",
                "But no later day.",
            ),
            clause,
        ),
        of(
            "week-22-days-ago",
            "2026-12-13T23:59:59Z",
            "It may be 22 days before today.",
        ),
        refused(
            of(
                "week-23-days-ago",
                "2026-12-14T00:00:00Z",
                "But no earlier day.",
            ),
            clause,
        ),
        refused(
            of(
                "week-of-last-year",
                "2027-11-21T09:00:00Z",
                "The same day of another year is another day.",
            ),
            clause,
        ),
    ]
}

/// Members of the head that are of another kind: two clauses say so.
fn kinds() -> Vec<Case> {
    let rows: [(&str, &str, &str, &[u8]); 4] = [
        ("x-string", "X is no string.", "0.5", b"\"0.5\""),
        (
            "x-too-large",
            "X is a number that double precision can hold.",
            "0.5",
            b"1e309",
        ),
        (
            "last-week-number",
            "LastWeek is no number.",
            "\"2026-11-14\"",
            b"20261114",
        ),
        (
            "config-list",
            "Config is no list.",
            "\"v0.93.0\"",
            b"[\"v0.93.0\"]",
        ),
    ];
    let either = [
        ("The clause of the member.", "collect.check.kind"),
        ("The clause that it is a fault of.", "collect.check.json"),
    ];
    let case = |(id, about, from, to): (&str, &str, &str, &[u8])| {
        let expect = either.map(|(why, clause)| (why.to_owned(), Expect::reject(clause)));
        case(id, &["collect.check.kind"], about, edited(from, to))
            .base(USUAL)
            .expect(Expect::OneOf(expect.into()))
    };
    rows.map(case).into()
}

/// Reports with several faults: the clauses are checked in their order.
fn first() -> Vec<Case> {
    let faults = [
        ("-5", "collect.check.week", "\"2026-11-21\"", "\"soon\""),
        (
            "-4",
            "collect.check.last-week",
            "\"2026-11-14\"",
            "\"soon\"",
        ),
        ("-3", "collect.check.config", "\"v0.93.0\"", "\"soon\""),
        ("-2", "collect.check.x", "0.5", "1.5"),
        ("-1", "collect.check.build", "\"v1.0.0\"", "\"v9\""),
        ("", "collect.check.counter", "runs:a", "runs:z"),
    ];
    let mut text = REPORT.replace("bug\\n", "no\\n").replace("\":3", "\":-3");
    let mut cases = Vec::new();
    for (number, clause, from, to) in faults.into_iter().rev() {
        text = text.replacen(from, to, 1);
        let id = format!("first-fault{number}");
        let about = "Of several faults the one counts whose clause comes first.";
        let case = case(&id, &["collect.check", clause], about, text.clone().into());
        cases.push(refused(case, clause));
    }
    cases
}

const TAKEN: &[Row] = &[
    ("usual", "collect.check", "A report whose parts are all in the config.", "0.5", b"0.5"),
    ("rate", "collect.check.rate", "X may be above Rate and SampleRate.", "0.5", b"0.999"),
    ("config-of-the-client", "collect.check.rate", "Config may be another version than the collector's.", "v0.93.0", b"v9.9.9-rc.1+b"),
    ("last-week-empty", "collect.check.last-week", "LastWeek may be empty.", "2026-11-14", b""),
    ("last-week-null", "collect.check.kind", "LastWeek may be null.", "\"2026-11-14\"", b"null"),
    ("last-week-later", "collect.check.rate", "LastWeek may be any date.", "2026-11-14", b"9999-12-31"),
    ("config-64-bytes", "collect.check.config", "A Config of 64 bytes.", "v0.93.0", b"v0.93.0-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    ("x-least", "collect.check.x", "X may be as low as a number above 0 can be.", "0.5", b"5e-324"),
    ("x-greatest", "collect.check.x", "X may be the greatest number below 1.", "0.5", b"0.99999999999999988"),
    ("count-0", "collect.check.rate", "A count may be 0.", "\":3", b"\":0"),
    ("no-counters", "collect.check.rate", "A program may be without names.", "\"runs:a\":3", b""),
    ("counters-null", "collect.check.rate", "Be it that they are null.", "{\"runs:a\":3}", b"null"),
    ("counter-other-piece", "collect.check.counter", "A counter may be any piece that an entry stands for.", "runs:a", b"runs:b"),
    ("unknown-members", "collect.check.json", "Unknown members do not matter.", "\"X\":0.5", b"\"x\":7,\"More\":[{}],\"X\":0.5"),
    ("white-space-behind", "collect.check.json", "White space may follow.", "\"v0.93.0\"}", b"\"v0.93.0\"}\r\n\t "),
    ("programs-two", "collect.check.build", "Two programs of the config.", "\"Programs\":[", b"\"Programs\":[{\"Program\":\"b/tool\",\"Version\":\"v2.0.0\",\"GoVersion\":\"go1.27.3\",\"GOOS\":\"linux\",\"GOARCH\":\"amd64\",\"Counters\":{\"other\":1}},"),
    ("member-twice", "collect.check.json", "The last of two members counts.", "\"X\":0.5", b"\"X\":7,\"X\":0.5"),
];

const DOCUMENTS: &[Row] = &[
    ("empty", "collect.check.json", "Nothing is no document.", REPORT, b""),
    ("array", "collect.check.json", "A list is no report.", REPORT, b"[]"),
    ("cut", "collect.check.json", "Half a document.", "\"v0.93.0\"}", b"\"v0"),
    ("two-documents", "collect.check.json", "A second document behind the first.", "\"v0.93.0\"}", b"\"v0.93.0\"}{}"),
    ("byte-behind", "collect.check.json", "A byte behind the document.", "\"v0.93.0\"}", b"\"v0.93.0\"}\0"),
    ("depth-65", "collect.check.json", "An unknown member nested too deep.", "\"X\"", b"\"More\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]],\"X\""),
    ("week-number", "collect.check.json", "A Week that is a number.", "\"2026-11-21\"", b"20261121"),
    ("programs-object", "collect.check.json", "Programs that are an object.", "\"Programs\":[", b"\"Programs\":{},\"More\":["),
    ("count-fraction", "collect.check.json", "A count with a fraction.", "\":3", b"\":3.5"),
    ("count-string", "collect.check.json", "A count that is a string.", "\":3", b"\":\"3\""),
    ("count-too-great", "collect.check.json", "A count of more than 64 bits.", "\":3", b"\":18446744073709551616"),
];

const HEADS: &[Row] = &[
    (
        "week-empty",
        "collect.check.week",
        "An empty Week.",
        "2026-11-21",
        b"",
    ),
    (
        "week-null",
        "collect.check.week",
        "A Week that is null.",
        "\"2026-11-21\"",
        b"null",
    ),
    (
        "week-no-day",
        "collect.check.week",
        "A Week that is no day of the calendar.",
        "2026-11-21",
        b"2026-11-31",
    ),
    (
        "week-time",
        "collect.check.week",
        "A Week with a time of day.",
        "2026-11-21",
        b"2026-11-21T00:00:00Z",
    ),
    (
        "week-with-space",
        "collect.check.week",
        "A Week with white space.",
        "2026-11-21",
        b"2026-11-21 ",
    ),
    (
        "week-as-path",
        "collect.check.week",
        "A Week that leads elsewhere.",
        "2026-11-21",
        b"../../2026-11-21",
    ),
    (
        "last-week-no-date",
        "collect.check.last-week",
        "A LastWeek that is no date.",
        "2026-11-14",
        b"last week",
    ),
    (
        "last-week-space",
        "collect.check.last-week",
        "White space is not empty.",
        "2026-11-14",
        b" ",
    ),
    (
        "config-empty",
        "collect.check.config",
        "An empty Config.",
        "v0.93.0",
        b"",
    ),
    (
        "config-missing",
        "collect.check.config",
        "No Config.",
        ",\"Config\":\"v0.93.0\"",
        b"",
    ),
    (
        "config-no-version",
        "collect.check.config",
        "A Config that is no version.",
        "v0.93.0",
        b"0.93.0",
    ),
    (
        "config-65-bytes",
        "collect.check.config",
        "A Config of 65 bytes.",
        "v0.93.0",
        b"v0.93.0-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ),
    (
        "config-65-bytes-of-build",
        "collect.check.config",
        "The build counts for the length.",
        "v0.93.0",
        b"v0.93.0+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ),
    ("x-0", "collect.check.x", "X is 0.", "0.5", b"0"),
    (
        "x-minus-0",
        "collect.check.x",
        "X is 0 with a sign.",
        "0.5",
        b"-0.0",
    ),
    ("x-missing", "collect.check.x", "No X.", "\"X\":0.5,", b""),
    ("x-null", "collect.check.x", "X is null.", "0.5", b"null"),
    ("x-1", "collect.check.x", "X is 1.", "0.5", b"1"),
    (
        "x-rounded-to-1",
        "collect.check.x",
        "X is rounded to 1.",
        "0.5",
        b"0.99999999999999999",
    ),
    (
        "x-rounded-to-0",
        "collect.check.x",
        "X is rounded to 0.",
        "0.5",
        b"1e-324",
    ),
    (
        "x-negative",
        "collect.check.x",
        "X is below 0.",
        "0.5",
        b"-0.5",
    ),
    ("x-great", "collect.check.x", "X is great.", "0.5", b"1e300"),
];

const BUILDS: &[Row] = &[
    (
        "goarch-unknown",
        "collect.check.build",
        "A GOARCH that the config does not have.",
        "amd64",
        b"arm64",
    ),
    (
        "goos-unknown",
        "collect.check.build",
        "A GOOS that the config does not have.",
        "linux",
        b"plan9",
    ),
    (
        "goos-missing",
        "collect.check.build",
        "No GOOS.",
        "\"GOOS\":\"linux\",",
        b"",
    ),
    (
        "go-version-unknown",
        "collect.check.build",
        "A GoVersion that the config does not have.",
        "go1.27.3",
        b"go1.27.4",
    ),
    (
        "program-unknown",
        "collect.check.build",
        "A Program that the config does not have.",
        "a/tool",
        b"A/tool",
    ),
    (
        "program-null",
        "collect.check.build",
        "A program that is null has empty values.",
        "\"Programs\":[",
        b"\"Programs\":[null,",
    ),
    (
        "version-unknown",
        "collect.check.build",
        "A Version that the config does not have.",
        "v1.0.0",
        b"v1.0.1",
    ),
    (
        "version-of-other-program",
        "collect.check.build",
        "A Version that the config has of another program.",
        "v1.0.0",
        b"v2.0.0",
    ),
];

const NAMES: &[Row] = &[
    (
        "counter-unknown",
        "collect.check.counter",
        "A counter that the config does not have.",
        "runs:a",
        b"runs:c",
    ),
    (
        "counter-not-expanded",
        "collect.check.counter",
        "A counter with the braces of the config.",
        "runs:a",
        b"runs:{a,b}",
    ),
    (
        "counter-of-other-program",
        "collect.check.counter",
        "A counter that the config has of another program.",
        "runs:a",
        b"other",
    ),
    (
        "counter-of-the-user",
        "collect.check.counter",
        "What a user typed in a counter.",
        "\"runs:a\":3",
        b"\"runs:a\":3,\"runs:/home/u/secret\":1",
    ),
    (
        "counter-is-a-stack",
        "collect.check.counter",
        "A stack among the counters.",
        "runs:a",
        b"bug\\nmain.f:+1,+0x2",
    ),
    (
        "counter-empty",
        "collect.check.counter",
        "An empty counter.",
        "runs:a",
        b"",
    ),
    (
        "stack-unknown",
        "collect.check.stack",
        "A stack that the config does not have.",
        "bug\\n",
        b"bugs\\n",
    ),
    (
        "stack-of-other-program",
        "collect.check.stack",
        "A stack that the config has of another program.",
        "bug\\n",
        b"crash\\n",
    ),
    (
        "stack-is-a-counter",
        "collect.check.stack",
        "A stack with the name of a counter.",
        "bug\\n",
        b"runs:a\\n",
    ),
    (
        "stack-with-carriage-return",
        "collect.check.stack",
        "The text up to the newline counts whole.",
        "bug\\n",
        b"bug\\r\\n",
    ),
    (
        "count-negative",
        "collect.check.count",
        "A count below 0.",
        "\":3",
        b"\":-1",
    ),
    (
        "count-least",
        "collect.check.count",
        "The least count.",
        "\":3",
        b"\":-9223372036854775808",
    ),
    (
        "stack-count-negative",
        "collect.check.count",
        "A count of a stack below 0.",
        "+0x2\":1",
        b"+0x2\":-1",
    ),
];
