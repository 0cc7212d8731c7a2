//! Whether a name stands in two records: `fmt.name.unique` of `spec/counter-file.md`.
//!
//! In a sound file equal names share a chain, but a hostile one may put them anywhere, so all
//! names are compared with all, through a table of fingerprints. Names crafted to collide cannot
//! make that slow: past a budget of steps the names are sorted instead.

use super::layout::index;
use super::parse::Found;
use super::stack;

/// How many records may look like an earlier one before all are sorted. Each is compared with all.
const MAX_SUSPECTS: usize = 32;

/// The first record whose plain name an earlier one has. Names of stacks may repeat.
pub(super) fn first_repeated<'a>(
    found: &[Found],
    name_of: impl Fn(&Found) -> &'a [u8],
) -> Option<&Found> {
    let suspects = match suspects(found) {
        Some(suspects) => suspects,
        None => return first_repeated_sorted(found, name_of),
    };
    suspects.into_iter().find_map(|suspect| {
        let (earlier, rest) = found.split_at_checked(suspect)?;
        let suspect = rest.first()?;
        let name = name_of(suspect);
        let repeated = !stack::is_stack(name)
            && earlier
                .iter()
                .any(|e| e.print == suspect.print && name_of(e) == name);
        repeated.then_some(suspect)
    })
}

/// The numbers of the records that may have the name of an earlier one, all others excluded;
/// `None` if they are too many, as they are in a very large or a hostile file.
fn suspects(found: &[Found]) -> Option<Vec<usize>> {
    // A slot holds half of a fingerprint, 0 if it is free. At most half of them are taken. The
    // table of a small file needs no allocation.
    let size = found.len().saturating_mul(2).next_power_of_two();
    let mut small = [0_u16; 64];
    let mut large = Vec::new();
    let table = match small.get_mut(..size) {
        Some(table) => table,
        None => {
            large.reserve_exact(size);
            large.resize(size, 0);
            &mut large[..]
        }
    };
    let mut suspects = Vec::new();
    // Most records find a free slot at once; four more probes for each are far from chance.
    let mut budget = found.len().saturating_mul(4).saturating_add(64);
    for (number, record) in found.iter().enumerate() {
        let [high, low, _, _] = record.print.to_be_bytes();
        let tag = u16::from_be_bytes([high, low]).max(1);
        let mut at = index(record.print);
        loop {
            let slot = table.get_mut(at & size.wrapping_sub(1))?;
            if *slot == 0 {
                *slot = tag;
                break;
            }
            if *slot == tag {
                suspects.push(number);
                if suspects.len() > MAX_SUSPECTS {
                    return None;
                }
                break;
            }
            budget = budget.checked_sub(1)?;
            at = at.wrapping_add(1);
        }
    }
    Some(suspects)
}

/// The same by sorting, whatever the names.
#[cold]
fn first_repeated_sorted<'a>(
    found: &[Found],
    name_of: impl Fn(&Found) -> &'a [u8],
) -> Option<&Found> {
    let mut by_name: Vec<(u32, &[u8], usize)> = found
        .iter()
        .zip(0..)
        .map(|(record, number)| (record.print, name_of(record), number))
        .collect();
    by_name.sort_unstable();
    by_name
        .windows(2)
        .filter_map(|pair| match pair {
            [(_, a, _), (_, b, second)] if a == b && !stack::is_stack(b) => Some(*second),
            _ => None,
        })
        .min()
        .and_then(|second| found.get(second))
}

/// A number that is equal for equal names and seldom for others.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the halves are folded")]
pub(super) fn fingerprint(name: &[u8]) -> u32 {
    let print = fingerprint_wide(name);
    print as u32 ^ (print >> 32) as u32
}

#[inline(always)]
fn fingerprint_wide(name: &[u8]) -> u64 {
    const A: u64 = 0x9e37_79b9_7f4a_7c15;
    const B: u64 = 0xd1b5_4a32_d192_ed03;
    let len = u64::try_from(name.len()).unwrap_or(u64::MAX);
    if let Some(last) = name.last_chunk::<16>() {
        // Blocks of 16 bytes, of which the last may overlap its neighbour.
        let (blocks, _) = name.as_chunks::<16>();
        return blocks.iter().fold(block(last, B ^ len, A), |print, bytes| {
            print.rotate_left(23) ^ block(bytes, A, B)
        });
    }
    if let (Some(first), Some(last)) = (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        return mix(
            u64::from_le_bytes(*first) ^ A,
            u64::from_le_bytes(*last) ^ B ^ len,
        );
    }
    let short = name
        .iter()
        .fold(len, |word, byte| (word << 8) | u64::from(*byte));
    mix(short ^ A, B)
}

#[inline(always)]
fn block(bytes: &[u8; 16], key_low: u64, key_high: u64) -> u64 {
    let (halves, _) = bytes.as_chunks::<8>();
    match halves {
        [low, high] => mix(
            u64::from_le_bytes(*low) ^ key_low,
            u64::from_le_bytes(*high) ^ key_high,
        ),
        _ => 0,
    }
}

/// The two halves of a product, folded into each other.
#[inline(always)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the halves are taken apart"
)]
fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a).wrapping_mul(u128::from(b));
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests;
