//! Scripts for a writer whose file is as large as a file can be, or larger. The file is deleted in
//! the end, so that nobody has to keep 64 MiB: what was not in it is in that of the next week.

use super::case::{Case, Expect};
use super::json::Json;
use super::write::{
    BEGIN, END, SATURDAY, TOOL, WEEKENDS, add, at, case, delete, open, written_before,
};
use crate::support::raw::Raw;

/// The greatest size of a file.
const MAX: u32 = 67_108_864;

pub(super) fn cases() -> Vec<Case> {
    vec![last_place(), too_large()]
}

/// The case that a tool finds this file, takes these steps, and leaves these counts to the next
/// week.
fn full(id: &str, found: &Raw, size: u32, steps: Vec<Json>, left: &[(&[u8], u64)]) -> Case {
    let path = TOOL.path(BEGIN);
    let ends = [at("rotate", "2026-11-21T00:00:00Z"), delete(&path)];
    let steps = [open()].into_iter().chain(steps).chain(ends).collect();
    let mut next = Raw::new(&TOOL.meta(END, "2026-11-28"));
    for (name, count) in left {
        next.add(name, *count);
    }
    case(id, TOOL, steps)
        .with(&path, found.bytes.clone())
        .extended(&path, u64::from(size))
        .expect(Expect::files(vec![
            (WEEKENDS.to_owned(), SATURDAY.to_vec()),
            (TOOL.path(END), next.bytes),
        ]))
}

/// There is room for one more record of 32 bytes: the last 32 of a page stay free.
fn last_place() -> Case {
    let mut raw = written_before(&[]);
    raw.set_limit(MAX - 64);
    let steps = vec![add(b"tool/fits", 1), add(b"tool/waits", 2)];
    full("file-full", &raw, MAX, steps, &[(b"tool/waits", 2)]).shows(
        &["count.full", "fmt.place", "count.retry"],
        "A file of 67108864 bytes with room for one record: another counter waits for the next \
         week's.",
    )
}

fn too_large() -> Case {
    let steps = vec![add(b"tool/waits", 2)];
    let raw = written_before(&[(b"tool/old", 7)]);
    full(
        "file-too-large",
        &raw,
        MAX + 1,
        steps,
        &[(b"tool/waits", 2)],
    )
    .shows(
        &["open.file", "count.retry"],
        "A file of one byte more than a file can have: nothing is counted into it.",
    )
}
