//! Reports that a reader rejects.

use super::case::{Case, Expect};
use super::reports::{case, edited, nested, rejected};

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = all("report.form", COUNTS)
        .map(|case| also("report.count", case))
        .collect();
    cases.extend(all("report.form", KINDS));
    cases.extend(all("report.form", HEAD).map(|case| also("report.head", case)));
    cases.extend(
        without_value()
            .into_iter()
            .chain(whole())
            .map(|(id, clause, about, text)| rejected(id, clause, about, text)),
    );
    cases.extend(depths());
    cases.push(many_programs());
    cases
}

/// The cases that a reader rejects these reports for one clause.
pub(super) fn all(clause: &'static str, table: &'static [Row]) -> impl Iterator<Item = Case> {
    let table = table.iter();
    table.map(move |(id, about, from, to)| rejected(id, clause, about, edited(from, to)))
}

/// A case that tests another clause before the one for which the report is rejected.
fn also(clause: &'static str, mut case: Case) -> Case {
    case.clauses.insert(0, clause);
    case
}

/// Name of the case, what it shows, what stands where in place of what.
pub(super) type Row = (&'static str, &'static str, &'static str, &'static [u8]);

/// Numbers that are no counts.
const COUNTS: &[Row] = &[
    (
        "count-2-64",
        "2^64 is no count.",
        " 12",
        b" 18446744073709551616",
    ),
    (
        "count-below-least",
        "-2^63 - 1 is no count.",
        " 12",
        b" -9223372036854775809",
    ),
    (
        "count-of-40-digits",
        "A greater number is none.",
        " 12",
        b" 1000000000000000000000000000000000000000",
    ),
    (
        "count-fraction",
        "A count has no fraction.",
        " 12",
        b" 12.5",
    ),
    (
        "count-fraction-0",
        "A count has no fraction, even of 0.",
        " 12",
        b" 12.0",
    ),
    (
        "count-exponent",
        "A count has no exponent.",
        " 12",
        b" 12e1",
    ),
    (
        "count-exponent-0",
        "A count has no exponent, even of 0.",
        " 12",
        b" 12E0",
    ),
    (
        "stack-count-fraction",
        "That of a stack has no fraction either.",
        " 3",
        b" 3.0",
    ),
    (
        "stack-count-2-64",
        "2^64 is no count of a stack.",
        " 3",
        b" 18446744073709551616",
    ),
];

/// Heads of other kinds.
const HEAD: &[Row] = &[
    (
        "last-week-object",
        "An object is no week.",
        "\"2026-11-14\"",
        b"{\"Day\": [14]}",
    ),
    (
        "last-week-number",
        "A number is no week.",
        "\"2026-11-14\"",
        b"14",
    ),
    (
        "x-string",
        "A string is no number.",
        "0.8262948105",
        b"\"0.5\"",
    ),
    (
        "x-array",
        "An array is no number.",
        "0.8262948105",
        b"[0.5]",
    ),
    (
        "x-great",
        "X is a number that binary64 holds.",
        "0.8262948105",
        b"1e999999",
    ),
    (
        "config-number",
        "A number is no version.",
        "\"v0.35.0\"",
        b"0.35",
    ),
];

/// Values of other kinds.
const KINDS: &[Row] = &[
    ("count-string", "A string is no count.", " 12", b" \"12\""),
    ("count-true", "true is no count.", " 12", b" true"),
    ("count-array", "An array is no count.", " 12", b" [12]"),
    (
        "count-object",
        "An object is no count.",
        " 12",
        b" {\"Value\": 12}",
    ),
    (
        "week-number",
        "A number is no week.",
        "\"2026-11-21\"",
        b"20261121",
    ),
    (
        "week-array",
        "An array is no week.",
        "\"2026-11-21\"",
        b"[\"2026-11-21\"]",
    ),
    ("program-number", "A number is no path.", "\"cmd/go\"", b"1"),
    (
        "version-false",
        "false is no version.",
        " \"Version\": \"go1.27.3\"",
        b" \"Version\": false",
    ),
    (
        "go-version-number",
        "A number is no toolchain version.",
        "\"GoVersion\": \"go1.27.3\"",
        b"\"GoVersion\": 1.27",
    ),
    (
        "goos-array",
        "An array is no GOOS.",
        "\"linux\"",
        b"[\"linux\"]",
    ),
    (
        "goarch-object",
        "An object is no GOARCH.",
        "\"amd64\"",
        b"{}",
    ),
    (
        "counters-array",
        "An array holds no counters.",
        "{\n    \"go/invocations\": 12\n   }",
        b"[\"go/invocations\", 12]",
    ),
    (
        "counters-empty-array",
        "An empty array is no empty object.",
        "{\n    \"go/invocations\": 12\n   }",
        b"[]",
    ),
    (
        "counters-number",
        "A number holds no counters.",
        "{\n    \"go/invocations\": 12\n   }",
        b"12",
    ),
    (
        "stacks-string",
        "A string holds no stacks.",
        "{\n    \"crash/crash\\nmain.f:+1,+0x2\": 3\n   }",
        b"\"crash/crash\"",
    ),
];

/// Documents without a value.
fn without_value() -> Vec<(&'static str, &'static str, &'static str, Vec<u8>)> {
    let of = |id, about, text: &[u8]| (id, "json.syntax", about, text.to_vec());
    vec![
        of("empty", "No bytes are no document.", b""),
        of("white-space-alone", "White space is no document.", b" \n"),
    ]
}

/// Name of the case, clause, what it shows, the document.
fn whole() -> Vec<(&'static str, &'static str, &'static str, Vec<u8>)> {
    let wide = edited("\"2026-11-21\"", b"\"2026-11-21\"");
    let wide = wide.iter().flat_map(|byte| [*byte, 0]).collect();
    vec![
        (
            "utf-16",
            "json.syntax",
            "A document of two bytes for each character is none.",
            wide,
        ),
        (
            "array",
            "report.form",
            "A report is no array.",
            b"[]".to_vec(),
        ),
        (
            "string",
            "report.form",
            "A report is no string.",
            b"\"2026-11-21\"".to_vec(),
        ),
        (
            "number",
            "report.form",
            "A report is no number.",
            b"1".to_vec(),
        ),
        (
            "programs-object",
            "report.form",
            "An object is no list of programs.",
            b"{\"Programs\":{}}".to_vec(),
        ),
        (
            "programs-string",
            "report.form",
            "A string is no list of programs.",
            b"{\"Programs\":\"cmd/go\"}".to_vec(),
        ),
        (
            "programs-false",
            "report.form",
            "false is not null.",
            b"{\"Programs\":false}".to_vec(),
        ),
        (
            "programs-of-strings",
            "report.form",
            "A string is no program.",
            b"{\"Programs\":[\"cmd/go\"]}".to_vec(),
        ),
        (
            "programs-of-arrays",
            "report.form",
            "An array is no program.",
            b"{\"Programs\":[[]]}".to_vec(),
        ),
    ]
}

fn many_programs() -> Case {
    let about = "A report has no more than 65536 programs.";
    let text = format!("{{\"Programs\":[{}{{}}]}}", "{},".repeat(65536));
    also(
        "report.programs",
        rejected("programs-65537", "report.form", about, text.into_bytes()),
    )
}

fn depths() -> Vec<Case> {
    let objects = format!("{}1{}", "{\"a\":".repeat(64), "}".repeat(64));
    let table = [
        (
            "depth-65",
            "64 arrays in an object are nested 65 deep.",
            nested(64),
        ),
        (
            "depth-65-of-objects",
            "Objects count like arrays.",
            edited(
                "\"2026-11-14\"",
                format!("\"2026-11-14\", \"More\": {objects}").as_bytes(),
            ),
        ),
        (
            "depth-100000",
            "A depth that would take a reader that calls itself out of its stack.",
            nested(100_000),
        ),
    ];
    let table = table.into_iter();
    table
        .map(|(id, about, text)| {
            case(id, &["json.depth"], about, text)
                .base("report/depth-64")
                .expect(Expect::reject("json.depth"))
        })
        .collect()
}
