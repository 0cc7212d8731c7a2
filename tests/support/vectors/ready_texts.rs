//! Reports that lie ready, and what of their names and texts holds each.

use super::case::Case;
use super::checks::REPORT;
use super::ready::{Listed, MODE, NOW, WEEK, case, local, of_week};

pub(super) fn cases() -> Vec<Case> {
    let texts = TEXTS.iter().chain(UNREAD).map(with_text);
    texts
        .chain(NAMES.iter().map(of_names))
        .chain(sizes())
        .collect()
}

const CHECK: &str = "upload.ready.check";

/// Name of the case, what it shows, what stands in place of what in the usual report, the clause
/// that holds it.
type Text = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
);

fn with_text((id, about, from, to, held): &Text) -> Case {
    assert_eq!(REPORT.matches(from).count(), 1, "{from}");
    let listed: Listed = match *held {
        None => &[(WEEK, None)],
        Some(CHECK) => &[(WEEK, Some(CHECK))],
        Some(_) => &[(WEEK, Some("upload.ready.week"))],
    };
    let clause = held.unwrap_or(CHECK);
    case(id, clause, about, MODE, NOW, listed)
        .with(local("2026-11-21.json"), REPORT.replacen(from, to, 1))
}

const TEXTS: &[Text] = &[
    (
        "above-rates",
        "X is above Rate and SampleRate, which is checked when a report is made.",
        "0.5",
        "0.75",
        None,
    ),
    (
        "half",
        "Half a report.",
        ",\"Config\":\"v0.93.0\"}",
        "",
        Some(CHECK),
    ),
    ("empty", "An empty file.", REPORT, "", Some(CHECK)),
    (
        "two",
        "Two documents.",
        "\"v0.93.0\"}",
        "\"v0.93.0\"}{}",
        Some(CHECK),
    ),
    (
        "no-report",
        "A file that is no report.",
        REPORT,
        "\"my secret\"",
        Some(CHECK),
    ),
    ("x-0", "X is 0, as Go can draw it.", "0.5", "0", Some(CHECK)),
    (
        "config-no-version",
        "Config is no version.",
        "v0.93.0",
        "latest",
        Some(CHECK),
    ),
    (
        "last-week-no-date",
        "LastWeek is no date.",
        "2026-11-14",
        "zzz",
        Some(CHECK),
    ),
    (
        "goos-unknown",
        "Another operating system, by which Go does not filter.",
        "linux",
        "plan9",
        Some(CHECK),
    ),
    (
        "goarch-unknown",
        "Another architecture.",
        "amd64",
        "arm64",
        Some(CHECK),
    ),
    (
        "program-unknown",
        "Another program.",
        "a/tool",
        "c/tool",
        Some(CHECK),
    ),
    (
        "version-unknown",
        "Another version.",
        "v1.0.0",
        "v1.0.1",
        Some(CHECK),
    ),
    (
        "counter-unknown",
        "Another counter.",
        "runs:a",
        "runs:secret",
        Some(CHECK),
    ),
    (
        "stack-unknown",
        "Another stack.",
        "bug\\n",
        "bugs\\n",
        Some(CHECK),
    ),
    (
        "stack-body",
        "A stack with text that is no frame.",
        "main.f:+1,+0x2",
        "/home/u/secret",
        Some(CHECK),
    ),
    (
        "count-negative",
        "A negative count, as Go writes above 2^63 - 1.",
        "\":3",
        "\":-3",
        Some(CHECK),
    ),
    (
        "week-no-date",
        "A Week that is no date.",
        "2026-11-21",
        "soon",
        Some(CHECK),
    ),
    (
        "week-earlier",
        "A Week that is another date than that of the name.",
        "2026-11-21",
        "2026-11-14",
        Some("upload.ready.week"),
    ),
    (
        "week-later",
        "Be it a later one.",
        "2026-11-21",
        "2026-11-23",
        Some("upload.ready.week"),
    ),
    (
        "week-long-ago",
        "A Week that no collector takes.",
        "2026-11-21",
        "2025-11-21",
        Some(CHECK),
    ),
];

/// The usual report with white space.
const INDENTED: &str = r#"{
 "Week": "2026-11-21",
 "LastWeek": "2026-11-14",
 "X": 0.5,
 "Programs": [
  {
   "Program": "a/tool",
   "Version": "v1.0.0",
   "GoVersion": "go1.27.3",
   "GOOS": "linux",
   "GOARCH": "amd64",
   "Counters": {
    "runs:a": 3
   },
   "Stacks": {
    "bug\nmain.f:+1,+0x2": 1
   }
  }
 ],
 "Config": "v0.93.0"
}"#;

/// Reports that say more than a reader takes from them, and such as do not.
const UNREAD: &[Text] = &[
    ("indented", "As programs write it.", REPORT, INDENTED, None),
    (
        "member-unknown",
        "A member that no report has.",
        "\"v0.93.0\"}",
        "\"v0.93.0\",\"More\":\"/home/u/secret\"}",
        Some(CHECK),
    ),
    (
        "member-unknown-null",
        "Be it null.",
        "\"v0.93.0\"}",
        "\"v0.93.0\",\"/home/u/secret\":null}",
        Some(CHECK),
    ),
    (
        "member-of-program-unknown",
        "A member that no program has.",
        "\"GOOS\"",
        "\"Path\":\"/home/u/secret\",\"GOOS\"",
        Some(CHECK),
    ),
    (
        "member-of-program-in-head",
        "A member of programs that stands in the head.",
        "\"Config\"",
        "\"GOOS\":\"secret\",\"Config\"",
        Some(CHECK),
    ),
    (
        "member-of-head-in-program",
        "A member of the head that stands in a program.",
        "\"GOOS\"",
        "\"Week\":\"secret\",\"GOOS\"",
        Some(CHECK),
    ),
    (
        "member-in-other-case",
        "A member in lower case, which Go's collector takes for the other.",
        "\"Config\"",
        "\"programs\":[{\"Program\":\"secret\"}],\"Config\"",
        Some(CHECK),
    ),
    (
        "member-of-program-in-other-case",
        "A member of a program in upper case.",
        "\"Counters\"",
        "\"COUNTERS\":{\"secret\":7},\"Counters\"",
        Some(CHECK),
    ),
    (
        "member-twice",
        "A member that stands twice, of which a reader takes the last.",
        "\"LastWeek\"",
        "\"LastWeek\":\"my secret\",\"LastWeek\"",
        Some(CHECK),
    ),
    (
        "member-twice-escaped",
        "Spelled in two ways.",
        "\"LastWeek\"",
        "\"\\u004castWeek\":\"my secret\",\"LastWeek\"",
        Some(CHECK),
    ),
    (
        "programs-twice",
        "Programs that stand twice.",
        "\"Programs\"",
        "\"Programs\":[{\"Program\":\"secret\"}],\"Programs\"",
        Some(CHECK),
    ),
    (
        "member-of-program-twice",
        "A member of a program that stands twice.",
        "\"GOOS\"",
        "\"Program\":\"a/tool\",\"GOOS\"",
        Some(CHECK),
    ),
    (
        "counters-twice",
        "Counters that stand twice.",
        "\"Counters\"",
        "\"Counters\":{\"secret\":7},\"Counters\"",
        Some(CHECK),
    ),
    (
        "counter-twice",
        "A counter that stands twice.",
        "\"runs:a\":3",
        "\"runs:a\":-7,\"runs:a\":3",
        Some(CHECK),
    ),
    (
        "stacks-twice",
        "Stacks that stand twice.",
        "\"Stacks\"",
        "\"Stacks\":null,\"Stacks\"",
        Some(CHECK),
    ),
    (
        "stack-twice",
        "A stack that stands twice.",
        "\"bug\\nmain.f:+1,+0x2\":1",
        "\"bug\\nmain.f:+1,+0x2\":1,\"bug\\nmain.f:+1,+0x2\":1",
        Some(CHECK),
    ),
    (
        "stack-twice-cut",
        "Two stacks that are cut within a character and look the same once they are written.",
        "\"bug\\nmain.f:+1,+0x2\":1",
        "\"bug\\nmain.\\ufffd\\ntruncated\\n\":2,\"bug\\nmain.\\ufffd\\ntruncated\\n\":1",
        None,
    ),
    (
        "stack-twice-cut-text",
        "Before a stack that was cut stands a text under the same key.",
        "\"bug\\nmain.f:+1,+0x2\":1",
        "\"bug\\nmain.\\ufffd\\ntruncated\\n\":\"secret\",\"bug\\nmain.\\ufffd\\ntruncated\\n\":1",
        Some(CHECK),
    ),
    (
        "stack-twice-cut-negative",
        "Before a stack that was cut stands a count below 0 under the same key.",
        "\"bug\\nmain.f:+1,+0x2\":1",
        "\"bug\\nmain.\\ufffd\\ntruncated\\n\":-7,\"bug\\nmain.\\ufffd\\ntruncated\\n\":1",
        Some(CHECK),
    ),
    (
        "x-small",
        "X with an exponent, as programs write it.",
        "0.5",
        "6.661338147750939e-16",
        None,
    ),
    (
        "x-with-needless-zero",
        "X with a digit that does not count.",
        "0.5",
        "0.50",
        Some(CHECK),
    ),
    (
        "x-with-more-digits",
        "X with digits that double precision does not hold.",
        "0.5",
        "0.50000000000000000012345",
        Some(CHECK),
    ),
    (
        "x-with-exponent",
        "X with an exponent, where programs write none.",
        "0.5",
        "5e-1",
        Some(CHECK),
    ),
];

/// Name of the case, clause, what it shows, what else lies in the directory.
type Named = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

fn of_names((id, clause, about, names): &Named) -> Case {
    let case = case(id, clause, about, MODE, NOW, &[(WEEK, None)]);
    let case = case.with(local("2026-11-21.json"), REPORT);
    names
        .iter()
        .fold(case, |case, name| case.with(*name, of_week("2026-11-14")))
}

const STRAY: &str = "upload.ready.stray";

const NAMES: &[Named] = &[
    (
        "stray-local",
        STRAY,
        "Local reports are not sent.",
        &["local/local.2026-11-14.json", "local/local.2026-11-21.json"],
    ),
    (
        "stray-prefix",
        STRAY,
        "A date behind other text is no name.",
        &["local/secret-2026-11-14.json", "local/.2026-11-14.json"],
    ),
    (
        "stray-suffix",
        STRAY,
        "Nor is one with text behind it.",
        &[
            "local/2026-11-14.json.old",
            "local/2026-11-14-copy.json",
            "local/2026-11-14.jsonx",
        ],
    ),
    (
        "stray-no-date",
        STRAY,
        "Nor is what is no date.",
        &[
            "local/a.json",
            "local/2026-11-31.json",
            "local/2026-11-1.json",
            "local/20261114.json",
            "local/.json",
        ],
    ),
    (
        "stray-upper-case",
        STRAY,
        "The ending is written small.",
        &["local/2026-11-14.JSON"],
    ),
    (
        "stray-deeper",
        "upload.ready.name",
        "Only what lies directly in local/ is ready.",
        &[
            "local/more/2026-11-14.json",
            "2026-11-14.json",
            "upload/2026-11-14.json",
        ],
    ),
    (
        "stray-directory",
        "upload.ready.name",
        "A directory is no report.",
        &["local/2026-11-14.json/a.json"],
    ),
];

/// A report as long as one may be, and one that is longer by a byte.
fn sizes() -> Vec<Case> {
    let padded = |len: usize| [REPORT, &" ".repeat(len - REPORT.len())].concat();
    let of = |id, about, len, listed| {
        case(id, "upload.ready.size", about, MODE, NOW, listed)
            .with(local("2026-11-21.json"), padded(len))
    };
    vec![
        of(
            "size-102400",
            "A report as long as one may be.",
            102_400,
            &[(WEEK, None)],
        ),
        of(
            "size-102401",
            "A report that is longer by a byte.",
            102_401,
            &[(WEEK, Some("upload.ready.size"))],
        ),
    ]
}
