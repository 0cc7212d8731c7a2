//! Reports: what is read against `spec/report.md`, applied to the tree of a naive reader of JSON.

use std::collections::BTreeMap;

use gotelemetry::report::{ProgramReport, Report};

use crate::document::Doc;
use crate::naive_json;

/// A program: its five texts, its counters, its stacks.
type Program = ([String; 5], Counts, Counts);
type Counts = BTreeMap<String, i64>;

const TEXTS: [&str; 5] = ["Program", "Version", "GoVersion", "GOOS", "GOARCH"];

pub(crate) fn check(data: &[u8]) {
    let ours = Report::parse(data);
    match naive_json::read(data) {
        Ok(doc) => match report(&doc) {
            Some((week, programs)) => {
                let ours = ours.expect("it has the form of a report");
                assert_eq!(ours.week, week);
                let ours: Vec<Program> = ours.programs.into_iter().map(parts).collect();
                assert_eq!(ours, programs);
            }
            None => {
                let error = ours.expect_err("it has another form");
                assert_eq!(error.clause, "report.form");
                assert!(error.offset <= data.len());
            }
        },
        Err(clause) => {
            // The form can be wrong before the text is.
            let error = ours.expect_err("it is no document");
            assert!(["report.form", clause].contains(&error.clause), "{error}");
        }
    }
}

fn parts(program: ProgramReport) -> Program {
    let texts = [
        program.program,
        program.version,
        program.go_version,
        program.goos,
        program.goarch,
    ];
    (texts, program.counters, program.stacks)
}

/// The week and the programs of a report, if it is one, every member looked at in its turn.
fn report(doc: &Doc) -> Option<(String, Vec<Program>)> {
    let (mut week, mut programs) = (String::new(), Vec::new());
    for (key, value) in members(doc)? {
        match key.as_str() {
            "Week" => week = text(value)?,
            "Programs" => {
                programs = match value {
                    Doc::Null => Vec::new(),
                    Doc::Array(elements) if elements.len() <= 65_536 => {
                        elements.iter().map(program).collect::<Option<_>>()?
                    }
                    _ => return None,
                }
            }
            _ => {}
        }
    }
    Some((week, programs))
}

fn program(doc: &Doc) -> Option<Program> {
    let (mut texts, mut counters, mut stacks) = Program::default();
    for (key, value) in members(doc)? {
        match key.as_str() {
            "Counters" => counters = counts(value)?,
            "Stacks" => stacks = counts(value)?,
            _ => {
                if let Some(place) = TEXTS.iter().position(|known| known == key) {
                    texts[place] = text(value)?;
                }
            }
        }
    }
    Some((texts, counters, stacks))
}

fn members(doc: &Doc) -> Option<&[(String, Doc)]> {
    match doc {
        Doc::Object(members) => Some(members),
        Doc::Null => Some(&[]),
        _ => None,
    }
}

fn text(doc: &Doc) -> Option<String> {
    match doc {
        Doc::Text(text) => Some(text.clone()),
        Doc::Null => Some(String::new()),
        _ => None,
    }
}

fn counts(doc: &Doc) -> Option<Counts> {
    let members = members(doc)?.iter();
    members
        .map(|(name, count)| Some((name.clone(), whole(count)?)))
        .collect()
}

/// A number without fraction and exponent, from -2^63 to 2^64 - 1, in digits alone.
fn whole(doc: &Doc) -> Option<i64> {
    let text = match doc {
        Doc::Number(text) => text,
        Doc::Null => return Some(0),
        _ => return None,
    };
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.as_str()),
    };
    let mut number: i128 = 0;
    for digit in digits.chars() {
        number = (number * 10 + i128::from(digit.to_digit(10)?)).min(1 << 100);
    }
    match sign * number {
        number if number < i128::from(i64::MIN) || number >= 1 << 64 => None,
        number => Some(number.min(i128::from(i64::MAX)) as i64),
    }
}
