//! The suite on real implementations: this one, Go's, and the one in Python.
//!
//! Go's fails where `tests/drivers/go/known.json` says, and nowhere else; `spec/divergences.md`
//! explains each. Without a peer its test says that it was left out, or fails if
//! `GOTELEMETRY_REQUIRE_PEERS=1`.

#[path = "support/go.rs"]
mod go;
#[path = "support/harness.rs"]
mod harness;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use harness::{Outcome, Test};
use tinyjson::JsonValue;

/// The program as `cargo install` would put it somewhere.
const PROGRAM: &str = env!("CARGO_BIN_EXE_gotelemetry");

/// The toolchain whose failures are listed.
const GO: &str = "go1.27.3";

/// The name of a test and what it does.
type Fact = (&'static str, fn() -> Result<Outcome, String>);

const FACTS: [Fact; 6] = [
    ("an_installed_program_passes_all_in_an_empty_directory", own),
    ("the_driver_answers_as_the_protocol_says", protocol),
    ("go_fails_where_it_is_known_to", go_known),
    (
        "a_known_failure_that_is_not_listed_or_passes_fails",
        go_other,
    ),
    ("every_known_failure_is_explained", explained),
    (
        "the_driver_in_python_passes_all_but_writing_sending_and_fetching",
        python,
    ),
];

fn main() -> ExitCode {
    let tests = FACTS.into_iter().map(|(name, run)| Test {
        name: name.to_owned(),
        run: Box::new(run),
    });
    harness::main(tests.collect())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What the suite says of a driver.
struct Said {
    /// The exit code.
    code: Option<i32>,
    /// The outcome of each case.
    outcomes: BTreeMap<String, String>,
    text: String,
}

/// Runs the suite with `program` and these arguments.
fn suite(program: &Path, directory: &Path, args: &[&str]) -> Result<Said, String> {
    let mut command = Command::new(program);
    command.env_clear().current_dir(directory);
    // The Python interpreter is found by the path alone.
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    let output = command.args(["conformance", "--json"]).args(args).output();
    let output = output.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    let json: JsonValue = text.parse().map_err(|_| format!("{text}{complaint}"))?;
    let cases: &Vec<JsonValue> = json["cases"].get().ok_or("no cases")?;
    let member = |case: &JsonValue, key: &str| case[key].get::<String>().cloned();
    let outcome = |case| Some((member(case, "id")?, member(case, "outcome")?));
    let outcomes: Option<_> = cases.iter().map(outcome).collect();
    Ok(Said {
        code: output.status.code(),
        outcomes: outcomes.ok_or("a case without id or outcome")?,
        text,
    })
}

impl Said {
    /// How many cases have this outcome.
    fn count(&self, outcome: &str) -> usize {
        self.outcomes.values().filter(|one| *one == outcome).count()
    }

    fn exited_with(&self, code: i32) -> Result<(), String> {
        match self.code == Some(code) {
            true => Ok(()),
            false => Err(format!(
                "exit code {:?}, not {code}: {}",
                self.code, self.text
            )),
        }
    }
}

fn own() -> Result<Outcome, String> {
    let home = tempfile::tempdir().map_err(|error| error.to_string())?;
    let (bin, empty) = (home.path().join("gotelemetry"), home.path().join("empty"));
    fs::copy(PROGRAM, &bin)
        .and_then(|_| fs::create_dir(&empty))
        .map_err(|error| error.to_string())?;
    let said = suite(&bin, &empty, &[])?;
    said.exited_with(0)?;
    let (all, passed) = (said.outcomes.len(), said.count("pass"));
    if all < 300 || passed != all {
        return Err(format!("{passed} of {all} passed: {}", said.text));
    }
    let left = fs::read_dir(&empty)
        .map_err(|error| error.to_string())?
        .count();
    match left {
        0 => Ok(Outcome::Passed(format!("{all} cases passed"))),
        _ => Err(format!("{left} files were left in the directory")),
    }
}

/// A driver that is asked several things at once answers each, in order, a line each.
// test[driver.lines, driver.bytes, driver.integers, driver.hello, driver.version, driver.run]
fn protocol() -> Result<Outcome, String> {
    let requests = [
        r#"{"hello":1,"more":[1,2]}"#,
        r#"{"run":"a","op":"decode-name","dir":"/","args":{"name":"62FF"},"more":null}"#,
        r#"{"run":"b","op":"dance","dir":"/","args":{}}"#,
        r#"{"dir":"/","args":{"text":"313937302d30312d3032"},"op":"read-date","run":"c"}"#,
        r#"{"run":"d","op":"read-date","dir":"/","args":{"text":"78"}}"#,
        r#"{"run":"e","op":"read-date","dir":"/","args":{}}"#,
        r#"{"run":"f","op":"read-time","dir":"/","args":{"text":"313936392d31322d33315432333a35393a35395a"}}"#,
    ];
    let wanted = [
        r#""protocol":1"#,
        r#""id":"a","notes":[],"outcome":"ok","result":{"name":"62ff"}"#,
        r#""id":"b","outcome":"skip""#,
        r#""id":"c","notes":[],"outcome":"ok","result":{"days":"1"}"#,
        r#""clause":"week.date","id":"d","offset":"0","outcome":"reject""#,
        r#""id":"e","outcome":"error""#,
        r#""id":"f","notes":[],"outcome":"ok","result":{"seconds":"-1"}"#,
    ];
    let mut driver = Command::new(PROGRAM)
        .arg("driver")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut stdin = driver.stdin.take().ok_or("no standard input")?;
    writeln!(stdin, "{}", requests.join("\n")).map_err(|error| error.to_string())?;
    drop(stdin);
    let output = driver
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let answers: Vec<&str> = text.lines().collect();
    if !output.status.success() || answers.len() != wanted.len() {
        return Err(format!("{}: {text}", output.status));
    }
    let version = format!(r#""version":"{}""#, env!("CARGO_PKG_VERSION"));
    for (answer, wanted) in answers.iter().zip(wanted) {
        if !answer.contains(wanted) || !answer.contains(&version) {
            return Err(format!("{answer} lacks {wanted} or {version}"));
        }
    }
    for member in ["name", "version", "ops", "details", "clock", "fixed"] {
        if !answers[0].contains(&format!("\"{member}\":")) {
            return Err(format!("the hello lacks {member}: {}", answers[0]));
        }
    }
    Ok(Outcome::Passed(format!("{} answers", answers.len())))
}

fn known_path() -> PathBuf {
    root().join("tests/drivers/go/known.json")
}

/// The cases that are listed, with their reasons.
fn listed() -> Result<BTreeMap<String, String>, String> {
    let text = fs::read_to_string(known_path()).map_err(|error| error.to_string())?;
    let known: JsonValue = text.parse().map_err(|_| "known.json is no JSON")?;
    let failures: &Vec<JsonValue> = known["failures"].get().ok_or("no failures")?;
    let member = |failure: &JsonValue, key: &str| failure[key].get::<String>().cloned();
    let failure = |failure| Some((member(failure, "id")?, member(failure, "why")?));
    let failures: Option<_> = failures.iter().map(failure).collect();
    failures.ok_or_else(|| "a failure without id or reason".to_owned())
}

/// The command of Go's driver; `None` if that toolchain is missing and need not be there.
fn go_driver() -> Result<Result<String, Outcome>, String> {
    let installed = go::toolchains();
    match installed.iter().find(|toolchain| toolchain.version == GO) {
        Some(toolchain) => Ok(Ok(format!("{} conformance", toolchain.driver()?.display()))),
        None => missing(&format!("no {GO} below target/peers (run .ci/peers)")).map(Err),
    }
}

fn missing(reason: &str) -> Result<Outcome, String> {
    match go::required() {
        true => Err(format!("{reason}, but GOTELEMETRY_REQUIRE_PEERS=1")),
        false => Ok(Outcome::Ignored(reason.to_owned())),
    }
}

fn go_known() -> Result<Outcome, String> {
    let driver = match go_driver()? {
        Ok(driver) => driver,
        Err(outcome) => return Ok(outcome),
    };
    let known = known_path();
    let known = known.to_str().ok_or("the path is no text")?;
    let said = suite(
        Path::new(PROGRAM),
        root(),
        &["--driver", &driver, "--known", known],
    )?;
    said.exited_with(0)?;
    let (listed, skipped, passed) = (listed()?.len(), said.count("skip"), said.count("pass"));
    if listed + skipped + passed != said.outcomes.len() || passed < 300 {
        return Err(said.text);
    }
    Ok(Outcome::Passed(format!(
        "{GO}: {passed} passed, {listed} failed as listed, {skipped} skipped"
    )))
}

fn go_other() -> Result<Outcome, String> {
    let driver = match go_driver()? {
        Ok(driver) => driver,
        Err(outcome) => return Ok(outcome),
    };
    let home = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = home.path().join("known.json");
    let path = path.to_str().ok_or("the path is no text")?;
    let with = |failures: &str| {
        let known = format!(r#"{{"name":"x/telemetry","version":"{GO}","failures":[{failures}]}}"#);
        fs::write(path, known).map_err(|error| error.to_string())?;
        let filter = "read/header-length-1";
        let args = ["--driver", &driver, "--known", path, "--filter", filter];
        suite(Path::new(PROGRAM), root(), &args)
    };
    let failure = |id: &str, outcome: &str| {
        format!(r#"{{"id":"{id}","outcome":"{outcome}","why":"it is so"}}"#)
    };
    // The filter takes three cases, of which Go crashes at the first alone.
    let crash = failure("read/header-length-1", "crash");
    let said = with(&crash)?;
    said.exited_with(0)?;
    let passes = failure("read/header-length-16385", "accepted");
    for failures in [
        "",
        &failure("read/header-length-1", "timeout"),
        &format!("{crash},{passes}"),
    ] {
        with(failures)?.exited_with(1)?;
    }
    Ok(Outcome::Passed(format!("{} cases", said.outcomes.len())))
}

fn explained() -> Result<Outcome, String> {
    let text = fs::read_to_string(root().join("spec/divergences.md"));
    let text = text.map_err(|error| error.to_string())?;
    let lines = text.lines().filter_map(|line| line.strip_prefix("| go."));
    let entries: BTreeMap<String, &str> = lines
        .filter_map(|line| Some((format!("go.{}", line.split_once(" |")?.0), line)))
        .collect();
    let listed = listed()?;
    let mut used = BTreeSet::new();
    for (id, why) in &listed {
        let (entry, _) = why
            .split_once(": ")
            .ok_or_else(|| format!("{id}: no reason"))?;
        let Some((entry, line)) = entries.get_key_value(entry) else {
            return Err(format!("{id}: spec/divergences.md has no {entry}"));
        };
        used.insert(entry);
        if !line.contains(&format!("`{id}`")) && !line.contains(" others |") {
            return Err(format!("spec/divergences.md: {entry} does not name {id}"));
        }
    }
    for (entry, line) in &entries {
        let vectors = line.rsplit('|').nth(1).unwrap_or_default().split('`');
        for vector in vectors.filter(|word| word.contains('/')) {
            let why = listed.get(vector).map(String::as_str).unwrap_or_default();
            if !why.starts_with(&format!("{entry}: ")) {
                return Err(format!(
                    "spec/divergences.md: {vector} is not listed for {entry}"
                ));
            }
        }
        if !used.contains(entry) {
            return Err(format!("spec/divergences.md: nothing shows {entry}"));
        }
    }
    Ok(Outcome::Passed(format!(
        "{} failures, {} reasons",
        listed.len(),
        entries.len()
    )))
}

fn python() -> Result<Outcome, String> {
    let version = Command::new("python3").arg("--version").output();
    if !version.is_ok_and(|output| output.status.success()) {
        return missing("no python3");
    }
    let driver = root().join("tests/drivers/python/driver.py");
    // No byte code is left beside the sources.
    let driver = format!("python3 -B {}", driver.display());
    let said = suite(Path::new(PROGRAM), root(), &["--driver", &driver])?;
    said.exited_with(0)?;
    let manifest = fs::read_to_string(root().join("spec/vectors/manifest.json"));
    let manifest = manifest.map_err(|error| error.to_string())?;
    let manifest: JsonValue = manifest.parse().map_err(|_| "the manifest is no JSON")?;
    let cases: &Vec<JsonValue> = manifest["cases"].get().ok_or("no cases")?;
    let mut of_levels = 0;
    for case in cases {
        let member = |key: &str| case[key].get::<String>().ok_or("a case lacks a member");
        // It counts into no file, sends nothing, and asks for no config.
        let (id, level, op) = (member("id")?, member("level")?, member("op")?);
        if level == "writer" || ["send", "fetch-config"].contains(&op.as_str()) {
            continue;
        }
        if said.outcomes.get(id).map(String::as_str) != Some("pass") {
            return Err(format!("{id}: {:?}", said.outcomes.get(id)));
        }
        of_levels += 1;
    }
    let passed = said.count("pass");
    Ok(Outcome::Passed(format!(
        "{passed} passed, among them all {of_levels} but those that write, send and fetch"
    )))
}
