//! JSON as Go reads and writes it: one bounded reader, one writer.
//!
//! Implements `spec/json.md`. [`Reader`] gives a hostile document out piece by piece, without
//! recursion; [`Writer`] makes the bytes that Go's `encoding/json` makes. What documents mean is
//! not known here.

mod read;
mod write;

pub use read::{Event, JsonError, MAX_DEPTH, Reader};
pub use write::Writer;
