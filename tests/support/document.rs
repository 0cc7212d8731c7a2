//! JSON documents for tests: as a tree, and as another library has them.
//!
//! Numbers are kept as they are written, so that nothing is lost on the way. What is right or wrong
//! is not known here.

#![allow(
    dead_code,
    reason = "each integration test is a crate of its own and uses a part of this"
)]

use tinyjson::JsonValue;

/// A document; numbers as they are written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Doc {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    Array(Vec<Doc>),
    Object(Vec<(String, Doc)>),
}

/// The members of an object; null is one without any.
pub(crate) fn members(doc: &Doc) -> Option<&[(String, Doc)]> {
    match doc {
        Doc::Object(members) => Some(members),
        Doc::Null => Some(&[]),
        _ => None,
    }
}

/// A string; null is an empty one.
pub(crate) fn text(doc: &Doc) -> Option<String> {
    match doc {
        Doc::Text(text) => Some(text.clone()),
        Doc::Null => Some(String::new()),
        _ => None,
    }
}

/// The document as tinyjson has it: the last of equal keys alone, numbers as f64.
pub(crate) fn theirs(doc: &Doc) -> JsonValue {
    match doc {
        Doc::Null => JsonValue::Null,
        Doc::Bool(value) => JsonValue::Boolean(*value),
        Doc::Number(text) => JsonValue::Number(text.parse().expect("JSON numbers are Rust's")),
        Doc::Text(text) => JsonValue::String(text.clone()),
        Doc::Array(elements) => JsonValue::Array(elements.iter().map(theirs).collect()),
        Doc::Object(members) => {
            let members = members.iter();
            JsonValue::Object(
                members
                    .map(|(key, value)| (key.clone(), theirs(value)))
                    .collect(),
            )
        }
    }
}
