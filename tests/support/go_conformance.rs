//! The operations of the conformance suite (`spec/driver.md`) that Go's driver answers: that they
//! reach x/telemetry at all. What Go makes of them is for the suite.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use tinyjson::JsonValue;

use crate::go::Toolchain;
use crate::support::raw;

/// The identity of a program; its operating system and architecture are those of the driver.
const IDENTITY: &str = concat!(
    r#"{"program":"example.com/prog","version":"v1.2.3","go_version":"go1.21.0","#,
    r#""goos":GOOS,"goarch":GOARCH}"#
);

pub(crate) fn driver_answers_hello_and_reads(toolchain: &Toolchain) -> Result<String, String> {
    let mut driver = Conversation::with(&toolchain.driver()?)?;
    let hello = driver.ask(r#"{"hello":1}"#)?;
    if text(&hello, &["version"])? != toolchain.version {
        return Err(format!("{hello:?} is not {}", toolchain.version));
    }
    let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
    fs::write(dir.path().join("sample.v1.count"), raw::sample())
        .and_then(|()| fs::write(dir.path().join("short.v1.count"), "short"))
        .map_err(|error| error.to_string())?;

    let sample = driver.run("read-file", dir.path(), r#"{"file":"sample.v1.count"}"#)?;
    let program = text(&sample, &["result", "meta", &hex("Program")])?;
    expect("the program of the sample", &program, &hex("cmd/go"))?;
    let short = driver.run("read-file", dir.path(), r#"{"file":"short.v1.count"}"#)?;
    expect("a short file", &text(&short, &["outcome"])?, "reject")?;
    let unknown = driver.run("dance", dir.path(), "{}")?;
    expect(
        "an unknown operation",
        &text(&unknown, &["outcome"])?,
        "skip",
    )?;

    let written = write_and_rotate(&mut driver, &hello, dir.path())?;
    driver.end()?;
    Ok(format!("hello, readings, and {written} files written"))
}

/// Counts into the files of two weeks, and returns how many files were read back.
fn write_and_rotate(
    driver: &mut Conversation,
    hello: &JsonValue,
    dir: &Path,
) -> Result<usize, String> {
    let (goos, goarch) = (
        text(hello, &["fixed", "goos"])?,
        text(hello, &["fixed", "goarch"])?,
    );
    let quoted = |text: &str| format!("\"{text}\"");
    let identity = IDENTITY
        .replace("GOOS", &quoted(&goos))
        .replace("GOARCH", &quoted(&goarch));
    let name = hex("a");
    let steps = [
        r#"{"do":"put","file":"local/weekends","bytes":"330a"}"#.to_owned(),
        format!(r#"{{"do":"add","name":"{name}","n":"2"}}"#),
        r#"{"do":"open","now":"2026-11-21T12:00:00Z"}"#.to_owned(),
        format!(r#"{{"do":"add","name":"{name}","n":"3"}}"#),
        r#"{"do":"rotate","now":"2026-11-25T00:00:00Z"}"#.to_owned(),
        format!(r#"{{"do":"add","name":"{name}","n":"7"}}"#),
    ];
    let steps = steps.join(",");
    let args = format!(r#"{{"identity":{identity},"environment":{{}},"steps":[{steps}]}}"#);
    let write = driver.run("write", dir, &args)?;
    expect("writing", &text(&write, &["outcome"])?, "ok")?;

    let weeks = [("2026-11-21", "5"), ("2026-11-25", "7")];
    for (begin, count) in weeks {
        let file = format!("local/prog@v1.2.3-go1.21.0-{goos}-{goarch}-{begin}.v1.count");
        let read = driver.run("read-file", dir, &format!(r#"{{"file":"{file}"}}"#))?;
        expect(&file, &text(&read, &["result", "counters", &name])?, count)?;
    }
    Ok(weeks.len())
}

/// A driver that runs.
struct Conversation {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Conversation {
    fn with(driver: &Path) -> Result<Conversation, String> {
        let mut command = Command::new(driver);
        command.arg("conformance").env_clear();
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| error.to_string())?;
        let pipes = process.stdin.take().zip(process.stdout.take());
        let (requests, answers) = pipes.ok_or("the driver has no pipes")?;
        Ok(Conversation {
            process,
            requests,
            answers: BufReader::new(answers),
        })
    }

    fn run(&mut self, op: &str, dir: &Path, args: &str) -> Result<JsonValue, String> {
        let dir = JsonValue::String(dir.display().to_string());
        let dir = dir.stringify().map_err(|error| error.to_string())?;
        let id = format!("a/{op}");
        let answer = self.ask(&format!(
            r#"{{"run":"{id}","op":"{op}","dir":{dir},"args":{args}}}"#
        ))?;
        expect("the id", &text(&answer, &["id"])?, &id)?;
        Ok(answer)
    }

    fn ask(&mut self, request: &str) -> Result<JsonValue, String> {
        let mut answer = String::new();
        writeln!(self.requests, "{request}")
            .and_then(|()| self.answers.read_line(&mut answer))
            .map_err(|error| format!("{request}: {error}"))?;
        let parsed: Result<JsonValue, _> = answer.parse();
        parsed.map_err(|error| format!("{request}: {answer}: {error}"))
    }

    /// Ends the driver as the suite does.
    fn end(mut self) -> Result<(), String> {
        drop(self.requests);
        let status = self.process.wait().map_err(|error| error.to_string())?;
        match status.success() {
            true => Ok(()),
            false => Err(format!("the driver ended with {status}")),
        }
    }
}

/// The string that the keys lead to.
fn text(document: &JsonValue, keys: &[&str]) -> Result<String, String> {
    let mut value = Some(document);
    for key in keys {
        let members = value.and_then(|value| value.get::<std::collections::HashMap<_, _>>());
        value = members.and_then(|members| members.get(*key));
    }
    let text = value.and_then(|value| value.get::<String>());
    text.cloned()
        .ok_or_else(|| format!("{document:?} has no string at {keys:?}"))
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn expect(what: &str, seen: &str, expected: &str) -> Result<(), String> {
    match seen == expected {
        true => Ok(()),
        false => Err(format!("{what}: {seen}, not {expected}")),
    }
}
