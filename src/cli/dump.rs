//! `dump`: print count files, as Go's own command does, or explain one byte by byte.

use std::path::{Path, PathBuf};

use super::{CliError, Command, Context, Outcome, Result, explain, quote::printable};
use crate::dir::{self, DirError};
use crate::format::survey::survey;
use crate::format::{self, File, parse};
use crate::json::Writer;

pub(super) static COMMAND: Command = Command {
    names: &["dump"],
    arguments: "[FILE..]",
    summary: "print count files, or explain one byte by byte",
    details: "\
Prints each FILE, or every count file of the directory, as Go's own command does. A file that
cannot be read is named on standard error with the clause that it breaks; the others are printed
all the same.
With --explain, shows every byte of each FILE with its meaning, the chains, and any damage.",
    options: &["explain"],
    max_files: usize::MAX,
    run: dump,
};

fn dump(context: &mut Context<'_>) -> Result<Outcome> {
    let files: Vec<PathBuf> = match context.args.files.as_slice() {
        [] if context.args.explain => {
            return Err(CliError::Misuse("dump --explain needs a FILE".to_owned()));
        }
        [] => context.dir()?.count_files()?,
        files => files.iter().map(PathBuf::from).collect(),
    };
    match (context.args.explain, context.args.json) {
        (true, _) => explain_all(context, &files),
        (false, true) => dump_json(context, &files),
        (false, false) => dump_text(context, &files),
    }
}

fn dump_text(context: &mut Context<'_>, files: &[PathBuf]) -> Result<Outcome> {
    let mut failures = Vec::new();
    for path in files {
        match text(path) {
            Ok(text) => context.out.write_all(&text)?,
            Err(reason) => failures.push(reason),
        }
    }
    Ok(context.complain_of_all(&failures))
}

/// What is printed of the count file at `path`; else what is wrong with it.
pub(super) fn text(path: &Path) -> std::result::Result<Vec<u8>, String> {
    let mut json = Writer::indented("\t");
    with_file(path, |file| json.object(|json| meta_and_count(file, json)))?;
    let mut text = format!("-- {} --\n", printable(&path.display().to_string())).into_bytes();
    text.extend(json.finish());
    text.push(b'\n');
    Ok(text)
}

fn dump_json(context: &mut Context<'_>, files: &[PathBuf]) -> Result<Outcome> {
    let mut failures = Vec::new();
    let mut json = Writer::indented("\t");
    json.array(|json| {
        for path in files {
            json.object(|json| {
                json.key(b"File")
                    .string(path.display().to_string().as_bytes());
                let read = with_file(path, |file| {
                    meta_and_count(file, json);
                    explain::notes_json("Notes", &file.notes, json);
                });
                if let Err(reason) = read {
                    json.key(b"Error").string(reason.as_bytes());
                    failures.push(reason);
                }
            });
        }
    });
    context.out.write_all(&json.finish())?;
    writeln!(context.out)?;
    Ok(context.complain_of_all(&failures))
}

/// Reads the count file at `path` and gives it to `use_it`; else says what is wrong with it.
pub(super) fn with_file<T>(
    path: &Path,
    use_it: impl FnOnce(&File<'_>) -> T,
) -> std::result::Result<T, String> {
    let bytes = dir::read_count_file(path).map_err(|error| error.to_string())?;
    let file = parse(&bytes).map_err(|error| damage(path, error))?;
    Ok(use_it(&file))
}

/// What is wrong with the file at `path`, and what to do.
fn damage(path: &Path, error: format::FormatError) -> String {
    let path = path.to_owned();
    let error = DirError::Content { path, error };
    format!("{error}; see dump --explain, and move it away if no program is counting into it")
}

fn meta_and_count(file: &File<'_>, json: &mut Writer) {
    // A map, since Go sorts keys and keeps the last of equal ones.
    let meta: std::collections::BTreeMap<&[u8], &[u8]> = file.meta.pairs().collect();
    json.key(b"Meta").object(|json| {
        for (key, value) in meta {
            json.key(key).string(value);
        }
    });
    json.key(b"Count").object(|json| {
        for (name, count) in file.counts() {
            json.key(&name).u64(count);
        }
    });
}

/// Explains one file after the other, as each can be large.
fn explain_all(context: &mut Context<'_>, files: &[PathBuf]) -> Result<Outcome> {
    let mut failures = Vec::new();
    let mut document = Writer::indented("\t");
    let mut damaged = false;
    let mut drawn = Ok(());
    document.array(|document| {
        for path in files {
            let bytes = match dir::read_count_file(path) {
                Ok(bytes) => bytes,
                Err(error) => {
                    failures.push(error.to_string());
                    continue;
                }
            };
            let survey = survey(&bytes);
            damaged |= survey.error.is_some();
            if context.args.json {
                explain::survey_json(path, &survey, document);
            } else {
                drawn = explain::draw(path, bytes.len(), &survey, context.out);
                if drawn.is_err() {
                    return;
                }
            }
        }
    });
    drawn?;
    if context.args.json {
        context.out.write_all(&document.finish())?;
        writeln!(context.out)?;
    }
    match context.complain_of_all(&failures) {
        Outcome::Fine if damaged => Ok(Outcome::Finding),
        outcome => Ok(outcome),
    }
}
