//! A survey of a count file, drawn for people or written as JSON.

use std::io::{self, Write};
use std::iter::Peekable;
use std::path::Path;

use super::quote::{escaped, printable, quoted};
use crate::format::header::ByteOrder;
use crate::format::survey::{Chain, Field, Part, Survey};
use crate::format::{Note, Notes, Record, layout, stack};
use crate::json::Writer;

/// How many bytes of a field stand on a line.
const PER_LINE: usize = 16;

/// The longest name that is shown whole in a drawing of chains, in characters.
const SHOWN: usize = 60;

/// Draws the survey of the file at `path`, which has `size` bytes.
pub(super) fn draw(
    path: &Path,
    size: usize,
    survey: &Survey<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let order = match survey.order {
        ByteOrder::Little => "little",
        ByteOrder::Big => "big",
    };
    let records: usize = survey.chains.iter().map(|chain| chain.records.len()).sum();
    writeln!(out, "-- {} --", printable(&path.display().to_string()))?;
    writeln!(
        out,
        "{size} bytes, words in {order}-endian order, {records} records in chains\n"
    )?;
    writeln!(out, "{:8}  {:47}  what", "offset", "bytes")?;
    let marks = marks(survey);
    let mut marks = marks.iter().peekable();
    for field in &survey.fields {
        draw_field(field, &mut marks, out)?;
    }
    point(&mut marks, size as u64, usize::MAX, out)?;
    draw_chains(&survey.chains, out)?;
    let (notes, remarks) = (survey.notes.total(), survey.remarks.total());
    match &survey.error {
        None => writeln!(
            out,
            "\nverdict: a reader takes this file, with {notes} notes; {remarks} remarks\n"
        ),
        Some(error) => writeln!(out, "\nverdict: a reader rejects this file\n  {error}\n"),
    }
}

/// What is to be pointed at, by offset.
fn marks(survey: &Survey<'_>) -> Vec<(u64, String)> {
    let say = |kind: &'static str| {
        move |note: &Note| {
            let text = format!("{kind}: {} [{}]", note.rule, note.clause());
            (note.offset, text)
        }
    };
    let mut marks: Vec<_> = survey.notes.kept().iter().map(say("note")).collect();
    marks.extend(survey.remarks.kept().iter().map(say("remark")));
    marks.extend(survey.error.iter().map(|error| {
        let text = format!("DAMAGE: {} [{}]", error.rule, error.clause());
        (error.offset, text)
    }));
    marks.sort();
    marks
}

type Marks<'a> = Peekable<std::slice::Iter<'a, (u64, String)>>;

fn draw_field(field: &Field<'_>, marks: &mut Marks<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (name, meaning) = describe(field);
    let what = format!("{name:<14} {meaning}");
    let what = what.trim_end();
    if field.bytes.len() > PER_LINE && field.bytes.iter().all(|byte| *byte == 0) {
        let zeros = format!("00 x {}", field.bytes.len());
        writeln!(out, "{:08x}  {zeros:47}  {what}", field.offset)?;
        return point(marks, u64::from(field.offset), field.bytes.len(), out);
    }
    for (number, line) in field.bytes.chunks(PER_LINE).enumerate() {
        let offset = u64::from(field.offset) + (number * PER_LINE) as u64;
        let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        let what = if number == 0 { what } else { "" };
        let text = format!("{offset:08x}  {:47}  {what}", hex.join(" "));
        writeln!(out, "{}", text.trim_end())?;
        point(marks, offset, line.len(), out)?;
    }
    Ok(())
}

/// Points at the marked ones among the `len` bytes at `offset`, which were drawn last.
fn point(marks: &mut Marks<'_>, offset: u64, len: usize, out: &mut dyn Write) -> io::Result<()> {
    while let Some((at, text)) = marks.next_if(|(at, _)| *at < offset.saturating_add(len as u64)) {
        // In a line of zeros that stands for many, no column is that of one byte.
        let within = usize::try_from(at.saturating_sub(offset)).unwrap_or_default();
        let column = 10 + if len > PER_LINE { 0 } else { within * 3 };
        writeln!(out, "{:column$}^^ at {at:#x} {text}", "")?;
    }
    Ok(())
}

/// The name of a field and what its value means.
fn describe(field: &Field<'_>) -> (String, String) {
    let text = escaped;
    let (name, meaning) = match field.part {
        Part::Magic => ("magic", text(field.bytes)),
        Part::HeaderLen { value } if (32..=16384).contains(&value) => (
            "header length",
            format!("{value}: the limit stands at {value:#x}"),
        ),
        Part::HeaderLen { value } => ("header length", format!("{value}: not possible")),
        Part::MetaLine { key, value } => {
            return (text(key), format!("{}{}", text(value), meta_meaning(key)));
        }
        Part::MetaOther if field.bytes == b"\n" => ("metadata end", String::new()),
        Part::MetaOther => (
            "metadata?",
            format!("{} is no key and value", quoted(field.bytes)),
        ),
        Part::MetaPad => ("padding", "up to the header's end".to_owned()),
        Part::Limit { value: 0 } => ("limit", "0: nothing was allocated yet".to_owned()),
        Part::Limit { value } => (
            "limit",
            format!("{value:#x}: the next record goes there or behind"),
        ),
        Part::EmptyHeads { first, count: 1 } => ("head", format!("chain {first} is empty")),
        Part::EmptyHeads { first, count } => (
            "heads",
            format!("chains {first} to {} are empty", first + count - 1),
        ),
        Part::Head { chain, pointer } => ("head", format!("chain {chain} begins at {pointer:#x}")),
        Part::TablePad => ("padding", "up to the first record".to_owned()),
        Part::Count { value, chain } => ("count", format!("{value}, in chain {chain}")),
        Part::NameLen { word } => {
            let tag = word >> 24;
            (
                "name length",
                format!("{}, tag {tag:#04x}", word & layout::NAME_LEN_MASK),
            )
        }
        Part::Next { pointer: 0 } => ("next", "0: the chain ends".to_owned()),
        Part::Next { pointer } => ("next", format!("the chain goes on at {pointer:#x}")),
        Part::Name if stack::is_stack(field.bytes) => ("name", text(&stack::decode(field.bytes))),
        Part::Name => ("name", text(field.bytes)),
        Part::RecordPad => ("padding", "up to the record's end".to_owned()),
        Part::Unlinked {
            dead: true, name, ..
        } => (
            "dead record",
            format!("{}, given up: another process was faster", quoted(name)),
        ),
        Part::Unlinked { count, name, .. } => (
            "lost record",
            format!("{} = {count}, in no chain", quoted(name)),
        ),
        Part::Reserved => (
            "reserved",
            "allocated, in no chain, no whole record".to_owned(),
        ),
        Part::PageEnd => ("page end", "the next record did not fit here".to_owned()),
        Part::Free => ("free", "not allocated yet".to_owned()),
        Part::Unread => (
            "unread",
            "cannot be told apart behind the damage".to_owned(),
        ),
    };
    (name.to_owned(), meaning)
}

fn meta_meaning(key: &[u8]) -> &'static str {
    match key {
        b"TimeBegin" => "  (counting began)",
        b"TimeEnd" => "  (reported after this)",
        b"Program" => "  (path of the program)",
        b"Version" => "  (its version)",
        b"GoVersion" => "  (of the toolchain that built it)",
        b"GOOS" => "  (operating system)",
        b"GOARCH" => "  (processor)",
        _ => "  (a key this format does not have)",
    }
}

fn draw_chains(chains: &[Chain<'_>], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "\nchains: {} of {} in use",
        chains.len(),
        layout::BUCKETS
    )?;
    for chain in chains {
        write!(out, "  {:>3}", chain.number)?;
        for record in &chain.records {
            write!(out, " -> {:#x} {}", record.offset, shown(record))?;
        }
        match chain.broken_at {
            Some(pointer) => writeln!(out, " -> {pointer:#x} DAMAGE")?,
            None => writeln!(out, " -> end")?,
        }
    }
    Ok(())
}

fn shown(record: &Record<'_>) -> String {
    // Damaged records can all have names of megabytes; no writer gives one that is longer.
    let name = record.name.get(..layout::MAX_NAME_LEN as usize);
    let decoded = stack::decode(name.unwrap_or(record.name));
    // A character has at most four bytes; what lies behind that many is not shown.
    let name = escaped(decoded.get(..4 * SHOWN + 4).unwrap_or(&decoded));
    let short: String = match name.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}..", &name[..end]),
        None => name,
    };
    format!("\"{short}\" = {}", record.count)
}

/// Writes notes as an array under `key`, and how many there were.
pub(super) fn notes_json(key: &str, notes: &Notes, json: &mut Writer) {
    json.key(key.as_bytes()).array(|json| {
        for note in notes.kept() {
            json.object(|json| {
                json.key(b"Offset").u64(note.offset);
                json.key(b"Clause").string(note.clause().as_bytes());
                json.key(b"What").string(note.rule.to_string().as_bytes());
            });
        }
    });
    json.key(format!("{key}Total").as_bytes())
        .u64(notes.total());
}

/// Writes the survey of the file at `path` as a JSON object.
pub(super) fn survey_json(path: &Path, survey: &Survey<'_>, json: &mut Writer) {
    json.object(|json| {
        json.key(b"File")
            .string(path.display().to_string().as_bytes());
        json.key(b"Fields").array(|json| {
            for field in &survey.fields {
                let (name, meaning) = describe(field);
                json.object(|json| {
                    json.key(b"Offset").u64(u64::from(field.offset));
                    json.key(b"Size").u64(field.bytes.len() as u64);
                    json.key(b"Name").string(name.as_bytes());
                    json.key(b"Meaning").string(meaning.as_bytes());
                });
            }
        });
        json.key(b"Chains").array(|json| {
            for chain in &survey.chains {
                json.object(|json| {
                    json.key(b"Number").u64(u64::from(chain.number));
                    json.key(b"Records").array(|json| {
                        for record in &chain.records {
                            json.u64(u64::from(record.offset));
                        }
                    });
                    if let Some(pointer) = chain.broken_at {
                        json.key(b"BrokenAt").u64(u64::from(pointer));
                    }
                });
            }
        });
        notes_json("Notes", &survey.notes, json);
        notes_json("Remarks", &survey.remarks, json);
        if let Some(error) = &survey.error {
            json.key(b"Error").object(|json| {
                json.key(b"Offset").u64(error.offset);
                json.key(b"Clause").string(error.clause().as_bytes());
                json.key(b"What").string(error.rule.to_string().as_bytes());
            });
        }
    });
}
