//! How long counting takes, beside bare additions and beside Go's own counting in the same run.
//!
//! Rounds of ours, of the least that the work can cost, and of every Go toolchain below
//! `target/peers` alternate, so that all meet the same machine, and a table gives the medians,
//! their ratio and what it should be. The targets are printed and never asserted: on a busy machine
//! a figure says little.
//!
//! Criterion is not used here, but in `benches/alone.rs`: some figures are those of a process that
//! has just started, and a program many times as large starts more slowly.

#[cfg(target_os = "linux")]
#[path = "count/figures.rs"]
mod figures;

fn main() {
    #[cfg(target_os = "linux")]
    figures::main();
}
