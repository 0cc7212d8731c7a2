//! Names are looked up, and the file is read, while records are inserted.

use std::sync::Arc;

use gotelemetry::counter::words::{AtomicU32, Ordering};
use gotelemetry::format::{layout, parse};
use loom::thread;

use crate::memory::{Memory, Process, TWINS};
use crate::{Bound, explore};

/// Looks for a name twice while another thread inserts it in front of another of the bucket.
// test[fmt.link, insert.order]
#[test]
fn a_name_that_was_found_is_found_again() {
    explore("a_name_that_was_found_is_found_again", Bound::None, || {
        let memory = Arc::new(Memory::new(&TWINS));
        let process = Process::of(&memory);
        process.add(TWINS[1], 1);
        let other = process.clone();
        let inserting = thread::spawn(move || other.add(TWINS[0], 2));
        let find = |name: &str| {
            let found = process.table().find(name.as_bytes());
            found.expect("nothing is damaged").is_some()
        };
        let (first, second) = (find(TWINS[0]), find(TWINS[0]));
        assert!(second || !first, "it is lost");
        assert!(find(TWINS[1]), "the other one is lost");
        inserting.join().expect("it ends");
        assert!(find(TWINS[0]));
    });
}

/// Each of `names` is inserted by a program of its own, beginning at `first`, while the file is
/// read. The reading is sound, and holds all that was added before it began.
fn read(first: u32, names: &'static [&'static str]) {
    let memory = Arc::new(Memory::with_limit(first, names));
    let done = Arc::new(AtomicU32::new(0));
    let add = |at: usize| {
        let (process, done) = (Process::of(&memory), done.clone());
        move || {
            process.add(names[at], 1);
            done.fetch_or(1 << at, Ordering::Release);
        }
    };
    let threads: Vec<_> = (0..names.len()).map(|at| thread::spawn(add(at))).collect();
    let done = done.load(Ordering::Acquire);
    let bytes = memory.read();
    let file = parse(&bytes).expect("the reading is sound");
    assert_eq!(file.notes.total(), 0, "and nothing is odd about it");
    let counts = file.counts();
    for name in names {
        let count = counts.get(name.as_bytes()).copied().unwrap_or_default();
        let before = (0..names.len()).filter(|at| names[*at] == *name && done & 1 << at != 0);
        let all = names.iter().filter(|other| *other == name);
        assert!((before.count() as u64..=all.count() as u64).contains(&count));
    }
    for thread in threads {
        thread.join().expect("it ends");
    }
}

fn from_start(names: &'static [&'static str]) -> impl Fn() + Send + Sync + 'static {
    let first = layout::records_off(crate::memory::header_len()) + layout::UNIT;
    move || read(first, names)
}

// test[read.live]
#[test]
fn a_reader_meets_an_insert() {
    explore(
        "a_reader_meets_an_insert",
        Bound::None,
        from_start(&TWINS[..1]),
    );
}

// test[read.live]
#[test]
fn a_reader_meets_an_insert_that_grows_the_file() {
    let name = "a_reader_meets_an_insert_that_grows_the_file";
    let model = || read(layout::PAGE - 32, &TWINS[..1]);
    explore(name, Bound::None, model);
}

// test[read.live]
#[test]
fn a_reader_meets_inserts_of_one_name() {
    let name = "a_reader_meets_inserts_of_one_name";
    explore(name, Bound::Three, from_start(&[TWINS[0]; 2]));
}

// test[read.live]
#[test]
fn a_reader_meets_inserts_that_grow_the_file() {
    let name = "a_reader_meets_inserts_that_grow_the_file";
    explore(name, Bound::Three, || read(layout::PAGE - 64, &TWINS));
}
