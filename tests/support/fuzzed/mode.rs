//! What files and variables of a few words say: the mode, the day on which weeks end, what the
//! environment lowers the mode to, and the week of a report by its name.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::sync::OnceLock;

use gotelemetry::dir::{self, TelemetryDir};
use gotelemetry::mode::{self, Mode, ModeText};
use gotelemetry::system::Environment;
use gotelemetry::week;

use super::input::Input;

pub(crate) fn check(data: &[u8]) {
    let mut input = Input::new(data);
    match input.u8() % 6 {
        0 => environment(&mut input),
        1 => weekends(input.all()),
        2 => report_name(&input.text()),
        _ => mode_file(input.all()),
    }
}

/// The characters with the Unicode property White_Space.
pub(crate) fn is_white_space(c: char) -> bool {
    matches!(c, '\u{9}'..='\u{d}' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
        | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

fn mode_file(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut text: Vec<char> = text.chars().collect();
    while text.last().is_some_and(|c| is_white_space(*c)) {
        text.pop();
    }
    while text.first().is_some_and(|c| is_white_space(*c)) {
        text.remove(0);
    }
    let mut parts = text.splitn(2, |c| *c == ' ');
    let word: String = parts.next().unwrap_or_default().iter().collect();
    let date: Option<String> = parts.next().map(|rest| rest.iter().collect());
    let date = date.filter(|date| is_date(date));
    let said = ModeText::parse(bytes);
    let named = match word.as_str() {
        "on" => Some(Mode::On),
        "local" => Some(Mode::Local),
        "off" => Some(Mode::Off),
        _ => None,
    };
    assert_eq!(said.word, word);
    assert_eq!(said.mode().ok(), named);
    assert_eq!(said.date.map(|date| date.to_string()), date);
}

/// Whether a text is a day of the calendar.
pub(crate) fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_digit = |at: &usize| bytes[*at].is_ascii_digit();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    if ![0, 1, 2, 3, 5, 6, 8, 9].iter().all(is_digit) {
        return false;
    }
    let number = |at: usize, len: usize| text[at..at + len].parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(0, 4), number(5, 2), number(8, 2));
    (1..=12).contains(&month) && (1..=days_of_month(year, month)).contains(&day)
}

pub(crate) fn days_of_month(year: u32, month: u32) -> u32 {
    let divides = |n| u32::is_multiple_of(year, n);
    let leap = divides(4) && !divides(100) || divides(400);
    match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 31,
    }
}

fn weekends(bytes: &[u8]) {
    let mut rest = bytes;
    let first = loop {
        let Some(byte) = rest.first() else {
            break None;
        };
        let lens = 1..=rest.len().min(4);
        let mut texts = lens.filter_map(|len| std::str::from_utf8(&rest[..len]).ok());
        match texts.next() {
            Some(text) if text.chars().all(is_white_space) => rest = &rest[text.len()..],
            _ => break Some(*byte),
        }
    };
    let said = week::parse(bytes);
    match first {
        Some(byte) => {
            let number = (u32::from(byte) + 256 - 48) % 256 % 7;
            assert_eq!(said.map(|day| u32::from(day.number())), Ok(number));
        }
        None => {
            let clause = said.map_err(|error| error.clause());
            assert_eq!(clause.err(), Some("week.weekends.text"));
        }
    }
}

fn report_name(name: &str) {
    if name.contains(['/', '\0']) {
        return;
    }
    let week = dir::report_week(Path::new(name)).map(|date| date.to_string());
    let named = name.strip_suffix(".json");
    let named = named.map(|name| name.strip_prefix("local.").unwrap_or(name));
    assert_eq!(week.as_deref(), named.filter(|date| is_date(date)));
}

/// The variables, over a directory in which the mode is on.
fn environment(input: &mut Input<'_>) {
    static DIRECTORY: OnceLock<TelemetryDir> = OnceLock::new();
    let directory = DIRECTORY.get_or_init(|| {
        let name = format!("gotelemetry-fuzz-{}", std::process::id());
        let directory = TelemetryDir::at(std::env::temp_dir().join(name));
        fs::create_dir_all(directory.root()).expect("a directory can be made");
        fs::write(directory.mode_file(), "on 2026-11-21").expect("it can be written");
        directory
    });
    let len = usize::from(input.u8() % 16);
    let value = input.bytes(len).to_vec();
    let do_not_track = input.all().to_vec();
    let environment = Environment::of(|name| match name {
        "GOTELEMETRY" => Some(OsString::from_vec(value.clone())),
        "DO_NOT_TRACK" => Some(OsString::from_vec(do_not_track.clone())),
        _ => None,
    });
    let words: String = String::from_utf8(value.clone()).unwrap_or_default();
    let word = words.trim_matches(is_white_space).to_ascii_lowercase();
    let mode = match word.as_str() {
        _ if !matches!(do_not_track.as_slice(), b"" | b"0") => Mode::Off,
        "off" => Mode::Off,
        "local" => Mode::Local,
        _ => Mode::On,
    };
    assert_eq!(mode::read(Some(directory), &environment).mode, mode);
}
