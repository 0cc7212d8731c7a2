//! The count files of weeks that have ended, and what they add up to.
//!
//! Implements the sections *Count files that are due* and *Merging* of `spec/reporting.md`. Files
//! are read and nothing is changed.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use super::share::in_parts;
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
    /// Reads what is due at the time `now`.
    // spec[report.files, report.group.order]
    pub(super) fn read(dir: &TelemetryDir, now: Time) -> Result<Due, DirError> {
        let files = dir.count_files()?;
        let parts = in_parts(&files, |files| Due::of(files, now));
        Ok(parts
            .into_iter()
            .reduce(Due::followed_by)
            .unwrap_or_default())
    }

    /// What is due of some files, in the order of their names.
    fn of(files: &[PathBuf], now: Time) -> Due {
        let mut due = Due::default();
        for path in files {
            // spec[report.files.bad]
            match due.add(path, now) {
                // Another program has reported and deleted it since it was listed.
                Err(Unusable::Dir(error)) if error.is_missing() && !path.is_symlink() => {}
                Err(reason) => due.unread.push(Unread {
                    path: path.clone(),
                    reason,
                }),
                Ok(()) => {}
            }
        }
        due
    }

    fn add(&mut self, path: &Path, now: Time) -> Result<(), Unusable> {
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
        let group = self.group(date, begin);
        group.files.push(path.to_owned());
        group.add(program(&file));
        Ok(())
    }

    /// The group of a date, to which a file or more are added that begin at `begin`.
    // spec[report.group.begin]
    fn group(&mut self, date: Date, begin: Time) -> &mut Group {
        let group = self.weeks.entry(date).or_insert_with(|| Group {
            files: Vec::new(),
            begin,
            programs: Vec::new(),
            places: BTreeMap::new(),
        });
        group.begin = group.begin.min(begin);
        group
    }

    /// This, and what is due of files whose names follow.
    fn followed_by(mut self, next: Due) -> Due {
        for (date, mut next) in next.weeks {
            let group = self.group(date, next.begin);
            group.files.append(&mut next.files);
            next.programs.into_iter().for_each(|one| group.add(one));
        }
        self.unread.extend(next.unread);
        self
    }
}

/// The time at which a count file ends, and its date as it is written.
// spec[report.group]
fn end(file: &File<'_>) -> Option<(Time, Date)> {
    let text = std::str::from_utf8(file.meta.get("TimeEnd")?).ok()?;
    let (date, _) = text.split_once('T')?;
    Some((Time::parse(text).ok()?, Date::parse(date).ok()?))
}

/// What a count file says of its program.
// spec[report.merge.kind, report.merge.zero]
fn program(file: &File<'_>) -> ProgramReport {
    let value = |key| file.meta.get(key).unwrap_or_default().to_vec();
    let counts = file.counts();
    let of_kind = |is_stack| {
        let counts = counts.iter();
        let counts = counts.filter(move |(name, _)| stack::is_stack(name) == is_stack);
        let count =
            |count: u64| i64::try_from(count).map_or(MAX_COUNT, |count| count.min(MAX_COUNT));
        counts
            .map(move |(name, sum)| (name.to_vec(), count(*sum)))
            .collect()
    };
    ProgramReport {
        build: Build::of(Build::KEYS.map(value)),
        counters: of_kind(false),
        stacks: of_kind(true),
    }
}

impl Group {
    /// Whether one of the files holds a name.
    pub(super) fn has_names(&self) -> bool {
        let has_names = |one: &ProgramReport| !(one.counters.is_empty() && one.stacks.is_empty());
        self.programs.iter().any(has_names)
    }

    // spec[report.merge, report.merge.bytes, report.merge.order, report.merge.none]
    fn add(&mut self, next: ProgramReport) {
        match self.places.entry(next.build.clone()) {
            Entry::Vacant(place) => {
                place.insert(self.programs.len());
                self.programs.push(next);
            }
            Entry::Occupied(place) => {
                if let Some(program) = self.programs.get_mut(*place.get()) {
                    add(&mut program.counters, next.counters);
                    add(&mut program.stacks, next.stacks);
                }
            }
        }
    }
}

// spec[report.merge.sum]
fn add(sums: &mut BTreeMap<Vec<u8>, i64>, counts: BTreeMap<Vec<u8>, i64>) {
    for (name, count) in counts {
        let sum = sums.entry(name).or_default();
        *sum = sum.saturating_add(count).min(MAX_COUNT);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

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
        let path = |name: &str| home.path().join(format!("{name}.v1.count"));
        fs::write(path("a"), count_file()).expect("a file can be written");
        std::os::unix::fs::symlink("nowhere", path("c")).expect("a link can be made");
        let now = Time::parse("2026-11-23T00:00:00Z").expect("a time");
        // The second was listed, and is gone now.
        let due = Due::of(&["a", "b", "c"].map(path), now);
        let weeks: Vec<Vec<PathBuf>> = due.weeks.into_values().map(|week| week.files).collect();
        assert_eq!(weeks, [vec![path("a")]]);
        let unread: Vec<PathBuf> = due.unread.into_iter().map(|unread| unread.path).collect();
        assert_eq!(unread, [path("c")]);
    }

    // test[report.files.bad]
    #[test]
    fn whatever_thread_finds_it_a_file_that_cannot_be_used_is_named() {
        let now = Time::parse("2026-11-23T00:00:00Z").expect("a time");
        let of = |path: &str| Due::of(&[path.into()], now);
        let due = of("/").followed_by(of("/.")).followed_by(of("/.."));
        let unread: Vec<PathBuf> = due.unread.into_iter().map(|unread| unread.path).collect();
        assert_eq!(unread, ["/", "/.", "/.."].map(PathBuf::from));
    }
}
