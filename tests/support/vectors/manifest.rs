//! The manifest: every case as `spec/vectors/README.md` has it.

use super::case::{Case, Expect};
use super::json::Json;

/// The text of `manifest.json`.
pub(super) fn text(cases: &[Case]) -> String {
    let cases = cases.iter().map(of_case).collect();
    Json::object([("manifest", Json::Number(1)), ("cases", Json::Array(cases))]).pretty()
}

fn of_case(case: &Case) -> Json {
    let texts = |texts: &[&str]| Json::Array(texts.iter().map(|text| Json::text(*text)).collect());
    let mut members = vec![
        ("id", Json::text(&case.id)),
        ("op", Json::text(case.op)),
        ("level", Json::text(case.level)),
        ("clauses", texts(&case.clauses)),
        ("about", Json::text(&case.about)),
    ];
    if let Some(base) = &case.base {
        members.push(("base", Json::text(base)));
    }
    if !case.input.is_empty() {
        let paths: Vec<&str> = case.input.iter().map(|(path, _)| path.as_str()).collect();
        members.push(("input", texts(&paths)));
    }
    if !case.extended.is_empty() {
        let extended = case.extended.iter();
        let extended = extended.map(|(path, size)| (path.clone(), Json::Number(*size)));
        members.push(("extended", Json::object(extended)));
    }
    if !case.changed.is_empty() {
        let changed = case.changed.iter();
        let changed = changed.map(|(path, time)| (path.clone(), Json::text(time)));
        members.push(("changed", Json::object(changed)));
    }
    members.push(("args", case.args.clone()));
    if let Some(race) = &case.race {
        members.push(("race", race.clone()));
    }
    members.push(("expect", of_expect(case, "expect", &case.expect)));
    Json::object(members)
}

fn of_expect(case: &Case, prefix: &str, expect: &Expect) -> Json {
    let outcome = |outcome: &str| ("outcome", Json::text(outcome));
    match expect {
        Expect::Accept { result, files } => {
            let mut members = vec![outcome("accept"), ("result", result.clone())];
            if let Some(files) = files {
                members.push(("files", case.files_json(prefix, files)));
            }
            Json::object(members)
        }
        Expect::Noted { result, notes } => {
            let note = |(clause, offset): &(&str, u64)| {
                Json::object([
                    ("clause", Json::text(*clause)),
                    ("offset", Json::decimal(offset)),
                ])
            };
            let notes = notes.iter().map(note).collect();
            Json::object([
                outcome("accept-with-notes"),
                ("result", result.clone()),
                ("notes", Json::Array(notes)),
            ])
        }
        Expect::Reject {
            stage,
            clause,
            offset,
        } => {
            let mut members = vec![outcome("reject")];
            members.extend(stage.map(|stage| ("stage", Json::text(stage))));
            members.push(("clause", Json::text(*clause)));
            members.extend(offset.map(|offset| ("offset", Json::decimal(offset))));
            Json::object(members)
        }
        Expect::OneOf(several) => {
            let of = |(number, (why, expect)): (usize, &(String, Expect))| {
                let prefix = format!("{prefix}/{number}");
                match of_expect(case, &prefix, expect) {
                    Json::Object(mut members) => {
                        members.push(("why".to_owned(), Json::text(why)));
                        Json::Object(members)
                    }
                    other => other,
                }
            };
            let several = several.iter().enumerate().map(of).collect();
            Json::object([outcome("one-of"), ("of", Json::Array(several))])
        }
    }
}
