//! Count files whose fault or whose counters only a careful walk sees: marks of the space that was
//! visited, the order of chains, names that repeat among many.

use super::case::Case;
use super::sample::{self, Base, Built};
use crate::support::raw::Raw;

const ALIGN: (&str, &str) = ("chain", "fmt.record.align");
const ONCE: (&str, &str) = ("chain", "fmt.chain.once");
const UNIQUE: (&str, &str) = ("record", "fmt.name.unique");

/// The offset of the field that leads from a record to the next.
const NEXT: u32 = 12;

pub(super) fn cases() -> Vec<Case> {
    [long_records(), full_records(), heads(), repeated(), many()].concat()
}

/// A record of 64 units, 2048 bytes.
fn of_64_units() -> Base {
    let mut built = Built::new();
    built.add(&[b'u'; 2032], 1);
    Base {
        id: "read/record-of-64-units",
        built,
    }
}

/// Records of 60 and of 10 units. The name of the second holds what could be a record, in the
/// seventh of its units.
fn units_60_and_10() -> Base {
    let mut name = vec![b'v'; 304];
    let inner = 6 * 32 - 16;
    name[inner + 8..inner + 12].copy_from_slice(&0xff00_0001_u32.to_le_bytes());
    name[inner + 12..inner + 16].fill(0);
    let mut built = Built::new();
    built.add(&[b'u'; 60 * 32 - 16], 1);
    built.add(&name, 2);
    Base {
        id: "read/records-of-60-and-10-units",
        built,
    }
}

fn long_records() -> Vec<Case> {
    let (long, two) = (of_64_units(), units_60_and_10());
    vec![
        long.built.accepted(
            "record-of-64-units",
            &["fmt.record.size"],
            "A record of 2048 bytes, the first of its file.",
        ),
        long.rejected(
            "cycle-of-64-units",
            ONCE,
            "A record of 2048 bytes, the first of its file, that follows itself.",
            |raw| {
                let record = raw.records()[0];
                raw.set32((record + NEXT) as usize, record);
                u64::from(record + NEXT)
            },
        ),
        long.rejected(
            "pointer-into-64-units",
            ONCE,
            "A pointer to the last unit of a record of 2048 bytes.",
            |raw| {
                let record = raw.records()[0];
                raw.set32((record + NEXT) as usize, record + 2016);
                u64::from(record + NEXT)
            },
        ),
        two.built.accepted(
            "records-of-60-and-10-units",
            &["fmt.record.size"],
            "Two records; the name of the second holds bytes that look like a record.",
        ),
        two.rejected(
            "pointer-to-record-in-name",
            ONCE,
            "A pointer to bytes in a name that look like a record: its space was visited before.",
            |raw| {
                let record = raw.records()[1];
                raw.set32((record + NEXT) as usize, record + 6 * 32);
                u64::from(record + NEXT)
            },
        ),
    ]
}

/// Records without a byte to spare, side by side.
fn full_records() -> Vec<Case> {
    let mut built = Built::new();
    for number in 0..40 {
        built.add(format!("tool/counter-{number:03}").as_bytes(), number);
    }
    vec![built.accepted(
        "full-records-side-by-side",
        &["fmt.record.size", "fmt.chain.once"],
        "Forty names of 16 bytes, which fill their records.",
    )]
}

/// The offset of the head of a chain.
fn head_of(raw: &Raw, chain: usize) -> usize {
    raw.header_len as usize + 4 + 4 * chain
}

fn heads() -> Vec<Case> {
    let both = |id: &str, first: usize, about: &str| {
        sample::empty().rejected(id, ALIGN, about, |raw| {
            let (head, next) = (head_of(raw, first), head_of(raw, first + 1));
            raw.set32(head, 5);
            raw.set32(next, 6);
            head as u64
        })
    };
    vec![
        both(
            "heads-10-and-11-damaged",
            10,
            "Two damaged heads side by side: the first is the one named.",
        ),
        both(
            "heads-11-and-12-damaged",
            11,
            "Two damaged heads, of which the first has an odd number.",
        ),
        sample::empty().rejected(
            "cycle-of-nameless-record",
            ONCE,
            "A record without a name that follows itself.",
            |raw| {
                let record = raw.add(b"", 1);
                raw.set32((record + NEXT) as usize, record);
                u64::from(record + NEXT)
            },
        ),
    ]
}

/// Gives the record at `record` the name of the one at `other`.
fn rename(raw: &mut Raw, record: u32, other: u32) -> u64 {
    let (to, from) = (record as usize, other as usize);
    let len = raw.get32(from + 8);
    let end = from + 16 + (len & 0xff_ffff) as usize;
    raw.set32(to + 8, len);
    raw.bytes.copy_within(from + 16..end, to + 16);
    u64::from(record) + 16
}

fn repeated() -> Vec<Case> {
    vec![
        sample::three_in_a_chain().rejected(
            "name-twice-around-another",
            UNIQUE,
            "The first and the last name of a chain of three are equal.",
            |raw| {
                let records = raw.records();
                rename(raw, records[0], records[2])
            },
        ),
        four_names(0).built.accepted(
            "four-names",
            &["fmt.name.unique"],
            "Four counters of one chain, with names of one length.",
        ),
        four_names(0).rejected(
            "two-names-twice",
            UNIQUE,
            "Two names, each in two records: the one repeated first in the walk is named.",
            |raw| two_twice(raw, 0),
        ),
    ]
}

/// Renames the first two of four records, behind others, to be called as the last two.
fn two_twice(raw: &mut Raw, behind: usize) -> u64 {
    let records = raw.records();
    let of = |number: usize| records[behind + number];
    rename(raw, of(0), of(2));
    // The chain begins with the newest record, so this is the first one that repeats a name.
    rename(raw, of(1), of(3))
}

/// `stacks` records of one stack, and four counters of a later chain.
fn four_names(stacks: u64) -> Base {
    const STACK: &[u8] = b"bug\nmain.f:+1,+0x2";
    let mut built = Built::new();
    for _ in 0..stacks {
        built.add(STACK, 3);
    }
    let stem = (0..)
        .map(|number| format!("tool/four{number}"))
        .find(|stem| {
            let names = sample::sharing(&built.raw, stem, 4);
            built.raw.bucket(&names[0]) > built.raw.bucket(STACK)
                && names.iter().all(|name| name.len() <= 16)
        });
    let stem = stem.expect("half of all chains are later ones");
    for name in sample::sharing(&built.raw.clone(), &stem, 4) {
        built.add(&name, 1);
    }
    Base {
        id: match stacks {
            0 => "read/four-names",
            _ => "read/one-stack-forty-times",
        },
        built,
    }
}

/// Many records of one stack, and what stands behind them.
fn many() -> Vec<Case> {
    let mut two = Built::new();
    two.add(b"bug\nmain.f:+1,+0x2", 3);
    two.add(b"bug\nmain.f:+1,+0x2", 4);
    vec![
        two.accepted(
            "one-stack-twice",
            &["fmt.stack.sum", "fmt.name.unique"],
            "Two records of one stack in one spelling.",
        ),
        four_names(40).built.accepted(
            "one-stack-forty-times",
            &["fmt.stack.sum", "fmt.name.unique"],
            "Forty records of one stack, and four counters: the names of stacks may repeat.",
        ),
        four_names(40).rejected(
            "name-twice-behind-forty-stacks",
            UNIQUE,
            "Forty records of one stack, and behind them a name in two records.",
            |raw| {
                let records = raw.records();
                rename(raw, records[40], records[43])
            },
        ),
        four_names(40).rejected(
            "two-names-twice-behind-forty-stacks",
            UNIQUE,
            "Forty records of one stack, and behind them two names, each in two records.",
            |raw| two_twice(raw, 40),
        ),
    ]
}
