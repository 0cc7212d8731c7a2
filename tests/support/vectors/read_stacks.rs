//! Count files whose stacks would be very long together, once decoded.

use super::case::Case;
use super::sample::Built;

const CLAUSES: &[&str] = &["stack.bound.file"];

/// How many bytes the ditto marks of a stack stand for, each.
const PATH: usize = 510;

/// How many records have the stack that is met over and over.
const TIMES: usize = 86;

pub(super) fn cases() -> Vec<Case> {
    vec![
        of(0).accepted(
            "stacks-decoded-to-bound",
            CLAUSES,
            "Stacks that together are as long, decoded, as a file of this size may have them.",
        ),
        of(1).accepted(
            "stacks-decoded-past-bound",
            CLAUSES,
            "Stacks of which the last but one would be past the bound: it stays as it stands, and \
             the last one is decoded, as it fits.",
        ),
    ]
}

/// A stack of a path, a function, and `dittos` frames of the same path; as written, and decoded.
fn stack(counter: &str, function: &str, dittos: usize) -> (Vec<u8>, Vec<u8>) {
    let path = "p".repeat(PATH);
    let line = |path: &str| format!("\n{path}.{function}:+1,+0x2");
    let first = format!("{counter}{}", line(&path));
    let written = format!("{first}{}", line("\"").repeat(dittos));
    let read = format!("{first}{}", line(&path).repeat(dittos));
    (written.into_bytes(), read.into_bytes())
}

/// A file in which the walk meets one stack `TIMES` times, then one that goes `past` the bound by
/// so many bytes, then a short one.
fn of(past: usize) -> Built {
    let mut built = Built::new();
    let mut records = Vec::new();
    let (often, often_read) = stack("tool/often", "f", 31);
    for _ in 0..TIMES {
        records.push(built.add_as(&often, &often_read, 2));
    }
    // The size of the file is known before the last two are made: they are short enough.
    let size = built.raw.limit().next_multiple_of(16384) as usize;
    let room = (1 << 20) + 4 * size - TIMES * often_read.len();
    let (_, base) = stack("tool/last", "", 9);
    let fill = room + past - base.len();
    assert!(room > base.len() && fill < 3000, "{room} of {}", base.len());
    // Ten frames, so ten bytes more for each of the function's; the rest goes to the counter.
    let (function, counter) = ("f".repeat(fill / 10), "c".repeat(fill % 10));
    let (last, last_read) = stack(&format!("tool/last{counter}"), &function, 9);
    assert_eq!(last_read.len(), room + past);
    let decoded = if past == 0 { &last_read } else { &last };
    records.push(built.add_as(&last, decoded, 3));
    if past > 0 {
        let (short, short_read) = stack("tool/short", "f", 1);
        records.push(built.add_as(&short, &short_read, 4));
    }
    assert_eq!(built.raw.bytes.len(), size);
    in_one_chain(&mut built, &records);
    built
}

/// Links the records into the first chain, in their order.
fn in_one_chain(built: &mut Built, records: &[u32]) {
    let raw = &mut built.raw;
    let heads = raw.header_len as usize + 4;
    raw.bytes[heads..heads + 2048].fill(0);
    raw.set32(heads, records[0]);
    for pair in records.windows(2) {
        raw.set32(pair[0] as usize + 12, pair[1]);
    }
    let last = records[records.len() - 1] as usize;
    raw.set32(last + 12, 0);
}
