//! `status`, `env`, and the program without a command: what holds at the moment.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Command, Context, Outcome, Result, quote::printable};
use crate::dir::{self, DirError, TelemetryDir};
use crate::format::date::{Date, Span, Time};
use crate::format::parse;
use crate::json::Writer;
use crate::mode::{Effective, Source};
use crate::week;

pub(super) static NO_COMMAND: Command = Command {
    names: &["gotelemetry"],
    arguments: "",
    summary: "print the mode that holds, in one word",
    details: "",
    options: &["version"],
    max_files: 0,
    run: |context| {
        if context.args.version {
            writeln!(context.out, "gotelemetry {}", env!("CARGO_PKG_VERSION"))?;
            return Ok(Outcome::Fine);
        }
        let mode = context.mode().mode;
        if context.args.json {
            let mut json = Writer::compact();
            json.object(|json| json.key(b"Mode").string(mode.name().as_bytes()));
            context.out.write_all(&json.finish())?;
            writeln!(context.out)?;
        } else {
            writeln!(context.out, "{mode}")?;
        }
        Ok(Outcome::Fine)
    },
};

pub(super) static COMMAND: Command = Command {
    names: &["status"],
    arguments: "",
    summary: "show the mode, what decided it, and what lies in the directory",
    details: "\
Shows the mode and what decided it, the directories, the count files, when the next report is due,
and the last upload. Changes nothing.",
    options: &[],
    max_files: 0,
    run: status,
};

pub(super) static ENV: Command = Command {
    names: &["env"],
    arguments: "",
    summary: "print mode and directories in the lines of Go's own command",
    details: "\
Prints the mode that holds, with the date in the mode file. `gotelemetry status` tells more.",
    options: &[],
    max_files: 0,
    run: env,
};

/// What `status` shows.
struct Status {
    mode: Effective,
    dir: Option<TelemetryDir>,
    count_files: Vec<PathBuf>,
    /// In bytes.
    size: u64,
    /// The count files that can be read.
    readable: Vec<CountFile>,
    /// Count files that cannot be read, with the reason.
    unreadable: Vec<String>,
    next_report: Option<Date>,
    last_upload: Option<Date>,
}

/// What `status` shows of a count file.
struct CountFile {
    path: PathBuf,
    program: String,
    version: String,
    begin: Option<Time>,
    end: Option<Time>,
    counters: usize,
}

fn status(context: &mut Context<'_>) -> Result<Outcome> {
    let status = Status::gather(context);
    if context.args.json {
        context.out.write_all(&status.json())?;
        writeln!(context.out)?;
    } else {
        status.print(context)?;
    }
    Ok(context.complain_of_all(&status.unreadable))
}

impl Status {
    fn gather(context: &Context<'_>) -> Status {
        let mut status = Status {
            mode: context.mode(),
            dir: context.dir.clone(),
            count_files: Vec::new(),
            size: 0,
            readable: Vec::new(),
            unreadable: Vec::new(),
            next_report: None,
            last_upload: None,
        };
        let Some(dir) = &status.dir else {
            return status;
        };
        let mut unreadable = Vec::new();
        let mut fail = |error: DirError| unreadable.push(error.to_string());
        let count_files = dir.count_files().map_err(&mut fail);
        status.last_upload = dir.last_upload().map_err(&mut fail).unwrap_or_default();
        if count_files.as_ref().is_ok_and(Vec::is_empty) {
            let weekend = week::read(dir).map_err(&mut fail).unwrap_or_default();
            let span = weekend.and_then(|weekend| Span::beginning(context.now.date(), weekend));
            status.next_report = span.map(|span| span.end);
        }
        status.count_files = count_files.unwrap_or_default();
        for path in &status.count_files {
            let size = fs::metadata(path).map_or(0, |meta| meta.len());
            status.size = status.size.saturating_add(size);
            match CountFile::read(path) {
                Ok(file) => {
                    let end = file.end.map(|end| end.date());
                    status.next_report = status.next_report.into_iter().chain(end).min();
                    status.readable.push(file);
                }
                Err(reason) => unreadable.push(reason),
            }
        }
        status.unreadable = unreadable;
        status
    }

    fn source(&self) -> String {
        match &self.mode.source {
            Source::File => "the mode file".to_owned(),
            Source::UnknownWord => {
                let word = self
                    .mode
                    .file
                    .as_ref()
                    .map_or("", |file| file.word.as_str());
                format!("the mode file says {word:?}, which is no mode [mode.text]")
            }
            Source::Default => "the default, as there is no readable mode file".to_owned(),
            Source::Unreadable => "a mode file that cannot be read at the moment".to_owned(),
            Source::Environment(variable) => format!("the environment variable {variable}"),
            Source::NoDirectory => "there is no telemetry directory [dir.where]".to_owned(),
        }
    }

    fn print(&self, context: &mut Context<'_>) -> Result<()> {
        let date = |date: Option<Date>| date.map_or("none".to_owned(), |date| date.to_string());
        let out = &mut context.out;
        writeln!(out, "mode          {}", self.mode.mode)?;
        writeln!(out, "decided by    {}", self.source())?;
        writeln!(out, "as of         {}", date(self.mode.as_of))?;
        if let Some(dir) = &self.dir {
            writeln!(out, "directory     {}", shown(dir.root()))?;
            writeln!(out, "counts        {}", shown(&dir.local()))?;
            writeln!(out, "uploads       {}", shown(&dir.upload()))?;
        }
        let files = self.count_files.len();
        writeln!(out, "count files   {files}, {} bytes", self.size)?;
        let due = self
            .next_report
            .is_some_and(|end| end.midnight() < context.now);
        let due = if due { ", which is due" } else { "" };
        writeln!(out, "next report   {}{due}", date(self.next_report))?;
        writeln!(out, "last upload   {}", date(self.last_upload))?;
        for file in &self.readable {
            writeln!(out, "{}", file.line(context.now))?;
        }
        Ok(())
    }

    fn json(&self) -> Vec<u8> {
        let mut json = Writer::indented("\t");
        json.object(|json| {
            let path = |json: &mut Writer, key: &[u8], path: Option<PathBuf>| {
                text(json.key(key), path.map(|path| path.display().to_string()));
            };
            let date = |json: &mut Writer, key: &[u8], date: Option<Date>| {
                text(json.key(key), date.map(|date| date.to_string()));
            };
            json.key(b"Mode").string(self.mode.mode.name().as_bytes());
            json.key(b"DecidedBy").string(match self.mode.source {
                Source::File | Source::UnknownWord | Source::Unreadable => b"file",
                Source::Default => b"default",
                Source::Environment(_) => b"environment",
                Source::NoDirectory => b"no directory",
            });
            json.key(b"Reason").string(self.source().as_bytes());
            date(json, b"AsOf", self.mode.as_of);
            path(
                json,
                b"Directory",
                self.dir.as_ref().map(|dir| dir.root().to_owned()),
            );
            path(json, b"Local", self.dir.as_ref().map(TelemetryDir::local));
            path(json, b"Upload", self.dir.as_ref().map(TelemetryDir::upload));
            json.key(b"CountFiles").u64(self.count_files.len() as u64);
            json.key(b"Size").u64(self.size);
            json.key(b"Files").array(|json| {
                for file in &self.readable {
                    file.json(json);
                }
            });
            json.key(b"Unreadable").array(|json| {
                for reason in &self.unreadable {
                    json.string(reason.as_bytes());
                }
            });
            date(json, b"NextReport", self.next_report);
            date(json, b"LastUpload", self.last_upload);
        });
        json.finish()
    }
}

fn shown(path: &Path) -> String {
    printable(&path.display().to_string())
}

fn text(json: &mut Writer, text: Option<String>) {
    match text {
        Some(text) => json.string(text.as_bytes()),
        None => json.null(),
    }
}

impl CountFile {
    fn read(path: &Path) -> std::result::Result<CountFile, String> {
        let bytes = dir::read_count_file(path).map_err(|error| error.to_string())?;
        let file = parse(&bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        let text = |key| String::from_utf8_lossy(file.meta.get(key).unwrap_or_default()).into();
        Ok(CountFile {
            path: path.to_owned(),
            program: text("Program"),
            version: text("Version"),
            begin: file.meta.time("TimeBegin"),
            end: file.meta.time("TimeEnd"),
            counters: file.records().len(),
        })
    }

    /// The file in one line.
    fn line(&self, now: Time) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let program = [self.program.as_str(), &self.version].join(" ");
        let date = |time: Option<Time>| time.map_or("?".to_owned(), |time| time.date().to_string());
        let (begin, end) = (date(self.begin), date(self.end));
        let ended = self.end.is_some_and(|end| end < now);
        let ended = if ended { ", which is over" } else { "" };
        let counters = self.counters;
        let line = format!("{name}: {counters} counters of {program}, {begin} to {end}{ended}");
        printable(&line)
    }

    fn json(&self, json: &mut Writer) {
        let time = |time: Option<Time>| time.map(|time| time.to_string());
        json.object(|json| {
            json.key(b"File")
                .string(self.path.display().to_string().as_bytes());
            json.key(b"Program").string(self.program.as_bytes());
            json.key(b"Version").string(self.version.as_bytes());
            text(json.key(b"TimeBegin"), time(self.begin));
            text(json.key(b"TimeEnd"), time(self.end));
            json.key(b"Counters").u64(self.counters as u64);
        });
    }
}

fn env(context: &mut Context<'_>) -> Result<Outcome> {
    let mode = context.mode();
    let word = mode.mode.name();
    let date = mode.file.and_then(|file| file.date);
    let date = date.map_or("0001-01-01".to_owned(), |date| date.to_string());
    let path = |path: fn(&TelemetryDir) -> PathBuf| {
        context
            .dir
            .as_ref()
            .map_or(String::new(), |dir| path(dir).display().to_string())
    };
    let modefile = path(TelemetryDir::mode_file);
    let localdir = path(TelemetryDir::local);
    let uploaddir = path(TelemetryDir::upload);
    if context.args.json {
        let mut json = Writer::indented("\t");
        json.object(|json| {
            json.key(b"mode").string(word.as_bytes());
            json.key(b"date").string(date.as_bytes());
            json.key(b"modefile").string(modefile.as_bytes());
            json.key(b"localdir").string(localdir.as_bytes());
            json.key(b"uploaddir").string(uploaddir.as_bytes());
        });
        context.out.write_all(&json.finish())?;
        writeln!(context.out)?;
    } else {
        writeln!(context.out, "mode: {word} {date} 00:00:00 +0000 UTC\n")?;
        writeln!(context.out, "modefile: {}", printable(&modefile))?;
        writeln!(context.out, "localdir: {}", printable(&localdir))?;
        writeln!(context.out, "uploaddir: {}", printable(&uploaddir))?;
    }
    Ok(Outcome::Fine)
}
