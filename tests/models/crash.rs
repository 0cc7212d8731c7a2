//! A program stops for ever at each of its accesses, as one that was killed; the others go on.

use std::sync::Arc;

use gotelemetry::counter::table::Table;
use gotelemetry::counter::words::Ordering;
use gotelemetry::format::layout;
use loom::thread;

use crate::memory::{Dying, Memory, Process, TWINS, header_len};
use crate::{Bound, explore};

/// After how many accesses a program stops that makes all but the last, of the head.
const BEFORE_THE_LAST: u32 = u32::MAX;

/// A program makes `accesses` accesses on its way to insert the first of the twins, beginning at
/// `first`; each of `others` is inserted by a program of its own. Returns whether the first one got
/// to the end of its way.
fn stop(accesses: u32, first: u32, others: &'static [&'static str]) -> bool {
    let memory = Arc::new(Memory::with_limit(first, &TWINS));
    let dying = Process::of(&memory);
    let dies = move || {
        let last = accesses == BEFORE_THE_LAST;
        let words = Dying::of(&dying, accesses, TWINS[0], last);
        let count = Table::new(&words, header_len()).insert(TWINS[0].as_bytes());
        count.is_ok_and(|count| {
            let lives = !last;
            if lives {
                count.fetch_add(1, Ordering::Relaxed);
            }
            lives
        })
    };
    let goes_on = |name: &'static str| {
        let process = Process::of(&memory);
        move || process.add(name, 2)
    };
    let dies = thread::spawn(dies);
    let others_run: Vec<_> = others[1..]
        .iter()
        .map(|name| thread::spawn(goes_on(name)))
        .collect();
    goes_on(others[0])();
    let lived = dies.join().expect("it ends");
    for other in others_run {
        other.join().expect("it ends");
    }
    // One that starts afterwards gets on as well.
    let late = Process::of(&memory);
    TWINS.iter().for_each(|name| late.add(name, 4));
    let counts = memory.counts(usize::from(!lived));
    for name in TWINS {
        let added = others.iter().filter(|other| **other == name).count() as u64 * 2 + 4;
        let by_first = u64::from(lived && name == TWINS[0]);
        assert_eq!(counts[name], added + by_first, "{name}");
    }
    lived
}

/// Lets the program stop at one access after another, until it gets to the end in every order.
fn at_each(name: &str, bound: Bound, first: u32, others: &'static [&'static str]) {
    for accesses in 0.. {
        let stopped = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let seen = stopped.clone();
        explore(
            &format!("{name}, after {accesses} accesses"),
            bound,
            move || {
                if !stop(accesses, first, others) {
                    seen.store(true, std::sync::atomic::Ordering::Relaxed);
                }
            },
        );
        if !stopped.load(std::sync::atomic::Ordering::Relaxed) {
            assert!(accesses > 8, "it has more to do than that");
            break;
        }
    }
    let name = format!("{name}, before it exchanges the head");
    explore(&name, bound, move || {
        stop(BEFORE_THE_LAST, first, others);
    });
}

fn start() -> u32 {
    layout::records_off(header_len()) + layout::UNIT
}

// test[insert.order, insert.race]
#[test]
fn a_program_stops_beside_an_insert_of_the_same_name() {
    let name = "a_program_stops_beside_an_insert_of_the_same_name";
    at_each(name, Bound::None, start(), &TWINS[..1]);
}

// test[insert.order, insert.race]
#[test]
fn a_program_stops_beside_an_insert_of_another_name() {
    let name = "a_program_stops_beside_an_insert_of_another_name";
    at_each(name, Bound::None, start(), &TWINS[1..]);
}

// test[insert.order, grow.extend]
#[test]
fn a_program_stops_while_the_file_grows() {
    let name = "a_program_stops_while_the_file_grows";
    at_each(name, Bound::None, layout::PAGE - 32, &TWINS[1..]);
}

// test[insert.order, insert.race]
#[test]
fn a_program_stops_beside_two_others() {
    let name = "a_program_stops_beside_two_others";
    at_each(name, Bound::Three, start(), &TWINS);
}
