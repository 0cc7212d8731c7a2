//! Count files that a reader takes for the names in them.

use super::case::{Case, Expect};
use super::sample::Built;

pub(super) fn cases() -> Vec<Case> {
    [names(), stacks()].concat()
}

fn names() -> Vec<Case> {
    let of = |id: &str, name: &[u8], clause: &'static str, about: &str| {
        let mut built = Built::new();
        built.add(name, 3);
        built.accepted(id, &[clause], about)
    };
    let bytes: Vec<u8> = (0..=255).filter(|byte| *byte != b'\n').collect();
    vec![
        of("name-1", b"x", "fmt.record.size", "A name of one byte."),
        of(
            "name-15",
            &[b'n'; 15],
            "fmt.record.size",
            "A name of 15 bytes.",
        ),
        of(
            "name-16",
            &[b'n'; 16],
            "fmt.record.size",
            "A name that fills its record.",
        ),
        of(
            "name-17",
            &[b'n'; 17],
            "fmt.record.size",
            "A name of one byte more.",
        ),
        of(
            "name-48",
            &[b'n'; 48],
            "fmt.record.size",
            "A name that fills two units.",
        ),
        of(
            "name-4096",
            &[b'n'; 4096],
            "fmt.name.max",
            "The longest name.",
        ),
        of(
            "name-bytes",
            &bytes,
            "fmt.name.max",
            "A name of every byte but the newline.",
        ),
        of(
            "name-zero-byte",
            b"a\0b",
            "fmt.name.max",
            "A zero byte does not end a name.",
        ),
        of(
            "name-utf8",
            "tool/größe:<50µs".as_bytes(),
            "name.utf8",
            "A name that is no ASCII.",
        ),
        of(
            "name-dots",
            b"\".x",
            "stack.decode",
            "A name without a newline is not decoded.",
        ),
    ]
}

/// Name of the case, the name as it is written and as it is read, what it shows.
type Stack = (&'static str, &'static [u8], &'static [u8], &'static str);

const STACKS: &[Stack] = &[
    (
        "two-paths",
        b"bug\na/b.f:+1,+0x1\n\".g:+2,+0x2\nc.h:+3,+0x3\n\".i:+4,+0x4",
        b"bug\na/b.f:+1,+0x1\na/b.g:+2,+0x2\nc.h:+3,+0x3\nc.i:+4,+0x4",
        "Ditto marks stand for the path last written.",
    ),
    (
        "line-without-dot",
        b"bug\nmain.f:+1,+0x1\nnodot\n\".g:+2,+0x2",
        b"bug\nmain.f:+1,+0x1\nnodot\nmain.g:+2,+0x2",
        "A line without a dot stays, and the path with it.",
    ),
    (
        "mark-first",
        b"bug\n\".g:+2,+0x2",
        b"bug\ng:+2,+0x2",
        "A ditto mark without a path before it gives way to nothing.",
    ),
    (
        "counter-with-dot",
        b"tool/v1.x\n\".g:+2,+0x2",
        b"tool/v1.x\ntool/v1.g:+2,+0x2",
        "The counter's own name is a line like the others.",
    ),
    ("newline-alone", b"\n", b"\n", "A name of a newline alone."),
    (
        "empty-lines",
        b"bug\n\n\nmain.f:+1,+0x1\n",
        b"bug\n\n\nmain.f:+1,+0x1\n",
        "Empty lines.",
    ),
    (
        "empty-frame",
        b"bug\n\".:=0,+0x0",
        b"bug\n:=0,+0x0",
        "The stack without frames.",
    ),
    (
        "not-utf8",
        b"bug\n\xff.f:+1,+0x1\n\".g:+2,+0x2",
        b"bug\n\xff.f:+1,+0x1\n\xff.g:+2,+0x2",
        "A path that is no UTF-8.",
    ),
];

fn stacks() -> Vec<Case> {
    let of = |id: &str, written: &[u8], read: &[u8], about: &str| {
        let mut built = Built::new();
        built.add_as(written, read, 4);
        built.accepted(&format!("stack-{id}"), &["stack.decode"], about)
    };
    let sum = |id: &str, counts: [u64; 2], about: &str| {
        let mut built = Built::new();
        let read = b"bug\nmain.f:+1,+0x2\nmain.g:+3,+0x4";
        built.add_as(b"bug\nmain.f:+1,+0x2\n\".g:+3,+0x4", read, counts[0]);
        built.add(read, counts[1]);
        built.accepted(id, &["fmt.stack.sum"], about)
    };
    let mut cut = b"crash/crash".to_vec();
    while cut.len() < 4085 {
        cut.extend_from_slice(b"\nmain.f:+1,+0x2");
    }
    cut.truncate(4085);
    cut.extend_from_slice(b"\ntruncated\n");
    let stacks = STACKS.iter();
    let stacks = stacks.map(|(id, written, read, about)| of(id, written, read, about));
    let others = [
        of(
            "cut",
            &cut,
            &cut,
            "A name that was cut, as long as a name can be.",
        ),
        sum(
            "stack-two-spellings",
            [2, 3],
            "Two spellings of one stack are one counter.",
        ),
        sum(
            "stack-sum-max",
            [u64::MAX, 1],
            "The sum of two spellings stops at the greatest count.",
        ),
        two_spellings_reversed(),
        stack_beyond_bound(),
    ];
    stacks.chain(others).collect()
}

/// Two spellings in one chain, the one with ditto marks first in the walk.
fn two_spellings_reversed() -> Case {
    let mut built = Built::new();
    built.add(b"bug\nmain.f:+1,+0x2\nmain.g:+3,+0x4", 10);
    built.add_as(
        b"bug\nmain.f:+1,+0x2\n\".g:+3,+0x4",
        b"bug\nmain.f:+1,+0x2\nmain.g:+3,+0x4",
        20,
    );
    built.add(b"tool/one", 1);
    built.accepted(
        "stack-two-spellings-reversed",
        &["fmt.stack.sum"],
        "Two spellings, written in the other order, beside a plain counter.",
    )
}

/// A path of 1,000 bytes, repeated until its decoded name is longer than 65,536 bytes.
fn stack_beyond_bound() -> Case {
    let mut name = b"bug\n".to_vec();
    name.extend(std::iter::repeat_n(b'p', 1000));
    name.extend_from_slice(b".f");
    while name.len() + 4 <= 4096 {
        name.extend_from_slice(b"\n\".f");
    }
    let mut built = Built::new();
    built.add(&name, 1);
    let case = built.accepted(
        "stack-decoded-too-long",
        &["stack.bound"],
        "A name that would be longer than 65,536 bytes decoded stays as it stands.",
    );
    assert!(matches!(case.expect, Expect::Accept { .. }));
    case
}
