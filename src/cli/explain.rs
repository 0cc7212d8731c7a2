//! A survey of a count file, drawn for people or written as JSON.

use std::io::{self, Write};
use std::path::Path;

use super::quote::{escaped, quoted};
use crate::format::header::ByteOrder;
use crate::format::survey::{Chain, Field, Part, Survey};
use crate::format::{FormatError, Note, Record, layout, stack};
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
    writeln!(out, "-- {} --", path.display())?;
    writeln!(
        out,
        "{size} bytes, words in {order}-endian order, {records} records in chains\n"
    )?;
    writeln!(out, "{:8}  {:47}  what", "offset", "bytes")?;
    for field in &survey.fields {
        draw_field(field, out)?;
        let end = u64::from(field.offset) + field.bytes.len() as u64;
        let within = |offset: u64| (u64::from(field.offset)..end).contains(&offset);
        if let Some(error) = survey.error.filter(|error| within(error.offset)) {
            point(field, error.offset, &damage(&error), out)?;
        }
        for note in survey.notes.iter().filter(|note| within(note.offset)) {
            let text = format!("note: {} [{}]", note.rule, note.rule.clause());
            point(field, note.offset, &text, out)?;
        }
    }
    draw_chains(&survey.chains, out)?;
    match &survey.error {
        None => writeln!(
            out,
            "\nverdict: a reader takes this file, with {} notes\n",
            survey.notes.len()
        ),
        Some(error) => writeln!(out, "\nverdict: a reader rejects this file\n  {error}\n"),
    }
}

fn damage(error: &FormatError) -> String {
    format!("DAMAGE: {} [{}]", error.rule, error.clause())
}

fn draw_field(field: &Field<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (name, meaning) = describe(field);
    let what = format!("{name:<14} {meaning}");
    let what = what.trim_end();
    if field.bytes.len() > PER_LINE && field.bytes.iter().all(|byte| *byte == 0) {
        let zeros = format!("00 x {}", field.bytes.len());
        return writeln!(out, "{:08x}  {zeros:47}  {what}", field.offset);
    }
    for (number, line) in field.bytes.chunks(PER_LINE).enumerate() {
        let offset = field.offset as usize + number * PER_LINE;
        let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        let what = if number == 0 { what } else { "" };
        let line = format!("{offset:08x}  {:47}  {what}", hex.join(" "));
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Points at the byte at `offset` of the field drawn last.
fn point(field: &Field<'_>, offset: u64, text: &str, out: &mut dyn Write) -> io::Result<()> {
    let within = usize::try_from(offset - u64::from(field.offset)).unwrap_or_default();
    let column = 10 + within % PER_LINE * 3;
    writeln!(out, "{:column$}^^ at {offset:#x} {text}", "")
}

/// The name of a field and what its value means.
fn describe(field: &Field<'_>) -> (String, String) {
    let text = escaped;
    let (name, meaning) = match field.part {
        Part::Magic => ("magic", text(field.bytes)),
        Part::HeaderLen { value } => (
            "header length",
            format!("{value}: the limit stands at {value:#x}"),
        ),
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
    let name = escaped(&stack::decode(record.name));
    let short: String = match name.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}..", &name[..end]),
        None => name,
    };
    format!("\"{short}\" = {}", record.count)
}

/// Writes a note as a JSON object.
pub(super) fn note_json(note: &Note, json: &mut Writer) {
    json.object(|json| {
        json.key(b"Offset").u64(note.offset);
        json.key(b"Clause").string(note.rule.clause().as_bytes());
        json.key(b"What").string(note.rule.to_string().as_bytes());
    });
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
        json.key(b"Notes")
            .array(|json| survey.notes.iter().for_each(|note| note_json(note, json)));
        if let Some(error) = &survey.error {
            json.key(b"Error").object(|json| {
                json.key(b"Offset").u64(error.offset);
                json.key(b"Clause").string(error.clause().as_bytes());
                json.key(b"What").string(error.rule.to_string().as_bytes());
            });
        }
    });
}
