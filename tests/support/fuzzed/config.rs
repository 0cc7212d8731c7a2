//! Upload configs: what is read, which names they have, and how the versions in them are ordered,
//! against a naive reader of the text.

use gotelemetry::config::{Entry, UploadConfig, go_version, semver};

use crate::naive_config::{self, Config, Program};

/// The naive reader writes names out: how many bytes of them it may.
const MAX_EXPANDED: usize = 1 << 16;

/// How many names are asked for.
const MAX_NAMES: usize = 64;

/// How many versions are compared, each with each.
const MAX_VERSIONS: usize = 12;

pub(crate) fn check(data: &[u8]) {
    let ours = UploadConfig::parse(data);
    match naive_config::read(data) {
        Ok(theirs) => {
            let ours = ours.expect("it has the form of a config");
            assert_eq!(parts(&ours), theirs);
            look_up(&ours, &theirs);
            compare(&theirs);
        }
        Err(clause) => {
            // The form can be wrong before the text is.
            let error = ours.expect_err("it is no config");
            assert!(["config.form", clause].contains(&error.clause), "{error}");
            assert!(error.offset <= data.len());
        }
    }
}

fn parts(config: &UploadConfig) -> Config {
    let entries = |entries: &[Entry]| {
        let entries = entries.iter();
        entries
            .map(|entry| (entry.name.clone(), entry.rate))
            .collect()
    };
    let programs = config.programs.iter().map(|program| Program {
        name: program.name.clone(),
        versions: program.versions.clone(),
        counters: entries(&program.counters),
        stacks: entries(&program.stacks),
    });
    Config {
        goos: config.goos.clone(),
        goarch: config.goarch.clone(),
        go_version: config.go_version.clone(),
        sample_rate: config.sample_rate,
        programs: programs.collect(),
    }
}

/// Asks every program for the names that stand in the config, for what they stand for, and for
/// what is a little longer and shorter.
fn look_up(ours: &UploadConfig, theirs: &Config) {
    let entries = theirs.programs.iter();
    let entries: Vec<&str> = entries
        .flat_map(|program| program.counters.iter().chain(&program.stacks))
        .map(|(name, _)| name.as_str())
        .collect();
    let bytes = |name: &&str| name.len() * (1 + name.matches(',').count());
    if entries.iter().map(bytes).sum::<usize>() > MAX_EXPANDED {
        return;
    }
    let expanded = entries.iter().flat_map(|name| naive_config::expanded(name));
    let expanded: Vec<String> = expanded.take(MAX_NAMES).collect();
    let approved = ours.approved();
    for program in theirs.programs.iter().take(MAX_VERSIONS) {
        let path = program.name.as_bytes();
        let of_ours = approved.program(path).expect("the config has it");
        for version in program.versions.iter().take(MAX_VERSIONS) {
            assert!(of_ours.has_version(version.as_bytes()), "{version}");
        }
        let ask = |name: &[u8]| {
            assert_eq!(
                of_ours.counter(name),
                theirs.counter(path, name),
                "{name:?}"
            );
            assert_eq!(of_ours.stack(name), theirs.stack(path, name), "{name:?}");
        };
        for name in entries
            .iter()
            .copied()
            .chain(expanded.iter().map(String::as_str))
        {
            ask(name.as_bytes());
            ask(&name.as_bytes()[name.len().min(1)..]);
            ask(&name.as_bytes()[..name.len().saturating_sub(1)]);
            ask(format!("{name}}}").as_bytes());
        }
    }
}

/// Compares what stands where versions do.
fn compare(config: &Config) {
    let versions = config.programs.iter().flat_map(|program| &program.versions);
    let versions = config.go_version.iter().chain(versions);
    let versions: Vec<&str> = versions.take(MAX_VERSIONS).map(String::as_str).collect();
    for one in &versions {
        let first = (naive_config::semver(one), naive_config::go_version(one));
        assert_eq!(
            semver::Semver::parse(one).is_some(),
            first.0.is_some(),
            "{one}"
        );
        let is_go = go_version::GoVersion::parse(one).is_some();
        assert_eq!(is_go, first.1.is_some(), "{one}");
        for other in &versions {
            let second = (naive_config::semver(other), naive_config::go_version(other));
            let order = naive_config::order(first.0.clone(), second.0);
            assert_eq!(semver::compare(one, other), order, "{one} {other}");
            let order = naive_config::order(first.1.clone(), second.1);
            assert_eq!(go_version::compare(one, other), order, "{one} {other}");
        }
    }
}
