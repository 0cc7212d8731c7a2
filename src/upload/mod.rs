//! L4: sending what may be sent.
//!
//! Implements `spec/upload.md`. The data's way: [`ready`] finds the reports that lie ready and what
//! holds each back, [`lock`] makes sure that one program at a time sends a report, [`token`] that
//! programs that send by the way do so once a day. How reports come about is not known here.

pub mod lock;
pub mod ready;
pub mod token;
