//! L4: sending what may be sent.
//!
//! Implements `spec/upload.md`. The data's way: [`ready`](mod@ready) finds the reports that lie
//! ready and what holds each back, [`Sender`] sends the others and keeps what was sent, under a
//! [`lock`](mod@lock) that keeps two programs from sending the same; [`foresee`] shows what it
//! would do. [`token`] has programs that send by the way do so once a day. How reports come about
//! is not known here, nor how bytes get to another machine.

mod foresee;
pub mod lock;
pub mod ready;
mod send;
pub mod token;

pub use foresee::{Foreseen, foresee};
pub use send::{Fate, GO_URL, Sender};
