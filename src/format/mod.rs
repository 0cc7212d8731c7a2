//! L0: the bytes and texts of the formats, without files, clocks or atomics.
//!
//! Implements `spec/counter-file.md`, `spec/names.md` and the arithmetic of `spec/week.md`. The
//! way of the data: [`layout`] says where things lie, [`identity`] and [`date`] make the text of
//! [`header`], [`record`] places what [`name`] and [`stack`] allow, [`parse()`] reads it all back,
//! and [`survey`] explains every byte.
#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::arithmetic_side_effects
)]

pub mod date;
mod error;
pub mod header;
pub mod identity;
pub mod layout;
pub mod name;
mod parse;
pub mod record;
mod rule;
pub mod stack;
pub mod survey;
mod unique;

pub use error::{FormatError, Note, Notes};
pub use parse::{File, Record, parse};
pub use rule::Rule;
