//! Go's telemetry: counter files, and all that happens to them afterwards.
//!
//! The crate is a house of floors; imports run strictly downward.
//!
//! - L0 [`mod@format`]: bytes and texts, without files, clocks or atomics.
//! - L1 [`counter`]: counting without locks in a memory that many programs change.
//! - L2 [`dir`], [`mode`], [`week`], [`system`]: the telemetry directory; [`recorder`]: counters in
//!   its files.
//! - L3 `json`, `config`, `report`, `verdict`, `acceptance`: documents, and what is made of them;
//!   `reporter`: how they come about; `network`: requests to other machines; with feature `cli`.
//!   `fetch`: an upload config that verifies, with feature `net`, without which no connection is
//!   ever opened.
//! - L4 `upload`: sending what may be sent, with feature `cli`; `conformance`: the suite that asks
//!   other implementations, with feature `cli`; with feature `conformance` its vectors are compiled
//!   in.
//! - L6 `cli`: the program, with feature `cli`.
//!
//! The rules stand in `spec/`, one clause a sentence; errors name the clause they come from. A
//! porter begins with `spec/counter-file.md` and [`mod@format`].
//!
//! ```no_run
//! use gotelemetry::{dir, format};
//!
//! let bytes = dir::read_count_file("go@go1.27.3-linux-amd64-2026-11-21.v1.count".as_ref())?;
//! for (name, count) in format::parse(&bytes)?.counts() {
//!     println!("{count} {}", String::from_utf8_lossy(&name));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod format;

pub mod counter;

// The model checker (`--cfg loom`) runs floors L0 and L1 alone.
#[cfg(not(loom))]
pub mod dir;
#[cfg(all(target_os = "linux", not(feature = "disabled"), not(loom)))]
mod mapped;
#[cfg(not(loom))]
pub mod mode;
#[cfg(not(loom))]
mod publish;
#[cfg(not(loom))]
pub mod recorder;
#[cfg(not(loom))]
pub mod system;
#[cfg(not(loom))]
pub mod week;

#[cfg(feature = "cli")]
pub mod acceptance;
#[cfg(feature = "cli")]
pub mod config;
#[cfg(feature = "net")]
pub mod fetch;
#[cfg(feature = "cli")]
pub mod json;
#[cfg(feature = "cli")]
pub mod network;
#[cfg(feature = "cli")]
pub mod report;
#[cfg(feature = "cli")]
pub mod reporter;
#[cfg(feature = "cli")]
pub mod verdict;

#[cfg(feature = "cli")]
pub mod conformance;
#[cfg(feature = "cli")]
pub mod upload;

#[cfg(feature = "cli")]
pub mod cli;

/// The examples of the README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
