//! How long counting takes, beside bare additions and beside Go's own counting in the same run.
//!
//! Criterion measures an increment and a new counter of ours. Then rounds of ours, of the least
//! that the work can cost, and of every Go toolchain below `target/peers` alternate, so that all
//! meet the same machine, and a table gives the medians, their ratio and what it should be. The
//! targets are printed and never asserted: on a busy machine a figure says little.

#[cfg(target_os = "linux")]
#[path = "count/figures.rs"]
mod figures;

fn main() {
    #[cfg(target_os = "linux")]
    figures::main();
}
