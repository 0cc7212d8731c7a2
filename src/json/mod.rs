//! JSON as Go reads and writes it: one bounded reader, one writer.
//!
//! Implements `spec/json.md`. [`Reader`] gives a hostile document out piece by piece, without
//! recursion; [`Value`] is a small one as a whole; [`Writer`] makes the bytes that Go's
//! `encoding/json` makes. What documents mean is
//! not known here.

use std::borrow::Cow;

mod form;
mod read;
mod value;
mod write;

pub(crate) use form::Form;
pub use read::{Event, JsonError, MAX_DEPTH, Reader};
pub use value::Value;
pub use write::Writer;

/// Bytes as text: each one that belongs to no UTF-8 character becomes U+FFFD, as in Go.
// spec[json.syntax, json.strings]
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Cow::Owned(text)
}
