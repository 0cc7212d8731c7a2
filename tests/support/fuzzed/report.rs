//! Reports: what is read against `spec/report.md`, applied to the tree of a naive reader of JSON.

use std::collections::BTreeMap;

use gotelemetry::report::{ProgramReport, Report};

use crate::document::{Doc, members, text};
use crate::naive_json;

/// A program: its five texts, its counters, its stacks.
type Program = ([Vec<u8>; 5], Counts, Counts);
type Counts = BTreeMap<Vec<u8>, i64>;

/// Week, LastWeek and Config; X; the programs.
type Parts = ([String; 3], f64, Vec<Program>);

const TEXTS: [&str; 5] = ["Program", "Version", "GoVersion", "GOOS", "GOARCH"];

pub(crate) fn check(data: &[u8]) {
    let ours = Report::parse(data);
    match naive_json::read(data) {
        Ok(doc) => match report(&doc) {
            Some(parts) => {
                let ours = ours.expect("it has the form of a report");
                round_trip(&ours);
                assert_eq!(parts_of(ours), parts);
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

/// A report is read back as it was written.
fn round_trip(report: &Report) {
    assert_eq!(Report::parse(&report.to_bytes()).as_ref(), Ok(report));
}

fn parts_of(report: Report) -> Parts {
    let program = |program: ProgramReport| {
        let texts = program.build.values().map(<[u8]>::to_vec);
        (texts, program.counters, program.stacks)
    };
    let texts = [report.week, report.last_week, report.config];
    (
        texts,
        report.x,
        report.programs.into_iter().map(program).collect(),
    )
}

/// The parts of a report, if it is one, every member looked at in its turn.
fn report(doc: &Doc) -> Option<Parts> {
    let (mut texts, mut x, mut programs) = Parts::default();
    for (key, value) in members(doc)? {
        match key.as_str() {
            "Week" => texts[0] = text(value)?,
            "LastWeek" => texts[1] = text(value)?,
            "Config" => texts[2] = text(value)?,
            "X" => x = float(value)?,
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
    Some((texts, x, programs))
}

fn program(doc: &Doc) -> Option<Program> {
    let (mut texts, mut counters, mut stacks) = Program::default();
    for (key, value) in members(doc)? {
        match key.as_str() {
            "Counters" => counters = counts(value)?,
            "Stacks" => stacks = counts(value)?,
            _ => {
                if let Some(place) = TEXTS.iter().position(|known| known == key) {
                    texts[place] = text(value)?.into_bytes();
                }
            }
        }
    }
    Some((texts, counters, stacks))
}

fn counts(doc: &Doc) -> Option<Counts> {
    let members = members(doc)?.iter();
    members
        .map(|(name, count)| Some((name.clone().into_bytes(), whole(count)?)))
        .collect()
}

/// A number that double precision can hold.
fn float(doc: &Doc) -> Option<f64> {
    match doc {
        Doc::Number(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        Doc::Null => Some(0.0),
        _ => None,
    }
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
