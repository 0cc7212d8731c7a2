//! The tree of a checksum database whose tiles one serves who lies: every hash is the one that the
//! definition of the root has, or there is an error.
//!
//! The input chooses the size of the tree, which answers are altered and how, and what is asked
//! for. An operation during which every answer was honest succeeds; one during which any was not
//! fails; no tile is asked for that the tree does not have, none a second time once it is known,
//! and never more than there are levels.

use std::cell::RefCell;

use gotelemetry::fetch::tree::{Head, Tile, Tree, TreeError};

use super::input::Input;
use crate::naive_tree::{NaiveTree, path};

/// How many levels of tiles there are, and the most answers that an operation waits for.
const LEVELS: usize = 8;

/// How many operations there are, and how many alterations.
const MAX: u8 = 8;

/// What is done to the answer to a request.
struct Alteration {
    request: u8,
    kind: u8,
    place: u16,
}

/// One who serves tiles.
struct Server {
    tree: NaiveTree,
    alterations: Vec<Alteration>,
    requests: u8,
    /// The tiles that were served as they are.
    honest: Vec<Tile>,
    /// The tiles that this operation asked for, and whether the answer was altered.
    served: Vec<(Tile, bool)>,
}

impl Server {
    fn answer(&mut self, tile: &Tile) -> Result<Vec<u8>, ()> {
        let width = self.tree.width(tile.level, tile.number);
        assert!(width > 0, "{tile:?} is not in the tree");
        assert_eq!(u64::from(tile.width), width, "{tile:?}");
        assert_eq!(tile.is_partial(), width < 256);
        assert_eq!(tile.path(), path(tile.level, tile.number));
        assert!(!self.honest.contains(tile), "{tile:?} is known");
        let honest = self.tree.tile(tile.level, tile.number);
        let answer = self.altered(tile, honest.clone());
        self.requests = self.requests.wrapping_add(1);
        let is_altered = answer.as_ref() != Ok(&honest);
        self.served.push((*tile, is_altered));
        if !is_altered {
            self.honest.push(*tile);
        }
        answer
    }

    fn altered(&self, tile: &Tile, mut answer: Vec<u8>) -> Result<Vec<u8>, ()> {
        let of_request = |one: &&Alteration| one.request == self.requests;
        let Some(alteration) = self.alterations.iter().find(of_request) else {
            return Ok(answer);
        };
        let place = usize::from(alteration.place);
        let (index, other) = (place % answer.len() / 32, place / 256 % (answer.len() / 32));
        match alteration.kind % 6 {
            0 => {
                let at = place % answer.len();
                answer[at] ^= 1 << (place % 8);
            }
            1 => answer.truncate(place % (answer.len() + 1)),
            2 => answer.resize(answer.len() + place % 65, 0),
            3 => {
                let hash = answer[32 * other..][..32].to_vec();
                answer.copy_within(32 * index..32 * index + 32, 32 * other);
                answer[32 * index..][..32].copy_from_slice(&hash);
            }
            4 => {
                let whole = NaiveTree {
                    size: u64::MAX,
                    ..self.tree
                };
                let mut tile = whole.tile(tile.level, tile.number ^ u64::from(place % 3 == 0));
                let turn = tile.len().min(32 * (place % 2));
                tile.rotate_left(turn);
                tile.truncate(answer.len());
                answer = tile;
            }
            _ => return Err(()),
        }
        Ok(answer)
    }
}

pub(crate) fn check(data: &[u8]) {
    let mut input = Input::new(data);
    let size = number(&mut input, i64::MAX.unsigned_abs());
    let tree = NaiveTree {
        size,
        special: number(&mut input, size),
    };
    let mut root = tree.root(size);
    match input.u8() {
        255 => root[usize::from(input.u8() % 32)] ^= 1,
        254 => root = tree.root(number(&mut input, size)),
        _ => {}
    }
    let alterations = (0..input.u8() % MAX).map(|_| Alteration {
        request: input.u8() % 32,
        kind: input.u8(),
        place: input.u16(),
    });
    let server = RefCell::new(Server {
        tree,
        alterations: alterations.collect(),
        requests: 0,
        honest: Vec::new(),
        served: Vec::new(),
    });
    let head = Head { size, root };
    let opened = Tree::open(head, |tile: &Tile| server.borrow_mut().answer(tile));
    if root != tree.root(size) {
        // Answers can be altered so that they lead to that root.
        let server = server.borrow();
        let is_altered = server.served.iter().any(|(_, is_altered)| *is_altered);
        assert!(opened.is_err() || is_altered, "{:?}", server.tree);
        return;
    }
    judge(&server, opened.as_ref().map(|_| root).map_err(drop), root);
    let Ok(mut opened) = opened else {
        return;
    };
    for _ in 0..input.u8() % MAX {
        server.borrow_mut().served.clear();
        let is_root = input.u8() & 1 == 0;
        let number = number(&mut input, size);
        if is_root {
            let hash = opened.root(number);
            names(&server, &hash);
            judge(&server, hash.map_err(drop), tree.root(number));
        } else {
            let hash = opened.record(number);
            names(&server, &hash);
            judge(&server, hash.map_err(drop), tree.record(number));
        }
    }
}

/// A number that is no greater than `max`: small, about as many as a tree of two or three levels
/// has, beside the width of a tile, or any.
fn number(input: &mut Input, max: u64) -> u64 {
    let number = match input.u8() % 6 {
        0 => u64::from(input.u8()),
        1 => u64::from(input.u16()),
        2 => u64::from(input.u32() % 70_000),
        3 => {
            let bits = u32::from(input.u8() % 63);
            (1_u64 << bits)
                .saturating_sub(4)
                .saturating_add(u64::from(input.u8() % 8))
        }
        4 => max.saturating_sub(u64::from(input.u8())),
        _ => input.u64(),
    };
    match max.checked_add(1) {
        Some(count) => number % count,
        None => number,
    }
}

/// Whether an operation ended as the answers to its requests were.
fn judge<T: PartialEq + std::fmt::Debug>(server: &RefCell<Server>, ours: Result<T, ()>, truth: T) {
    let server = server.borrow();
    let served = &server.served;
    assert!(served.len() <= LEVELS, "{served:?}");
    match served.iter().any(|(_, is_altered)| *is_altered) {
        true => assert_eq!(ours, Err(()), "{served:?} {:?}", server.tree),
        false => assert_eq!(ours, Ok(truth), "{served:?} {:?}", server.tree),
    }
}

/// An error names the tile that was altered, which is the last that was asked for.
fn names<T>(server: &RefCell<Server>, ours: &Result<T, TreeError<()>>) {
    let server = server.borrow();
    if let Err(TreeError::Broken(tile, _)) = ours {
        assert_eq!(server.served.last(), Some(&(*tile, true)));
    }
}
