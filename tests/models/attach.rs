//! Counters find their record while they are added to.

use std::sync::Arc;

use gotelemetry::counter::cell::Addition;
use gotelemetry::counter::table::Trouble;
use gotelemetry::counter::words::{AtomicU64, Ordering};
use loom::thread;

use crate::counter::{Counter, File, PROCESS, Records};
use crate::memory::{Memory, OTHER, Process};
use crate::{Bound, explore};

/// A file whose record has to be inserted.
impl Records for Process {
    fn insert(&'static self) -> Result<&'static AtomicU64, Trouble> {
        self.table().insert(OTHER.as_bytes())
    }
}

/// A thread adds 1 to the counter while `first` happens in this one.
fn attach<F: Records + Sync>(
    counter: Counter<F>,
    first: impl FnOnce(&Counter<F>),
) -> Arc<Counter<F>> {
    let counter = Arc::new(counter);
    let other = counter.clone();
    let adding = thread::spawn(move || other.add(1));
    first(&counter);
    adding.join().expect("it ends");
    counter
}

// test[count.add]
#[test]
fn an_addition_meets_the_attaching_of_what_waits() {
    let name = "an_addition_meets_the_attaching_of_what_waits";
    explore(name, Bound::None, || {
        let file = File::new();
        let counter = Counter::beside(Some(file));
        counter.wait(PROCESS, 4);
        let counter = attach(counter, |counter| {
            counter.follow(PROCESS);
        });
        assert_eq!((file.value(), counter.cell.waiting(PROCESS)), (5, 0));
    });
}

/// What waits because there was no room gets into the file once there is, whoever comes first.
// test[count.add, count.full, count.retry]
#[test]
fn an_addition_that_was_refused_meets_another_try() {
    let name = "an_addition_that_was_refused_meets_another_try";
    explore(name, Bound::None, || {
        let file = File::full();
        let counter = Counter::beside(Some(file));
        counter.add(4);
        let counter = attach(counter, |counter| {
            file.full.store(0, Ordering::Relaxed);
            counter.follow(PROCESS);
        });
        assert_eq!((file.value(), counter.cell.waiting(PROCESS)), (5, 0));
    });
}

/// A file that has no room and then some: whoever was refused is attached all the same.
// test[count.add, count.full, count.retry]
#[test]
fn an_addition_that_is_being_refused_meets_another_try() {
    let name = "an_addition_that_is_being_refused_meets_another_try";
    explore(name, Bound::None, || {
        let file = File::full();
        let counter = Arc::new(Counter::beside(Some(file)));
        counter.wait(PROCESS, 1);
        let other = counter.clone();
        let following = thread::spawn(move || drop(other.follow(PROCESS)));
        file.full.store(0, Ordering::Relaxed);
        counter.cell.attach(&file.count, PROCESS);
        following.join().expect("it ends");
        assert_eq!((file.value(), counter.cell.waiting(PROCESS)), (1, 0));
        counter.add(4);
        assert_eq!((file.value(), counter.cell.waiting(PROCESS)), (5, 0));
    });
}

// test[count.add, count.full, count.retry]
#[test]
fn additions_that_are_being_refused_meet_another_try() {
    let name = "additions_that_are_being_refused_meet_another_try";
    explore(name, Bound::Three, || {
        let file = File::full();
        let counter = Arc::new(Counter::beside(Some(file)));
        counter.wait(PROCESS, 1);
        let other = counter.clone();
        let following = thread::spawn(move || drop(other.follow(PROCESS)));
        let other = counter.clone();
        let adding = thread::spawn(move || other.cell.add_slowly(2, PROCESS));
        file.full.store(0, Ordering::Relaxed);
        counter.cell.attach(&file.count, PROCESS);
        following.join().expect("it ends");
        if adding.join().expect("it ends") == Addition::Waits {
            counter.follow(PROCESS);
        }
        assert_eq!((file.value(), counter.cell.waiting(PROCESS)), (3, 0));
    });
}

// test[count.add, insert.race]
#[test]
fn two_additions_insert_the_record() {
    explore("two_additions_insert_the_record", Bound::TwoAtFirst, || {
        let memory = Arc::new(Memory::new(&[OTHER]));
        // The process is not given back, as no mapping of a program is.
        let process: &'static Process = Box::leak(Box::new(Process::alone(&memory)));
        let counter = attach(Counter::beside(Some(process)), |counter| {
            counter.add(2);
        });
        assert_eq!(
            (memory.counts(0)[OTHER], counter.cell.waiting(PROCESS)),
            (3, 0)
        );
    });
}

// test[count.add]
#[test]
fn an_addition_meets_the_opening_of_the_file() {
    let name = "an_addition_meets_the_opening_of_the_file";
    explore(name, Bound::ThreeAtFirst, || {
        let file = File::new();
        let counter = Counter::beside(None);
        // The process is known from here on.
        counter.wait(PROCESS, 4);
        counter.cell.forget(|| true);
        let counter = attach(counter, |counter| {
            counter.rotate(Some(file));
        });
        assert_eq!((file.value(), counter.cell.waiting(PROCESS)), (1, 0));
    });
}

/// One of the threads adds on the fast path alone, if it can.
// test[count.add]
#[test]
fn additions_of_two_threads_meet_the_opening_of_the_file() {
    let name = "additions_of_two_threads_meet_the_opening_of_the_file";
    explore(name, Bound::Three, || {
        let file = File::new();
        let counter = Arc::new(Counter::beside(None));
        let (one, other) = (counter.clone(), counter.clone());
        let adding = thread::spawn(move || one.add(1));
        let adding_fast = thread::spawn(move || other.cell.add_fast(2));
        counter.rotate(Some(file));
        adding.join().expect("it ends");
        let added = if adding_fast.join().expect("it ends") {
            2
        } else {
            0
        };
        assert_eq!(
            (file.value(), counter.cell.waiting(PROCESS)),
            (1 + added, 0)
        );
    });
}
