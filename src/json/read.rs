//! The reader: a document piece by piece, bounded in depth, without recursion.
//!
//! Implements the section *Reading* of `spec/json.md`.

use std::borrow::Cow;
use std::fmt;

use super::text_of;

/// How deep objects and arrays may lie in each other.
pub const MAX_DEPTH: usize = 64;

/// One piece of a document.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// An object begins.
    ObjectStart,
    /// The innermost object ends.
    ObjectEnd,
    /// An array begins.
    ArrayStart,
    /// The innermost array ends.
    ArrayEnd,
    /// The key of the value to come.
    Key(Cow<'a, str>),
    /// A string.
    String(Cow<'a, str>),
    /// A number, as it is written.
    Number(&'a str),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// The document is complete.
    End,
}

/// Text that is no document this reader takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JsonError {
    /// Where the fault begins, in bytes.
    pub offset: usize,
    /// The id of the clause in `spec/` that is broken.
    pub clause: &'static str,
    /// What is wrong, in words.
    pub what: &'static str,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "offset {:#x}: {} [{}]",
            self.offset, self.what, self.clause
        )
    }
}

impl std::error::Error for JsonError {}

/// Reads one document.
///
/// # Examples
///
/// ```
/// use gotelemetry::json::{Event, Reader};
/// let mut reader = Reader::new(b"{\"Week\": \"2026-11-21\"}");
/// assert_eq!(reader.next(), Ok(Event::ObjectStart));
/// assert_eq!(reader.next(), Ok(Event::Key("Week".into())));
/// assert_eq!(reader.next(), Ok(Event::String("2026-11-21".into())));
/// assert_eq!(reader.next(), Ok(Event::ObjectEnd));
/// assert_eq!(reader.next(), Ok(Event::End));
/// ```
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    /// What is open, outermost first.
    open: Vec<Open>,
    expect: Expect,
    /// Whether U+FFFD took the place of something in a string.
    replaced: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Object,
    Array,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Value,
    /// A value, or the end of the array that has just begun.
    ValueOrEnd,
    Key,
    /// A key, or the end of the object that has just begun.
    KeyOrEnd,
    CommaOrEnd,
    Nothing,
}

const SYNTAX: &str = "json.syntax";

impl<'a> Reader<'a> {
    /// A reader of the document `text`.
    pub fn new(text: &'a [u8]) -> Reader<'a> {
        Reader {
            text,
            at: 0,
            open: Vec::new(),
            expect: Expect::Value,
            replaced: false,
        }
    }

    /// The next piece; [`Event::End`] when the document is complete, however often asked.
    ///
    /// # Errors
    ///
    /// `json.syntax` where the text is no JSON, `json.depth` beyond [`MAX_DEPTH`], `json.whole` if
    /// something follows the document. The reader is of no more use then.
    // spec[json.syntax]
    #[expect(clippy::should_implement_trait, reason = "it does not end with None")]
    pub fn next(&mut self) -> Result<Event<'a>, JsonError> {
        let byte = self.peek();
        match (self.expect, byte) {
            (Expect::Nothing, None) => Ok(Event::End),
            (Expect::Nothing, Some(_)) => {
                // spec[json.whole]
                Err(self.error("json.whole", "something follows the document"))
            }
            (Expect::CommaOrEnd, Some(b',')) => {
                self.at += 1;
                self.expect = match self.open.last() {
                    Some(Open::Object) => Expect::Key,
                    _ => Expect::Value,
                };
                self.next()
            }
            (Expect::CommaOrEnd | Expect::KeyOrEnd, Some(b'}'))
                if self.open.last() == Some(&Open::Object) =>
            {
                self.close();
                Ok(Event::ObjectEnd)
            }
            (Expect::CommaOrEnd | Expect::ValueOrEnd, Some(b']'))
                if self.open.last() == Some(&Open::Array) =>
            {
                self.close();
                Ok(Event::ArrayEnd)
            }
            (Expect::Key | Expect::KeyOrEnd, Some(b'"')) => {
                let key = self.string()?;
                if self.peek() != Some(b':') {
                    return Err(self.error(SYNTAX, "no colon after a key"));
                }
                self.at += 1;
                self.expect = Expect::Value;
                Ok(Event::Key(key))
            }
            (Expect::Value | Expect::ValueOrEnd, Some(byte)) => self.value(byte),
            (_, None) => Err(self.error(SYNTAX, "the document ends too early")),
            (_, Some(_)) => Err(self.error(SYNTAX, "an unexpected character")),
        }
    }

    /// Passes over the value that comes next, whatever it is.
    ///
    /// # Errors
    ///
    /// Those of [`next`](Reader::next).
    pub fn skip(&mut self) -> Result<(), JsonError> {
        let depth = self.open.len();
        loop {
            let event = self.next()?;
            if event == Event::End || (self.open.len() <= depth && !matches!(event, Event::Key(_)))
            {
                return Ok(());
            }
        }
    }

    /// Whether the array that is open ends next.
    pub(super) fn ends_array(&mut self) -> bool {
        let may_end = matches!(self.expect, Expect::CommaOrEnd | Expect::ValueOrEnd);
        may_end && self.open.last() == Some(&Open::Array) && self.peek() == Some(b']')
    }

    /// Whether U+FFFD took the place of something in a string up to here.
    pub(super) fn replaced(&self) -> bool {
        self.replaced
    }

    /// Where the reader stands, in bytes.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.text.get(self.at) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn error(&self, clause: &'static str, what: &'static str) -> JsonError {
        let offset = self.at;
        JsonError {
            offset,
            clause,
            what,
        }
    }

    fn value(&mut self, byte: u8) -> Result<Event<'a>, JsonError> {
        match byte {
            b'{' => self
                .begin(Open::Object, Expect::KeyOrEnd)
                .map(|()| Event::ObjectStart),
            b'[' => self
                .begin(Open::Array, Expect::ValueOrEnd)
                .map(|()| Event::ArrayStart),
            b'"' => {
                let text = self.string()?;
                self.ended();
                Ok(Event::String(text))
            }
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word("true", Event::Bool(true)),
            b'f' => self.word("false", Event::Bool(false)),
            b'n' => self.word("null", Event::Null),
            _ => Err(self.error(SYNTAX, "an unexpected character")),
        }
    }

    fn begin(&mut self, open: Open, expect: Expect) -> Result<(), JsonError> {
        // spec[json.depth]
        if self.open.len() == MAX_DEPTH {
            return Err(self.error("json.depth", "nested more than 64 deep"));
        }
        self.at += 1;
        self.open.push(open);
        self.expect = expect;
        Ok(())
    }

    fn close(&mut self) {
        self.at += 1;
        self.open.pop();
        self.ended();
    }

    /// A value ended.
    fn ended(&mut self) {
        self.expect = match self.open.last() {
            Some(_) => Expect::CommaOrEnd,
            None => Expect::Nothing,
        };
    }

    fn word(&mut self, word: &str, event: Event<'a>) -> Result<Event<'a>, JsonError> {
        if !self
            .text
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word.as_bytes()))
        {
            return Err(self.error(SYNTAX, "an unexpected character"));
        }
        self.at += word.len();
        self.ended();
        Ok(event)
    }

    fn number(&mut self) -> Result<Event<'a>, JsonError> {
        let start = self.at;
        self.at += usize::from(self.text.get(self.at) == Some(&b'-'));
        match self.text.get(self.at) {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
            self.at += usize::from(matches!(self.text.get(self.at), Some(b'+' | b'-')));
            self.digits()?;
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        self.ended();
        match std::str::from_utf8(text) {
            Ok(text) => Ok(Event::Number(text)),
            Err(_) => Err(self.error(SYNTAX, "an unexpected character")),
        }
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.error(SYNTAX, "a digit is missing"));
        }
        Ok(())
    }

    /// The string whose opening quote comes next.
    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.at += 1;
        let mut decoded = Vec::new();
        let mut plain_from = self.at;
        loop {
            match self.text.get(self.at) {
                Some(b'"') => {
                    let plain = self.text.get(plain_from..self.at).unwrap_or_default();
                    self.at += 1;
                    if decoded.is_empty() {
                        return Ok(self.decoded(plain));
                    }
                    decoded.extend_from_slice(plain);
                    return Ok(Cow::Owned(self.decoded(&decoded).into_owned()));
                }
                Some(b'\\') => {
                    decoded
                        .extend_from_slice(self.text.get(plain_from..self.at).unwrap_or_default());
                    let c = self.escape()?;
                    decoded.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    plain_from = self.at;
                }
                Some(0..=0x1f) => return Err(self.error(SYNTAX, "a control character in a string")),
                Some(_) => self.at += 1,
                None => return Err(self.error(SYNTAX, "the document ends within a string")),
            }
        }
    }

    /// The text of a string.
    fn decoded<'t>(&mut self, bytes: &'t [u8]) -> Cow<'t, str> {
        let text = text_of(bytes);
        self.replaced |= matches!(text, Cow::Owned(_));
        text
    }

    /// The character of the escape that comes next.
    fn escape(&mut self) -> Result<char, JsonError> {
        let c = match self.text.get(self.at + 1) {
            Some(b'u') => {
                let unit = self.code_unit(self.at)?;
                self.at += 6;
                return Ok(self.character(unit));
            }
            Some(c @ (b'"' | b'\\' | b'/')) => char::from(*c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            _ => return Err(self.error(SYNTAX, "an escape that JSON does not have")),
        };
        self.at += 2;
        Ok(c)
    }

    /// The character that begins with `unit`; half a surrogate pair becomes U+FFFD.
    // spec[json.syntax]
    fn character(&mut self, unit: u16) -> char {
        if (0xd800..0xdc00).contains(&unit)
            && let Ok(low @ 0xdc00..=0xdfff) = self.code_unit(self.at)
        {
            self.at += 6;
            let pair = char::decode_utf16([unit, low]).next();
            return pair
                .and_then(Result::ok)
                .unwrap_or(char::REPLACEMENT_CHARACTER);
        }
        char::from_u32(u32::from(unit)).unwrap_or_else(|| {
            self.replaced = true;
            char::REPLACEMENT_CHARACTER
        })
    }

    /// The number of the escape `\uXXXX` at `at`.
    fn code_unit(&self, at: usize) -> Result<u16, JsonError> {
        let hex = match self.text.get(at..at + 6) {
            Some([b'\\', b'u', hex @ ..]) if hex.iter().all(u8::is_ascii_hexdigit) => hex,
            _ => return Err(self.error(SYNTAX, "\\u without four hexadecimal digits")),
        };
        let text = std::str::from_utf8(hex).unwrap_or_default();
        Ok(u16::from_str_radix(text, 16).unwrap_or_default())
    }
}
