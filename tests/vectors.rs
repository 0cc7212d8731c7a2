//! The vectors in `spec/vectors` are those that `tests/support/vectors` makes, and each says what
//! the oracle says.

mod support;
#[path = "support/vectors/mod.rs"]
mod vectors;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use support::agree::{agree, tiles};
use support::oracle;
use vectors::{Case, Expect, Json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/vectors")
}

/// Every file below `spec/vectors` that is no text about the vectors.
fn stored() -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![root()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).expect("the directory can be listed") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(root()).expect("it lies below");
            let name = name.to_str().expect("the path is text").to_owned();
            found.insert(name, fs::read(&path).expect("the file can be read"));
        }
    }
    for name in [
        ".gitattributes",
        "README.md",
        "LICENSE",
        "manifest.schema.json",
    ] {
        assert!(
            found.remove(name).is_some(),
            "spec/vectors/{name} is missing"
        );
    }
    found
}

#[test]
fn the_stored_vectors_are_those_that_are_made() {
    let made = vectors::tree(&vectors::all());
    let mut stored = stored();
    if std::env::var_os("GOTELEMETRY_BLESS").is_some_and(|value| value == "1") {
        for name in stored.keys().filter(|name| !made.contains_key(*name)) {
            fs::remove_file(root().join(name)).expect("it can be removed");
        }
        for (name, bytes) in made
            .iter()
            .filter(|(name, bytes)| stored.get(*name) != Some(*bytes))
        {
            let path = root().join(name);
            fs::create_dir_all(path.parent().expect("it lies below")).expect("it can be made");
            fs::write(path, bytes).expect("it can be written");
        }
        return;
    }
    for (name, bytes) in made {
        let same = stored.remove(&name).is_some_and(|stored| stored == bytes);
        assert!(
            same,
            "spec/vectors/{name} is not what is made; GOTELEMETRY_BLESS=1 writes it"
        );
    }
    let left: Vec<&String> = stored.keys().collect();
    assert!(left.is_empty(), "nobody makes {left:?}");
}

#[test]
fn every_case_has_a_name_of_its_own_and_says_what_it_shows() {
    let mut ids = BTreeSet::new();
    for case in vectors::all() {
        assert!(ids.insert(case.id.clone()), "{} is there twice", case.id);
        assert!(!case.clauses.is_empty(), "{} tests no clause", case.id);
        assert!(case.about.ends_with('.'), "{} says no sentence", case.id);
        let subject = case.id.split_once('/').expect("the subject comes first").0;
        assert!(!subject.is_empty());
    }
}

#[test]
fn every_rejected_count_file_has_a_valid_one_beside_it() {
    let cases = vectors::all();
    for case in cases.iter().filter(|case| case.op == "read-file") {
        let Expect::Reject { clause, .. } = case.expect else {
            continue;
        };
        assert!(
            case.clauses.contains(&clause),
            "{} does not name {clause}",
            case.id
        );
        let base = case
            .base
            .as_ref()
            .and_then(|base| cases.iter().find(|case| case.id == *base));
        let base = base.unwrap_or_else(|| panic!("{} has no valid case", case.id));
        assert!(
            matches!(base.expect, Expect::Accept { .. }),
            "{} is not valid",
            base.id
        );
    }
}

/// What the oracle expects of a count file.
fn by_oracle(bytes: &[u8]) -> Expect {
    let reading = match oracle::read(bytes) {
        Ok(reading) => reading,
        Err(rejection) => {
            return Expect::Reject {
                stage: Some(stage(rejection.clause)),
                clause: rejection.clause,
                offset: Some(rejection.offset),
            };
        }
    };
    let meta = reading.meta.iter();
    let meta = meta.map(|(key, value)| (vectors::hex(key), Json::hex(value)));
    let counts = reading.counts();
    let counts = counts
        .iter()
        .map(|(name, count)| (vectors::hex(name), Json::decimal(count)));
    let result = Json::object([
        ("meta", Json::object(meta)),
        ("counters", Json::object(counts)),
    ]);
    match reading.notes.is_empty() {
        true => Expect::ok(result),
        false => Expect::Noted {
            result,
            notes: reading
                .notes
                .into_iter()
                .map(|(offset, clause)| (clause, offset))
                .collect(),
        },
    }
}

/// The stage of a clause, as `spec/driver.md` has it.
fn stage(clause: &str) -> &'static str {
    match clause {
        "fmt.record.align" | "fmt.record.first" | "fmt.record.limit" | "fmt.record.inside" => {
            "chain"
        }
        clause if clause.starts_with("fmt.chain.") => "chain",
        clause if clause.starts_with("fmt.meta.") => "metadata",
        clause if clause.starts_with("fmt.record.") || clause.starts_with("fmt.name.") => "record",
        _ => "header",
    }
}

#[test]
fn the_oracle_and_the_reader_agree_with_every_case_that_reads_a_count_file() {
    let mut compared = 0;
    let mut differing = Vec::new();
    for case in vectors::all().iter().filter(|case| case.op == "read-file") {
        let [(_, bytes)] = case.input.as_slice() else {
            panic!("{} has one file", case.id);
        };
        let mut bytes = bytes.clone();
        for (_, size) in &case.extended {
            bytes.resize(usize::try_from(*size).expect("it fits"), 0);
        }
        agree(&bytes);
        tiles(&bytes);
        let expected = by_oracle(&bytes);
        let agrees = match &case.expect {
            Expect::OneOf(several) => several.iter().any(|(_, expect)| *expect == expected),
            expect => *expect == expected,
        };
        if !agrees {
            differing.push(format!(
                "{}: the oracle says {expected:?}, not {:?}",
                case.id, case.expect
            ));
        }
        compared += 1;
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    assert!(compared > 100, "{compared} cases");
}

#[test]
fn there_are_as_many_cases_as_were_promised() {
    let cases: Vec<Case> = vectors::all();
    assert!(cases.len() >= 300, "{} cases", cases.len());
}
