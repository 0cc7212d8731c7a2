//! How long reading a counter file takes, beside Go's own reader in the same run.
//!
//! Criterion measures ours. Then rounds of ours and of every Go toolchain below `target/peers`
//! alternate, so that both meet the same machine, and a table gives the medians and their ratio.
//! The files are those of `tests/support/raw.rs`, with names like those of real programs.

#[path = "../tests/support/go.rs"]
mod go;
#[path = "../tests/support/raw.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the benchmark takes one of its files alone"
)]
mod raw;

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use criterion::Criterion;
use gotelemetry::format::parse;

const COUNTERS: [usize; 3] = [10, 500, 10_000];

/// Rounds of each reader, of which the median counts.
const ROUNDS: usize = 21;

/// The least duration of one round.
const ROUND: Duration = Duration::from_millis(5);

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for counters in COUNTERS {
        let bytes = raw::many(counters);
        criterion.bench_function(&format!("parse/{counters}"), |bencher| {
            bencher.iter(|| read(black_box(&bytes)));
        });
    }
    criterion.final_summary();
    beside_go();
}

/// Reads a file and every record of it, as Go's reader does when it fills its map.
fn read(bytes: &[u8]) -> u64 {
    let file = parse(bytes).expect("the file is sound");
    file.records().fold(0, |sum, record| {
        sum.wrapping_add(record.count ^ record.name.len() as u64)
    })
}

fn beside_go() {
    let toolchains = go::toolchains();
    if toolchains.is_empty() {
        println!("no Go toolchain below target/peers to compare with: run .ci/peers");
    }
    for toolchain in toolchains {
        let driver = toolchain.driver().expect("the driver can be built");
        println!(
            "\n{}: nanoseconds per file, medians of {ROUNDS} alternating rounds",
            toolchain.version
        );
        println!(
            "{:>10} {:>12} {:>12} {:>10}",
            "counters", "ours", "Go", "Go/ours"
        );
        for counters in COUNTERS {
            let bytes = raw::many(counters);
            let path = file(counters, &bytes);
            let (mut ours, mut gos) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                ours.push(our_round(&bytes));
                gos.push(go_round(&driver, &path));
            }
            let (ours, gos) = (median(ours), median(gos));
            println!(
                "{counters:>10} {ours:>12.0} {gos:>12.0} {:>10.1}",
                gos / ours
            );
        }
    }
}

/// Writes the file for Go to read.
fn file(counters: usize, bytes: &[u8]) -> PathBuf {
    let path = go::peers_dir().join(format!("bench-{counters}.v1.count"));
    fs::write(&path, bytes).expect("the file can be written");
    path
}

/// Nanoseconds that reading the file took on average in one round.
fn our_round(bytes: &[u8]) -> f64 {
    let start = Instant::now();
    let mut times = 0_u32;
    while start.elapsed() < ROUND {
        for _ in 0..100 {
            black_box(read(black_box(bytes)));
        }
        times += 100;
    }
    start.elapsed().as_nanos() as f64 / f64::from(times)
}

/// The same for Go's reader, by its own clock: the median of three rounds, as the first one of a
/// process is its slowest.
fn go_round(driver: &Path, file: &Path) -> f64 {
    let mut command = Command::new(driver);
    let printed = go::run(command.arg("bench").arg("3").arg(file)).expect("the driver runs");
    let nanoseconds = printed
        .split_whitespace()
        .last()
        .expect("it prints a number");
    nanoseconds.parse().expect("it prints a number")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
