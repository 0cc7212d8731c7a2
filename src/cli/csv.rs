//! `csv`: every count of the directory as a table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Command, Context, Outcome, Result, dump, quote::quoted};
use crate::dir::{TelemetryDir, read_bounded, report_week};
use crate::json::Writer;
use crate::report::Report;

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

/// No report is longer, in bytes.
const MAX_REPORT_LEN: u64 = 64 * 1024 * 1024;

/// A build of a program: program, version, goversion, goos, goarch.
type Build = [String; 5];

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
            let plain = |text: &String| context.args.go || !text.contains([',', '"', '\n', '\r']);
            let column = |text: &String| match plain(text) {
                true => text.clone(),
                false => quoted(text.as_bytes()),
            };
            let build = build.each_ref().map(column).join(",");
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
            for (key, value) in ["Program", "Version", "GoVersion", "GOOS", "GOARCH"]
                .iter()
                .zip(self.build)
            {
                json.key(key.as_bytes()).string(value.as_bytes());
            }
        });
    }
}

/// The counts of all files of the directory in the order of their names, and what is wrong with
/// those that cannot be read. Unless `twice`, a week with two reports is counted once.
fn gather(dir: &TelemetryDir, twice: bool) -> Result<(Vec<Counts>, Vec<String>)> {
    let reports = TelemetryDir::reports(&dir.local())?;
    let local = |path: &Path| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with("local."))
    };
    // The local report of a week holds all that its upload report holds.
    let complete: BTreeSet<_> = reports
        .iter()
        .filter(|path| local(path))
        .filter_map(|path| report_week(path))
        .collect();
    let mut files: Vec<PathBuf> = dir.count_files()?;
    files.extend(reports.into_iter().filter(|path| {
        twice || local(path) || !report_week(path).is_some_and(|week| complete.contains(&week))
    }));
    files.sort();
    let mut all = Vec::new();
    let mut failures = Vec::new();
    for path in &files {
        let is_report = path.extension().is_some_and(|ending| ending == "json");
        let read = if is_report {
            from_report(path)
        } else {
            from_count_file(path, twice)
        };
        match read {
            Ok(counts) => all.extend(counts),
            Err(reason) => failures.push(reason),
        }
    }
    Ok((all, failures))
}

/// Reads a count file. Go takes a count for a signed number, so a large one is negative if `wrap`.
fn from_count_file(path: &Path, wrap: bool) -> std::result::Result<Vec<Counts>, String> {
    dump::with_file(path, |file| {
        let text =
            |key| String::from_utf8_lossy(file.meta.get(key).unwrap_or_default()).into_owned();
        let build = ["Program", "Version", "GoVersion", "GOOS", "GOARCH"].map(text);
        let signed = |count: u64| match wrap {
            true => count.cast_signed(),
            false => i64::try_from(count).unwrap_or(i64::MAX),
        };
        let counts = file.counts();
        let counts = counts
            .into_iter()
            .map(|(name, count)| (name.into_owned(), signed(count)));
        vec![Counts {
            build,
            counts: counts.collect(),
        }]
    })
}

fn from_report(path: &Path) -> std::result::Result<Vec<Counts>, String> {
    let text = read_bounded(path, MAX_REPORT_LEN).map_err(|error| error.to_string())?;
    let report = Report::parse(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let of_program = |program: crate::report::ProgramReport| Counts {
        build: [
            program.program,
            program.version,
            program.go_version,
            program.goos,
            program.goarch,
        ],
        counts: program
            .counters
            .into_iter()
            .chain(program.stacks)
            .map(|(name, count)| (name.into_bytes(), count))
            .collect(),
    };
    Ok(report.programs.into_iter().map(of_program).collect())
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
