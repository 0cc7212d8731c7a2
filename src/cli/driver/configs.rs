//! The operations on upload configs and versions.
//!
//! Implements the section *Configs* of `spec/driver.md`.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::{Done, Operation, Refusal, Request, bytes, decimal, hex, rejection};
use crate::config::{Entry, ProgramConfig, UploadConfig, go_version, semver};
use crate::dir::{self, DirError};
use crate::json::Value;

pub(super) const OPERATIONS: &[Operation] = &[
    ("read-config", read_config),
    ("config-has", config_has),
    ("compare-versions", compare_versions),
];

type Answer = Result<Done, Refusal>;

impl Request {
    /// The upload config in the file that the member `key` names; `None` for null.
    pub(super) fn config(&self, key: &str) -> Result<Option<UploadConfig>, Refusal> {
        match self.arg(key, Some)? {
            Value::Null => Ok(None),
            _ => config(self.path(key)?).map(Some),
        }
    }
}

fn config(path: PathBuf) -> Result<UploadConfig, Refusal> {
    let text = match dir::read_config(&path) {
        // What is too long for a config is no matter of the directory.
        Err(error @ DirError::TooLong { .. }) => return Err(rejection("config.size", &error)),
        text => text?,
    };
    Ok(UploadConfig::parse(&text)?)
}

fn read_config(request: &Request) -> Answer {
    let config = config(request.path("file")?)?;
    let mut programs: BTreeMap<&str, Vec<&ProgramConfig>> = BTreeMap::new();
    for program in &config.programs {
        programs.entry(&program.name).or_default().push(program);
    }
    let programs = programs.into_iter();
    let programs = programs.map(|(name, parts)| (name.to_owned(), program(&parts)));
    Ok(Done::with(Value::from([
        ("goos", set(&config.goos)),
        ("goarch", set(&config.goarch)),
        ("go_version", set(&config.go_version)),
        ("sample_rate", decimal(config.sample_rate.to_bits())),
        ("programs", Value::Object(programs.collect())),
    ])))
}

fn program(parts: &[&ProgramConfig]) -> Value {
    let entries = |of: fn(&ProgramConfig) -> &[Entry]| {
        let entries = parts.iter().flat_map(|part| of(part)).map(|entry| {
            let rate = decimal(entry.rate.to_bits());
            Value::from([("name", entry.name.as_str().into()), ("rate", rate)])
        });
        Value::Array(entries.collect())
    };
    let versions = parts.iter().flat_map(|part| &part.versions);
    Value::from([
        ("versions", set(versions)),
        ("counters", entries(|part| &part.counters)),
        ("stacks", entries(|part| &part.stacks)),
    ])
}

/// Each text once, in ascending order.
fn set<'t>(texts: impl IntoIterator<Item = &'t String>) -> Value {
    let texts: BTreeSet<&String> = texts.into_iter().collect();
    let texts = texts.into_iter();
    Value::Array(texts.map(|text| text.as_str().into()).collect())
}

fn config_has(request: &Request) -> Answer {
    let config = config(request.path("file")?)?;
    let approved = config.approved();
    let text = |key| Ok::<_, Refusal>(request.text(key)?.as_bytes());
    let (goos, goarch) = (text("goos")?, text("goarch")?);
    let (go_version, version) = (text("go_version")?, text("version")?);
    let program = approved.program(text("program")?);
    let rates = |key, of: &dyn Fn(&[u8]) -> Option<f64>| rates(request, key, of);
    let counters = rates("counters", &|name| program?.counter(name))?;
    let stacks = rates("stacks", &|name| program?.stack(name))?;
    let has_version = program.is_some_and(|program| program.has_version(version));
    Ok(Done::with(Value::from([
        ("goos", Value::Bool(approved.has_goos(goos))),
        ("goarch", Value::Bool(approved.has_goarch(goarch))),
        (
            "go_version",
            Value::Bool(approved.has_go_version(go_version)),
        ),
        ("program", Value::Bool(program.is_some())),
        ("version", Value::Bool(has_version)),
        ("counters", counters),
        ("stacks", stacks),
    ])))
}

/// The Rates of the names that the member `key` lists.
fn rates(
    request: &Request,
    key: &str,
    of: &dyn Fn(&[u8]) -> Option<f64>,
) -> Result<Value, Refusal> {
    let names = request.arg(key, Value::as_array)?.iter();
    let rate = |name: Vec<u8>| {
        let rate = of(&name).map(|rate| decimal(rate.to_bits()));
        (hex(&name), rate.unwrap_or(Value::Null))
    };
    let rates: Option<_> = names.map(|name| bytes(name).map(rate)).collect();
    let rates = rates.ok_or_else(|| Refusal::Error("names that are no bytes".to_owned()))?;
    Ok(Value::Object(rates))
}

fn compare_versions(request: &Request) -> Answer {
    let (one, other) = (request.text("one")?, request.text("other")?);
    let (order, valid) = match request.text("kind")? {
        "semver" => (
            semver::compare(one, other),
            [one, other].map(|text| semver::Semver::parse(text).is_some()),
        ),
        "go" => (
            go_version::compare(one, other),
            [one, other].map(|text| go_version::GoVersion::parse(text).is_some()),
        ),
        kind => return Err(Refusal::Error(format!("no versions are called {kind:?}"))),
    };
    let order = match order {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    };
    Ok(Done::with(Value::from([
        ("order", decimal(order)),
        ("valid", Value::Array(valid.map(Value::Bool).into())),
    ])))
}
