//! JSON documents as the manifest needs them: members in the order in which they are given.

use std::fmt::Write as _;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(u64),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// A value with deeper ones in it stands on one line if that is no longer, in characters.
const LINE: usize = 100;

impl Json {
    /// An object of these members.
    pub(crate) fn object<K: Into<String>>(members: impl IntoIterator<Item = (K, Json)>) -> Json {
        let members = members.into_iter();
        Json::Object(members.map(|(key, value)| (key.into(), value)).collect())
    }

    /// A string.
    pub(crate) fn text(text: impl Into<String>) -> Json {
        Json::Text(text.into())
    }

    /// Bytes, as hexadecimal digits.
    pub(crate) fn hex(bytes: &[u8]) -> Json {
        Json::Text(hex(bytes))
    }

    /// An integer, as a string of digits.
    pub(crate) fn decimal(number: impl ToString) -> Json {
        Json::Text(number.to_string())
    }

    /// This value as text, short ones on one line.
    pub(crate) fn pretty(&self) -> String {
        let mut out = String::new();
        self.print(0, &mut out);
        out.push('\n');
        out
    }

    fn print(&self, depth: usize, out: &mut String) {
        let line = self.line();
        let (open, close, inner): (_, _, Vec<(Option<&String>, &Json)>) = match self {
            Json::Array(elements) if depth + line.len() > LINE => (
                '[',
                ']',
                elements.iter().map(|element| (None, element)).collect(),
            ),
            Json::Object(members) if depth + line.len() > LINE => {
                let members = members.iter();
                (
                    '{',
                    '}',
                    members.map(|(key, member)| (Some(key), member)).collect(),
                )
            }
            _ => return out.push_str(&line),
        };
        out.push(open);
        for (number, (key, value)) in inner.into_iter().enumerate() {
            out.push_str(if number == 0 { "\n" } else { ",\n" });
            out.push_str(&" ".repeat(depth + 1));
            if let Some(key) = key {
                let _ = write!(out, "{}: ", quoted(key));
            }
            value.print(depth + 1, out);
        }
        let _ = write!(out, "\n{}{close}", " ".repeat(depth));
    }

    fn line(&self) -> String {
        let joined = |parts: Vec<String>| parts.join(", ");
        match self {
            Json::Null => "null".to_owned(),
            Json::Bool(value) => value.to_string(),
            Json::Number(number) => number.to_string(),
            Json::Text(text) => quoted(text),
            Json::Array(elements) => {
                format!("[{}]", joined(elements.iter().map(Json::line).collect()))
            }
            Json::Object(members) => {
                let members = members.iter();
                let members =
                    members.map(|(key, value)| format!("{}: {}", quoted(key), value.line()));
                format!("{{{}}}", joined(members.collect()))
            }
        }
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            ' '..='~' => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
    out
}
