//! Figures 1 to 3: an addition to an attached counter, by one thread and by two.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gotelemetry::recorder::Counter;
use tempfile::TempDir;

use super::home;
use super::table::{Medians, Ratio, Side, alternate};

/// The counter that is measured.
pub(crate) static COUNTER: Counter = Counter::new("gopls/editor:opened");

/// Additions of each thread in one round.
const ADDITIONS: u32 = 1_000_000;

/// The same when two threads meet at one word, which takes much longer.
const CONTENDED: u32 = 500_000;

/// How often each thread has to see the other before the clock starts: threads that share a
/// processor would add one after the other, and meet nobody.
const TURNS: usize = 100;

pub(crate) fn rows(driver: Option<&Path>) {
    let mut go = driver.map(GoIncrements::start);
    let medians = alternating(1, ADDITIONS, go.as_mut());
    medians.row("1  increment, 1 thread", Ratio::OursToFloor, "<= 1.10");
    medians.row("3  the same beside Go", Ratio::GoToOurs, ">= 15");
    let medians = alternating(2, CONTENDED, go.as_mut());
    medians.row("2  increment, 2 threads", Ratio::OursToFloor, "<= 1.3");
    medians.row("3  the same beside Go", Ratio::GoToOurs, "none");
    if let Some(go) = go {
        let allocated = go.allocated;
        println!("   for an increment Go allocates {allocated:.1} objects, ours none");
    }
}

/// Additions of so many threads to one counter.
fn alternating(threads: usize, additions: u32, go: Option<&mut GoIncrements>) -> Medians {
    let word = COUNTER.word().expect("the counter is attached");
    let bare: Side<'_> = Box::new(|| bare(threads, additions, word));
    let go = go.map(|go| Box::new(move || go.round(threads, additions)) as Side<'_>);
    alternate(
        || each(threads, additions, || COUNTER.inc()),
        Some(bare),
        go,
    )
}

/// Bare additions to the very word that the counter adds to.
fn bare(threads: usize, additions: u32, word: &'static AtomicU64) -> f64 {
    each(threads, additions, || {
        // ORDERING: relaxed, as in the fast path; a count orders nothing.
        word.fetch_add(1, Ordering::Relaxed);
    })
}

/// Nanoseconds that one call of `add` took a thread, when so many threads made `additions` of them
/// at the same time. The slowest thread counts.
fn each(threads: usize, additions: u32, add: impl Fn() + Sync) -> f64 {
    let turn = AtomicUsize::new(0);
    let until = |wanted: usize| {
        // ORDERING: sequentially consistent, pairs with the addition below, which gives the turn
        // on.
        while turn.load(Ordering::SeqCst) < wanted {
            std::hint::spin_loop();
        }
    };
    let work = &|own: usize| {
        for round in 0..TURNS {
            until(round * threads + own);
            // ORDERING: sequentially consistent, pairs with the load above.
            turn.fetch_add(1, Ordering::SeqCst);
        }
        until(TURNS * threads);
        let start = Instant::now();
        for _ in 0..additions {
            add();
        }
        start.elapsed()
    };
    let longest = thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|own| scope.spawn(move || work(own)))
            .collect();
        let ended = started.into_iter().map(|thread| thread.join());
        ended.map(|took| took.expect("it does not panic")).max()
    });
    longest.unwrap_or(Duration::ZERO).as_nanos() as f64 / f64::from(additions)
}

/// A Go process that has an attached counter and adds to it on request.
struct GoIncrements {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Objects that an addition allocated in the round that allocated most.
    allocated: f64,
    /// Where its count file lies.
    _home: TempDir,
}

impl GoIncrements {
    fn start(driver: &Path) -> GoIncrements {
        let home = home();
        let mut process = Command::new(driver)
            .arg("increments")
            .arg(home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the driver runs");
        GoIncrements {
            requests: process.stdin.take().expect("it was asked for"),
            answers: BufReader::new(process.stdout.take().expect("it was asked for")),
            process,
            allocated: 0.0,
            _home: home,
        }
    }

    /// Nanoseconds that an addition took one of so many goroutines.
    fn round(&mut self, goroutines: usize, additions: u32) -> f64 {
        writeln!(self.requests, "{goroutines} {additions}").expect("the driver listens");
        let mut answer = String::new();
        let read = self.answers.read_line(&mut answer);
        read.expect("the driver answers");
        let numbers: Vec<f64> = answer
            .split_whitespace()
            .map(|number| number.parse().expect("it prints numbers"))
            .collect();
        let [took, allocated] = numbers[..] else {
            panic!("the driver prints {answer:?}");
        };
        let all = f64::from(additions) * goroutines as f64;
        self.allocated = self.allocated.max(allocated / all);
        took / f64::from(additions)
    }
}

impl Drop for GoIncrements {
    fn drop(&mut self) {
        // It would end by itself when its input does, but not before this process has dropped it.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
