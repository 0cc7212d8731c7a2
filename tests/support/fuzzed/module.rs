//! Zip files of modules, as they come and as they are built with faults, against a naive reader.
//!
//! Where the zip format leaves it open what a file holds (see `naive_zip`), no verdict is compared:
//! the hash decides then, and what has to hold is that unpacking ends, in bounds.

use gotelemetry::fetch::archive::Module;
use miniz_oxide::deflate::compress_to_vec;

use super::input::Input;
use crate::naive_zip::{self, Verdict};

const PREFIX: &str = "m@v0/";

/// The most bytes of all entries together.
const MAX_UNPACKED: usize = 64 << 20;

pub(crate) fn check(data: &[u8]) {
    let mut input = Input::new(data);
    match input.u8() % 16 {
        0..=3 => compare(input.all()),
        15 => compare(&of_many(&mut input)),
        _ => compare(&built(&mut input)),
    }
}

fn compare(zip: &[u8]) {
    let ours = Module::unpack(zip, PREFIX);
    match (ours, naive_zip::read(zip, PREFIX)) {
        (Ok(ours), Verdict::Module(hash, config)) => {
            assert_eq!((ours.hash, ours.config), (hash, config));
        }
        // Which of several clauses is named is left open.
        (Err(fault), Verdict::Refused(broken)) => {
            assert!(broken.contains(&fault.clause), "{fault:?} {broken:?}");
        }
        (Ok(ours), Verdict::Open(why)) => {
            assert!(
                ours.hash.starts_with("h1:") && ours.hash.len() == 47,
                "{why}"
            );
            assert!(ours.config.len() <= MAX_UNPACKED, "{why}");
        }
        (Err(_), Verdict::Open(_)) => {}
        (ours, theirs) => panic!("{ours:?} {theirs:?}"),
    }
}

/// An entry: what the local header says, and what the directory does.
struct Entry {
    name: Vec<u8>,
    local_name: Vec<u8>,
    method: u16,
    packed: Vec<u8>,
    len: u32,
    extra: u16,
    /// Whether it has no bytes of its own, but those of the first entry.
    is_shared: bool,
}

/// A zip file with about as many entries as are allowed, all of them with the bytes of the first,
/// which are none, or so many that all together are about as long as is allowed.
fn of_many(input: &mut Input) -> Vec<u8> {
    let count = 1016 + u16::from(input.u8() % 16);
    let method = u16::from(input.u8() & 8);
    // Unpacking so much takes long: only inputs of one length ask for it.
    let len = match (input.u16(), input.u8(), input.is_empty()) {
        (0xffff, more, true) => 65_520 + u32::from(more % 32),
        _ => 0,
    };
    let bytes = vec![0; len as usize];
    let packed = match method {
        0 => bytes,
        _ => compress_to_vec(&bytes, 1),
    };
    let mut entries = vec![Entry {
        name: format!("{PREFIX}config.json").into_bytes(),
        local_name: Vec::new(),
        method,
        packed,
        len,
        extra: 0,
        is_shared: false,
    }];
    entries.extend((1..count).map(|number| Entry {
        name: format!("{PREFIX}{number}").into_bytes(),
        local_name: Vec::new(),
        method,
        packed: Vec::new(),
        len,
        extra: 0,
        is_shared: true,
    }));
    zip_of(&entries, 0)
}

/// A zip file with up to 9 entries, of which some bytes are others.
fn built(input: &mut Input) -> Vec<u8> {
    let count = input.u8() % 10;
    let entries: Vec<Entry> = (0..count).map(|_| entry(input)).collect();
    let mut zip = zip_of(&entries, input.u8());
    for _ in 0..input.u8() % 6 {
        let (place, byte) = (usize::from(input.u16()), input.u8());
        // From the end, where the directory is.
        let place = zip.len() - 1 - place % zip.len();
        zip[place] = byte;
    }
    zip
}

fn entry(input: &mut Input) -> Entry {
    let name = match input.u8() % 8 {
        0..=2 => format!("{PREFIX}config.json").into_bytes(),
        3 => format!("{PREFIX}go.mod").into_bytes(),
        4 => [PREFIX.as_bytes(), input.bytes(2)].concat(),
        5 => PREFIX.as_bytes()[..usize::from(input.u8() % 6)].to_vec(),
        _ => format!("{PREFIX}{}", input.text()).into_bytes(),
    };
    let kind = input.u8();
    let bytes = match kind % 8 {
        0 => Vec::new(),
        1 => input.text().into_bytes(),
        2 => vec![input.u8(); usize::from(input.u16() % 4096)],
        _ => {
            let len = usize::from(input.u8() % 32);
            input.bytes(len).to_vec()
        }
    };
    let method = match input.u8() % 8 {
        0..=2 => 0,
        3..=6 => 8,
        _ => u16::from(input.u8()),
    };
    let packed = match (method, kind & 8) {
        (8, 0) => compress_to_vec(&bytes, 1),
        _ => bytes.clone(),
    };
    let local_name = match kind & 16 {
        0 => name.clone(),
        _ => input.bytes(3).to_vec(),
    };
    Entry {
        name,
        local_name,
        method,
        packed,
        len: u32::try_from(bytes.len()).expect("it fits"),
        extra: u16::from(kind >> 5),
        is_shared: kind & 0xf0 == 0xf0,
    }
}

/// The file of these entries: bytes before it, a comment behind it, the first entry's bytes under
/// several names.
fn zip_of(entries: &[Entry], kind: u8) -> Vec<u8> {
    let mut out = vec![b'P'; usize::from(kind % 32 == 31)];
    let mut directory = Vec::new();
    let len = |bytes: &[u8]| u32::try_from(bytes.len()).expect("it fits");
    let short = |bytes: &[u8]| u16::try_from(bytes.len()).expect("it fits").to_le_bytes();
    let mut offset = 0;
    for (index, entry) in entries.iter().enumerate() {
        let mut fields = Vec::new();
        // Version, flags, method, time, date.
        for field in [20, 0, entry.method, 0, 0] {
            fields.extend(field.to_le_bytes());
        }
        let packed = match (entry.is_shared, entries.first()) {
            (true, Some(first)) => &first.packed,
            _ => &entry.packed,
        };
        for field in [0, len(packed), entry.len] {
            fields.extend(field.to_le_bytes());
        }
        if !entry.is_shared || index == 0 {
            offset = len(&out);
            out.extend([b"PK\x03\x04", &fields[..], &short(&entry.local_name)].concat());
            out.extend(entry.extra.to_le_bytes());
            out.extend([&entry.local_name[..], &vec![0; entry.extra.into()], packed].concat());
        }
        let at = match entry.is_shared {
            true => u32::from(kind % 32 == 31),
            false => offset,
        };
        directory.extend(
            [
                b"PK\x01\x02\x14\0",
                &fields[..],
                &short(&entry.name),
                &[0; 12],
            ]
            .concat(),
        );
        directory.extend(at.to_le_bytes());
        directory.extend(&entry.name);
    }
    let start = len(&out).saturating_sub(u32::from(kind >= 250));
    out.extend(&directory);
    let count = u16::try_from(entries.len()).expect("it fits").to_le_bytes();
    out.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count].concat());
    out.extend(len(&directory).to_le_bytes());
    out.extend(start.to_le_bytes());
    let comment = vec![b'c'; usize::from(kind / 32 % 4)];
    out.extend([&short(&comment)[..], &comment].concat());
    out
}
