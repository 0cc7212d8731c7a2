//! Count files in the making that remember what a reader has to find in them.

use std::collections::BTreeMap;

use super::case::{Case, Expect};
use super::json::Json;
use crate::support::raw::{self, Order, Raw};

/// The path of the count file in every case that reads one.
pub(super) const FILE: &str = "counters.v1.count";

/// The metadata of the go command.
pub(super) const META: [(&str, &str); 7] = [
    ("TimeBegin", "2026-11-18T00:00:00Z"),
    ("TimeEnd", "2026-11-25T00:00:00Z"),
    ("Program", "cmd/go"),
    ("Version", "go1.27.3"),
    ("GoVersion", "go1.27.3"),
    ("GOOS", "linux"),
    ("GOARCH", "amd64"),
];

/// A count file and what is in it.
#[derive(Clone)]
pub(super) struct Built {
    pub(super) raw: Raw,
    meta: BTreeMap<Vec<u8>, Vec<u8>>,
    counters: BTreeMap<Vec<u8>, u64>,
}

impl Built {
    /// An empty file of the go command.
    pub(super) fn new() -> Built {
        Built::of(&META, Order::Little)
    }

    /// An empty file with this metadata.
    pub(super) fn of(meta: &[(&str, &str)], order: Order) -> Built {
        let raw = Raw::with_order(&raw::meta_text(meta), order);
        let meta = meta.iter();
        let meta = meta.map(|(key, value)| (key.as_bytes().to_vec(), value.as_bytes().to_vec()));
        Built {
            raw,
            meta: meta.collect(),
            counters: BTreeMap::new(),
        }
    }

    /// An empty file with this text for metadata, in which a reader finds `meta`.
    pub(super) fn of_text(text: &[u8], meta: &[(&[u8], &[u8])]) -> Built {
        let meta = meta.iter();
        Built {
            raw: Raw::new(text),
            meta: meta
                .map(|(key, value)| (key.to_vec(), value.to_vec()))
                .collect(),
            counters: BTreeMap::new(),
        }
    }

    /// Adds a counter.
    pub(super) fn add(&mut self, name: &[u8], count: u64) -> u32 {
        self.add_as(name, name, count)
    }

    /// Adds a counter whose name reads otherwise than it is written.
    pub(super) fn add_as(&mut self, written: &[u8], read: &[u8], count: u64) -> u32 {
        let sum = self.counters.entry(read.to_vec()).or_default();
        *sum = sum.saturating_add(count);
        self.raw.add(written, count)
    }

    /// Leaves out of what a reader finds a counter that was added.
    pub(super) fn unread(&mut self, name: &[u8]) {
        assert!(self.counters.remove(name).is_some());
    }

    /// Says that a reader finds another value for a key.
    pub(super) fn meta_is(&mut self, key: &[u8], value: &[u8]) {
        self.meta.insert(key.to_vec(), value.to_vec());
    }

    /// What a reader finds.
    pub(super) fn result(&self) -> Json {
        let meta = self.meta.iter();
        let meta = meta.map(|(key, value)| (super::hex(key), Json::hex(value)));
        let counters = self.counters.iter();
        let counters = counters.map(|(name, count)| (super::hex(name), Json::decimal(count)));
        Json::object([
            ("meta", Json::object(meta)),
            ("counters", Json::object(counters)),
        ])
    }

    fn case(&self, id: &str, clauses: &[&'static str], about: &str) -> Case {
        Case::new(format!("read/{id}"), "read-file", "reader")
            .shows(clauses, about)
            .with(FILE, self.raw.bytes.clone())
            .args(Json::object([("file", Json::text(FILE))]))
    }

    /// The case that a reader takes this file.
    pub(super) fn accepted(&self, id: &str, clauses: &[&'static str], about: &str) -> Case {
        self.case(id, clauses, about)
            .expect(Expect::ok(self.result()))
    }

    /// The case that a reader takes this file with notes.
    pub(super) fn noted(
        &self,
        id: &str,
        about: &str,
        base: &str,
        notes: &[(&'static str, u64)],
    ) -> Case {
        let mut clauses: Vec<&'static str> = notes.iter().map(|(clause, _)| *clause).collect();
        clauses.dedup();
        let (result, notes) = (self.result(), notes.to_vec());
        self.case(id, &clauses, about)
            .base(base)
            .expect(Expect::Noted { result, notes })
    }
}

/// A valid case to break.
#[derive(Clone)]
pub(super) struct Base {
    pub(super) id: &'static str,
    pub(super) built: Built,
}

impl Base {
    /// The case that a reader rejects this file once `fault` is in it.
    pub(super) fn rejected(
        &self,
        id: &str,
        (stage, clause): (&'static str, &'static str),
        about: &str,
        fault: impl FnOnce(&mut Raw) -> u64,
    ) -> Case {
        let mut broken = self.built.clone();
        let offset = fault(&mut broken.raw);
        broken
            .case(id, &[clause], about)
            .base(self.id)
            .expect(Expect::Reject {
                stage: Some(stage),
                clause,
                offset: Some(offset),
            })
    }
}

/// Counters of which the first two share a chain: their offsets are those of `records()`.
pub(super) fn small() -> Base {
    let mut built = Built::new();
    let [first, second] = sharing(&built.raw, "tool/counter", 2)
        .try_into()
        .expect("two names");
    built.add(&first, 1);
    built.add(&second, 2);
    built.add(b"tool/other:bucket", 3);
    Base {
        id: "read/small",
        built,
    }
}

/// Stack counters in one chain, the names of which have ditto marks.
pub(super) fn stacks() -> Base {
    let mut built = Built::new();
    let plain = b"crash/crash\nmain.f:+1,+0x2\n\".g:+3,+0x4";
    built.add_as(plain, b"crash/crash\nmain.f:+1,+0x2\nmain.g:+3,+0x4", 5);
    built.add_as(
        b"gopls/bug\nexample.com/m/internal/x.(*T).run:+12,+0x1c\n\".stop:=40,+0x9",
        b"gopls/bug\nexample.com/m/internal/x.(*T).run:+12,+0x1c\n\
          example.com/m/internal/x.(*T).stop:=40,+0x9",
        6,
    );
    Base {
        id: "read/stacks",
        built,
    }
}

/// Records in two pages, the last of them in the second.
pub(super) fn pages() -> Base {
    let mut built = Built::new();
    for number in 0..4_u8 {
        built.add(&vec![b'a' + number; 4096], u64::from(number));
    }
    built.add(b"tool/after", 9);
    Base {
        id: "read/two-pages",
        built,
    }
}

/// A file without counters.
pub(super) fn empty() -> Base {
    Base {
        id: "read/empty",
        built: Built::new(),
    }
}

/// `n` names that begin with `stem` and belong to one chain.
pub(super) fn sharing(raw: &Raw, stem: &str, n: usize) -> Vec<Vec<u8>> {
    let names = (0..).map(|number| format!("{stem}-{number}").into_bytes());
    let mut names = names.peekable();
    let bucket = raw.bucket(names.peek().expect("there are enough names"));
    names
        .filter(|name| raw.bucket(name) == bucket)
        .take(n)
        .collect()
}

/// A chain of a record of two units.
pub(super) fn two_units() -> Base {
    let mut built = Built::new();
    built.add(&[b'u'; 40], 1);
    Base {
        id: "read/two-units",
        built,
    }
}

/// Three records of two units in one chain, the last one first.
pub(super) fn three_in_a_chain() -> Base {
    let mut built = Built::new();
    for name in sharing(&built.raw.clone(), "tool/three-in-a-chain", 3) {
        built.add(&name, 1);
    }
    Base {
        id: "read/three-in-a-chain",
        built,
    }
}
