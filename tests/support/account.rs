//! How far processes came that may have been killed, and whether what their files say agrees with
//! it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::date::Date;

use crate::go;
use crate::script::{Script, Step};
use crate::tool::{self, Sums};

/// What a file says.
pub(crate) type Reading = (PathBuf, Sums);

fn told(error: std::io::Error) -> String {
    error.to_string()
}

/// How far a process came, and what must and what can be in the files of it.
pub(crate) struct Account {
    script: Script,
    /// Whether what is there of its own names is what it added up to some step.
    in_order: bool,
    /// How many steps it has acknowledged, and how many it can have taken.
    done: usize,
    reach: usize,
    least: Sums,
    most: Sums,
}

impl Account {
    /// The account of a process that has acknowledged `done` steps. If another of its threads
    /// rotates, `settled` is the number of steps whose additions to counters must be in files.
    pub(crate) fn new(script: Script, done: usize, settled: Option<usize>) -> Account {
        // A rotation can end before the steps are acknowledged that it settles.
        let done = done.max(settled.unwrap_or_default());
        let reach = script.reach(done);
        let settled_or_done = settled.unwrap_or(done);
        let mut least = script.sums(0..settled_or_done, |_, _| true);
        let of_name = |step: &Step, _: &str| matches!(step, Step::Name(..));
        tool::merge(&mut least, script.sums(settled_or_done..done, of_name));
        Account {
            in_order: settled.is_none(),
            done,
            reach,
            least,
            most: script.sums(0..reach, |_, _| true),
            script,
        }
    }

    /// How many steps were acknowledged.
    pub(crate) fn done(&self) -> usize {
        self.done
    }

    /// What was added, if all steps were taken.
    pub(crate) fn all(&self) -> Option<Sums> {
        (self.done == self.script.steps.len()).then(|| self.most.clone())
    }

    /// An error unless what the files say of its own names is what it added up to one of the
    /// steps that it can have reached. Returns how many it took that it did not acknowledge.
    pub(crate) fn is_in_order(&self, counted: &Sums) -> Result<u64, String> {
        if !self.in_order || self.done == self.reach {
            return Ok(0);
        }
        let prefix = &self.script.own;
        let is_own = |_: &Step, name: &str| name.starts_with(prefix);
        let mut expected = self.script.sums(0..self.done, is_own);
        for end in self.done..=self.reach {
            let own = counted.range(prefix.clone()..);
            let own = own.take_while(|(name, _)| name.starts_with(prefix));
            if own.filter(|(_, n)| **n > 0).eq(expected.iter()) {
                return Ok((end - self.done) as u64);
            }
            let next = self.script.sums(end..(end + 1).min(self.reach), is_own);
            tool::merge(&mut expected, next);
        }
        Err(format!(
            "what is counted of {} is not what it added up to any step from {} to {}",
            self.script.own, self.done, self.reach
        ))
    }
}

/// Compares what the files say with the accounts. Returns what each file says, and the sums.
pub(crate) fn judge(
    dir: &TelemetryDir,
    accounts: &[Account],
) -> Result<(Vec<Reading>, Sums), String> {
    only_what_belongs_there(dir)?;
    let (mut files, mut sums) = (Vec::new(), Sums::new());
    // If all were killed very soon, there is no directory.
    let paths = match dir.local().exists() {
        true => dir.count_files().map_err(|error| error.to_string())?,
        false => Vec::new(),
    };
    for path in paths {
        let bytes = fs::read(&path).map_err(told)?;
        let counts = tool::counts(&bytes);
        let counts = counts.map_err(|what| format!("{}: {what}", path.display()))?;
        tool::merge(&mut sums, counts.clone());
        files.push((path, counts));
    }
    let (mut least, mut most) = (Sums::new(), Sums::new());
    for account in accounts {
        account.is_in_order(&sums)?;
        tool::merge(&mut least, account.least.clone());
        tool::merge(&mut most, account.most.clone());
    }
    for name in least.keys().chain(sums.keys()) {
        let of = |sums: &Sums| sums.get(name).copied().unwrap_or(0);
        if !(of(&least)..=of(&most)).contains(&of(&sums)) {
            let short: String = name.chars().take(60).collect();
            return Err(format!(
                "{short}: {} is counted, {} was acknowledged, {} was begun",
                of(&sums),
                of(&least),
                of(&most)
            ));
        }
    }
    Ok((files, sums))
}

/// An error if something lies in the directory that no process should have made: a count
/// file that is the second of its day (what stood under the first name was in the way),
/// half a text, or anything else.
fn only_what_belongs_there(dir: &TelemetryDir) -> Result<(), String> {
    for (path, name) in entries(&dir.local())? {
        let day = name.strip_suffix(".v1.count").map(|stem| {
            let day = stem.len().checked_sub(10).and_then(|at| stem.get(at..));
            day.is_some_and(|day| Date::parse(day).is_ok())
        });
        let fine = match name.as_str() {
            "weekends" => {
                let text = fs::read(&path).map_err(told)?;
                matches!(text.as_slice(), [b'0'..=b'6', b'\n'])
            }
            _ => day.unwrap_or(is_aside(&name)),
        };
        if !fine {
            return Err(format!("{name} is not what it should be"));
        }
    }
    for (path, name) in entries(dir.root())? {
        let fine = match name.as_str() {
            "local" => true,
            "mode" => fs::read(&path).map_err(told)? == b"local 2030-01-01",
            name => is_aside(name),
        };
        if !fine {
            return Err(format!("{name} is not what it should be"));
        }
    }
    Ok(())
}

/// How many files lie there that were written aside.
pub(crate) fn left_aside(dir: &TelemetryDir) -> Result<u64, String> {
    let mut left = entries(dir.root())?;
    left.extend(entries(&dir.local())?);
    Ok(left.iter().filter(|(_, name)| is_aside(name)).count() as u64)
}

fn is_aside(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".tmp")
}

/// What lies in a directory, which may not be there.
fn entries(directory: &Path) -> Result<Vec<(PathBuf, String)>, String> {
    let mut entries = Vec::new();
    if directory.exists() {
        for entry in fs::read_dir(directory).map_err(told)? {
            let entry = entry.map_err(told)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            entries.push((entry.path(), name));
        }
    }
    Ok(entries)
}

/// An error unless Go reads these files as we do.
pub(crate) fn read_by_go(driver: &Path, files: &[&Reading]) -> Result<(), String> {
    let paths = files.iter().map(|(path, _)| path);
    let reading = go::run(Command::new(driver).arg("read").args(paths))?;
    let (mut lines, mut in_counts) = (Vec::new(), false);
    for line in reading.lines() {
        in_counts = match line {
            _ if line.starts_with("\t\t") => in_counts,
            _ => line.starts_with("\t\"Count\""),
        };
        if in_counts && line.starts_with("\t\t") || line.starts_with("-- ") {
            lines.push(line.trim_end_matches(','));
        }
    }
    let of_file = |(path, counts): &&Reading| {
        let counts = counts.iter();
        let counts = counts.map(|(name, n)| format!("\t\t\"{name}\": {n}"));
        std::iter::once(format!("-- {} --", path.display()))
            .chain(counts)
            .collect::<Vec<_>>()
    };
    let expected: Vec<String> = files.iter().flat_map(of_file).collect();
    let differs = expected.iter().zip(&lines).find(|(ours, go)| ours != *go);
    match differs {
        Some((ours, go)) => Err(format!("Go reads {go}, we {ours}")),
        None if lines.len() != expected.len() => Err("Go reads another number".to_owned()),
        None => Ok(()),
    }
}
