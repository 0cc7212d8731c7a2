//! The count files of weeks that have ended, and what they add up to.
//!
//! Implements the sections *Count files that are due* and *Merging* of `spec/reporting.md`. Files are
//! read and nothing is changed.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::dir::{DirError, TelemetryDir, read_count_file};
use crate::format::date::{Date, Time};
use crate::format::{File, FormatError, parse, stack};
use crate::report::{Build, ProgramReport};

/// The greatest count that a report states: 2^53 - 1, which every reader of JSON holds.
const MAX_COUNT: i64 = (1 << 53) - 1;

/// The count files that are due, by the day on which their week ended.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// The weeks.
    pub(super) weeks: BTreeMap<Date, Group>,
    /// The files that cannot be used.
    pub(super) unread: Vec<Unread>,
}

/// The count files of one week.
#[derive(Debug)]
pub(super) struct Group {
    /// The files, in the order of their names.
    pub(super) files: Vec<PathBuf>,
    /// The earliest time at which one of them begins.
    pub(super) begin: Time,
    /// Whether the week was reported before, so that nothing is added up.
    is_reported: bool,
    /// Whether one of them holds a name.
    pub(super) has_names: bool,
    /// What they add up to, in the order in which programs first occur.
    pub(super) programs: Vec<ProgramReport>,
    /// Where a build stands in `programs`.
    places: BTreeMap<Build, usize>,
}

/// A count file that cannot be used. It stays where it is.
#[derive(Debug)]
#[non_exhaustive]
pub struct Unread {
    /// The file.
    pub path: PathBuf,
    /// What keeps it from being used.
    pub reason: Unusable,
}

/// What keeps a count file from being used.
#[derive(Debug)]
#[non_exhaustive]
pub enum Unusable {
    /// It cannot be read.
    Dir(DirError),
    /// It breaks a clause of `spec/counter-file.md`.
    Format(FormatError),
    /// Its metadata does not say when it begins and ends.
    Span,
}

impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.path.display();
        match &self.reason {
            Unusable::Dir(error) => error.fmt(f),
            Unusable::Format(error) => write!(f, "{path}: {error}"),
            Unusable::Span => write!(
                f,
                "{path}: TimeBegin or TimeEnd is no time [report.files.bad]"
            ),
        }
    }
}

impl Due {
    /// Reads what is due at the time `now`. Weeks for which `is_reported` are not added up.
    // spec[report.files, report.group.order]
    pub(super) fn read(
        dir: &TelemetryDir,
        now: Time,
        is_reported: impl Fn(Date) -> bool,
    ) -> Result<Due, DirError> {
        let mut due = Due::default();
        for path in dir.count_files()? {
            // spec[report.files.bad]
            match due.add(&path, now, &is_reported) {
                // Another program has reported and deleted it since it was listed.
                Err(Unusable::Dir(error)) if error.is_missing() && is_gone(&path) => {}
                Err(reason) => due.unread.push(Unread { path, reason }),
                Ok(()) => {}
            }
        }
        Ok(due)
    }

    fn add(
        &mut self,
        path: &Path,
        now: Time,
        is_reported: impl Fn(Date) -> bool,
    ) -> Result<(), Unusable> {
        // spec[report.files.again]
        let bytes = read_count_file(path).or_else(|_| read_count_file(path));
        let bytes = bytes.map_err(Unusable::Dir)?;
        // spec[report.files.notes]
        let file = parse(&bytes).map_err(Unusable::Format)?;
        let (begin, (end, date)) = match (file.meta.time("TimeBegin"), end(&file)) {
            (Some(begin), Some(end)) => (begin, end),
            _ => return Err(Unusable::Span),
        };
        // spec[report.due]
        if end >= now {
            return Ok(());
        }
        // spec[report.group]
        let group = self.weeks.entry(date).or_insert_with(|| Group {
            files: Vec::new(),
            begin,
            is_reported: is_reported(date),
            has_names: false,
            programs: Vec::new(),
            places: BTreeMap::new(),
        });
        // spec[report.group.begin]
        group.begin = group.begin.min(begin);
        group.files.push(path.to_owned());
        if !group.is_reported {
            group.merge(&file);
        }
        Ok(())
    }
}

/// Whether a name leads to nothing, not even to a link that does.
fn is_gone(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// The time at which a count file ends, and its date as it is written.
// spec[report.group]
fn end(file: &File<'_>) -> Option<(Time, Date)> {
    let text = std::str::from_utf8(file.meta.get("TimeEnd")?).ok()?;
    let (date, _) = text.split_once('T')?;
    Some((Time::parse(text).ok()?, Date::parse(date).ok()?))
}

impl Group {
    // spec[report.merge, report.merge.bytes, report.merge.order, report.merge.none]
    fn merge(&mut self, file: &File<'_>) {
        let value = |key| file.meta.get(key).unwrap_or_default().to_vec();
        let build = Build::of(Build::KEYS.map(value));
        let place = match self.places.entry(build) {
            Entry::Occupied(place) => *place.get(),
            Entry::Vacant(vacant) => {
                self.programs.push(ProgramReport {
                    build: vacant.key().clone(),
                    ..ProgramReport::default()
                });
                *vacant.insert(self.programs.len() - 1)
            }
        };
        let Some(program) = self.programs.get_mut(place) else {
            return;
        };
        // spec[report.merge.zero]
        for (name, count) in file.counts() {
            self.has_names = true;
            // spec[report.merge.kind]
            let counts = match stack::is_stack(&name) {
                true => &mut program.stacks,
                false => &mut program.counters,
            };
            let count = i64::try_from(count).unwrap_or(MAX_COUNT);
            // spec[report.merge.sum]
            let add = |sum: i64| sum.saturating_add(count).min(MAX_COUNT);
            match counts.get_mut(&*name) {
                Some(sum) => *sum = add(*sum),
                None => drop(counts.insert(name.into_owned(), add(0))),
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use tempfile::TempDir;

    use super::*;

    /// Without records.
    fn count_file() -> Vec<u8> {
        let meta = b"TimeBegin: 2026-11-14T00:00:00Z\nTimeEnd: 2026-11-21T00:00:00Z\n\n";
        let mut bytes = b"# telemetry/counter file v1\n\x80\0\0\0".to_vec();
        bytes.extend_from_slice(meta);
        bytes.resize(16_384, 0);
        bytes
    }

    // test[report.files.bad]
    #[test]
    fn a_file_that_another_program_deletes_meanwhile_is_not_named() {
        let home = TempDir::new().expect("a directory can be made");
        let dir = TelemetryDir::at(home.path());
        fs::create_dir(dir.local()).expect("a directory can be made");
        let path = |name: &str| dir.local().join(format!("{name}.v1.count"));
        for name in ["a", "b"] {
            fs::write(path(name), count_file()).expect("a file can be written");
        }
        std::os::unix::fs::symlink("nowhere", path("c")).expect("a link can be made");
        let now = Time::parse("2026-11-23T00:00:00Z").expect("a time");
        // The first file is read, the second is gone then.
        let due = Due::read(&dir, now, |_| {
            drop(fs::remove_file(path("b")));
            false
        });
        let due = due.expect("it can be listed");
        let weeks: Vec<Vec<PathBuf>> = due.weeks.into_values().map(|week| week.files).collect();
        assert_eq!(weeks, [vec![path("a")]]);
        let unread: Vec<PathBuf> = due.unread.into_iter().map(|unread| unread.path).collect();
        assert_eq!(unread, [path("c")]);
    }
}
