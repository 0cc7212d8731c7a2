//! Reports that have other programs than the usual one.

use super::case::{Case, Expect};
use super::json::Json;
use super::reports::{case, edited, program, rejected, report};

/// Name of the case, clause, what it shows, the report, the programs in it.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Vec<Json>,
);

pub(super) fn cases() -> Vec<Case> {
    let table = [lists(), programs()].concat().into_iter();
    let null = case(
        "null",
        &["report.form"],
        "A report that is null counts as empty.",
        b"null".to_vec(),
    );
    let many = case(
        "programs-65536-before-null",
        &["report.programs", "json.last"],
        "As many programs as there can be, and behind them none: the last list is taken.",
        format!(
            "{{\"Week\":\"2026-11-21\",\"Programs\":[{}{{}}],\"Programs\":null}}",
            "{},".repeat(65535)
        )
        .into_bytes(),
    );
    let many = many.expect(Expect::ok(report("2026-11-21", Vec::new())));
    let null = null.expect(Expect::ok(report("", Vec::new())));
    table
        .map(|(id, clause, about, text, programs)| {
            case(id, &[clause], about, text.as_bytes().to_vec())
                .expect(Expect::ok(report("2026-11-21", programs)))
        })
        .chain([null, many])
        .chain(sizes())
        .collect()
}

/// Reports as long as one can be, and longer by a byte. Both have zeros behind the document.
fn sizes() -> Vec<Case> {
    let of = |id: &str, clause: &'static str, size: u64, about: &str| {
        rejected(id, clause, about, edited(" 12", b" 12")).extended("report.json", size)
    };
    vec![
        of(
            "size-16777216",
            "json.whole",
            16_777_216,
            "A report of the greatest size is read: zeros behind it are what is wrong.",
        ),
        of(
            "size-16777217",
            "dir.files",
            16_777_217,
            "A report of one byte more is too long, whatever it holds.",
        ),
    ]
}

fn lists() -> Vec<Row> {
    vec![
        (
            "programs-null",
            "report.form",
            "Programs that are null count as none.",
            r#"{"Week":"2026-11-21","Programs":null}"#,
            vec![],
        ),
        (
            "programs-empty",
            "report.form",
            "There can be no programs.",
            r#"{"Week":"2026-11-21","Programs":[]}"#,
            vec![],
        ),
        (
            "programs-missing",
            "report.form",
            "Without the member there are no programs.",
            r#"{"Week":"2026-11-21"}"#,
            vec![],
        ),
        (
            "programs-twice-last-null",
            "json.last",
            "The last of two lists of programs is taken.",
            r#"{"Week":"2026-11-21","Programs":[{}],"Programs":null}"#,
            vec![],
        ),
    ]
}

fn programs() -> Vec<Row> {
    let nothing = program([""; 5], &[], &[]);
    let of = |name| program([name, "", "", "", ""], &[], &[]);
    let counts = |count| program(["a", "", "", "", ""], &[(b"c", count)], &[]);
    vec![
        (
            "program-empty",
            "report.form",
            "A program can be without members.",
            r#"{"Week":"2026-11-21","Programs":[{}]}"#,
            vec![nothing.clone()],
        ),
        (
            "program-of-nulls",
            "report.form",
            "All members of a program can be null.",
            r#"{"Week":"2026-11-21","Programs":[{"Program":null,"Version":null,"GoVersion":null,"GOOS":null,"GOARCH":null,"Counters":null,"Stacks":null}]}"#,
            vec![nothing.clone()],
        ),
        (
            "program-null",
            "report.form",
            "A program that is null counts as one without members.",
            r#"{"Week":"2026-11-21","Programs":[null]}"#,
            vec![nothing],
        ),
        (
            "count-null",
            "report.form",
            "A count that is null is 0.",
            r#"{"Week":"2026-11-21","Programs":[{"Program":"a","Counters":{"c":null}}]}"#,
            vec![counts("0")],
        ),
        (
            "programs-in-order",
            "report.form",
            "Programs stay in the order of the report.",
            r#"{"Week":"2026-11-21","Programs":[{"Program":"b"},{"Program":"a"},{"Program":"c"}]}"#,
            vec![of("b"), of("a"), of("c")],
        ),
        (
            "programs-alike",
            "report.form",
            "Two programs of one identity stay two.",
            r#"{"Week":"2026-11-21","Programs":[{"Program":"a","Counters":{"c":1}},{"Program":"a","Counters":{"c":2}}]}"#,
            vec![counts("1"), counts("2")],
        ),
    ]
}
