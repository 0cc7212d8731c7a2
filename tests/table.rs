//! The records of a file over a memory that is no file: found, inserted, raced for, damaged.

#[path = "support/memory.rs"]
mod memory;
mod support;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::thread;

use gotelemetry::counter::table::{Table, Trouble};
use gotelemetry::format::record::bucket;
use gotelemetry::format::{layout, parse};
use memory::{Memory, Watched, add, header_len, of_one_bucket};

#[test]
fn a_name_that_was_inserted_is_found_and_no_other() {
    let memory = Memory::new();
    assert_eq!(memory.table().find(b"a").map(|c| c.is_some()), Ok(false));
    add(&memory, b"a", 3);
    add(&memory, b"a", 4);
    let found = memory.table().find(b"a").expect("the chain is sound");
    assert_eq!(found.expect("it is there").load(Ordering::Relaxed), 7);
    assert_eq!(memory.table().find(b"b").map(|c| c.is_some()), Ok(false));
    assert_eq!(memory.counts(), BTreeMap::from([(b"a".to_vec(), 7)]));
}

#[test]
fn names_of_one_bucket_and_of_all_lengths_share_a_file() {
    let memory = Memory::new();
    let names: Vec<String> = of_one_bucket().take(100).collect();
    let long: Vec<String> = (1..=4096).step_by(97).map(|len| "x".repeat(len)).collect();
    for name in names.iter().chain(&long) {
        add(&memory, name.as_bytes(), name.len() as u64);
    }
    let counts = memory.counts();
    assert_eq!(counts.len(), names.len() + long.len());
    assert!(
        counts
            .iter()
            .all(|(name, count)| name.len() as u64 == *count)
    );
}

// test[fmt.name.min, fmt.name.max]
#[test]
fn a_name_that_no_record_can_have_is_refused() {
    let memory = Memory::new();
    let before = memory.bytes();
    for name in [&b""[..], &[b'x'; 4097]] {
        assert_eq!(memory.table().insert(name).err(), Some(Trouble::Name));
    }
    assert_eq!(memory.bytes(), before);
}

#[test]
fn threads_that_insert_the_same_names_get_the_same_records() {
    for _ in 0..20 {
        let memory = Memory::new();
        let names: Vec<String> = of_one_bucket().take(200).collect();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    names
                        .iter()
                        .for_each(|name| add(&memory, name.as_bytes(), 1))
                });
            }
        });
        let counts = memory.counts();
        assert_eq!(counts.len(), 200);
        assert!(counts.values().all(|count| *count == 4));
    }
}

#[test]
fn growing_looks_at_no_count_of_an_existing_record() {
    let memory = Memory::new();
    let first: Vec<String> = (0..100).map(|number| format!("first/{number}")).collect();
    first
        .iter()
        .for_each(|name| add(&memory, name.as_bytes(), 1));
    let offsets: Vec<u32> = parse(&memory.bytes())
        .expect("sound")
        .records()
        .map(|record| record.offset)
        .collect();
    let looks = || -> Vec<u32> {
        let of = |offset: &u32| memory.looks[*offset as usize / 8].load(Ordering::Relaxed);
        offsets.iter().map(of).collect()
    };
    let before = looks();
    let mut number = 0;
    while memory.len.load(Ordering::Relaxed) < 12 * layout::PAGE {
        add(&memory, format!("later/{number}").as_bytes(), 1);
        number += 1;
    }
    assert!(number > 2000);
    // Set to 0, and handed out.
    assert_eq!(before, [2; 100]);
    assert_eq!(looks(), before);
}

// test[count.full, fmt.page]
#[test]
fn without_room_nothing_is_changed_until_there_is_some() {
    let memory = Memory::new();
    let long = "x".repeat(4000);
    for number in 0..3 {
        add(&memory, format!("{number}{long}").as_bytes(), 1);
    }
    memory.full.store(true, Ordering::Relaxed);
    let before = memory.bytes();
    let late = format!("late{long}");
    assert_eq!(
        memory.table().insert(late.as_bytes()).err(),
        Some(Trouble::Full)
    );
    assert_eq!(memory.bytes(), before);
    // A short name has room before the page ends.
    add(&memory, b"short", 1);
    memory.full.store(false, Ordering::Relaxed);
    add(&memory, late.as_bytes(), 1);
    assert_eq!(memory.counts().len(), 5);
}

#[test]
fn a_file_cannot_outgrow_what_the_memory_holds() {
    let memory = Memory::new();
    let long = "x".repeat(4000);
    let inserted = (0..)
        .map(|number| memory.table().insert(format!("{number}{long}").as_bytes()))
        .take_while(Result::is_ok)
        .count();
    // Records of 4032 bytes, four in a page but for the first.
    assert_eq!(inserted, 4 * 63 + 3);
    assert_eq!(memory.counts().len(), inserted);
}

// test[count.full]
#[test]
fn a_file_cannot_outgrow_what_readers_take() {
    let mut memory = Memory::new();
    memory.max = u32::MAX;
    for word in [&memory.known, &memory.len] {
        word.store(layout::MAX_FILE_LEN, Ordering::Relaxed);
    }
    let limit = layout::MAX_FILE_LEN - 64;
    memory.word(header_len()).store(limit, Ordering::Relaxed);
    let name = [b'x'; 100];
    assert_eq!(memory.table().insert(&name).err(), Some(Trouble::Full));
    assert_eq!(memory.len.load(Ordering::Relaxed), layout::MAX_FILE_LEN);
    assert_eq!(memory.word(header_len()).load(Ordering::Relaxed), limit);
}

// test[find.grown]
#[test]
fn records_beyond_what_is_known_are_found_once_the_limit_covers_them() {
    let memory = Memory::new();
    for number in 0..2000 {
        add(&memory, format!("name/{number}").as_bytes(), 1);
    }
    // This process knows the first page alone, as if another had made the file longer.
    memory.known.store(layout::PAGE, Ordering::Relaxed);
    let found = memory.table().find(b"name/1999").expect("sound");
    assert_eq!(found.expect("it is there").load(Ordering::Relaxed), 1);

    memory.known.store(layout::PAGE, Ordering::Relaxed);
    memory.full.store(true, Ordering::Relaxed);
    assert_eq!(memory.table().find(b"name/1999").err(), Some(Trouble::Full));
    assert_eq!(memory.table().insert(b"late").err(), Some(Trouble::Full));
}

/// Lets `change` damage a file with a few records, and says what looking for and inserting `name`
/// find.
fn damaged(name: &str, change: impl Fn(&Memory, u32)) -> [Option<Trouble>; 2] {
    let memory = Memory::new();
    for name in of_one_bucket().take(3) {
        add(&memory, name.as_bytes(), 1);
    }
    let head = layout::heads_off(header_len()) + 4 * bucket(b"n0");
    change(&memory, head);
    let found = memory.table().find(name.as_bytes()).err();
    let before = memory.bytes();
    let inserted = memory.table().insert(name.as_bytes()).err();
    if inserted.is_some() {
        assert_eq!(memory.bytes(), before);
    }
    [found, inserted]
}

// test[find.pointer]
#[test]
fn pointers_that_lead_nowhere_are_damage() {
    let missing = of_one_bucket().nth(3).expect("buckets repeat");
    let limit = |memory: &Memory| memory.word(header_len()).load(Ordering::Relaxed);
    let first = layout::records_off(header_len());
    let pointers: [&dyn Fn(&Memory) -> u32; 7] = [
        &|_| 1,
        &|_| first - 32,
        &|_| first + 8,
        &|memory| limit(memory),
        &|_| layout::PAGE,
        &|_| u32::MAX - 31,
        &|_| u32::MAX,
    ];
    for pointer in pointers {
        let troubles = damaged(&missing, |memory, head| {
            memory.word(head).store(pointer(memory), Ordering::Relaxed);
        });
        let offset = layout::heads_off(header_len()) + 4 * bucket(b"n0");
        assert_eq!(troubles, [Some(Trouble::Corrupt { offset }); 2]);
    }
}

// test[find.bound]
#[test]
fn a_chain_without_an_end_is_damage_and_no_hang() {
    let missing = of_one_bucket().nth(3).expect("buckets repeat");
    let first = layout::records_off(header_len());
    let next = first + layout::NEXT_OFF;
    let troubles = damaged(&missing, |memory, head| {
        let last = memory.word(head).load(Ordering::Relaxed);
        memory.word(next).store(last, Ordering::Relaxed);
    });
    assert!(matches!(
        troubles,
        [Some(Trouble::Corrupt { .. }), Some(Trouble::Corrupt { .. })]
    ));
    // A name that comes before the damage is found.
    let troubles = damaged("n0", |memory, _| {
        memory.word(next).store(first, Ordering::Relaxed);
    });
    assert_eq!(troubles, [None; 2]);
}

// test[find.bound]
#[test]
fn no_more_records_are_visited_than_a_file_can_hold() {
    let memory = Memory::new();
    add(&memory, b"n0", 1);
    let first = layout::records_off(header_len());
    memory
        .word(first + layout::NEXT_OFF)
        .store(first, Ordering::Relaxed);
    let accesses = Cell::new(0_u32);
    let watched = Watched {
        memory: &memory,
        watch: |_| accesses.set(accesses.get() + 1),
    };
    let missing = of_one_bucket().nth(3).expect("buckets repeat");
    let found = Table::new(&watched, header_len()).find(missing.as_bytes());
    assert!(matches!(found.err(), Some(Trouble::Corrupt { .. })));
    // Three words of each: length, name and pointer.
    let records = layout::PAGE / layout::UNIT;
    assert!(
        accesses.get() <= 3 * records + 10,
        "{} accesses",
        accesses.get()
    );
    assert!(accesses.get() > records, "{} accesses", accesses.get());
}

// test[insert.limit]
#[test]
fn a_limit_at_the_first_place_is_that_of_a_file_without_records() {
    let memory = Memory::new();
    let first = layout::records_off(header_len());
    memory.word(header_len()).store(first, Ordering::Relaxed);
    add(&memory, b"n0", 1);
    assert_eq!(
        memory.word(header_len()).load(Ordering::Relaxed),
        first + layout::UNIT
    );
    memory
        .word(header_len())
        .store(first - 32, Ordering::Relaxed);
    let trouble = memory.table().insert(b"another").err();
    assert_eq!(
        trouble,
        Some(Trouble::Corrupt {
            offset: header_len()
        })
    );
}

#[test]
fn troubles_say_what_is_wrong_and_the_clause() {
    for (trouble, words) in [
        (Trouble::Full, "there is no room for a record [count.full]"),
        (
            Trouble::Corrupt { offset: 31 },
            "the file is damaged at offset 0x1f [count.corrupt]; see dump --explain",
        ),
        (
            Trouble::Name,
            "a name has 1 to 4096 bytes [fmt.name.min, fmt.name.max]",
        ),
    ] {
        assert_eq!(trouble.to_string(), words);
    }
}

// test[find.pointer]
#[test]
fn a_name_that_reaches_past_the_limit_is_damage() {
    let first = layout::records_off(header_len());
    let names = (0..).map(|number| format!("{number:020}"));
    let mut same = names.filter(|name| bucket(name.as_bytes()) == bucket(b"n0"));
    let missing = same.next();
    let missing = missing.expect("buckets repeat");
    let len_off = first + 2 * 32 + layout::NAME_LEN_OFF;
    // The last record claims a name of the length that is looked for.
    let troubles = damaged(&missing, |memory, _| {
        memory.word(len_off).store(20, Ordering::Relaxed);
    });
    assert_eq!(troubles, [Some(Trouble::Corrupt { offset: len_off }); 2]);
}

// test[find.pointer]
#[test]
fn a_damaged_record_of_another_name_is_damage_as_well() {
    let missing = of_one_bucket().nth(3).expect("buckets repeat");
    let len_off = layout::records_off(header_len()) + 2 * 32 + layout::NAME_LEN_OFF;
    for word in [0xff00_0011, u32::MAX] {
        let troubles = damaged(&missing, |memory, _| {
            memory.word(len_off).store(word, Ordering::Relaxed);
        });
        assert_eq!(troubles, [Some(Trouble::Corrupt { offset: len_off }); 2]);
    }
}

// test[insert.limit]
#[test]
fn a_limit_of_0_beside_a_chain_is_damage() {
    let memory = Memory::new();
    add(&memory, b"n0", 1);
    memory.word(header_len()).store(0, Ordering::Relaxed);
    let before = memory.bytes();
    let other = (0..)
        .map(|number| format!("other/{number}"))
        .find(|name| bucket(name.as_bytes()) != bucket(b"n0"));
    let other = other.expect("there are 512 buckets");
    let corrupt = Some(Trouble::Corrupt {
        offset: header_len(),
    });
    assert_eq!(memory.table().insert(other.as_bytes()).err(), corrupt);
    assert_eq!(memory.bytes(), before);
}

// test[insert.order]
#[test]
fn a_record_begins_with_a_count_of_0_whatever_lay_there() {
    let memory = Memory::new();
    let first = layout::records_off(header_len());
    memory.counts[first as usize / 8].store(u64::MAX, Ordering::Relaxed);
    add(&memory, b"a", 3);
    assert_eq!(memory.counts(), BTreeMap::from([(b"a".to_vec(), 3)]));
}

// test[insert.limit]
#[test]
fn limits_that_cannot_be_are_damage() {
    let corrupt = Some(Trouble::Corrupt {
        offset: header_len(),
    });
    for limit in [1, header_len(), 2 * layout::PAGE, u32::MAX] {
        let memory = Memory::new();
        memory.word(header_len()).store(limit, Ordering::Relaxed);
        let before = memory.bytes();
        assert_eq!(memory.table().insert(b"a").err(), corrupt, "{limit:#x}");
        assert_eq!(memory.bytes(), before);
    }
}
