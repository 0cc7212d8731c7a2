//! JSON documents for tests, as the reader under test has them.

use gotelemetry::json::{Event, JsonError, Reader};

use crate::document::Doc;

/// What the reader makes of a text.
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
