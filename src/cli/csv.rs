//! `csv`: every count of the directory as a table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Command, Context, Outcome, Result, dump, quote::escaped, quote::quoted};
use crate::dir::{TelemetryDir, read_report, report_week};
use crate::format::date::Date;
use crate::json::Writer;
use crate::report::{Build, ProgramReport, Report};

pub(super) static COMMAND: Command = Command {
    names: &["csv"],
    arguments: "",
    summary: "print every count: value,\"name\",program,version,goversion,goos,goarch",
    details: "\
Prints a row for each build of a program and each of its counters: the sum over the count files and
the weekly reports on this machine, every week counted once. With --go, prints what Go's own
command prints: a row for each counter name, summed over all programs and over both reports of a
week, labelled with the first file that has it.",
    options: &["go"],
    max_files: 0,
    run: csv,
};

/// The counts of one build in one file.
struct Counts {
    build: Build,
    counts: Vec<(Vec<u8>, i64)>,
}

fn csv(context: &mut Context<'_>) -> Result<Outcome> {
    let (counts, failures) = gather(context.dir()?, context.args.go)?;
    let rows = match context.args.go {
        true => rows_by_name(&counts),
        false => rows_by_build(&counts),
    };
    if context.args.json {
        let mut json = Writer::indented("\t");
        json.array(|json| rows.iter().for_each(|row| row.json(json)));
        context.out.write_all(&json.finish())?;
        writeln!(context.out)?;
    } else {
        for Row { value, name, build } in &rows {
            let plain = |text: &str| {
                context.args.go || (!text.contains(',') && escaped(text.as_bytes()) == text)
            };
            let column = |value| match String::from_utf8_lossy(value) {
                text if plain(&text) => text.into_owned(),
                text => quoted(text.as_bytes()),
            };
            let build = build.values().map(column).join(",");
            writeln!(context.out, "{value},{},{build}", quoted(name))?;
        }
    }
    Ok(context.complain_of_all(&failures))
}

struct Row<'a> {
    value: i64,
    name: &'a [u8],
    build: &'a Build,
}

impl Row<'_> {
    fn json(&self, json: &mut Writer) {
        json.object(|json| {
            json.key(b"Value").i64(self.value);
            json.key(b"Name").string(self.name);
            for (key, value) in Build::KEYS.iter().zip(self.build.values()) {
                json.key(key.as_bytes()).string(value);
            }
        });
    }
}

/// The counts of all files of the directory in the order of their names, and what is wrong with
/// those that cannot be read. Unless `twice`, a week is counted once, whatever files hold it.
fn gather(dir: &TelemetryDir, twice: bool) -> Result<(Vec<Counts>, Vec<String>)> {
    let mut failures = Vec::new();
    let mut read: BTreeMap<PathBuf, OfFile> = BTreeMap::new();
    let mut paths = dir.count_files()?;
    paths.extend(TelemetryDir::reports(&dir.local())?);
    for path in paths {
        let is_report = path.extension().is_some_and(|ending| ending == "json");
        let of_file = match is_report {
            true => from_report(&path),
            false => from_count_file(&path, twice),
        };
        match of_file {
            Ok(of_file) => drop(read.insert(path, of_file)),
            Err(reason) => failures.push(reason),
        }
    }
    // spec[report.names]
    // The local report of a week holds all that the week's other files hold.
    let is_local = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        name.as_encoded_bytes().starts_with(b"local.")
    };
    let complete: BTreeSet<Date> = read
        .iter()
        .filter(|(path, _)| is_local(path))
        .filter_map(|(_, of)| of.week)
        .collect();
    read.retain(|path, of_file| {
        let held = of_file.week.is_some_and(|week| complete.contains(&week));
        twice || is_local(path) || !held
    });
    Ok((
        read.into_values()
            .flat_map(|of_file| of_file.counts)
            .collect(),
        failures,
    ))
}

/// What one file holds.
struct OfFile {
    /// The day on which its week ended or ends, if it says one.
    week: Option<Date>,
    counts: Vec<Counts>,
}

/// Reads a count file. Go takes a count for a signed number, so a large one is negative if `wrap`.
fn from_count_file(path: &Path, wrap: bool) -> std::result::Result<OfFile, String> {
    dump::with_file(path, |file| {
        let value = |key| file.meta.get(key).unwrap_or_default().to_vec();
        let build = Build::of(Build::KEYS.map(value));
        let signed = |count: u64| match wrap {
            true => count.cast_signed(),
            false => i64::try_from(count).unwrap_or(i64::MAX),
        };
        let counts = file.counts();
        let counts = counts
            .into_iter()
            .map(|(name, count)| (name.into_owned(), signed(count)));
        OfFile {
            week: file.meta.time("TimeEnd").map(|end| end.date()),
            counts: vec![Counts {
                build,
                counts: counts.collect(),
            }],
        }
    })
}

fn from_report(path: &Path) -> std::result::Result<OfFile, String> {
    let text = read_report(path).map_err(|error| error.to_string())?;
    let report = Report::parse(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let of_program = |program: ProgramReport| Counts {
        build: program.build,
        counts: program.counters.into_iter().chain(program.stacks).collect(),
    };
    Ok(OfFile {
        week: report_week(path),
        counts: report.programs.into_iter().map(of_program).collect(),
    })
}

fn rows_by_build(all: &[Counts]) -> Vec<Row<'_>> {
    let mut sums: BTreeMap<(&[u8], &Build), i64> = BTreeMap::new();
    for Counts { build, counts } in all {
        for (name, count) in counts {
            let sum = sums.entry((name, build)).or_default();
            *sum = sum.saturating_add(*count);
        }
    }
    sums.into_iter()
        .map(|((name, build), value)| Row { value, name, build })
        .collect()
}

fn rows_by_name(all: &[Counts]) -> Vec<Row<'_>> {
    let mut sums: BTreeMap<&[u8], (&Build, i64)> = BTreeMap::new();
    for Counts { build, counts } in all {
        for (name, count) in counts {
            let (_, sum) = sums.entry(name).or_insert((build, 0));
            *sum = sum.wrapping_add(*count);
        }
    }
    sums.into_iter()
        .map(|(name, (build, value))| Row { value, name, build })
        .collect()
}
