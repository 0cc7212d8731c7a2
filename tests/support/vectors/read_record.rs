//! Count files that a reader rejects for a record or a name.

use super::case::Case;
use super::sample::{self, Base, Built};
use crate::support::raw::Raw;

const END_LIMIT: (&str, &str) = ("record", "fmt.record.end-limit");
const END_INSIDE: (&str, &str) = ("record", "fmt.record.end-inside");
const OVERLAP: (&str, &str) = ("record", "fmt.record.overlap");
const UNIQUE: (&str, &str) = ("record", "fmt.name.unique");

/// The offset of the word that holds the name's length, in a record.
const NAME_LEN: u32 = 8;

pub(super) fn cases() -> Vec<Case> {
    [lengths(), overlaps(), names()].concat()
}

fn set_len(raw: &mut Raw, record: u32, len: u32) -> u64 {
    raw.set32((record + NAME_LEN) as usize, 0xff00_0000 | len);
    u64::from(record + NAME_LEN)
}

fn lengths() -> Vec<Case> {
    let last = |id: &str, broken, about: &str, len: u32| {
        sample::small().rejected(id, broken, about, |raw| {
            let record = raw.records()[2];
            set_len(raw, record, len)
        })
    };
    let past = |id: &str, limit: u32, len: u32, about: &str| {
        sample::small().rejected(id, END_INSIDE, about, |raw| {
            raw.set_limit(limit);
            let record = raw.records()[2];
            set_len(raw, record, len)
        })
    };
    let record = sample::small().built.raw.records()[2];
    vec![
        // The name has 17 bytes: its record has two units.
        last(
            "name-past-limit-by-1",
            END_LIMIT,
            "A name of one byte more than its record has.",
            49,
        ),
        last(
            "name-past-limit",
            END_LIMIT,
            "A name that reaches far past the limit.",
            4096,
        ),
        last(
            "name-past-file",
            END_LIMIT,
            "A name that reaches past limit and file.",
            20_000,
        ),
        last(
            "name-length-max",
            END_LIMIT,
            "The greatest name length that 24 bits hold.",
            0xff_ffff,
        ),
        past(
            "name-past-file-below-limit",
            1 << 20,
            16384 - record - 16 + 1,
            "A limit past the file, and a name that leaves it by one byte.",
        ),
        past(
            "name-far-past-file-below-limit",
            1 << 26,
            0xff_ffff,
            "A limit of 64 MiB, and a name of 16 MiB.",
        ),
    ]
}

fn overlaps() -> Vec<Case> {
    let chained = |id: &str, about: &str, fault: fn(&mut Raw) -> u64| {
        sample::three_in_a_chain().rejected(id, OVERLAP, about, fault)
    };
    vec![
        chained(
            "record-into-next",
            "A record whose name reaches into the one behind it, which was visited before.",
            |raw| {
                let records = raw.records();
                set_len(raw, records[1], 60)
            },
        ),
        chained(
            "record-over-all",
            "The first record's name reaches over the two behind it.",
            |raw| {
                let records = raw.records();
                set_len(raw, records[0], records[2] + 20 - records[0])
            },
        ),
    ]
}

fn names() -> Vec<Case> {
    let twice = |id: &str, name: &[u8], about: &str| {
        let base = Base {
            id: "read/two-names",
            built: two_names(),
        };
        base.rejected(id, UNIQUE, about, |raw| {
            let record = raw.records()[1] as usize;
            raw.bytes[record + 16..record + 16 + name.len()].copy_from_slice(name);
            // Of the two, the older one is reached last.
            u64::from(raw.records()[0]) + 16
        })
    };
    let mut cases = vec![two_names().accepted(
        "two-names",
        &["fmt.name.unique"],
        "Two names of one length in one chain.",
    )];
    cases.push(twice(
        "name-twice",
        &two_names_of()[0],
        "One name in two records of one chain.",
    ));
    cases.push(name_twice_in_two_chains());
    cases.push(name_twice_behind_fault());
    cases
}

fn two_names_of() -> Vec<Vec<u8>> {
    let stem = Built::new().raw;
    let names = (10..99).map(|number| format!("tool/name-{number}").into_bytes());
    let first = b"tool/name-10".to_vec();
    // Readers do not judge the chain, so any second name will do.
    let second = names
        .into_iter()
        .find(|name| stem.bucket(name) != stem.bucket(&first));
    vec![first, second.expect("names differ in their chains")]
}

/// Two names of one length, both in the chain of the first.
fn two_names() -> Built {
    let mut built = Built::new();
    let names = two_names_of();
    let first = built.add(&names[0], 1);
    let second = built.add(&names[1], 2);
    let (own, other) = (built.raw.head_off(&names[0]), built.raw.head_off(&names[1]));
    built.raw.set32(other, 0);
    built.raw.set32(own, second);
    built.raw.set32(second as usize + 12, first);
    built
}

/// One name in two chains: that of the name and another.
fn name_twice_in_two_chains() -> Case {
    let base = Base {
        id: "read/small",
        built: sample::small().built,
    };
    base.rejected(
        "name-twice-in-two-chains",
        UNIQUE,
        "A name of the other chain in a second record.",
        |raw| {
            let pair_name = b"tool/counter-0";
            let records = raw.records();
            let single = records[2] as usize;
            raw.bytes[single + 16..single + 16 + pair_name.len()].copy_from_slice(pair_name);
            set_len(raw, records[2], pair_name.len() as u32);
            let single_head = raw.head_off(b"tool/other:bucket");
            // The one that the walk reaches second is named.
            match single_head < raw.head_off(pair_name) {
                true => u64::from(records[0]) + 16,
                false => single as u64 + 16,
            }
        },
    )
}

/// A name that occurs twice, and a damaged pointer in the last chain: chains come first.
fn name_twice_behind_fault() -> Case {
    let base = Base {
        id: "read/two-names",
        built: two_names(),
    };
    base.rejected(
        "damaged-chain-before-name-twice",
        ("chain", "fmt.record.align"),
        "A name in two records and a damaged head in a later chain: names are compared last.",
        |raw| {
            let (first, second) = (raw.records()[0] as usize, raw.records()[1] as usize);
            let name = raw.bytes[first + 16..first + 28].to_vec();
            raw.bytes[second + 16..second + 28].copy_from_slice(&name);
            let last = raw.header_len as usize + 4 + 4 * 511;
            assert_eq!(raw.get32(last), 0);
            raw.set32(last, 5);
            last as u64
        },
    )
}
