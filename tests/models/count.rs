//! Additions at the edge of saturation, and in a process that was forked off.

use std::sync::Arc;

use gotelemetry::counter::reference::Reference as _;
use gotelemetry::counter::words::{AtomicBool, Ordering};
use loom::thread;

use crate::counter::{Counter, File, PROCESS};
use crate::{Bound, explore};

/// The greatest number that is added on the fast path.
const MOST: u64 = 1 << 32;

/// Adds each of `adders` in a thread of its own to an attached counter, after another program's
/// additions have led its file to `start`. Returns what the file holds in the end.
fn sum(start: u64, adders: &'static [u64]) -> u64 {
    let file = File::new();
    let counter = Arc::new(Counter::beside(Some(file)));
    counter.follow(PROCESS);
    file.count.store(start, Ordering::Relaxed);
    let add = |n: u64| {
        let counter = counter.clone();
        move || counter.add(n)
    };
    let threads: Vec<_> = adders[1..].iter().map(|n| thread::spawn(add(*n))).collect();
    add(adders[0])();
    for thread in threads {
        thread.join().expect("it ends");
    }
    assert_eq!(counter.cell.waiting(PROCESS), 0);
    file.value()
}

// test[count.high]
#[test]
fn additions_pass_the_edge_of_the_fast_path() {
    let name = "additions_pass_the_edge_of_the_fast_path";
    explore(name, Bound::None, || {
        let edge = 1 << 63;
        assert_eq!(sum(edge - 1, &[MOST, 1]), edge + MOST);
    });
}

// test[count.high, fmt.count.max]
#[test]
fn additions_stop_at_the_greatest_count() {
    let name = "additions_stop_at_the_greatest_count";
    explore(name, Bound::None, || {
        let counter = Arc::new(Counter::beside(Some(File::holding(u64::MAX - 3))));
        counter.add(1);
        counter.follow(PROCESS);
        assert!(counter.cell.word().is_none(), "it has no fast path");
        let other = counter.clone();
        let thread = thread::spawn(move || {
            other.add(2);
            other.add(MOST);
        });
        counter.add(1);
        thread.join().expect("it ends");
        assert_eq!(counter.open.get().map(File::value), Some(u64::MAX));
    });
}

// test[count.high]
#[test]
fn additions_of_three_threads_pass_the_edge() {
    let name = "additions_of_three_threads_pass_the_edge";
    explore(name, Bound::Three, || {
        let edge = 1 << 63;
        assert_eq!(sum(edge - 2, &[1, MOST, 3]), edge + MOST + 2);
    });
}

// test[count.high, fmt.count.max]
#[test]
fn a_sum_that_wrapped_around_is_mended() {
    explore("a_sum_that_wrapped_around_is_mended", Bound::None, || {
        // Another program's giant addition was there first.
        assert_eq!(sum(u64::MAX, &[1, 2]), u64::MAX);
    });
}

// test[fmt.count.max]
#[test]
fn what_waits_stops_at_the_greatest_count() {
    let name = "what_waits_stops_at_the_greatest_count";
    explore(name, Bound::None, || {
        let counter = Arc::new(Counter::<File>::beside(None));
        // The process is known from here on.
        counter.wait(PROCESS, 1);
        let add = |counter: &Counter<File>| counter.wait(PROCESS, u64::MAX - 1);
        let other = counter.clone();
        let thread = thread::spawn(move || add(&other));
        add(&counter);
        thread.join().expect("it ends");
        assert_eq!(counter.cell.waiting(PROCESS), u64::MAX);
        let file = File::new();
        counter.rotate(Some(file));
        assert_eq!((file.value(), counter.cell.waiting(PROCESS)), (u64::MAX, 0));
    });
}

// test[count.add]
#[test]
fn no_more_waits_than_was_added() {
    explore("no_more_waits_than_was_added", Bound::None, || {
        let counter = Arc::new(Counter::<File>::beside(None));
        let other = counter.clone();
        let thread = thread::spawn(move || {
            other.wait(PROCESS, 3);
            other.rotate(Some(File::new()));
            other.cell.detach();
            other.wait(PROCESS, 5);
        });
        assert!([0, 3, 5].contains(&counter.cell.waiting(PROCESS)));
        thread.join().expect("it ends");
        assert_eq!(counter.cell.waiting(PROCESS), 5);
    });
}

// test[count.add, count.off]
#[test]
fn what_is_added_once_the_mode_is_on_is_not_given_up() {
    let name = "what_is_added_once_the_mode_is_on_is_not_given_up";
    explore(name, Bound::None, || {
        let counter = Arc::new(Counter::<File>::beside(None));
        counter.wait(PROCESS, 4);
        let (other, off) = (counter.clone(), Arc::new(AtomicBool::new(true)));
        let mode = off.clone();
        let giving_up = thread::spawn(move || {
            other.cell.forget(|| mode.load(Ordering::Relaxed));
        });
        off.store(false, Ordering::Relaxed);
        counter.wait(PROCESS, 1);
        giving_up.join().expect("it ends");
        assert!([1, 5].contains(&counter.cell.waiting(PROCESS)));
        counter.cell.forget(|| true);
        assert_eq!(counter.cell.waiting(PROCESS), 0);
    });
}

// test[count.fork]
#[test]
fn no_more_waits_than_a_forked_off_process_has_added() {
    let name = "no_more_waits_than_a_forked_off_process_has_added";
    explore(name, Bound::None, || {
        let counter = Arc::new(Counter::<File>::beside(None));
        counter.wait(PROCESS, 32);
        let other = counter.clone();
        let adding = thread::spawn(move || other.wait(PROCESS + 1, 1));
        assert!([0, 1].contains(&counter.cell.waiting(PROCESS + 1)));
        adding.join().expect("it ends");
        assert_eq!(counter.cell.waiting(PROCESS + 1), 1);
    });
}

/// What waited in a process that was forked off: `first` and `second` happen in two of its threads.
fn forked(first: fn(&Counter<File>), second: fn(&Counter<File>)) -> (u64, u64) {
    let counter = Arc::new(Counter::<File>::beside(None));
    counter.add_in(PROCESS, 32);
    let file = File::new();
    counter.open.set(Some(file));
    let other = counter.clone();
    let thread = thread::spawn(move || first(&other));
    second(&counter);
    thread.join().expect("it ends");
    (file.value(), counter.cell.waiting(PROCESS + 1))
}

// test[count.fork]
#[test]
fn additions_meet_in_a_process_that_was_forked_off() {
    let name = "additions_meet_in_a_process_that_was_forked_off";
    explore(name, Bound::ThreeAtFirst, || {
        let add = |counter: &Counter<File>| counter.wait(PROCESS + 1, 1);
        assert_eq!(forked(add, add), (0, 2));
    });
}

// test[count.fork, count.add]
#[test]
fn a_forked_off_process_attaches_while_it_adds() {
    let name = "a_forked_off_process_attaches_while_it_adds";
    explore(name, Bound::TwoAtFirst, || {
        let add = |counter: &Counter<File>| counter.add_in(PROCESS + 1, 1);
        assert_eq!(forked(add, add), (2, 0));
    });
}
