//! The writer of JSON against the bytes of Go, and read back by another library.
//!
//! The literal texts are what encoding/json of go1.27.3 makes of the same values.

#![cfg(feature = "cli")]

#[path = "support/document.rs"]
mod document;
#[path = "support/read_document.rs"]
mod read_document;
#[path = "support/spelling.rs"]
mod spelling;

use std::fmt::Write as _;

use document::{Doc, theirs};
use gotelemetry::json::Writer;
use proptest::prelude::*;
use read_document::read;
use spelling::{doc, string};
use tinyjson::JsonValue;

/// What `write` makes of an empty writer, as text.
fn written(mut json: Writer, write: impl FnOnce(&mut Writer)) -> String {
    write(&mut json);
    String::from_utf8(json.finish()).expect("the writer writes UTF-8")
}

fn compact(write: impl FnOnce(&mut Writer)) -> String {
    written(Writer::compact(), write)
}

/// Writes a document with the writer under test.
fn write_doc(doc: &Doc, json: &mut Writer) {
    match doc {
        Doc::Null => json.null(),
        Doc::Bool(value) => json.bool(*value),
        Doc::Number(text) => match text.parse() {
            Ok(number) => json.i64(number),
            Err(_) => json.f64(text.parse().expect("JSON numbers are Rust's")),
        },
        Doc::Text(text) => json.string(text.as_bytes()),
        Doc::Array(elements) => json.array(|json| {
            elements.iter().for_each(|element| write_doc(element, json));
        }),
        Doc::Object(members) => json.object(|json| {
            for (key, value) in members {
                write_doc(value, json.key(key.as_bytes()));
            }
        }),
    }
}

/// The text of a string by the rules of Go, character by character.
fn go_string(string: &str) -> String {
    let mut text = String::from("\"");
    for c in string.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            '\0'..' ' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                write!(text, "\\u{:04x}", u32::from(c)).expect("a string takes everything");
            }
            _ => text.push(c),
        }
    }
    text.push('"');
    text
}

/// The text of a document by the rules of Go, each value on a line of its own; numbers are taken
/// from `numbers`, in order.
fn go_text(doc: &Doc, depth: usize, numbers: &mut impl Iterator<Item = String>) -> String {
    let (inner, outer) = ("\n".to_owned() + &" ".repeat(depth + 1), " ".repeat(depth));
    let joined = |parts: Vec<String>, open, close| match parts.as_slice() {
        [] => format!("{open}{close}"),
        parts => format!(
            "{open}{inner}{}\n{outer}{close}",
            parts.join(&format!(",{inner}"))
        ),
    };
    match doc {
        Doc::Null => "null".to_owned(),
        Doc::Bool(value) => value.to_string(),
        Doc::Number(_) => numbers.next().expect("as many numbers as there are"),
        Doc::Text(text) => go_string(text),
        Doc::Array(elements) => {
            let parts = elements
                .iter()
                .map(|element| go_text(element, depth + 1, numbers));
            joined(parts.collect(), '[', ']')
        }
        Doc::Object(members) => {
            let member = |(key, value): &(String, Doc)| {
                format!("{}: {}", go_string(key), go_text(value, depth + 1, numbers))
            };
            joined(members.iter().map(member).collect(), '{', '}')
        }
    }
}

/// The numbers of a document that was written, in order.
fn numbers_of(doc: &Doc, numbers: &mut Vec<String>) {
    match doc {
        Doc::Number(text) => numbers.push(text.clone()),
        Doc::Array(elements) => elements.iter().for_each(|doc| numbers_of(doc, numbers)),
        Doc::Object(members) => members.iter().for_each(|(_, doc)| numbers_of(doc, numbers)),
        _ => (),
    }
}

/// Whether a document holds a number that is too great for an f64, which JSON has no text for.
fn overflows(doc: &Doc) -> bool {
    let mut numbers = Vec::new();
    numbers_of(doc, &mut numbers);
    let value = |text: &String| text.parse::<f64>().expect("JSON numbers are Rust's");
    numbers.iter().any(|text| value(text).is_infinite())
}

#[test]
fn a_report_has_the_bytes_of_go() {
    let report = |json: &mut Writer| {
        json.object(|json| {
            json.key(b"Week").string(b"2026-11-21");
            json.key(b"X").f64(0.25);
            json.key(b"Programs").array(|json| {
                json.object(|json| {
                    json.key(b"Program").string(b"cmd/go");
                    json.key(b"Counters").object(|json| {
                        json.key(b"a").i64(-2);
                        json.key(b"b").u64(1);
                    });
                    json.key(b"Stacks").object(|_| ());
                });
            });
            json.key(b"Config").string(b"v0.1.0");
            json.key(b"Empty").array(|_| ());
            json.key(b"Nil").null();
        });
    };
    let indented = r#"{
 "Week": "2026-11-21",
 "X": 0.25,
 "Programs": [
  {
   "Program": "cmd/go",
   "Counters": {
    "a": -2,
    "b": 1
   },
   "Stacks": {}
  }
 ],
 "Config": "v0.1.0",
 "Empty": [],
 "Nil": null
}"#;
    assert_eq!(written(Writer::indented(" "), report), indented);
    assert_eq!(
        compact(report),
        r#"{"Week":"2026-11-21","X":0.25,"Programs":[{"Program":"cmd/go","Counters":{"a":-2,"b":1},"Stacks":{}}],"Config":"v0.1.0","Empty":[],"Nil":null}"#
    );
}

#[test]
fn a_value_alone_is_a_document() {
    assert_eq!(compact(|json| json.null()), "null");
    assert_eq!(compact(|json| json.array(|_| ())), "[]");
    let indented = || Writer::indented("\t");
    assert_eq!(written(indented(), |json| json.bool(false)), "false");
    assert_eq!(written(indented(), |json| json.object(|_| ())), "{}");
    let nested = |json: &mut Writer| json.array(|json| json.array(|json| json.u64(1)));
    assert_eq!(written(indented(), nested), "[\n\t[\n\t\t1\n\t]\n]");
}

// test[json.strings]
#[test]
fn every_character_is_written_as_go_writes_it_in_values_and_keys() {
    for c in '\0'..=char::MAX {
        let text = go_string(c.encode_utf8(&mut [0; 4]));
        let value = compact(|json| json.string(c.encode_utf8(&mut [0; 4]).as_bytes()));
        assert_eq!(value, text, "{c:?}");
        if u32::from(c) < 0x3000 {
            let key = compact(|json| {
                json.object(|json| json.key(c.encode_utf8(&mut [0; 4]).as_bytes()).null());
            });
            assert_eq!(key, format!("{{{text}:null}}"), "{c:?}");
        }
    }
}

// test[json.strings]
#[test]
fn each_byte_that_is_no_text_is_written_as_u_fffd() {
    for (bytes, text) in [
        (&b"a\xffb"[..], "\"a\u{fffd}b\""),
        (b"\xff\xfe", "\"\u{fffd}\u{fffd}\""),
        (b"\xe2\x82", "\"\u{fffd}\u{fffd}\""),
        (b"\xf0\x9f\x98<", "\"\u{fffd}\u{fffd}\u{fffd}\\u003c\""),
        (b"\xed\xa0\x80", "\"\u{fffd}\u{fffd}\u{fffd}\""),
        (b"\xc0\x80", "\"\u{fffd}\u{fffd}\""),
        (b"\xf4\x90\x80\x80", "\"\u{fffd}\u{fffd}\u{fffd}\u{fffd}\""),
    ] {
        assert_eq!(compact(|json| json.string(bytes)), text, "{bytes:?}");
    }
}

#[test]
fn integers_are_exact_up_to_both_ends_of_their_ranges() {
    assert_eq!(compact(|json| json.u64(u64::MAX)), "18446744073709551615");
    assert_eq!(compact(|json| json.i64(i64::MAX)), "9223372036854775807");
    assert_eq!(compact(|json| json.i64(i64::MIN)), "-9223372036854775808");
    assert_eq!(compact(|json| json.u64(0)), "0");
}

// test[json.floats]
#[test]
fn floats_have_the_text_of_go() {
    for (value, text) in [
        (0.0, "0"),
        (-0.0, "-0"),
        (100.0, "100"),
        (-0.5, "-0.5"),
        (0.1, "0.1"),
        (1.0 / 3.0, "0.3333333333333333"),
        (0.999_999_999_999_999_8, "0.9999999999999998"),
        (2.220_446_049_250_313e-16, "2.220446049250313e-16"),
        (1e-6, "0.000001"),
        (9.99e-7, "9.99e-7"),
        (1e-7, "1e-7"),
        (-1.5e-9, "-1.5e-9"),
        (1e-10, "1e-10"),
        (5e-324, "5e-324"),
        (1e20, "100000000000000000000"),
        (123_456_789_012_345_680_000.0, "123456789012345680000"),
        (9.999_999_999_999_999e20, "999999999999999900000"),
        (1e21, "1e+21"),
        (f64::MAX, "1.7976931348623157e+308"),
    ] {
        assert_eq!(compact(|json| json.f64(value)), text);
    }
}

#[test]
fn of_two_shortest_texts_equally_near_a_float_the_even_one_is_written_as_in_go() {
    for (numerator, denominator, text) in [
        (7_191_396_174_287_217.0, 4.0, "1797849043571804.2"),
        (7_191_396_174_287_219.0, 4.0, "1797849043571804.8"),
        (-4_942_514_117_695_865.0, 4.0, "-1235628529423966.2"),
        (505_752_677_448_769.0, 16.0, "31609542340548.062"),
    ] {
        assert_eq!(compact(|json| json.f64(numerator / denominator)), text);
    }
}

#[test]
fn what_is_no_number_is_written_as_null() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(compact(|json| json.array(|json| json.f64(value))), "[null]");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 3000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_document_is_read_back_as_it_was_written(doc in doc()) {
        prop_assume!(!overflows(&doc));
        let expected = theirs(&doc);
        for writer in [Writer::compact(), Writer::indented(" "), Writer::indented("\t")] {
            let text = written(writer, |json| write_doc(&doc, json));
            let document = text.parse::<JsonValue>();
            prop_assert_eq!(document.ok(), Some(expected.clone()), "{}", text);
            prop_assert_eq!(theirs(&read(text.as_bytes()).expect("a document")), expected.clone());
        }
    }

    #[test]
    fn an_indented_document_has_the_lines_of_go(doc in doc()) {
        prop_assume!(!overflows(&doc));
        let text = written(Writer::indented(" "), |json| write_doc(&doc, json));
        let mut numbers = Vec::new();
        numbers_of(&read(text.as_bytes()).expect("a document"), &mut numbers);
        prop_assert_eq!(go_text(&doc, 0, &mut numbers.into_iter()), text);
    }

    #[test]
    fn a_compact_document_is_an_indented_one_without_white_space(doc in doc()) {
        prop_assume!(!overflows(&doc));
        let short = written(Writer::compact(), |json| write_doc(&doc, json));
        let long = written(Writer::indented("\t"), |json| write_doc(&doc, json));
        // No string holds a raw newline or tab, nor does any keep a colon and a space apart here.
        let lines = long.replace(['\n', '\t'], "");
        prop_assert_eq!(lines.replace(": ", ":"), short.replace(": ", ":"));
        prop_assert!(!short.contains(['\n', '\t']));
    }

    #[test]
    fn a_string_is_read_back_as_it_was_written(text in string()) {
        let document = compact(|json| json.string(text.as_bytes()));
        prop_assert_eq!(document.parse::<JsonValue>().ok(), Some(text.into()));
    }

    // test[json.floats]
    #[test]
    fn a_float_is_read_back_exactly_and_has_an_exponent_only_if_small_or_great(
        value in prop_oneof![any::<f64>(), -1e25..1e25, -1e-5..1e-5, 0.0..1.0],
    ) {
        prop_assume!(value.is_finite());
        let text = compact(|json| json.f64(value));
        let number = text.parse::<f64>().expect("a number");
        prop_assert_eq!(number.to_bits(), value.to_bits(), "{}", text);
        prop_assert_eq!(read(text.as_bytes()), Ok(Doc::Number(text.clone())));
        let size = value.abs();
        let exponent = size != 0.0 && !(1e-6..1e21).contains(&size);
        prop_assert_eq!(text.contains('e'), exponent, "{}", text);
        prop_assert_eq!(text.contains("e+"), size >= 1e21, "{}", text);
        let shortest = format!("{value:e}").replace(['.', '-'], "").find('e');
        let digits = text.split('e').next().unwrap_or_default();
        let digits = digits.replace(['.', '-'], "");
        let digits = digits.trim_start_matches('0').trim_end_matches('0').len().max(1);
        prop_assert!(Some(digits) <= shortest, "{}", text);
    }
}
