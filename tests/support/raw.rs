//! A raw writer of counter files, for valid ones and for ones broken on purpose.
//!
//! It places records as the layout part of `spec/counter-file.md` tells a writer
//! to, but checks neither names nor metadata, and lets a test overwrite any word.
//! It must not know the crate under test.

/// The unit in which a file grows, in bytes.
pub const PAGE: usize = 16384;

const MAGIC: &[u8; 28] = b"# telemetry/counter file v1\n";
const BUCKETS: u32 = 512;
const RECORD_ALIGN: usize = 32;
const DEAD: u32 = 0xffff_ffff;

/// The byte order of every word of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The low byte first.
    Little,
    /// The high byte first.
    Big,
}

/// Metadata with one line for each pair, then the empty line.
pub fn meta_text(pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut text = String::new();
    for (key, value) in pairs {
        text.push_str(&format!("{key}: {value}\n"));
    }
    text.push('\n');
    text.into_bytes()
}

/// Metadata as the go command writes it on linux/amd64.
pub fn sample_meta() -> Vec<u8> {
    meta_text(&[
        ("TimeBegin", "2026-11-18T00:00:00Z"),
        ("TimeEnd", "2026-11-25T00:00:00Z"),
        ("Program", "cmd/go"),
        ("Version", "go1.27.3"),
        ("GoVersion", "go1.27.3"),
        ("GOOS", "linux"),
        ("GOARCH", "amd64"),
    ])
}

/// A counter file in the making.
#[derive(Clone, Debug)]
pub struct Raw {
    /// The file so far.
    pub bytes: Vec<u8>,
    /// The order in which words are read and written.
    pub order: Order,
    /// The header length H that was written; overwriting the word at 28 leaves it.
    pub header_len: u32,
    records: Vec<u32>,
}

impl Raw {
    /// A little-endian file of one page without records.
    pub fn new(meta: &[u8]) -> Raw {
        Raw::with_order(meta, Order::Little)
    }

    /// A file without records, of as many pages as its header needs.
    pub fn with_order(meta: &[u8], order: Order) -> Raw {
        let header_len = round(32 + meta.len(), RECORD_ALIGN);
        let mut raw = Raw {
            bytes: vec![0; round(header_len + 2052, PAGE)],
            order,
            header_len: offset_u32(header_len),
            records: Vec::new(),
        };
        raw.bytes[..MAGIC.len()].copy_from_slice(MAGIC);
        raw.set32(MAGIC.len(), raw.header_len);
        raw.bytes[32..32 + meta.len()].copy_from_slice(meta);
        raw
    }

    /// Places a record and links it at the head of its chain; returns its offset.
    pub fn add(&mut self, name: &[u8], count: u64) -> u32 {
        let head_off = self.head_off(name);
        let next = self.get32(head_off);
        let record = self.place(name, count, next);
        self.set32(head_off, record);
        record
    }

    /// Places a record as a writer leaves it that ended before it linked it.
    pub fn add_unlinked(&mut self, name: &[u8], count: u64) -> u32 {
        self.place(name, count, 0)
    }

    /// Places a record as a writer leaves it that lost the race for its name.
    pub fn add_dead(&mut self, name: &[u8], count: u64) -> u32 {
        self.place(name, count, DEAD)
    }

    /// The u32 at `off`.
    pub fn get32(&self, off: usize) -> u32 {
        let mut word = [0; 4];
        word.copy_from_slice(&self.bytes[off..off + 4]);
        match self.order {
            Order::Little => u32::from_le_bytes(word),
            Order::Big => u32::from_be_bytes(word),
        }
    }

    /// Overwrites the u32 at `off`.
    pub fn set32(&mut self, off: usize, value: u32) {
        let word = match self.order {
            Order::Little => value.to_le_bytes(),
            Order::Big => value.to_be_bytes(),
        };
        self.bytes[off..off + 4].copy_from_slice(&word);
    }

    /// The u64 at `off`.
    pub fn get64(&self, off: usize) -> u64 {
        let mut word = [0; 8];
        word.copy_from_slice(&self.bytes[off..off + 8]);
        match self.order {
            Order::Little => u64::from_le_bytes(word),
            Order::Big => u64::from_be_bytes(word),
        }
    }

    /// Overwrites the u64 at `off`.
    pub fn set64(&mut self, off: usize, value: u64) {
        let word = match self.order {
            Order::Little => value.to_le_bytes(),
            Order::Big => value.to_be_bytes(),
        };
        self.bytes[off..off + 8].copy_from_slice(&word);
    }

    /// The limit as it is stored: 0 before the first record.
    pub fn limit(&self) -> u32 {
        self.get32(self.header_len as usize)
    }

    /// Overwrites the limit.
    pub fn set_limit(&mut self, limit: u32) {
        self.set32(self.header_len as usize, limit);
    }

    /// R, where the first record of the file starts or would start.
    pub fn first_record(&self) -> u32 {
        offset_u32(round(self.header_len as usize + 2052, RECORD_ALIGN))
    }

    /// The offset of the head of the chain to which `name` belongs.
    pub fn head_off(&self, name: &[u8]) -> usize {
        self.header_len as usize + 4 + 4 * self.bucket(name) as usize
    }

    /// The number of the chain to which `name` belongs, in every file.
    pub fn bucket(&self, name: &[u8]) -> u32 {
        let mut hash: u32 = 2_166_136_261;
        for byte in name {
            hash = (hash ^ u32::from(*byte)).wrapping_mul(16_777_619);
        }
        (hash ^ (hash >> 16)) % BUCKETS
    }

    /// Appends zeros up to `size` bytes; a file as long or longer stays.
    pub fn grow_to(&mut self, size: usize) {
        if size > self.bytes.len() {
            self.bytes.resize(size, 0);
        }
    }

    /// The offsets of all records placed, linked or not, in the order of placing.
    pub fn records(&self) -> Vec<u32> {
        self.records.clone()
    }

    /// The file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn place(&mut self, name: &[u8], count: u64, next: u32) -> u32 {
        let limit = match self.limit() {
            0 => self.first_record() as usize,
            limit => limit as usize,
        };
        let size = round(16 + name.len(), RECORD_ALIGN);
        let mut start = round(limit, RECORD_ALIGN);
        if start / PAGE != (start + size) / PAGE {
            start = round(limit, PAGE);
        }
        let end = start + size;
        self.grow_to(round(end, PAGE));
        self.set64(start, count);
        // A length of more than 24 bits would spill into the tag and be another length.
        assert!(name.len() < 1 << 24, "a name length has 24 bits");
        self.set32(start + 8, 0xff00_0000 | offset_u32(name.len()));
        self.set32(start + 12, next);
        self.bytes[start + 16..start + 16 + name.len()].copy_from_slice(name);
        self.set_limit(offset_u32(end));
        self.records.push(offset_u32(start));
        offset_u32(start)
    }
}

/// A small valid file with something of everything that occurs in practice.
///
/// Twelve plain counters, two more that share a chain, two stack counters, one
/// dead record and one that was never linked; one page, nothing to note.
pub fn sample() -> Vec<u8> {
    sample_in_the_making().into_bytes()
}

/// The same, still in the making.
pub fn sample_in_the_making() -> Raw {
    let mut raw = Raw::new(&sample_meta());
    raw.add(b"go/invocations", 1203);
    raw.add(b"go/subcommand:build", 411);
    raw.add(b"go/subcommand:test", 377);
    raw.add(b"go/subcommand:mod-tidy", 1);
    raw.add(b"go/flag:json", 29);
    raw.add_dead(b"go/flag:race", 0);
    raw.add(b"go/flag:race", 8);
    raw.add(b"go/cgo:enabled", 1202);
    raw.add(b"go/platform/host/linux/major-kernel:6", 0);
    raw.add(b"go/modules/latency:<50ms", 4_294_967_296);
    raw.add(b"go/errors", u64::MAX);
    raw.add_unlinked(b"go/flag:work", 3);
    raw.add(b"go/buildcache/hits", u64::MAX - 1);
    raw.add(b"go/buildcache/misses", 65_536);
    for name in names_of_one_bucket(&raw) {
        raw.add(name.as_bytes(), 7);
    }
    raw.add(
        b"crash/crash\nruntime.throw:+9,+0x48\n\".sigpanic:+18,+0x6c\n\
          cmd/go/internal/work.(*Builder).build:+412,+0x1a5c\n\".Do.func3:+31,+0x2f0",
        2,
    );
    raw.add(
        b"go/bug\ncmd/go/internal/modload.loadImport:+44,+0x1b8\n\".LoadPackages:=120,+0x9d4",
        5,
    );
    raw
}

/// A valid file whose records go on in a second page; some names have the full length.
pub fn sample_two_pages() -> Vec<u8> {
    two_pages_in_the_making().into_bytes()
}

/// The same, still in the making.
pub fn two_pages_in_the_making() -> Raw {
    let mut raw = Raw::new(&sample_meta());
    raw.add(b"go/invocations", 17);
    for (number, len) in [4096, 4095, 2500, 4096, 900, 33].into_iter().enumerate() {
        raw.add(&long_name(number, len), number as u64 + 1);
        raw.add(format!("go/after:{number}").as_bytes(), 100);
    }
    raw
}

/// A valid file of `n` counters whose names are as various as real ones.
pub fn many(n: usize) -> Vec<u8> {
    const STEMS: [&str; 8] = [
        "go/invocations",
        "go/flag:buildvcs",
        "compile/flag:d",
        "gopls/client:vscode",
        "go/platform/target/goos:windows",
        "gopls/completion/latency:<200ms",
        "link/flag:linkmode-external",
        "gopls/gotoolchain:local-or-path-with-a-long-answer",
    ];
    let mut raw = Raw::new(&sample_meta());
    for number in 0..n {
        let stem = STEMS[number % STEMS.len()];
        let name = format!("{stem}-{}", number / STEMS.len());
        raw.add(name.as_bytes(), number as u64 * 37 % 1000);
    }
    raw.into_bytes()
}

/// A file of `size` bytes whose first chain has a record at every place in the first half of the
/// file, each with a name nearly half as long as the file.
pub fn overlapping(size: usize) -> Raw {
    let mut raw = Raw::new(b"");
    raw.grow_to(size);
    raw.set_limit(offset_u32(size));
    let name_len = offset_u32(size / 2 - RECORD_ALIGN);
    let first = raw.first_record();
    raw.set32(raw.header_len as usize + 4, first);
    for start in (first..offset_u32(size / 2)).step_by(RECORD_ALIGN) {
        raw.set32(start as usize + 8, 0xff00_0000 | name_len);
        raw.set32(start as usize + 12, start + 32);
        raw.records.push(start);
    }
    raw.set32(size / 2 - 20, 0);
    raw
}

/// Two flag counters of the go command that belong to one chain.
fn names_of_one_bucket(raw: &Raw) -> [String; 2] {
    let mut first_of = vec![None; BUCKETS as usize];
    for number in 0_u32.. {
        let name = format!("go/flag:{number}");
        let slot = &mut first_of[raw.bucket(name.as_bytes()) as usize];
        match slot.take() {
            Some(first) => return [first, name],
            None => *slot = Some(name),
        }
    }
    unreachable!("513 names have two of one chain");
}

fn long_name(number: usize, len: usize) -> Vec<u8> {
    let mut name = format!("gopls/long-{number}:").into_bytes();
    name.resize(len, b'a' + (number % 26) as u8);
    name
}

fn round(x: usize, n: usize) -> usize {
    x.div_ceil(n) * n
}

fn offset_u32(off: usize) -> u32 {
    u32::try_from(off).expect("the file is far shorter than 4 GiB")
}
