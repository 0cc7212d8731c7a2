//! The tree of a checksum database: hashes, tiles and proofs.
//!
//! Implements the sections *Hashes* and *Proofs* of `spec/upload-config.md`. A tree of up to 2^63
//! records is read in tiles of 256 hashes. No hash is used before it is known to belong to the
//! tree: the tiles at the right edge, because they lead to its root, all others, because their own
//! root stands in the tile above.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{Context, SHA256};

use super::error::Fault;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// How many hashes a tile has, as a power of two.
const HEIGHT: u32 = 8;

/// How many hashes a whole tile has.
const WIDTH: u64 = 1 << HEIGHT;

/// How many levels of tiles a tree has at most.
const LEVELS: u32 = u64::BITS / HEIGHT;

/// The head of a tree: how many records it has, and the hash over all of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The number of records.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Head {
    /// Reads the text of a tree head.
    // spec[config.note.tree]
    pub(super) fn parse(text: &str) -> Option<Head> {
        let mut lines = text.split('\n');
        if lines.next() != Some("go.sum database tree") {
            return None;
        }
        let size = lines.next()?;
        let is_number = size == "0" || !size.starts_with('0');
        let is_digits = !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_digit());
        let number: u64 = size.parse().ok()?;
        let root = STANDARD.decode(lines.next()?).ok()?;
        let sound = is_number && is_digits && i64::try_from(number).is_ok();
        Some(Head {
            size: number,
            root: root.try_into().ok()?,
        })
        .filter(|_| sound)
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} records, root {}",
            self.size,
            STANDARD.encode(self.root)
        )
    }
}

/// The hash of the record with this text.
// spec[config.tree.leaf]
pub fn leaf(text: &[u8]) -> Hash {
    sha256(&[&[0], text])
}

// spec[config.tree.node]
fn node(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    parts.iter().for_each(|part| context.update(part));
    let mut hash = Hash::default();
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// The root over a number of hashes that is a power of two.
fn complete(hashes: &[Hash]) -> Option<Hash> {
    match hashes {
        [] => None,
        [one] => Some(*one),
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            Some(node(&complete(left)?, &complete(right)?))
        }
    }
}

/// A tile: its level, its number, and how many hashes it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// 0 for tiles of records.
    pub level: u32,
    /// Its place among the tiles of the level.
    pub number: u64,
    /// 256, but for the last of a level.
    pub width: u16,
}

impl Tile {
    /// How many bytes a whole tile has.
    pub const WHOLE_LEN: usize = 32 << HEIGHT;

    /// Where the whole tile is asked for, behind the base.
    // spec[config.tile, config.tile.number]
    pub fn path(&self) -> String {
        let mut groups = format!("{:03}", self.number % 1000);
        let mut rest = self.number / 1000;
        while rest > 0 {
            groups = format!("x{:03}/{groups}", rest % 1000);
            rest /= 1000;
        }
        format!("/tile/{HEIGHT}/{}/{groups}", self.level)
    }

    /// Whether it has fewer than 256 hashes.
    pub fn is_partial(&self) -> bool {
        u64::from(self.width) < WIDTH
    }

    /// The hashes in the answer `bytes`, which are as many as the tile has.
    // spec[config.tile.short]
    fn hashes(&self, bytes: &[u8]) -> Option<Vec<Hash>> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        (rest.is_empty() && hashes.len() == usize::from(self.width)).then(|| hashes.to_vec())
    }
}

/// A tree whose hashes are read from tiles and proved before they are used.
pub struct Tree<F> {
    head: Head,
    fetch: F,
    /// The tiles that belong to the tree, by level and number.
    proved: BTreeMap<(u32, u64), Vec<Hash>>,
}

/// Why a hash of a tree is not to be had: the answer to a request, or what does not verify.
#[derive(Debug)]
pub enum TreeError<E> {
    /// A tile could not be fetched.
    Fetch(E),
    /// A tile is not of its form, or not of this tree.
    Broken(Tile, Fault),
}

type Result<T, E> = std::result::Result<T, TreeError<E>>;

impl<E, F: FnMut(&Tile) -> std::result::Result<Vec<u8>, E>> Tree<F> {
    /// The tree with this head, whose tiles `fetch` fetches.
    ///
    /// # Errors
    ///
    /// If a tile at its right edge cannot be fetched, or they do not lead to the root.
    // spec[config.proof.tile]
    pub fn open(head: Head, fetch: F) -> Result<Tree<F>, E> {
        let mut tree = Tree {
            head,
            fetch,
            proved: BTreeMap::new(),
        };
        for level in 0..LEVELS {
            let number = edge(head.size, level);
            let tile = tree.tile(level, number);
            if tile.width > 0 && tile.is_partial() {
                let hashes = tree.fetch(&tile)?;
                tree.proved.insert((level, number), hashes);
            }
        }
        match tree.root(head.size)? == head.root {
            true => Ok(tree),
            false => Err(TreeError::Broken(
                tree.tile(0, edge(head.size, 0)),
                Fault::new(
                    "tree head: the tiles do not lead to its root",
                    "config.proof.tile",
                ),
            )),
        }
    }

    /// The hash of the record `number`; `None` if the tree has no such record.
    ///
    /// # Errors
    ///
    /// If a tile cannot be fetched, or is not of this tree.
    pub fn record(&mut self, number: u64) -> Result<Option<Hash>, E> {
        if number >= self.head.size {
            return Ok(None);
        }
        let hashes = self.hashes(0, number / WIDTH)?;
        Ok(place(hashes, number % WIDTH))
    }

    /// The root over the first `size` records, which are no more than the tree has.
    ///
    /// # Errors
    ///
    /// If a tile cannot be fetched, or is not of this tree.
    // spec[config.tree.root]
    pub fn root(&mut self, size: u64) -> Result<Hash, E> {
        // The roots over as many records as each one bit of `size` says, from the left.
        let mut roots = Vec::new();
        for level in (0..LEVELS).rev() {
            let count = (size >> (level * HEIGHT)) % WIDTH;
            if count == 0 {
                continue;
            }
            let hashes = self.hashes(level, edge(size, level))?;
            let mut done = 0;
            for bit in (0..HEIGHT).rev().filter(|bit| count >> bit & 1 == 1) {
                let range = hashes.get(done..done + (1 << bit)).unwrap_or_default();
                roots.extend(complete(range));
                done += 1 << bit;
            }
        }
        let mut roots = roots.into_iter().rev();
        let Some(last) = roots.next() else {
            return Ok(sha256(&[]));
        };
        Ok(roots.fold(last, |right, left| node(&left, &right)))
    }

    /// The tile `number` of a level, as wide as it is in this tree.
    fn tile(&self, level: u32, number: u64) -> Tile {
        let of_level = self
            .head
            .size
            .checked_shr(level * HEIGHT)
            .unwrap_or_default();
        let width = of_level.saturating_sub(number * WIDTH).min(WIDTH);
        Tile {
            level,
            number,
            width: u16::try_from(width).unwrap_or_default(),
        }
    }

    fn fetch(&mut self, tile: &Tile) -> Result<Vec<Hash>, E> {
        let bytes = (self.fetch)(tile).map_err(TreeError::Fetch)?;
        let hashes = tile.hashes(&bytes);
        hashes.ok_or(TreeError::Broken(
            *tile,
            Fault::new(
                "tile: not 32 bytes for each of its hashes",
                "config.tile.short",
            ),
        ))
    }

    /// The hashes of a tile of this tree. Those of the right edge are there from the beginning; any
    /// other is whole, and its root stands in the tile above it.
    // spec[config.proof.tile]
    fn hashes(&mut self, level: u32, number: u64) -> Result<&[Hash], E> {
        // A tree has eight levels at most, so this goes no deeper.
        if !self.proved.contains_key(&(level, number)) {
            let tile = self.tile(level, number);
            let broken = TreeError::Broken(
                tile,
                Fault::new(
                    "tile: not of the tree that the tree head fixes",
                    "config.proof.tile",
                ),
            );
            if tile.width == 0 {
                return Err(broken);
            }
            let above = place(self.hashes(level + 1, number / WIDTH)?, number % WIDTH);
            let hashes = self.fetch(&tile)?;
            if above.is_none() || complete(&hashes) != above {
                return Err(broken);
            }
            self.proved.insert((level, number), hashes);
        }
        let hashes = self.proved.get(&(level, number));
        Ok(hashes.map(Vec::as_slice).unwrap_or_default())
    }
}

/// The number of the tile at the right edge of a tree of `size` records, whole or not.
fn edge(size: u64, level: u32) -> u64 {
    size.checked_shr((level + 1) * HEIGHT).unwrap_or_default()
}

fn place(hashes: &[Hash], index: u64) -> Option<Hash> {
    hashes.get(usize::try_from(index).ok()?).copied()
}
