//! Upload configs that a reader takes.

use super::case::{Case, Expect};
use super::json::Json;

/// The path of the config in every case that reads one.
pub(super) const FILE: &str = "config.json";

/// The case from which the others differ.
pub(super) const USUAL: &str = "config/read-usual";

/// A config with all members.
pub(super) const TEXT: &str = r#"{
 "GOOS": ["linux", "darwin"],
 "GOARCH": ["amd64"],
 "GoVersion": ["go1.27.3"],
 "SampleRate": 0.5,
 "Programs": [
  {
   "Name": "cmd/go",
   "Versions": ["go1.27.3"],
   "Counters": [{"Name": "go/flag:{race,cover}", "Rate": 0.25}, {"Name": "go/runs", "Rate": 1}]
  },
  {
   "Name": "a/tool",
   "Versions": ["v1.0.0", "v1.1.0"],
   "Stacks": [{"Name": "tool/bug", "Rate": 0.75, "Depth": 16}]
  }
 ]
}"#;

/// Names and Rates of entries.
type Entries = Vec<(&'static str, f64)>;

/// What a reader finds in a config.
pub(super) struct Found {
    goos: Vec<&'static str>,
    goarch: Vec<&'static str>,
    go_version: Vec<&'static str>,
    sample_rate: f64,
    /// Name, Versions, Counters, Stacks.
    programs: Vec<(&'static str, Vec<&'static str>, Entries, Entries)>,
}

impl Found {
    /// What is in the usual config.
    fn usual() -> Found {
        let counters = vec![("go/flag:{race,cover}", 0.25), ("go/runs", 1.0)];
        let stacks = vec![("tool/bug", 0.75)];
        Found {
            goos: vec!["darwin", "linux"],
            goarch: vec!["amd64"],
            go_version: vec!["go1.27.3"],
            sample_rate: 0.5,
            programs: vec![
                ("a/tool", vec!["v1.0.0", "v1.1.0"], vec![], stacks),
                ("cmd/go", vec!["go1.27.3"], counters, vec![]),
            ],
        }
    }

    fn result(&self) -> Json {
        let programs = self.programs.iter();
        let programs = programs.map(|(name, versions, counters, stacks)| {
            let program = Json::object([
                ("versions", texts(versions)),
                ("counters", entries(counters)),
                ("stacks", entries(stacks)),
            ]);
            (*name, program)
        });
        Json::object([
            ("goos", texts(&self.goos)),
            ("goarch", texts(&self.goarch)),
            ("go_version", texts(&self.go_version)),
            ("sample_rate", Json::decimal(self.sample_rate.to_bits())),
            ("programs", Json::object(programs)),
        ])
    }
}

fn texts(texts: &[&str]) -> Json {
    Json::Array(texts.iter().map(|text| Json::text(*text)).collect())
}

fn entries(entries: &Entries) -> Json {
    let entries = entries.iter().map(|(name, rate)| {
        Json::object([
            ("name", Json::text(*name)),
            ("rate", Json::decimal(rate.to_bits())),
        ])
    });
    Json::Array(entries.collect())
}

/// The case that a reader is given this config.
pub(super) fn case(id: &str, clauses: &[&'static str], about: &str, text: Vec<u8>) -> Case {
    Case::new(format!("config/read-{id}"), "read-config", "reporter")
        .shows(clauses, about)
        .with(FILE, text)
        .args(Json::object([("file", Json::text(FILE))]))
}

/// The usual config with `to` in place of `from`, which it holds once.
pub(super) fn edited(from: &str, to: &[u8]) -> Vec<u8> {
    assert_eq!(TEXT.matches(from).count(), 1, "{from}");
    let (before, after) = TEXT.split_once(from).expect("it is there");
    [before.as_bytes(), to, after.as_bytes()].concat()
}

/// Name of the case, clauses, what it shows, what stands where in place of what, and how what is
/// read changes by it.
type Row = (
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static str,
    &'static [u8],
    fn(&mut Found),
);

pub(super) fn cases() -> Vec<Case> {
    let tables = [MEMBERS, KINDS, LISTS, NUMBERS].into_iter().flatten();
    let edited = tables.map(|(id, clauses, about, from, to, change)| {
        let mut found = Found::usual();
        change(&mut found);
        case(id, clauses, about, edited(from, to)).expect(Expect::ok(found.result()))
    });
    edited.chain(whole()).collect()
}

/// Configs that have little in common with the usual one.
fn whole() -> Vec<Case> {
    let nothing = || Found {
        goos: Vec::new(),
        goarch: Vec::new(),
        go_version: Vec::new(),
        sample_rate: 0.0,
        programs: Vec::new(),
    };
    let of = |id, clauses, about, text: Vec<u8>, found: Found| {
        case(id, clauses, about, text).expect(Expect::ok(found.result()))
    };
    let many = format!("{{\"GOOS\":[{}null]}}", "null,".repeat(65_535));
    let padded = [b"{".as_slice(), &[b' '; 400_000], b"}"].concat();
    let empty = Found {
        goos: vec![""],
        ..nothing()
    };
    vec![
        of(
            "null",
            &["config.form"],
            "A config that is null has nothing.",
            b"null".to_vec(),
            nothing(),
        ),
        of(
            "empty",
            &["config.form"],
            "Without members a config has nothing.",
            b"{}".to_vec(),
            nothing(),
        ),
        of(
            "elements-65536",
            &["config.elements", "config.form"],
            "An array of as many elements as there can be; null counts as an empty string.",
            many.into_bytes(),
            empty,
        ),
        of(
            "long",
            &["config.size"],
            "A config may be longer than a report that is sent.",
            padded,
            nothing(),
        ),
    ]
}

fn same(_: &mut Found) {}

const MEMBERS: &[Row] = &[
    (
        "usual",
        &["config.form", "config.depth"],
        "A config with all members; Depth says nothing.",
        "16",
        b"16",
        same,
    ),
    (
        "unknown-members",
        &["config.unknown"],
        "Members that are not known are passed over, whatever they hold.",
        "\"SampleRate\"",
        b"\"More\": [{\"GOOS\": 1}, [[]], null, true, -1.5E+3, 1e999], \"SampleRate\"",
        same,
    ),
    (
        "unknown-member-of-program",
        &["config.unknown"],
        "So are those of a program.",
        "\"Name\": \"a/tool\"",
        b"\"Name\": \"a/tool\", \"Module\": {\"Name\": 1}",
        same,
    ),
    (
        "unknown-member-of-entry",
        &["config.unknown"],
        "So are those of an entry.",
        "\"Rate\": 0.75",
        b"\"Rate\": 0.75, \"Issue\": [\"Rate\"]",
        same,
    ),
    (
        "keys-in-other-case",
        &["config.keys"],
        "Keys in other case are of no member.",
        "\"SampleRate\": 0.5",
        b"\"SampleRate\": 0.5, \"goos\": 1, \"Goarch\": [1], \"goVersion\": {}, \"SAMPLERATE\": \"\", \"programs\": 2",
        same,
    ),
    (
        "keys-in-other-case-of-program",
        &["config.keys"],
        "Nor are those of a program.",
        "\"Name\": \"a/tool\"",
        b"\"Name\": \"a/tool\", \"name\": \"b\", \"VERSIONS\": 1, \"counters\": 1, \"stacks\": 1",
        same,
    ),
    (
        "keys-in-other-case-of-entry",
        &["config.keys"],
        "Nor are those of an entry.",
        "\"Rate\": 0.75",
        b"\"Rate\": 0.75, \"rate\": 1, \"NAME\": \"b\", \"depth\": \"x\"",
        same,
    ),
    (
        "key-escaped",
        &["config.keys"],
        "Keys are compared as JSON gives them.",
        "\"GOARCH\"",
        b"\"GO\\u0041RCH\"",
        same,
    ),
    (
        "member-twice",
        &["json.last"],
        "The last of two members is taken.",
        "\"GOARCH\": [\"amd64\"]",
        b"\"GOARCH\": [\"386\", \"mips\"], \"GOARCH\": [\"amd64\"]",
        same,
    ),
    (
        "rate-twice",
        &["json.last"],
        "The last of two Rates is taken.",
        "\"Rate\": 0.75",
        b"\"Rate\": 0.5, \"Rate\": 0.75",
        same,
    ),
    (
        "member-twice-last-null",
        &["json.last", "config.form"],
        "The last of two members is taken if it is null, too.",
        "\"GOARCH\": [\"amd64\"]",
        b"\"GOARCH\": [\"amd64\"], \"GOARCH\": null",
        |found| found.goarch.clear(),
    ),
];

const KINDS: &[Row] = &[
    (
        "list-null",
        &["config.form"],
        "A list that is null is empty.",
        "[\"amd64\"]",
        b"null",
        |found| found.goarch.clear(),
    ),
    (
        "list-missing",
        &["config.form"],
        "So is one that is absent.",
        "\"GOARCH\": [\"amd64\"],",
        b"",
        |found| found.goarch.clear(),
    ),
    (
        "sample-rate-null",
        &["config.form"],
        "A SampleRate that is null is 0.",
        "0.5",
        b"null",
        |found| found.sample_rate = 0.0,
    ),
    (
        "sample-rate-missing",
        &["config.form"],
        "So is one that is absent.",
        "\"SampleRate\": 0.5,",
        b"",
        |found| found.sample_rate = 0.0,
    ),
    (
        "program-null",
        &["config.form"],
        "A program that is null has nothing, not even a name.",
        "\"Programs\": [",
        b"\"Programs\": [null,",
        |found| found.programs.push(("", vec![], vec![], vec![])),
    ),
    (
        "program-of-nulls",
        &["config.form"],
        "Members of a program can be null.",
        "\"Programs\": [",
        b"\"Programs\": [{\"Name\": null, \"Versions\": null, \"Counters\": null, \"Stacks\": null},",
        |found| found.programs.push(("", vec![], vec![], vec![])),
    ),
    (
        "entry-of-nulls",
        &["config.form"],
        "Members of an entry can be null.",
        "\"Stacks\": [",
        b"\"Stacks\": [{\"Name\": null, \"Rate\": null, \"Depth\": null},",
        |found| found.programs[0].3.insert(0, ("", 0.0)),
    ),
    (
        "entry-empty",
        &["config.form"],
        "An entry can be without members.",
        "\"Stacks\": [",
        b"\"Stacks\": [{}, null,",
        |found| drop(found.programs[0].3.splice(0..0, [("", 0.0), ("", 0.0)])),
    ),
    (
        "depth-great",
        &["config.depth"],
        "How great Depth is does not matter.",
        "16",
        b"9223372036854775807",
        same,
    ),
    (
        "depth-negative",
        &["config.depth"],
        "Nor does its sign.",
        "16",
        b"-1",
        same,
    ),
];

const LISTS: &[Row] = &[
    (
        "value-twice",
        &["config.build"],
        "A value that is listed twice is there.",
        "\"linux\", \"darwin\"",
        b"\"linux\", \"darwin\", \"linux\"",
        same,
    ),
    (
        "value-escaped",
        &["config.lookup"],
        "Values are what JSON says, not how.",
        "\"linux\", \"darwin\"",
        b"\"l\\u0069nux\", \"darwin\"",
        same,
    ),
    (
        "values-alike",
        &["config.lookup"],
        "Upper and lower case and white space make other values.",
        "\"linux\", \"darwin\"",
        b"\"Linux\", \"linux\", \" linux\", \"darwin\"",
        |found| found.goos = vec![" linux", "Linux", "darwin", "linux"],
    ),
    (
        "value-of-no-utf-8",
        &["json.syntax"],
        "A byte of no character counts as U+FFFD.",
        "\"linux\", \"darwin\"",
        b"\"l\xffx\", \"darwin\"",
        |found| found.goos = vec!["darwin", "l\u{fffd}x"],
    ),
    (
        "program-again",
        &["config.program.again"],
        "Two elements with one Name are taken together, though another stands between.",
        "\"Depth\": 16}]\n  }",
        b"\"Depth\": 16}]\n  }, {\"Name\": \"cmd/go\", \"Versions\": [\"go1.26\", \"go1.27.3\"], \"Counters\": [{\"Name\": \"go/runs\", \"Rate\": 0}], \"Stacks\": [{\"Name\": \"s\"}]}",
        |found| {
            let (_, versions, counters, stacks) = &mut found.programs[1];
            versions.insert(0, "go1.26");
            counters.push(("go/runs", 0.0));
            stacks.push(("s", 0.0));
        },
    ),
    (
        "entry-twice",
        &["config.rate"],
        "Two entries of one name are both read.",
        "{\"Name\": \"go/runs\", \"Rate\": 1}",
        b"{\"Name\": \"go/runs\", \"Rate\": 1}, {\"Name\": \"go/runs\", \"Rate\": 0}",
        |found| found.programs[1].2.push(("go/runs", 0.0)),
    ),
];

const NUMBERS: &[Row] = &[
    (
        "rate-with-exponent",
        &["config.number"],
        "A Rate may be written with an exponent.",
        "0.75",
        b"7.5E-1",
        same,
    ),
    (
        "rate-of-many-digits",
        &["config.number"],
        "A Rate is rounded to the nearest number: here up.",
        "0.75",
        b"0.1000000000000000055511151231257827021181583404541015625000001",
        |found| found.programs[0].3[0].1 = 0.1,
    ),
    (
        "rate-half-way",
        &["config.number"],
        "A Rate just above half the way between two numbers is the greater one.",
        "0.75",
        b"1.00000000000000011102230246251565404236316680908203126",
        |found| found.programs[0].3[0].1 = f64::from_bits(1.0_f64.to_bits() + 1),
    ),
    (
        "rate-half-way-to-even",
        &["config.number"],
        "One at half the way is the even one.",
        "0.75",
        b"1.00000000000000011102230246251565404236316680908203125",
        |found| found.programs[0].3[0].1 = 1.0,
    ),
    (
        "rate-tiny",
        &["config.number"],
        "A Rate too small for a double precision number is 0.",
        "0.75",
        b"1e-400",
        |found| found.programs[0].3[0].1 = 0.0,
    ),
    (
        "rate-least",
        &["config.number"],
        "The least number above 0 is held.",
        "0.75",
        b"5e-324",
        |found| found.programs[0].3[0].1 = f64::from_bits(1),
    ),
    (
        "rate-above-1",
        &["config.number"],
        "A Rate may be above 1.",
        "0.75",
        b"1e308",
        |found| found.programs[0].3[0].1 = 1e308,
    ),
    (
        "sample-rate-negative",
        &["config.number"],
        "A SampleRate may be below 0.",
        "0.5",
        b"-1",
        |found| found.sample_rate = -1.0,
    ),
];
