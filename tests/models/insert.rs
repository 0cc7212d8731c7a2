//! Threads insert records at the same time.

use std::sync::Arc;

use loom::thread;

use crate::memory::{Memory, OTHER, Process, TWINS};
use crate::{Bound, explore};

/// Each thread adds its own number to its name; all must be there in the end.
fn inserts(memory: Memory, names: &'static [&'static str]) {
    let memory = Arc::new(memory);
    let process = Process::of(&memory);
    let add = |at: usize| {
        let process = process.clone();
        move || process.add(names[at], 1 << at)
    };
    let threads: Vec<_> = (1..names.len()).map(|at| thread::spawn(add(at))).collect();
    add(0)();
    for thread in threads {
        thread.join().expect("it ends");
    }
    let counts = memory.counts(0);
    for name in names {
        let all = (0..names.len()).filter(|at| names[*at] == *name);
        let sum = all.map(|at| 1 << at).sum::<u64>();
        assert_eq!(counts.get(*name), Some(&sum), "{name}");
    }
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
