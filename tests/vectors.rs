//! The vectors in `spec/vectors` are those that `tests/support/vectors` makes, and each says what
//! the oracle says.

#[path = "support/document.rs"]
mod document;
#[path = "support/naive_config.rs"]
mod naive_config;
#[path = "support/naive_json.rs"]
mod naive_json;
#[path = "support/naive_reporter.rs"]
mod naive_reporter;
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

/// The cases of an operation.
fn cases_of(op: &str) -> Vec<Case> {
    let cases = vectors::all().into_iter();
    cases.filter(|case| case.op == op).collect()
}

fn member<'j>(json: &'j Json, key: &str) -> &'j Json {
    let Json::Object(members) = json else {
        panic!("{json:?} has no {key}");
    };
    let found = members.iter().find(|(name, _)| name == key);
    &found.unwrap_or_else(|| panic!("{json:?} has no {key}")).1
}

fn text(json: &Json) -> &str {
    match json {
        Json::Text(text) => text,
        other => panic!("{other:?} is no text"),
    }
}

/// The bytes of a file of a case.
fn input(case: &Case, path: &str) -> Vec<u8> {
    let found = case.input.iter().find(|(name, _)| name == path);
    let mut bytes = found.expect("the file is there").1.clone();
    for (_, size) in &case.extended {
        bytes.resize(usize::try_from(*size).expect("it fits"), 0);
    }
    bytes
}

#[test]
fn the_naive_reader_of_configs_agrees_with_every_case_that_reads_one() {
    for case in cases_of("read-config") {
        let read = naive_config::read(&input(&case, "config.json"));
        match (&case.expect, read) {
            (Expect::Reject { clause, .. }, Err(found)) => {
                assert_eq!(*clause, found, "{}", case.id)
            }
            (Expect::Accept { result, .. }, Ok(config)) => {
                let rate = text(member(result, "sample_rate"));
                assert_eq!(
                    rate,
                    config.sample_rate.to_bits().to_string(),
                    "{}",
                    case.id
                );
                let Json::Object(programs) = member(result, "programs") else {
                    panic!("{}: programs are an object", case.id);
                };
                let has = |name: &String| config.has_program(name.as_bytes());
                assert!(programs.iter().all(|(name, _)| has(name)), "{}", case.id);
            }
            (expect, read) => panic!("{}: {read:?}, not {expect:?}", case.id),
        }
    }
}

#[test]
fn the_naive_reader_of_configs_agrees_with_every_case_that_asks_one() {
    for case in cases_of("config-has") {
        let config = naive_config::read(&input(&case, "config.json")).expect("a config");
        let asked = |key| text(member(&case.args, key)).as_bytes();
        let Expect::Accept { result, .. } = &case.expect else {
            panic!("{} is answered", case.id);
        };
        let (program, version) = (asked("program"), asked("version"));
        for (key, has) in [
            ("goos", naive_config::lists(&config.goos, asked("goos"))),
            (
                "goarch",
                naive_config::lists(&config.goarch, asked("goarch")),
            ),
            (
                "go_version",
                naive_config::lists(&config.go_version, asked("go_version")),
            ),
            ("program", config.has_program(program)),
            ("version", config.has_version(program, version)),
        ] {
            assert_eq!(*member(result, key), Json::Bool(has), "{}: {key}", case.id);
        }
        for (key, is_stack) in [("counters", false), ("stacks", true)] {
            let Json::Object(rates) = member(result, key) else {
                panic!("{}: {key} are an object", case.id);
            };
            for (name, rate) in rates {
                let digits = name.as_bytes().chunks(2);
                let digits = digits.map(|pair| std::str::from_utf8(pair).expect("digits"));
                let bytes = digits.map(|pair| u8::from_str_radix(pair, 16).expect("digits"));
                let bytes: Vec<u8> = bytes.collect();
                let found = match is_stack {
                    true => config.stack(program, &bytes),
                    false => config.counter(program, &bytes),
                };
                let found = found.map_or(Json::Null, |rate| Json::decimal(rate.to_bits()));
                assert_eq!(*rate, found, "{}: {name}", case.id);
            }
        }
    }
}

#[test]
fn the_naive_order_of_versions_agrees_with_every_case() {
    for case in cases_of("compare-versions") {
        let [one, other] = ["one", "other"].map(|key| text(member(&case.args, key)));
        let (order, valid) = match text(member(&case.args, "kind")) {
            "semver" => {
                let (one, other) = (naive_config::semver(one), naive_config::semver(other));
                let valid = [one.is_some(), other.is_some()];
                (naive_config::order(one, other), valid)
            }
            _ => {
                let (one, other) = (
                    naive_config::go_version(one),
                    naive_config::go_version(other),
                );
                let valid = [one.is_some(), other.is_some()];
                (naive_config::order(one, other), valid)
            }
        };
        let expected = Expect::ok(Json::object([
            ("order", Json::decimal(order as i8)),
            ("valid", Json::Array(valid.map(Json::Bool).to_vec())),
        ]));
        assert_eq!(case.expect, expected, "{}", case.id);
    }
}

/// The files that the naive reporter leaves, if it understands the mode.
fn by_reporter(case: &Case) -> Option<BTreeMap<String, Vec<u8>>> {
    let args = |key| member(&case.args, key);
    let mode = case.input.iter().find(|(path, _)| path == "mode");
    let mode = mode.map_or(&b"local"[..], |(_, bytes)| bytes.as_slice());
    let mode = std::str::from_utf8(mode).expect("it is text");
    let (word, date) = mode.split_once(' ').unwrap_or((mode, ""));
    let as_of = naive_reporter::days(date).map(|days| days * 86_400);
    let is_known = ["on", "local", "off"].contains(&word) && (word != "on" || as_of.is_some());
    if !is_known || *args("environment") != Json::Object(Vec::new()) {
        return None;
    }
    let now = naive_reporter::seconds(text(args("now"))).expect("a time");
    let config = match args("config") {
        Json::Null => None,
        path => Some(naive_config::read(&input(case, text(path))).expect("a config")),
    };
    let version = match args("config_version") {
        Json::Null => "",
        version => text(version),
    };
    let terms = naive_reporter::Terms {
        mode: word,
        as_of: as_of.unwrap_or_default(),
        now,
        config: config.as_ref().map(|config| (config, version)),
        x: f64::from_bits(text(args("x")).parse().expect("bits")),
    };
    let changed = |path: &String| {
        let found = case.changed.iter().find(|(name, _)| name == path);
        found.map_or(now, |(_, time)| {
            naive_reporter::seconds(time).expect("a time")
        })
    };
    let files = case.input.iter();
    let mut files = files
        .map(|(path, bytes)| (path.clone(), (bytes.clone(), changed(path))))
        .collect();
    naive_reporter::report(&mut files, &terms);
    let files = files.into_iter();
    Some(files.map(|(path, (bytes, _))| (path, bytes)).collect())
}

#[test]
fn the_naive_reporter_agrees_with_every_case_that_makes_reports() {
    let mut compared = 0;
    for case in cases_of("report") {
        let Expect::Accept { files, .. } = &case.expect else {
            panic!("{} is done", case.id);
        };
        let expected = files.iter().flatten().cloned().collect();
        if let Some(found) = by_reporter(&case) {
            assert!(found == expected, "{}", case.id);
            compared += 1;
        }
    }
    assert!(compared > 150, "{compared} cases");
}
