//! `dump`: print count files, as Go's own command does, or explain one byte by byte.

use std::path::{Path, PathBuf};

use super::{CliError, Command, Context, Outcome, Result, explain};
use crate::dir::{self, DirError};
use crate::format::{self, File, parse, survey};
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
        (true, json) => explain_all(context, &files, json),
        (false, true) => dump_json(context, &files),
        (false, false) => dump_text(context, &files),
    }
}

fn dump_text(context: &mut Context<'_>, files: &[PathBuf]) -> Result<Outcome> {
    let mut failures = Vec::new();
    for path in files {
        let mut json = Writer::indented("\t");
        match with_file(path, |file| json.object(|json| meta_and_count(file, json))) {
            Ok(()) => {
                writeln!(context.out, "-- {} --", path.display())?;
                context.out.write_all(&json.finish())?;
                writeln!(context.out)?;
            }
            Err(reason) => failures.push(reason),
        }
    }
    Ok(context.complain_of_all(&failures))
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
                    json.key(b"Notes").array(|json| {
                        file.notes
                            .kept()
                            .iter()
                            .for_each(|note| explain::note_json(note, json));
                    });
                    json.key(b"NotesTotal").u64(file.notes.total());
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
    format!("{error}; no program can count into it: see dump --explain, then move it away")
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

fn explain_all(context: &mut Context<'_>, files: &[PathBuf], json: bool) -> Result<Outcome> {
    let mut outcome = Outcome::Fine;
    let mut document = Writer::indented("\t");
    let mut failed = Vec::new();
    let mut bytes = Vec::with_capacity(files.len());
    for path in files {
        match dir::read_count_file(path) {
            Ok(content) => bytes.push((path, content)),
            Err(error) => failed.push(error),
        }
    }
    document.array(|json| {
        for (path, bytes) in &bytes {
            explain::survey_json(path, &survey::survey(bytes), json);
        }
    });
    for (path, bytes) in &bytes {
        let survey = survey::survey(bytes);
        if survey.error.is_some() {
            outcome = Outcome::Finding;
        }
        if !json {
            explain::draw(path, bytes.len(), &survey, context.out)?;
        }
    }
    if json {
        context.out.write_all(&document.finish())?;
        writeln!(context.out)?;
    }
    for error in failed {
        context.complain(error);
        outcome = Outcome::Finding;
    }
    Ok(outcome)
}
