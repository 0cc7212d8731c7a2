//! The count of one name in one process: waiting, attached, high, and forked.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use gotelemetry::counter::cell::{Addition, Cell, Followed};
use gotelemetry::counter::reference::Reference;
use gotelemetry::counter::table::Trouble;

/// The process that counts.
const PROCESS: u32 = 7;

#[derive(Default)]
struct Place(Mutex<Option<&'static AtomicU64>>);

impl Reference<AtomicU64> for Place {
    fn get(&self) -> Option<&'static AtomicU64> {
        *self.0.lock().expect("nobody panics")
    }

    fn replace(&self, old: Option<&'static AtomicU64>, new: Option<&'static AtomicU64>) -> bool {
        let mut place = self.0.lock().expect("nobody panics");
        let is_there = place.map(std::ptr::from_ref) == old.map(std::ptr::from_ref);
        if is_there {
            *place = new;
        }
        is_there
    }

    fn set(&self, new: Option<&'static AtomicU64>) -> bool {
        let mut place = self.0.lock().expect("nobody panics");
        std::mem::replace(&mut *place, new).is_some()
    }
}

fn cell() -> Cell<Place> {
    Cell::new(Place::default(), Place::default())
}

fn count(value: u64) -> &'static AtomicU64 {
    Box::leak(Box::new(AtomicU64::new(value)))
}

fn value(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

/// Adds as a counter does. Returns whether the cell waits.
fn add(cell: &Cell<Place>, n: u64) -> bool {
    !cell.add_fast(n) && cell.add_slowly(n, PROCESS) == Addition::Waits
}

// test[count.add]
#[test]
fn what_waits_moves_to_the_record_once() {
    let cell = cell();
    assert!(add(&cell, 3) && add(&cell, 4));
    assert_eq!(cell.waiting(PROCESS), 7);
    let first = count(10);
    cell.attach(first, PROCESS);
    cell.attach(first, PROCESS);
    assert_eq!((value(first), cell.waiting(PROCESS)), (17, 0));
    assert!(!add(&cell, 1));
    assert_eq!(value(first), 18);
}

// test[count.add]
#[test]
fn a_cell_follows_the_files() {
    let cell = cell();
    let (first, second) = (count(0), count(0));
    cell.attach(first, PROCESS);
    add(&cell, 1);
    cell.detach();
    assert!(add(&cell, 2));
    cell.attach(second, PROCESS);
    add(&cell, 4);
    assert_eq!(
        (value(first), value(second), cell.waiting(PROCESS)),
        (1, 6, 0)
    );
    assert!(cell.word().is_some_and(|word| std::ptr::eq(word, second)));
    cell.detach();
    assert!(cell.word().is_none());
}

/// Follows while the second of two files is opened as the record in the first is looked for, which
/// may have room for it. Returns the file whose record was looked for last.
fn follow_two(
    cell: &Cell<Place>,
    has_room: bool,
) -> (Followed<&'static AtomicU64>, [u64; 2], usize) {
    let files: &[_; 2] = Box::leak(Box::new([count(0), count(0)]));
    let (opened, last) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let followed = cell.follow(
        PROCESS,
        || files.get(opened.load(Ordering::Relaxed)),
        |file| {
            let is_first = std::ptr::eq(*file, files[0]);
            last.store(if is_first { 1 } else { 2 }, Ordering::Relaxed);
            opened.store(1, Ordering::Relaxed);
            match has_room || !is_first {
                true => Ok(*file),
                false => Err(Trouble::Full),
            }
        },
    );
    (followed, files.map(value), last.into_inner())
}

// test[file.rotate]
#[test]
fn a_cell_looks_again_if_another_file_was_opened_while_it_followed() {
    let cell = cell();
    add(&cell, 5);
    let (followed, values, last) = follow_two(&cell, false);
    assert!(matches!(followed, Followed::Attached));
    assert_eq!((values, last), ([0, 5], 2));
    assert!(!add(&cell, 2));
}

// test[count.zero, file.rotate]
#[test]
fn a_cell_leaves_a_file_that_was_closed_while_it_followed() {
    let cell = cell();
    add(&cell, 5);
    let (followed, values, last) = follow_two(&cell, true);
    assert!(matches!(followed, Followed::Idle));
    assert_eq!((values, last), ([5, 0], 1));
    assert!(cell.word().is_none());
    assert!(add(&cell, 2));
    assert_eq!(cell.waiting(PROCESS), 2);
}

// test[count.add, file.rotate]
#[test]
fn a_cell_follows_to_another_file_with_what_was_added_after_it_was_left() {
    let cell = cell();
    add(&cell, 5);
    let files: &[_; 2] = Box::leak(Box::new([count(0), count(0)]));
    let looks = AtomicUsize::new(0);
    let open = || {
        // Once the first file was found: another thread opens the second, takes the cell from its
        // record, and adds.
        if looks.fetch_add(1, Ordering::Relaxed) == 1 {
            cell.detach();
            assert!(add(&cell, 2));
        }
        files.get(usize::from(looks.load(Ordering::Relaxed) > 1))
    };
    let followed = cell.follow(PROCESS, open, |file| Ok(*file));
    assert!(matches!(followed, Followed::Attached));
    assert_eq!((files.map(value), cell.waiting(PROCESS)), ([5, 2], 0));
}

// test[count.add, count.retry]
#[test]
fn a_cell_that_is_refused_looks_again_if_it_has_a_record() {
    let cell = cell();
    let file: &&AtomicU64 = Box::leak(Box::new(count(0)));
    add(&cell, 5);
    let refusals = AtomicUsize::new(1);
    let followed = cell.follow(
        PROCESS,
        || Some(file),
        |file| {
            if refusals.swap(0, Ordering::Relaxed) == 0 {
                return Ok(*file);
            }
            // Another thread finds room.
            cell.attach(file, PROCESS);
            Err(Trouble::Full)
        },
    );
    assert!(matches!(followed, Followed::Attached));
    assert!(!add(&cell, 2));
    assert_eq!((value(file), cell.waiting(PROCESS)), (7, 0));
}

// test[count.off]
#[test]
fn what_may_not_be_given_up_waits() {
    let cell = cell();
    add(&cell, 5);
    cell.forget(|| false);
    assert_eq!(cell.waiting(PROCESS), 5);
}

// test[count.off]
#[test]
fn what_another_thread_has_moved_is_not_given_up_but_what_waits_then() {
    let (cell, first) = (cell(), count(0));
    let asked = AtomicUsize::new(0);
    add(&cell, 5);
    cell.forget(|| {
        if asked.fetch_add(1, Ordering::Relaxed) == 0 {
            cell.attach(first, PROCESS);
            cell.detach();
            assert!(add(&cell, 2));
        }
        true
    });
    assert_eq!((value(first), cell.waiting(PROCESS)), (5, 0));
    assert_eq!(asked.into_inner(), 2);
    cell.forget(|| panic!("nothing waits"));
}

#[test]
fn adding_nothing_changes_nothing() {
    let cell = cell();
    assert!(!add(&cell, 0));
    assert_eq!(cell.waiting(PROCESS), 0);
    cell.attach(count(u64::MAX), PROCESS);
    assert!(!add(&cell, 0));
}

// test[count.off]
#[test]
fn what_is_given_up_is_never_counted() {
    let cell = cell();
    add(&cell, 3);
    cell.forget(|| true);
    assert_eq!(cell.waiting(PROCESS), 0);
    add(&cell, 4);
    let first = count(0);
    cell.attach(first, PROCESS);
    assert_eq!(value(first), 4);
}

// test[count.fork]
#[test]
fn a_forked_process_leaves_to_the_first_what_waited_there() {
    for attached_at_once in [true, false] {
        let cell = cell();
        add(&cell, 3);
        let ours = count(0);
        if !attached_at_once {
            assert_eq!(cell.add_slowly(5, PROCESS + 1), Addition::Waits);
            assert_eq!(cell.waiting(PROCESS + 1), 5);
        }
        cell.attach(ours, PROCESS + 1);
        cell.add_slowly(6, PROCESS + 1);
        assert_eq!(value(ours), if attached_at_once { 6 } else { 11 });
    }
}

#[test]
fn threads_of_a_forked_process_give_up_no_count_of_their_own() {
    for _ in 0..2000 {
        let cell = cell();
        add(&cell, 1000);
        let ours = count(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    (0..3).for_each(|_| {
                        cell.add_slowly(1, PROCESS + 1);
                    });
                    cell.attach(ours, PROCESS + 1);
                });
            }
        });
        assert_eq!((value(ours), cell.waiting(PROCESS + 1)), (6, 0));
    }
}

// test[count.add]
#[test]
fn nothing_is_lost_while_files_come_and_go() {
    let cell = cell();
    let counts: Vec<_> = (0..100).map(|_| count(0)).collect();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                (0..50_000).for_each(|_| {
                    add(&cell, 1);
                })
            });
        }
        scope.spawn(|| {
            for count in &counts {
                cell.attach(count, PROCESS);
                thread::yield_now();
                cell.detach();
            }
        });
    });
    let sum: u64 = counts.iter().map(|count| value(count)).sum();
    assert_eq!(sum + cell.waiting(PROCESS), 150_000);
}

// test[fmt.count.max]
#[test]
fn a_count_stops_at_the_greatest_number_wherever_it_is() {
    let waiting = cell();
    for n in [u64::MAX - 3, 2, 5, u64::MAX] {
        add(&waiting, n);
    }
    assert_eq!(waiting.waiting(PROCESS), u64::MAX);
    let first = count(7);
    waiting.attach(first, PROCESS);
    assert_eq!(value(first), u64::MAX);
    // What waits later is counted anew, in another file.
    waiting.detach();
    add(&waiting, 5);
    let second = count(0);
    waiting.attach(second, PROCESS);
    assert_eq!(value(second), 5);
}

// test[count.high]
#[test]
fn a_count_that_is_high_leaves_the_fast_path_and_stays_exact() {
    let cell = cell();
    let high = count((1 << 63) - 1);
    cell.attach(high, PROCESS);
    assert!(cell.add_fast(1) && cell.add_fast(1));
    assert!(!cell.add_fast(1));
    assert!(!add(&cell, 1));
    assert_eq!(value(high), (1 << 63) + 2);
    add(&cell, u64::MAX);
    assert_eq!(value(high), u64::MAX);
}

// test[count.high]
#[test]
fn no_more_than_2_to_the_32_is_added_at_once_without_an_exchange() {
    let cell = cell();
    let low = count(0);
    cell.attach(low, PROCESS);
    assert!(cell.add_fast(1 << 32));
    assert!(!cell.add_fast((1 << 32) + 1));
    assert_eq!(value(low), 1 << 32);
    assert!(!add(&cell, (1 << 32) + 1));
    assert_eq!(value(low), (1 << 33) + 1);
}

// test[count.high]
#[test]
fn a_sum_that_wrapped_is_repaired() {
    let cell = cell();
    let high = count(0);
    cell.attach(high, PROCESS);
    // Another program's giant addition.
    high.store(u64::MAX - 1, Ordering::Relaxed);
    assert!(cell.add_fast(5));
    assert_eq!(value(high), u64::MAX);
    assert!(!cell.add_fast(1));
}

// test[count.high]
#[test]
fn a_count_that_is_high_when_it_is_found_is_never_on_the_fast_path() {
    for start in [1 << 63, u64::MAX] {
        let (cell, high) = (cell(), count(start));
        add(&cell, 1);
        cell.attach(high, PROCESS);
        assert!(!cell.add_fast(1));
        assert!(!add(&cell, 1));
        assert_eq!(value(high), start.saturating_add(2));
    }
    // What waited makes it high.
    let (cell, high) = (cell(), count(0));
    add(&cell, u64::MAX);
    cell.attach(high, PROCESS);
    assert!(!cell.add_fast(1));
    assert_eq!(value(high), u64::MAX);
}

// test[count.fork]
#[test]
fn what_waits_in_another_process_waits_in_that_one_alone() {
    let cell = cell();
    add(&cell, 5);
    assert_eq!(cell.waiting(PROCESS + 1), 0);
    let open = || -> Option<&'static AtomicU64> { panic!("there is nothing to move") };
    let followed = cell.move_on(PROCESS + 1, open, Ok);
    assert!(matches!(followed, Followed::Idle));
    assert_eq!(cell.waiting(PROCESS), 5);
}

// test[count.retry]
#[test]
fn a_cell_that_was_refused_is_not_once_its_file_is_left() {
    let (cell, open) = (cell(), Place::default());
    let file: &'static AtomicU64 = count(0);
    let room = std::cell::Cell::new(false);
    let insert = |file: &'static AtomicU64| room.get().then_some(file).ok_or(Trouble::Full);
    open.set(Some(file));
    assert_eq!(cell.add_slowly(1, PROCESS), Addition::Waits);
    cell.follow(PROCESS, || open.get(), insert);
    assert_eq!(cell.add_slowly(1, PROCESS), Addition::Refused);
    open.set(None);
    cell.follow(PROCESS, || open.get(), insert);
    assert_eq!(cell.add_slowly(1, PROCESS), Addition::Waits);
    open.set(Some(file));
    cell.follow(PROCESS, || open.get(), insert);
    assert_eq!(cell.add_slowly(1, PROCESS), Addition::Refused);
    // In mode off what waits is given up.
    cell.forget(|| true);
    cell.move_on(PROCESS, || open.get(), insert);
    assert_eq!(cell.add_slowly(1, PROCESS), Addition::Waits);
    room.set(true);
    cell.follow(PROCESS, || open.get(), insert);
    assert_eq!((value(file), cell.waiting(PROCESS)), (1, 0));
}
