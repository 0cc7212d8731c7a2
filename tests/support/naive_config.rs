//! A naive reader of upload configs, and what it makes of versions: another judge of the real one.
//!
//! It is the sections *Form*, *What a config has* and *Versions* of `spec/upload-config.md` clause
//! by clause; names that stand for several are written out. It must not know the crate under test.

#![allow(
    dead_code,
    reason = "each integration test is a crate of its own and uses a part of this"
)]

use std::cmp::Ordering;

use crate::document::{Doc, members, text};
use crate::naive_json;

/// No config is longer, in bytes.
const MAX_LEN: usize = 16_777_216;

/// No array has more elements.
const MAX_ELEMENTS: usize = 65_536;

/// Upload config.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Config {
    pub(crate) goos: Vec<String>,
    pub(crate) goarch: Vec<String>,
    pub(crate) go_version: Vec<String>,
    pub(crate) sample_rate: f64,
    pub(crate) programs: Vec<Program>,
}

/// A program of a config; the entries by name and Rate.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) versions: Vec<String>,
    pub(crate) counters: Vec<(String, f64)>,
    pub(crate) stacks: Vec<(String, f64)>,
}

/// Judges a whole text: a config, or the clause for which it is refused.
pub(crate) fn read(text: &[u8]) -> Result<Config, &'static str> {
    if text.len() > MAX_LEN {
        return Err("config.size");
    }
    config(&naive_json::read(text)?).ok_or("config.form")
}

fn config(doc: &Doc) -> Option<Config> {
    let mut config = Config::default();
    for (key, value) in members(doc)? {
        match key.as_str() {
            "GOOS" => config.goos = list(value, text)?,
            "GOARCH" => config.goarch = list(value, text)?,
            "GoVersion" => config.go_version = list(value, text)?,
            "SampleRate" => config.sample_rate = number(value)?,
            "Programs" => config.programs = list(value, program)?,
            _ => {}
        }
    }
    Some(config)
}

fn program(doc: &Doc) -> Option<Program> {
    let mut program = Program::default();
    for (key, value) in members(doc)? {
        match key.as_str() {
            "Name" => program.name = text(value)?,
            "Versions" => program.versions = list(value, text)?,
            "Counters" => program.counters = list(value, entry)?,
            "Stacks" => program.stacks = list(value, entry)?,
            _ => {}
        }
    }
    Some(program)
}

fn entry(doc: &Doc) -> Option<(String, f64)> {
    let mut entry = (String::new(), 0.0);
    for (key, value) in members(doc)? {
        match key.as_str() {
            "Name" => entry.0 = text(value)?,
            "Rate" => entry.1 = number(value)?,
            "Depth" => match value {
                Doc::Null => {}
                Doc::Number(depth) => drop(depth.parse::<i64>().ok()?),
                _ => return None,
            },
            _ => {}
        }
    }
    Some(entry)
}

fn list<T>(doc: &Doc, of: impl Fn(&Doc) -> Option<T>) -> Option<Vec<T>> {
    match doc {
        Doc::Array(elements) if elements.len() <= MAX_ELEMENTS => elements.iter().map(of).collect(),
        Doc::Null => Some(Vec::new()),
        _ => None,
    }
}

fn number(doc: &Doc) -> Option<f64> {
    match doc {
        Doc::Number(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        Doc::Null => Some(0.0),
        _ => None,
    }
}

/// The names that the Name of a counter stands for.
pub(crate) fn expanded(name: &str) -> Vec<String> {
    let Some(brace) = name.find('{') else {
        return vec![name.to_owned()];
    };
    let (before, rest) = (&name[..brace], &name[brace + 1..]);
    let rest = match rest.chars().last() {
        Some('}') => &rest[..rest.len() - 1],
        _ => rest,
    };
    let pieces = rest.split(',');
    pieces.map(|piece| format!("{before}{piece}")).collect()
}

impl Config {
    fn elements<'c>(&'c self, program: &'c [u8]) -> impl Iterator<Item = &'c Program> {
        let elements = self.programs.iter();
        elements.filter(move |element| element.name.as_bytes() == program)
    }

    pub(crate) fn has_program(&self, program: &[u8]) -> bool {
        self.elements(program).next().is_some()
    }

    pub(crate) fn has_version(&self, program: &[u8], version: &[u8]) -> bool {
        let mut versions = self.elements(program).flat_map(|element| &element.versions);
        versions.any(|listed| listed.as_bytes() == version)
    }

    /// The Rate of a counter, if the program has it.
    pub(crate) fn counter(&self, program: &[u8], name: &[u8]) -> Option<f64> {
        let (has, _, rate) = self.look_up(program, name);
        has.then_some(rate)
    }

    /// The Rate of a stack counter, if the program has it.
    pub(crate) fn stack(&self, program: &[u8], name: &[u8]) -> Option<f64> {
        let (_, has, rate) = self.look_up(program, name);
        has.then_some(rate)
    }

    /// Whether the program has a counter with this name, whether it has such a stack counter, and
    /// the Rate of the last entry for either.
    fn look_up(&self, program: &[u8], name: &[u8]) -> (bool, bool, f64) {
        let (mut is_counter, mut is_stack, mut last) = (false, false, 0.0);
        for element in self.elements(program) {
            for (entry, rate) in &element.counters {
                if expanded(entry).iter().any(|one| one.as_bytes() == name) {
                    (is_counter, last) = (true, *rate);
                }
            }
            for (entry, rate) in &element.stacks {
                if entry.as_bytes() == name {
                    (is_stack, last) = (true, *rate);
                }
            }
        }
        (is_counter, is_stack, last)
    }
}

/// Whether a list of a config has a value.
pub(crate) fn lists(list: &[String], value: &[u8]) -> bool {
    list.iter().any(|listed| listed.as_bytes() == value)
}

/// The digits of a number, ordered by value: the more digits, the greater.
type Digits = (usize, String);

fn digits(text: &str) -> Option<Digits> {
    let sound = !text.is_empty() && text.chars().all(|c| "0123456789".contains(c));
    let sound = sound && (text == "0" || !text.starts_with('0'));
    sound.then(|| (text.len(), text.to_owned()))
}

/// An identifier of a pre-release: numbers come before words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Identifier {
    Number(Digits),
    Word(String),
}

/// A semantic version as it is ordered: the numbers; whether it is a release; the pre-release.
type Semver = (Vec<Digits>, bool, Vec<Identifier>);

/// A semantic version, without its build.
pub(crate) fn semver(text: &str) -> Option<Semver> {
    let text = text.strip_prefix('v')?;
    let (text, build) = match text.find('+') {
        Some(plus) => (&text[..plus], Some(&text[plus + 1..])),
        None => (text, None),
    };
    let (core, pre_release) = match text.find('-') {
        Some(hyphen) => (&text[..hyphen], Some(&text[hyphen + 1..])),
        None => (text, None),
    };
    let mut numbers: Vec<Digits> = core.split('.').map(digits).collect::<Option<_>>()?;
    let is_short = numbers.len() < 3;
    if numbers.len() > 3 || is_short && (build.is_some() || pre_release.is_some()) {
        return None;
    }
    numbers.resize(3, (1, "0".to_owned()));
    if let Some(build) = build {
        let mut identifiers = build.split('.');
        identifiers.all(is_identifier).then_some(())?;
    }
    let Some(pre_release) = pre_release else {
        return Some((numbers, true, Vec::new()));
    };
    let identifier = |text: &str| {
        is_identifier(text).then_some(())?;
        match text.chars().all(|c| c.is_ascii_digit()) {
            true => digits(text).map(Identifier::Number),
            false => Some(Identifier::Word(text.to_owned())),
        }
    };
    let identifiers: Option<_> = pre_release.split('.').map(identifier).collect();
    Some((numbers, false, identifiers?))
}

fn is_identifier(text: &str) -> bool {
    let known = |c| matches!(c, '0'..='9' | 'A'..='Z' | 'a'..='z' | '-');
    !text.is_empty() && text.chars().all(known)
}

/// A Go version as it is ordered: two numbers; the third, none being lower than 0; the word, and
/// the number behind it, none coming first.
type GoVersion = (Digits, Digits, Option<Digits>, String, Option<Digits>);

pub(crate) fn go_version(text: &str) -> Option<GoVersion> {
    let text = text.strip_prefix("go")?;
    let text = &text[..text.find('-').unwrap_or(text.len())];
    let zero = || (1, "0".to_owned());
    let parts: Vec<&str> = text.split('.').collect();
    match parts.as_slice() {
        [major] => Some((digits(major)?, zero(), Some(zero()), String::new(), None)),
        [major, minor, patch] => {
            let patch = Some(digits(patch)?);
            Some((digits(major)?, digits(minor)?, patch, String::new(), None))
        }
        [major, rest] => {
            let of = |found: Option<usize>| found.unwrap_or(rest.len());
            let word = of(rest.find(|c: char| c.is_ascii_lowercase()));
            let (minor, rest) = (digits(&rest[..word])?, &rest[word..]);
            if rest.is_empty() {
                let is_old = minor < (2, "21".to_owned());
                let patch = is_old.then(zero);
                return Some((digits(major)?, minor, patch, String::new(), None));
            }
            let end = rest.find(|c: char| !c.is_ascii_lowercase());
            let end = end.unwrap_or(rest.len());
            let number = match &rest[end..] {
                "" => None,
                number => Some(digits(number)?),
            };
            Some((digits(major)?, minor, None, rest[..end].to_owned(), number))
        }
        _ => None,
    }
}

/// How two versions are ordered: what is none comes before all that are.
pub(crate) fn order<T: Ord>(one: Option<T>, other: Option<T>) -> Ordering {
    one.cmp(&other)
}
