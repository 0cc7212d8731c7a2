//! The rules of the formats of this floor, each with the values that break it.
//!
//! A rule stands for one clause of `spec/`; which, and in what words it is broken, is told here
//! and nowhere else.

use std::fmt;

/// A rule of the specification together with the values that break it.
///
/// Lengths, sizes and offsets are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "the fields carry the values that the clause speaks of"
)]
pub enum Rule {
    /// `fmt.file.min`
    FileMin { size: usize },
    /// `fmt.file.max`
    FileMax,
    /// `fmt.header.magic`
    HeaderMagic,
    /// `fmt.header.length`
    HeaderLength { little: u32, big: u32 },
    /// `fmt.table.inside`
    TableInside { header_len: u32, size: usize },
    /// `fmt.meta.line`
    MetaLine,
    /// `fmt.chain.dead`
    ChainDead,
    /// `fmt.record.align`
    RecordAlign { pointer: u32 },
    /// `fmt.record.first`
    RecordFirst { pointer: u32, first: u32 },
    /// `fmt.record.limit`
    RecordLimit { pointer: u32, limit: u32 },
    /// `fmt.record.inside`
    RecordInside { pointer: u32, size: usize },
    /// `fmt.chain.once`
    ChainOnce { pointer: u32 },
    /// `fmt.record.end-limit`
    RecordEndLimit { name_len: u32, limit: u32 },
    /// `fmt.record.end-inside`
    RecordEndInside { name_len: u32, size: usize },
    /// `fmt.record.overlap`
    RecordOverlap,
    /// `fmt.name.unique`
    NameUnique,
    /// `fmt.note.header.round`
    NoteHeaderRound { header_len: u32 },
    /// `fmt.note.header.goarch`
    NoteHeaderGoarch,
    /// `fmt.note.meta.duplicate`
    NoteMetaDuplicate,
    /// `fmt.note.limit.round`
    NoteLimitRound { limit: u32 },
    /// `fmt.note.limit.low`
    NoteLimitLow { limit: u32, first: u32 },
    /// `fmt.note.limit.inside`
    NoteLimitInside { limit: u32, size: usize },
    /// `fmt.note.record.tag`
    NoteRecordTag { word: u32 },
    /// `fmt.note.name.empty`
    NoteNameEmpty,
    /// `fmt.note.name.max`
    NoteNameMax { name_len: u32 },
    /// `fmt.note.place.page`
    NotePlacePage,
    /// `fmt.bucket`
    Bucket { chain: u32, right: u32 },
    /// `fmt.record.size`
    Overlap { next: u32 },
    /// `fmt.meta.max`
    MetaMax { len: usize },
    /// `fmt.name.min`
    NameMin,
    /// `fmt.name.max`
    NameMax { len: usize },
    /// `id.field`
    IdField,
    /// `id.program`
    IdProgram,
    /// `week.date`
    Date,
    /// `week.time`
    Time,
    /// `mode.text`
    ModeUnknown,
    /// `week.weekends.text`
    WeekendsEmpty,
}

impl Rule {
    /// The id of the clause in `spec/` that states the rule.
    ///
    /// # Examples
    ///
    /// ```
    /// use gotelemetry::format::Rule;
    /// assert_eq!(Rule::HeaderMagic.clause(), "fmt.header.magic");
    /// ```
    pub const fn clause(&self) -> &'static str {
        match self {
            Rule::FileMin { .. } => "fmt.file.min",
            Rule::FileMax => "fmt.file.max",
            Rule::HeaderMagic => "fmt.header.magic",
            Rule::HeaderLength { .. } => "fmt.header.length",
            Rule::TableInside { .. } => "fmt.table.inside",
            Rule::MetaLine => "fmt.meta.line",
            Rule::ChainDead => "fmt.chain.dead",
            Rule::RecordAlign { .. } => "fmt.record.align",
            Rule::RecordFirst { .. } => "fmt.record.first",
            Rule::RecordLimit { .. } => "fmt.record.limit",
            Rule::RecordInside { .. } => "fmt.record.inside",
            Rule::ChainOnce { .. } => "fmt.chain.once",
            Rule::RecordEndLimit { .. } => "fmt.record.end-limit",
            Rule::RecordEndInside { .. } => "fmt.record.end-inside",
            Rule::RecordOverlap => "fmt.record.overlap",
            Rule::NameUnique => "fmt.name.unique",
            Rule::NoteHeaderRound { .. } => "fmt.note.header.round",
            Rule::NoteHeaderGoarch => "fmt.note.header.goarch",
            Rule::NoteMetaDuplicate => "fmt.note.meta.duplicate",
            Rule::NoteLimitRound { .. } => "fmt.note.limit.round",
            Rule::NoteLimitLow { .. } => "fmt.note.limit.low",
            Rule::NoteLimitInside { .. } => "fmt.note.limit.inside",
            Rule::NoteRecordTag { .. } => "fmt.note.record.tag",
            Rule::NoteNameEmpty => "fmt.note.name.empty",
            Rule::NoteNameMax { .. } => "fmt.note.name.max",
            Rule::NotePlacePage => "fmt.note.place.page",
            Rule::Bucket { .. } => "fmt.bucket",
            Rule::Overlap { .. } => "fmt.record.size",
            Rule::MetaMax { .. } => "fmt.meta.max",
            Rule::NameMin => "fmt.name.min",
            Rule::NameMax { .. } => "fmt.name.max",
            Rule::IdField => "id.field",
            Rule::IdProgram => "id.program",
            Rule::Date => "week.date",
            Rule::Time => "week.time",
            Rule::ModeUnknown => "mode.text",
            Rule::WeekendsEmpty => "week.weekends.text",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::FileMin { size } => write!(f, "{size} bytes, fewer than one page of 16384"),
            Rule::FileMax => write!(f, "more than 67108864 bytes"),
            Rule::HeaderMagic => write!(f, "not the magic \"# telemetry/counter file v1\""),
            Rule::HeaderLength { little, big } => write!(
                f,
                "header length {little} (big-endian {big}), not 32 to 16384 in either byte order"
            ),
            Rule::TableInside { header_len, size } => write!(
                f,
                "header length {header_len} leaves no room for the chain heads in {size} bytes"
            ),
            Rule::MetaLine => write!(f, "metadata line without \": \""),
            Rule::ChainDead => write!(f, "pointer to a record that was given up (0xffffffff)"),
            Rule::RecordAlign { pointer } => {
                write!(f, "pointer {pointer:#x} is no multiple of 32")
            }
            Rule::RecordFirst { pointer, first } => {
                write!(
                    f,
                    "pointer {pointer:#x} lies before the first record at {first:#x}"
                )
            }
            Rule::RecordLimit { pointer, limit } => {
                write!(f, "pointer {pointer:#x} lies past the limit {limit:#x}")
            }
            Rule::RecordInside { pointer, size } => {
                write!(
                    f,
                    "pointer {pointer:#x} lies past the file's end at {size:#x}"
                )
            }
            Rule::ChainOnce { pointer } => {
                write!(
                    f,
                    "pointer {pointer:#x} leads to or into a record reached before"
                )
            }
            Rule::RecordEndLimit { name_len, limit } => {
                write!(f, "name of {name_len} bytes ends past the limit {limit:#x}")
            }
            Rule::RecordEndInside { name_len, size } => {
                write!(
                    f,
                    "name of {name_len} bytes ends past the file's end at {size:#x}"
                )
            }
            Rule::RecordOverlap => write!(f, "record reaches into one visited before"),
            Rule::NameUnique => write!(f, "a second record for this name"),
            _ => self.fmt_other(f),
        }
    }
}

impl Rule {
    /// The words for what does not make a reader reject a file.
    fn fmt_other(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::NoteHeaderRound { header_len } => {
                write!(f, "header length {header_len} is no multiple of 32")
            }
            Rule::NoteHeaderGoarch => write!(f, "GOARCH belongs to the other byte order"),
            Rule::NoteMetaDuplicate => write!(f, "metadata key given before; the last one counts"),
            Rule::NoteLimitRound { limit } => write!(f, "limit {limit:#x} is no multiple of 32"),
            Rule::NoteLimitLow { limit, first } => {
                write!(
                    f,
                    "limit {limit:#x} lies before the first record at {first:#x}"
                )
            }
            Rule::NoteLimitInside { limit, size } => {
                write!(f, "limit {limit:#x} lies past the file's end at {size:#x}")
            }
            Rule::NoteRecordTag { word } => {
                write!(f, "name length word {word:#010x} lacks the tag 0xff")
            }
            Rule::NoteNameEmpty => write!(f, "record without a name, skipped"),
            Rule::NoteNameMax { name_len } => write!(f, "name of {name_len} bytes, more than 4096"),
            Rule::NotePlacePage => write!(f, "record touches the end of its page"),
            Rule::Bucket { chain, right } => {
                write!(
                    f,
                    "record in chain {chain}, its name belongs to chain {right}"
                )
            }
            Rule::Overlap { next } => {
                write!(f, "record reaches into the one at {next:#x}")
            }
            Rule::MetaMax { len } => write!(f, "metadata of {len} bytes, more than 512"),
            Rule::NameMin => write!(f, "empty name"),
            Rule::NameMax { len } => write!(f, "name of {len} bytes, more than 4096"),
            Rule::IdField => write!(
                f,
                "a newline, a zero byte or a slash in part of an identity"
            ),
            Rule::IdProgram => write!(f, "a program path without a last element"),
            Rule::Date => write!(f, "not a date YYYY-MM-DD"),
            Rule::Time => write!(
                f,
                "not a time in RFC 3339 form such as 2026-11-21T00:00:00Z"
            ),
            Rule::ModeUnknown => write!(f, "not one of on, local, off"),
            Rule::WeekendsEmpty => write!(f, "no weekday in an empty file"),
            _ => f.write_str(self.clause()),
        }
    }
}
