//! Count files in memory: mapped, opened, joined and grown.
//!
//! Implements `spec/concurrency.md`, sections *Opening* and *Growing*. What is counted, and when a
//! file gives way to the next, is not known here.

mod file;
mod region;

pub(crate) use file::CountFile;
pub(crate) use region::StaticRef;
