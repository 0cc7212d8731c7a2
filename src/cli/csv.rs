//! `csv`: every count of the directory as a table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Command, Context, Outcome, Result, dump};
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
                false => quote(text.as_bytes()),
            };
            let build = build.each_ref().map(column).join(",");
            writeln!(context.out, "{value},{},{build}", quote(name))?;
        }
    }
    for reason in &failures {
        context.complain(reason);
    }
    Ok(if failures.is_empty() {
        Outcome::Fine
    } else {
        Outcome::Finding
    })
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

/// The name in double quotes, written as Go's `%q` writes it.
fn quote(name: &[u8]) -> String {
    let mut quoted = String::from("\"");
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            quote_char(c, &mut quoted);
        }
        for byte in chunk.invalid() {
            quoted.push_str(&format!("\\x{byte:02x}"));
        }
    }
    quoted.push('"');
    quoted
}

fn quote_char(c: char, quoted: &mut String) {
    let escape = match c {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\u{b}' => "\\v",
        _ if c.is_ascii_control() => return quoted.push_str(&format!("\\x{:02x}", u32::from(c))),
        // Marks that combine are escaped at the start of a text alone, so the text begins with a
        // letter; what is escaped behind it cannot be printed.
        _ if format!("a{c}").escape_debug().count() == 2 && (c == ' ' || !c.is_whitespace()) => {
            return quoted.push(c);
        }
        _ if u32::from(c) > 0xffff => return quoted.push_str(&format!("\\U{:08x}", u32::from(c))),
        _ => return quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
    };
    quoted.push_str(escape);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_as_go_quotes_them() {
        assert_eq!(
            quote(b"a\nb\t\"c\"\\\x00\x1b\x7f"),
            r#""a\nb\t\"c\"\\\x00\x1b\x7f""#
        );
        assert_eq!(
            quote("é\u{301}世\u{2028}\u{a0}\u{feff}".as_bytes()),
            "\"é\u{301}世\\u2028\\u00a0\\ufeff\""
        );
        assert_eq!(quote("\u{e0001}😀".as_bytes()), "\"\\U000e0001😀\"");
        assert_eq!(quote(b"\xff<50ms"), r#""\xff<50ms""#);
    }
}
