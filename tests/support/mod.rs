//! What the tests stand on: a writer that can break files, a naive reader, and a comparison.
//!
//! Writer and reader follow `spec/counter-file.md` and know nothing of the crate under test,
//! so that an error made there is not made here a second time.

#![allow(
    dead_code,
    reason = "each integration test is a crate of its own and uses a part of this"
)]
#![allow(
    unreachable_pub,
    reason = "a test crate exports nothing, pub marks what other tests may use"
)]

pub mod agree;
pub mod oracle;
pub mod raw;
