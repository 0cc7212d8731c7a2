//! The mode, as the environment and what is no mode file make it.

use super::case::Case;
use super::modes::Mode::{self, Local, Off, On};
use super::modes::{FILE, ON, read};

pub(super) fn cases() -> Vec<Case> {
    [
        places(),
        environments(ONE_VARIABLE),
        environments(TO_DO_NOT_TRACK),
        environments(TWO_VARIABLES),
    ]
    .concat()
}

/// Files that are missing, are none, or were changed at another time.
fn places() -> Vec<Case> {
    let missing = "Without a mode file the mode is local.";
    let directory = "A directory in place of the mode file is as good as none.";
    let first = "A file that was changed in the first second of a day.";
    vec![
        read("missing", "mode.default", missing, &[], Local),
        read("directory", "mode.default", directory, &[], Local).with("mode/mode", "on 2026-11-18"),
        read("first-of-day", "mode.as-of", first, &[], On("2026-11-20"))
            .with(FILE, "on")
            .changed(FILE, "2026-11-20T00:00:00Z"),
    ]
}

/// Name of the case, what it shows, the file, the variables, the mode.
type Environment = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    Mode,
);

/// The file in which the mode is `ON`.
const DATED: &str = "on 2026-11-18";

fn environments(table: &[Environment]) -> Vec<Case> {
    let case = |(id, about, text, environment, mode): &Environment| {
        let id = format!("with-{id}");
        read(&id, "mode.environment", about, environment, *mode).with(FILE, *text)
    };
    table.iter().map(case).collect()
}

const ONE_VARIABLE: &[Environment] = &[
    (
        "off",
        "The variable lowers on to off.",
        DATED,
        &[("GOTELEMETRY", "off")],
        Off,
    ),
    (
        "local",
        "The variable lowers on to local.",
        DATED,
        &[("GOTELEMETRY", "local")],
        Local,
    ),
    (
        "off-over-local",
        "It lowers local to off.",
        "local",
        &[("GOTELEMETRY", "off")],
        Off,
    ),
    (
        "local-over-off",
        "It does not raise off to local.",
        "off",
        &[("GOTELEMETRY", "local")],
        Off,
    ),
    (
        "local-over-unknown",
        "It does not raise an unknown word.",
        "maybe",
        &[("GOTELEMETRY", "local")],
        Off,
    ),
    (
        "on-over-local",
        "It does not raise local to on.",
        "local",
        &[("GOTELEMETRY", "on")],
        Local,
    ),
    (
        "on-over-off",
        "It does not raise off to on.",
        "off",
        &[("GOTELEMETRY", "on")],
        Off,
    ),
    (
        "capitals",
        "Its letters may be capitals.",
        DATED,
        &[("GOTELEMETRY", "OFF")],
        Off,
    ),
    (
        "some-capitals",
        "Some of its letters may be capitals.",
        DATED,
        &[("GOTELEMETRY", "Local")],
        Local,
    ),
    (
        "white-space",
        "White space may stand around it.",
        DATED,
        &[("GOTELEMETRY", " off\t\n")],
        Off,
    ),
    (
        "u-3000",
        "Other white space may, too.",
        DATED,
        &[("GOTELEMETRY", "\u{3000}local\u{a0}")],
        Local,
    ),
    (
        "unknown",
        "Another value says nothing.",
        DATED,
        &[("GOTELEMETRY", "never")],
        ON,
    ),
    (
        "longer",
        "A value that begins with a mode says nothing.",
        DATED,
        &[("GOTELEMETRY", "off 2026-11-18")],
        ON,
    ),
    (
        "empty",
        "An empty variable says nothing.",
        DATED,
        &[("GOTELEMETRY", "")],
        ON,
    ),
];

const TO_DO_NOT_TRACK: &[Environment] = &[
    (
        "dnt-1",
        "1 counts as off.",
        DATED,
        &[("DO_NOT_TRACK", "1")],
        Off,
    ),
    (
        "dnt-true",
        "Any value but nothing and 0 counts as off.",
        DATED,
        &[("DO_NOT_TRACK", "true")],
        Off,
    ),
    (
        "dnt-false",
        "The word false is such a value.",
        DATED,
        &[("DO_NOT_TRACK", "false")],
        Off,
    ),
    (
        "dnt-00",
        "Two zeros are such a value.",
        DATED,
        &[("DO_NOT_TRACK", "00")],
        Off,
    ),
    (
        "dnt-space",
        "A space is such a value.",
        DATED,
        &[("DO_NOT_TRACK", " ")],
        Off,
    ),
    (
        "dnt-0",
        "0 says nothing.",
        DATED,
        &[("DO_NOT_TRACK", "0")],
        ON,
    ),
    (
        "dnt-empty",
        "Nothing says nothing.",
        DATED,
        &[("DO_NOT_TRACK", "")],
        ON,
    ),
    (
        "dnt-over-local",
        "It lowers local, too.",
        "local",
        &[("DO_NOT_TRACK", "1")],
        Off,
    ),
];

const TWO_VARIABLES: &[Environment] = &[
    (
        "local-and-dnt",
        "The lower of two variables counts.",
        DATED,
        &[("GOTELEMETRY", "local"), ("DO_NOT_TRACK", "1")],
        Off,
    ),
    (
        "off-and-dnt-0",
        "One variable does not undo the other.",
        DATED,
        &[("GOTELEMETRY", "off"), ("DO_NOT_TRACK", "0")],
        Off,
    ),
    (
        "on-and-dnt",
        "Nor the other the one.",
        DATED,
        &[("GOTELEMETRY", "on"), ("DO_NOT_TRACK", "1")],
        Off,
    ),
    (
        "other-variables",
        "Other variables say nothing.",
        DATED,
        &[("GOTELEMETRYDIR", "off"), ("GOFLAGS", "off")],
        ON,
    ),
];
