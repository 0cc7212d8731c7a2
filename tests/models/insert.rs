//! Threads insert records at the same time.

use std::sync::Arc;

use crate::memory::{Memory, OTHER, Process, TWINS, add_all};
use crate::{Bound, explore};

/// Each thread adds its own number to its name; all must be there in the end.
fn inserts(memory: Memory, names: &'static [&'static str]) {
    let memory = Arc::new(memory);
    let process = Process::of(&memory);
    add_all(&memory, names, || process.clone());
    let found = process.table().find(names[0].as_bytes());
    assert!(found.expect("the chain is sound").is_some());
}

fn of(names: &'static [&'static str]) -> impl Fn() + Send + Sync + 'static {
    move || inserts(Memory::new(names), names)
}

// test[insert.order, insert.race, fmt.dead, fmt.link]
#[test]
fn two_threads_insert_one_name() {
    explore("two_threads_insert_one_name", Bound::None, of(&[OTHER; 2]));
}

// test[insert.order, insert.race]
#[test]
fn two_threads_insert_two_names_of_one_bucket() {
    let name = "two_threads_insert_two_names_of_one_bucket";
    explore(name, Bound::None, of(&TWINS));
}

// test[insert.order]
#[test]
fn two_threads_insert_names_of_two_buckets() {
    let name = "two_threads_insert_names_of_two_buckets";
    explore(name, Bound::None, of(&[TWINS[0], OTHER]));
}

// test[insert.limit]
#[test]
fn two_threads_insert_the_first_record() {
    let names: &[&str] = &TWINS;
    let model = move || inserts(Memory::empty(names), names);
    explore("two_threads_insert_the_first_record", Bound::None, model);
}

// test[insert.race]
#[test]
fn three_threads_insert_one_name() {
    let name = "three_threads_insert_one_name";
    explore(name, Bound::ThreeAtFirst, of(&[OTHER; 3]));
}

// test[insert.race]
#[test]
fn three_threads_insert_two_names_of_one_bucket() {
    const NAMES: [&str; 3] = [TWINS[0], TWINS[1], TWINS[0]];
    let name = "three_threads_insert_two_names_of_one_bucket";
    explore(name, Bound::ThreeAtFirst, of(&NAMES));
}

#[test]
fn three_threads_insert_names_of_two_buckets() {
    const NAMES: [&str; 3] = [TWINS[0], TWINS[1], OTHER];
    let name = "three_threads_insert_names_of_two_buckets";
    explore(name, Bound::ThreeAtFirst, of(&NAMES));
}
