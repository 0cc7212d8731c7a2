//! Whether the crate and the oracle say the same of a file, down to the last note.

use std::collections::BTreeMap;

use gotelemetry::format::header::ByteOrder;
use gotelemetry::format::survey::survey;
use gotelemetry::format::{File, FormatError, Notes, parse};

use super::oracle::{self, Reading, Rejection};

/// Panics unless both readers take `bytes` with the same reading, or reject them for the same
/// clause at the same offset, and neither visits more records than there is room for. Returns
/// whether they take them.
pub fn agree(bytes: &[u8]) -> bool {
    let (ours, naive) = (parse(bytes), oracle::read(bytes));
    let visited = match (&ours, &naive) {
        (Ok(ours), Ok(naive)) => {
            same_reading(ours, naive);
            ours.visited
        }
        (Err(ours), Err(naive)) => {
            same_rejection(ours, naive);
            ours.visited
        }
        _ => panic!("ours {ours:?}, the oracle {naive:?}"),
    };
    if let Some(room) = room(bytes) {
        assert!(
            u64::from(visited) <= room,
            "{visited} visits in room for {room}"
        );
    } else {
        assert_eq!(visited, 0);
    }
    ours.is_ok()
}

/// Panics unless the fields of a survey follow each other from the start of the file to its end,
/// and its verdict is the reader's.
pub fn tiles(bytes: &[u8]) {
    let survey = survey(bytes);
    let mut end = 0;
    for field in &survey.fields {
        assert_eq!(field.offset as usize, end);
        assert!(!field.bytes.is_empty());
        assert_eq!(field.bytes, &bytes[end..end + field.bytes.len()]);
        end += field.bytes.len();
    }
    assert_eq!(end, bytes.len());
    assert_eq!(survey.error, parse(bytes).err());
}

fn same_reading(ours: &File<'_>, naive: &Reading) {
    assert_eq!(ours.order == ByteOrder::Big, naive.big_endian);
    assert_eq!(
        (ours.header_len, ours.limit),
        (naive.header_len, naive.limit)
    );
    assert_eq!(u64::from(ours.visited), naive.visited);
    let meta: BTreeMap<Vec<u8>, Vec<u8>> = ours
        .meta
        .pairs()
        .map(|(key, value)| (key.to_vec(), value.to_vec()))
        .collect();
    assert_eq!(meta, naive.meta);
    assert_eq!(ours.records().len(), naive.records.len());
    for (ours, (offset, name, count)) in ours.records().zip(&naive.records) {
        assert_eq!(
            (ours.offset, ours.name, ours.count),
            (*offset, &name[..], *count)
        );
    }
    let notes: Vec<_> = ours
        .notes
        .kept()
        .iter()
        .map(|note| (note.offset, note.rule.clause()))
        .collect();
    assert_eq!(ours.notes.total(), naive.notes.len() as u64);
    assert_eq!(notes, naive.notes[..naive.notes.len().min(Notes::KEPT)]);
    let counts: BTreeMap<Vec<u8>, u64> = ours
        .counts()
        .into_iter()
        .map(|(name, count)| (name.into_owned(), count))
        .collect();
    assert_eq!(counts, naive.counts());
}

fn same_rejection(ours: &FormatError, naive: &Rejection) {
    assert_eq!(
        (ours.clause(), ours.offset, u64::from(ours.visited)),
        (naive.clause, naive.offset, naive.visited)
    );
}

/// How many records of the least size fit between the first record and the limit, worked out here
/// from the bytes alone; `None` where there is no header to work it out from.
fn room(bytes: &[u8]) -> Option<u64> {
    let word = |off: usize| {
        Some(u32::from_le_bytes(
            bytes.get(off..off + 4)?.try_into().ok()?,
        ))
    };
    let raw = word(28).filter(|_| bytes.len() >= 16384)?;
    let (header_len, big) = match raw {
        32..=16384 => (raw, false),
        _ if (32..=16384).contains(&raw.swap_bytes()) => (raw.swap_bytes(), true),
        _ => return None,
    };
    let limit = word(header_len as usize)?;
    let limit = if big { limit.swap_bytes() } else { limit };
    let first = (u64::from(header_len) + 2052).next_multiple_of(32);
    Some(u64::from(limit).saturating_sub(first) / 32)
}
