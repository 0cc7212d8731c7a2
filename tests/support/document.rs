//! JSON documents for tests: as a tree, as the reader under test has them, and as another library
//! has them.
//!
//! Numbers are kept as they are written, so that nothing is lost on the way. What is right or wrong
//! is not known here.

#![allow(
    dead_code,
    reason = "each integration test is a crate of its own and uses a part of this"
)]

#[cfg(feature = "cli")]
use gotelemetry::json::{Event, JsonError, Reader};
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

/// What the reader makes of a text.
#[cfg(feature = "cli")]
pub(crate) fn read(text: &[u8]) -> Result<Doc, JsonError> {
    let mut reader = Reader::new(text);
    // What is open, outermost first, each with the key under which it belongs to what is around it.
    let mut open: Vec<(Option<String>, Doc)> = Vec::new();
    let mut key = None;
    let mut whole = None;
    loop {
        let value = match reader.next()? {
            Event::ObjectStart => {
                open.push((key.take(), Doc::Object(Vec::new())));
                continue;
            }
            Event::ArrayStart => {
                open.push((key.take(), Doc::Array(Vec::new())));
                continue;
            }
            Event::Key(name) => {
                key = Some(name.into_owned());
                continue;
            }
            Event::ObjectEnd | Event::ArrayEnd => {
                let (outer, value) = open.pop().expect("what ends has begun");
                key = outer;
                value
            }
            Event::String(text) => Doc::Text(text.into_owned()),
            Event::Number(text) => Doc::Number(text.to_owned()),
            Event::Bool(value) => Doc::Bool(value),
            Event::Null => Doc::Null,
            Event::End => return Ok(whole.expect("a document holds a value")),
            event => panic!("{event:?} is not known here"),
        };
        match open.last_mut() {
            None => whole = Some(value),
            Some((_, Doc::Array(elements))) => elements.push(value),
            Some((_, Doc::Object(members))) => {
                members.push((key.take().expect("a member has a key"), value));
            }
            Some(other) => panic!("{other:?} holds nothing"),
        }
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
