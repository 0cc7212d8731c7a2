//! What an upload config has: programs, versions, and the names that its entries stand for.
//!
//! Implements the section *What a config has* of `spec/upload-config.md`. Names are compared and
//! never written out: an entry of a hostile config can stand for more names than memory holds.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::{Entry, UploadConfig};

/// What a config has, made ready to be asked.
#[derive(Clone, Debug)]
pub struct Approved<'c> {
    config: &'c UploadConfig,
    goos: BTreeSet<&'c [u8]>,
    goarch: BTreeSet<&'c [u8]>,
    go_version: BTreeSet<&'c [u8]>,
    programs: BTreeMap<&'c [u8], ApprovedProgram<'c>>,
}

/// What a config has of one program.
#[derive(Clone, Debug, Default)]
pub struct ApprovedProgram<'c> {
    versions: BTreeSet<&'c [u8]>,
    counters: Names<'c>,
    stacks: Names<'c>,
}

/// The names that some entries stand for.
#[derive(Clone, Debug, Default)]
struct Names<'c> {
    /// Names that stand for themselves.
    whole: BTreeMap<&'c [u8], Rate>,
    /// Names in two: what stands before the brace, and the pieces behind it.
    cut: BTreeMap<&'c [u8], BTreeMap<&'c [u8], Rate>>,
}

/// The Rate of an entry, and the place of the entry in the config.
#[derive(Clone, Copy, Debug)]
struct Rate {
    place: usize,
    rate: f64,
}

impl<'c> Approved<'c> {
    pub(super) fn of(config: &'c UploadConfig) -> Approved<'c> {
        let set = |list: &'c [String]| list.iter().map(String::as_bytes).collect();
        let mut programs: BTreeMap<&[u8], ApprovedProgram<'c>> = BTreeMap::new();
        let mut place = 0;
        // spec[config.program.again]
        for program in &config.programs {
            let approved = programs.entry(program.name.as_bytes()).or_default();
            let versions = program.versions.iter().map(String::as_bytes);
            approved.versions.extend(versions);
            // spec[config.rate]
            for entry in &program.counters {
                place += 1;
                approved.counters.add_expanded(entry, place);
            }
            for entry in &program.stacks {
                place += 1;
                // spec[config.stack]
                let rate = Rate::of(entry, place);
                approved.stacks.whole.insert(entry.name.as_bytes(), rate);
            }
        }
        Approved {
            config,
            goos: set(&config.goos),
            goarch: set(&config.goarch),
            go_version: set(&config.go_version),
            programs,
        }
    }

    /// The config itself.
    pub fn config(&self) -> &'c UploadConfig {
        self.config
    }

    /// Whether the config has this operating system.
    // spec[config.build]
    pub fn has_goos(&self, goos: &[u8]) -> bool {
        self.goos.contains(goos)
    }

    /// Whether the config has this processor architecture.
    // spec[config.build]
    pub fn has_goarch(&self, goarch: &[u8]) -> bool {
        self.goarch.contains(goarch)
    }

    /// Whether the config has this version of the toolchain.
    // spec[config.build]
    pub fn has_go_version(&self, go_version: &[u8]) -> bool {
        self.go_version.contains(go_version)
    }

    /// What the config has of the program with this path, if it has it.
    // spec[config.program, config.lookup]
    pub fn program(&self, path: &[u8]) -> Option<&ApprovedProgram<'c>> {
        self.programs.get(path)
    }
}

impl ApprovedProgram<'_> {
    /// Whether the config has this version of the program.
    // spec[config.program]
    pub fn has_version(&self, version: &[u8]) -> bool {
        self.versions.contains(version)
    }

    /// The Rate of a plain counter, if the config has it.
    // spec[config.counter]
    pub fn counter(&self, name: &[u8]) -> Option<f64> {
        let found = self.counters.find(name)?;
        Some(self.last(name, found))
    }

    /// The Rate of a stack counter by the text before its first newline, if the config has it.
    // spec[config.stack]
    pub fn stack(&self, name: &[u8]) -> Option<f64> {
        let found = self.stacks.find(name)?;
        Some(self.last(name, found))
    }

    /// The Rate of the last entry that stands for `name`, whether of counters or stacks.
    // spec[config.rate]
    fn last(&self, name: &[u8], found: Rate) -> f64 {
        let others = [self.counters.find(name), self.stacks.find(name)];
        let others = others.into_iter().flatten();
        others.fold(found, Rate::later).rate
    }
}

impl<'c> Names<'c> {
    /// Adds what the entry of a counter stands for.
    // spec[config.expand]
    fn add_expanded(&mut self, entry: &'c Entry, place: usize) {
        let rate = Rate::of(entry, place);
        let Some((before, rest)) = entry.name.split_once('{') else {
            self.whole.insert(entry.name.as_bytes(), rate);
            return;
        };
        // spec[config.expand.end]
        let rest = rest.strip_suffix('}').unwrap_or(rest);
        let pieces = self.cut.entry(before.as_bytes()).or_default();
        // spec[config.expand.exact]
        pieces.extend(rest.split(',').map(|piece| (piece.as_bytes(), rate)));
    }

    /// The last entry that stands for `name`.
    fn find(&self, name: &[u8]) -> Option<Rate> {
        let mut found = self.whole.get(name).copied();
        // The text before a brace that is the greatest up to the name is its longest beginning, or
        // tells how long the longest can be. So what does not matter is not looked at.
        let mut upto = Some(name);
        while let Some(most) = upto {
            let range = (Bound::Unbounded, Bound::Included(most));
            let Some((before, pieces)) = self.cut.range::<[u8], _>(range).next_back() else {
                break;
            };
            let same = most.iter().zip(*before).take_while(|(a, b)| a == b).count();
            upto = match name.strip_prefix(*before) {
                Some(piece) => {
                    let rate = pieces.get(piece).copied();
                    found = found.into_iter().chain(rate).reduce(Rate::later);
                    same.checked_sub(1).and_then(|shorter| name.get(..shorter))
                }
                None => name.get(..same),
            };
        }
        found
    }
}

impl Rate {
    fn of(entry: &Entry, place: usize) -> Rate {
        let rate = entry.rate;
        Rate { place, rate }
    }

    fn later(self, other: Rate) -> Rate {
        if other.place > self.place {
            other
        } else {
            self
        }
    }
}
