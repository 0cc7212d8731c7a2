//! A module proxy and a checksum database with a key of its own, honest unless a test makes it
//! otherwise.
//!
//! Written from `spec/upload-config.md`: trees are computed over all their records, by the
//! definition of the root, and know nothing of the crate under test.

#![allow(dead_code, reason = "each test of configs uses a part of this module")]

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

pub(crate) const MODULE: &str = "golang.org/x/telemetry/config";

/// A config that has one counter.
pub(crate) const CONFIG: &str = r#"{"GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["go1.27.3"],
    "Programs":[{"Name":"cmd/go","Versions":["go1.27.3"],"Counters":[{"Name":"runs","Rate":1}]}]}"#;

/// One who signs tree heads.
pub(crate) struct Signer {
    pub(crate) name: String,
    pair: Ed25519KeyPair,
}

impl Signer {
    pub(crate) fn new(name: &str, seed: u8) -> Signer {
        Signer {
            name: name.to_owned(),
            pair: Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("32 bytes"),
        }
    }

    fn public(&self) -> Vec<u8> {
        [&[1], self.pair.public_key().as_ref()].concat()
    }

    fn hash(&self) -> Vec<u8> {
        sha256(&[self.name.as_bytes(), b"\n", &self.public()])[..4].to_vec()
    }

    /// The key as `GOSUMDB` states it.
    pub(crate) fn key(&self) -> String {
        let hash: String = self.hash().iter().map(|b| format!("{b:02x}")).collect();
        format!("{}+{hash}+{}", self.name, STANDARD.encode(self.public()))
    }

    /// A note with this text, signed.
    pub(crate) fn note(&self, text: &str) -> String {
        format!("{text}\n{}", self.line(text))
    }

    /// The line of a signature.
    pub(crate) fn line(&self, text: &str) -> String {
        let signature = self.pair.sign(text.as_bytes());
        let bytes = [&self.hash(), signature.as_ref()].concat();
        format!("\u{2014} {} {}\n", self.name, STANDARD.encode(bytes))
    }
}

/// A proxy and a database.
pub(crate) struct Site {
    pub(crate) signer: Signer,
    /// The texts of the records.
    pub(crate) records: Vec<String>,
    /// How many of them the tree head covers.
    pub(crate) size: usize,
    /// What the proxy answers, by path.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// Whether the proxy passes on the database.
    pub(crate) passes_on: bool,
    /// Whether the database has a part of a tile that it has whole.
    pub(crate) has_partial: bool,
    hashes: Vec<[u8; 32]>,
}

impl Site {
    /// A site with `others` records of other modules.
    pub(crate) fn new(others: usize) -> Site {
        let mut site = Site {
            signer: Signer::new("sum.example.com", 7),
            records: Vec::new(),
            size: 0,
            files: BTreeMap::new(),
            passes_on: true,
            has_partial: true,
            hashes: Vec::new(),
        };
        site.add_others(others);
        site
    }

    pub(crate) fn add_others(&mut self, others: usize) {
        for number in 0..others {
            let number = number + self.records.len();
            self.record(format!("example.com/m{number} v1.0.0 h1:x\n"));
        }
    }

    /// Adds a record.
    pub(crate) fn record(&mut self, text: String) {
        self.hashes.push(sha256(&[&[0], text.as_bytes()]));
        self.records.push(text);
        self.size = self.records.len();
    }

    /// Publishes a version whose config is `config`.
    pub(crate) fn publish(&mut self, version: &str, config: &str) {
        let entries = [
            ("LICENSE", b"free".to_vec()),
            ("config.json", config.as_bytes().to_vec()),
            ("go.mod", format!("module {MODULE}\n").into_bytes()),
        ];
        let zip = zip(&format!("{MODULE}@{version}/"), &entries);
        let hash = hash_of(version, &entries);
        self.record(format!(
            "{MODULE} {version} {hash}\n{MODULE} {version}/go.mod h1:y\n"
        ));
        self.files
            .insert(format!("/{MODULE}/@v/{version}.zip"), zip);
        let list = self.files.entry(format!("/{MODULE}/@v/list")).or_default();
        list.extend(format!("{version}\n").as_bytes());
    }

    /// The environment's word for the database.
    pub(crate) fn gosumdb(&self) -> String {
        self.signer.key()
    }

    /// The text of the head of a tree over the first records.
    pub(crate) fn head(&self, size: usize) -> String {
        let root = STANDARD.encode(self.root(size));
        format!("go.sum database tree\n{size}\n{root}\n")
    }

    /// The root over the first records.
    pub(crate) fn root(&self, size: usize) -> [u8; 32] {
        match size {
            0 => sha256(&[]),
            _ => root(&self.hashes[..size]),
        }
    }

    /// What is answered to a path, if there is anything.
    pub(crate) fn answer(&self, path: &str) -> Option<Vec<u8>> {
        if let Some(file) = self.files.get(path) {
            return Some(file.clone());
        }
        let path = path.strip_prefix(&format!("/sumdb/{}", self.signer.name))?;
        if path == "/supported" {
            return self.passes_on.then(Vec::new);
        }
        self.of_database(path)
    }

    /// What the database answers to a path.
    pub(crate) fn of_database(&self, path: &str) -> Option<Vec<u8>> {
        if let Some(version) = path.strip_prefix(&format!("/lookup/{MODULE}@")) {
            let start = format!("{MODULE} {version} ");
            let records = &self.records[..self.size];
            let number = records.iter().rposition(|text| text.starts_with(&start))?;
            let note = self.signer.note(&self.head(self.size));
            return Some(format!("{number}\n{}\n{note}", records[number]).into_bytes());
        }
        let path = path.strip_prefix("/tile/8/")?;
        let (level, path) = path.split_once('/')?;
        let level = level.parse().ok()?;
        let (number, width) = path.split_once(".p/").unwrap_or((path, "256"));
        let number = number.replace(['x', '/'], "").parse().ok()?;
        let width = width.parse().ok()?;
        let has_whole = || self.tile(level, number, 256).is_some();
        match width < 256 && !self.has_partial && has_whole() {
            true => None,
            false => self.tile(level, number, width),
        }
    }

    fn tile(&self, level: u32, number: usize, width: usize) -> Option<Vec<u8>> {
        // No database has a tile without hashes.
        if width == 0 {
            return None;
        }
        let span = 256_usize.pow(level);
        let mut bytes = Vec::new();
        for index in 0..width {
            let first = (number * 256 + index) * span;
            bytes.extend(root(self.hashes.get(first..first + span)?));
        }
        Some(bytes)
    }
}

/// The zip file with these entries, every second one deflated.
pub(crate) fn zip(prefix: &str, entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (number, (name, bytes)) in entries.iter().enumerate() {
        let (method, packed) = match number % 2 {
            0 => (0_u16, bytes.clone()),
            _ => (8, miniz_oxide::deflate::compress_to_vec(bytes, 6)),
        };
        let name = format!("{prefix}{name}");
        let mut fields = Vec::new();
        // Version, flags, method, time, date.
        for field in [20, 0, method, 0, 0] {
            fields.extend(field.to_le_bytes());
        }
        for field in [crc32(bytes), len(&packed), len(bytes)] {
            fields.extend(field.to_le_bytes());
        }
        fields.extend(u16::try_from(name.len()).expect("it fits").to_le_bytes());
        fields.extend([0, 0]);
        let offset = len(&out);
        directory.extend([b"PK\x01\x02\x14\x00", &fields[..], &[0; 10]].concat());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
        out.extend([b"PK\x03\x04", &fields[..], name.as_bytes(), &packed].concat());
    }
    let offset = len(&out);
    let count = u16::try_from(entries.len()).expect("it fits").to_le_bytes();
    out.extend(&directory);
    out.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count].concat());
    out.extend(len(&directory).to_le_bytes());
    out.extend(offset.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn len(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("it fits")
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1));
    // Some modules are long.
    let table: Vec<u32> = (0..256).map(|byte| (0..8).fold(byte, step)).collect();
    let of_byte = |crc: u32, byte: &u8| (crc >> 8) ^ table[usize::from(crc as u8 ^ *byte)];
    !bytes.iter().fold(!0, of_byte)
}

/// The hash of a module with these entries.
pub(crate) fn hash_of(version: &str, entries: &[(&str, Vec<u8>)]) -> String {
    let mut lines: Vec<(String, String)> = entries
        .iter()
        .map(|(name, bytes)| {
            let name = format!("{MODULE}@{version}/{name}");
            let hex: String = sha256(&[bytes])
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect();
            (name.clone(), format!("{hex}  {name}\n"))
        })
        .collect();
    lines.sort();
    let text: String = lines.into_iter().map(|(_, line)| line).collect();
    format!("h1:{}", STANDARD.encode(sha256(&[text.as_bytes()])))
}

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let hash = digest(&SHA256, &parts.concat());
    hash.as_ref().try_into().expect("32 bytes")
}

/// The root over some records, as it is defined.
fn root(hashes: &[[u8; 32]]) -> [u8; 32] {
    match hashes {
        [one] => *one,
        many => {
            let mut half = 1;
            while half * 2 < many.len() {
                half *= 2;
            }
            let (left, right) = many.split_at(half);
            sha256(&[&[1], &root(left), &root(right)])
        }
    }
}
