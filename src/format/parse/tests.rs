//! Which records take the short way through the walk. What is read does not depend on it.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "offsets and slots of a small file"
)]

use super::*;

/// The end of the space for records in these tests: two pages and a bit.
const END: u32 = 2 * layout::PAGE + 4096;

/// What the short way makes of a record at `pointer` with this name length word, in a walk that has
/// visited nothing: the next pointer.
fn usual(pointer: u32, len_word: u32) -> Option<u32> {
    usual_behind(pointer, len_word, &[])
}

/// The same after records of one slot at these offsets.
fn usual_behind(pointer: u32, len_word: u32, visited: &[u32]) -> Option<u32> {
    let mut bytes = vec![0; index(END)];
    let mut put = |offset: u32, word: u32| {
        if let Some(place) = bytes.get_mut(index(offset)..index(offset.wrapping_add(4))) {
            place.copy_from_slice(&word.to_le_bytes());
        }
    };
    put(pointer.wrapping_add(layout::NAME_LEN_OFF), len_word);
    put(pointer.wrapping_add(layout::NEXT_OFF), 7);
    for offset in visited {
        put(offset.wrapping_add(layout::NAME_LEN_OFF), tagged(1));
    }
    let first = layout::records_off(192);
    let slots = (END - first) / layout::UNIT;
    let mut taken = vec![0; index(slots.div_ceil(64))];
    let mut walk = Walk {
        bytes: &bytes,
        first,
        end: END,
        slots,
        taken: &mut taken,
        found: Vec::new(),
        visited: 0,
        notes: Notes::default(),
    };
    for offset in visited {
        assert!(walk.usual::<LittleWords>(*offset).is_some());
    }
    let before = walk.visited;
    let next = walk.usual::<LittleWords>(pointer);
    assert_eq!(walk.visited - before, u32::from(next.is_some()));
    next
}

fn tagged(name_len: u32) -> u32 {
    layout::NAME_LEN_TAG | name_len
}

/// R, where slot 0 is.
fn first() -> u32 {
    layout::records_off(192)
}

fn slot(number: u32) -> u32 {
    first() + number * layout::UNIT
}

#[test]
fn records_of_all_lengths_take_the_short_way_where_their_bits_lie_in_one_word() {
    for name_len in 1..=2048_u32 - 32 {
        let slots = (name_len + 16).div_ceil(layout::UNIT);
        for within in [0, 1, 30, 62, 63] {
            let next = usual(slot(within), tagged(name_len));
            assert_eq!(
                next.is_some(),
                within + slots < 64,
                "{name_len} at {within}"
            );
            assert!(next.is_none_or(|next| next == 7));
        }
    }
}

#[test]
fn what_a_clause_has_something_to_say_about_takes_the_long_way() {
    assert_eq!(usual(slot(1), tagged(1)), Some(7));
    // No tag, no name, a name that is too long.
    assert_eq!(usual(slot(1), 1), None);
    assert_eq!(usual(slot(1), 0x7f00_0001), None);
    assert_eq!(usual(slot(1), tagged(0)), None);
    assert_eq!(usual(slot(1), tagged(4097)), None);
    // Before the first slot, between two, past the last.
    assert_eq!(usual(slot(0) - 32, tagged(1)), None);
    for off in 1..32 {
        assert_eq!(usual(slot(1) + off, tagged(1)), None);
    }
    assert_eq!(usual(END - 32, tagged(1)), Some(7));
    assert_eq!(usual(END, tagged(1)), None);
    assert_eq!(usual(END - 32, tagged(17)), None);
    // The end of a page.
    assert_eq!(usual(layout::PAGE - 64, tagged(1)), Some(7));
    assert_eq!(usual(layout::PAGE - 64, tagged(17)), None);
    assert_eq!(usual(layout::PAGE - 32, tagged(1)), None);
    assert_eq!(usual(layout::PAGE, tagged(1)), Some(7));
}

#[test]
fn a_slot_that_is_taken_is_no_way_at_all() {
    assert_eq!(
        usual_behind(slot(9), tagged(1), &[slot(8), slot(10)]),
        Some(7)
    );
    assert_eq!(
        usual_behind(slot(9), tagged(17), &[slot(8), slot(10)]),
        None
    );
    assert_eq!(usual_behind(slot(8), tagged(17), &[slot(10)]), Some(7));
    assert_eq!(usual_behind(slot(73), tagged(1), &[slot(9)]), Some(7));
}

#[test]
fn a_group_of_heads_is_empty_only_if_each_byte_is() {
    assert!(!any_bit(&[0; 64]));
    for at in 0..64 {
        for bit in 0..8 {
            let mut group = [0; 64];
            if let Some(byte) = group.get_mut(at) {
                *byte = 1 << bit;
            }
            assert!(any_bit(&group));
        }
    }
}
