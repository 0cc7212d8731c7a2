//! The mode, as it is set.

use super::case::{Case, Expect};
use super::json::Json;
use super::modes::FILE;

pub(super) fn cases() -> Vec<Case> {
    [changes(), refusals()].concat()
}

fn setting(id: &str, clause: &'static str, about: &str, mode: &str) -> Case {
    Case::new(format!("mode/set-{id}"), "set-mode", "writer")
        .shows(&[clause], about)
        .args(Json::object([
            ("mode", Json::text(mode)),
            ("now", Json::text("2026-11-21T23:59:59Z")),
        ]))
}

/// Name of the case, clause, what it shows, what lies there before, the mode, what lies there then.
type Change = (
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
    &'static str,
    &'static str,
);

const CHANGES: &[Change] = &[
    (
        "on",
        "mode.file",
        "A new file: mode, space, day, and no newline.",
        None,
        "on",
        "on 2026-11-21",
    ),
    (
        "off",
        "mode.file",
        "A new file that turns everything off.",
        None,
        "off",
        "off 2026-11-21",
    ),
    (
        "other-mode",
        "mode.file",
        "Another mode takes the place of the one that was set.",
        Some("on 2026-11-18"),
        "local",
        "local 2026-11-21",
    ),
    (
        "on-after-off",
        "mode.file",
        "Nothing of the former text stays.",
        Some("off 2026-11-18 and stay so\n"),
        "on",
        "on 2026-11-21",
    ),
    (
        "local-after-off",
        "mode.file",
        "Local is written like the others.",
        Some("off"),
        "local",
        "local 2026-11-21",
    ),
    (
        "same",
        "mode.keep",
        "The mode that is set keeps its date.",
        Some("on 2026-11-18"),
        "on",
        "on 2026-11-18",
    ),
    (
        "same-off",
        "mode.keep",
        "Off keeps its date.",
        Some("off 2026-11-18"),
        "off",
        "off 2026-11-18",
    ),
    (
        "same-without-date",
        "mode.keep",
        "A mode without a date gets none.",
        Some("local"),
        "local",
        "local",
    ),
    (
        "same-with-newline",
        "mode.keep",
        "Not a byte of the file changes.",
        Some(" on  2026-11-18\n"),
        "on",
        " on  2026-11-18\n",
    ),
    (
        "after-unknown-word",
        "mode.text",
        "An unknown word gives way.",
        Some("maybe 2026-11-18"),
        "off",
        "off 2026-11-21",
    ),
    (
        "after-upper-case",
        "mode.text",
        "ON is an unknown word.",
        Some("ON 2026-11-18"),
        "on",
        "on 2026-11-21",
    ),
    (
        "after-empty",
        "mode.empty",
        "An empty file holds an unknown word.",
        Some(""),
        "local",
        "local 2026-11-21",
    ),
];

fn changes() -> Vec<Case> {
    CHANGES
        .iter()
        .map(|(id, clause, about, before, mode, after)| {
            let case = setting(id, clause, about, mode);
            let case = match before {
                Some(text) => case.with(FILE, *text),
                None => case,
            };
            case.expect(Expect::files(vec![(
                FILE.to_owned(),
                after.as_bytes().to_vec(),
            )]))
        })
        .collect()
}

fn refusals() -> Vec<Case> {
    let table = [
        (
            "unknown-mode",
            "A word that is no mode is not set.",
            "maybe",
        ),
        ("empty-mode", "Nothing is no mode.", ""),
        ("upper-case-mode", "Modes have no capitals.", "On"),
        (
            "dated-mode",
            "A mode with a date is no mode.",
            "on 2026-11-18",
        ),
        ("spaced-mode", "A mode with a space is no mode.", " on"),
    ];
    let table = table.iter();
    table
        .map(|(id, about, mode)| {
            setting(id, "mode.text", about, mode).expect(Expect::reject("mode.text"))
        })
        .collect()
}
