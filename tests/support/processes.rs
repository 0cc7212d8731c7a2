//! What tests stand on that let whole processes count: the frame around them, which says so where
//! nothing counts, and what all of them use. Which roles and tests there are is not known here.

#![allow(
    dead_code,
    reason = "each test of processes uses a part of this module"
)]

#[path = "harness.rs"]
pub(crate) mod harness;
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
#[path = "role.rs"]
pub(crate) mod role;
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
#[path = "mod.rs"]
pub(crate) mod support;
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
#[path = "tool.rs"]
pub(crate) mod tool;

use std::process::ExitCode;

use harness::{Outcome, Test};

/// What a test does: it returns what it compared, or why it failed.
pub(crate) type Fact = fn() -> Result<String, String>;

/// Plays the role that this process was started for, or else runs the tests.
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
pub(crate) fn main(
    play: impl FnOnce(&[String]) -> ExitCode,
    tests: impl FnOnce() -> ExitCode,
) -> ExitCode {
    match role::of_this_process() {
        Some(words) => play(&words),
        None => tests(),
    }
}

/// Leaves out the tests called `name`, as no process counts.
pub(crate) fn nothing_counts(name: &str) -> ExitCode {
    harness::main(vec![Test {
        name: name.to_owned(),
        run: Box::new(|| Ok(Outcome::Ignored("nothing is counted here".to_owned()))),
    }])
}

/// Runs these tests; what one that passes returns is what it compared.
pub(crate) fn run<const N: usize>(facts: [(&str, Fact); N]) -> ExitCode {
    let tests = facts.map(|(name, fact)| Test {
        name: name.to_owned(),
        run: Box::new(move || fact().map(Outcome::Passed)),
    });
    harness::main(tests.into())
}

/// Runs these tests, which need strace with these arguments. Without it they are left out, or fail
/// if they may not be.
pub(crate) fn run_watched<const N: usize>(
    arguments: &'static [&'static str],
    facts: [(&str, Fact); N],
) -> ExitCode {
    let tests = facts.map(|(name, fact)| Test {
        name: name.to_owned(),
        run: Box::new(move || match missing(arguments) {
            None => fact().map(Outcome::Passed),
            Some(reason) if required() => Err(format!("{reason}, but GOTELEMETRY_REQUIRE_PEERS=1")),
            Some(reason) => Ok(Outcome::Ignored(reason)),
        }),
    });
    harness::main(tests.into())
}

fn required() -> bool {
    std::env::var_os("GOTELEMETRY_REQUIRE_PEERS").is_some_and(|value| value == "1")
}

/// Why strace cannot watch, if so.
fn missing(arguments: &[&str]) -> Option<String> {
    let mut tried = std::process::Command::new("strace");
    match tried
        .args(["-o", "/dev/null"])
        .args(arguments)
        .arg("true")
        .output()
    {
        Err(error) => Some(format!("no strace: {error}")),
        Ok(output) if !output.status.success() => {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Some(format!("strace cannot do this: {said}"))
        }
        Ok(_) => None,
    }
}
