//! Reports of weeks that have ended: what they hold, how they get their names, and which count
//! files are deleted for them.
//!
//! Implements the sections *When*, *Weeks that were reported before* and *Putting in place* of
//! `spec/reporting.md`. What may be sent is told by `verdict`; sending is not known here.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::due::{Due, Group, Unread};
use super::share::in_parts;
use crate::dir::{DirError, TelemetryDir, read_report};
use crate::format::date::{Date, Time};
use crate::publish::Aside;
use crate::report::Report;
use crate::system;
use crate::verdict::{Judgement, Terms};

/// The version of a config where there is none.
pub const NO_CONFIG: &str = "v0.0.0-0";

/// For how long a report that cannot be read may be one that is being written, in seconds.
const UNFINISHED: u64 = 24 * 60 * 60;

/// The weeks that have ended, and what becomes of them.
#[derive(Debug)]
#[non_exhaustive]
pub struct Weeks {
    /// The weeks, in ascending order.
    pub weeks: Vec<Week>,
    /// The count files that cannot be used.
    pub unread: Vec<Unread>,
}

/// A week that has ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct Week {
    /// The day on which it ended.
    pub date: Date,
    /// Its count files.
    pub files: Vec<PathBuf>,
    /// What is to be done.
    pub task: Task,
}

/// What is to be done with a week that has ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Task {
    /// It is to be reported.
    Report(Draft),
    /// It was reported before: its count files go.
    Delete,
    /// A report of it is being written, or was left half written less than a day ago.
    Wait {
        /// The report.
        path: PathBuf,
    },
    /// None of its count files holds a name; they stay.
    Nothing,
    /// Whether it was reported cannot be told, or it cannot be; its count files stay.
    Failed(DirError),
}

/// A local report in the making.
#[derive(Debug)]
#[non_exhaustive]
pub struct Draft {
    /// The local report.
    pub report: Report,
    /// The earliest time at which one of the count files begins.
    pub begin: Time,
    /// Whether a local report that is broken lies there.
    replaces_local: bool,
    /// Whether an upload report that is broken lies there.
    replaces_ready: bool,
}

/// What became of a week.
#[derive(Debug)]
#[non_exhaustive]
pub enum Done {
    /// Its reports have their names, and its count files are deleted.
    Reported {
        /// Whether there is an upload report.
        ready: bool,
    },
    /// It was reported by another program, and its count files are deleted.
    Before,
    /// It stays as it is.
    Left,
}

impl Weeks {
    /// Reads the weeks that are due at the time of `terms`, and changes nothing.
    ///
    /// `config` is the version of the upload config of `terms`, if they have one.
    ///
    /// # Errors
    ///
    /// If a directory cannot be listed.
    pub fn read(dir: &TelemetryDir, terms: &Terms<'_>, config: &str) -> Result<Weeks, DirError> {
        let last_week = last_week(dir, terms.now)?;
        // spec[report.config]
        let config = match terms.approved {
            Some(_) if terms.on => config,
            _ => NO_CONFIG,
        };
        let due = Due::read(dir, terms.now)?;
        let mut weeks = Vec::new();
        // spec[report.group.each, report.group.weeks]
        for (date, mut group) in due.weeks {
            let files = std::mem::take(&mut group.files);
            let task = task(dir, terms.now, date, group, (&last_week, config));
            let task = task.unwrap_or_else(Task::Failed);
            weeks.push(Week { date, files, task });
        }
        let unread = due.unread;
        Ok(Weeks { weeks, unread })
    }
}

/// The date of the latest report that was uploaded before the present day, or nothing.
// spec[report.last-week]
fn last_week(dir: &TelemetryDir, now: Time) -> Result<String, DirError> {
    let last = dir.last_upload()?.filter(|last| *last < now.date());
    Ok(last.map(|last| last.to_string()).unwrap_or_default())
}

fn task(
    dir: &TelemetryDir,
    now: Time,
    date: Date,
    group: Group,
    (last_week, config): (&str, &str),
) -> Result<Task, DirError> {
    let (replaces_local, replaces_ready) = match before(dir, date, now)? {
        Before::Reported => return Ok(Task::Delete),
        Before::Unfinished(path) => return Ok(Task::Wait { path }),
        Before::Open { local, ready } => (local, ready),
    };
    // spec[report.group.empty]
    if !group.has_names() {
        return Ok(Task::Nothing);
    }
    // spec[report.x.fresh]
    let x = system::random_x().map_err(DirError::io("draw a random number for", dir.root()))?;
    let report = Report {
        // spec[report.week]
        week: date.to_string(),
        last_week: last_week.to_owned(),
        x,
        programs: group.programs,
        config: config.to_owned(),
    };
    let draft = Draft {
        report,
        begin: group.begin,
        replaces_local,
        replaces_ready,
    };
    Ok(Task::Report(draft))
}

/// What was there of a week's reports.
enum Before {
    Reported,
    /// This report is broken, and may be in the making.
    Unfinished(PathBuf),
    /// The week is to be reported; the reports that are broken are replaced.
    Open {
        local: bool,
        ready: bool,
    },
}

// spec[report.done, report.done.name, report.done.unread]
fn before(dir: &TelemetryDir, date: Date, now: Time) -> Result<Before, DirError> {
    if exists(&dir.uploaded(date))? {
        return Ok(Before::Reported);
    }
    let (local, ready) = (dir.local_report(date), dir.ready_report(date));
    let mut broken = [false; 2];
    let mut sound = false;
    for (path, broken) in [&local, &ready].into_iter().zip(&mut broken) {
        match state(path, now)? {
            State::Absent => {}
            State::Sound => sound = true,
            // spec[report.broken.wait]
            State::Fresh => return Ok(Before::Unfinished(path.clone())),
            // spec[report.broken, report.broken.replace]
            State::Stale => *broken = true,
        }
    }
    let [local, ready] = broken;
    Ok(match sound {
        true => Before::Reported,
        false => Before::Open { local, ready },
    })
}

/// The state of a report in `local/`.
enum State {
    Absent,
    Sound,
    /// Broken, and changed less than a day ago.
    Fresh,
    /// Broken, and given up.
    Stale,
}

fn state(path: &Path, now: Time) -> Result<State, DirError> {
    let text = match read_report(path) {
        Ok(text) => text,
        // A link to nothing is in the way of a report, and is none.
        Err(error) if error.is_missing() && !path.is_symlink() => return Ok(State::Absent),
        // A report, though one that nobody here reads.
        Err(DirError::TooLong { .. }) => return Ok(State::Sound),
        Err(error) => return Err(error),
    };
    if Report::parse(&text).is_ok() {
        return Ok(State::Sound);
    }
    let age = system::modified(path).map(|then| now.unix().abs_diff(then.unix()));
    Ok(match age {
        Some(age) if age >= UNFINISHED => State::Stale,
        _ => State::Fresh,
    })
}

fn exists(path: &Path) -> Result<bool, DirError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(DirError::io("look at", path)(error)),
    }
}

impl Weeks {
    /// Whether there is a week of which an upload report is made if a config allows it.
    // spec[config.fetch.when]
    pub fn want_config(&self, terms: &Terms<'_>) -> bool {
        self.weeks.iter().any(|week| match &week.task {
            Task::Report(draft) => terms.would_send(&draft.report, draft.begin),
            _ => false,
        })
    }
}

impl Week {
    /// The verdicts on the week, if it is to be reported.
    pub fn judge(&self, terms: &Terms<'_>) -> Option<Judgement<'_>> {
        match &self.task {
            Task::Report(draft) => Some(terms.judge(&draft.report, draft.begin)),
            _ => None,
        }
    }

    /// Does what is to be done: puts the reports in place, and deletes the count files.
    ///
    /// # Errors
    ///
    /// If a report cannot be written. No count file is deleted then.
    // spec[report.upload.late, report.place.failed]
    pub fn carry_out(&self, dir: &TelemetryDir, terms: &Terms<'_>) -> Result<Done, DirError> {
        let draft = match &self.task {
            Task::Report(draft) => draft,
            Task::Delete => {
                self.delete_files();
                return Ok(Done::Before);
            }
            _ => return Ok(Done::Left),
        };
        let upload = terms.judge(&draft.report, draft.begin).upload();
        let (local_path, ready_path) = (dir.local_report(self.date), dir.ready_report(self.date));
        // spec[report.place.whole, report.x.same]
        let local = Aside::durable(&local_path, &draft.report.to_bytes())?;
        let ready = upload.map(|upload| Aside::durable(&ready_path, &upload.to_bytes()));
        let ready = ready.transpose()?;
        // spec[report.place.order, report.place.link]
        let is_ours = match draft.replaces_local {
            true => local.replace(&local_path).map(|()| true)?,
            false => local.link(&local_path)?,
        };
        if !is_ours {
            return self.go_on_after_another(dir, terms.now);
        }
        let ready = match ready {
            None => false,
            Some(ready) if draft.replaces_ready => ready.replace(&ready_path).map(|()| true)?,
            // spec[report.place.kept]
            Some(ready) => ready.link(&ready_path)?,
        };
        self.delete_files();
        Ok(Done::Reported { ready })
    }

    /// Deletes the count files if the report that another program has just put in place is whole;
    /// Go's programs write theirs in place.
    // spec[report.place.lost]
    fn go_on_after_another(&self, dir: &TelemetryDir, now: Time) -> Result<Done, DirError> {
        match before(dir, self.date, now)? {
            Before::Reported => {
                self.delete_files();
                Ok(Done::Before)
            }
            Before::Unfinished(_) | Before::Open { .. } => Ok(Done::Left),
        }
    }

    /// Deletes the count files. One that cannot be deleted goes in a later run.
    // spec[report.place.delete]
    fn delete_files(&self) {
        in_parts(&self.files, |files| {
            files.iter().for_each(|file| drop(fs::remove_file(file)));
        });
    }
}
