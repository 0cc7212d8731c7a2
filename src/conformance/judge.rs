//! Whether an answer is the one expected.
//!
//! Compares values and files as such; what an operation means is not known here.

use std::collections::BTreeMap;

use super::ConformanceError;
use super::manifest::{Case, Expected, Verdict};
use super::outcome::{Detail, Outcome};
use super::room::Room;
use super::session::{self, Answer, Hello, short, shorten};
use super::vectors::Vectors;
use crate::json::Value;

/// What there is to judge an answer by.
pub(super) struct Judge<'a> {
    pub(super) vectors: &'a Vectors,
    pub(super) case: &'a Case,
    pub(super) hello: &'a Hello,
    pub(super) room: &'a Room,
}

type Judged = (Outcome, Detail);

impl Judge<'_> {
    /// What came of the case by this answer.
    ///
    /// # Errors
    ///
    /// If files cannot be read that are no driver's.
    pub(super) fn judge(&self, answer: &Answer) -> Result<Judged, ConformanceError> {
        if let Some(judged) = set_aside(answer) {
            return Ok(judged);
        }
        let mut closest = None;
        for expected in &self.case.expect {
            let judged = self.compare(expected, answer)?;
            if judged.0 == Outcome::Pass {
                return Ok(judged);
            }
            // Of several that could be, the first that agrees so far as to have the right outcome.
            if closest.is_none() || judged.0 == Outcome::Wrong {
                closest = closest
                    .filter(|(outcome, _)| *outcome == Outcome::Wrong)
                    .or(Some(judged));
            }
        }
        let (outcome, mut detail) =
            closest.unwrap_or((Outcome::Wrong, Detail::because("nothing is expected")));
        if self.case.expect.len() > 1 {
            detail.reason = format!("{}, the closest of several that could be", detail.reason);
        }
        Ok((outcome, detail))
    }

    fn compare(&self, expected: &Expected, answer: &Answer) -> Result<Judged, ConformanceError> {
        let difference = match (&expected.verdict, answer.verdict) {
            (Verdict::Accept { result, notes }, session::Verdict::Ok) => {
                let none = Value::from([]);
                let found = answer.whole.get("result").unwrap_or(&none);
                let difference = difference(result, found, "result");
                difference.or_else(|| self.notes(notes, answer))
            }
            (Verdict::Accept { .. }, _) => {
                let detail = Detail {
                    expected: Some("ok".to_owned()),
                    found: Some(rejection(answer)),
                    ..Detail::because(reason(answer, "rejected"))
                };
                return Ok((Outcome::Rejected, detail));
            }
            (
                Verdict::Reject {
                    stage,
                    clause,
                    offset,
                },
                session::Verdict::Reject,
            ) => {
                let members = [("stage", stage), ("clause", clause), ("offset", offset)];
                members
                    .into_iter()
                    .filter(|(member, _)| self.hello.details.contains(*member))
                    .find_map(|(member, expected)| {
                        let found = answer.whole.get(member).unwrap_or(&Value::Null);
                        difference(expected.as_ref()?, found, member)
                    })
            }
            (Verdict::Reject { clause, .. }, _) => {
                let clause = clause.as_ref().and_then(Value::as_str).unwrap_or_default();
                let detail = Detail {
                    expected: Some(format!("reject {clause}").trim_end().to_owned()),
                    found: Some("ok".to_owned()),
                    ..Detail::because("accepted")
                };
                return Ok((Outcome::Accepted, detail));
            }
        };
        if let Some(detail) = difference {
            return Ok((Outcome::Wrong, detail));
        }
        let untouched = match &expected.verdict {
            Verdict::Reject { .. } => self.untouched(),
            Verdict::Accept { .. } => None,
        };
        if let Some(files) = expected.files.as_ref().or(untouched.as_ref())
            && let Some(difference) = self.room.difference(self.case, self.vectors, files)?
        {
            let detail = Detail {
                expected: Some(shorten(&difference.expected)),
                found: Some(shorten(&difference.found)),
                ..Detail::because(format!("the file {}", difference.path))
            };
            return Ok((Outcome::Wrong, detail));
        }
        Ok((Outcome::Pass, Detail::default()))
    }

    /// The files that have to be there after a rejection: who refuses an input leaves it as it was.
    /// Without input there is nothing to leave, and input that was extended is not stored.
    fn untouched(&self) -> Option<BTreeMap<String, String>> {
        let input = &self.case.input;
        let stored = |path: &String| (path.clone(), format!("input/{path}"));
        (!input.is_empty() && self.case.extended.is_empty())
            .then(|| input.iter().map(stored).collect())
    }

    /// The difference between the notes expected and those of the answer, if the driver tells any.
    fn notes(&self, expected: &[Value], answer: &Answer) -> Option<Detail> {
        if !self.hello.details.contains("notes") {
            return None;
        }
        // Other members of a note are passed over.
        let note = |note: &Value| {
            let member = |key| note.get(key).cloned().unwrap_or(Value::Null);
            Value::from([("clause", member("clause")), ("offset", member("offset"))])
        };
        let notes = |notes: &[Value]| Value::Array(notes.iter().map(note).collect());
        let found = match answer.whole.get("notes") {
            None => Value::Array(Vec::new()),
            Some(Value::Array(found)) => notes(found),
            Some(other) => other.clone(),
        };
        difference(&notes(expected), &found, "notes")
    }
}

/// What came of a case whose answer says that nothing was compared.
pub(super) fn set_aside(answer: &Answer) -> Option<Judged> {
    let (outcome, default) = match answer.verdict {
        session::Verdict::Skip => (Outcome::Skip, "skipped"),
        session::Verdict::Error => (Outcome::Error, "an error"),
        session::Verdict::Ok | session::Verdict::Reject => return None,
    };
    Some((outcome, Detail::because(reason(answer, default))))
}

/// The reason that the answer gives.
pub(super) fn reason(answer: &Answer, default: &str) -> String {
    let reason = answer.whole.get("reason").and_then(Value::as_str);
    shorten(reason.filter(|text| !text.is_empty()).unwrap_or(default))
}

/// A rejection in a few words.
fn rejection(answer: &Answer) -> String {
    let clause = answer.whole.get("clause").and_then(Value::as_str);
    shorten(format!("reject {}", clause.unwrap_or_default()).trim_end())
}

/// The first place at which two values differ.
pub(super) fn difference(expected: &Value, found: &Value, place: &str) -> Option<Detail> {
    if expected == found {
        return None;
    }
    if let (Value::Object(one), Value::Object(other)) = (expected, found) {
        let keys = one
            .keys()
            .chain(other.keys().filter(|key| !one.contains_key(*key)));
        for key in keys {
            let place = format!("{place}.{key}");
            match (one.get(key), other.get(key)) {
                (Some(one), Some(other)) if one == other => {}
                (Some(one), Some(other)) => return difference(one, other, &place),
                (one, other) => return Some(differs(&place, one, other)),
            }
        }
    }
    if let (Value::Array(one), Value::Array(other)) = (expected, found) {
        for index in 0..one.len().max(other.len()) {
            let place = format!("{place}[{index}]");
            match (one.get(index), other.get(index)) {
                (Some(one), Some(other)) if one == other => {}
                (Some(one), Some(other)) => return difference(one, other, &place),
                (one, other) => return Some(differs(&place, one, other)),
            }
        }
    }
    Some(differs(place, Some(expected), Some(found)))
}

fn differs(place: &str, expected: Option<&Value>, found: Option<&Value>) -> Detail {
    let shown = |value: Option<&Value>| Some(value.map_or("none".to_owned(), short));
    Detail {
        expected: shown(expected),
        found: shown(found),
        ..Detail::because(shorten(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_found_wherever_it_lies() {
        let value = |text: &str| Value::parse(text.as_bytes()).expect("JSON");
        let one = value(r#"{"a":{"x":["1",{"y":true}],"z":1}}"#);
        assert_eq!(difference(&one, &one, "result"), None);
        for (other, place, expected, found) in [
            (
                r#"{"a":{"x":["1",{"y":false}],"z":1}}"#,
                "result.a.x[1].y",
                "true",
                "false",
            ),
            (
                r#"{"a":{"x":["1"],"z":1}}"#,
                "result.a.x[1]",
                "{\"y\":true}",
                "none",
            ),
            (
                r#"{"a":{"x":["1",{"y":true},2],"z":1}}"#,
                "result.a.x[2]",
                "none",
                "2",
            ),
            (
                r#"{"a":{"x":["1",{"y":true}],"z":1,"w":null}}"#,
                "result.a.w",
                "none",
                "null",
            ),
            (r#"{"a":{"x":["1",{"y":true}]}}"#, "result.a.z", "1", "none"),
            (
                r#"{"a":{"x":["1",{"y":true}],"z":"1"}}"#,
                "result.a.z",
                "1",
                "\"1\"",
            ),
            (
                r#"{"a":7}"#,
                "result.a",
                "{\"x\":[\"1\",{\"y\":true}],\"z\":1}",
                "7",
            ),
        ] {
            let detail = difference(&one, &value(other), "result").expect("they differ");
            let shown = (
                detail.reason,
                detail.expected.expect("shown"),
                detail.found.expect("shown"),
            );
            assert_eq!(
                shown,
                (place.to_owned(), expected.to_owned(), found.to_owned())
            );
        }
    }
}
