//! Scripts for a writer over time: modes, weekends, rotation, deletion.

use super::case::{Case, Expect};
use super::json::Json;
use super::write::{
    BEGIN, END, NOW, SATURDAY, TOOL, WEEKENDS, add, add_at, at, bare, case, delete, leaves,
    left_by, open, put, written_before,
};
use crate::support::raw::Raw;

pub(super) fn cases() -> Vec<Case> {
    [
        modes(),
        environments(),
        weekends(),
        rotations(),
        deletions(),
    ]
    .concat()
}

fn steps() -> Vec<Json> {
    vec![open(), add(b"tool/start", 1)]
}

fn started() -> Vec<(String, Vec<u8>)> {
    vec![(
        TOOL.path(BEGIN),
        written_before(&[(b"tool/start", 1)]).bytes,
    )]
}

fn modes() -> Vec<Case> {
    let of = |id: &str, mode: &str, counts: bool, clause: &'static str, about: &str| {
        let case = case(id, TOOL, steps())
            .with("mode", mode)
            .shows(&[clause], about);
        leaves(case, if counts { started() } else { Vec::new() })
    };
    vec![
        of(
            "mode-on",
            "on 2026-11-01",
            true,
            "mode.text",
            "In mode on programs count.",
        ),
        of(
            "mode-local",
            "local 2026-11-01",
            true,
            "mode.text",
            "In mode local programs count.",
        ),
        of(
            "mode-off",
            "off 2026-11-01",
            false,
            "count.off",
            "In mode off nothing is written.",
        ),
        of(
            "mode-unknown",
            "loud",
            false,
            "mode.text",
            "Under an unknown word nothing is written.",
        ),
        of(
            "mode-upper-case",
            "ON",
            false,
            "mode.text",
            "A mode in upper case is an unknown word.",
        ),
        of(
            "mode-empty",
            "",
            false,
            "mode.empty",
            "An empty mode file that stays empty.",
        ),
        off_to_local(),
        off_at_rotation(),
        off_on_the_slow_path(),
    ]
}

/// What is added in mode off is dropped, not kept.
fn off_to_local() -> Case {
    let steps = vec![
        add(b"tool/before", 1),
        open(),
        add(b"tool/start", 4),
        put("mode", b"local 2026-11-18"),
        at("rotate", NOW),
        add(b"tool/start", 1),
    ];
    let case = case("off-then-local", TOOL, steps)
        .with("mode", "off 2026-11-01")
        .shows(
            &["count.off"],
            "What is added while the mode is off is not counted later.",
        );
    let mut files = started();
    files.push(("mode".to_owned(), b"local 2026-11-18".to_vec()));
    leaves(case, files)
}

fn off_at_rotation() -> Case {
    let steps = vec![
        open(),
        add(b"tool/start", 1),
        put("mode", b"off 2026-11-18"),
        at("rotate", "2026-11-18T12:31:00Z"),
        add(b"tool/start", 5),
        add(b"tool/later", 6),
    ];
    let case = case("off-while-counting", TOOL, steps)
        .with("mode", "local 2026-11-01")
        .shows(
            &["file.off", "count.off"],
            "A program that finds the mode off when it rotates stops.",
        );
    let mut files = started();
    files.push(("mode".to_owned(), b"off 2026-11-18".to_vec()));
    leaves(case, files)
}

/// An addition that finds no record looks at the mode if a minute has passed.
fn off_on_the_slow_path() -> Case {
    let steps = vec![
        open(),
        add(b"tool/start", 1),
        put("mode", b"off 2026-11-18"),
        add_at(b"tool/later", 6, "2026-11-18T12:31:01Z"),
        add(b"tool/start", 5),
    ];
    let case = case("off-noticed-after-a-minute", TOOL, steps)
        .with("mode", "local 2026-11-01")
        .shows(
            &["file.off", "count.off"],
            "A program that adds to another counter a minute later finds the mode off and stops.",
        );
    let mut files = started();
    files.push(("mode".to_owned(), b"off 2026-11-18".to_vec()));
    leaves(case, files)
}

fn environments() -> Vec<Case> {
    let of = |id: &str, variable: (&str, &str), counts: bool, about: &str| {
        let case = bare(id, TOOL, &[variable], steps())
            .with(WEEKENDS, SATURDAY)
            .shows(&["mode.environment"], about);
        leaves(case, if counts { started() } else { Vec::new() })
    };
    vec![
        of(
            "gotelemetry-off",
            ("GOTELEMETRY", "off"),
            false,
            "GOTELEMETRY=off: nothing is written.",
        ),
        of(
            "gotelemetry-on",
            ("GOTELEMETRY", "on"),
            true,
            "GOTELEMETRY=on raises nothing.",
        ),
        of(
            "do-not-track",
            ("DO_NOT_TRACK", "1"),
            false,
            "DO_NOT_TRACK=1: nothing is written.",
        ),
        of(
            "do-not-track-0",
            ("DO_NOT_TRACK", "0"),
            true,
            "DO_NOT_TRACK=0 is as if it were unset.",
        ),
    ]
}

/// The end of a week that ends on this day of the week, beginning on a Wednesday.
fn end_of(digit: u32) -> String {
    let days = match (digit + 7 - 3) % 7 {
        0 => 7,
        days => days,
    };
    format!("2026-11-{}", 18 + days)
}

fn weekends() -> Vec<Case> {
    let of = |id: &str, text: &[u8], digit: u32, clause: &'static str, about: &str| {
        let mut raw = Raw::new(&TOOL.meta(BEGIN, &end_of(digit)));
        raw.add(b"tool/start", 1);
        let case = bare(id, TOOL, &[], steps())
            .with(WEEKENDS, text)
            .shows(&[clause], about);
        leaves(case, vec![(TOOL.path(BEGIN), raw.bytes)])
    };
    let mut cases: Vec<Case> = (0..7)
        .map(|digit| {
            let text = format!("{digit}\n");
            of(
                &format!("weekends-{digit}"),
                text.as_bytes(),
                digit,
                "week.span",
                "A file that begins on a Wednesday ends on the next day of this number.",
            )
        })
        .collect();
    cases.push(of(
        "weekends-9",
        b"9",
        2,
        "week.weekends.read",
        "A digit above 6 counts modulo 7.",
    ));
    cases.push(drawn(
        "weekends-missing",
        None,
        "Without weekends a day is drawn and kept.",
    ));
    cases.push(drawn(
        "weekends-empty",
        Some(b"\n"),
        "An empty weekends file is replaced.",
    ));
    // A file that is there says itself when it ends.
    let joined = bare("weekends-not-needed", TOOL, &[], steps())
        .with(TOOL.path(BEGIN), TOOL.file().bytes)
        .shows(
            &["week.weekends.create"],
            "Who finds a count file needs no weekends and makes none.",
        );
    cases.push(leaves(joined, started()));
    cases
}

/// The case that a day is drawn: seven outcomes, each as good as the others.
fn drawn(id: &str, found: Option<&[u8]>, about: &str) -> Case {
    let mut case =
        bare(id, TOOL, &[], steps()).shows(&["week.weekends.create", "week.span"], about);
    if let Some(text) = found {
        case = case.with(WEEKENDS, text);
    }
    let several = (0..7).map(|digit| {
        let mut raw = Raw::new(&TOOL.meta(BEGIN, &end_of(digit)));
        raw.add(b"tool/start", 1);
        let files = vec![
            (WEEKENDS.to_owned(), format!("{digit}\n").into_bytes()),
            (TOOL.path(BEGIN), raw.bytes),
        ];
        let why = format!("the day {digit} was drawn");
        (why, Expect::files(left_by(&case, files)))
    });
    let several = several.collect();
    case.expect(Expect::OneOf(several))
}

/// The file of the week that begins on this day, with what was counted in it.
fn week_of(begin: &str, end: &str, name: &[u8], count: u64) -> (String, Vec<u8>) {
    let mut raw = Raw::new(&TOOL.meta(begin, end));
    raw.add(name, count);
    (TOOL.path(begin), raw.bytes)
}

fn rotations() -> Vec<Case> {
    let week = |id: &str, when: &str, files: Vec<(String, Vec<u8>)>, about: &str| {
        let steps = vec![
            open(),
            add(b"tool/start", 1),
            at("rotate", when),
            add(b"tool/start", 5),
        ];
        leaves(case(id, TOOL, steps).shows(&["file.rotate"], about), files)
    };
    let first = |count| week_of(BEGIN, END, b"tool/start", count);
    let next = week_of(END, "2026-11-28", b"tool/start", 5);
    let later = week_of("2026-11-30", "2026-12-05", b"tool/start", 5);
    let moved = vec![first(1), next];
    vec![
        week(
            "rotate-at-end",
            "2026-11-21T00:00:00Z",
            moved.clone(),
            "At the end of the week the next file begins.",
        ),
        week(
            "rotate-late-on-day",
            "2026-11-21T23:59:59Z",
            moved,
            "Later on that day it begins that day, too.",
        ),
        week(
            "rotate-before-end",
            "2026-11-20T23:59:59Z",
            vec![first(6)],
            "A second before the end the file stays.",
        ),
        week(
            "rotate-after-weeks",
            "2026-11-30T08:00:00Z",
            vec![first(1), later],
            "The next file begins on the present day.",
        ),
        idle(),
        idle_after_waiting(),
        without_rotation(),
    ]
}

fn idle() -> Case {
    let steps = vec![
        open(),
        add(b"tool/start", 1),
        add(b"tool/idle", 2),
        at("rotate", "2026-11-21T00:00:00Z"),
        add(b"tool/start", 5),
    ];
    let both = written_before(&[(b"tool/start", 1), (b"tool/idle", 2)]);
    let next = week_of(END, "2026-11-28", b"tool/start", 5);
    let case = case("rotate-idle-counter", TOOL, steps).shows(
        &["count.zero", "file.rotate"],
        "A counter that nothing was added to in the new week has no record there.",
    );
    leaves(case, vec![(TOOL.path(BEGIN), both.bytes), next])
}

/// The same, if what was added first had to wait.
fn idle_after_waiting() -> Case {
    let steps = vec![
        add(b"tool/idle", 2),
        open(),
        add(b"tool/start", 1),
        at("rotate", "2026-11-21T00:00:00Z"),
        add(b"tool/start", 5),
    ];
    let both = written_before(&[(b"tool/idle", 2), (b"tool/start", 1)]);
    let next = week_of(END, "2026-11-28", b"tool/start", 5);
    let case = case("rotate-idle-counter-that-waited", TOOL, steps).shows(
        &["count.zero", "file.rotate"],
        "A counter that waited for the first week's file has no record in the second's.",
    );
    leaves(case, vec![(TOOL.path(BEGIN), both.bytes), next])
}

fn without_rotation() -> Case {
    let steps = vec![open(), add(b"tool/start", 1), add(b"tool/start", 5)];
    let case = case("no-rotation", TOOL, steps).shows(
        &["file.rotate"],
        "A program that does not rotate counts into the file that it opened.",
    );
    leaves(case, vec![week_of(BEGIN, END, b"tool/start", 6)])
}

fn deletions() -> Vec<Case> {
    let path = TOOL.path(BEGIN);
    let again = |id: &str, middle: Vec<Json>, count: u64, about: &str| {
        let mut steps = vec![open(), add(b"tool/start", 1)];
        steps.extend(middle);
        steps.push(at("rotate", "2026-11-18T12:31:00Z"));
        steps.push(add(b"tool/start", count));
        let case = case(id, TOOL, steps).shows(&["file.deleted"], about);
        let raw = written_before(&[(b"tool/start", count)]);
        leaves(case, vec![(path.clone(), raw.bytes)])
    };
    let other = written_before(&[(b"tool/other", 3)]);
    let mut both = other.clone();
    both.add(b"tool/start", 4);
    let replaced = vec![
        open(),
        add(b"tool/start", 1),
        delete(&path),
        put(&path, &other.bytes),
        at("rotate", "2026-11-18T12:31:00Z"),
        add(b"tool/start", 4),
    ];
    let replaced = case("file-replaced", TOOL, replaced).shows(
        &["file.deleted"],
        "A file in place of which another one lies: the other one is counted into.",
    );
    vec![
        again(
            "file-deleted",
            vec![delete(&path)],
            4,
            "A deleted file is made anew when the program rotates.",
        ),
        again(
            "file-deleted-at-once",
            vec![delete(&path), at("rotate", "2026-11-18T12:30:01Z")],
            2,
            "A file that was deleted a second ago.",
        ),
        leaves(replaced, vec![(path.clone(), both.bytes)]),
        noticed(),
    ]
}

/// An addition that finds no record looks for the file if a minute has passed.
fn noticed() -> Case {
    let path = TOOL.path(BEGIN);
    let steps = vec![
        open(),
        add(b"tool/start", 1),
        delete(&path),
        add_at(b"tool/later", 6, "2026-11-18T12:31:01Z"),
    ];
    let case = case("file-deleted-noticed-after-a-minute", TOOL, steps).shows(
        &["file.deleted"],
        "A program that adds to another counter a minute later finds its file deleted.",
    );
    leaves(
        case,
        vec![(path, written_before(&[(b"tool/later", 6)]).bytes)],
    )
}
