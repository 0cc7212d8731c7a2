//! Equal names are found, whatever the names; and few are looked at for it.

use super::*;

/// The records of `names`, at offsets that stand for their places in the list.
fn found(names: &[Vec<u8>]) -> Vec<Found> {
    let records = (0..).zip(names);
    records
        .map(|(offset, name)| Found {
            offset,
            print: fingerprint(name),
        })
        .collect()
}

/// The number of the first repeated name.
fn repeated(names: &[Vec<u8>]) -> Option<u32> {
    let name_of = |record: &Found| {
        names
            .get(index(record.offset))
            .map_or(&[][..], Vec::as_slice)
    };
    first_repeated(&found(names), name_of).map(|record| record.offset)
}

/// Names with one fingerprint: the first word makes their first block's product 0.
fn colliding(count: u64) -> Vec<Vec<u8>> {
    let name = |number: u64| {
        let mut name = 0x9e37_79b9_7f4a_7c15_u64.to_le_bytes().to_vec();
        name.extend_from_slice(&number.to_le_bytes());
        name.extend_from_slice(b"the same in each");
        name
    };
    (0..count).map(name).collect()
}

fn numbered(count: u32) -> Vec<Vec<u8>> {
    (0..count)
        .map(|number| format!("counter-{number}").into_bytes())
        .collect()
}

#[test]
fn the_second_of_two_equal_names_is_found_at_every_place() {
    assert_eq!(repeated(&numbered(100)), None);
    for second in 1_u32..100 {
        let mut names = numbered(second);
        names.push(b"counter-0".to_vec());
        names.extend(numbered(100).into_iter().skip(index(second) + 1));
        assert_eq!(repeated(&names), Some(second));
    }
}

#[test]
fn the_first_of_several_repeated_names_is_told() {
    let mut names = numbered(50);
    names.extend([
        b"counter-7".to_vec(),
        b"counter-3".to_vec(),
        b"counter-7".to_vec(),
    ]);
    assert_eq!(repeated(&names), Some(50));
}

#[test]
fn stacks_may_repeat() {
    let names = vec![b"bug\na.f:+1,+0x2".to_vec(); 3];
    assert_eq!(repeated(&names), None);
}

#[test]
fn names_made_to_collide_are_sorted() {
    let mut names = colliding(3000);
    assert_eq!(suspects(&found(&names)), None);
    assert_eq!(repeated(&names), None);
    names.push(names.first().cloned().unwrap_or_default());
    names.push(b"another".to_vec());
    assert_eq!(repeated(&names), Some(3000));
    let stack = b"bug\na.f:+1,+0x2".to_vec();
    names.splice(3000.., [stack.clone(), stack]);
    assert_eq!(suspects(&found(&names)), None);
    assert_eq!(repeated(&names), None);
}

#[test]
fn names_made_to_fill_one_stretch_of_the_table_are_sorted() {
    // Low bits equal, tags different: nothing but the budget ends the search for a free slot.
    let found: Vec<Found> = (1_u32..3000)
        .map(|tag| Found {
            offset: 0,
            print: tag << 16,
        })
        .collect();
    assert_eq!(suspects(&found), None);
}

#[test]
fn short_names_have_fingerprints_of_their_own() {
    let mut prints: Vec<u32> = Vec::new();
    for len in 0..40 {
        prints.push(fingerprint(&vec![b'a'; len]));
        prints.push(fingerprint(&vec![0; len]));
    }
    prints.sort_unstable();
    prints.dedup();
    // The empty name is there twice.
    assert_eq!(prints.len(), 79);
}

#[test]
fn suspects_are_those_whose_half_fingerprint_came_before_in_their_stretch() {
    let of = |prints: &[u32]| {
        let records = prints.iter().map(|print| Found {
            offset: 0,
            print: *print,
        });
        suspects(&records.collect::<Vec<_>>())
    };
    assert_eq!(of(&[]), Some(vec![]));
    assert_eq!(of(&[0x0001_0000, 0x0002_0000, 0x0003_0001]), Some(vec![]));
    assert_eq!(
        of(&[0x0001_0000, 0x0002_0000, 0x0002_0000, 0x0001_0000]),
        Some(vec![2, 3])
    );
    // The low half alone tells nothing apart, and a tag of 0 is one of 1.
    assert_eq!(of(&[0x0000_0005, 0x0001_0005]), Some(vec![1]));
    // Another stretch: not a suspect, though the tags are equal.
    assert_eq!(of(&[0x0001_0000, 0x0001_0002, 0x0001_0001]), Some(vec![]));
    for (equal, told) in [(MAX_SUSPECTS + 1, true), (MAX_SUSPECTS + 2, false)] {
        let found = of(&vec![0x0001_0000; equal]);
        assert_eq!(
            found.map(|found| found.len()),
            told.then_some(MAX_SUSPECTS),
            "{equal}"
        );
    }
}

#[test]
fn names_that_differ_in_one_bit_have_fingerprints_that_differ() {
    for len in 1..70 {
        let name: Vec<u8> = (0_u8..len).map(|at| at.wrapping_mul(37)).collect();
        let mut wide = vec![fingerprint_wide(&name)];
        let mut folded = vec![fingerprint(&name)];
        for at in 0..name.len() {
            for bit in 0..8 {
                let mut other = name.clone();
                if let Some(byte) = other.get_mut(at) {
                    *byte ^= 1 << bit;
                }
                wide.push(fingerprint_wide(&other));
                folded.push(fingerprint(&other));
            }
        }
        let all = wide.len();
        wide.sort_unstable();
        wide.dedup();
        folded.sort_unstable();
        folded.dedup();
        assert_eq!((wide.len(), folded.len()), (all, all), "{len}");
        // About half of the bits of each are set.
        let ones: u32 = folded.iter().map(|print| print.count_ones()).sum();
        let share = f64::from(ones) / (32.0 * all as f64);
        assert!((0.4..0.6).contains(&share), "{share} of {len}");
    }
}

#[test]
fn names_that_share_a_fingerprint_are_told_apart() {
    for count in [2, 3, 60] {
        let mut names = colliding(count);
        assert_eq!(repeated(&names), None);
        names.extend(numbered(10));
        assert_eq!(repeated(&names), None);
        names.push(names.first().cloned().unwrap_or_default());
        assert_eq!(repeated(&names).map(u64::from), Some(count + 10));
    }
}

#[test]
fn both_halves_are_folded_into_a_fingerprint() {
    let names = numbered(100);
    let half = |name: &[u8]| u32::try_from(fingerprint_wide(name) & 0xffff_ffff);
    let equal = names
        .iter()
        .filter(|name| Ok(fingerprint(name)) == half(name));
    assert_eq!(equal.count(), 0);
}
