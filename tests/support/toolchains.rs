//! Tests that exist once per Go toolchain.
//!
//! Where a toolchain is missing its tests are reported as ignored, or fail if
//! `GOTELEMETRY_REQUIRE_PEERS=1`. What is compared is not known here.

#![allow(
    dead_code,
    reason = "a test that is there once says alone that Go is missing"
)]

use std::process::ExitCode;

use crate::go::{self, Toolchain};
use crate::harness::{self, Outcome, Test};

/// The toolchains that must not be missing: the newest, and two whose telemetry code differs
/// from it. Others that are installed are tested as well.
const VERSIONS: [&str; 3] = ["go1.27.3", "go1.25.5", "go1.23.9"];

/// What a test does with a toolchain.
pub(crate) type Fact = fn(&Toolchain) -> Result<Outcome, String>;

/// Runs these tests with each toolchain.
pub(crate) fn main<const N: usize>(facts: [(&'static str, Fact); N]) -> ExitCode {
    let installed = go::toolchains();
    let mut versions: Vec<&str> = VERSIONS.to_vec();
    for toolchain in &installed {
        if !versions.contains(&toolchain.version.as_str()) {
            versions.push(&toolchain.version);
        }
    }
    let mut tests = Vec::new();
    for (name, fact) in facts {
        for version in &versions {
            let toolchain = installed.iter().find(|one| one.version == *version);
            let toolchain = toolchain.cloned();
            tests.push(Test {
                name: format!("{name}::{version}"),
                run: Box::new(move || match toolchain {
                    Some(toolchain) => fact(&toolchain),
                    None => missing(),
                }),
            });
        }
    }
    harness::main(tests)
}

/// How a test ends that has no toolchain.
pub(crate) fn missing() -> Result<Outcome, String> {
    let reason = "no Go toolchain below target/peers (run .ci/peers)".to_owned();
    if go::required() {
        Err(format!("{reason}, but GOTELEMETRY_REQUIRE_PEERS=1"))
    } else {
        Ok(Outcome::Ignored(reason))
    }
}
