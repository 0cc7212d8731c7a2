//! What errors and notes say: every rule in its words, with its values and its clause.

use gotelemetry::format::{FormatError, Note, Rule, parse};

mod support;

use support::raw::{self, Raw};

/// Every rule with the clause and the words it has.
const WORDS: &[(Rule, &str, &str)] = &[
    (
        Rule::FileMin { size: 7 },
        "fmt.file.min",
        "7 bytes, fewer than one page of 16384",
    ),
    (Rule::FileMax, "fmt.file.max", "more than 67108864 bytes"),
    (
        Rule::HeaderMagic,
        "fmt.header.magic",
        "not the magic \"# telemetry/counter file v1\"",
    ),
    (
        Rule::HeaderLength { little: 7, big: 8 },
        "fmt.header.length",
        "header length 7 (big-endian 8), not 32 to 16384 in either byte order",
    ),
    (
        Rule::TableInside {
            header_len: 7,
            size: 8,
        },
        "fmt.table.inside",
        "header length 7 leaves no room for the chain heads in 8 bytes",
    ),
    (
        Rule::MetaLine,
        "fmt.meta.line",
        "metadata line without \": \"",
    ),
    (
        Rule::ChainDead,
        "fmt.chain.dead",
        "pointer to a record that was given up (0xffffffff)",
    ),
    (
        Rule::RecordAlign { pointer: 31 },
        "fmt.record.align",
        "pointer 0x1f is no multiple of 32",
    ),
    (
        Rule::RecordFirst {
            pointer: 31,
            first: 32,
        },
        "fmt.record.first",
        "pointer 0x1f lies before the first record at 0x20",
    ),
    (
        Rule::RecordLimit {
            pointer: 31,
            limit: 32,
        },
        "fmt.record.limit",
        "pointer 0x1f lies past the limit 0x20",
    ),
    (
        Rule::RecordInside {
            pointer: 31,
            size: 32,
        },
        "fmt.record.inside",
        "pointer 0x1f lies past the file's end at 0x20",
    ),
    (
        Rule::ChainOnce { pointer: 31 },
        "fmt.chain.once",
        "pointer 0x1f leads to or into a record reached before",
    ),
    (
        Rule::RecordEndLimit {
            name_len: 7,
            limit: 32,
        },
        "fmt.record.end-limit",
        "name of 7 bytes ends past the limit 0x20",
    ),
    (
        Rule::RecordEndInside {
            name_len: 7,
            size: 32,
        },
        "fmt.record.end-inside",
        "name of 7 bytes ends past the file's end at 0x20",
    ),
    (
        Rule::RecordOverlap,
        "fmt.record.overlap",
        "record reaches into one visited before",
    ),
    (
        Rule::NameUnique,
        "fmt.name.unique",
        "a second record for this name",
    ),
    (
        Rule::NoteHeaderRound { header_len: 7 },
        "fmt.note.header.round",
        "header length 7 is no multiple of 32",
    ),
    (
        Rule::NoteHeaderGoarch,
        "fmt.note.header.goarch",
        "GOARCH belongs to the other byte order",
    ),
    (
        Rule::NoteMetaDuplicate,
        "fmt.note.meta.duplicate",
        "metadata key given before; the last one counts",
    ),
    (
        Rule::NoteLimitRound { limit: 31 },
        "fmt.note.limit.round",
        "limit 0x1f is no multiple of 32",
    ),
    (
        Rule::NoteLimitLow {
            limit: 31,
            first: 32,
        },
        "fmt.note.limit.low",
        "limit 0x1f lies before the first record at 0x20",
    ),
    (
        Rule::NoteLimitInside {
            limit: 31,
            size: 32,
        },
        "fmt.note.limit.inside",
        "limit 0x1f lies past the file's end at 0x20",
    ),
    (
        Rule::NoteRecordTag { word: 31 },
        "fmt.note.record.tag",
        "name length word 0x0000001f lacks the tag 0xff",
    ),
    (
        Rule::NoteNameEmpty,
        "fmt.note.name.empty",
        "record without a name, skipped",
    ),
    (
        Rule::NoteNameMax { name_len: 7 },
        "fmt.note.name.max",
        "name of 7 bytes, more than 4096",
    ),
    (
        Rule::NotePlacePage,
        "fmt.note.place.page",
        "record touches the end of its page",
    ),
    (
        Rule::Bucket { chain: 7, right: 8 },
        "fmt.bucket",
        "record in chain 7, its name belongs to chain 8",
    ),
    (
        Rule::Overlap { next: 32 },
        "fmt.record.size",
        "record reaches into the one at 0x20",
    ),
    (
        Rule::MetaMax { len: 7 },
        "fmt.meta.max",
        "metadata of 7 bytes, more than 512",
    ),
    (Rule::NameMin, "fmt.name.min", "empty name"),
    (
        Rule::NameMax { len: 7 },
        "fmt.name.max",
        "name of 7 bytes, more than 4096",
    ),
    (
        Rule::IdField,
        "id.field",
        "a newline, a zero byte or a slash in part of an identity",
    ),
    (
        Rule::IdProgram,
        "id.program",
        "a program path without a last element",
    ),
    (Rule::Date, "week.date", "not a date YYYY-MM-DD"),
    (
        Rule::Time,
        "week.time",
        "not a time in RFC 3339 form such as 2026-11-21T00:00:00Z",
    ),
    (Rule::ModeUnknown, "mode.text", "not one of on, local, off"),
    (
        Rule::WeekendsEmpty,
        "week.weekends.text",
        "no weekday in an empty file",
    ),
];

#[test]
fn every_rule_has_words_and_a_clause_of_its_own() {
    for (rule, clause, words) in WORDS {
        assert_eq!(
            (rule.clause(), rule.to_string().as_str()),
            (*clause, *words)
        );
    }
    let mut clauses: Vec<&str> = WORDS.iter().map(|(_, clause, _)| *clause).collect();
    clauses.sort_unstable();
    let all = clauses.len();
    clauses.dedup();
    assert_eq!((all, clauses.len()), (37, 37));
}

#[test]
fn an_error_says_where_what_and_which_clause() {
    let error: FormatError = parse(b"short").expect_err("it is no file");
    assert_eq!(error.clause(), "fmt.file.min");
    let text = "offset 0x5: 5 bytes, fewer than one page of 16384 [fmt.file.min]";
    assert_eq!(error.to_string(), text);
}

// test[fmt.note.many]
#[test]
fn the_first_64_notes_are_kept_and_all_are_counted() {
    for nameless in [1_u64, 63, 64, 65, 100] {
        let mut raw = Raw::new(&raw::sample_meta());
        let mut offsets = Vec::new();
        for _ in 0..nameless {
            offsets.push(raw.add(b"", 1));
        }
        let bytes = raw.into_bytes();
        let notes = parse(&bytes).expect("it is taken").notes;
        assert_eq!(notes.total(), nameless);
        // The chain begins with the record that was added last.
        offsets.reverse();
        offsets.truncate(64);
        let kept: Vec<u64> = notes.kept().iter().map(|note| note.offset).collect();
        let name_len = |offset: &u32| u64::from(*offset) + 8;
        assert_eq!(kept, offsets.iter().map(name_len).collect::<Vec<_>>());
        let first: &Note = &notes.kept()[0];
        assert_eq!(first.clause(), "fmt.note.name.empty");
        let place = format!("offset {:#x}: ", first.offset);
        let text = "record without a name, skipped [fmt.note.name.empty]";
        assert_eq!(first.to_string(), place + text);
    }
}
