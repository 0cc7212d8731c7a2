//! Counters are put on their recorder's list while files come and go.

use gotelemetry::counter::cell::{Addition, Cell, Followed};
use gotelemetry::counter::list::{List, Listed};
use gotelemetry::counter::reference::Reference as _;
use gotelemetry::counter::words::{AtomicU32, AtomicU64, Ordering};
use loom::thread;

use crate::counter::{File, PROCESS, Place, Records as _};
use crate::{Bound, explore};

/// A counter with a name.
struct Named {
    name: &'static str,
    cell: Cell<Place<AtomicU64>>,
    next: Place<Named>,
    lister: AtomicU32,
}

impl Named {
    fn new(name: &'static str) -> &'static Named {
        Box::leak(Box::new(Named {
            name,
            cell: Cell::default(),
            next: Place::default(),
            lister: AtomicU32::new(0),
        }))
    }
}

impl Listed for Named {
    type Link = Place<Named>;
    type Count = Place<AtomicU64>;

    fn name(&self) -> &[u8] {
        self.name.as_bytes()
    }

    fn cell(&self) -> &Cell<Place<AtomicU64>> {
        &self.cell
    }

    fn next(&self) -> &Place<Named> {
        &self.next
    }

    fn lister(&self) -> &AtomicU32 {
        &self.lister
    }
}

/// A list with one bucket, and the file that is open.
struct Recorder {
    list: List<Named, 1>,
    open: Place<File>,
}

impl Recorder {
    fn beside(file: Option<&'static File>) -> &'static Recorder {
        let recorder = Box::leak(Box::new(Recorder {
            list: List::new([Place::default()]),
            open: Place::default(),
        }));
        recorder.open.set(file);
        recorder
    }

    /// Adds `n` as `Counter::add` of `src/recorder/counter.rs` does.
    fn add(&'static self, counter: &'static Named, n: u64) {
        if counter.cell.add_fast(n) {
            return;
        }
        if self.list.add(counter, n, PROCESS) == Addition::Waits {
            let open = || self.open.get();
            counter.cell.follow(PROCESS, open, File::insert);
        }
    }

    /// Opens another file, or none, as `Recorder::rotate` of `src/recorder/counting.rs` does.
    /// Returns whether something waited.
    fn rotate(&'static self, file: Option<&'static File>) -> bool {
        self.open.set(file);
        let open = || self.open.get();
        let insert = |file: &'static File, _| file.insert();
        let mut waited = false;
        let moved = |_, followed| waited |= !matches!(followed, Followed::Idle);
        self.list.move_on(PROCESS, open, insert, moved);
        waited
    }

    /// How often each of `counters` is on the list.
    fn listed(&'static self, counters: &[&'static Named]) -> Vec<usize> {
        let times = |counter: &&'static Named| {
            let all = self.list.all();
            all.filter(|one| std::ptr::eq(*one, *counter)).count()
        };
        counters.iter().map(times).collect()
    }
}

/// A counter that nobody knows yet is added to while a file is opened in place of `first`, which it
/// may find. The file has to find it, and to have no record for which nothing was counted unless
/// something waited.
fn open_beside(first: fn() -> Option<&'static File>) {
    let (first, counter) = (first(), Named::new("one"));
    // The process is known from here on.
    assert_eq!(counter.cell.add_slowly(4, PROCESS), Addition::Waits);
    counter.cell.forget(|| true);
    let recorder = Recorder::beside(first);
    let adding = thread::spawn(move || recorder.add(counter, 1));
    let file = File::new();
    let waited = recorder.rotate(Some(file));
    adding.join().expect("it ends");
    assert!(waited || !file.has_idle_record(), "nothing was counted");
    let all = || first.map_or(0, File::value) + file.value();
    assert_eq!((all(), counter.cell.waiting(PROCESS)), (1, 0));
    let held = file.value();
    recorder.add(counter, 4);
    assert_eq!((file.value(), all()), (held + 4, 5), "it left the file");
}

// test[count.add, count.zero, file.rotate]
#[test]
fn a_new_counter_meets_a_rotation() {
    let name = "a_new_counter_meets_a_rotation";
    explore(name, Bound::None, || open_beside(|| Some(File::new())));
}

// test[count.add]
#[test]
fn a_new_counter_meets_the_opening_of_the_file() {
    let name = "a_new_counter_meets_the_opening_of_the_file";
    explore(name, Bound::ThreeAtFirst, || open_beside(|| None));
}

// test[count.off]
#[test]
fn a_new_counter_meets_the_end_of_counting() {
    let name = "a_new_counter_meets_the_end_of_counting";
    explore(name, Bound::None, || {
        let (first, counter) = (File::new(), Named::new("one"));
        let recorder = Recorder::beside(Some(first));
        let adding = thread::spawn(move || recorder.add(counter, 1));
        recorder.rotate(None);
        adding.join().expect("it ends");
        let held = first.value();
        assert_eq!(held + counter.cell.waiting(PROCESS), 1);
        recorder.add(counter, 4);
        assert_eq!(first.value(), held, "it left the file");
    });
}

// test[count.add]
#[test]
fn two_threads_list_one_counter() {
    explore("two_threads_list_one_counter", Bound::None, || {
        let (recorder, counter) = (Recorder::beside(None), Named::new("one"));
        // The process is known from here on.
        assert_eq!(counter.cell.add_slowly(4, PROCESS), Addition::Waits);
        let add = move |n| recorder.list.add(counter, n, PROCESS);
        let adding = thread::spawn(move || add(1));
        let added = [add(2), adding.join().expect("it ends")];
        assert!(added.contains(&Addition::Waits), "one of them goes on");
        assert_eq!(recorder.listed(&[counter]), [1]);
        assert_eq!(counter.cell.waiting(PROCESS), 7);
    });
}

/// So that a process which is forked off at any time finds every counter that is attached.
// test[count.add, count.fork]
#[test]
fn a_counter_that_is_attached_is_listed() {
    let name = "a_counter_that_is_attached_is_listed";
    explore(name, Bound::ThreeAtFirst, || {
        let file = File::new();
        let (recorder, counter) = (Recorder::beside(Some(file)), Named::new("one"));
        // The process is known from here on.
        assert_eq!(counter.cell.add_slowly(4, PROCESS), Addition::Waits);
        let adding = thread::spawn(move || recorder.add(counter, 1));
        recorder.add(counter, 2);
        if counter.cell.word().is_some() {
            assert_eq!(recorder.listed(&[counter]), [1]);
        }
        adding.join().expect("it ends");
        assert_eq!(recorder.listed(&[counter]), [1]);
        assert_eq!((file.value(), counter.cell.waiting(PROCESS)), (7, 0));
    });
}

// test[count.add]
#[test]
fn two_threads_list_two_counters() {
    explore("two_threads_list_two_counters", Bound::None, || {
        let recorder = Recorder::beside(None);
        let counters = ["one", "two"].map(Named::new);
        let adding = thread::spawn(move || recorder.add(counters[0], 1));
        recorder.add(counters[1], 2);
        adding.join().expect("it ends");
        assert_eq!(recorder.listed(&counters), [1, 1]);
        let file = File::new();
        recorder.rotate(Some(file));
        assert_eq!(file.count.load(Ordering::Relaxed), 3);
    });
}

// test[count.add, file.rotate]
#[test]
fn two_new_counters_meet_a_rotation() {
    explore("two_new_counters_meet_a_rotation", Bound::Three, || {
        let first = File::new();
        let recorder = Recorder::beside(Some(first));
        let counters = ["one", "two"].map(Named::new);
        let adding = counters.map(|counter| thread::spawn(move || recorder.add(counter, 1)));
        let file = File::new();
        recorder.rotate(Some(file));
        for thread in adding {
            thread.join().expect("it ends");
        }
        let held = file.value();
        assert_eq!(first.value() + held, 2);
        for counter in counters {
            recorder.add(counter, 4);
        }
        assert_eq!(file.value(), held + 8, "they left the file");
    });
}
