//! Two programs that insert into one file, brought together at the moment that matters: another
//! one acts while the first is between two steps of an insertion.

#[path = "support/memory.rs"]
mod memory;
mod support;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use gotelemetry::counter::table::{Table, Trouble};
use gotelemetry::format::layout;
use gotelemetry::format::record::bucket;
use memory::{Access, Memory, Watched, add, header_len, of_one_bucket};

/// Three names of one bucket.
fn three_names() -> [String; 3] {
    let names: Vec<String> = of_one_bucket().take(3).collect();
    names.try_into().expect("buckets repeat")
}

fn head_off() -> u32 {
    layout::heads_off(header_len()) + 4 * bucket(b"n0")
}

fn first_record() -> u32 {
    layout::records_off(header_len())
}

fn value(memory: &Memory, off: u32) -> u32 {
    memory.word(off).load(Ordering::Relaxed)
}

/// Inserts `name` and adds 1, and lets `other` act once, just before the first access that `at`
/// tells.
fn add_while(
    memory: &Memory,
    name: &str,
    at: impl Fn(Access) -> bool,
    other: impl Fn(),
) -> Result<(), Trouble> {
    let acted = Cell::new(false);
    let watched = Watched {
        memory,
        watch: |access| {
            if !acted.get() && at(access) {
                acted.set(true);
                other();
            }
        },
    };
    let count = Table::new(&watched, header_len()).insert(name.as_bytes())?;
    count.fetch_add(1, Ordering::Relaxed);
    assert!(acted.get(), "nobody else acted");
    Ok(())
}

/// The next field of a record at `record`, which is asked for just before the chain's head is
/// exchanged.
fn next_of(record: u32) -> impl Fn(Access) -> bool {
    move |access| access == Access::Word(record + layout::NEXT_OFF)
}

// test[insert.race, fmt.dead]
#[test]
fn a_record_whose_name_came_in_meanwhile_is_dead_and_the_other_is_counted_into() {
    let [name, ..] = three_names();
    let memory = Memory::new();
    let ours = first_record();
    let other = || add(&memory, name.as_bytes(), 10);
    add_while(&memory, &name, next_of(ours), other).expect("there is room");
    assert_eq!(value(&memory, ours + layout::NEXT_OFF), 0xffff_ffff);
    assert_eq!(value(&memory, head_off()), ours + 32);
    assert_eq!(memory.counts(), BTreeMap::from([(name.into_bytes(), 11)]));
}

// test[insert.race, fmt.link]
#[test]
fn a_record_goes_before_one_of_another_name_that_came_in_meanwhile() {
    let [old, name, late] = three_names();
    let memory = Memory::new();
    add(&memory, old.as_bytes(), 1);
    let [old_off, ours, late_off] = [0, 32, 64].map(|off| first_record() + off);
    let other = || add(&memory, late.as_bytes(), 1);
    add_while(&memory, &name, next_of(ours), other).expect("there is room");
    let next = |record: u32| value(&memory, record + layout::NEXT_OFF);
    assert_eq!(value(&memory, head_off()), ours);
    assert_eq!(
        [next(ours), next(late_off), next(old_off)],
        [late_off, old_off, 0]
    );
    let counts = [old, name, late].map(|name| (name.into_bytes(), 1));
    assert_eq!(memory.counts(), BTreeMap::from(counts));
}

// test[insert.race]
#[test]
fn what_came_in_meanwhile_is_walked_up_to_the_head_that_was_known() {
    let [old, name, late] = three_names();
    let memory = Memory::new();
    add(&memory, old.as_bytes(), 1);
    let old_len = first_record() + layout::NAME_LEN_OFF;
    let other = || {
        add(&memory, late.as_bytes(), 1);
        // Whoever visits the old record finds it damaged.
        memory.word(old_len).store(u32::MAX, Ordering::Relaxed);
    };
    let ours = first_record() + 32;
    add_while(&memory, &name, next_of(ours), other).expect("nobody visits the old record");
    assert_eq!(value(&memory, head_off()), ours);
}

// test[insert.order]
#[test]
fn a_place_that_another_took_meanwhile_is_chosen_anew() {
    let [name, other, _] = three_names();
    let memory = Memory::new();
    // The place is chosen, and the limit not exchanged yet.
    let chosen = |access| matches!(access, Access::Grow(_));
    let act = || add(&memory, other.as_bytes(), 1);
    add_while(&memory, &name, chosen, act).expect("there is room");
    assert_eq!(value(&memory, header_len()), first_record() + 64);
    let counts = [name, other].map(|name| (name.into_bytes(), 1));
    assert_eq!(memory.counts(), BTreeMap::from(counts));
}

// test[insert.limit]
#[test]
fn a_limit_of_0_that_was_exchanged_before_the_first_head_is_no_damage() {
    let memory = Memory::new();
    let [name, other, _] = three_names();
    // The limit was read as 0, and the heads are to be looked through.
    let looked = Cell::new(0);
    let first_head = layout::heads_off(header_len());
    let heads = |access| {
        looked.set(looked.get() + u32::from(access == Access::Word(first_head)));
        looked.get() == 1
    };
    assert_ne!(head_off(), first_head);
    let act = || add(&memory, other.as_bytes(), 1);
    add_while(&memory, &name, heads, act).expect("the file is sound");
    let counts = [name, other].map(|name| (name.into_bytes(), 1));
    assert_eq!(memory.counts(), BTreeMap::from(counts));
}

/// The steps of an insertion, in their order.
const STEPS: [&str; 7] = ["room", "limit", "count", "name", "length", "next", "head"];

/// What lies in free space that somebody has written to.
const RUBBISH: u32 = 0x7777_7777;

/// Which steps of inserting a name of 5 bytes can be seen to be done; its record is at `ours`,
/// where rubbish lay.
fn steps_done(memory: &Memory, ours: u32, name: &str) -> Vec<&'static str> {
    let bytes = memory.bytes();
    let padded = [name.as_bytes(), &[0; 3]].concat();
    let at = ours as usize + layout::NAME_OFF as usize;
    let done = [
        bytes.len() as u32 >= ours + 32,
        value(memory, header_len()) >= ours + 32,
        memory.counts[ours as usize / 8].load(Ordering::Relaxed) == 0,
        bytes.get(at..at + 8) == Some(&padded),
        value(memory, ours + layout::NAME_LEN_OFF) == 0xff00_0005,
        value(memory, ours + layout::NEXT_OFF) != RUBBISH,
        value(memory, head_off()) == ours,
    ];
    let steps = STEPS.into_iter().zip(done).filter(|(_, done)| *done);
    steps.map(|(step, _)| step).collect()
}

// test[insert.order]
#[test]
fn a_record_is_reserved_then_written_then_linked() {
    let [old, late, _] = three_names();
    let mut names = of_one_bucket().skip(3);
    let name = names.find(|name| name.len() == 5);
    let name = name.expect("buckets repeat");
    let memory = Memory::new();
    add(&memory, old.as_bytes(), 1);
    // The record has its place on the second page.
    let (limit, ours) = (16384 - 32, 16384);
    memory.word(header_len()).store(limit, Ordering::Relaxed);
    for off in (0..32).step_by(4) {
        memory.word(ours + off).store(RUBBISH, Ordering::Relaxed);
    }
    memory.counts[ours as usize / 8].store(7, Ordering::Relaxed);
    let seen = RefCell::new(Vec::new());
    let see = || {
        let (done, mut seen) = (steps_done(&memory, ours, &name), seen.borrow_mut());
        if seen.last() != Some(&done) {
            seen.push(done);
        }
    };
    let raced = Cell::new(false);
    let watch = |access| {
        see();
        // Another record comes in before the head is exchanged for the first time: what was done
        // before the exchange that fails can then be seen.
        if !raced.get() && next_of(ours)(access) {
            raced.set(true);
            add(&memory, late.as_bytes(), 1);
        }
    };
    let watched = Watched {
        memory: &memory,
        watch,
    };
    let inserted = Table::new(&watched, header_len()).insert(name.as_bytes());
    inserted.expect("there is room");
    see();
    // Between making room and exchanging the limit nothing is asked of the memory.
    let expected = [0, 2, 3, 4, 5, 6, 7].map(|done| STEPS[..done].to_vec());
    assert_eq!(seen.into_inner(), expected);
}

// test[mem.width]
#[test]
fn counts_are_asked_for_by_8_bytes_and_all_else_by_4() {
    let memory = Memory::new();
    let mut names: Vec<String> = of_one_bucket().take(50).collect();
    names.extend((1..200).map(|len| "x".repeat(len)));
    for _ in 0..2 {
        names
            .iter()
            .for_each(|name| add(&memory, name.as_bytes(), 1));
    }
    // The memory panics if an offset has two widths.
    let bytes = memory.bytes();
    let file = gotelemetry::format::parse(&bytes).expect("the file is sound");
    let mut wide: Vec<usize> = file
        .records()
        .map(|record| record.offset as usize)
        .collect();
    wide.sort_unstable();
    let widths = (0..).step_by(4).zip(&memory.widths);
    let of_8 = widths.filter(|(_, width)| width.load(Ordering::Relaxed) == 8);
    let of_8: Vec<usize> = of_8.map(|(off, _)| off).step_by(2).collect();
    assert_eq!(of_8, wide);
}
