//! Files give way to others while counters are added to.

use std::sync::Arc;

use gotelemetry::counter::cell::Addition;
use gotelemetry::counter::reference::Reference as _;
use loom::thread;

use crate::counter::{Counter, File, PROCESS};
use crate::{Bound, explore};

/// A counter is attached to a file that holds `start` and 1; `adders` threads add 2 each, `times`
/// times, while the file gives way to each of `next`. All that was added is in a file or waits, and
/// what is added from then on gets into the last file, or waits if there is none or no room.
fn rotate_from(start: u64, adders: u64, times: u64, next: fn() -> Vec<Option<&'static File>>) {
    let (first, next) = (File::holding(start), next());
    let counter = Arc::new(Counter::beside(Some(first)));
    counter.add(1);
    let add = || {
        let counter = counter.clone();
        move || (0..times).for_each(|_| counter.add(2))
    };
    let threads: Vec<_> = (0..adders).map(|_| thread::spawn(add())).collect();
    for file in &next {
        counter.rotate(*file);
    }
    for thread in threads {
        thread.join().expect("it ends");
    }
    let all = || {
        let later = next.iter().flatten().map(|file| file.value());
        first.value() - start + later.sum::<u64>()
    };
    let (before, waited) = (all(), counter.cell.waiting(PROCESS));
    assert_eq!(before + waited, 1 + 2 * adders * times);
    let open = next.last().copied().flatten();
    let Some(open) = open.filter(|file| !file.is_full()) else {
        counter.add(4);
        let after = (all(), counter.cell.waiting(PROCESS));
        assert_eq!(after, (before, waited + 4), "there is no file to add to");
        return;
    };
    assert_eq!(waited, 0, "nothing waits while there is room");
    let held = open.value();
    counter.add(4);
    let after = (open.value(), all(), counter.cell.waiting(PROCESS));
    assert_eq!(after, (held + 4, before + 4, 0), "it goes to the last file");
}

fn rotate(adders: u64, times: u64, next: fn() -> Vec<Option<&'static File>>) {
    rotate_from(0, adders, times, next);
}

// test[count.add, file.rotate]
#[test]
fn additions_meet_a_rotation() {
    let model = || rotate(1, 2, || vec![Some(File::new())]);
    explore("additions_meet_a_rotation", Bound::None, model);
}

// test[count.high, file.rotate]
#[test]
fn additions_that_pass_the_edge_meet_a_rotation() {
    let start = (1 << 63) - 2;
    let name = "additions_that_pass_the_edge_meet_a_rotation";
    explore(name, Bound::None, move || {
        rotate_from(start, 1, 2, || vec![Some(File::new())]);
    });
}

// test[count.add, file.rotate]
#[test]
fn an_addition_meets_two_rotations() {
    let model = || rotate(1, 1, || vec![Some(File::new()), Some(File::new())]);
    explore(
        "an_addition_meets_two_rotations",
        Bound::ThreeAtFirst,
        model,
    );
}

// test[count.add, file.off]
#[test]
fn additions_meet_the_end_of_counting() {
    let model = || rotate(1, 2, || vec![None]);
    explore("additions_meet_the_end_of_counting", Bound::None, model);
}

// test[count.add, count.full]
#[test]
fn additions_meet_a_rotation_to_a_full_file() {
    let model = || rotate(1, 2, || vec![Some(File::full())]);
    explore(
        "additions_meet_a_rotation_to_a_full_file",
        Bound::None,
        model,
    );
}

// test[count.add, count.full, file.rotate]
#[test]
fn an_addition_that_is_being_refused_meets_a_rotation() {
    let name = "an_addition_that_is_being_refused_meets_a_rotation";
    explore(name, Bound::ThreeAtFirst, || {
        let file = File::new();
        let counter = Arc::new(Counter::beside(Some(File::full())));
        let other = counter.clone();
        let adding = thread::spawn(move || other.add(2));
        counter.rotate(Some(file));
        adding.join().expect("it ends");
        counter.add(4);
        assert_eq!((file.value(), counter.cell.waiting(PROCESS)), (6, 0));
    });
}

/// What waits because there was no room gets into the next file, whoever comes first.
// test[count.add, count.full, file.rotate]
#[test]
fn additions_that_were_refused_meet_a_rotation() {
    let name = "additions_that_were_refused_meet_a_rotation";
    explore(name, Bound::ThreeAtFirst, || {
        let (full, file) = (File::full(), File::new());
        let counter = Arc::new(Counter::beside(Some(full)));
        counter.add(1);
        let other = counter.clone();
        let adding = thread::spawn(move || other.add(2));
        counter.rotate(Some(file));
        adding.join().expect("it ends");
        assert_eq!((file.value(), counter.cell.waiting(PROCESS)), (3, 0));
        counter.add(4);
        assert_eq!((file.value(), counter.cell.waiting(PROCESS)), (7, 0));
    });
}

/// A counter that was refused and for which nothing waits, as in a process that was forked off.
// test[count.add, count.full, file.rotate]
#[test]
fn an_addition_to_a_counter_that_was_refused_meets_a_rotation() {
    let name = "an_addition_to_a_counter_that_was_refused_meets_a_rotation";
    explore(name, Bound::None, || {
        let file = File::new();
        let counter = Arc::new(Counter::beside(Some(File::full())));
        counter.add(1);
        counter.cell.forget(|| true);
        let other = counter.clone();
        let adding = thread::spawn(move || other.cell.add_slowly(2, PROCESS));
        counter.rotate(Some(file));
        if adding.join().expect("it ends") == Addition::Waits {
            counter.follow(PROCESS);
        }
        assert_eq!((file.value(), counter.cell.waiting(PROCESS)), (2, 0));
    });
}

// test[count.add, file.rotate]
#[test]
fn additions_of_two_threads_meet_a_rotation() {
    let model = || rotate(2, 1, || vec![Some(File::new())]);
    explore(
        "additions_of_two_threads_meet_a_rotation",
        Bound::Three,
        model,
    );
}

// test[count.add, file.rotate]
#[test]
fn additions_meet_rotations_of_two_threads() {
    let name = "additions_meet_rotations_of_two_threads";
    explore(name, Bound::Three, || {
        let files = [File::new(), File::new(), File::new()];
        let counter = Arc::new(Counter::beside(Some(files[0])));
        counter.add(1);
        let other = counter.clone();
        let rotating = thread::spawn(move || other.rotate(Some(files[1])));
        let other = counter.clone();
        let adding = thread::spawn(move || other.add(2));
        counter.rotate(Some(files[2]));
        rotating.join().expect("it ends");
        adding.join().expect("it ends");
        let sum: u64 = files.iter().map(|file| file.value()).sum();
        assert_eq!((sum, counter.cell.waiting(PROCESS)), (3, 0));
        let open = counter.open.get().expect("one of them is open");
        let held = open.value();
        counter.add(4);
        assert_eq!((open.value(), counter.cell.waiting(PROCESS)), (held + 4, 0));
    });
}
