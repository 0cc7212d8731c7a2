//! JSON documents made at random: in many spellings, and damaged.
//!
//! What is right or wrong is not known here.

#![allow(
    dead_code,
    reason = "each integration test is a crate of its own and uses a part of this"
)]

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::Index;

use crate::document::Doc;

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,10})?([eE][+-]?[0-9]{1,3})?",
    ]
}

/// Texts with much of what has to be escaped.
pub(crate) fn string() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec!['"', '\\', '/', '<', '>', '&', '\u{2028}', '\u{2029}']);
    let c = prop_oneof![any::<char>(), special, prop::char::range('\0', '\u{7f}')];
    prop::collection::vec(c, 0..12).prop_map(String::from_iter)
}

/// Documents of at most 20 levels.
pub(crate) fn doc() -> impl Strategy<Value = Doc> {
    let leaf = prop_oneof![
        Just(Doc::Null),
        any::<bool>().prop_map(Doc::Bool),
        number().prop_map(Doc::Number),
        string().prop_map(Doc::Text),
    ];
    leaf.prop_recursive(19, 100, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Doc::Array),
            prop::collection::vec((string(), inner), 0..5).prop_map(Doc::Object),
        ]
    })
}

/// Writes a document in one of its many spellings; `taste` chooses.
fn spell(doc: &Doc, taste: &mut impl Iterator<Item = u8>, text: &mut String) {
    fn space(taste: &mut impl Iterator<Item = u8>, text: &mut String) {
        let spaces = ["", "", "", " ", "\n", "\r\n\t", "  "];
        text.push_str(spaces[usize::from(taste.next().unwrap_or(0)) % spaces.len()]);
    }
    space(taste, text);
    match doc {
        Doc::Null => text.push_str("null"),
        Doc::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Doc::Number(number) => text.push_str(number),
        Doc::Text(string) => spell_string(string, taste, text),
        Doc::Array(elements) => {
            for (number, element) in elements.iter().enumerate() {
                text.push(if number == 0 { '[' } else { ',' });
                spell(element, taste, text);
            }
            text.push_str(if elements.is_empty() { "[ ]" } else { "]" });
        }
        Doc::Object(members) => {
            for (number, (key, value)) in members.iter().enumerate() {
                text.push(if number == 0 { '{' } else { ',' });
                space(taste, text);
                spell_string(key, taste, text);
                space(taste, text);
                text.push(':');
                spell(value, taste, text);
            }
            text.push_str(if members.is_empty() { "{}" } else { "}" });
        }
    }
    space(taste, text);
}

fn spell_string(string: &str, taste: &mut impl Iterator<Item = u8>, text: &mut String) {
    text.push('"');
    for c in string.chars() {
        if !matches!(c, '"' | '\\' | '\0'..='\u{1f}') && taste.next().unwrap_or(0) > 63 {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let written = match taste.next().unwrap_or(0) % 2 {
                0 => write!(text, "\\u{unit:04x}"),
                _ => write!(text, "\\u{unit:04X}"),
            };
            written.expect("a string takes everything");
        }
    }
    text.push('"');
}

/// The document in the spelling that `taste` chooses.
pub(crate) fn spelled(doc: &Doc, taste: &[u8]) -> String {
    let mut text = String::new();
    spell(doc, &mut taste.iter().copied().cycle(), &mut text);
    text
}

/// One change of a text, at a place that is chosen when the text is known.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Delete(Index),
    Insert(Index, char),
    Replace(Index, char),
    Swap(Index, Index),
    Repeat(Index, Index),
    Cut(Index),
}

pub(crate) fn change() -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    let meaningful: Vec<char> =
        "[]{}:,\"\\/ \t\n\r\0\u{1f}truefalsn0123456789.-+eEuU\u{a0}\u{feff}é"
            .chars()
            .collect();
    let c = || prop::sample::select(meaningful.clone());
    prop_oneof![
        index().prop_map(Change::Delete),
        (index(), c()).prop_map(|(at, c)| Change::Insert(at, c)),
        (index(), c()).prop_map(|(at, c)| Change::Replace(at, c)),
        (index(), index()).prop_map(|(a, b)| Change::Swap(a, b)),
        (index(), index()).prop_map(|(a, b)| Change::Repeat(a, b)),
        index().prop_map(Change::Cut),
    ]
}

/// The text after these changes, one after the other.
pub(crate) fn changed(text: &str, changes: &[Change]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for change in changes {
        let len = chars.len();
        if len == 0 {
            break;
        }
        match change {
            Change::Delete(at) => drop(chars.remove(at.index(len))),
            Change::Insert(at, c) => chars.insert(at.index(len + 1), *c),
            Change::Replace(at, c) => chars[at.index(len)] = *c,
            Change::Swap(a, b) => chars.swap(a.index(len), b.index(len)),
            Change::Repeat(a, b) => {
                let (a, b) = (a.index(len), b.index(len));
                let part = chars[a.min(b)..=a.max(b)].to_vec();
                let at = a.max(b);
                chars.splice(at..at, part);
            }
            Change::Cut(at) => chars.truncate(at.index(len)),
        }
    }
    chars.into_iter().collect()
}
