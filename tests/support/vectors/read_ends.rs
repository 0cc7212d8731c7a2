//! Count files in which a table, a record or the limit ends just where it still may, or just past
//! it.

use super::case::Case;
use super::sample::{self, Base, Built};
use crate::support::raw::Raw;

pub(super) fn cases() -> Vec<Case> {
    [limits(), files(), uneven_limits(), pages()].concat()
}

fn limits() -> Vec<Case> {
    let mut first = sample::empty().built;
    let record = first.raw.first_record();
    first.raw.set_limit(record);
    let mut whole = sample::small().built;
    whole.raw.set_limit(16384);
    let mut table = longest();
    table.raw.bytes.truncate(16384 + 2052);
    let mut between = table.clone();
    between.raw.set_limit(18450);
    let at = u64::from(between.raw.header_len);
    vec![
        first.accepted(
            "limit-at-first-record",
            &["fmt.note.limit.low"],
            "A limit where the first record would be: there is none yet.",
        ),
        whole.accepted(
            "limit-at-file-end",
            &["fmt.note.limit.inside"],
            "A limit at the end of the file.",
        ),
        table.accepted(
            "table-at-file-end",
            &["fmt.table.inside"],
            "A file that ends with its table.",
        ),
        between.noted(
            "note-limit-low-outside",
            "A limit past the file, before the first record and no multiple of 32.",
            "read/table-at-file-end",
            &[
                ("fmt.note.limit.round", at),
                ("fmt.note.limit.low", at),
                ("fmt.note.limit.inside", at),
            ],
        ),
        sample::empty().rejected(
            "pointer-between-low-limit-and-first",
            ("chain", "fmt.record.first"),
            "A limit before the first record, and a head that leads between the two.",
            |raw| {
                let (first, head) = (raw.first_record(), raw.header_len + 4 + 4 * 300);
                raw.set_limit(first - 64);
                raw.set32(head as usize, first - 32);
                u64::from(head)
            },
        ),
    ]
}

/// The longest header, and no counters.
fn longest() -> Built {
    Built::of_text(&vec![b'\n'; 16384 - 32], &[])
}

/// The last record of `read/two-pages`, whose name has 10 bytes, in a file that ends `len` bytes
/// behind the record's start.
fn cut_behind(raw: &mut Raw, len: u32) -> u32 {
    let record = *raw.records().last().expect("there are records");
    assert_eq!(raw.get32(record as usize + 8), 0xff00_000a);
    raw.bytes.truncate((record + len) as usize);
    record
}

/// Files that end in their last record, though the limit covers it.
fn files() -> Vec<Case> {
    let mut padding = sample::pages().built;
    cut_behind(&mut padding.raw, 26);
    let at = u64::from(padding.raw.header_len);
    let cut = |id: &str, broken, len: u32, about: &str, at: fn(&Raw, u32) -> u64| {
        sample::pages().rejected(id, broken, about, |raw| {
            let record = cut_behind(raw, len);
            at(raw, record)
        })
    };
    let (inside, end) = (
        ("chain", "fmt.record.inside"),
        ("record", "fmt.record.end-inside"),
    );
    let name_len: fn(&Raw, u32) -> u64 = |_, record| u64::from(record) + 8;
    let head: fn(&Raw, u32) -> u64 = |raw, _| raw.head_off(b"tool/after") as u64;
    vec![
        padding.noted(
            "note-file-ends-with-name",
            "A file that ends with the name of its last record, whose padding is missing.",
            "read/two-pages",
            &[("fmt.note.limit.inside", at)],
        ),
        ends_behind_64_units(),
        cut(
            "file-ends-in-name",
            end,
            25,
            "A file that lacks the last byte of a name.",
            name_len,
        ),
        cut(
            "file-ends-before-name",
            end,
            16,
            "A file that ends where a name should begin.",
            name_len,
        ),
        cut(
            "file-ends-in-record",
            inside,
            15,
            "A file that ends in the next field of a record.",
            head,
        ),
    ]
}

/// A record 64 units or a multiple of that behind the first, whose name ends with the file.
fn ends_behind_64_units() -> Case {
    let mut built = sample::empty().built;
    let first = built.raw.first_record();
    built.add(b"tool/first", 1);
    built.raw.set_limit(first + 7 * 2048);
    let record = built.add(b"tool/last", 2);
    assert_eq!(record, first + 7 * 2048);
    assert!(record > 16384);
    built.raw.bytes.truncate(record as usize + 16 + 9);
    built.noted(
        "note-file-ends-448-units-behind-first",
        "A file that ends with a name, 448 units behind the first record.",
        "read/empty",
        &[("fmt.note.limit.inside", u64::from(built.raw.header_len))],
    )
}

/// Limits that are no multiple of 32 and end in a record.
fn uneven_limits() -> Vec<Case> {
    vec![
        sample::small().rejected(
            "limit-8-bytes-into-record",
            ("chain", "fmt.record.limit"),
            "A limit 8 bytes behind the start of a record.",
            |raw| {
                raw.set_limit(raw.records()[2] + 8);
                raw.head_off(b"tool/other:bucket") as u64
            },
        ),
        sample::small().rejected(
            "limit-31-bytes-into-record",
            ("chain", "fmt.record.limit"),
            "A limit one byte short of a record's first unit.",
            |raw| {
                raw.set_limit(raw.records()[2] + 31);
                raw.head_off(b"tool/other:bucket") as u64
            },
        ),
        sample::two_units().rejected(
            "limit-in-padding",
            ("record", "fmt.record.end-limit"),
            "A limit behind a name and before the end of its record.",
            |raw| {
                let record = raw.records()[0];
                // The name has 40 bytes; it ends at 56, its record at 64.
                raw.set_limit(record + 60);
                u64::from(record) + 8
            },
        ),
    ]
}

/// A file of two pages in which `built` has moved its newest record to 32 bytes before the end of
/// the first.
fn moved_to_page_end(built: &mut Built, name: &[u8]) -> u64 {
    let raw = &mut built.raw;
    let from = *raw.records().last().expect("there are records") as usize;
    let (to, len) = (16384 - 32, (16 + name.len()).div_ceil(32) * 32);
    let record = raw.bytes[from..from + len].to_vec();
    raw.bytes[from..from + len].fill(0);
    raw.grow_to(2 * 16384);
    raw.bytes[to..to + len].copy_from_slice(&record);
    let head = raw.head_off(name);
    raw.set32(head, to as u32);
    raw.set_limit((to + len) as u32);
    to as u64
}

/// Records at the end of a page, where no writer puts them.
fn pages() -> Vec<Case> {
    let (tag, empty, max, page) = (
        "fmt.note.record.tag",
        "fmt.note.name.empty",
        "fmt.note.name.max",
        "fmt.note.place.page",
    );
    let mut exact = sample::empty().built;
    exact.add(b"tool/page-end", 4);
    let exact_at = moved_to_page_end(&mut exact, b"tool/page-end");
    let mut nameless = sample::empty().built;
    nameless.raw.add(b"", 4);
    let nameless_at = moved_to_page_end(&mut nameless, b"");
    let mut all = sample::empty().built;
    let name = [b'n'; 4097];
    all.add(&name, 4);
    let all_at = moved_to_page_end(&mut all, &name);
    all.raw.set32(all_at as usize + 8, 4097);
    let mut unmarked = nameless.clone();
    unmarked.raw.set32(nameless_at as usize + 8, 0);
    let base = Base {
        id: "read/empty",
        built: Built::new(),
    };
    vec![
        exact.noted(
            "note-record-ends-with-page",
            "A record that ends where its page ends.",
            base.id,
            &[(page, exact_at)],
        ),
        nameless.noted(
            "note-nameless-at-page-end",
            "A record without a name at the end of a page: its place is not judged.",
            base.id,
            &[(empty, nameless_at + 8)],
        ),
        unmarked.noted(
            "note-unmarked-nameless-at-page-end",
            "A record without mark and name at the end of a page.",
            base.id,
            &[(tag, nameless_at + 8), (empty, nameless_at + 8)],
        ),
        all.noted(
            "note-all-of-record",
            "A record with all that can be noted of one that has a name.",
            base.id,
            &[(tag, all_at + 8), (max, all_at + 8), (page, all_at)],
        ),
    ]
}
