//! The reader of JSON against another library.
//!
//! tinyjson is the judge of what is JSON and what it says. Where it is known to err a test says so;
//! it reads every number as an f64, so what integers say is compared with what was written.

#![cfg(feature = "cli")]

#[path = "support/document.rs"]
mod document;
#[path = "support/read_document.rs"]
mod read_document;
#[path = "support/spelling.rs"]
mod spelling;

use std::time::{Duration, Instant};

use document::{Doc, theirs};
use gotelemetry::json::{Event, Reader};
use gotelemetry::report::Report;
use proptest::prelude::*;
use read_document::read;
use spelling::{change, changed, doc, spelled};
use tinyjson::JsonValue;

fn judged(text: &str) -> Option<JsonValue> {
    text.parse().ok()
}

/// The clause for which the reader refuses a text, or nothing.
fn refusal(text: &[u8]) -> Option<&'static str> {
    read(text).err().map(|error| error.clause)
}

const VALID: &[&str] = &[
    "0",
    "-0",
    "1.5",
    "-1.5e-10",
    "1E+2",
    "1e0",
    "0.0",
    "0e1",
    "1e400",
    "123456789012345678901234567890",
    "true",
    "false",
    "null",
    "\"\"",
    "[]",
    "{}",
    " \t\r\n1 \t\r\n",
    "[ ]",
    "{ }",
    "[[],{}]",
    "{\"\":0}",
    "{\"a\":1,\"a\":2}",
    "[1,2,3]",
    "[1 , 2 ]",
    "{ \"a\" : 1 , \"b\" : [ ] }",
    r#""\"\\\/\b\f\n\r\t""#,
    r#""\u0041\u00e9\u4e16\uD83d\uDe00""#,
    r#""\ud800\udc00\ud83d\udc00\ud83d\udfff\udbff\udfff""#,
    r#""\u0000\uffff""#,
    "\"é世😀\"",
    "\"\u{7f}\u{80}\u{2028}\u{feff}\"",
    r#"{"\u0061":{"b":[null,true,"c"]}}"#,
    "[1,[2,[3,[4]]]]",
    "\"\\\\u00\"",
    "\"'\"",
];

const INVALID: &[&str] = &[
    "",
    " ",
    "\u{feff}1",
    "\u{c}1",
    "\u{a0}1",
    "01",
    "-",
    "-01",
    "+1",
    ".5",
    "1.",
    "1.e1",
    "1e",
    "1e+",
    "1e1.5",
    "--1",
    "0x1",
    "1_000",
    "NaN",
    "Infinity",
    "-Infinity",
    "1 2",
    "1,",
    ",",
    ":",
    "tru",
    "True",
    "truefalse",
    "nul",
    "nulll",
    "[",
    "]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1,,2]",
    "[1 2]",
    "[1}",
    "{",
    "}",
    "{]",
    "[}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{,}",
    "{\"a\" 1}",
    "{\"a\":1 \"b\":2}",
    "{1:2}",
    "{a:1}",
    "{null:1}",
    "{\"a\"::1}",
    "{\"a\":1:2}",
    "{[]:1}",
    "[1:2]",
    "\"",
    "\"a",
    "\"a\\",
    "\"a\\\"",
    "'a'",
    "\"\\x41\"",
    "\"\\a\"",
    "\"\\'\"",
    "\"\\u\"",
    "\"\\u004\"",
    "\"\\u004g\"",
    "\"\\U0041\"",
    "\"\\u+041\"",
    "\"\n\"",
    "\"\t\"",
    "\"\0\"",
    "\"\u{1f}\"",
    "// a\n1",
    "/**/1",
    "[1]x",
    "{} {}",
    "[] ,",
    "\"a\" \"b\"",
    "1\0",
];

#[test]
fn the_reader_takes_what_rfc_8259_has_and_says_the_same_as_the_other_library() {
    for text in VALID {
        let doc = read(text.as_bytes()).expect(text);
        assert_eq!(Some(theirs(&doc)), judged(text), "{text}");
    }
}

// test[json.syntax]
#[test]
fn the_reader_refuses_what_rfc_8259_does_not_have_as_the_other_library_does() {
    for text in INVALID {
        assert_eq!(judged(text), None, "{text:?}");
        let clause = refusal(text.as_bytes());
        assert!(
            matches!(clause, Some("json.syntax" | "json.whole")),
            "{text:?}"
        );
    }
}

// test[json.syntax]
#[test]
fn where_the_other_library_errs_the_reader_does_not() {
    // It skips white space between the digits of an escape.
    for text in ["\"\\u 0041\"", "\"\\u00 41\"", "\"\\u00\n41\""] {
        assert_eq!(refusal(text.as_bytes()), Some("json.syntax"), "{text}");
        assert!(judged(text).is_some(), "{text}");
    }
    // It refuses half a surrogate pair, which the grammar has, and which Go takes for U+FFFD.
    for (text, said) in [
        (r#""\ud83d""#, "\u{fffd}"),
        (r#""\ude00""#, "\u{fffd}"),
        (r#""a\ud83dz""#, "a\u{fffd}z"),
        (r#""\ud83d\n""#, "\u{fffd}\n"),
        (r#""\ud83d\u0041""#, "\u{fffd}A"),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
        (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
    ] {
        assert_eq!(
            read(text.as_bytes()),
            Ok(Doc::Text(said.to_owned())),
            "{text}"
        );
        assert!(judged(text).is_none(), "{text}");
    }
}

// test[json.syntax]
#[test]
fn bytes_that_are_no_text_are_refused_outside_strings() {
    for text in [
        &b"\xff"[..],
        b"[\xff]",
        b"\xef\xbb\xbf1",
        b"1\xff",
        b"{\xff:1}",
    ] {
        assert!(refusal(text).is_some(), "{text:?}");
    }
}

// test[json.syntax]
#[test]
fn each_byte_of_a_string_that_is_no_text_becomes_u_fffd_as_in_go() {
    // tinyjson takes text alone; this is what encoding/json of go1.27.3 reads.
    for (text, said) in [
        (&b"\"a\xffb\""[..], "a\u{fffd}b"),
        (b"\"\xff\xfe\"", "\u{fffd}\u{fffd}"),
        (b"\"\xc3\\n\"", "\u{fffd}\n"),
        (b"\"\xed\xa0\x80\"", "\u{fffd}\u{fffd}\u{fffd}"),
        (b"\"\xe2\x82\"", "\u{fffd}\u{fffd}"),
        (b"\"\xf0\x9f\x98\\t\"", "\u{fffd}\u{fffd}\u{fffd}\t"),
    ] {
        assert_eq!(read(text), Ok(Doc::Text(said.to_owned())), "{text:?}");
    }
}

// test[json.depth]
#[test]
fn nesting_64_deep_is_read_and_65_deep_is_refused() {
    for (begin, end) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
        let levels = begin.len() - begin.replace(['[', '{'], "").len();
        let nested = |times: usize| [&begin.repeat(times), "0", &end.repeat(times)].concat();
        let deepest = nested(64 / levels);
        assert!(read(deepest.as_bytes()).is_ok(), "{begin}");
        let deeper = format!("[{deepest}]");
        let error = read(deeper.as_bytes()).expect_err("65 deep");
        assert_eq!(error.clause, "json.depth", "{begin}");
        let last = deeper.rfind(['[', '{']);
        assert_eq!(Some(error.offset), last, "{begin}");
    }
    let siblings = format!("[{}[]]", "[],".repeat(1000));
    assert!(
        read(siblings.as_bytes()).is_ok(),
        "what ended does not count"
    );
}

/// What `run` returns in a thread with hardly a stack, and how long it takes.
fn on_a_small_stack<T: Send>(run: impl FnOnce() -> T + Send) -> (T, Duration) {
    let start = Instant::now();
    let result = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(64 * 1024);
        let thread = thread.spawn_scoped(scope, run);
        thread.expect("a thread starts").join().expect("it ends")
    });
    (result, start.elapsed())
}

#[test]
fn a_megabyte_of_brackets_is_refused_at_once() {
    for bracket in ["[", "{\"a\":", "[{\"a\":", "{\"Programs\":[{\"Counters\":"] {
        let text = bracket.repeat(1 << 20);
        let (clause, took) = on_a_small_stack(|| {
            let mut skipping = Reader::new(text.as_bytes());
            let skipped = skipping.skip().map_err(|error| error.clause);
            let report = Report::parse(text.as_bytes()).map_err(|error| error.clause);
            assert!(report.is_err());
            (refusal(text.as_bytes()), skipped)
        });
        assert_eq!(clause, (Some("json.depth"), Err("json.depth")), "{bracket}");
        assert!(took < Duration::from_secs(1), "{took:?}");
    }
}

// test[json.whole]
#[test]
fn what_follows_the_document_is_refused_where_it_begins() {
    for (text, offset) in [
        ("{} x", 3),
        ("1 2", 2),
        ("null,", 4),
        ("[]]", 2),
        ("\"a\"\0", 3),
    ] {
        let error = read(text.as_bytes()).expect_err(text);
        assert_eq!(
            (error.clause, error.offset),
            ("json.whole", offset),
            "{text}"
        );
    }
    assert!(read(b" [] \r\n\t").is_ok());
}

#[test]
fn the_end_is_said_as_often_as_asked() {
    let mut reader = Reader::new(b"1 ");
    assert_eq!(reader.next(), Ok(Event::Number("1")));
    assert_eq!(
        [reader.next(), reader.next()],
        [Ok(Event::End), Ok(Event::End)]
    );
}

#[test]
fn passing_over_a_value_ends_right_behind_it() {
    for value in [
        "1",
        "\"a\"",
        "null",
        "[]",
        "[[1],{\"a\":[2]}]",
        "{\"b\":{\"c\":3},\"d\":[4]}",
    ] {
        let text = format!("{{\"first\":{value},\"second\":5}}");
        let mut reader = Reader::new(text.as_bytes());
        assert_eq!(reader.next(), Ok(Event::ObjectStart));
        assert_eq!(reader.next(), Ok(Event::Key("first".into())));
        assert_eq!(reader.skip(), Ok(()));
        assert_eq!(reader.next(), Ok(Event::Key("second".into())), "{value}");
    }
}

#[test]
fn numbers_keep_their_text() {
    for number in [
        "-0",
        "9223372036854775807",
        "18446744073709551615",
        "1.50",
        "1E05",
    ] {
        let text = format!("[{number}]");
        let expected = Doc::Array(vec![Doc::Number(number.to_owned())]);
        assert_eq!(read(text.as_bytes()), Ok(expected));
    }
}

/// The count of `n` in a report that says `count`.
fn count_of(count: &str) -> Result<i64, &'static str> {
    let text = format!("{{\"Programs\":[{{\"Counters\":{{\"n\":{count}}}}}]}}");
    let report = Report::parse(text.as_bytes()).map_err(|error| error.clause)?;
    Ok(report.programs[0].counters[&b"n"[..]])
}

// test[report.count]
#[test]
fn counts_of_a_report_are_exact_up_to_both_ends_of_their_range() {
    for count in [i64::MAX, i64::MIN, (1 << 53) + 1, -(1 << 53) - 1, 0] {
        assert_eq!(count_of(&count.to_string()), Ok(count));
    }
}

// test[report.count]
#[test]
fn a_count_of_a_report_that_only_an_unsigned_number_holds_is_the_greatest() {
    for count in [1 << 63, u64::MAX - 1, u64::MAX] {
        assert_eq!(count_of(&count.to_string()), Ok(i64::MAX));
    }
}

// test[report.count, report.form]
#[test]
fn a_count_of_a_report_that_is_no_whole_number_of_64_bits_is_refused() {
    for count in [
        "18446744073709551616",
        "-9223372036854775809",
        "1.0",
        "1e2",
        "\"1\"",
        "[]",
        "true",
    ] {
        assert_eq!(count_of(count), Err("report.form"), "{count}");
    }
}

// test[json.last]
#[test]
fn the_last_of_equal_keys_of_a_report_counts() {
    let text = br#"{"Week":"2026-11-14","Programs":[{"Program":"gone"},{}],"Week":"2026-11-21",
        "Programs":[{"Program":"x","Program":"y","Counters":{"n":1,"n":2,"\u006e":3},
        "Stacks":{"s\n":1,"s\u000a":7}}]}"#;
    let report = Report::parse(text).expect("a report");
    assert_eq!(
        (report.week.as_str(), report.programs.len()),
        ("2026-11-21", 1)
    );
    let program = &report.programs[0];
    assert_eq!(program.build.program, b"y");
    assert_eq!(
        (program.counters.len(), program.counters[&b"n"[..]]),
        (1, 3)
    );
    assert_eq!((program.stacks.len(), program.stacks[&b"s\n"[..]]), (1, 7));
}

/// Whether tinyjson may judge this text wrongly: it may hold white space between the digits of an
/// escape, or half of a surrogate pair.
fn misjudged(text: &str) -> bool {
    text.match_indices("\\u").any(|(at, _)| {
        let mut digits = text[at + 2..].chars();
        let (first, second) = (digits.next(), digits.next());
        let surrogate = matches!(
            (first, second),
            (Some('d' | 'D'), Some('8' | '9' | 'a'..='f' | 'A'..='F'))
        );
        surrogate
            || text[at + 2..]
                .chars()
                .take(4)
                .any(|c| c.is_ascii_whitespace())
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 3000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_document_is_read_as_it_was_written_whatever_its_spelling(
        doc in doc(),
        taste in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let text = spelled(&doc, &taste);
        prop_assert_eq!(Some(theirs(&doc)), judged(&text), "{}", text);
        prop_assert_eq!(read(text.as_bytes()), Ok(doc), "{}", text);
    }

    #[test]
    fn a_changed_document_is_judged_as_the_other_library_judges_it(
        doc in doc(),
        taste in prop::collection::vec(any::<u8>(), 1..40),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let mut text = changed(&spelled(&doc, &taste), &changes);
        if misjudged(&text) {
            text = text.replace("\\u", "\\t");
        }
        let ours = read(text.as_bytes());
        prop_assume!(!ours.as_ref().is_err_and(|error| error.clause == "json.depth"));
        prop_assert_eq!(ours.ok().as_ref().map(theirs), judged(&text), "{:?}", text);
    }

    #[test]
    fn any_bytes_are_read_or_refused_at_an_offset_within_them(
        bytes in prop::collection::vec(any::<u8>(), 0..60),
        begin in prop::sample::select(vec!["", "\"", "[", "{\"", "[1,", "\"\\u", "{\"a\":"]),
    ) {
        let text = [begin.as_bytes(), &bytes].concat();
        if let Err(error) = read(&text) {
            prop_assert!(error.offset <= text.len());
        }
        if let Ok(text) = std::str::from_utf8(&text) && !misjudged(text) {
            prop_assert_eq!(read(text.as_bytes()).is_ok(), judged(text).is_some(), "{:?}", text);
        }
    }
}
