//! Reports that lie ready, and what of mode, time and config holds each.

use super::case::{Case, Expect};
use super::checks::{CONFIG, REPORT};
use super::configs;
use super::json::Json;

pub(super) const NOW: &str = "2026-11-23T09:00:00Z";

/// The mode file, unless a case says otherwise.
pub(super) const MODE: &str = "on 2026-11-01";

/// The Week of the usual report.
pub(super) const WEEK: &str = "2026-11-21";

/// The dates of the ready reports in their order, each with the clause that holds it, if one does.
pub(super) type Listed = &'static [(&'static str, Option<&'static str>)];

pub(super) fn cases() -> Vec<Case> {
    let times = TIMES.iter().map(at_time);
    let modes = MODES.iter().map(in_mode);
    times.chain(modes).chain(others()).collect()
}

/// A case in which the files are listed; those in `local/` are added.
pub(super) fn case(
    id: &str,
    clause: &'static str,
    about: &str,
    mode: &str,
    now: &str,
    listed: Listed,
) -> Case {
    Case::new(format!("ready/{id}"), "ready", "uploader")
        .shows(&[clause], about)
        .with("mode", mode)
        .with(configs::FILE, CONFIG)
        .args(args(now, &[], Json::text(configs::FILE)))
        .expect(result(listed))
}

fn args(now: &str, environment: &[(&str, &str)], config: Json) -> Json {
    let environment = environment.iter();
    let environment = environment.map(|(name, value)| (*name, Json::text(*value)));
    Json::object([
        ("environment", Json::object(environment)),
        ("now", Json::text(now)),
        ("config", config),
    ])
}

fn result(listed: Listed) -> Expect {
    let listed = listed.iter().map(|(date, held)| {
        Json::object([
            ("date", Json::text(*date)),
            ("held", held.map_or(Json::Null, Json::text)),
        ])
    });
    Expect::ok(Json::object([("ready", Json::Array(listed.collect()))]))
}

pub(super) fn local(name: &str) -> String {
    format!("local/{name}")
}

/// The usual report with another Week.
pub(super) fn of_week(week: &str) -> String {
    REPORT.replacen(WEEK, week, 1)
}

/// Name of the case, clause, what it shows, the mode file, the time, the date of the report, the
/// clause that holds it.
type Time = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Listed,
);

fn at_time((id, clause, about, mode, now, listed): &Time) -> Case {
    let case = case(id, clause, about, mode, now, listed);
    listed.iter().fold(case, |case, (date, _)| {
        case.with(local(&format!("{date}.json")), of_week(date))
    })
}

const AS_OF: &str = "upload.ready.as-of";
const FUTURE: &str = "upload.ready.future";
const AGE: &str = "upload.ready.age";

const TIMES: &[Time] = &[
    (
        "usual",
        "upload.ready.name",
        "A report that may be sent.",
        MODE,
        NOW,
        &[(WEEK, None)],
    ),
    (
        "as-of-before",
        AS_OF,
        "The as-of date is the day before that of the report.",
        "on 2026-11-20",
        NOW,
        &[(WEEK, None)],
    ),
    (
        "as-of-same-day",
        AS_OF,
        "The as-of date is that of the report.",
        "on 2026-11-21",
        NOW,
        &[(WEEK, Some(AS_OF))],
    ),
    (
        "as-of-after",
        AS_OF,
        "The as-of date is behind that of the report.",
        "on 2026-11-22",
        NOW,
        &[(WEEK, Some(AS_OF))],
    ),
    (
        "as-of-between",
        AS_OF,
        "The as-of date holds one report and not the next.",
        "on 2026-11-14",
        NOW,
        &[("2026-11-14", Some(AS_OF)), (WEEK, None)],
    ),
    (
        "today",
        FUTURE,
        "A report of the present day, from its first second on.",
        MODE,
        "2026-11-21T00:00:00Z",
        &[(WEEK, None)],
    ),
    (
        "tomorrow",
        FUTURE,
        "A report of the next day, a second before.",
        MODE,
        "2026-11-20T23:59:59Z",
        &[(WEEK, Some(FUTURE))],
    ),
    (
        "next-year",
        FUTURE,
        "A report of another year.",
        MODE,
        NOW,
        &[("2027-11-21", Some(FUTURE))],
    ),
    (
        "age-504-hours",
        AGE,
        "504 hours have passed.",
        MODE,
        "2026-12-12T00:00:00Z",
        &[(WEEK, None)],
    ),
    (
        "age-504-hours-and-a-second",
        AGE,
        "A second more.",
        MODE,
        "2026-12-12T00:00:01Z",
        &[(WEEK, Some(AGE))],
    ),
    (
        "age-of-years",
        AGE,
        "A report of long ago.",
        "on 2020-01-01",
        NOW,
        &[("2025-03-08", Some(AGE))],
    ),
    (
        "several",
        "upload.order",
        "Reports are listed by their dates, each with what holds it.",
        "on 2026-11-07",
        NOW,
        &[
            ("2026-10-24", Some(AS_OF)),
            ("2026-11-07", Some(AS_OF)),
            ("2026-11-14", None),
            (WEEK, None),
            ("2026-11-28", Some(FUTURE)),
        ],
    ),
    (
        "as-of-before-age",
        "upload.ready.kept",
        "The as-of date is named before the age.",
        "on 2026-11-10",
        "2027-01-01T00:00:00Z",
        &[("2026-11-07", Some(AS_OF)), ("2026-11-14", Some(AGE))],
    ),
    (
        "as-of-before-future",
        "upload.ready.kept",
        "The as-of date is named before the future.",
        "on 2026-12-31",
        NOW,
        &[("2026-11-28", Some(AS_OF))],
    ),
    (
        "none",
        "upload.ready.name",
        "Nothing lies ready.",
        MODE,
        NOW,
        &[],
    ),
];

/// Name of the case, clause, what it shows, the mode file, whether the environment turns sending
/// off, and the clause that holds the usual report.
type InMode = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    Listed,
);

fn in_mode((id, clause, about, mode, environment, listed): &InMode) -> Case {
    case(id, clause, about, mode, NOW, listed)
        .changed("mode", "2026-11-21T12:00:00Z")
        .args(args(NOW, environment, Json::text(configs::FILE)))
        .with(local("2026-11-21.json"), REPORT)
}

const OFF: Listed = &[(WEEK, Some("upload.mode"))];

const MODES: &[InMode] = &[
    (
        "mode-local",
        "upload.mode",
        "In mode local nothing is sent.",
        "local 2026-11-01",
        &[],
        OFF,
    ),
    (
        "mode-off",
        "upload.mode",
        "Nor in mode off.",
        "off",
        &[],
        OFF,
    ),
    (
        "mode-unknown",
        "upload.mode",
        "Nor under an unknown word.",
        "enabled",
        &[],
        OFF,
    ),
    ("mode-empty", "upload.mode", "Nor under none.", "", &[], OFF),
    (
        "mode-upper-case",
        "upload.mode",
        "Modes are written small.",
        "ON 2026-11-01",
        &[],
        OFF,
    ),
    (
        "mode-lowered",
        "upload.mode",
        "The environment can lower the mode.",
        MODE,
        &[("GOTELEMETRY", "local")],
        OFF,
    ),
    (
        "mode-do-not-track",
        "upload.mode",
        "So can that variable.",
        MODE,
        &[("DO_NOT_TRACK", "1")],
        OFF,
    ),
    (
        "mode-not-raised",
        "upload.mode",
        "It cannot raise the mode.",
        "local",
        &[("GOTELEMETRY", "on")],
        OFF,
    ),
    (
        "mode-on-without-date",
        AS_OF,
        "Without a date the day of the last change is the as-of date.",
        "on",
        &[],
        &[(WEEK, Some(AS_OF))],
    ),
];

/// Cases without a config, or without a directory.
fn others() -> Vec<Case> {
    let without = |id, clause, about, mode, listed| {
        case(id, clause, about, mode, NOW, listed).args(args(NOW, &[], Json::Null))
    };
    let report = local("2026-11-21.json");
    vec![
        without(
            "no-config",
            "upload.config",
            "Without a config nothing is sent.",
            MODE,
            &[(WEEK, Some("upload.config"))],
        )
        .with(&report, REPORT),
        without(
            "no-config-as-of",
            AS_OF,
            "What holds a report under any config is named first.",
            "on 2026-11-21",
            &[(WEEK, Some(AS_OF))],
        )
        .with(&report, REPORT),
        without(
            "no-directory",
            "upload.ready.name",
            "Without a directory there is nothing ready.",
            MODE,
            &[],
        ),
    ]
}
