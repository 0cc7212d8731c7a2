//! L1: counting, without locks, over a memory that many programs change.
//!
//! Implements `spec/concurrency.md`. The way of the data: [`words`] is the memory as the algorithm
//! sees it, [`table`] finds and inserts records in it, [`cell`] adds to them and keeps what cannot
//! be added yet, [`list`] has all that was added to. Which memory it is, how it grows, and when one
//! file gives way to the next, is not known here; the same code runs over a mapped file and over a
//! model checker's memory.
#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::arithmetic_side_effects
)]

pub mod cell;
pub mod list;
pub mod reference;
pub mod table;
pub mod words;
