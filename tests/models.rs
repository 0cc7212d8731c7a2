//! Models of counting: what may happen in any order happens in every order.
//!
//! Only `--cfg loom` puts something here: then the atomics of `src/counter` are those of a model
//! checker, which runs each model again and again until every schedule and every value that a load
//! may see, as far as it knows, has been tried. The code under test is the code of the crate, not a
//! copy of it.
//!
//! `python3 tests/models/run.py` builds them with `--cfg loom`, over a loom that it mends first,
//! prints the number of executions of each, and runs them once more on code that it has broken
//! (`tests/models/faults.txt`). Two threads are tried without bound, but for a few larger models;
//! three with at most three preemptions. With `--unbounded` the larger models of two threads, and
//! of three that insert, are tried without bound as well.
#![cfg(loom)]

#[path = "models/attach.rs"]
mod attach;
#[path = "models/count.rs"]
mod count;
#[path = "models/counter.rs"]
mod counter;
#[path = "models/crash.rs"]
mod crash;
#[path = "models/grow.rs"]
mod grow;
#[path = "models/insert.rs"]
mod insert;
#[path = "models/list.rs"]
mod list;
#[path = "models/memory.rs"]
mod memory;
#[path = "models/read.rs"]
mod read;
#[path = "models/rotate.rs"]
mod rotate;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// After how many executions a model says how far it is.
const PROGRESS: u64 = 1_000_000;

/// How far a model is explored.
#[derive(Clone, Copy)]
enum Bound {
    /// All there is.
    None,
    /// At most two preemptions, but all there is in the long run.
    TwoAtFirst,
    /// At most three preemptions.
    Three,
    /// At most three preemptions, but all there is in the long run.
    ThreeAtFirst,
}

/// Runs `model` in every order within the bound, and prints how many executions that took.
fn explore(name: &str, bound: Bound, model: impl Fn() + Send + Sync + 'static) {
    let unbounded = std::env::var("GOTELEMETRY_UNBOUNDED").is_ok_and(|value| value == "1");
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 100_000;
    builder.preemption_bound = match bound {
        Bound::TwoAtFirst if !unbounded => Some(2),
        Bound::ThreeAtFirst if !unbounded => Some(3),
        Bound::Three => Some(3),
        Bound::TwoAtFirst | Bound::ThreeAtFirst | Bound::None => None,
    };
    let limit = match builder.preemption_bound {
        Some(preemptions) => format!("at most {preemptions} preemptions"),
        None => "no bound".to_owned(),
    };
    let executions = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let counted = executions.clone();
    let title = name.to_owned();
    builder.check(move || {
        let before = counted.fetch_add(1, Ordering::Relaxed);
        if before > 0 && before.is_multiple_of(PROGRESS) {
            println!("model {title}: {before} executions so far");
        }
        model();
    });
    let executions = executions.load(Ordering::Relaxed);
    let seconds = start.elapsed().as_secs_f64();
    println!("model {name}: {executions} executions, {limit}, {seconds:.1} s");
}

/// What loom leaves out unless it is mended, see `run.py`: an order in which a load comes before
/// another thread's load and store.
#[test]
fn the_model_checker_tries_both_orders() {
    let seen = Arc::new(AtomicU64::new(0));
    let saw = seen.clone();
    explore(
        "the_model_checker_tries_both_orders",
        Bound::None,
        move || {
            let word = Arc::new(loom::sync::atomic::AtomicU32::new(0));
            let other = word.clone();
            let thread = loom::thread::spawn(move || {
                other.load(Ordering::Relaxed);
                other.store(1, Ordering::Relaxed);
            });
            let value = word.load(Ordering::Relaxed);
            thread.join().expect("it ends");
            saw.fetch_or(1 << value, Ordering::Relaxed);
        },
    );
    assert_eq!(
        seen.load(Ordering::Relaxed),
        0b11,
        "run tests/models/run.py"
    );
}
