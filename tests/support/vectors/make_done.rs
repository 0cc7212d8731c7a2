//! Weeks that were reported before, and weeks whose reports are broken.

use super::case::Case;
use super::making::{Making, WEEK, usual, usual_program};

pub(super) fn cases() -> Vec<Case> {
    let all = [done(), names(), waiting(), replaced(), replaced_otherwise()].concat();
    all.into_iter().flat_map(Making::cases).collect()
}

const LOCAL: &str = "local/local.2026-11-21.json";
const READY: &str = "local/2026-11-21.json";
const UPLOADED: &str = "upload/2026-11-21.json";

/// A report that is none of ours.
const WHOLE: &str = "{\"Week\":\"2026-11-21\"}";

/// Half a report.
const HALF: &str = "{\"Week\":\"2026-11-21\",\"Prog";

fn done() -> Vec<Making> {
    let of = |id, about, path, text: &str| {
        Making::new(id, &["report.done"], about)
            .usual()
            .kept(path, text)
            .makes_none(WEEK, "delete")
    };
    vec![
        of("done-uploaded", "The week was uploaded.", UPLOADED, WHOLE),
        of("done-local", "There is a local report.", LOCAL, WHOLE),
        of("done-ready", "There is an upload report.", READY, WHOLE),
        of("done-other-week", "What Week the report has does not matter.", LOCAL, "{\"Week\":\"2026-11-14\"}"),
        of("done-empty-object", "Nor whether it says anything.", LOCAL, "{}"),
        of("done-uploaded-broken", "What lies in upload/ need not be a report.", UPLOADED, ""),
        of("done-all", "All three are there.", UPLOADED, WHOLE)
            .kept(LOCAL, WHOLE)
            .kept(READY, WHOLE),
        Making::new("done-in-mode-local", &["report.done"], "The mode does not matter, unless it is off.")
            .mode("local")
            .usual()
            .kept(LOCAL, WHOLE)
            .makes_none(WEEK, "delete"),
        Making::new(
            "done-late",
            &["report.upload.late", "report.done"],
            "For a week that has a local report no upload report is made later, though it might be.",
        )
        .usual()
        .kept(LOCAL, WHOLE)
        .makes_none(WEEK, "delete"),
        Making::new("done-several-files", &["report.done"], "All its count files are deleted.")
            .usual()
            .counts("b", usual(&[]))
            .counts("c", usual(&[(b"m", 2)]))
            .kept(LOCAL, WHOLE)
            .makes_none(WEEK, "delete"),
    ]
}

/// Names that are not those of a report of the week.
fn names() -> Vec<Making> {
    let of = |id, about, paths: &[&str]| {
        let making = Making::new(id, &["report.done.name"], about)
            .usual()
            .sends(WEEK, usual_program());
        paths
            .iter()
            .fold(making, |making, path| making.kept(path, WHOLE))
    };
    vec![
        of(
            "name-prefix",
            "A name that ends in that of a report is another.",
            &["local/secret-2026-11-21.json", "upload/x2026-11-21.json"],
        ),
        of(
            "name-suffix",
            "So is one that begins with it.",
            &["local/2026-11-21.json.old", "upload/2026-11-21.json.lock"],
        ),
        of(
            "name-elsewhere",
            "So is the name in another directory.",
            &[
                "2026-11-21.json",
                "local/more/2026-11-21.json",
                "upload/local.2026-11-21.json",
                "debug/2026-11-21.json",
            ],
        ),
        of(
            "name-of-directory",
            "So is a directory whose name holds the date.",
            &["local/2026-11-21/a", "upload/2026-11-21/a"],
        ),
        of(
            "name-upper-case",
            "So is one with another ending.",
            &["local/2026-11-21.JSON", "upload/2026-11-21.txt"],
        ),
    ]
}

/// Broken reports that may be in the making.
fn waiting() -> Vec<Making> {
    let of = |id, about, path, text: &str, changed| {
        Making::new(id, &["report.broken.wait", "report.broken"], about)
            .kept("local/a.v1.count", usual(&[(b"n", 1)]))
            .kept(path, text)
            .changed(path, changed)
            .makes_none(WEEK, "wait")
    };
    vec![
        of(
            "wait-local",
            "Half a local report that was changed a minute ago.",
            LOCAL,
            HALF,
            "2026-11-23T08:59:00Z",
        ),
        of(
            "wait-ready",
            "Half an upload report.",
            READY,
            HALF,
            "2026-11-23T08:59:00Z",
        ),
        of(
            "wait-empty",
            "An empty local report.",
            LOCAL,
            "",
            "2026-11-23T08:59:00Z",
        ),
        of(
            "wait-a-day",
            "One that was changed a second less than a day ago.",
            LOCAL,
            HALF,
            "2026-11-22T09:00:01Z",
        ),
        of(
            "wait-in-the-future",
            "One that was changed in the future, a second less than a day from now.",
            LOCAL,
            HALF,
            "2026-11-24T08:59:59Z",
        ),
        of(
            "wait-other-form",
            "One that is JSON and no report.",
            LOCAL,
            "[]",
            "2026-11-23T08:59:00Z",
        ),
        of(
            "wait-of-two",
            "Both are broken, one for long.",
            READY,
            HALF,
            "2026-11-23T08:59:00Z",
        )
        .kept(LOCAL, HALF)
        .changed(LOCAL, "2026-11-01T00:00:00Z"),
    ]
}

/// A broken report that was given up.
fn given_up(
    id: &'static str,
    about: &'static str,
    path: &str,
    text: &str,
    changed: &'static str,
) -> Making {
    Making::new(id, &["report.broken.replace", "report.broken"], about)
        .usual()
        .kept(path, text)
        .changed(path, changed)
}

/// Broken reports that were given up.
fn replaced() -> Vec<Making> {
    let of = |id, about, path, text: &str, changed| {
        given_up(id, about, path, text, changed).sends(WEEK, usual_program())
    };
    vec![
        of(
            "replace-local",
            "Half a local report that was changed long ago.",
            LOCAL,
            HALF,
            "2026-11-21T00:00:01Z",
        ),
        of(
            "replace-ready",
            "Half an upload report.",
            READY,
            HALF,
            "2026-11-21T00:00:01Z",
        ),
        of(
            "replace-after-a-day",
            "One that was changed a day ago.",
            LOCAL,
            HALF,
            "2026-11-22T09:00:00Z",
        ),
        of(
            "replace-in-the-future",
            "One that was changed in the future, a day from now.",
            LOCAL,
            HALF,
            "2026-11-24T09:00:00Z",
        ),
        of(
            "replace-empty",
            "An empty one.",
            READY,
            "",
            "2026-11-21T00:00:01Z",
        ),
        of(
            "replace-two-documents",
            "One with a second document behind it.",
            LOCAL,
            "{}{}",
            "2026-11-21T00:00:01Z",
        ),
    ]
}

/// The same beside other reports and in another mode.
fn replaced_otherwise() -> Vec<Making> {
    vec![
        given_up("replace-both", "Both.", LOCAL, HALF, "2026-11-21T00:00:01Z")
            .kept(READY, HALF)
            .changed(READY, "2026-11-21T00:00:01Z")
            .sends(WEEK, usual_program()),
        given_up(
            "replace-in-mode-local",
            "In mode local, too.",
            LOCAL,
            HALF,
            "2026-11-21T00:00:01Z",
        )
        .mode("local")
        .holds(WEEK, "mode", usual_program()),
        Making::new(
            "replace-after-upload",
            &["report.done", "report.broken"],
            "Not where the week was uploaded.",
        )
        .usual()
        .kept(UPLOADED, WHOLE)
        .kept(LOCAL, HALF)
        .changed(LOCAL, "2026-11-21T00:00:01Z")
        .makes_none(WEEK, "delete"),
    ]
}
