//! `clean`: delete what was counted.

use std::fs;
use std::path::Path;

use super::{Command, Context, Outcome, Result};
use crate::dir::{self, DirError, TelemetryDir, report_week};
use crate::format::date::Date;
use crate::format::parse;
use crate::json::Writer;
use crate::system;

pub(super) static COMMAND: Command = Command {
    names: &["clean", "clear"],
    arguments: "",
    summary: "delete count files and reports",
    details: "\
Deletes the count files, the reports that were not uploaded, and the copies of those that were.
The mode and the day on which weeks end stay. With --older-than, deletes only what ended more than
DAYS days ago: by the week in a report's name, by the end stated in a count file, else by the day
on which the file was last changed.",
    options: &["older-than"],
    max_files: 0,
    run: clean,
};

fn clean(context: &mut Context<'_>) -> Result<Outcome> {
    let dir = context.dir()?;
    let mut files = dir.count_files()?;
    files.extend(TelemetryDir::reports(&dir.local())?);
    files.extend(TelemetryDir::reports(&dir.upload())?);
    if let Some(days) = context.args.older_than {
        let today = context.now.date();
        let days = i32::try_from(days).unwrap_or(i32::MAX);
        files.retain(|path| end_of(path).is_some_and(|end| today.days_since(end) > days));
    }
    let mut deleted = 0;
    let mut failed = false;
    for path in &files {
        match fs::remove_file(path).map_err(DirError::io("delete", path)) {
            Ok(()) => deleted += 1,
            // Another program was faster.
            Err(error) if error.is_missing() => {}
            Err(error) => {
                failed = true;
                context.complain(error);
            }
        }
    }
    if context.args.json {
        let mut json = Writer::compact();
        json.object(|json| json.key(b"Deleted").u64(deleted));
        context.out.write_all(&json.finish())?;
        writeln!(context.out)?;
    } else {
        let noun = if deleted == 1 { "file" } else { "files" };
        writeln!(context.out, "deleted {deleted} {noun}")?;
    }
    Ok(if failed {
        Outcome::Finding
    } else {
        Outcome::Fine
    })
}

/// The day on which what the file holds ended.
fn end_of(path: &Path) -> Option<Date> {
    let stated = || {
        let bytes = dir::read_count_file(path).ok()?;
        Some(parse(&bytes).ok()?.meta.time("TimeEnd")?.date())
    };
    report_week(path)
        .or_else(stated)
        .or_else(|| Some(system::modified(path)?.date()))
}
