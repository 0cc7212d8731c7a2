//! Scripts for a writer whose file is damaged, or holds what nobody counted.

use super::case::Case;
use super::write::{BEGIN, TOOL, add, at, case, leaves, open, put, written_before};
use crate::support::raw::Raw;

pub(super) fn cases() -> Vec<Case> {
    vec![
        head_in_name(),
        limit_0_beside_other_heads(),
        another_name(),
        repaired(),
        free_space_used(),
    ]
}

fn path() -> String {
    TOOL.path(BEGIN)
}

/// The case that a tool adds 1 to each of these names and leaves `after` where `before` was.
fn over(id: &str, names: &[&[u8]], before: &Raw, after: &Raw) -> Case {
    let steps = names.iter().map(|name| add(name, 1));
    let steps = [open()].into_iter().chain(steps).collect();
    let case = case(id, TOOL, steps).with(path(), before.bytes.clone());
    leaves(case, vec![(path(), after.bytes.clone())])
}

/// Gives the chain of a name that has no record another head.
fn set_head(raw: &mut Raw, name: &[u8], pointer: u32) {
    let head = raw.head_off(name);
    assert_eq!(raw.get32(head), 0);
    raw.set32(head, pointer);
}

/// A pointer into a name that holds what could be a record.
fn head_in_name() -> Case {
    let mut name = b"12345678".to_vec();
    name.extend_from_slice(&0xff00_0008_u32.to_le_bytes());
    name.extend_from_slice(&[0; 4]);
    name.extend_from_slice(b"tool/new");
    let mut raw = written_before(&[(&name, 7)]);
    let record = raw.records()[0];
    set_head(&mut raw, b"tool/new", record + 16);
    over("head-in-name", &[b"tool/new"], &raw, &raw.clone()).shows(
        &["find.pointer", "count.corrupt"],
        "A head that leads into a name, to bytes that look like the record that is looked for.",
    )
}

fn limit_0_beside_other_heads() -> Case {
    let mut raw = written_before(&[(b"tool/old", 7), (b"tool/older", 8)]);
    raw.set_limit(0);
    assert_eq!(raw.get32(raw.head_off(b"tool/new")), 0);
    over(
        "limit-0-beside-other-heads",
        &[b"tool/new"],
        &raw,
        &raw.clone(),
    )
    .shows(
        &["insert.limit", "count.corrupt"],
        "A limit of 0 in a file whose other chains have heads.",
    )
}

fn another_name() -> Case {
    let mut raw = written_before(&[(b"tool/old", 7)]);
    set_head(&mut raw, b"tool/new", u32::MAX);
    assert_eq!(raw.get32(raw.head_off(b"tool/sound")), 0);
    let names: &[&[u8]] = &[b"tool/new", b"tool/sound"];
    over("name-behind-damage", names, &raw, &raw.clone()).shows(
        &["count.corrupt"],
        "A damaged chain was found: a name of a sound one gets no record either.",
    )
}

/// A damaged file that is sound again when the program rotates.
fn repaired() -> Case {
    let sound = written_before(&[(b"tool/old", 7)]);
    let mut bad = sound.clone();
    bad.set_limit(16384 + 32);
    let mut after = sound.clone();
    after.add(b"tool/new", 3);
    let steps = vec![
        open(),
        add(b"tool/new", 3),
        put(&path(), &sound.bytes),
        at("rotate", "2026-11-18T12:31:00Z"),
    ];
    let case = case("damage-repaired", TOOL, steps)
        .with(path(), bad.bytes)
        .shows(
            &["count.corrupt", "count.retry"],
            "What waited at a damaged file is in it once a rotation finds it sound.",
        );
    leaves(case, vec![(path(), after.bytes)])
}

/// Bytes where the next record will be.
fn free_space_used() -> Case {
    let sound = written_before(&[(b"tool/old", 7)]);
    let limit = sound.limit() as usize;
    let mut before = sound.clone();
    before.bytes[limit..limit + 32].fill(0xa5);
    // The last word of a name of 14 bytes ends with its record.
    let name: &[u8] = b"tool/new-count";
    assert_eq!(name.len(), 14);
    let mut after = sound;
    after.add(name, 1);
    over("free-space-used", &[name], &before, &after).shows(
        &["insert.order"],
        "Bytes other than zero where the next record will be: none of them is left in it.",
    )
}
