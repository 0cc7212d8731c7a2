//! A test harness for tests whose number is only known when they run: it speaks libtest's
//! language on the command line and on stdout, as far as `cargo test` and cargo-nextest use it.
//!
//! What libtest cannot do and this can: a test finds out by itself that it has to be left out,
//! and a test that passed says what it compared.

use std::any::Any;
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::time::Instant;

/// The exit status that libtest gives failed tests.
const FAILED: u8 = 101;

/// How a test that did not fail ended.
pub(crate) enum Outcome {
    /// It passed; the text says what was compared.
    Passed(String),
    /// It could not be run; the text says why.
    Ignored(String),
}

/// What a test does; an error is the description of its failure.
pub(crate) type Run = Box<dyn FnOnce() -> Result<Outcome, String>>;

/// One test.
pub(crate) struct Test {
    /// What stands in the listing and what filters look at.
    pub(crate) name: String,
    /// The test itself.
    pub(crate) run: Run,
}

/// Does what the command line asks for with these tests; the result is that of `main`.
pub(crate) fn main(tests: Vec<Test>) -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(FAILED);
        }
    };
    let all = tests.len();
    let tests: Vec<Test> = tests
        .into_iter()
        .filter(|test| options.wants(&test.name))
        .collect();
    if options.list {
        list(&tests, options.terse);
        return ExitCode::SUCCESS;
    }
    let filtered_out = all - tests.len();
    if run_all(tests, filtered_out) {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    }
}

#[derive(Default)]
struct Options {
    filters: Vec<String>,
    skips: Vec<String>,
    exact: bool,
    list: bool,
    terse: bool,
    ignored: bool,
}

impl Options {
    fn parse(args: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options::default();
        let mut args = args;
        while let Some(arg) = args.next() {
            let (name, joined) = match arg.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
                _ => (arg.as_str(), None),
            };
            let mut value = || {
                let value = joined.clone().or_else(|| args.next());
                value.ok_or_else(|| format!("{name} needs a value"))
            };
            match name {
                "--list" => options.list = true,
                "--exact" => options.exact = true,
                "--ignored" => options.ignored = true,
                "--skip" => options.skips.push(value()?),
                "--format" => options.terse = value()? == "terse",
                // The tests run one after the other and their output is never held back, so
                // these change nothing.
                "--test-threads" | "--color" | "--logfile" | "--shuffle-seed" | "-Z" => {
                    value()?;
                }
                "--nocapture" | "--no-capture" | "--show-output" | "--include-ignored"
                | "--quiet" | "-q" | "--test" | "--shuffle" | "--report-time" => {}
                _ if name.starts_with('-') => return Err(format!("unknown option {arg}")),
                _ => options.filters.push(arg),
            }
        }
        Ok(options)
    }

    fn wants(&self, name: &str) -> bool {
        let matches = |filter: &String| match self.exact {
            true => name == filter,
            false => name.contains(filter),
        };
        // No test is marked as ignored beforehand, so those that are asked for by that mark
        // are none.
        !self.ignored
            && (self.filters.is_empty() || self.filters.iter().any(matches))
            && !self.skips.iter().any(matches)
    }
}

fn list(tests: &[Test], terse: bool) {
    for test in tests {
        println!("{}: test", test.name);
    }
    if !terse {
        println!("\n{}, 0 benchmarks", tests_text(tests.len()));
    }
}

/// Runs the tests and reports; returns whether none failed.
fn run_all(tests: Vec<Test>, filtered_out: usize) -> bool {
    let start = Instant::now();
    let mut passed = 0;
    let mut ignored = 0;
    let mut failures = Vec::new();
    println!("\nrunning {}", tests_text(tests.len()));
    for test in tests {
        print!("test {} ... ", test.name);
        // A reader who waits sees which test takes so long; a stdout that is gone shows at
        // the next line anyway.
        let _ = io::stdout().flush();
        let result = panic::catch_unwind(AssertUnwindSafe(test.run));
        match result.unwrap_or_else(|cause| Err(panic_text(cause.as_ref()))) {
            Ok(Outcome::Passed(note)) => {
                passed += 1;
                println!("ok\n    {note}");
            }
            Ok(Outcome::Ignored(reason)) => {
                ignored += 1;
                println!("ignored, {reason}");
            }
            Err(message) => {
                println!("FAILED");
                failures.push((test.name, message));
            }
        }
    }
    report_failures(&failures);
    println!(
        "\ntest result: {}. {passed} passed; {} failed; {ignored} ignored; 0 measured; \
         {filtered_out} filtered out; finished in {:.2}s\n",
        if failures.is_empty() { "ok" } else { "FAILED" },
        failures.len(),
        start.elapsed().as_secs_f64()
    );
    failures.is_empty()
}

fn report_failures(failures: &[(String, String)]) {
    if failures.is_empty() {
        return;
    }
    println!("\nfailures:");
    for (name, message) in failures {
        println!("\n---- {name} ----\n{message}");
    }
    println!("\nfailures:");
    for (name, _) in failures {
        println!("    {name}");
    }
}

fn tests_text(count: usize) -> String {
    format!("{count} test{}", if count == 1 { "" } else { "s" })
}

fn panic_text(cause: &(dyn Any + Send)) -> String {
    let text = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied());
    format!("panicked: {}", text.unwrap_or("with no text"))
}
