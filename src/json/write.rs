//! The writer: the bytes of Go's `encoding/json`.
//!
//! Implements the section *Writing* of `spec/json.md`.

use super::text_of;

/// Puts a JSON document together, in Go's bytes.
///
/// # Examples
///
/// ```
/// use gotelemetry::json::Writer;
/// let mut json = Writer::indented(" ");
/// json.object(|json| {
///     json.key(b"name").string(b"<50ms");
///     json.key(b"counts").array(|json| {
///         json.u64(3);
///         json.f64(1e-7);
///     });
///     json.key(b"none").object(|_| ());
/// });
/// let text = r#"{
///  "name": "\u003c50ms",
///  "counts": [
///   3,
///   1e-7
///  ],
///  "none": {}
/// }"#;
/// assert_eq!(json.finish(), text.as_bytes());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
    indent: Option<&'static str>,
    depth: usize,
    /// Whether a value stands before the next one in the object or array that is open.
    follows: bool,
    /// Whether a key stands before the next value.
    keyed: bool,
}

impl Writer {
    /// A writer that leaves out all white space.
    pub fn compact() -> Writer {
        Writer::default()
    }

    /// A writer that puts every value on a line of its own, indented by `indent` for each level.
    pub fn indented(indent: &'static str) -> Writer {
        Writer {
            indent: Some(indent),
            ..Writer::default()
        }
    }

    /// The bytes of the document.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    /// Writes an object; `members` writes keys, each followed by a value.
    pub fn object(&mut self, members: impl FnOnce(&mut Writer)) {
        self.nested(b'{', b'}', members);
    }

    /// Writes an array of the values that `elements` writes.
    pub fn array(&mut self, elements: impl FnOnce(&mut Writer)) {
        self.nested(b'[', b']', elements);
    }

    /// Writes a key; the value has to follow.
    pub fn key(&mut self, key: &[u8]) -> &mut Writer {
        self.separate();
        write_string(key, &mut self.out);
        self.out
            .extend_from_slice(if self.indent.is_some() { b": " } else { b":" });
        self.keyed = true;
        self
    }

    /// Writes a string; bytes that are no UTF-8 become U+FFFD.
    pub fn string(&mut self, text: &[u8]) {
        self.separate();
        write_string(text, &mut self.out);
    }

    /// Writes a number.
    pub fn u64(&mut self, value: u64) {
        self.raw(&value.to_string());
    }

    /// Writes a number.
    pub fn i64(&mut self, value: i64) {
        self.raw(&value.to_string());
    }

    /// Writes a number in its shortest form. JSON has none for infinities and not-a-number: they
    /// become `null`.
    pub fn f64(&mut self, value: f64) {
        self.raw(&float(value));
    }

    /// Writes a number that was read, as it was written.
    pub(super) fn number(&mut self, text: &str) {
        self.raw(text);
    }

    /// Writes `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        self.raw(if value { "true" } else { "false" });
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.raw("null");
    }

    fn raw(&mut self, text: &str) {
        self.separate();
        self.out.extend_from_slice(text.as_bytes());
    }

    fn nested(&mut self, open: u8, close: u8, inner: impl FnOnce(&mut Writer)) {
        self.separate();
        self.out.push(open);
        self.depth += 1;
        self.follows = false;
        inner(self);
        self.depth -= 1;
        if self.follows {
            self.new_line();
        }
        self.out.push(close);
        self.follows = true;
    }

    /// Writes what stands between the last value and the one to come.
    fn separate(&mut self) {
        if std::mem::take(&mut self.keyed) {
            return;
        }
        if self.follows {
            self.out.push(b',');
        }
        if self.depth > 0 {
            self.new_line();
        }
        self.follows = true;
    }

    fn new_line(&mut self) {
        if let Some(indent) = self.indent {
            self.out.push(b'\n');
            for _ in 0..self.depth {
                self.out.extend_from_slice(indent.as_bytes());
            }
        }
    }
}

fn write_string(text: &[u8], out: &mut Vec<u8>) {
    let text = text_of(text);
    let mut rest = &*text;
    out.push(b'"');
    // Most text is written as it stands.
    while let Some((plain, c, behind)) = split_at_escaped(rest) {
        out.extend_from_slice(plain.as_bytes());
        write_escaped(c, out);
        rest = behind;
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

/// What stands before the first character that is written in another way, that character, and what
/// stands behind it.
fn split_at_escaped(text: &str) -> Option<(&str, char, &str)> {
    let (plain, rest) = text.split_at_checked(text.find(is_escaped)?)?;
    let mut behind = rest.chars();
    Some((plain, behind.next()?, behind.as_str()))
}

// spec[json.strings]
fn is_escaped(c: char) -> bool {
    matches!(
        c,
        '"' | '\\' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}'
    )
}

// spec[json.strings]
fn write_escaped(c: char, out: &mut Vec<u8>) {
    let short = match c {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => &format!("\\u{:04x}", u32::from(c)),
    };
    out.extend_from_slice(short.as_bytes());
}

/// The shortest text that reads back as `value`: decimal from 1e-6 to below 1e21, else with an
/// exponent.
// spec[json.floats]
pub(super) fn float(value: f64) -> String {
    if !value.is_finite() {
        return "null".to_owned();
    }
    if value == 0.0 {
        return format!("{value}");
    }
    let text = shortest(value);
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    if (1e-6..1e21).contains(&value.abs()) {
        return decimal(digits, exponent.parse().unwrap_or_default());
    }
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{digits}e{sign}{exponent}")
}

/// The fewest digits that read back as `value`, with an exponent; of two such texts that are
/// equally near, Go takes the one with an even last digit.
fn shortest(value: f64) -> String {
    let shortest = format!("{value:e}");
    let digits = shortest.split('e').next().unwrap_or_default();
    let behind_first = digits
        .chars()
        .filter(char::is_ascii_digit)
        .count()
        .saturating_sub(1);
    let even = format!("{value:.behind_first$e}");
    if even.parse() == Ok(value) {
        even
    } else {
        shortest
    }
}

/// `digits`, one of them before the point, times ten to the `exponent`, without an exponent.
fn decimal(digits: &str, exponent: i32) -> String {
    let sign = if digits.starts_with('-') { "-" } else { "" };
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let before = usize::try_from(exponent + 1).unwrap_or_default();
    if before == 0 {
        let zeros = "0".repeat(usize::try_from(-exponent - 1).unwrap_or_default());
        return format!("{sign}0.{zeros}{digits}");
    }
    match digits.split_at_checked(before) {
        Some((whole, "")) => format!("{sign}{whole}"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{digits}{}", "0".repeat(before - digits.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &[u8]) -> String {
        let mut json = Writer::compact();
        json.string(text);
        String::from_utf8(json.finish()).expect("the writer makes UTF-8")
    }

    #[test]
    fn strings_are_escaped_as_go_escapes_them() {
        assert_eq!(
            string(b"a\"\\/\x08\x0c\n\r\t\x01\x1f\x7f"),
            "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\""
        );
        assert_eq!(string(b"<&>"), "\"\\u003c\\u0026\\u003e\"");
        assert_eq!(
            string("\u{2028}\u{2029}é".as_bytes()),
            "\"\\u2028\\u2029é\""
        );
    }

    #[test]
    fn each_byte_that_is_no_character_is_replaced() {
        assert_eq!(string(b"a\xff\xfeb"), "\"a\u{fffd}\u{fffd}b\"");
        assert_eq!(string(b"\xe2\x82"), "\"\u{fffd}\u{fffd}\"");
    }

    #[test]
    fn floats_are_written_as_go_writes_them() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (0.5, "0.5"),
            (1e-6, "0.000001"),
            (9.5e-7, "9.5e-7"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (-1.5e300, "-1.5e+300"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::INFINITY, "null"),
        ] {
            assert_eq!(float(value), text);
        }
    }

    #[test]
    fn a_compact_document_has_no_white_space() {
        let mut json = Writer::compact();
        json.object(|json| {
            json.key(b"a").array(|json| {
                json.null();
                json.bool(true);
                json.object(|_| ());
            });
            json.key(b"b").i64(-1);
        });
        assert_eq!(json.finish(), b"{\"a\":[null,true,{}],\"b\":-1}");
    }
}
