//! Scripts for a writer that finds a file under its name.

use super::case::Case;
use super::write::{
    self, BEGIN, END, Identity, NOW, TOOL, add, at, big_endian, case, leaves, open, written_before,
};
use crate::support::raw::Raw;

/// Long before the present of any test.
const LONG_AGO: &str = "2026-01-01T00:00:00Z";

pub(super) fn cases() -> Vec<Case> {
    [joined(), foreign(), damaged(), damaged_limits()].concat()
}

fn path() -> String {
    TOOL.path(BEGIN)
}

/// The case that a tool adds 1 to `tool/new` and leaves `after` where `before` was.
fn over(id: &str, before: &Raw, after: &Raw) -> Case {
    let case = case(id, TOOL, vec![open(), add(b"tool/new", 1)]).with(path(), before.bytes.clone());
    leaves(case, vec![(path(), after.bytes.clone())])
}

fn joined() -> Vec<Case> {
    let before = written_before(&[(b"tool/old", 7), (b"tool/older", 8)]);
    let mut after = before.clone();
    after.add(b"tool/new", 1);
    let found = written_before(&[(b"tool/old", 7), (b"tool/new", 8)]);
    let sum = written_before(&[(b"tool/old", 7), (b"tool/new", 9)]);
    let (behind, behind_after) = behind_another();
    let other_end = |end: &str| Raw::new(&TOOL.meta(BEGIN, end));
    let join = |id: &str, end: &str, about: &str| {
        let before = other_end(end);
        let mut after = before.clone();
        after.add(b"tool/new", 1);
        over(id, &before, &after).shows(&["open.join"], about)
    };
    let mut uneven = before.clone();
    uneven.set_limit(before.limit() - 8);
    let mut uneven_after = uneven.clone();
    uneven_after.set_limit(before.limit());
    let record = uneven_after.add(b"tool/new", 1);
    assert_eq!(record, before.limit());
    let mut spare = before.clone();
    spare.grow_to(3 * 16384);
    let mut spare_after = spare.clone();
    spare_after.add(b"tool/new", 1);
    let mut tail = before.clone();
    tail.bytes.resize(16384 + 700, 0);
    let mut tail_after = tail.clone();
    tail_after.add(b"tool/new", 1);
    vec![
        over("file-of-others", &before, &after).shows(
            &["open.join", "fmt.place"],
            "A file to which another process of the same build wrote.",
        ),
        over("name-found", &found, &sum).shows(
            &["insert.race", "count.add"],
            "A counter that another process made: its record is used.",
        ),
        over("name-found-in-chain", &behind, &behind_after).shows(
            &["count.add", "find.bound"],
            "A counter that stands behind another one in its chain.",
        ),
        join(
            "end-a-day-later",
            "2026-11-22",
            "A file of this build that ends on Sunday.",
        ),
        join(
            "end-tomorrow",
            "2026-11-19",
            "A file of this build that ends after one day.",
        ),
        join(
            "end-in-7-days",
            "2026-11-25",
            "A file of this build that ends after seven days.",
        ),
        over("limit-uneven", &uneven, &uneven_after).shows(
            &["fmt.place"],
            "A limit that is no multiple of 32: the next record begins at the next one.",
        ),
        over("pages-to-spare", &spare, &spare_after).shows(
            &["fmt.place", "fmt.page"],
            "A file with more pages than it needs.",
        ),
        over("size-uneven", &tail, &tail_after)
            .shows(&["fmt.page"], "A file whose size is no multiple of 16384."),
    ]
}

/// A file in which `tool/new` stands behind another counter in its chain.
fn behind_another() -> (Raw, Raw) {
    let mut raw = TOOL.file();
    raw.add(b"tool/new", 4);
    let names = (0..).map(|number| format!("tool/other-{number}").into_bytes());
    let other = { names }.find(|name| raw.bucket(name) == raw.bucket(b"tool/new"));
    raw.add(&other.expect("chains are shared"), 5);
    let mut after = raw.clone();
    let record = after.records()[0] as usize;
    after.set64(record, 5);
    (raw, after)
}

/// What stands under the name and is not this build's.
fn foreign() -> Vec<Case> {
    let second = TOOL.second_path(BEGIN);
    let mut own = TOOL.file();
    own.add(b"tool/new", 1);
    let beside = |id: &str, found: Vec<u8>, about: &str| {
        let case = case(id, TOOL, vec![open(), add(b"tool/new", 1)])
            .with(path(), found)
            .changed(&path(), LONG_AGO)
            .shows(&["open.second"], about);
        leaves(case, vec![(second.clone(), own.bytes.clone())])
    };
    let other = Identity {
        program: "example.org/other/tool",
        ..TOOL
    };
    assert_eq!(other.path(BEGIN), TOOL.path(BEGIN));
    let mut others = other.file();
    others.add(b"tool/other", 3);
    let dates = |begin: &str, end: &str| Raw::new(&TOOL.meta(begin, end)).bytes;
    let mut padded = TOOL.file();
    let meta_end = 32 + TOOL.meta(BEGIN, END).len();
    assert!(meta_end < padded.header_len as usize);
    padded.bytes[meta_end] = b'x';
    let mut cases = vec![
        beside(
            "other-program",
            others.bytes.clone(),
            "The file of a program with an equal last element.",
        ),
        beside(
            "end-on-first-day",
            dates(BEGIN, BEGIN),
            "A file that ends on the day it begins.",
        ),
        beside(
            "end-in-8-days",
            dates(BEGIN, "2026-11-26"),
            "A file that ends after eight days.",
        ),
        beside(
            "other-begin",
            dates("2026-11-17", END),
            "A file that begins on another day than its name says.",
        ),
        beside(
            "other-byte-order",
            big_endian().bytes,
            "A file of a machine with the other byte order.",
        ),
        beside(
            "short-file",
            b"# telemetry/counter file v1\n".to_vec(),
            "A file shorter than a page, left long ago.",
        ),
        beside("empty-file", Vec::new(), "An empty file, left long ago."),
        beside(
            "text-file",
            vec![b'x'; 20_000],
            "A file that is no count file.",
        ),
        beside(
            "padding-used",
            padded.bytes,
            "A header whose padding is not zero.",
        ),
    ];
    cases.extend(second_names(&second, &others, &own));
    cases
}

/// What stands under the second name.
fn second_names(second: &str, others: &Raw, own: &Raw) -> Vec<Case> {
    let both = case(
        "two-other-programs",
        TOOL,
        vec![open(), add(b"tool/new", 1)],
    )
    .with(path(), others.bytes.clone())
    .with(second, others.bytes.clone())
    .shows(
        &["open.second"],
        "Both names belong to other programs: counts stay in the process.",
    );
    let mut joined = own.clone();
    joined.add(b"tool/old", 2);
    let mut after = joined.clone();
    let record = after.records()[0] as usize;
    after.set64(record, 2);
    let again = case("second-name-found", TOOL, vec![open(), add(b"tool/new", 1)])
        .with(path(), others.bytes.clone())
        .with(second, joined.bytes)
        .shows(
            &["open.second", "open.join"],
            "The file under the second name is this build's.",
        );
    vec![
        leaves(both, Vec::new()),
        leaves(again, vec![(second.to_owned(), after.bytes)]),
    ]
}

/// The case that a writer leaves a file with this fault as it is.
fn kept(id: &str, clause: &'static str, about: &str, fault: fn(&mut Raw)) -> Case {
    let mut raw = written_before(&[(b"tool/old", 7), (b"tool/older", 8)]);
    fault(&mut raw);
    over(id, &raw, &raw.clone()).shows(&[clause, "count.corrupt"], about)
}

/// Gives the chain of the new name another head.
fn set_head(raw: &mut Raw, pointer: u32) {
    let head = raw.head_off(b"tool/new");
    assert_eq!(raw.get32(head), 0);
    raw.set32(head, pointer);
}

/// Damage that a writer must notice and leave as it is.
fn damaged() -> Vec<Case> {
    vec![
        kept(
            "chain-cycle",
            "find.bound",
            "A chain that leads back into itself.",
            |raw| {
                let first = raw.records()[0];
                set_head(raw, first);
                raw.set32(first as usize + 12, first);
            },
        ),
        kept(
            "head-unaligned",
            "find.pointer",
            "A head that is no multiple of 32.",
            |raw| {
                set_head(raw, raw.records()[0] + 4);
            },
        ),
        kept(
            "head-in-table",
            "find.pointer",
            "A head that leads into the table.",
            |raw| {
                set_head(raw, raw.header_len + 32);
            },
        ),
        kept(
            "head-past-limit",
            "find.pointer",
            "A head past the limit.",
            |raw| {
                set_head(raw, raw.limit() + 64);
            },
        ),
        kept(
            "head-dead",
            "find.pointer",
            "A head with the mark of a dead record.",
            |raw| {
                set_head(raw, u32::MAX);
            },
        ),
        kept(
            "name-past-limit",
            "find.pointer",
            "A record that reaches past the limit.",
            |raw| {
                let last = raw.records()[1];
                set_head(raw, last);
                raw.set32(last as usize + 8, 0xff00_0000 | 4000);
            },
        ),
    ]
}

fn damaged_limits() -> Vec<Case> {
    vec![
        kept(
            "limit-past-file",
            "insert.limit",
            "A limit past the file.",
            |raw| {
                raw.set_limit(16384 + 32);
            },
        ),
        kept(
            "limit-low",
            "insert.limit",
            "A limit before the first record.",
            |raw| {
                raw.set_limit(64);
            },
        ),
        kept(
            "limit-0-beside-head",
            "insert.limit",
            "A limit of 0 beside a head.",
            |raw| {
                let first = raw.records()[0];
                set_head(raw, first);
                raw.set_limit(0);
            },
        ),
        nameless_in_chain(),
        waits_and_moves(),
    ]
}

/// A record without a name is passed over, whoever made it.
fn nameless_in_chain() -> Case {
    let mut before = written_before(&[(b"tool/new", 4)]);
    let nameless = before.add(b"", 9);
    let (own, other) = (before.head_off(b"tool/new"), before.head_off(b""));
    let found = before.records()[0];
    before.set32(other, 0);
    before.set32(own, nameless);
    before.set32(nameless as usize + 12, found);
    let mut after = before.clone();
    after.set64(found as usize, 5);
    over("nameless-record-in-chain", &before, &after).shows(
        &["find.bound"],
        "A record without a name stands before the one that is looked for.",
    )
}

/// Counts that wait at a damaged file get into the next.
fn waits_and_moves() -> Case {
    let mut bad = written_before(&[]);
    bad.set_limit(16384 + 32);
    let next = "2026-11-21";
    let mut after = Raw::new(&TOOL.meta(next, "2026-11-28"));
    after.add(b"tool/new", 3);
    let steps = vec![
        at("open", NOW),
        add(b"tool/new", 1),
        add(b"tool/new", 2),
        at("rotate", "2026-11-21T00:00:00Z"),
    ];
    let case = write::case("waits-for-the-next-file", TOOL, steps)
        .with(path(), bad.bytes)
        .shows(
            &["count.corrupt", "count.retry", "file.rotate"],
            "Counts that find no room in a damaged file get into that of the next week.",
        );
    leaves(case, vec![(TOOL.path(next), after.bytes)])
}
