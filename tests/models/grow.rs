//! Files grow while records are inserted and counted in.

use std::sync::Arc;

use gotelemetry::counter::words::Ordering;
use gotelemetry::format::layout;
use loom::thread;

use crate::memory::{Memory, OTHER, Process, TWINS, add_all};
use crate::{Bound, explore};

/// Each of `names` is inserted by a program of its own, beginning `room` bytes before the end of
/// the page.
fn grow(room: u32, names: &'static [&'static str]) {
    let memory = Arc::new(Memory::with_limit(layout::PAGE - room, names));
    add_all(&memory, names, || Process::of(&memory));
}

// test[find.grown, grow.extend]
#[test]
fn a_record_before_the_end_meets_one_behind_it() {
    let name = "a_record_before_the_end_meets_one_behind_it";
    explore(name, Bound::None, || grow(64, &TWINS));
}

// test[grow.extend, insert.race]
#[test]
fn two_programs_grow_the_file_for_one_name() {
    let name = "two_programs_grow_the_file_for_one_name";
    explore(name, Bound::None, || grow(32, &[OTHER; 2]));
}

// test[grow.extend, find.grown]
#[test]
fn two_programs_grow_the_file_for_two_names() {
    let name = "two_programs_grow_the_file_for_two_names";
    explore(name, Bound::None, || grow(32, &TWINS));
}

// test[grow.extend, find.grown]
#[test]
fn three_programs_insert_at_the_end_of_a_page() {
    const NAMES: [&str; 3] = [TWINS[0], TWINS[1], TWINS[0]];
    let name = "three_programs_insert_at_the_end_of_a_page";
    explore(name, Bound::ThreeAtFirst, || grow(64, &NAMES));
}

// test[grow.still]
#[test]
fn a_counter_is_added_to_while_the_file_grows() {
    let name = "a_counter_is_added_to_while_the_file_grows";
    explore(name, Bound::None, || {
        let memory = Arc::new(Memory::with_limit(layout::PAGE - 64, &TWINS));
        let process = Process::of(&memory);
        let (one, other) = (process.clone(), Process::of(&memory));
        let count = |process: &Process| {
            let table = process.table();
            let count = table.insert(TWINS[0].as_bytes()).expect("there is room");
            std::ptr::from_ref(count)
        };
        let before = count(&process);
        let adding = thread::spawn(move || {
            let table = one.table();
            let count = table.find(TWINS[0].as_bytes()).expect("it is sound");
            let count = count.expect("it was inserted");
            count.fetch_add(1, Ordering::Relaxed);
            count.fetch_add(2, Ordering::Relaxed);
        });
        let growing = thread::spawn(move || other.add(TWINS[1], 4));
        adding.join().expect("it ends");
        growing.join().expect("it ends");
        assert_eq!(before, count(&process), "it stays where it was");
        let counts = memory.counts(0);
        assert_eq!((counts[TWINS[0]], counts[TWINS[1]]), (3, 4));
    });
}
