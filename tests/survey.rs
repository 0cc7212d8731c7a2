//! What every byte of a file is to the surveyor, whether or not a reader takes the file.

mod support;

use gotelemetry::format::layout;
use gotelemetry::format::survey::{Part, survey};
use support::agree::tiles;
use support::raw::{self, Raw};

/// Offset and part of the fields from the first record on.
fn after_table(raw: &Raw) -> Vec<(u32, Part<'_>)> {
    tiles(&raw.bytes);
    survey(&raw.bytes)
        .fields
        .into_iter()
        .filter(|field| field.offset >= raw.first_record())
        .map(|field| (field.offset, field.part))
        .collect()
}

/// The parts of a whole file.
fn parts(bytes: &[u8]) -> Vec<Part<'_>> {
    tiles(bytes);
    let fields = survey(bytes).fields.into_iter();
    fields.map(|field| field.part).collect()
}

/// The fields of a record in a chain whose name has fewer than 16 bytes.
fn linked(raw: &Raw, off: u32, name: &[u8], value: u64, pointer: u32) -> [(u32, Part<'static>); 5] {
    let len = u32::try_from(name.len()).expect("it is short");
    let chain = raw.bucket(name);
    let word = 0xff00_0000 | len;
    [
        (off, Part::Count { value, chain }),
        (off + 8, Part::NameLen { word }),
        (off + 12, Part::Next { pointer }),
        (off + 16, Part::Name),
        (off + 16 + len, Part::RecordPad),
    ]
}

fn unlinked(name: &[u8], count: u64, dead: bool) -> Part<'_> {
    Part::Unlinked { dead, count, name }
}

#[test]
fn records_in_chains_and_lost_ones_are_told_apart() {
    let mut raw = Raw::new(&raw::sample_meta());
    let first = raw.add(b"runs", 3);
    let lost = raw.add_unlinked(b"lost", 4);
    let dead = raw.add_dead(b"dead", 5);
    let last = raw.add(b"errors", 6);
    let mut expected = linked(&raw, first, b"runs", 3, 0).to_vec();
    expected.push((lost, unlinked(b"lost", 4, false)));
    expected.push((dead, unlinked(b"dead", 5, true)));
    expected.extend(linked(&raw, last, b"errors", 6, 0));
    expected.push((raw.limit(), Part::Free));
    assert_eq!(after_table(&raw), expected);
}

#[test]
fn the_table_is_its_heads_and_runs_of_empty_ones() {
    let mut raw = Raw::new(&raw::sample_meta());
    let pointer = raw.add(b"runs", 3);
    let chain = raw.bucket(b"runs");
    let heads = raw.header_len + 4;
    let end = heads + 2048;
    let after = chain + 1;
    let expected = [
        (heads - 4, Part::Limit { value: raw.limit() }),
        (
            heads,
            Part::EmptyHeads {
                first: 0,
                count: chain,
            },
        ),
        (heads + 4 * chain, Part::Head { chain, pointer }),
        (
            heads + 4 * after,
            Part::EmptyHeads {
                first: after,
                count: 512 - after,
            },
        ),
        (end, Part::TablePad),
    ];
    let fields = survey(&raw.bytes).fields.into_iter();
    let table: Vec<(u32, Part<'_>)> = fields
        .filter(|field| (heads - 4..raw.first_record()).contains(&field.offset))
        .map(|field| (field.offset, field.part))
        .collect();
    assert_eq!(table, expected);
}

#[test]
fn metadata_is_its_lines_and_what_is_none() {
    let mut raw = Raw::new(b"Program: cmd/go\nwithout a colon\n\n");
    raw.bytes[70] = b'x';
    let meta = (b"Program".as_slice(), b"cmd/go".as_slice());
    assert_eq!(
        parts(&raw.bytes)[2..6],
        [
            Part::MetaLine {
                key: meta.0,
                value: meta.1
            },
            Part::MetaOther,
            Part::MetaOther,
            Part::MetaPad,
        ]
    );
    // A header that its lines fill, without a last newline.
    let full = Raw::new(b"Program: cmd/go0123456789abcdef!");
    assert!(matches!(parts(&full.bytes)[2], Part::MetaLine { value, .. } if value.len() == 23));
    assert!(matches!(parts(&full.bytes)[3], Part::Limit { value: 0 }));
}

#[test]
fn what_looks_like_no_record_was_reserved_or_is_the_end_of_a_page() {
    let mut raw = Raw::new(&raw::sample_meta());
    let first = raw.add(b"runs", 3);
    // Without the tag, without a name, with a name that is too long, reaching into the next one.
    let spoil = |raw: &mut Raw, word: u32| {
        let off = raw.add_unlinked(b"lost", 4);
        raw.set32(off as usize + 8, word);
        off
    };
    for word in [4, 0xff00_0000, 0xff00_0000 + 4097, 0xff00_0000 + 64] {
        let mut raw = raw.clone();
        let off = spoil(&mut raw, word);
        let last = raw.add(b"errors", 6);
        let mut expected = linked(&raw, first, b"runs", 3, 0).to_vec();
        expected.push((off, Part::Reserved));
        expected.extend(linked(&raw, last, b"errors", 6, 0));
        expected.push((raw.limit(), Part::Free));
        assert_eq!(after_table(&raw), expected, "{word:#x}");
    }
    // A record of the greatest length: what is left of its page has no place for the next one.
    let long = [b'x'; 4096];
    for number in 0..3 {
        raw.add_unlinked(&long, number);
    }
    let end = raw.limit();
    let page = raw.add_unlinked(&long, 9);
    assert_eq!(page, layout::PAGE);
    let fields = after_table(&raw);
    assert!(fields.contains(&(end, Part::PageEnd)), "{fields:?}");
    assert!(fields.contains(&(page, unlinked(&long, 9, false))));
    // One byte there, and it is no blank end of a page.
    raw.bytes[end as usize] = 1;
    assert!(after_table(&raw).contains(&(end, Part::Reserved)));
}

#[test]
fn what_is_longer_than_any_record_is_reserved() {
    let mut raw = Raw::new(&raw::sample_meta());
    let off = raw.add_unlinked(b"lost", 4);
    raw.set32(off as usize + 8, 0xff00_0000 + 4097);
    // There is room for it below the limit.
    raw.set_limit(off + 4224);
    assert_eq!(after_table(&raw)[0], (off, Part::Reserved));
    raw.set32(off as usize + 8, 0xff00_0000 + 4096);
    assert!(matches!(after_table(&raw)[0], (_, Part::Unlinked { .. })));
}

#[test]
fn of_what_is_no_count_file_nothing_is_read() {
    let sound = Raw::new(&raw::sample_meta()).into_bytes();
    let mut other = sound.clone();
    other[3] ^= 1;
    let mut long = sound.clone();
    long.resize(layout::MAX_FILE_LEN as usize + 1, 0);
    for bytes in [&sound[..16383], &other, &long] {
        assert_eq!(parts(bytes), [Part::Unread]);
    }
    assert_eq!(parts(&[]), []);
    long.truncate(layout::MAX_FILE_LEN as usize);
    assert!(parts(&long).len() > 5);
    // The header length is damaged: the rest cannot be told apart.
    let mut damaged = sound;
    damaged[28..32].fill(0xff);
    let value = u32::MAX;
    assert_eq!(
        parts(&damaged),
        [Part::Magic, Part::HeaderLen { value }, Part::Unread]
    );
}

#[test]
fn chains_are_followed_past_the_damage_of_others() {
    let mut raw = Raw::new(&raw::sample_meta());
    let first = raw.add(b"runs", 3);
    let last = raw.add(b"errors", 6);
    raw.set32(first as usize + 12, 0xffff_ffe0);
    let survey = survey(&raw.bytes);
    let mut chains: Vec<(u32, Vec<u32>, Option<u32>)> = survey
        .chains
        .iter()
        .map(|chain| {
            let offsets = chain.records.iter().map(|record| record.offset);
            (chain.number, offsets.collect(), chain.broken_at)
        })
        .collect();
    chains.sort();
    let mut expected = [
        (raw.bucket(b"runs"), vec![first], Some(0xffff_ffe0)),
        (raw.bucket(b"errors"), vec![last], None),
    ];
    expected.sort();
    assert_eq!(chains, expected);
    assert_eq!(
        survey.error.map(|error| error.clause()),
        Some("fmt.record.limit")
    );
}

#[test]
fn a_record_in_a_wrong_chain_and_one_that_reaches_into_another_are_remarked() {
    let mut raw = Raw::new(&raw::sample_meta());
    let first = raw.add(b"runs", 3);
    let second = raw.add(b"errors", 6);
    // Its name grows until it lies over the record behind it.
    raw.set32(first as usize + 8, 0xff00_0000 + 20);
    let remarks = survey(&raw.bytes).remarks;
    let remarks: Vec<(u64, &str)> = remarks
        .kept()
        .iter()
        .map(|note| (note.offset, note.rule.clause()))
        .collect();
    assert_eq!(
        remarks,
        [
            (u64::from(first) + 16, "fmt.bucket"),
            (u64::from(first), "fmt.record.size")
        ]
    );
    let fields = after_table(&raw);
    // Explained up to the next record, and no further.
    assert!(fields.contains(&(first + 16, Part::Name)));
    let chain = raw.bucket(b"errors");
    assert!(fields.contains(&(second, Part::Count { value: 6, chain })));
}

#[test]
fn of_names_that_lie_over_each_other_as_many_bytes_are_read_as_the_file_has() {
    let raw = raw::overlapping(4 * 1024 * 1024);
    tiles(&raw.bytes);
    let survey = survey(&raw.bytes);
    let records: Vec<usize> = survey.chains.iter().map(|one| one.records.len()).collect();
    assert_eq!(records, [raw.records().len()]);
    let remarks = survey.remarks.kept().iter();
    let wrong = remarks.filter(|note| note.rule.clause() == "fmt.bucket");
    let wrong: Vec<u64> = wrong.map(|note| note.offset).collect();
    // There is room for two names, and all records but the last reach into another.
    let first = u64::from(raw.first_record());
    assert_eq!(wrong, [first + 16, first + 48]);
    assert_eq!(survey.remarks.total(), 2 + records[0] as u64 - 1);
}

#[test]
fn a_pointer_to_where_no_record_can_lie_breaks_its_chain() {
    let mut raw = Raw::new(&raw::sample_meta());
    let first = raw.add(b"runs", 3);
    raw.add(b"errors", 6);
    let head = raw.head_off(b"runs");
    // Between two places, before the first, at the limit, far away.
    for pointer in [first + 8, first - 32, 32, raw.limit(), 0x00ff_ffe0] {
        raw.set32(head, pointer);
        let survey = survey(&raw.bytes);
        let number = raw.bucket(b"runs");
        let chain = survey.chains.iter().find(|chain| chain.number == number);
        let chain = chain.expect("the chain is not empty");
        assert_eq!((chain.records.len(), chain.broken_at), (0, Some(pointer)));
        tiles(&raw.bytes);
    }
}
