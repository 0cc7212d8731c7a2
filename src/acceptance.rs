//! L3: whether a collector takes a report.
//!
//! Implements the section *What is checked* of `spec/collector.md`. A collector goes by it before
//! it stores a report, an uploader before it sends one: what would be refused stays on the machine.

use std::fmt;

use crate::config::{Approved, ApprovedProgram, semver::Semver};
use crate::format::date::Date;
use crate::report::{ProgramReport, Report};

/// How many days a Week may lie before today.
const DAYS_BEFORE: i32 = 22;

/// How many days a Week may lie after today.
const DAYS_AFTER: i32 = 1;

/// The most bytes of a Config.
const MAX_CONFIG_LEN: usize = 64;

/// The most bytes of the name of a stack.
const MAX_STACK_LEN: usize = 65_536;

/// How many bytes of a stack's name are shown.
const MAX_SHOWN: usize = 256;

/// What stands behind what is left of a stack that was cut.
const TRUNCATED: &[u8] = b"\ntruncated\n";

/// Why a collector refuses a report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The id of the clause in `spec/collector.md`.
    pub clause: &'static str,
    /// What is wrong, in words.
    pub what: &'static str,
    /// What of the report it is, if it is not the head: a path, a version, a name.
    pub name: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{}: {name:?} [{}]", self.what, self.clause),
            None => write!(f, "{} [{}]", self.what, self.clause),
        }
    }
}

impl std::error::Error for Refusal {}

/// Whether a collector with this config takes the report on the day `today`.
///
/// # Errors
///
/// The first clause that refuses it.
// spec[collect.check, collect.check.rate]
pub fn check(report: &Report, approved: &Approved<'_>, today: Date) -> Result<(), Refusal> {
    check_head(report, today)?;
    let mut programs = Vec::new();
    for program in &report.programs {
        programs.push((program, check_build(program, approved)?));
    }
    for (program, of_config) in &programs {
        for name in program.counters.keys() {
            // spec[collect.check.counter]
            if of_config.counter(name).is_none() {
                return Err(of_bytes("collect.check.counter", "unknown counter", name));
            }
        }
    }
    for (program, of_config) in &programs {
        for name in program.stacks.keys() {
            // spec[collect.check.stack]
            if of_config.stack(first_line(name)).is_none() {
                return Err(of_bytes("collect.check.stack", "unknown stack", name));
            }
        }
    }
    for (name, count) in names(report) {
        // spec[collect.check.count]
        if *count < 0 {
            return Err(of_bytes("collect.check.count", "a count below 0", name));
        }
    }
    for program in &report.programs {
        for name in program.stacks.keys() {
            check_stack(name).map_err(|clause| {
                let start = name.get(..MAX_SHOWN).unwrap_or(name);
                of_bytes(clause, "no stack that a program writes", start)
            })?;
        }
    }
    Ok(())
}

/// All counters of a report, and all stacks.
fn names(report: &Report) -> impl Iterator<Item = (&Vec<u8>, &i64)> {
    let programs = report.programs.iter();
    programs.flat_map(|program| program.counters.iter().chain(&program.stacks))
}

/// The text before the first newline of a name.
fn first_line(name: &[u8]) -> &[u8] {
    let line = name.split(|byte| *byte == b'\n').next();
    line.unwrap_or_default()
}

fn check_head(report: &Report, today: Date) -> Result<(), Refusal> {
    let week = Date::parse(&report.week)
        .map_err(|_| refusal("collect.check.week", "Week is no date", &report.week))?;
    // spec[collect.check.window]
    if !(-DAYS_BEFORE..=DAYS_AFTER).contains(&week.days_since(today)) {
        let what = "Week is neither of the last 22 days nor today or tomorrow";
        return Err(refusal("collect.check.window", what, &report.week));
    }
    // spec[collect.check.last-week]
    if !report.last_week.is_empty() && Date::parse(&report.last_week).is_err() {
        let what = "LastWeek is no date";
        return Err(refusal("collect.check.last-week", what, &report.last_week));
    }
    // spec[collect.check.config]
    if Semver::parse(&report.config).is_none() || report.config.len() > MAX_CONFIG_LEN {
        let what = "Config is no semantic version";
        return Err(refusal("collect.check.config", what, &report.config));
    }
    // spec[collect.check.x]
    if report.x > 0.0 && report.x < 1.0 {
        return Ok(());
    }
    Err(Refusal {
        clause: "collect.check.x",
        what: "X is not between 0 and 1",
        name: None,
    })
}

// spec[collect.check.build]
fn check_build<'a, 'c>(
    program: &ProgramReport,
    approved: &'a Approved<'c>,
) -> Result<&'a ApprovedProgram<'c>, Refusal> {
    let build = &program.build;
    let of_config = approved.program(&build.program);
    let has_version = of_config.is_some_and(|program| program.has_version(&build.version));
    for (has, what, value) in [
        (
            approved.has_goarch(&build.goarch),
            "unknown GOARCH",
            &build.goarch,
        ),
        (approved.has_goos(&build.goos), "unknown GOOS", &build.goos),
        (
            approved.has_go_version(&build.go_version),
            "unknown GoVersion",
            &build.go_version,
        ),
        (of_config.is_some(), "unknown program", &build.program),
        (has_version, "unknown version", &build.version),
    ] {
        if !has {
            return Err(of_bytes("collect.check.build", what, value));
        }
    }
    of_config.ok_or_else(|| of_bytes("collect.check.build", "unknown program", &build.program))
}

/// Whether what follows the first newline of a stack's name is nothing but frames; else the clause
/// that is broken.
fn check_stack(name: &[u8]) -> Result<(), &'static str> {
    let body = name.get(first_line(name).len()..).unwrap_or_default();
    // spec[collect.stack.truncated]
    let (frames, is_cut) = match body.strip_suffix(TRUNCATED) {
        Some(frames) => (frames, true),
        None => (body, false),
    };
    // Each line behind a newline; there is one before the first.
    let mut lines: Vec<&[u8]> = frames.split(|byte| *byte == b'\n').skip(1).collect();
    let left_over = if is_cut { lines.pop() } else { None };
    lines.into_iter().try_for_each(check_frame)?;
    if !left_over.is_none_or(is_left_over) {
        return Err("collect.stack.truncated");
    }
    // spec[collect.stack.some]
    if body.is_empty() {
        return Err("collect.stack.some");
    }
    // spec[collect.stack.length]
    if name.len() > MAX_STACK_LEN {
        return Err("collect.stack.length");
    }
    Ok(())
}

// spec[collect.stack.frame]
fn check_frame(frame: &[u8]) -> Result<(), &'static str> {
    const NONE: &str = "collect.stack.frame";
    let colon = frame.iter().rposition(|byte| *byte == b':').ok_or(NONE)?;
    let (symbol, rest) = frame.split_at(colon);
    let rest = std::str::from_utf8(rest).map_err(|_| NONE)?;
    let rest = rest.strip_prefix(':').ok_or(NONE)?;
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let is_distance = |text: &str| (1..=16).contains(&text.len()) && text.bytes().all(is_hex);
    match rest.rsplit_once(",+0x") {
        // Go's programs before April 2025 wrote no distance.
        None if is_line(rest) => {}
        Some((line, distance)) if is_distance(distance) => {
            if !is_line(line) {
                return Err("collect.stack.line");
            }
        }
        _ => return Err(NONE),
    }
    match is_symbol(symbol) {
        true => Ok(()),
        false => Err("collect.stack.symbol"),
    }
}

// spec[collect.stack.line]
fn is_line(text: &str) -> bool {
    let digits = ["=-", "=", "+", "-"]
        .iter()
        .find_map(|sign| text.strip_prefix(sign));
    digits.is_some_and(|digits| {
        (1..=10).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

// spec[collect.stack.symbol]
fn is_symbol(symbol: &[u8]) -> bool {
    let refused = |c: char| c.is_control() || c == '\u{fffd}';
    let symbol = std::str::from_utf8(symbol);
    symbol.is_ok_and(|symbol| !symbol.contains(refused) && !is_path(symbol))
}

// spec[privacy.stack.path]
fn is_path(symbol: &str) -> bool {
    // What decoding leaves of a symbol that begins so, and a path from here or from above.
    let bare = symbol.strip_prefix('"').unwrap_or(symbol);
    let bare = bare.trim_start_matches('.');
    let on_drive = match symbol.as_bytes() {
        [drive, b':', ..] => drive.is_ascii_alphabetic(),
        _ => false,
    };
    // The compiler names functions after types, with quotes in their tags.
    let mut escaped = symbol.split('\\').skip(1);
    on_drive
        || bare.starts_with('/')
        || bare.starts_with("_/")
        || symbol.contains(":/")
        || escaped.any(|rest| !rest.starts_with('"'))
}

/// Whether a line can be what is left of a frame that was cut anywhere.
// spec[collect.stack.truncated]
fn is_left_over(line: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(line) else {
        return false;
    };
    let whole = text.trim_end_matches('\u{fffd}');
    let cut = text.get(whole.len()..).unwrap_or_default();
    is_symbol(whole.as_bytes()) && cut.chars().count() <= 3
}

fn refusal(clause: &'static str, what: &'static str, name: &str) -> Refusal {
    Refusal {
        clause,
        what,
        name: Some(name.to_owned()),
    }
}

fn of_bytes(clause: &'static str, what: &'static str, name: &[u8]) -> Refusal {
    refusal(clause, what, &String::from_utf8_lossy(name))
}
