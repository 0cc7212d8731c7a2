//! The zip file of a module: what it holds, and its hash.
//!
//! Implements the section *The module* of `spec/upload-config.md`. Nothing is written to a disk.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use rawzip::{CompressionMethod, ZipArchive};
use ring::digest::{Context, SHA256, digest};

use super::error::Fault;

/// The most entries.
const MAX_ENTRIES: usize = 1024;

/// The most bytes of all entries together, once they are unpacked.
const MAX_UNPACKED: usize = 64 * 1024 * 1024;

const ZIP: Fault = Fault::new("config: the zip file cannot be read", "config.zip.config");
const SIZE: Fault = Fault::new(
    "config: the zip file holds more than a config can",
    "config.zip.size",
);
const NAMES: Fault = Fault::new(
    "config: the zip file holds a name that is not of its module, or one twice",
    "config.zip.names",
);

/// What the zip file of a module holds, as far as it is asked for.
#[derive(Debug)]
#[non_exhaustive]
pub struct Module {
    /// The hash, `h1:..`.
    pub hash: String,
    /// The config.
    pub config: Vec<u8>,
}

impl Module {
    /// Unpacks the zip file of a module whose names begin with `prefix`, `M@V/`.
    ///
    /// # Errors
    ///
    /// What does not verify, and the clause.
    pub fn unpack(zip: &[u8], prefix: &str) -> Result<Module, Fault> {
        let archive = ZipArchive::from_slice(zip).map_err(|_| ZIP)?;
        // spec[config.zip.size]
        if archive.entries_hint() > MAX_ENTRIES as u64 {
            return Err(SIZE);
        }
        let mut room = MAX_UNPACKED;
        // Entries that share bytes could be unpacked for ever, though they hold next to nothing.
        let mut unread = zip.len();
        let mut config = None;
        let mut lines = BTreeMap::new();
        let mut entries = archive.entries();
        while let Some(entry) = entries.next_entry().map_err(|_| ZIP)? {
            let path = entry.file_path();
            let name = path.as_bytes();
            // spec[config.zip.names]
            let rest = name.strip_prefix(prefix.as_bytes()).ok_or(NAMES)?;
            if name.contains(&b'\n') || lines.contains_key(name) {
                return Err(NAMES);
            }
            let data = archive
                .get_entry(entry.wayfinder())
                .map_err(|_| ZIP)?
                .data();
            unread = unread.checked_sub(data.len()).ok_or(SIZE)?;
            let bytes = unpacked(data, entry.compression_method(), room)?;
            room = room.checked_sub(bytes.len()).ok_or(SIZE)?;
            lines.insert(name.to_vec(), line(&bytes, name));
            if lines.len() > MAX_ENTRIES {
                return Err(SIZE);
            }
            // spec[config.zip.config]
            if rest == b"config.json" {
                config = Some(bytes);
            }
        }
        Ok(Module {
            hash: hash(lines.into_values()),
            config: config.ok_or(Fault::new(
                "config: the zip file holds none",
                "config.zip.config",
            ))?,
        })
    }
}

/// The bytes of an entry, no more than `room`.
// spec[config.zip.size]
fn unpacked(data: &[u8], method: CompressionMethod, room: usize) -> Result<Vec<u8>, Fault> {
    match method {
        CompressionMethod::STORE if data.len() <= room => Ok(data.to_vec()),
        CompressionMethod::STORE => Err(SIZE),
        CompressionMethod::DEFLATE => {
            decompress_to_vec_with_limit(data, room).map_err(|error| match error.status {
                miniz_oxide::inflate::TINFLStatus::HasMoreOutput => SIZE,
                _ => ZIP,
            })
        }
        _ => Err(ZIP),
    }
}

// spec[config.hash.line]
fn line(bytes: &[u8], name: &[u8]) -> Vec<u8> {
    let mut line = String::new();
    for byte in digest(&SHA256, bytes).as_ref() {
        line.push_str(&format!("{byte:02x}"));
    }
    line.push_str("  ");
    [line.as_bytes(), name, b"\n"].concat()
}

/// The hash over the lines of all entries, in the order of their names.
// spec[config.hash]
fn hash(lines: impl Iterator<Item = Vec<u8>>) -> String {
    let mut context = Context::new(&SHA256);
    lines.for_each(|line| context.update(&line));
    format!("h1:{}", STANDARD.encode(context.finish()))
}
