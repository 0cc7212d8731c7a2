//! A naive reader of JSON: another judge of the real one.
//!
//! It is the section *Reading* of `spec/json.md` and the grammar of RFC 8259, by recursive descent
//! over the text; strings go through UTF-16. It must not know the crate under test.

use crate::document::Doc;

/// The clause for which a text is refused.
pub(crate) type Refusal = &'static str;

const SYNTAX: Refusal = "json.syntax";

/// Judges a whole text.
pub(crate) fn read(text: &[u8]) -> Result<Doc, Refusal> {
    let mut parser = Parser { rest: text };
    let doc = parser.value(0)?;
    parser.space();
    match parser.rest {
        [] => Ok(doc),
        _ => Err("json.whole"),
    }
}

struct Parser<'t> {
    rest: &'t [u8],
}

impl Parser<'_> {
    fn space(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Passes over `token`, with white space before it, if it comes next.
    fn passes(&mut self, token: &[u8]) -> bool {
        self.space();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn needs(&mut self, token: &[u8]) -> Result<(), Refusal> {
        self.passes(token).then_some(()).ok_or(SYNTAX)
    }

    fn value(&mut self, depth: usize) -> Result<Doc, Refusal> {
        self.space();
        match self.rest.first() {
            Some(b'{' | b'[') if depth == 64 => Err("json.depth"),
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.array(depth + 1),
            Some(b'"') => self.string().map(Doc::Text),
            Some(b't') => self.needs(b"true").map(|()| Doc::Bool(true)),
            Some(b'f') => self.needs(b"false").map(|()| Doc::Bool(false)),
            Some(b'n') => self.needs(b"null").map(|()| Doc::Null),
            _ => self.number().map(Doc::Number),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Doc, Refusal> {
        self.needs(b"[")?;
        let mut elements = Vec::new();
        if self.passes(b"]") {
            return Ok(Doc::Array(elements));
        }
        loop {
            elements.push(self.value(depth)?);
            if self.passes(b"]") {
                return Ok(Doc::Array(elements));
            }
            self.needs(b",")?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<Doc, Refusal> {
        self.needs(b"{")?;
        let mut members = Vec::new();
        if self.passes(b"}") {
            return Ok(Doc::Object(members));
        }
        loop {
            let key = self.string()?;
            self.needs(b":")?;
            members.push((key, self.value(depth)?));
            if self.passes(b"}") {
                return Ok(Doc::Object(members));
            }
            self.needs(b",")?;
        }
    }

    fn number(&mut self) -> Result<String, Refusal> {
        let start = self.rest;
        self.sign(b"-");
        match self.rest {
            [b'0', rest @ ..] => self.rest = rest,
            _ => self.digits()?,
        }
        if let [b'.', rest @ ..] = self.rest {
            self.rest = rest;
            self.digits()?;
        }
        if let [b'e' | b'E', rest @ ..] = self.rest {
            self.rest = rest;
            self.sign(b"+-");
            self.digits()?;
        }
        let written = &start[..start.len() - self.rest.len()];
        Ok(String::from_utf8(written.to_vec()).expect("it is ASCII"))
    }

    fn sign(&mut self, signs: &[u8]) {
        if self.rest.first().is_some_and(|byte| signs.contains(byte)) {
            self.rest = &self.rest[1..];
        }
    }

    fn digits(&mut self) -> Result<(), Refusal> {
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit());
        let count = digits.count();
        self.rest = &self.rest[count..];
        if count == 0 { Err(SYNTAX) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<String, Refusal> {
        self.needs(b"\"")?;
        let mut units = Vec::new();
        loop {
            match self.rest {
                [b'"', rest @ ..] => {
                    self.rest = rest;
                    // Half of a surrogate pair becomes U+FFFD.
                    return Ok(String::from_utf16_lossy(&units));
                }
                [b'\\', rest @ ..] => {
                    let (unit, rest) = escape(rest).ok_or(SYNTAX)?;
                    units.push(unit);
                    self.rest = rest;
                }
                [] | [0..=0x1f, ..] => return Err(SYNTAX),
                _ => self.character(&mut units),
            }
        }
    }

    /// Takes the next character, or one byte that belongs to none.
    fn character(&mut self, units: &mut Vec<u16>) {
        for len in 1..=self.rest.len().min(4) {
            if let Ok(text) = std::str::from_utf8(&self.rest[..len]) {
                units.extend(text.encode_utf16());
                self.rest = &self.rest[len..];
                return;
            }
        }
        units.push(0xfffd);
        self.rest = &self.rest[1..];
    }
}

/// What the escape means whose backslash was read, and what follows it.
fn escape(text: &[u8]) -> Option<(u16, &[u8])> {
    if let [b'u', a, b, c, d, rest @ ..] = text {
        let mut unit = 0;
        for digit in [a, b, c, d] {
            let value = match digit {
                b'0'..=b'9' => digit - b'0',
                b'a'..=b'f' => digit - b'a' + 10,
                b'A'..=b'F' => digit - b'A' + 10,
                _ => return None,
            };
            unit = unit * 16 + u16::from(value);
        }
        return Some((unit, rest));
    }
    let (letter, rest) = text.split_first()?;
    let meant = [
        (b'"', 0x22),
        (b'\\', 0x5c),
        (b'/', 0x2f),
        (b'b', 8),
        (b'f', 12),
        (b'n', 10),
        (b'r', 13),
        (b't', 9),
    ];
    let meant = meant.iter().find(|(escaped, _)| escaped == letter);
    meant.map(|(_, unit)| (*unit, rest))
}
