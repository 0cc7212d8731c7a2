//! Files give way to others while counters are added to.

use std::sync::Arc;

use loom::thread;

use crate::counter::{Counter, File};
use crate::{Bound, explore};

/// A counter is attached to a file that holds 1; `adders` threads add 2 each, `times` times, while
/// the file gives way to each of `next`. All that was added is in a file or waits, and the counter
/// has left all files but the last.
fn rotate(adders: u64, times: u64, next: fn() -> Vec<Option<&'static File>>) {
    let (first, next) = (File::new(), next());
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
    let later = next.iter().flatten().map(|file| file.value());
    let sum = first.value() + later.sum::<u64>() + counter.cell.waiting();
    assert_eq!(sum, 1 + 2 * adders * times);
    let open = next
        .last()
        .copied()
        .flatten()
        .filter(|file| !file.is_full());
    if let Some(word) = counter.cell.word() {
        let open = open.expect("it is attached to no file that was left");
        assert!(
            std::ptr::eq(word, &open.count),
            "it is attached to the last"
        );
    }
    if open.is_some() {
        assert_eq!(
            counter.cell.waiting(),
            0,
            "nothing waits while there is room"
        );
    }
}

// test[count.add, count.zero, file.rotate]
#[test]
fn additions_meet_a_rotation() {
    let model = || rotate(1, 2, || vec![Some(File::new())]);
    explore("additions_meet_a_rotation", Bound::None, model);
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
    explore(name, Bound::None, || {
        let file = File::new();
        let counter = Arc::new(Counter::beside(Some(File::full())));
        let other = counter.clone();
        let adding = thread::spawn(move || other.add(2));
        counter.rotate(Some(file));
        adding.join().expect("it ends");
        counter.add(4);
        assert_eq!((file.value(), counter.cell.waiting()), (6, 0));
    });
}

/// What waits because there was no room gets into the next file, whoever comes first.
// test[count.add, count.full, file.rotate]
#[test]
fn additions_that_were_refused_meet_a_rotation() {
    let name = "additions_that_were_refused_meet_a_rotation";
    explore(name, Bound::None, || {
        let (full, file) = (File::full(), File::new());
        let counter = Arc::new(Counter::beside(Some(full)));
        counter.add(1);
        let other = counter.clone();
        let adding = thread::spawn(move || other.add(2));
        counter.rotate(Some(file));
        adding.join().expect("it ends");
        assert_eq!((file.value(), counter.cell.waiting()), (3, 0));
        counter.add(4);
        assert_eq!((file.value(), counter.cell.waiting()), (7, 0));
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
        assert_eq!((sum, counter.cell.waiting()), (3, 0));
        let open = counter.open.get().expect("one of them is open");
        let word = counter.cell.word();
        assert!(word.is_none_or(|word| std::ptr::eq(word, &open.count)));
    });
}
