//! Processes that are forked off while others count: every count is counted once, by the process
//! that added it.
#![cfg(all(target_os = "linux", not(feature = "disabled")))]
#![allow(unsafe_code, reason = "the system's fork is no safe function")]

mod support;
#[path = "support/tool.rs"]
mod tool;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::date::Time;
use gotelemetry::recorder::{Counter, Recorder};
use gotelemetry::system;
use tempfile::TempDir;
use tool::Sums;

/// Forks in a row.
const FORKS: usize = 30;

/// Threads that count meanwhile.
const THREADS: usize = 4;

/// Counters to which threads add for the first time during one fork.
const AT_ONCE: usize = 400;

/// After this time a process that was forked off hangs.
const PATIENCE: Duration = Duration::from_secs(60);

fn rounds() -> usize {
    let variable = std::env::var("GOTELEMETRY_ROUNDS").ok();
    variable.and_then(|number| number.parse().ok()).unwrap_or(3)
}

/// Lets a process of its own do what `child` does, and waits for it. The process ends with the
/// status that `child` returns; it must not panic, as the tests of this program are in it, too.
fn in_a_fork(child: impl FnOnce() -> i32) {
    // SAFETY: the process goes on with this thread alone. What it uses beside its stack is the
    // heap, which the C library makes usable in it, and the recorder, which takes no lock.
    let process = unsafe { libc::fork() };
    assert!(process >= 0, "the system forks");
    if process == 0 {
        let status = child();
        // SAFETY: it ends the process at once and has no condition.
        unsafe { libc::_exit(status) };
    }
    let start = Instant::now();
    let mut status = 0;
    loop {
        // SAFETY: the pointer is to a number that lives for the call.
        let ended = unsafe { libc::waitpid(process, &raw mut status, libc::WNOHANG) };
        if ended == process {
            break;
        }
        if start.elapsed() > PATIENCE {
            // SAFETY: it has no condition; the process was not waited for, so the number is its.
            unsafe { libc::kill(process, libc::SIGKILL) };
            panic!("a process that was forked off hangs");
        }
        thread::sleep(Duration::from_micros(200));
    }
    assert_eq!(status, 0, "how the process that was forked off ended");
}

fn counters(prefix: &str, count: usize, recorder: &'static Recorder) -> Vec<&'static Counter> {
    let named = |number| tool::counter(&format!("{prefix}/{number}"), recorder);
    (0..count).map(named).collect()
}

fn name_of(counter: &Counter) -> String {
    String::from_utf8_lossy(counter.name()).into_owned()
}

fn add(sums: &mut Sums, name: String, n: u64) {
    *sums.entry(name).or_default() += n;
}

/// Whether the count file at `path` begins on the day of `time`.
fn is_of(path: &Path, time: Time) -> bool {
    path.to_string_lossy().contains(&time.date().to_string())
}

/// What fork `number` adds by name.
fn names_of(number: usize) -> impl Iterator<Item = String> {
    let own = (0..60).map(move |name| format!("fork/{number}/{name}-{}", "x".repeat(90)));
    own.chain((0..40).map(|name| format!("both/{name}")))
}

/// Adds by name, lets the recorder rotate, and returns the status of the process.
fn add_and_rotate(recorder: &'static Recorder, number: usize) -> i32 {
    for name in names_of(number) {
        let _ = recorder.add(name.as_bytes(), 2);
    }
    let new = tool::counter(&format!("new/{number}"), recorder);
    new.add(5);
    match recorder.rotate(system::now()) {
        Err(_) => 2,
        Ok(_) if recorder.waiting() > 0 => 3,
        Ok(_) => 0,
    }
}

/// What `add_and_rotate` adds.
fn added_and_rotated(sums: &mut Sums, number: usize) {
    names_of(number).for_each(|name| add(sums, name, 2));
    add(sums, format!("new/{number}"), 5);
}

#[test]
fn forks_beside_threads_that_count_into_a_file_count_exactly() {
    (0..rounds()).for_each(|_| fork_beside_threads_that_count());
}

fn fork_beside_threads_that_count() {
    let home = TempDir::new().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    let recorder = tool::recorder();
    let shared = counters("shared", 20, recorder);
    shared.iter().for_each(|counter| counter.inc());
    tool::open(recorder, &dir).expect("it can be opened");
    let mut sums: Sums = shared.iter().map(|counter| (name_of(counter), 1)).collect();
    let counting = AtomicBool::new(true);
    thread::scope(|scope| {
        let (shared, counting) = (&shared, &counting);
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| scope.spawn(move || count(recorder, thread, shared, counting)))
            .collect();
        for number in 0..FORKS {
            in_a_fork(|| {
                shared.iter().for_each(|counter| counter.add(3));
                add_and_rotate(recorder, number)
            });
            for counter in shared {
                add(&mut sums, name_of(counter), 3);
            }
            added_and_rotated(&mut sums, number);
        }
        // ORDERING: relaxed, as no other memory depends on it.
        counting.store(false, Ordering::Relaxed);
        for thread in threads {
            tool::merge(&mut sums, thread.join().expect("no panic"));
        }
    });
    assert_eq!(recorder.waiting(), 0);
    assert_eq!(tool::same(&sums, &tool::sums(&dir).expect("sound")), Ok(()));
}

/// Adds to shared counters, to new counters and to names, so that the file grows.
fn count(
    recorder: &'static Recorder,
    thread: usize,
    shared: &[&'static Counter],
    counting: &AtomicBool,
) -> Sums {
    let mut sums = Sums::new();
    let mut turn = 0;
    // ORDERING: relaxed, as no other memory depends on it.
    while counting.load(Ordering::Relaxed) {
        for counter in shared {
            counter.inc();
            add(&mut sums, name_of(counter), 1);
        }
        if turn < 5000 {
            let counter = tool::counter(&format!("thread/{thread}/{turn}"), recorder);
            counter.add(7);
            add(&mut sums, name_of(counter), 7);
        }
        let name = format!("both/{}", turn % 40);
        let _ = recorder.add(name.as_bytes(), 1);
        add(&mut sums, name, 1);
        turn += 1;
    }
    sums
}

// test[count.fork]
#[test]
fn what_waits_in_a_process_is_counted_by_it_alone() {
    let home = TempDir::new().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    let recorder = tool::recorder();
    let counter = tool::counter("waited", recorder);
    counter.add(7);
    let _ = recorder.add(b"waited/name", 11);
    for number in 0..3 {
        in_a_fork(|| {
            counter.add(100);
            let opened = tool::open(recorder, &dir);
            match add_and_rotate(recorder, number) {
                0 if opened.is_err() => 4,
                status => status,
            }
        });
    }
    tool::open(recorder, &dir).expect("it can be opened");
    let mut sums = Sums::new();
    add(&mut sums, "waited".to_owned(), 7 + 3 * 100);
    add(&mut sums, "waited/name".to_owned(), 11);
    (0..3).for_each(|number| added_and_rotated(&mut sums, number));
    assert_eq!(tool::same(&sums, &tool::sums(&dir).expect("sound")), Ok(()));
}

// test[count.fork, count.zero]
#[test]
fn a_process_makes_no_record_for_what_waits_in_another() {
    let home = TempDir::new().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    let recorder = tool::recorder();
    tool::counter("waited", recorder).add(7);
    let _ = recorder.add(b"waited/name", 11);
    in_a_fork(|| {
        let before = recorder.waiting();
        let opened = tool::open(recorder, &dir);
        let rotated = recorder.rotate(system::now());
        match (before, opened.is_ok() && rotated.is_ok()) {
            (0, true) => 0,
            (0, false) => 2,
            _ => 3,
        }
    });
    let sums = tool::sums(&dir).expect("the file is sound");
    assert_eq!(sums.keys().collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(recorder.waiting(), 18);
}

#[test]
fn forks_beside_threads_whose_counts_wait_count_their_own_alone() {
    (0..rounds()).for_each(|_| fork_beside_threads_whose_counts_wait());
}

fn fork_beside_threads_whose_counts_wait() {
    let home = TempDir::new().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    let recorder = tool::recorder();
    let first = counters("first", FORKS * AT_ONCE, recorder);
    let (reached, allowed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let counting = AtomicBool::new(true);
    let mut sums = Sums::new();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| scope.spawn(|| add_to_each_once(&first, [&reached, &allowed], &counting)))
            .collect();
        for number in 0..FORKS {
            // Threads add to these counters for the first time while the process forks.
            // ORDERING: relaxed, here and below, as no other memory depends on it.
            allowed.store((number + 1) * AT_ONCE, Ordering::Relaxed);
            let near = &first[number * AT_ONCE..(number + 1) * AT_ONCE];
            let middle = number * AT_ONCE + (number * 37) % (AT_ONCE * 3 / 4);
            while reached.load(Ordering::Relaxed) <= middle {
                std::hint::spin_loop();
            }
            in_a_fork(|| {
                near.iter().for_each(|counter| counter.add(3));
                let opened = tool::open(recorder, &dir);
                match add_and_rotate(recorder, number) {
                    0 if opened.is_err() => 4,
                    status => status,
                }
            });
            for counter in near {
                add(&mut sums, name_of(counter), 3);
            }
            added_and_rotated(&mut sums, number);
        }
        counting.store(false, Ordering::Relaxed);
        for thread in threads {
            tool::merge(&mut sums, thread.join().expect("no panic"));
        }
    });
    tool::open(recorder, &dir).expect("it can be opened");
    assert_eq!(tool::same(&sums, &tool::sums(&dir).expect("sound")), Ok(()));
}

/// Adds once to each counter that no other thread takes, as far as it is allowed.
fn add_to_each_once(
    counters: &[&'static Counter],
    [reached, allowed]: [&AtomicUsize; 2],
    counting: &AtomicBool,
) -> Sums {
    let mut sums = Sums::new();
    // ORDERING: relaxed, all of them, as no other memory depends on them.
    while counting.load(Ordering::Relaxed) {
        let at = reached.load(Ordering::Relaxed);
        if at >= allowed.load(Ordering::Relaxed) {
            thread::yield_now();
            continue;
        }
        let taken = reached.compare_exchange(at, at + 1, Ordering::Relaxed, Ordering::Relaxed);
        if taken.is_ok() {
            counters[at].inc();
            add(&mut sums, name_of(counters[at]), 1);
        }
    }
    sums
}

#[test]
fn forks_beside_a_thread_that_rotates_do_not_count_into_files_that_were_left() {
    let home = TempDir::new().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    let recorder = tool::recorder();
    let counters = counters("rotated", 3000, recorder);
    counters.iter().for_each(|counter| counter.inc());
    let now = system::now().unix();
    let in_week = move |week: i64| Time::from_unix(now + week * 7 * 86_400);
    tool::open_at(recorder, &dir, in_week(0)).expect("it can be opened");
    thread::scope(|scope| {
        for week in 1..=FORKS as i64 {
            let rotating = scope.spawn(move || recorder.rotate(in_week(week)));
            while !recorder
                .path()
                .is_some_and(|path| is_of(path, in_week(week)))
            {
                std::hint::spin_loop();
            }
            in_a_fork(|| {
                // Nobody else has added to the next file.
                let in_next = |counter: &&'static Counter| {
                    counter.inc();
                    // ORDERING: relaxed, as a count orders nothing.
                    let count = counter.word().map(|word| word.load(Ordering::Relaxed));
                    count == Some(1)
                };
                match recorder.rotate(in_week(week)) {
                    Ok(_) if counters.iter().all(in_next) => 0,
                    Ok(_) => 5,
                    Err(_) => 2,
                }
            });
            let rotated = rotating.join().expect("no panic");
            assert!(rotated.expect("it can rotate"));
            counters.iter().for_each(|counter| counter.inc());
        }
    });
}
