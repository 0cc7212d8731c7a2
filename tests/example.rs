//! The worked examples of `spec/counter-file.md`: what the text shows is what the library writes.
//!
//! `GOTELEMETRY_BLESS=1 cargo test --test example` writes the blocks of the text anew. A changed
//! constant of the layout changes the bytes, and fails here.

#![cfg(target_os = "linux")]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::date::Time;
use gotelemetry::format::identity::Identity;
use gotelemetry::format::{layout, parse};
use gotelemetry::recorder::Recorder;
use gotelemetry::system::Environment;
use support::raw::{self, Raw};

const CHAPTER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/spec/counter-file.md");

/// The names of the first example and their counts.
const SMALL: [(&[u8], u64); 3] = [
    (b"tool/start", 3),
    (b"tool/flag:v", 1),
    (b"crash/crash\nmain.run:+3,+0x1b\n\".main:=17,+0x40", 2),
];

/// The lengths of the names of the second example: R is 2272, each of the first three records has
/// 4064 bytes, and the fourth would end where the page does.
const FILLING: [usize; 4] = [4048, 4048, 4048, 1904];

/// What the library writes: the file of a tool after these additions.
fn written(names: &[(&[u8], u64)]) -> Vec<u8> {
    let home = tempfile::tempdir().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    fs::create_dir(dir.local()).expect("it can be made");
    fs::write(dir.weekends_file(), "6\n").expect("it can be written");
    let program = "example.com/tool/cmd/tool";
    let tool = Identity::new(program, "v1.2.3", "go1.27.3", "linux", "amd64");
    let now = Time::parse("2026-11-18T12:30:00Z").expect("a time");
    let recorder: &'static Recorder = Box::leak(Box::new(Recorder::new()));
    let tool = tool.expect("it is sound");
    recorder
        .open(&dir, &Environment::default(), &tool, now)
        .expect("it can be opened");
    for (name, count) in names {
        recorder.add(name, *count).expect("there is room");
    }
    fs::read(recorder.path().expect("it is open")).expect("it can be read")
}

/// The same by the raw writer, which knows nothing of the library.
fn raw_file(names: &[(&[u8], u64)]) -> Raw {
    let mut raw = Raw::new(&raw::meta_text(&[
        ("TimeBegin", "2026-11-18T00:00:00Z"),
        ("TimeEnd", "2026-11-21T00:00:00Z"),
        ("Program", "example.com/tool/cmd/tool"),
        ("Version", "v1.2.3"),
        ("GoVersion", "go1.27.3"),
        ("GOOS", "linux"),
        ("GOARCH", "amd64"),
    ]));
    for (name, count) in names {
        raw.add(name, *count);
    }
    raw
}

/// Sixteen bytes a line; lines of zeros are left out, and a star stands for them.
fn hexdump(bytes: &[u8], from: usize, to: usize) -> String {
    let mut text = String::new();
    let mut left_out = false;
    for at in (from..to).step_by(16) {
        let line = &bytes[at..at + 16];
        if line.iter().all(|byte| *byte == 0) {
            if !std::mem::replace(&mut left_out, true) {
                text.push_str("*\n");
            }
            continue;
        }
        left_out = false;
        let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        let shown = |byte: &u8| match byte {
            b' '..=b'~' => char::from(*byte),
            _ => '.',
        };
        let shown: String = line.iter().map(shown).collect();
        let (one, other) = (hex[..8].join(" "), hex[8..].join(" "));
        let _ = writeln!(text, "{at:08x}  {one}  {other}  |{shown}|");
    }
    let _ = writeln!(text, "{to:08x}");
    text
}

/// Where each name is found.
fn places(raw: &Raw, names: &[(&[u8], u64)]) -> String {
    let mut text = String::new();
    for ((name, _), record) in names.iter().zip(raw.records()) {
        let shown = String::from_utf8_lossy(name);
        let first: String = shown.chars().take_while(|c| *c != '\n').take(12).collect();
        let mark = if first.len() < shown.len() { ".." } else { "" };
        let (bucket, head) = (raw.bucket(name), raw.head_off(name));
        let _ = writeln!(
            text,
            "{first}{mark}: chain {bucket}, head at {head:#x}, record at {record:#x}, {} bytes",
            (16 + name.len()).div_ceil(32) * 32
        );
    }
    text
}

/// The constants of the layout, as the library has them.
fn constants() -> String {
    let constants = [
        ("length of the magic", layout::MAGIC.len() as u32),
        ("offset of the header length", layout::HEADER_LEN_OFF),
        ("offset of the metadata", layout::META_OFF),
        ("greatest header length", layout::MAX_HEADER_LEN),
        ("greatest length of metadata", layout::MAX_META_LEN),
        ("chains", layout::BUCKETS),
        ("length of the table of heads", layout::TABLE_LEN),
        ("unit of records", layout::UNIT),
        ("page", layout::PAGE),
        ("greatest file", layout::MAX_FILE_LEN),
        ("name length, in a record", layout::NAME_LEN_OFF),
        ("next field, in a record", layout::NEXT_OFF),
        ("name, in a record", layout::NAME_OFF),
        ("greatest name", layout::MAX_NAME_LEN),
        ("bits of a name length", layout::NAME_LEN_MASK),
        ("mark beside a name length", layout::NAME_LEN_TAG),
        ("next field of a dead record", layout::DEAD),
    ];
    let line = |(what, value): (&str, u32)| format!("{what:28} {value:10} {value:#12x}\n");
    constants.map(line).concat()
}

/// What stands in the block `name` of the chapter has to be `made`.
fn is_block(name: &str, made: &str) {
    let text = fs::read_to_string(Path::new(CHAPTER)).expect("it can be read");
    let begin = format!("```text {name}\n");
    let (before, rest) = text.split_once(&begin).expect("the block is there");
    let (block, after) = rest.split_once("```").expect("it has an end");
    if std::env::var_os("GOTELEMETRY_BLESS").is_some_and(|value| value == "1") {
        let text = format!("{before}{begin}{made}```{after}");
        fs::write(CHAPTER, text).expect("it can be written");
        return;
    }
    assert!(
        block == made,
        "the block {name} is not what is written:\n{made}"
    );
}

/// One test, as each block that is written anew changes the same file.
#[test]
fn the_examples_are_what_the_library_writes() {
    let bytes = written(&SMALL);
    let raw = raw_file(&SMALL);
    assert!(bytes == raw.bytes, "the two writers differ");
    let read = parse(&bytes).expect("it is sound").counts();
    let read = read.into_values().sum::<u64>();
    assert_eq!(read, 6, "what was written is read");
    is_block("a-small-file", &hexdump(&bytes, 0, bytes.len()));
    is_block("where-its-names-are", &places(&raw, &SMALL));

    is_block("constants", &constants());

    let names: Vec<Vec<u8>> = (b'a'..)
        .zip(FILLING)
        .map(|(byte, len)| vec![byte; len])
        .collect();
    let names: Vec<(&[u8], u64)> = names.iter().map(|name| (&name[..], 1)).collect();
    let bytes = written(&names);
    let raw = raw_file(&names);
    assert!(bytes == raw.bytes, "the two writers differ");
    let third_end = 16384 - 1920;
    is_block(
        "the-end-of-a-page",
        &hexdump(&bytes, third_end - 32, 16384 + 64),
    );
    is_block("where-these-names-are", &places(&raw, &names));
}
