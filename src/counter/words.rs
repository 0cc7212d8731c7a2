//! The memory of a counter file, word by word.
//!
//! Every offset has one width of access for ever: 8 bytes for counts, 4 bytes for the rest, names
//! included. So no two accesses to one place differ in size, and none tears.

// The one place where the model checker's atomics take the place of the machine's. Its exchanges
// fail only where another value is found, so the weak ones of the machine, which also fail without
// a reason, are not used.
#[cfg(not(loom))]
pub use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering, fence};
#[cfg(loom)]
pub use loom::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering, fence};

/// Whether a file reaches a place, and whether the place can be touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It does, and there are blocks up to there.
    There,
    /// The file is shorter.
    Short,
    /// The file is long enough, but its blocks are missing and cannot be had.
    NoRoom,
}

/// A memory that holds a counter file, shared with whoever else maps it.
///
/// The words are those of the machine: a file is written in the byte order of its writer.
// spec[mem.width]
pub trait Words {
    /// The word of 4 bytes at `off`; `None` if `off` is no multiple of 4, or the word lies beyond
    /// what is known to be backed by the file.
    fn w32(&self, off: u32) -> Option<&AtomicU32>;

    /// The word of 8 bytes at `off`; `None` if `off` is no multiple of 8, or the word lies beyond
    /// what is known to be backed by the file.
    fn w64(&self, off: u32) -> Option<&AtomicU64>;

    /// Looks whether the file reaches `end`, as other programs may have made it.
    fn see(&self, end: u32) -> Reach;

    /// Makes the file reach `end`, by whole pages. Returns whether it does.
    ///
    /// Words that were handed out stay where they are.
    fn grow(&self, end: u32) -> bool;

    /// How far the file reached when it was last looked at, in bytes. It may have grown since.
    fn known(&self) -> u32;
}
