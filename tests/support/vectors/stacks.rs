//! The names of stacks, as a writer makes them.

use super::case::{Case, Expect};
use super::json::Json;

/// The greatest length of a name, in bytes.
const LONGEST: usize = 4096;

/// Where a name that is longer is cut.
const CUT: usize = 4085;

pub(super) fn cases() -> Vec<Case> {
    [lines(), paths(), empty_parts(), symbols(), cuts()].concat()
}

/// A frame: symbol, whether it was inlined, line, distance from the function's entry.
type Frame<'a> = (&'a str, bool, &'a str, &'a str);

/// Name of the case, clause, what it shows, counter, frames, name.
type Row<'a> = (
    &'a str,
    &'static str,
    &'a str,
    &'a str,
    &'a [Frame<'a>],
    &'a str,
);

fn encoded(table: &[Row<'_>]) -> Vec<Case> {
    let table = table.iter();
    table
        .map(|(id, clause, about, counter, frames, name)| {
            encode(id, clause, about, counter, frames, name.as_bytes())
        })
        .collect()
}

fn encode(
    id: &str,
    clause: &'static str,
    about: &str,
    counter: &str,
    frames: &[Frame<'_>],
    name: &[u8],
) -> Case {
    let frame = |(symbol, inlined, line, distance): &Frame<'_>| {
        Json::object([
            ("symbol", Json::text(*symbol)),
            ("inlined", Json::Bool(*inlined)),
            ("line", Json::text(*line)),
            ("entry_distance", Json::text(*distance)),
        ])
    };
    Case::new(format!("name/encode-{id}"), "encode-stack", "writer")
        .shows(&[clause], about)
        .args(Json::object([
            ("counter", Json::text(counter)),
            ("frames", Json::Array(frames.iter().map(frame).collect())),
        ]))
        .expect(Expect::ok(Json::object([("name", Json::hex(name))])))
}

fn lines() -> Vec<Case> {
    encoded(&[
        (
            "frame",
            "stack.frame",
            "One frame: the distance is hexadecimal, the line decimal.",
            "crash/crash",
            &[("main.run", false, "12", "27")],
            "crash/crash\nmain.run:+12,+0x1b",
        ),
        (
            "line-0",
            "stack.line",
            "The sign of line 0 is that of positive ones.",
            "crash/crash",
            &[("main.run", false, "0", "0")],
            "crash/crash\nmain.run:+0,+0x0",
        ),
        (
            "line-negative",
            "stack.line",
            "A line before the function's entry has a minus sign.",
            "crash/crash",
            &[("main.run", false, "-3", "10")],
            "crash/crash\nmain.run:-3,+0xa",
        ),
        (
            "line-inlined",
            "stack.line",
            "The line of the file where a function was inlined.",
            "crash/crash",
            &[("main.run", true, "217", "171")],
            "crash/crash\nmain.run:=217,+0xab",
        ),
        (
            "line-inlined-0",
            "stack.line",
            "Line 0 of a file.",
            "crash/crash",
            &[("main.run", true, "0", "5")],
            "crash/crash\nmain.run:=0,+0x5",
        ),
        (
            "distance-64-bits",
            "stack.frame",
            "A distance of 64 bits has sixteen lower-case digits.",
            "crash/crash",
            &[("main.run", false, "1", "18446744073709551615")],
            "crash/crash\nmain.run:+1,+0xffffffffffffffff",
        ),
        (
            "no-frames",
            "stack.empty",
            "A stack without frames is written as one frame without a symbol.",
            "crash/crash",
            &[],
            "crash/crash\n\".:=0,+0x0",
        ),
    ])
}

fn paths() -> Vec<Case> {
    encoded(&[
        (
            "ditto",
            "stack.ditto",
            "A mark stands for the path of the frame before, a second one for that too.",
            "crash/crash",
            &[
                ("main.f", false, "1", "2"),
                ("main.g", false, "3", "4"),
                ("main.h", true, "5", "6"),
            ],
            "crash/crash\nmain.f:+1,+0x2\n\".g:+3,+0x4\n\".h:=5,+0x6",
        ),
        (
            "path-returns",
            "stack.ditto",
            "A path that was left and comes back is written out.",
            "crash/crash",
            &[
                ("main.f", false, "1", "2"),
                ("runtime.call", false, "3", "4"),
                ("main.g", false, "5", "6"),
            ],
            "crash/crash\nmain.f:+1,+0x2\nruntime.call:+3,+0x4\nmain.g:+5,+0x6",
        ),
        (
            "counter-with-dot",
            "stack.ditto",
            "The counter's own name is no path: the first frame is written out.",
            "main.counter",
            &[("main.f", false, "1", "2")],
            "main.counter\nmain.f:+1,+0x2",
        ),
    ])
}

fn empty_parts() -> Vec<Case> {
    encoded(&[
        (
            "no-path-first",
            "stack.ditto",
            "The first frame's empty path equals the one before the first frame.",
            "crash/crash",
            &[("main", false, "1", "2"), ("main.f", false, "3", "4")],
            "crash/crash\n\".main:+1,+0x2\nmain.f:+3,+0x4",
        ),
        (
            "no-path-later",
            "stack.frame",
            "An empty path behind another is written as nothing, and then as a mark.",
            "crash/crash",
            &[
                ("main.f", false, "1", "2"),
                ("cgo", false, "3", "4"),
                ("asm", false, "5", "6"),
            ],
            "crash/crash\nmain.f:+1,+0x2\n.cgo:+3,+0x4\n\".asm:+5,+0x6",
        ),
        (
            "dot-first",
            "stack.ditto",
            "A symbol that begins with its only dot has an empty path.",
            "crash/crash",
            &[(".f", false, "1", "2")],
            "crash/crash\n\".f:+1,+0x2",
        ),
        (
            "dot-last",
            "stack.frame",
            "A symbol that ends in a dot has an empty function.",
            "crash/crash",
            &[("main.", false, "1", "2")],
            "crash/crash\nmain.:+1,+0x2",
        ),
    ])
}

fn symbols() -> Vec<Case> {
    encoded(&[
        (
            "method",
            "stack.ditto",
            "The path of a method ends with its type.",
            "gopls/bug",
            &[
                ("example.com/m/x.(*T).run", false, "12", "28"),
                ("example.com/m/x.(*T).stop", false, "1", "9"),
                ("example.com/m/x.New", false, "2", "3"),
            ],
            "gopls/bug\nexample.com/m/x.(*T).run:+12,+0x1c\n\".stop:+1,+0x9\n\
             example.com/m/x.New:+2,+0x3",
        ),
        (
            "closure",
            "stack.ditto",
            "The path of a closure ends with the function around it.",
            "gopls/bug",
            &[
                ("main.run.func1", false, "1", "2"),
                ("main.run.func2", false, "3", "4"),
                ("main.run", false, "5", "6"),
            ],
            "gopls/bug\nmain.run.func1:+1,+0x2\n\".func2:+3,+0x4\nmain.run:+5,+0x6",
        ),
        (
            "generic",
            "stack.ditto",
            "The last dot of a generic function stands within its brackets.",
            "gopls/bug",
            &[
                ("main.Map[go.shape.int]", false, "1", "2"),
                ("main.Set[go.shape.int]", false, "3", "4"),
                ("main.Map[go.shape.string]", false, "5", "6"),
            ],
            "gopls/bug\nmain.Map[go.shape.int]:+1,+0x2\nmain.Set[go.shape.int]:+3,+0x4\n\
             main.Map[go.shape.string]:+5,+0x6",
        ),
        (
            "generic-dots",
            "stack.ditto",
            "Of three dots in brackets the last one separates path and function.",
            "gopls/bug",
            &[
                ("main.Map[...]", false, "1", "2"),
                ("main.Map[...]", false, "3", "4"),
                ("main.Map[...].func1", false, "5", "6"),
                ("main.(*Set[...]).Add", false, "7", "8"),
            ],
            "gopls/bug\nmain.Map[...]:+1,+0x2\n\".]:+3,+0x4\nmain.Map[...].func1:+5,+0x6\n\
             main.(*Set[...]).Add:+7,+0x8",
        ),
        (
            "beyond-ascii",
            "stack.frame",
            "Characters beyond ASCII are written as they are.",
            "prüfung/é",
            &[("m.Größe", false, "1", "2"), ("m.世", true, "3", "4")],
            "prüfung/é\nm.Größe:+1,+0x2\n\".世:=3,+0x4",
        ),
    ])
}

/// A frame's line is longer than its symbol by a newline and `:+1,+0x2`.
const FIXED: usize = 9;

fn cuts() -> Vec<Case> {
    let cut = |id, about, symbol: &str, whole: bool| {
        let mut name = format!("c\n{symbol}:+1,+0x2").into_bytes();
        if !whole {
            name.truncate(CUT);
            name.extend_from_slice(b"\ntruncated\n");
            assert_eq!(name.len(), LONGEST);
        }
        let frames = [(symbol, false, "1", "2")];
        encode(id, "stack.truncate", about, "c", &frames, &name)
    };
    // The counter's name takes one byte, `m.` two.
    let exact = format!("m.{}", "f".repeat(LONGEST - 1 - FIXED - 2));
    let beyond = format!("{exact}f");
    // The first of the three bytes of the character is number 4085, behind which the cut falls.
    let inside = format!("m.{}世{}", "f".repeat(CUT - 1 - 4), "f".repeat(100));
    let many = ["m.f"; 1000].map(|symbol| (symbol, false, "1", "2"));
    let mut of_many = format!("c\nm.f:+1,+0x2{}", "\n\".f:+1,+0x2".repeat(999)).into_bytes();
    of_many.truncate(CUT);
    of_many.extend_from_slice(b"\ntruncated\n");
    vec![
        cut(
            "length-4096",
            "A name of 4096 bytes is written whole.",
            &exact,
            true,
        ),
        cut(
            "length-4097",
            "A name of 4097 bytes is cut to 4085, and says so.",
            &beyond,
            false,
        ),
        cut(
            "cut-inside-character",
            "The cut falls where it falls, here inside a character.",
            &inside,
            false,
        ),
        encode(
            "cut-many-frames",
            "stack.truncate",
            "The name of a thousand frames is cut within one of them.",
            "c",
            &many,
            &of_many,
        ),
    ]
}
