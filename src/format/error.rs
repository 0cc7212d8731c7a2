//! Where input breaks a rule: errors, and notes on input that is taken all the same.
//!
//! Every [`Rule`] belongs to one clause of `spec/`.

use std::fmt;

use super::rule::Rule;

/// Input that breaks a rule: which one, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FormatError {
    /// Offset of the bytes that break the rule within the input, in bytes.
    pub offset: u64,
    /// The rule and the values that break it.
    pub rule: Rule,
    /// How many records were visited before; 0 where no file was read.
    pub visited: u32,
}

impl FormatError {
    /// An error at `offset` of a text.
    pub(crate) const fn at(offset: u64, rule: Rule) -> FormatError {
        FormatError {
            offset,
            rule,
            visited: 0,
        }
    }

    /// The id of the clause in `spec/` that states the broken rule.
    pub const fn clause(&self) -> &'static str {
        self.rule.clause()
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "offset {:#x}: {} [{}]",
            self.offset,
            self.rule,
            self.clause()
        )
    }
}

impl std::error::Error for FormatError {}

/// Something odd about input that is taken all the same: which rule, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// Offset of the odd bytes within the input, in bytes.
    pub offset: u64,
    /// The rule and the values that break it.
    pub rule: Rule,
}

impl Note {
    /// The id of the clause in `spec/` that states the rule.
    pub const fn clause(&self) -> &'static str {
        self.rule.clause()
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "offset {:#x}: {} [{}]",
            self.offset,
            self.rule,
            self.clause()
        )
    }
}

/// The notes on one input: the first [`Notes::KEPT`], and how many there were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    kept: Vec<Note>,
    total: u64,
}

impl Notes {
    /// How many notes are kept. A hostile file earns a note with every 32 bytes.
    pub const KEPT: usize = 64;

    /// Adds one note.
    #[cold]
    pub(crate) fn push(&mut self, offset: u64, rule: Rule) {
        self.total = self.total.saturating_add(1);
        // spec[fmt.note.many]
        if self.kept.len() < Notes::KEPT {
            self.kept.push(Note { offset, rule });
        }
    }

    /// The notes that were kept, in the order of the specification.
    pub fn kept(&self) -> &[Note] {
        &self.kept
    }

    /// How many notes there were.
    pub fn total(&self) -> u64 {
        self.total
    }
}
