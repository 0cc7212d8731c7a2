//! A whole document as a tree, for documents that are small and of no fixed form.
//!
//! Reads by the clauses of `spec/json.md`, as it stands on the reader. Documents whose form is
//! known are better read piece by piece.

use std::collections::BTreeMap;

use super::{Event, JsonError, Reader, Writer};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object; of members with one key the last.
    Object(BTreeMap<String, Value>),
}

impl Value {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// As for [`Reader::next`].
    ///
    /// # Examples
    ///
    /// ```
    /// use gotelemetry::json::Value;
    /// let value = Value::parse(br#"{"names": ["a", "b"]}"#).unwrap();
    /// assert_eq!(value.get("names").and_then(Value::as_array).map(<[_]>::len), Some(2));
    /// ```
    pub fn parse(text: &[u8]) -> Result<Value, JsonError> {
        let mut reader = Reader::new(text);
        // What is open, outermost first; an object with the key of the value to come.
        let mut open: Vec<(Value, String)> = Vec::new();
        let mut whole = Value::Null;
        loop {
            let value = match reader.next()? {
                Event::End => return Ok(whole),
                Event::ObjectStart => {
                    open.push((Value::Object(BTreeMap::new()), String::new()));
                    continue;
                }
                Event::ArrayStart => {
                    open.push((Value::Array(Vec::new()), String::new()));
                    continue;
                }
                Event::Key(name) => {
                    if let Some((_, key)) = open.last_mut() {
                        *key = name.into_owned();
                    }
                    continue;
                }
                Event::ObjectEnd | Event::ArrayEnd => {
                    open.pop().map_or(Value::Null, |(value, _)| value)
                }
                Event::String(text) => Value::String(text.into_owned()),
                Event::Number(text) => Value::Number(text.to_owned()),
                Event::Bool(value) => Value::Bool(value),
                Event::Null => Value::Null,
            };
            match open.last_mut() {
                Some((Value::Object(members), key)) => {
                    members.insert(std::mem::take(key), value);
                }
                Some((Value::Array(elements), _)) => elements.push(value),
                _ => whole = value,
            }
        }
    }

    /// Writes this value.
    pub fn write(&self, writer: &mut Writer) {
        match self {
            Value::Null => writer.null(),
            Value::Bool(value) => writer.bool(*value),
            Value::Number(text) => writer.number(text),
            Value::String(text) => writer.string(text.as_bytes()),
            Value::Array(elements) => writer.array(|writer| {
                for element in elements {
                    element.write(writer);
                }
            }),
            Value::Object(members) => writer.object(|writer| {
                for (key, member) in members {
                    member.write(writer.key(key.as_bytes()));
                }
            }),
        }
    }

    /// This value as a document on one line.
    pub fn to_line(&self) -> Vec<u8> {
        let mut writer = Writer::compact();
        self.write(&mut writer);
        writer.finish()
    }

    /// The member `key`, if this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Object(members) => members.get(key),
            _ => None,
        }
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, if this is an array.
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Value::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The members, if this is an object.
    pub fn as_object(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The value, if this is `true` or `false`.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if this is a whole one that is at least 0 and below 2^64.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Value::Number(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.to_owned())
    }
}

impl<const N: usize> From<[(&str, Value); N]> for Value {
    fn from(members: [(&str, Value); N]) -> Value {
        let members = members.map(|(key, member)| (key.to_owned(), member));
        Value::Object(BTreeMap::from(members))
    }
}
