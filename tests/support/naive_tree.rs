//! A tree of any number of records whose hashes are had by the definition of the root.
//!
//! It is the section *Hashes* of `spec/upload-config.md`. So that a tree can be large, record n is
//! record n mod 1024 but for one: what stands over many equal records is computed once. It must not
//! know the crate under test.

use std::sync::OnceLock;

use ring::digest::{SHA256, digest};

pub(crate) type Hash = [u8; 32];

/// After how many records they begin again, as a power of two.
const PERIOD: u32 = 10;

/// A tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NaiveTree {
    /// How many records it has.
    pub(crate) size: u64,
    /// The number of the record that no other is like.
    pub(crate) special: u64,
}

impl NaiveTree {
    /// The root over the first `size` records.
    pub(crate) fn root(&self, size: u64) -> Hash {
        match size {
            0 => sha256(&[]),
            _ => self.over(0, size),
        }
    }

    /// The hash of a record that the tree has.
    pub(crate) fn record(&self, number: u64) -> Option<Hash> {
        (number < self.size).then(|| self.perfect(number, 0))
    }

    /// How many hashes the tile `number` of a level has.
    pub(crate) fn width(&self, level: u32, number: u64) -> u64 {
        let Some(span) = 256_u64.checked_pow(level) else {
            return 0;
        };
        let hashes = self.size / span;
        match number.checked_mul(256) {
            Some(first) if first < hashes => (hashes - first).min(256),
            _ => 0,
        }
    }

    /// The bytes of a tile that the tree has.
    pub(crate) fn tile(&self, level: u32, number: u64) -> Vec<u8> {
        let hashes = (0..self.width(level, number))
            .map(|index| self.perfect((256 * number + index) << (8 * level), 8 * level));
        hashes.flatten().collect()
    }

    /// The root over `count` records from `first` on.
    fn over(&self, first: u64, count: u64) -> Hash {
        if count.is_power_of_two() {
            return self.perfect(first, count.ilog2());
        }
        let half = 1 << count.ilog2();
        node(
            &self.over(first, half),
            &self.over(first + half, count - half),
        )
    }

    /// The root over 2^height records from `first` on, a multiple of that.
    fn perfect(&self, first: u64, height: u32) -> Hash {
        let has_special = self.special >> height == first >> height;
        match (has_special, height) {
            (false, _) => usual(first, height),
            (true, 0) => leaf(u64::MAX),
            (true, _) => {
                let half = 1 << (height - 1);
                node(
                    &self.perfect(first, height - 1),
                    &self.perfect(first + half, height - 1),
                )
            }
        }
    }
}

/// The root over 2^height records, none of them special.
fn usual(first: u64, height: u32) -> Hash {
    static KNOWN: OnceLock<Vec<Vec<Hash>>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let mut rows: Vec<Vec<Hash>> = vec![(0..1 << PERIOD).map(leaf).collect()];
        for height in 1..=64 {
            let below = &rows[height - 1];
            let row = match below.as_slice() {
                [one] => vec![node(one, one)],
                many => many.chunks(2).map(|two| node(&two[0], &two[1])).collect(),
            };
            rows.push(row);
        }
        rows
    });
    let row = &known[height as usize];
    row[(first >> height) as usize % row.len()]
}

fn leaf(number: u64) -> Hash {
    sha256(&[&[0][..], &number.to_le_bytes()].concat())
}

fn node(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1][..], left, right].concat())
}

fn sha256(bytes: &[u8]) -> Hash {
    let hash = digest(&SHA256, bytes);
    hash.as_ref().try_into().expect("32 bytes")
}

/// Where a whole tile is asked for, behind the base.
pub(crate) fn path(level: u32, number: u64) -> String {
    let mut digits = number.to_string();
    while !digits.len().is_multiple_of(3) {
        digits.insert(0, '0');
    }
    let (most, last) = digits.split_at(digits.len() - 3);
    let mut path = format!("/tile/8/{level}/");
    for (index, digit) in most.char_indices() {
        if index.is_multiple_of(3) {
            path.push('x');
        }
        path.push(digit);
        if index % 3 == 2 {
            path.push('/');
        }
    }
    path + last
}
