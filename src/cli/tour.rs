//! `tour`: the system shown on a sample, in a temporary directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{CliError, Command, Context, Outcome, Result, dump, explain, quote::escaped};
use crate::dir::DirError;
use crate::format::date::{Date, Span, Weekday};
use crate::format::header::{self, ByteOrder};
use crate::format::identity::Identity;
use crate::format::stack::{self, Frame, Line};
use crate::format::{FormatError, layout, name, parse, record, survey};

pub(super) static COMMAND: Command = Command {
    names: &["tour"],
    arguments: "",
    summary: "show the system at work on a sample",
    details: "\
Writes a sample count file to a temporary directory, explains every byte of it, damages a copy and
shows how that is found. Nothing outside the temporary directory is touched.",
    options: &[],
    max_files: 0,
    run: tour,
};

fn tour(context: &mut Context<'_>) -> Result<Outcome> {
    let root = temporary_directory()?;
    let shown = show(context, &root);
    fs::remove_dir_all(&root).map_err(DirError::io("delete", &root))?;
    shown
}

/// Makes a directory that nobody else can write to.
fn temporary_directory() -> Result<PathBuf> {
    let parent = match std::env::temp_dir() {
        empty if empty.as_os_str().is_empty() => PathBuf::from("/tmp"),
        parent => parent,
    };
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let mut number = 0;
    loop {
        let path = parent.join(format!("gotelemetry-tour-{}-{number}", std::process::id()));
        match builder.create(&path) {
            Ok(()) => return Ok(path),
            // A tour that was killed may have left it.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => {
                number += 1;
            }
            Err(error) => return Err(DirError::io("create", &path)(error).into()),
        }
    }
}

fn show(context: &mut Context<'_>, root: &Path) -> Result<Outcome> {
    let sample = Sample::new(context.now.date())?;
    let path = root.join(&sample.file_name);
    fs::write(&path, &sample.bytes).map_err(DirError::io("write", &path))?;

    writeln!(
        context.out,
        "1. A program counted a few events. Its file, byte by byte:\n"
    )?;
    let survey = survey::survey(&sample.bytes);
    explain::draw(&path, sample.bytes.len(), &survey, context.out)?;

    writeln!(context.out, "2. The same file as a reader sees it:\n")?;
    let counts = dump::with_file(&path, |file| {
        let counts = file.counts();
        counts
            .into_iter()
            .map(|(name, count)| (name.into_owned(), count))
            .collect::<Vec<_>>()
    });
    for (name, count) in counts.map_err(CliError::Failed)? {
        let name = escaped(&name);
        writeln!(context.out, "{count:>6}  {name}")?;
    }

    writeln!(
        context.out,
        "\n3. One chain led back to its own start. Found, not followed for ever:\n"
    )?;
    let damaged = sample.damaged();
    let Err(error) = parse(&damaged) else {
        return Err(CliError::Failed(
            "the damage to the sample was not found".to_owned(),
        ));
    };
    let copy = root.join("damaged.v1.count");
    fs::write(&copy, &damaged).map_err(DirError::io("write", &copy))?;
    writeln!(context.out, "  {}: {error}\n", copy.display())?;
    writeln!(
        context.out,
        "Next: gotelemetry status, gotelemetry dump, gotelemetry help"
    )?;
    Ok(Outcome::Fine)
}

/// A count file as a program of two processes could have left it.
struct Sample {
    file_name: String,
    bytes: Vec<u8>,
    /// Offset of the next pointer of one of its records, and the offset of that record.
    a_record: (usize, u32),
}

impl Sample {
    fn new(today: Date) -> Result<Sample> {
        let faulty = |error: FormatError| CliError::Failed(format!("the sample: {error}"));
        let tool = Identity::new("example.com/tool", "v1.2.0", "go1.27.3", "linux", "amd64");
        let tool = tool.map_err(faulty)?;
        let span = Span::beginning(today, Weekday::from_number(3))
            .ok_or_else(|| CliError::Misuse("--now: no week ends after this day".to_owned()))?;
        let header = header::encode(tool.meta_text(span).as_bytes(), ByteOrder::Little);
        let mut bytes = header.map_err(faulty)?;
        let header_len = u32::try_from(bytes.len()).unwrap_or_default();
        bytes.resize(layout::PAGE as usize, 0);
        let frames = [
            Frame {
                symbol: "example.com/tool.parse",
                line: Line::Relative(12),
                pc_offset: 0x4b,
            },
            Frame {
                symbol: "example.com/tool.main",
                line: Line::Relative(3),
                pc_offset: 0x2f,
            },
        ];
        let stack = stack::encode("tool/bug", &frames);
        let mut a_record = (0, 0);
        let counts: [(&[u8], u64); 4] = [
            (b"tool/invocations", 3),
            (b"tool/flag:v", 1),
            (b"tool/latency:<50ms", 41),
            (stack.as_slice(), 1),
        ];
        for (counter, count) in counts {
            name::check(counter).map_err(faulty)?;
            let off = add(&mut bytes, header_len, counter, count);
            a_record = ((off + layout::NEXT_OFF) as usize, off);
        }
        Ok(Sample {
            file_name: tool.file_name(span),
            bytes,
            a_record,
        })
    }

    fn damaged(&self) -> Vec<u8> {
        let mut damaged = self.bytes.clone();
        let (at, record) = self.a_record;
        put(&mut damaged, at, &record.to_le_bytes());
        damaged
    }
}

/// Adds a record to a file that nobody else writes, and returns its offset.
fn add(bytes: &mut [u8], header_len: u32, name: &[u8], count: u64) -> u32 {
    let limit_off = header_len as usize;
    let head_off = (layout::heads_off(header_len) + 4 * record::bucket(name)) as usize;
    let limit = take(bytes, limit_off);
    let name_len = u32::try_from(name.len()).unwrap_or_default();
    let Some(place) = record::place(header_len, limit, name_len) else {
        return 0;
    };
    let start = place.start as usize;
    let head = take(bytes, head_off);
    put(bytes, start, &count.to_le_bytes());
    put(
        bytes,
        start + 8,
        &(name_len | layout::NAME_LEN_TAG).to_le_bytes(),
    );
    put(bytes, start + 12, &head.to_le_bytes());
    put(bytes, start + 16, name);
    put(bytes, head_off, &place.start.to_le_bytes());
    put(bytes, limit_off, &place.end.to_le_bytes());
    place.start
}

fn take(bytes: &[u8], at: usize) -> u32 {
    let word = bytes.get(at..).and_then(<[u8]>::first_chunk);
    word.map_or(0, |word| u32::from_le_bytes(*word))
}

fn put(bytes: &mut [u8], at: usize, content: &[u8]) {
    if let Some(place) = bytes.get_mut(at..at + content.len()) {
        place.copy_from_slice(content);
    }
}
