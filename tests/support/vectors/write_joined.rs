//! Scripts for a writer that finds a file under its name which it may almost count into, or which
//! ends on another day.

use super::case::Case;
use super::write::{BEGIN, END, Identity, TOOL, add, at, case, leaves, open};
use crate::support::raw::Raw;

/// Long before the present of any test.
const LONG_AGO: &str = "2026-01-01T00:00:00Z";

/// A program whose metadata is as long as the tool's and says otherwise.
const ALIKE: Identity = Identity {
    program: "example.org/tool/cmd/tool",
    ..TOOL
};

pub(super) fn cases() -> Vec<Case> {
    [ends(), others(), rotations()].concat()
}

/// The case that a tool counts into a file of its own beside this one.
fn beside(id: &str, identity: Identity, found: Vec<u8>, about: &str) -> Case {
    let mut own = identity.file();
    own.add(b"tool/new", 1);
    let path = identity.path(BEGIN);
    let case = case(id, identity, vec![open(), add(b"tool/new", 1)])
        .with(&path, found)
        .changed(&path, LONG_AGO)
        .shows(&["open.second", "open.join"], about);
    leaves(case, vec![(identity.second_path(BEGIN), own.bytes)])
}

/// The tool's file, with this text of 20 bytes for its end.
fn ending(text: &str) -> Vec<u8> {
    let mut bytes = TOOL.file().bytes;
    let key = b"\nTimeEnd: ";
    let found = bytes.windows(key.len()).position(|part| part == key);
    let value = found.expect("the line is there") + key.len();
    assert_eq!(text.len(), 20);
    bytes[value..value + 20].copy_from_slice(text.as_bytes());
    bytes
}

fn ends() -> Vec<Case> {
    let of = |id: &str, text: &str, about: &str| beside(id, TOOL, ending(text), about);
    let mut short = TOOL.file().bytes;
    short.truncate(8192);
    vec![
        of(
            "end-behind-midnight",
            "2026-11-21T00:00:01Z",
            "A file that ends a second after 00:00.",
        ),
        of(
            "end-at-noon",
            "2026-11-21T12:00:00Z",
            "A file that ends at noon.",
        ),
        of(
            "end-no-time",
            "2026-11-21 00:00:00Z",
            "A file whose end is no time.",
        ),
        of(
            "end-no-day",
            "2026-11-31T00:00:00Z",
            "A file whose end is no day of the calendar.",
        ),
        beside(
            "short-file-of-this-build",
            TOOL,
            short,
            "Half a page with the header of this build, left long ago.",
        ),
    ]
}

/// Files of other programs.
fn others() -> Vec<Case> {
    let mut theirs = ALIKE.file();
    theirs.add(b"tool/other", 3);
    assert_eq!(theirs.header_len, TOOL.file().header_len);
    let two = case(
        "two-other-programs-alike",
        TOOL,
        vec![open(), add(b"tool/new", 1)],
    )
    .with(TOOL.path(BEGIN), theirs.bytes.clone())
    .with(TOOL.second_path(BEGIN), theirs.bytes.clone())
    .shows(
        &["open.second", "open.join"],
        "Both names belong to other programs, whose headers have the length of this one's.",
    );
    let zeros = short_hash();
    vec![
        beside(
            "other-program-alike",
            TOOL,
            theirs.bytes.clone(),
            "The file of a program with metadata of the same length.",
        ),
        leaves(two, Vec::new()),
        beside(
            "second-name-with-zeros",
            zeros,
            Identity {
                program: ALIKE.program,
                ..zeros
            }
            .file()
            .bytes,
            "The hash in the second name begins with a zero.",
        ),
    ]
}

/// A version of the tool whose metadata has a hash of less than 28 bits.
fn short_hash() -> Identity {
    let versions = (0..).map(|number| Identity {
        version: Box::leak(format!("v1.20.{number}").into()),
        ..TOOL
    });
    let found = { versions }.find(|tool| {
        let path = tool.second_path(BEGIN);
        path[path.len() - "01234567.v1.count".len()..].starts_with('0')
    });
    found.expect("one of sixteen does")
}

/// The tool's file of the span, with one counter.
fn week_of(begin: &str, end: &str, count: u64) -> (String, Vec<u8>) {
    let mut raw = Raw::new(&TOOL.meta(begin, end));
    raw.add(b"tool/start", count);
    (TOOL.path(begin), raw.bytes)
}

fn rotations() -> Vec<Case> {
    let of = |id: &str, found: &str, steps: Vec<_>, files: Vec<_>, about: &str| {
        let raw = Raw::new(&TOOL.meta(BEGIN, found));
        let case = case(id, TOOL, steps)
            .with(TOOL.path(BEGIN), raw.bytes)
            .shows(&["open.join", "file.rotate"], about);
        leaves(case, files)
    };
    let on = |day: &str| at("rotate", &format!("{day}T00:00:00Z"));
    let more = |n: u64| add(b"tool/start", n);
    vec![
        of(
            "joined-end-later",
            "2026-11-22",
            vec![open(), more(1), on(END), more(2), on("2026-11-22"), more(5)],
            vec![
                week_of(BEGIN, "2026-11-22", 3),
                week_of("2026-11-22", "2026-11-28", 5),
            ],
            "A file of this build that ends a day after the week: it is counted into until then.",
        ),
        of(
            "joined-end-earlier",
            "2026-11-20",
            vec![open(), more(1), on("2026-11-20"), more(5)],
            vec![
                week_of(BEGIN, "2026-11-20", 1),
                week_of("2026-11-20", END, 5),
            ],
            "A file of this build that ends a day before the week: the next one begins then.",
        ),
        next_names_taken(),
    ]
}

/// The names of the next week's file belong to others: what is counted then waits for the week
/// behind it.
fn next_names_taken() -> Case {
    let (next, after) = ("2026-11-28", "2026-12-05");
    let theirs = Raw::new(&ALIKE.meta(END, next)).bytes;
    let steps = vec![
        open(),
        add(b"tool/start", 1),
        at("rotate", "2026-11-21T00:00:00Z"),
        add(b"tool/start", 5),
        at("rotate", "2026-11-28T00:00:00Z"),
    ];
    let case = case("rotate-between-others", TOOL, steps)
        .with(TOOL.path(END), theirs.clone())
        .with(TOOL.second_path(END), theirs)
        .shows(
            &["file.rotate", "open.second", "count.retry"],
            "Both names of the next week's file belong to others: what is added then is in \
             neither week's file, and waits for the one behind them.",
        );
    leaves(case, vec![week_of(BEGIN, END, 1), week_of(next, after, 5)])
}
