//! The manifest: which cases there are, and what has to come of each.
//!
//! Implements `spec/vectors/README.md`. A manifest may come from anywhere: its paths stay inside
//! the directory of the vectors, and it cannot ask for races without end.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::ConformanceError;
use super::form::{Node, stays_inside};
use crate::format::date::Time;
use crate::json::Value;

/// What an implementation has to be to be judged by a case.
const LEVELS: [&str; 5] = ["reader", "writer", "reporter", "uploader", "collector"];

/// With two, one is this program, which reads what came of the race even if the other cannot.
const MIN_PROCESSES: u64 = 2;
const MAX_PROCESSES: u64 = 64;
const MAX_ROUNDS: u64 = 1_000_000;
/// No file is extended to more, in bytes.
const MAX_SIZE: u64 = 1 << 30;

const MAX_NAMES: u64 = 100_000;
/// What the names of a race begin with is no longer in all of them together, in bytes: a request
/// for them fits on a line.
const MAX_PREFIXES_LEN: u64 = 4 << 20;

/// A case.
pub(super) struct Case {
    pub(super) id: String,
    pub(super) op: String,
    pub(super) level: String,
    /// The clauses that it tests.
    pub(super) clauses: Vec<String>,
    /// What it shows, in one sentence.
    pub(super) about: String,
    /// Paths below `input/`.
    pub(super) input: Vec<String>,
    /// The sizes to which zeros extend those of them that are not stored whole.
    pub(super) extended: BTreeMap<String, u64>,
    /// When those of them were last changed for which it matters.
    pub(super) changed: BTreeMap<String, Time>,
    /// An object.
    pub(super) args: Value,
    pub(super) race: Option<Race>,
    /// Any one of these.
    pub(super) expect: Vec<Expected>,
}

/// How a race is run.
pub(super) struct Race {
    pub(super) processes: usize,
    pub(super) rounds: u64,
    pub(super) names: Vec<Vec<u8>>,
    pub(super) cold: bool,
}

/// What has to come of a case.
pub(super) struct Expected {
    pub(super) verdict: Verdict,
    /// What has to lie in the directory of the case afterwards, if that matters: from path to the
    /// file below the case's directory among the vectors.
    pub(super) files: Option<BTreeMap<String, String>>,
}

/// What the answer has to say.
pub(super) enum Verdict {
    /// `ok`, with this result, an object, and these notes.
    Accept { result: Value, notes: Vec<Value> },
    /// `reject`, with those of these that are there.
    Reject {
        stage: Option<Value>,
        clause: Option<Value>,
        offset: Option<Value>,
    },
}

type Result<T> = std::result::Result<T, ConformanceError>;

/// Reads the manifest that was read from `file`.
pub(super) fn parse(file: &Path, text: &[u8]) -> Result<Vec<Case>> {
    let document = Value::parse(text).map_err(|error| ConformanceError::Json {
        file: file.to_owned(),
        error,
    })?;
    let whole = Node::whole(&document, file);
    let mut ids = BTreeSet::new();
    let mut cases = Vec::new();
    for node in whole.member("cases")?.elements()? {
        let case = case(&node)?;
        if !ids.insert(case.id.clone()) {
            return Err(node.fault(format!("a second case {:?}", case.id)));
        }
        cases.push(case);
    }
    Ok(cases)
}

fn case(node: &Node<'_>) -> Result<Case> {
    let level = node.member("level")?;
    if !LEVELS.contains(&level.text()?) {
        return Err(level.fault("no level"));
    }
    let args = match node.optional("args") {
        Some(args) => args.members().map(|_| args.value().clone())?,
        None => Value::from([]),
    };
    let input = match node.optional("input") {
        Some(input) => input.elements()?.iter().map(path).collect::<Result<_>>()?,
        None => Vec::new(),
    };
    let race = match node.optional("race") {
        Some(race) => Some(self::race(&race)?),
        None => None,
    };
    let op = node.member("op")?.text()?.to_owned();
    if race.is_some() != (op == "race") {
        return Err(node.fault("a race is what the operation race alone has"));
    }
    Ok(Case {
        id: path(&node.member("id")?)?,
        clauses: node.member("clauses")?.texts()?,
        about: node.member("about")?.text()?.to_owned(),
        op,
        level: level.text()?.to_owned(),
        extended: of_input(node, "extended", &input, |size| size.number(1, MAX_SIZE))?,
        changed: of_input(node, "changed", &input, |time| {
            Time::parse(time.text()?).map_err(|_| time.fault("no time"))
        })?,
        input,
        args,
        race,
        expect: expectation(&node.member("expect")?)?,
    })
}

/// A path that stays where it belongs.
fn path(node: &Node<'_>) -> Result<String> {
    let path = node.text()?;
    match stays_inside(path) {
        true => Ok(path.to_owned()),
        false => Err(node.fault(format!("{path:?} is no path below a directory"))),
    }
}

/// What the member `key` says of paths that are input.
fn of_input<T>(
    node: &Node<'_>,
    key: &'static str,
    input: &[String],
    of: impl Fn(&Node<'_>) -> Result<T>,
) -> Result<BTreeMap<String, T>> {
    let mut found = BTreeMap::new();
    let members = node.optional(key).map(|member| member.members());
    for (path, value) in members.transpose()?.into_iter().flatten() {
        if !input.iter().any(|input| input == path) {
            return Err(value.fault("no such input"));
        }
        found.insert(path.to_owned(), of(&value)?);
    }
    Ok(found)
}

fn race(node: &Node<'_>) -> Result<Race> {
    let names = node.member("names")?;
    let prefix = names.member("prefix")?.text()?;
    let count = names.member("count")?.number(1, MAX_NAMES)?;
    if count.saturating_mul(prefix.len() as u64) > MAX_PREFIXES_LEN {
        return Err(names.fault("more than fit on a line"));
    }
    let processes = node
        .member("processes")?
        .number(MIN_PROCESSES, MAX_PROCESSES)?;
    Ok(Race {
        processes: usize::try_from(processes).unwrap_or(1),
        rounds: node.member("rounds")?.number(1, MAX_ROUNDS)?,
        names: (0..count)
            .map(|number| format!("{prefix}{number}").into_bytes())
            .collect(),
        cold: node.member("cold")?.bool()?,
    })
}

fn expectation(node: &Node<'_>) -> Result<Vec<Expected>> {
    if node.member("outcome")?.text()? != "one-of" {
        return Ok(vec![expected(node)?]);
    }
    let of = node.member("of")?;
    let expected: Vec<Expected> = of.elements()?.iter().map(expected).collect::<Result<_>>()?;
    match expected.is_empty() {
        true => Err(of.fault("none at all")),
        false => Ok(expected),
    }
}

fn expected(node: &Node<'_>) -> Result<Expected> {
    let outcome = node.member("outcome")?;
    let outcome_text = outcome.text()?;
    let value = |key: &str| node.optional(key).map(|member| member.value().clone());
    let verdict = match outcome_text {
        "reject" => Verdict::Reject {
            stage: value("stage"),
            clause: value("clause"),
            offset: value("offset"),
        },
        "accept" | "accept-with-notes" => {
            if let Some(result) = node.optional("result") {
                result.members()?;
            }
            let notes = match outcome_text {
                "accept" => Vec::new(),
                _ => {
                    let notes = node.member("notes")?.elements()?;
                    notes.iter().map(|note| note.value().clone()).collect()
                }
            };
            let result = value("result").unwrap_or_else(|| Value::from([]));
            Verdict::Accept { result, notes }
        }
        _ => return Err(outcome.fault(format!("{outcome_text:?} is no expectation"))),
    };
    let mut files = None;
    if let Some(node) = node.optional("files") {
        let mut paths = BTreeMap::new();
        for (at, file) in node.members()? {
            if !stays_inside(at) {
                return Err(file.fault("no path below a directory"));
            }
            paths.insert(at.to_owned(), path(&file)?);
        }
        files = Some(paths);
    }
    Ok(Expected { verdict, files })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A manifest with one case, in which one text is replaced by another.
    fn manifest(from: &str, to: &str) -> Result<Vec<Case>> {
        let text = r#"{"cases":[{
            "id":"write/first","op":"write","level":"writer","clauses":["a.b"],"about":"It writes.",
            "input":["local/weekends"],"changed":{"local/weekends":"2026-11-21T00:00:00Z"},
            "args":{"steps":[]},
            "expect":{"outcome":"one-of","of":[
                {"why":"it may","outcome":"accept","result":{"a":1},"files":{"mode":"expect/mode"}},
                {"why":"it may","outcome":"accept-with-notes","result":{},"notes":[{"clause":"a.b"}]},
                {"why":"it may","outcome":"reject","stage":"header","clause":"a.b","offset":"7"}
            ]}
        },{
            "id":"race/first","op":"race","level":"writer","clauses":[],"about":"They race.",
            "race":{"processes":4,"rounds":3,"names":{"prefix":"n","count":2},"cold":true},
            "expect":{"outcome":"accept"}
        }]}"#;
        assert!(text.contains(from), "{from}");
        parse("m.json".as_ref(), text.replacen(from, to, 1).as_bytes())
    }

    #[test]
    fn a_manifest_is_read() {
        let cases = manifest("", "").expect("it is one");
        let [case, race] = cases.as_slice() else {
            panic!("{} cases", cases.len());
        };
        assert_eq!(
            (case.id.as_str(), case.op.as_str()),
            ("write/first", "write")
        );
        assert_eq!(case.level, "writer");
        assert_eq!(case.input, ["local/weekends"]);
        assert_eq!(
            case.changed["local/weekends"].to_string(),
            "2026-11-21T00:00:00Z"
        );
        let [accept, notes, reject] = case.expect.as_slice() else {
            panic!("{} expectations", case.expect.len());
        };
        assert_eq!(
            accept.files.as_ref().map(|f| f["mode"].as_str()),
            Some("expect/mode")
        );
        assert!(matches!(&notes.verdict, Verdict::Accept { notes, .. } if notes.len() == 1));
        assert!(matches!(
            &reject.verdict,
            Verdict::Reject {
                offset: Some(_),
                ..
            }
        ));
        let race = race.race.as_ref().expect("a race");
        assert_eq!((race.processes, race.rounds, race.cold), (4, 3, true));
        assert_eq!(race.names, [b"n0", b"n1"]);
    }

    /// What is replaced, by what, and what is said to it.
    const FAULTS: &[(&str, &str, &str)] = &[
        ("{\"cases\"", "{\"boxes\"", "no member \"cases\""),
        ("[{", "{", "offset 0x"),
        (
            "\"write/first\"",
            "\"../first\"",
            "cases[0].id: \"../first\" is no path below",
        ),
        (
            "\"write/first\"",
            "\"/first\"",
            "cases[0].id: \"/first\" is no path below",
        ),
        (
            "\"write/first\"",
            "\"race/first\"",
            "cases[1]: a second case \"race/first\"",
        ),
        ("\"id\":\"write/first\",", "", "cases[0]: no member \"id\""),
        (
            "\"level\":\"writer\"",
            "\"level\":\"boss\"",
            "cases[0].level: no level",
        ),
        ("[\"a.b\"]", "[7]", "cases[0].clauses[0]: no string"),
        ("{\"steps\":[]}", "7", "cases[0].args: no object"),
        (
            "[\"local/weekends\"]",
            "[\"a/../../b\"]",
            "cases[0].input[0]: \"a/../../b\" is no",
        ),
        (
            "[\"local/weekends\"]",
            "[]",
            "cases[0].changed.local/weekends: no such input",
        ),
        (
            "\"changed\":{\"local/weekends\":\"2026-11-21T00:00:00Z\"}",
            "\"extended\":{\"local/weekends\":0}",
            "cases[0].extended.local/weekends: no whole number from 1 to 1073741824",
        ),
        (
            "2026-11-21T00",
            "2026-11-21",
            "cases[0].changed.local/weekends: no time",
        ),
        (
            "\"expect\":{\"outcome\":\"one-of\"",
            "\"expect\":{\"outcome\":\"maybe\"",
            "cases[0].expect.outcome: \"maybe\" is no expectation",
        ),
        (
            "\"outcome\":\"accept\"",
            "\"outcome\":\"one-of\"",
            "cases[0].expect.of[0].outcome: \"one-of\" is no expectation",
        ),
        ("{\"a\":1}", "[]", "cases[0].expect.of[0].result: no object"),
        (
            "\"mode\":\"expect",
            "\"../m\":\"expect",
            "of[0].files.../m: no path below",
        ),
        (
            "\"expect/mode\"",
            "\"/etc/passwd\"",
            "of[0].files.mode: \"/etc/passwd\" is no",
        ),
        (
            "\"notes\"",
            "\"nodes\"",
            "cases[0].expect.of[1]: no member \"notes\"",
        ),
        (
            "\"op\":\"race\"",
            "\"op\":\"write\"",
            "cases[1]: a race is what the operation race",
        ),
        (
            "\"n\",\"count\":2",
            "\"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\",\"count\":100000",
            "cases[1].race.names: more than fit on a line",
        ),
        (
            "\"processes\":4",
            "\"processes\":65",
            "no whole number from 2 to 64",
        ),
        (
            "\"processes\":4",
            "\"processes\":1",
            "no whole number from 2 to 64",
        ),
        (
            "\"rounds\":3",
            "\"rounds\":-3",
            "cases[1].race.rounds: no whole number",
        ),
        (
            "\"count\":2",
            "\"count\":1e9",
            "cases[1].race.names.count: no whole number",
        ),
        (
            "\"cold\":true",
            "\"cold\":1",
            "cases[1].race.cold: neither true nor false",
        ),
    ];

    #[test]
    fn a_hostile_manifest_is_refused_with_the_place_of_its_fault() {
        for (from, to, said) in FAULTS {
            let fault = manifest(from, to).err().map(|fault| fault.to_string());
            let fault = fault.unwrap_or_else(|| panic!("{to}: taken"));
            assert!(
                fault.starts_with("m.json: ") && fault.contains(said),
                "{to}: {fault}"
            );
        }
        let none = r#"{"cases":[{"id":"a","op":"b","level":"reader","clauses":[],"about":"",
            "expect":{"outcome":"one-of","of":[]}}]}"#;
        let fault = parse("m.json".as_ref(), none.as_bytes())
            .err()
            .expect("a fault");
        assert_eq!(fault.to_string(), "m.json: cases[0].expect.of: none at all");
    }
}
