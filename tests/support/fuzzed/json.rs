//! JSON: the reader against a naive one and against tinyjson, the tree and the writer by round
//! trips.

use gotelemetry::json::{Event, Reader, Value};
use tinyjson::JsonValue;

use crate::document::{Doc, theirs};
use crate::naive_json;
use crate::read_document::read;

pub(crate) fn check(data: &[u8]) {
    let naive = naive_json::read(data);
    let ours = read(data);
    if let Err(error) = &ours {
        assert!(error.offset <= data.len());
    }
    let said = ours.map_err(|error| error.clause);
    assert_eq!(said, naive);
    let tree = Value::parse(data);
    assert_eq!(
        tree.as_ref().map(of_value).ok(),
        naive.as_ref().map(last).ok()
    );
    if let Ok(tree) = &tree {
        assert_eq!(Value::parse(&tree.to_line()).as_ref(), Ok(tree));
    }
    passes_over(data, naive.is_ok());
    if let Ok(text) = std::str::from_utf8(data)
        && naive != Err("json.depth")
        && brackets(data) <= 64
        && !is_misjudged(text)
    {
        let judged: Option<JsonValue> = text.parse().ok();
        assert_eq!(naive.ok().as_ref().map(theirs), judged);
    }
}

/// Passing over a whole document says what reading it does.
fn passes_over(data: &[u8], is_document: bool) {
    let mut reader = Reader::new(data);
    let passed = reader.skip().and_then(|()| reader.next());
    assert_eq!(passed.is_ok(), is_document);
    if let Ok(event) = passed {
        assert_eq!(event, Event::End);
    }
}

/// A bound on how deep the text nests: tinyjson ends the process where that is deep.
fn brackets(text: &[u8]) -> usize {
    text.iter()
        .filter(|byte| matches!(byte, b'[' | b'{'))
        .count()
}

/// Whether tinyjson may judge this text wrongly: it skips white space within an escape, and refuses
/// half of a surrogate pair.
fn is_misjudged(text: &str) -> bool {
    text.match_indices("\\u").any(|(at, _)| {
        let digits = text.as_bytes()[at + 2..].iter().take(4);
        let mut odd = digits.clone().filter(|byte| byte.is_ascii_whitespace());
        let mut first = digits;
        let surrogate = matches!(first.next(), Some(b'd' | b'D'))
            && matches!(first.next(), Some(b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F'));
        surrogate || odd.next().is_some()
    })
}

/// The document with the last of equal members alone, in the order of their keys.
fn last(doc: &Doc) -> Doc {
    match doc {
        Doc::Array(elements) => Doc::Array(elements.iter().map(last).collect()),
        Doc::Object(members) => {
            let mut kept: Vec<(String, Doc)> = Vec::new();
            for (key, value) in members {
                kept.retain(|(earlier, _)| earlier != key);
                kept.push((key.clone(), last(value)));
            }
            kept.sort_by(|a, b| a.0.cmp(&b.0));
            Doc::Object(kept)
        }
        other => other.clone(),
    }
}

fn of_value(value: &Value) -> Doc {
    match value {
        Value::Null => Doc::Null,
        Value::Bool(value) => Doc::Bool(*value),
        Value::Number(text) => Doc::Number(text.clone()),
        Value::String(text) => Doc::Text(text.clone()),
        Value::Array(elements) => Doc::Array(elements.iter().map(of_value).collect()),
        Value::Object(members) => {
            let members = members.iter();
            Doc::Object(
                members
                    .map(|(key, value)| (key.clone(), of_value(value)))
                    .collect(),
            )
        }
    }
}
