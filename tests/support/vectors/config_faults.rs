//! Upload configs that a reader rejects.

use super::case::{Case, Expect};
use super::configs::{self, FILE, USUAL, edited};

/// Name of the case, clause, what it shows, what stands where in place of what.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [u8],
);

pub(super) fn cases() -> Vec<Case> {
    let tables = [KINDS, OF_PROGRAMS, NUMBERS, SYNTAX].into_iter().flatten();
    let edited =
        tables.map(|(id, clause, about, from, to)| rejected(id, clause, about, edited(from, to)));
    let mut cases: Vec<Case> = edited.chain(bounds()).collect();
    for case in cases
        .iter_mut()
        .filter(|case| case.id.ends_with("too-large"))
    {
        case.clauses.push("config.number");
    }
    cases
}

fn rejected(id: &str, clause: &'static str, about: &str, text: Vec<u8>) -> Case {
    configs::case(id, &[clause], about, text)
        .base(USUAL)
        .expect(Expect::reject(clause))
}

/// Configs that are too great.
fn bounds() -> Vec<Case> {
    let list = |element: &str| format!("[{}{element}]", format!("{element},").repeat(65_536));
    let of = |id, about, from: &str, list: String| {
        rejected(id, "config.form", about, edited(from, list.as_bytes()))
    };
    let elements = "config.elements";
    let mut cases = vec![
        of(
            "elements-65537",
            "A list of more elements than there can be.",
            "[\"amd64\"]",
            list("0").replace('0', "null"),
        ),
        of(
            "versions-65537",
            "A program of more versions than there can be.",
            "[\"v1.0.0\", \"v1.1.0\"]",
            list("\"\""),
        ),
        of(
            "stacks-65537",
            "A program of more stacks than there can be.",
            "[{\"Name\": \"tool/bug\", \"Rate\": 0.75, \"Depth\": 16}]",
            list("{}"),
        ),
    ];
    for case in &mut cases {
        case.clauses.push(elements);
    }
    let size = |id, clause, size: u64, about| {
        rejected(id, clause, about, edited("0.5", b"0.5")).extended(FILE, size)
    };
    cases.push(size(
        "size-16777216",
        "json.whole",
        16_777_216,
        "A config of the greatest size is read: zeros behind it are what is wrong.",
    ));
    cases.push(size(
        "size-16777217",
        "config.size",
        16_777_217,
        "A config of one byte more is too long, whatever it holds.",
    ));
    cases
}

const KINDS: &[Row] = &[
    (
        "array",
        "config.form",
        "A config that is an array.",
        configs::TEXT,
        b"[]",
    ),
    (
        "string",
        "config.form",
        "A config that is a string.",
        configs::TEXT,
        b"\"\"",
    ),
    (
        "list-string",
        "config.form",
        "A list that is a string.",
        "[\"amd64\"]",
        b"\"amd64\"",
    ),
    (
        "list-object",
        "config.form",
        "A list that is an object.",
        "[\"amd64\"]",
        b"{\"amd64\": true}",
    ),
    (
        "list-of-number",
        "config.form",
        "A list with a number.",
        "[\"amd64\"]",
        b"[\"amd64\", 386]",
    ),
    (
        "list-of-list",
        "config.form",
        "A list with a list.",
        "[\"amd64\"]",
        b"[[\"amd64\"]]",
    ),
    (
        "list-of-false",
        "config.form",
        "A list with false.",
        "[\"go1.27.3\"],\n \"Sample",
        b"[false],\n \"Sample",
    ),
    (
        "sample-rate-string",
        "config.form",
        "A SampleRate that is a string.",
        "0.5",
        b"\"0.5\"",
    ),
    (
        "sample-rate-true",
        "config.form",
        "A SampleRate that is true.",
        "0.5",
        b"true",
    ),
    (
        "sample-rate-list",
        "config.form",
        "A SampleRate in a list.",
        "0.5",
        b"[0.5]",
    ),
];

const OF_PROGRAMS: &[Row] = &[
    (
        "programs-object",
        "config.form",
        "Programs that are an object.",
        "\"Programs\": [",
        b"\"Programs\": {}, \"More\": [",
    ),
    (
        "program-string",
        "config.form",
        "A program that is a string.",
        "\"Programs\": [",
        b"\"Programs\": [\"cmd/go\",",
    ),
    (
        "program-number",
        "config.form",
        "A program whose name is a number.",
        "\"Name\": \"a/tool\"",
        b"\"Name\": 7",
    ),
    (
        "versions-string",
        "config.form",
        "Versions that are a string.",
        "[\"v1.0.0\", \"v1.1.0\"]",
        b"\"v1.0.0\"",
    ),
    (
        "version-number",
        "config.form",
        "A version that is a number.",
        "[\"v1.0.0\", \"v1.1.0\"]",
        b"[1.0]",
    ),
    (
        "counters-object",
        "config.form",
        "Counters that are an object.",
        "\"Counters\": [",
        b"\"Counters\": {}, \"More\": [",
    ),
    (
        "counter-string",
        "config.form",
        "A counter that is a string.",
        "\"Counters\": [",
        b"\"Counters\": [\"go/runs\",",
    ),
    (
        "counter-list",
        "config.form",
        "A counter whose name is a list.",
        "\"Name\": \"go/runs\"",
        b"\"Name\": [\"go/runs\"]",
    ),
    (
        "stack-string",
        "config.form",
        "A stack that is a string.",
        "\"Stacks\": [",
        b"\"Stacks\": [\"tool/bug\",",
    ),
    (
        "rate-string",
        "config.form",
        "A Rate that is a string.",
        "0.75",
        b"\"0.75\"",
    ),
    (
        "rate-object",
        "config.form",
        "A Rate that is an object.",
        "0.75",
        b"{}",
    ),
    (
        "depth-string",
        "config.form",
        "A Depth that is a string.",
        "16",
        b"\"16\"",
    ),
    (
        "depth-fraction",
        "config.form",
        "A Depth with a fraction.",
        "16",
        b"16.5",
    ),
    (
        "depth-exponent",
        "config.form",
        "A Depth with an exponent.",
        "16",
        b"1e1",
    ),
    (
        "depth-too-great",
        "config.form",
        "A Depth of more than 64 bits.",
        "16",
        b"9223372036854775808",
    ),
];

const NUMBERS: &[Row] = &[
    (
        "sample-rate-too-large",
        "config.form",
        "A SampleRate that double precision cannot hold.",
        "0.5",
        b"1e309",
    ),
    (
        "rate-too-large",
        "config.form",
        "A Rate that double precision cannot hold.",
        "0.75",
        b"-1e309",
    ),
    (
        "rate-just-too-large",
        "config.form",
        "A Rate that would be rounded to no number.",
        "0.75",
        b"1.7976931348623159e308",
    ),
];

const SYNTAX: &[Row] = &[
    ("cut", "json.syntax", "A config that ends in the middle.", "\"Rate\": 0.75, \"Depth\": 16}]\n  }\n ]\n}", b"\"Rate\": 0."),
    ("nothing", "json.syntax", "An empty config.", configs::TEXT, b""),
    ("comma-behind-last", "json.syntax", "A comma behind the last element.", "[\"amd64\"]", b"[\"amd64\",]"),
    ("number-with-plus", "json.syntax", "A number with a plus.", "0.75", b"+0.75"),
    ("number-not-finite", "json.syntax", "A number that is none.", "0.75", b"NaN"),
    ("behind-document", "json.whole", "A second document.", "\"Depth\": 16}]\n  }\n ]\n}", b"\"Depth\": 16}]\n  }\n ]\n}{}"),
    ("depth-65", "json.depth", "An unknown member that is nested too deep.", "\"Programs\": [", b"\"More\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]], \"Programs\": ["),
];
