//! A naive reporter: another judge of the real one.
//!
//! It is `spec/reporting.md` clause by clause, over a directory that is a map from paths to files.
//! Count files are read by the oracle beside it. It must not know the crate under test.

use std::collections::BTreeMap;

use crate::naive_config::{Config, lists};
use crate::naive_json;
use crate::support::oracle;

/// The greatest count that is written.
const MOST: u64 = 9_007_199_254_740_991;

const DAY: i64 = 86_400;

/// A file: its bytes, and when it was last changed.
pub(crate) type File = (Vec<u8>, i64);

/// A telemetry directory: paths and files.
pub(crate) type Files = BTreeMap<String, File>;

/// What a reporter goes by.
pub(crate) struct Terms<'a> {
    /// `on`, `local` or `off`.
    pub(crate) mode: &'a str,
    /// The as-of date, in seconds.
    pub(crate) as_of: i64,
    pub(crate) now: i64,
    /// The config and its version.
    pub(crate) config: Option<(&'a Config, &'a str)>,
    /// What is drawn for each week.
    pub(crate) x: f64,
}

/// The five values of a program.
type Build = [Vec<u8>; 5];

/// Names, counts, and what holds each.
type Names = BTreeMap<Vec<u8>, (u64, Option<&'static str>)>;

/// A program of a report, and what holds it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Judged {
    pub(crate) build: Build,
    pub(crate) held: Option<&'static str>,
    pub(crate) counters: Names,
    pub(crate) stacks: Names,
}

/// A week that was reported: its date, what holds the upload report, its programs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Week {
    pub(crate) date: String,
    pub(crate) held: Option<&'static str>,
    pub(crate) programs: Vec<Judged>,
}

/// The count files of a week: names, begin, and what each program counted.
struct Group {
    paths: Vec<String>,
    begin: i64,
    files: Vec<(Build, BTreeMap<Vec<u8>, u64>)>,
}

/// Makes the reports that are due, and says what it judged.
pub(crate) fn report(files: &mut Files, terms: &Terms<'_>) -> Vec<Week> {
    let mut weeks = Vec::new();
    if terms.mode == "off" {
        return weeks;
    }
    let last_week = last_week(files, terms.now);
    for (date, group) in groups(files, terms.now) {
        match before(files, &date, terms.now) {
            Before::Reported => {}
            Before::Wait => continue,
            Before::Open if group.files.iter().all(|(_, counts)| counts.is_empty()) => continue,
            Before::Open => {
                let week = week(&date, &group, terms);
                let local = text(&week, &last_week, terms, false);
                files.insert(format!("local/local.{date}.json"), (local, terms.now));
                if week.held.is_none() {
                    let upload = text(&week, &last_week, terms, true);
                    files.insert(format!("local/{date}.json"), (upload, terms.now));
                }
                weeks.push(week);
            }
        }
        for path in &group.paths {
            files.remove(path);
        }
    }
    weeks
}

/// The name in a directory of a path that lies directly in it.
fn name_in<'p>(directory: &str, path: &'p str) -> Option<&'p str> {
    let name = path.strip_prefix(directory)?.strip_prefix('/')?;
    (!name.contains('/')).then_some(name)
}

fn last_week(files: &Files, now: i64) -> String {
    let dates = files.keys().filter_map(|path| {
        let date = name_in("upload", path)?.strip_suffix(".json")?;
        days(date).map(|_| date)
    });
    let last = dates.max().unwrap_or_default();
    match days(last) {
        Some(day) if day < now.div_euclid(DAY) => last.to_owned(),
        _ => String::new(),
    }
}

fn groups(files: &Files, now: i64) -> BTreeMap<String, Group> {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    // A map has its paths in the order of their bytes.
    for (path, (bytes, _)) in files {
        if !name_in("local", path).is_some_and(|name| name.ends_with(".v1.count")) {
            continue;
        }
        let Ok(reading) = oracle::read(bytes) else {
            continue;
        };
        let value = |key: &[u8]| reading.meta.get(key).cloned();
        let time = |key| seconds(&String::from_utf8(value(key)?).ok()?);
        let (Some(begin), Some(end)) = (time(b"TimeBegin"), time(b"TimeEnd")) else {
            continue;
        };
        if end >= now {
            continue;
        }
        let keys: [&[u8]; 5] = [b"Program", b"Version", b"GoVersion", b"GOOS", b"GOARCH"];
        let build = keys.map(|key| value(key).unwrap_or_default());
        let date = String::from_utf8(value(b"TimeEnd").unwrap_or_default()).unwrap_or_default();
        let group = groups.entry(date[..10].to_owned()).or_insert(Group {
            paths: Vec::new(),
            begin,
            files: Vec::new(),
        });
        group.begin = group.begin.min(begin);
        group.paths.push(path.clone());
        group.files.push((build, reading.counts()));
    }
    groups
}

enum Before {
    Reported,
    Wait,
    Open,
}

fn before(files: &Files, date: &str, now: i64) -> Before {
    if files.contains_key(&format!("upload/{date}.json")) {
        return Before::Reported;
    }
    let reports = [
        format!("local/local.{date}.json"),
        format!("local/{date}.json"),
    ];
    let found: Vec<&File> = reports.iter().filter_map(|path| files.get(path)).collect();
    let broken = |(bytes, _): &File| !is_report(bytes);
    let fresh = |file: &&File| broken(file) && (now - file.1).abs() < DAY;
    if found.iter().any(fresh) {
        Before::Wait
    } else if found.iter().any(|file| !broken(file)) {
        Before::Reported
    } else {
        Before::Open
    }
}

/// Whether it is a report as far as the tests make any: an object, and nothing behind it.
fn is_report(bytes: &[u8]) -> bool {
    naive_json::read(bytes).is_ok_and(|doc| matches!(doc, crate::document::Doc::Object(_)))
}

fn week(date: &str, group: &Group, terms: &Terms<'_>) -> Week {
    let held = held(date, group.begin, terms);
    let mut programs: Vec<Judged> = Vec::new();
    for (build, counts) in &group.files {
        if !programs.iter().any(|program| program.build == *build) {
            programs.push(Judged {
                build: build.clone(),
                held,
                counters: Names::new(),
                stacks: Names::new(),
            });
        }
        let program = programs.iter_mut().find(|program| program.build == *build);
        let program = program.expect("it was added");
        for (name, count) in counts {
            let names = match name.contains(&b'\n') {
                true => &mut program.stacks,
                false => &mut program.counters,
            };
            let (sum, _) = names.entry(name.clone()).or_insert((0, held));
            *sum = sum.saturating_add(*count).min(MOST);
        }
    }
    if let (None, Some((config, _))) = (held, terms.config) {
        programs
            .iter_mut()
            .for_each(|one| judge(one, config, terms.x));
    }
    let date = date.to_owned();
    Week {
        date,
        held,
        programs,
    }
}

/// What keeps an upload report from being made.
fn held(date: &str, begin: i64, terms: &Terms<'_>) -> Option<&'static str> {
    let end = days(date).expect("it is a date") * DAY;
    let Some((config, _)) = terms.config else {
        return Some(if terms.mode == "on" { "config" } else { "mode" });
    };
    let rate = config.sample_rate;
    let reasons = [
        ("mode", terms.mode != "on"),
        ("age", terms.now - end > 504 * 3600),
        ("as-of", terms.as_of >= begin),
        ("sample", rate > 0.0 && terms.x > rate),
    ];
    let found = reasons.into_iter().find(|(_, holds)| *holds);
    found.map(|(reason, _)| reason)
}

fn judge(program: &mut Judged, config: &Config, x: f64) {
    let [path, version, go_version, goos, goarch] = &program.build;
    let reasons = [
        ("program", config.has_program(path)),
        ("version", config.has_version(path, version)),
        ("go_version", lists(&config.go_version, go_version)),
        ("goos", lists(&config.goos, goos)),
        ("goarch", lists(&config.goarch, goarch)),
    ];
    let lacking = reasons.into_iter().find(|(_, has)| !has);
    program.held = lacking.map(|(reason, _)| reason);
    let of_name = |rate: Option<f64>| match (program.held, rate) {
        (Some(held), _) => Some(held),
        (None, None) => Some("name"),
        (None, Some(rate)) => (x > rate).then_some("rate"),
    };
    for (name, (_, held)) in &mut program.counters {
        *held = of_name(config.counter(path, name));
    }
    for (name, (_, held)) in &mut program.stacks {
        let line = name.split(|byte| *byte == b'\n').next();
        *held = of_name(config.stack(path, line.unwrap_or_default()));
    }
}

/// The bytes of a report.
fn text(week: &Week, last_week: &str, terms: &Terms<'_>, sent: bool) -> Vec<u8> {
    let config = match terms.config {
        Some((_, version)) if terms.mode == "on" => version,
        _ => "v0.0.0-0",
    };
    let (date, x) = (&week.date, number(terms.x));
    let kept = |held: &Option<&str>| !sent || held.is_none();
    let programs = week.programs.iter().filter(|program| kept(&program.held));
    let names = |names: &Names| {
        let names = names.iter().filter(|(_, (_, held))| kept(held));
        let lines: Vec<String> = names
            .map(|(name, (count, _))| format!("    {}: {count}", quoted(name)))
            .collect();
        match lines.is_empty() {
            true => "{}".to_owned(),
            false => format!("{{\n{}\n   }}", lines.join(",\n")),
        }
    };
    let programs: Vec<String> = programs
        .map(|program| {
            let keys = ["Program", "Version", "GoVersion", "GOOS", "GOARCH"];
            let values = keys.iter().zip(&program.build);
            let values: String = values
                .map(|(key, value)| format!("   \"{key}\": {},\n", quoted(value)))
                .collect();
            let (counters, stacks) = (names(&program.counters), names(&program.stacks));
            format!("  {{\n{values}   \"Counters\": {counters},\n   \"Stacks\": {stacks}\n  }}")
        })
        .collect();
    let programs = match programs.is_empty() {
        true => "null".to_owned(),
        false => format!("[\n{}\n ]", programs.join(",\n")),
    };
    let text = format!(
        "{{\n \"Week\": \"{date}\",\n \"LastWeek\": \"{last_week}\",\n \"X\": {x},\n \"Programs\": {programs},\n \"Config\": \"{config}\"\n}}"
    );
    text.into_bytes()
}

/// A number above 0 and below 1, as JSON writes it.
fn number(x: f64) -> String {
    match x < 1e-6 {
        true => format!("{x:e}"),
        false => format!("{x}"),
    }
}

/// A string as JSON writes it.
fn quoted(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' | '\\' => text.extend(['\\', c]),
                '\u{8}' => text.push_str("\\b"),
                '\u{c}' => text.push_str("\\f"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..' ' => {
                    text.push_str(&format!("\\u{:04x}", u32::from(c)));
                }
                c => text.push(c),
            }
        }
        text.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
    }
    text.push('"');
    text
}

/// The days from 1970-01-01 to a date, counted one by one.
pub(crate) fn days(date: &str) -> Option<i64> {
    let bytes = date.as_bytes();
    let is_shaped = bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-';
    let part = |from: usize, to: usize| {
        let part = date.get(from..to)?;
        let sound = part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<i64>().ok().filter(|_| sound)
    };
    let (year, month, day) = match is_shaped {
        true => (part(0, 4)?, part(5, 7)?, part(8, 10)?),
        false => return None,
    };
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let of_year = |year| if is_leap(year) { 366 } else { 365 };
    let february = if is_leap(year) { 29 } else { 28 };
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = months.get(usize::try_from(month - 1).ok()?)?;
    if !(1..=*length).contains(&day) {
        return None;
    }
    let years: i64 = match year < 1970 {
        true => -(year..1970).map(of_year).sum::<i64>(),
        false => (1970..year).map(of_year).sum(),
    };
    let months: i64 = months.iter().take(usize::try_from(month - 1).ok()?).sum();
    Some(years + months + day - 1)
}

/// A time in seconds since 1970, fractions cut off.
pub(crate) fn seconds(time: &str) -> Option<i64> {
    let (date, rest) = (time.get(..10)?, time.get(10..)?.strip_prefix('T')?);
    let pair = |text: &str, from: usize, max: i64| {
        let pair = text.get(from..from + 2)?;
        let sound = pair.bytes().all(|byte| byte.is_ascii_digit());
        let number = pair.parse::<i64>().ok().filter(|_| sound)?;
        (number <= max).then_some(number)
    };
    let is_colon = |text: &str, at: usize| text.as_bytes().get(at) == Some(&b':');
    let (hour, minute, second) = (pair(rest, 0, 23)?, pair(rest, 3, 59)?, pair(rest, 6, 59)?);
    (is_colon(rest, 2) && is_colon(rest, 5)).then_some(())?;
    let mut zone = rest.get(8..)?;
    if let Some(fraction) = zone.strip_prefix('.') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        (digits > 0).then_some(())?;
        zone = &fraction[digits..];
    }
    let offset = match zone.as_bytes() {
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let minutes = pair(zone, 1, 23)? * 60 + pair(zone, 4, 59)?;
            if *sign == b'-' {
                -minutes * 60
            } else {
                minutes * 60
            }
        }
        _ => return None,
    };
    let seconds = days(date)? * DAY + hour * 3600 + minute * 60 + second - offset;
    let years = days("0000-01-01")? * DAY..(days("9999-12-31")? + 1) * DAY;
    years.contains(&seconds).then_some(seconds)
}
