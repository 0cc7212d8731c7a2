//! Count files that a reader rejects for a pointer.

use super::case::Case;
use super::sample::{self, Base};
use crate::support::raw::Raw;

const DEAD: (&str, &str) = ("chain", "fmt.chain.dead");
const ALIGN: (&str, &str) = ("chain", "fmt.record.align");
const FIRST: (&str, &str) = ("chain", "fmt.record.first");
const LIMIT: (&str, &str) = ("chain", "fmt.record.limit");
const INSIDE: (&str, &str) = ("chain", "fmt.record.inside");
const ONCE: (&str, &str) = ("chain", "fmt.chain.once");

/// The offset of the field that leads from a record to the next.
const NEXT: u32 = 12;

pub(super) fn cases() -> Vec<Case> {
    [
        heads(),
        heads_outside(),
        nexts(),
        limits(),
        cycles(),
        meetings(),
        firsts(),
    ]
    .concat()
}

/// Sets the head of the chain of the last record of `raw`, the only one of its chain.
fn set_head(raw: &mut Raw, pointer: u32) -> u64 {
    let head = raw.head_off(b"tool/other:bucket");
    raw.set32(head, pointer);
    head as u64
}

/// Sets the next field of the record that ends the chain of two.
fn set_next(raw: &mut Raw, pointer: u32) -> u64 {
    let next = raw.records()[0] + NEXT;
    raw.set32(next as usize, pointer);
    u64::from(next)
}

fn heads() -> Vec<Case> {
    let of = |id: &str, broken, about: &str, pointer: fn(&Raw) -> u32| {
        sample::small().rejected(id, broken, about, |raw| {
            let pointer = pointer(raw);
            set_head(raw, pointer)
        })
    };
    vec![
        of(
            "head-dead",
            DEAD,
            "A head with the mark of a dead record.",
            |_| u32::MAX,
        ),
        of("head-odd", ALIGN, "A head of 1.", |_| 1),
        of(
            "head-unaligned-8",
            ALIGN,
            "A head 8 bytes past a record.",
            |raw| raw.records()[2] + 8,
        ),
        of(
            "head-unaligned-16",
            ALIGN,
            "A head 16 bytes past a record.",
            |raw| raw.records()[2] + 16,
        ),
        of(
            "head-unaligned-past-end",
            ALIGN,
            "A head past the file and no multiple of 32.",
            |_| 0xffff_fffe,
        ),
    ]
}

fn heads_outside() -> Vec<Case> {
    let of = |id: &str, broken, about: &str, pointer: fn(&Raw) -> u32| {
        sample::small().rejected(id, broken, about, |raw| {
            let pointer = pointer(raw);
            set_head(raw, pointer)
        })
    };
    vec![
        of(
            "head-in-magic",
            FIRST,
            "A head that leads to the metadata.",
            |_| 32,
        ),
        of(
            "head-in-table",
            FIRST,
            "A head that leads into the table.",
            |raw| raw.header_len + 32,
        ),
        of(
            "head-before-first",
            FIRST,
            "A head one unit before the first record.",
            |raw| raw.first_record() - 32,
        ),
        of(
            "head-at-limit",
            LIMIT,
            "A head that leads to where the next record would be.",
            |raw| raw.limit(),
        ),
        of(
            "head-past-limit",
            LIMIT,
            "A head past the limit and in the file.",
            |raw| raw.limit() + 320,
        ),
        of("head-past-file", LIMIT, "A head past the file.", |_| 16384),
        of(
            "head-far-past-file",
            LIMIT,
            "A head of almost 4 GiB.",
            |_| 0xffff_ffe0,
        ),
    ]
}

fn nexts() -> Vec<Case> {
    let of = |id: &str, broken, about: &str, pointer: fn(&Raw) -> u32| {
        sample::small().rejected(id, broken, about, |raw| {
            let pointer = pointer(raw);
            set_next(raw, pointer)
        })
    };
    vec![
        of(
            "next-dead",
            DEAD,
            "A record in a chain that is marked as dead.",
            |_| u32::MAX,
        ),
        of("next-odd", ALIGN, "A next field of 33.", |_| 33),
        of(
            "next-unaligned-4",
            ALIGN,
            "A next field 4 bytes past a record.",
            |raw| raw.records()[2] + 4,
        ),
        of(
            "next-in-table",
            FIRST,
            "A next field that leads into the table.",
            |raw| raw.header_len + 64,
        ),
        of(
            "next-at-limit",
            LIMIT,
            "A next field that leads to the limit.",
            |raw| raw.limit(),
        ),
        of(
            "next-past-file",
            LIMIT,
            "A next field that leads past the file.",
            |_| 32768,
        ),
    ]
}

/// Pointers that a limit past the file or below it lets through or not.
fn limits() -> Vec<Case> {
    let small = sample::small;
    vec![
        small().rejected(
            "limit-0-beside-records",
            LIMIT,
            "A limit of 0 in a file with records: there is room for none.",
            |raw| {
                raw.set_limit(0);
                first_head(raw)
            },
        ),
        small().rejected(
            "limit-before-first",
            LIMIT,
            "A limit before the first record.",
            |raw| {
                raw.set_limit(raw.first_record() - 32);
                first_head(raw)
            },
        ),
        small().rejected(
            "limit-inside-last-record",
            LIMIT,
            "A limit that ends 32 bytes short of the last record's first unit.",
            |raw| {
                raw.set_limit(raw.records()[2]);
                raw.head_off(b"tool/other:bucket") as u64
            },
        ),
        sample::empty().rejected(
            "pointer-past-file-below-limit",
            INSIDE,
            "A limit past the file, and a head that leads there.",
            |raw| {
                raw.set_limit(65536);
                raw.set32(196 + 40, 32768);
                196 + 40
            },
        ),
        sample::empty().rejected(
            "pointer-at-file-end",
            INSIDE,
            "A limit past the file, and a head that leads to the file's end.",
            |raw| {
                raw.set_limit(65536);
                raw.set32(196 + 44, 16384);
                196 + 44
            },
        ),
    ]
}

/// The offset of the first head in the table that is not 0.
fn first_head(raw: &Raw) -> u64 {
    let mut heads = (0..512).map(|chain| raw.header_len as usize + 4 + 4 * chain);
    heads
        .find(|head| raw.get32(*head) != 0)
        .expect("there is a chain") as u64
}

fn once(base: Base, id: &str, about: &str, fault: fn(&mut Raw) -> u64) -> Case {
    base.rejected(id, ONCE, about, fault)
}

fn cycles() -> Vec<Case> {
    vec![
        once(
            sample::small(),
            "cycle-of-one",
            "A record that follows itself.",
            |raw| {
                let record = raw.records()[0];
                set_next(raw, record)
            },
        ),
        once(
            sample::small(),
            "cycle-of-two",
            "A chain whose second record leads to its first.",
            |raw| {
                let record = raw.records()[1];
                set_next(raw, record)
            },
        ),
        once(
            sample::stacks(),
            "cycle-of-ditto-names",
            "A stack counter that follows itself; a reader that decodes as it goes never sees a name twice.",
            |raw| {
                let record = raw.records()[0];
                raw.set32((record + NEXT) as usize, record);
                u64::from(record + NEXT)
            },
        ),
    ]
}

fn meetings() -> Vec<Case> {
    vec![
        once(
            sample::stacks(),
            "two-heads-one-stack",
            "Two heads that lead to one stack counter.",
            |raw| {
                let record = raw.records()[0];
                let last = raw.header_len as usize + 4 + 4 * 511;
                assert_eq!(raw.get32(last), 0);
                raw.set32(last, record);
                last as u64
            },
        ),
        once(
            sample::small(),
            "two-heads-one-record",
            "Two heads that lead to one record.",
            |raw| {
                let record = raw.records()[2];
                let own = raw.head_off(b"tool/other:bucket");
                let last = raw.header_len as usize + 4 + 4 * 511;
                assert_ne!(own, last);
                raw.set32(last, record);
                last as u64
            },
        ),
        once(
            sample::small(),
            "chains-that-meet",
            "A chain that leads into another one.",
            |raw| {
                let (single, pair) = (raw.records()[2], raw.records()[0]);
                let single_head = raw.head_off(b"tool/other:bucket");
                let pair_head = raw.head_off(b"tool/counter-0");
                // The chain that is walked second is the one that breaks the rule.
                match single_head < pair_head {
                    true => set_next(raw, single),
                    false => {
                        raw.set32((single + NEXT) as usize, pair);
                        u64::from(single + NEXT)
                    }
                }
            },
        ),
        once(
            sample::two_units(),
            "pointer-into-record",
            "A pointer to the second unit of a record that was visited.",
            |raw| {
                let record = raw.records()[0];
                raw.set32((record + NEXT) as usize, record + 32);
                u64::from(record + NEXT)
            },
        ),
    ]
}

/// Several faults in one file: the first in the order of the text is the one named.
fn firsts() -> Vec<Case> {
    vec![
        sample::small().rejected(
            "dead-before-align",
            DEAD,
            "The mark of a dead record is no multiple of 32 either: the mark comes first.",
            |raw| set_head(raw, u32::MAX),
        ),
        sample::small().rejected(
            "align-before-first",
            ALIGN,
            "A pointer before the first record that is no multiple of 32.",
            |raw| set_head(raw, 40),
        ),
    ]
}
