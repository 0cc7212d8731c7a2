//! Damaged files: ours and the oracle's verdicts are equal, whatever is changed.
//!
//! Single bytes and truncations are tried one by one; beyond that, random damage, more of it where
//! it hurts. `GOTELEMETRY_SEED` varies what is tried.

mod support;

use support::agree::{agree, tiles};
use support::raw::{self, Order, Raw};

/// The files that are damaged.
fn samples() -> Vec<Vec<u8>> {
    let mut big = Raw::with_order(&raw::sample_meta(), Order::Big);
    for (number, name) in ["a", "b:c", "stack\nmain.f:+1,+0x2\n\".g:+3,+0x4", "d/e"]
        .iter()
        .enumerate()
    {
        big.add(name.as_bytes(), number as u64);
    }
    vec![
        raw::sample(),
        raw::sample_two_pages(),
        raw::many(60),
        big.into_bytes(),
    ]
}

/// A generator that is random enough and starts where it is told (xorshift64).
struct Random(u64);

impl Random {
    fn seeded(number: u64) -> Random {
        let seed = std::env::var("GOTELEMETRY_SEED")
            .ok()
            .and_then(|seed| seed.parse::<u64>().ok());
        let seed = seed.unwrap_or(2026);
        println!("GOTELEMETRY_SEED={seed}, part {number}");
        Random((seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15)) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11) as usize % end
    }
}

// test[fmt.header.magic, fmt.header.length, fmt.meta.line, fmt.visits]
#[test]
fn every_single_byte_change_gets_the_oracles_verdict() {
    let mut bytes = raw::sample();
    let first = Raw::new(&raw::sample_meta()).first_record() as usize;
    // Header, limit, heads, and all that the first kilobyte of records holds.
    let end = first + 1024;
    let (mut taken, mut rejected) = (0_u32, 0_u32);
    for at in 0..end {
        let sound = bytes[at];
        for change in 1..=255 {
            bytes[at] = sound ^ change;
            if agree(&bytes) {
                taken += 1;
            } else {
                rejected += 1;
            }
        }
        bytes[at] = sound;
    }
    println!("{end} bytes, 255 changes each: {taken} taken, {rejected} rejected");
    assert_eq!(taken + rejected, end as u32 * 255);
    assert!(agree(&bytes));
}

// test[fmt.file.min, fmt.record.inside]
#[test]
fn every_truncation_gets_the_oracles_verdict() {
    for bytes in samples() {
        let taken = (0..=bytes.len())
            .filter(|len| agree(&bytes[..*len]))
            .count();
        println!("{} truncations, {taken} taken", bytes.len() + 1);
        assert!(taken >= 1);
    }
}

#[test]
fn a_million_random_mutations_get_the_oracles_verdict() {
    let threads: Vec<_> = (0..2)
        .map(|part| std::thread::spawn(move || mutate(part, 500_000)))
        .collect();
    let taken: u64 = threads
        .into_iter()
        .map(|thread| thread.join().expect("no panic"))
        .sum();
    println!("1000000 mutations, {taken} taken");
    // Both verdicts have to be well represented, or little was tested.
    assert!((100_000..900_000).contains(&taken));
}

fn mutate(part: u64, rounds: u32) -> u64 {
    let mut random = Random::seeded(part);
    let mut samples = samples();
    let mut taken = 0;
    for round in 0..rounds {
        let number = random.below(samples.len());
        let bytes = &mut samples[number];
        let mut undo: Vec<(usize, u8)> = Vec::new();
        for _ in 0..=random.below(4) {
            change(bytes, &mut random, &mut undo);
        }
        taken += u64::from(agree(bytes));
        // The survey has to cope with whatever the reader copes with.
        if round % 200 == 0 {
            tiles(bytes);
        }
        for (at, byte) in undo.into_iter().rev() {
            bytes[at] = byte;
        }
    }
    taken
}

/// Changes a byte or a word, and keeps what was there.
fn change(bytes: &mut [u8], random: &mut Random, undo: &mut Vec<(usize, u8)>) {
    let word_at = match random.below(8) {
        0 => 28,
        1 => 192,
        2 | 3 => 196 + 4 * random.below(512),
        4 => 2272 + 32 * random.below(40) + 4 * random.below(4),
        _ => {
            let at = match random.below(3) {
                0 => random.below(256),
                1 => random.below(4096),
                _ => random.below(bytes.len()),
            };
            undo.push((at, bytes[at]));
            bytes[at] = random.next() as u8;
            return;
        }
    };
    let word = match random.below(4) {
        0 => 2272 + 32 * random.below(60) as u32,
        1 => random.below(70_000) as u32,
        2 => [0, 1, 31, 32, 33, 192, 2272, 16384, 0xffff_ffff, 0xff00_0000][random.below(10)],
        _ => random.next() as u32,
    };
    let word = if random.below(4) == 0 {
        word.to_be_bytes()
    } else {
        word.to_le_bytes()
    };
    for (at, byte) in (word_at..).zip(word) {
        undo.push((at, bytes[at]));
        bytes[at] = byte;
    }
}
