//! Names shown to people: as Go's `%q` writes them, so that nothing in them acts on a terminal.

/// The text in double quotes.
pub(super) fn quoted(text: &[u8]) -> String {
    format!("\"{}\"", escaped(text))
}

/// The text with nothing escaped but what cannot be printed.
pub(super) fn printable(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => out.push(c),
            _ => escape(c, &mut out),
        }
    }
    out
}

/// The text with everything escaped that cannot be printed, and double quotes and backslashes.
pub(super) fn escaped(text: &[u8]) -> String {
    let mut out = String::new();
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            escape(c, &mut out);
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

fn escape(c: char, out: &mut String) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        _ if c.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
        _ if c.is_ascii() || is_printable(c) => out.push(c),
        _ if u32::from(c) > 0xffff => out.push_str(&format!("\\U{:08x}", u32::from(c))),
        _ => out.push_str(&format!("\\u{:04x}", u32::from(c))),
    }
}

/// Whether a character beyond ASCII can be printed, as the standard library sees it. Go's tables
/// can be of another Unicode version.
fn is_printable(c: char) -> bool {
    // Marks that combine are escaped at the start of a text alone, so the text begins with a
    // letter; whatever is escaped behind it cannot be printed.
    format!("a{c}").escape_debug().count() == 2 && !c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_as_go_quotes_them() {
        assert_eq!(
            quoted(b"a\nb\t\"c\"\\\x00\x1b\x7f"),
            r#""a\nb\t\"c\"\\\x00\x1b\x7f""#
        );
        assert_eq!(
            quoted("é\u{301}世\u{2028}\u{a0}\u{feff}".as_bytes()),
            "\"é\u{301}世\\u2028\\u00a0\\ufeff\""
        );
        assert_eq!(quoted("\u{e0001}😀".as_bytes()), "\"\\U000e0001😀\"");
        assert_eq!(quoted(b"\xff<50ms"), r#""\xff<50ms""#);
    }
}
