//! A naive reader of the zip files of modules: another judge of the real one.
//!
//! It is the section *The module* of `spec/upload-config.md` applied to what the central directory
//! lists. What the zip format leaves to its readers is left to them: see [`Verdict::Open`]. It must
//! not know the crate under test.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use miniz_oxide::inflate::decompress_to_vec;
use ring::digest::{SHA256, digest};

/// The most entries.
const MAX_ENTRIES: usize = 1024;

/// The most unpacked bytes.
const MAX_UNPACKED: usize = 67_108_864;

/// How many times longer than what is packed the unpacked bytes can be.
const MAX_RATIO: usize = 1040;

/// What is to be made of a zip file.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Its hash and its config.
    Module(String, Vec<u8>),
    /// All clauses for which it can be refused.
    Refused(Vec<&'static str>),
    /// Readers differ about it, with reason: what it is that they see differently.
    Open(&'static str),
}

/// An entry of the central directory.
struct Entry<'z> {
    name: &'z [u8],
    method: usize,
    data: Option<&'z [u8]>,
}

/// The number of `len` bytes at a place, least significant byte first.
fn number(zip: &[u8], at: usize, len: usize) -> Option<usize> {
    let bytes = zip.get(at..at.checked_add(len)?)?;
    let number = bytes.iter().rev();
    Some(number.fold(0, |number, byte| 256 * number + usize::from(*byte)))
}

/// Judges the zip file of the module whose names begin with `prefix`.
pub(crate) fn read(zip: &[u8], prefix: &str) -> Verdict {
    const NO_ZIP: &str = "config.zip.config";
    let Some(end) = zip.windows(4).rposition(|four| four == b"PK\x05\x06") else {
        return Verdict::Refused(vec![NO_ZIP]);
    };
    let field = |at, len| number(zip, end + at, len);
    let Some(comment) = field(20, 2) else {
        return Verdict::Refused(vec![NO_ZIP]);
    };
    if end + 22 + comment != zip.len() {
        return Verdict::Open("a comment that does not end with the file");
    }
    if end >= 20 && zip[end - 20..].starts_with(b"PK\x06\x07") {
        return Verdict::Open("an end for large files");
    }
    let fields = [(4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4)];
    let fields = fields.map(|(at, len)| field(at, len).unwrap_or_default());
    let [disk, first_disk, here, count, size, start] = fields;
    if (disk, first_disk) != (0, 0) || start + size != end {
        return Verdict::Open("a directory that does not stand before the end");
    }
    let entries = match directory(zip, start, end) {
        Ok(entries) => entries,
        Err(verdict) => return verdict,
    };
    if entries.len() != count || here != count {
        return Verdict::Open("another number of entries than it says");
    }
    module(&entries, prefix, zip.len())
}

/// The entries from `at` to `end`.
fn directory(zip: &[u8], mut at: usize, end: usize) -> Result<Vec<Entry<'_>>, Verdict> {
    let mut entries = Vec::new();
    while at < end {
        let record = &zip[at..end];
        if record.starts_with(b"PK\x05\x05") {
            return Err(Verdict::Open("a signed directory"));
        }
        let field = |at, len| number(record, at, len);
        let lens = [28, 30, 32].map(|at| field(at, 2).unwrap_or_default());
        let len = 46 + lens.iter().sum::<usize>();
        if !record.starts_with(b"PK\x01\x02") || record.len() < len {
            // Where the count is too high as well, that can be found first.
            return Err(Verdict::Refused(vec![
                "config.zip.config",
                "config.zip.size",
                "config.zip.names",
            ]));
        }
        let [flags, method, disk] = [8, 10, 34].map(|at| field(at, 2).unwrap_or_default());
        let [packed, unpacked, local] = [20, 24, 42].map(|at| field(at, 4).unwrap_or_default());
        if flags & 0x2041 != 0 {
            return Err(Verdict::Open("an entry that is encrypted"));
        }
        if disk != 0 || [packed, unpacked, local].contains(&0xffff_ffff) {
            return Err(Verdict::Open("an entry of a large file"));
        }
        entries.push(Entry {
            name: &record[46..46 + lens[0]],
            method,
            data: data(zip, local, packed),
        });
        at += len;
    }
    Ok(entries)
}

/// The packed bytes behind the header at `local`.
fn data(zip: &[u8], local: usize, len: usize) -> Option<&[u8]> {
    let header = zip.get(local..)?;
    let lens = (number(header, 26, 2)?, number(header, 28, 2)?);
    let start = 30 + lens.0 + lens.1;
    let data = header.get(start..start + len)?;
    header.starts_with(b"PK\x03\x04").then_some(data)
}

fn module(entries: &[Entry<'_>], prefix: &str, len: usize) -> Verdict {
    let mut broken = Vec::new();
    if entries.len() > MAX_ENTRIES {
        broken.push("config.zip.size");
    }
    // Entries that share bytes.
    let packed = entries
        .iter()
        .map(|entry| entry.data.unwrap_or_default().len());
    if packed.sum::<usize>() > len {
        broken.push("config.zip.size");
    }
    let mut lines: BTreeMap<&[u8], Vec<u8>> = BTreeMap::new();
    let (mut config, mut sum) = (None, 0);
    let config_name = format!("{prefix}config.json");
    for entry in entries {
        let is_twice = lines.contains_key(entry.name);
        if is_twice || !entry.name.starts_with(prefix.as_bytes()) || entry.name.contains(&b'\n') {
            broken.push("config.zip.names");
        }
        let data = entry.data.unwrap_or_default();
        let bytes = match entry.method {
            0 if entry.data.is_some() => Some(data.to_vec()),
            8 if entry.data.is_some() => decompress_to_vec(data).ok(),
            _ => None,
        };
        sum += match &bytes {
            Some(bytes) => bytes.len(),
            None => data.len() * MAX_RATIO,
        };
        if sum > MAX_UNPACKED {
            broken.push("config.zip.size");
        }
        match bytes {
            Some(bytes) => {
                let line = [hex(&bytes).as_bytes(), b"  ", entry.name, b"\n"].concat();
                lines.insert(entry.name, line);
                if entry.name == config_name.as_bytes() {
                    config = Some(bytes);
                }
            }
            None => broken.push("config.zip.config"),
        }
        // Nobody has to unpack what is too long.
        if sum > MAX_UNPACKED {
            break;
        }
    }
    let text: Vec<u8> = lines.into_values().flatten().collect();
    let hash = format!("h1:{}", STANDARD.encode(digest(&SHA256, &text)));
    match config {
        Some(config) if broken.is_empty() => Verdict::Module(hash, config),
        Some(_) => Verdict::Refused(broken),
        None => {
            broken.push("config.zip.config");
            Verdict::Refused(broken)
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<char> = "0123456789abcdef".chars().collect();
    let hash = digest(&SHA256, bytes);
    let bytes = hash.as_ref().iter().copied().map(usize::from);
    bytes
        .flat_map(|byte| [digits[byte / 16], digits[byte % 16]])
        .collect()
}
