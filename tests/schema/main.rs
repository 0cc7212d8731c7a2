//! The manifest of the test vectors fulfils its schema, and the schema and its validator notice
//! what does not.

mod pattern;
mod validate;

use std::fs;
use std::path::Path;

use tinyjson::JsonValue;
use validate::Schema;

fn stored(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/vectors");
    fs::read_to_string(path.join(name)).expect("the file can be read")
}

fn schema() -> Schema {
    Schema::new(&stored("manifest.schema.json")).expect("it is a schema")
}

fn parsed(text: &str) -> JsonValue {
    text.parse()
        .unwrap_or_else(|error| panic!("{error} in {text}"))
}

#[test]
fn the_manifest_fulfils_its_schema() {
    let manifest = parsed(&stored("manifest.json"));
    let cases: &Vec<JsonValue> = manifest["cases"].get().expect("there are cases");
    assert!(cases.len() >= 300, "{} cases", cases.len());
    let faults = schema().faults(&manifest);
    assert!(faults.is_empty(), "{faults:#?}");
}

/// A manifest with a case of each kind.
const SMALL: &str = r#"{"manifest": 1, "cases": [
 {"id": "week/date-usual", "op": "read-date", "level": "reader", "clauses": ["week.date"],
  "about": "A day.", "args": {"text": "3230"}, "expect": {"outcome": "accept", "result": {"days": "-5"}}},
 {"id": "read/empty", "op": "read-file", "level": "reader", "clauses": ["fmt.page", "fmt.link+2"],
  "about": "A file.", "input": ["a.v1.count"], "args": {"file": "a.v1.count"},
  "expect": {"outcome": "accept-with-notes", "result": {"meta": {"61": "62"}, "counters": {"": "0"}},
   "notes": [{"clause": "fmt.note.limit.low", "offset": "64"}]}},
 {"id": "read/cut", "op": "read-file", "level": "reader", "clauses": ["fmt.file.min"], "about": "A cut file.",
  "base": "read/empty", "input": ["b.v1.count"], "args": {"file": "b.v1.count"},
  "expect": {"outcome": "reject", "stage": "header", "clause": "fmt.file.min", "offset": "3"}},
 {"id": "report/twice", "op": "read-report", "level": "reader", "clauses": ["json.last"], "about": "Two weeks.",
  "input": ["r.json"], "args": {"file": "r.json"}, "expect": {"outcome": "one-of", "of": [
   {"outcome": "accept", "result": {"week": "w", "programs": []}, "why": "The last is taken."},
   {"outcome": "reject", "clause": "report.form", "why": "The first is no week."}]}},
 {"id": "mode/set", "op": "set-mode", "level": "writer", "clauses": ["mode.keep"], "about": "A mode that stays.",
  "input": ["mode"], "changed": {"mode": "2026-11-20T23:30:00Z"},
  "args": {"mode": "on", "now": "2026-11-21T00:00:00Z"},
  "expect": {"outcome": "accept", "result": {}, "files": {"mode": "input/mode"}}},
 {"id": "write/all", "op": "write", "level": "writer", "clauses": ["open.mode"], "about": "All steps.",
  "args": {"identity": {"program": "p", "version": "", "go_version": "go1.27", "goos": "linux", "goarch": "amd64"},
   "environment": {"DO_NOT_TRACK": "1"}, "steps": [{"do": "add", "name": "61", "n": "1"},
    {"do": "open", "now": "2026-11-21T00:00:00Z"}, {"do": "put", "file": "local/weekends", "bytes": "300a"},
    {"do": "delete", "file": "mode"}]}, "expect": {"outcome": "accept", "result": {}, "files": {}}},
 {"id": "race/warm", "op": "race", "level": "writer", "clauses": ["count.add"], "about": "Two processes.",
  "args": {"identity": {"program": "p", "version": "", "go_version": "go1.27", "goos": "linux", "goarch": "amd64"},
   "now": "2026-11-21T00:00:00Z"},
  "race": {"processes": 2, "rounds": 1000, "names": {"prefix": "c", "count": 3}, "cold": false},
  "expect": {"outcome": "accept", "result": {}}}]}"#;

/// What stands in place of what, and where the fault is.
const FAULTS: &[(&str, &str, &str)] = &[
    (r#""manifest": 1"#, r#""manifest": 2"#, "/manifest: const"),
    (
        r#""manifest": 1"#,
        r#""manifest": 1, "more": 0"#,
        "/more: may not be there",
    ),
    ("week/date-usual", "week", "/cases/0/id: pattern"),
    ("read-date", "read-day", "/cases/0/op: enum"),
    (r#"["week.date"]"#, "[]", "/cases/0/clauses: minItems"),
    (
        r#"["week.date"]"#,
        r#"["week.date", "week.date"]"#,
        "/cases/0/clauses: uniqueItems",
    ),
    (
        r#"["week.date"]"#,
        r#"["Week 1"]"#,
        "/cases/0/clauses/0: pattern",
    ),
    ("A day.", "A day", "/cases/0/about: pattern"),
    (r#""about": "A day.", "#, "", "/cases/0: required"),
    (
        r#""about": "A day.""#,
        r#""about": "A day.", "note": """#,
        "/cases/0/note: may not be there",
    ),
    (
        r#""about": "A day.""#,
        r#""about": "A day.", "changed": {}"#,
        "/cases/0: dependentRequired",
    ),
    ("3230", "323", "/cases/0/args/text: pattern"),
    ("3230", "3A30", "/cases/0/args/text: pattern"),
    (
        r#""text": "3230""#,
        r#""date": "3230""#,
        "/cases/0/args/date: may not be there",
    ),
    (
        r#"{"days": "-5"}"#,
        r#"{"days": -5}"#,
        "/cases/0/expect/result/days: type",
    ),
    (
        r#"{"days": "-5"}"#,
        "{}",
        "/cases/0/expect/result: required",
    ),
    (
        r#"{"outcome": "accept", "result": {"days": "-5"}}"#,
        r#"{"outcome": "ok"}"#,
        "/cases/0/expect: oneOf",
    ),
    (
        r#"{"days": "-5"}"#,
        r#"{"days": "-5"}, "why": "So.""#,
        "/cases/0/expect: oneOf",
    ),
    (
        r#"{"outcome": "accept", "result": {"days": "-5"}}"#,
        r#"{"outcome": "reject", "stage": "header", "clause": "week.date"}"#,
        "/cases/0/expect/stage: may not be there",
    ),
    (
        r#"["a.v1.count"]"#,
        r#"["/a.v1.count"]"#,
        "/cases/1/input/0: pattern",
    ),
    (
        r#"{"61": "62"}"#,
        r#"{"61": 62}"#,
        "/cases/1/expect/result/meta/61: type",
    ),
    (
        r#"{"61": "62"}"#,
        r#"{"6": "62"}"#,
        "/cases/1/expect/result/meta/6: pattern",
    ),
    (
        r#"[{"clause": "fmt.note.limit.low", "offset": "64"}]"#,
        "[]",
        "/cases/1/expect: oneOf",
    ),
    (r#""base": "read/empty", "#, "", "/cases/2: required"),
    (r#""stage": "header", "#, "", "/cases/2/expect: required"),
    (
        r#""stage": "header""#,
        r#""stage": "end""#,
        "/cases/2/expect: oneOf",
    ),
    (r#""input": ["b.v1.count"], "#, "", "/cases/2: required"),
    (
        r#", "why": "The last is taken.""#,
        "",
        "/cases/3/expect: oneOf",
    ),
    (
        r#""programs": []"#,
        r#""programs": {}"#,
        "/cases/3/expect/of/0/result/programs: type",
    ),
    (
        "2026-11-20T23:30:00Z",
        "2026-11-20",
        "/cases/4/changed/mode: pattern",
    ),
    (
        r#", "files": {"mode": "input/mode"}"#,
        "",
        "/cases/4/expect: required",
    ),
    ("input/mode", "output/mode", "/cases/4/expect: oneOf"),
    (r#""do": "add", "#, "", "/cases/5/args/steps/0: oneOf"),
    (
        r#""do": "delete""#,
        r#""do": "put""#,
        "/cases/5/args/steps/3: oneOf",
    ),
    (
        "DO_NOT_TRACK",
        "DO NOT TRACK",
        "/cases/5/args/environment/DO NOT TRACK: pattern",
    ),
    (
        r#""processes": 2"#,
        r#""processes": 0"#,
        "/cases/6/race/processes: minimum",
    ),
    (
        r#""processes": 2"#,
        r#""processes": 2.5"#,
        "/cases/6/race/processes: type",
    ),
    (
        r#""op": "race""#,
        r#""op": "write""#,
        "/cases/6/race: may not be there",
    ),
];

#[test]
fn the_schema_notices_each_fault() {
    let schema = schema();
    let faults = schema.faults(&parsed(SMALL));
    assert!(faults.is_empty(), "{faults:#?}");
    for (from, to, fault) in FAULTS {
        let (before, after) = SMALL.split_once(from).expect("it is there");
        let faults = schema.faults(&parsed(&format!("{before}{to}{after}")));
        assert!(
            faults.iter().any(|found| found == fault),
            "{from} -> {to}: {faults:#?} instead of {fault}"
        );
    }
}

/// A schema, a value that fulfils it, and one that does not.
const KEYWORDS: &[(&str, &str, &str)] = &[
    ("true", "1", ""),
    ("false", "", "1"),
    (r#"{"type": "integer"}"#, "2", "2.5"),
    (r#"{"type": "number"}"#, "2.5", r#""2.5""#),
    (r#"{"type": "boolean"}"#, "false", "null"),
    (r#"{"type": ["string", "null"]}"#, "null", "0"),
    (r#"{"type": "object"}"#, "{}", "[]"),
    (r#"{"type": "array"}"#, "[]", "{}"),
    (r#"{"const": {"a": [1]}}"#, r#"{"a": [1]}"#, r#"{"a": [2]}"#),
    (r#"{"enum": [1, "a"]}"#, r#""a""#, "2"),
    (r#"{"required": ["a"]}"#, r#"{"a": 0}"#, "{}"),
    (r#"{"required": ["a"]}"#, "0", r#"{"b": 0}"#),
    (
        r#"{"dependentRequired": {"a": ["b"]}}"#,
        r#"{"b": 0}"#,
        r#"{"a": 0}"#,
    ),
    (
        r#"{"properties": {"a": {"const": 1}}}"#,
        r#"{"b": 2}"#,
        r#"{"a": 2}"#,
    ),
    (
        r#"{"properties": {"a": true}, "additionalProperties": false}"#,
        r#"{"a": 2}"#,
        r#"{"b": 2}"#,
    ),
    (
        r#"{"propertyNames": {"pattern": "^a+$"}}"#,
        r#"{"aa": 0}"#,
        r#"{"ab": 0}"#,
    ),
    (r#"{"items": {"const": 1}}"#, "[1, 1]", "[1, 2]"),
    (r#"{"minItems": 2}"#, "[1, 1]", "[1]"),
    (r#"{"uniqueItems": true}"#, "[1, 2]", "[1, 2, 1]"),
    (r#"{"minimum": 2}"#, "2", "1.5"),
    (r#"{"pattern": "^[a-c]$"}"#, r#""b""#, r#""d""#),
    (
        r#"{"allOf": [{"minimum": 1}, {"type": "integer"}]}"#,
        "1",
        "1.5",
    ),
    (
        r#"{"anyOf": [{"minimum": 5}, {"type": "integer"}]}"#,
        "6",
        "1.5",
    ),
    (
        r#"{"oneOf": [{"minimum": 5}, {"type": "integer"}]}"#,
        "5.5",
        "6",
    ),
    (
        r#"{"if": {"minimum": 5}, "then": {"type": "integer"}}"#,
        "1.5",
        "5.5",
    ),
    (
        r#"{"if": {"minimum": 5}, "else": {"type": "integer"}}"#,
        "5.5",
        "1.5",
    ),
    (
        r##"{"$ref": "#/$defs/a", "$defs": {"a": {"const": 1}}}"##,
        "1",
        "2",
    ),
];

#[test]
fn the_validator_keeps_each_keyword() {
    for (schema, valid, invalid) in KEYWORDS {
        let schema_of = Schema::new(schema).expect("it is a schema");
        if !valid.is_empty() {
            let faults = schema_of.faults(&parsed(valid));
            assert!(faults.is_empty(), "{schema}: {valid}: {faults:?}");
        }
        if !invalid.is_empty() {
            let faults = schema_of.faults(&parsed(invalid));
            assert!(!faults.is_empty(), "{schema}: {invalid}");
        }
    }
}

#[test]
fn the_validator_refuses_what_it_does_not_know() {
    for schema in [
        r#"{"maximum": 1}"#,
        r#"{"properties": {"a": {"items": {"not": true}}}}"#,
        r##"{"$ref": "#/$defs/a"}"##,
        "[]",
    ] {
        assert!(Schema::new(schema).is_err(), "{schema}");
    }
}

#[test]
fn patterns_match_whole_texts() {
    for (pattern, text, expected) in [
        ("^a$", "a", true),
        ("^a$", "ab", false),
        ("^a$", "ba", false),
        ("^$", "", true),
        ("^.*[.]$", "a b.", true),
        ("^.*[.]$", "a.b", false),
        ("^.*$", "a\nb", false),
        ("^[^/]+(/[^/]+)*$", "a/b.c/d", true),
        ("^[^/]+(/[^/]+)*$", "a//b", false),
        ("^[^/]+(/[^/]+)*$", "/a", false),
        ("^([0-9a-f]{2})*$", "00ff", true),
        ("^([0-9a-f]{2})*$", "00f", false),
        ("^-?[0-9]+$", "-12", true),
        ("^-?[0-9]+$", "-", false),
        ("^(in|out)[.-]x$", "out-x", true),
        ("^(in|out)[.-]x$", "outx", false),
    ] {
        assert_eq!(
            pattern::matches(pattern, text),
            expected,
            "{pattern} {text}"
        );
    }
    assert!(pattern::matches("^(..)*$", &"x".repeat(1 << 17)));
}
