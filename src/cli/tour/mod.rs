//! `tour`: the system at work, in a temporary directory.

#[cfg(feature = "net")]
mod week;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::thread;
use std::time::Duration;

use super::{
    CliError, Command, Context, Outcome, Result, conformance, dump, explain, quote::escaped,
};
use crate::dir::{DirError, TelemetryDir, read_count_file};
use crate::format::{layout, parse, survey};

pub(super) static COMMAND: Command = Command {
    names: &["tour"],
    arguments: "",
    summary: "show the system at work",
    details: "\
Lets processes count together into one file in a temporary directory, explains every byte of it,
kills a process that counts, damages a copy of the file to show how that is found, lets the week end
and what a config approves be sent to a collector on loopback, and has this program judged by the
conformance suite. Nothing outside the temporary directory is touched.",
    options: &[],
    max_files: 0,
    run: tour,
};

fn tour(context: &mut Context<'_>) -> Result<Outcome> {
    if context.now.date().plus_days(7).is_none() {
        return Err(CliError::Misuse(
            "--now: no week ends after this day".to_owned(),
        ));
    }
    let root = temporary_directory()?;
    let shown = show(context, &root);
    fs::remove_dir_all(&root).map_err(DirError::io("delete", &root))?;
    shown
}

/// Makes a directory that nobody else can write to.
fn temporary_directory() -> Result<PathBuf> {
    let parent = match std::env::temp_dir() {
        empty if empty.as_os_str().is_empty() => PathBuf::from("/tmp"),
        parent => parent,
    };
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let mut number = 0;
    loop {
        let path = parent.join(format!("gotelemetry-tour-{}-{number}", std::process::id()));
        match builder.create(&path) {
            Ok(()) => return Ok(path),
            // A tour that was killed may have left it.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => {
                number += 1;
            }
            Err(error) => return Err(DirError::io("create", &path)(error).into()),
        }
    }
}

/// Processes that count together.
const PROCESSES: u64 = 3;

/// What each of them counts.
const COUNTS: [(&str, u64); 4] = [
    ("tool/invocations", 1),
    ("tool/flag:v", 1),
    ("tool/latency:<50ms", 14),
    (
        "tool/bug\\nexample.com/tool.parse:+12,+0x4b\\n\".main:+3,+0x2f",
        1,
    ),
];

/// Names that the process counts which is killed.
const MANY: usize = 5000;

fn show(context: &mut Context<'_>, root: &Path) -> Result<Outcome> {
    writeln!(
        context.out,
        "1. {PROCESSES} processes count at the same time. Their file, byte by byte:\n"
    )?;
    let dir = TelemetryDir::at(root.join("together"));
    let counts = COUNTS.map(|(name, n)| format!("{name}={n}"));
    let children: Result<Vec<Child>> = (0..PROCESSES)
        .map(|_| start(context, &dir, "example.com/tool", &counts))
        .collect();
    for mut child in children? {
        let status = child
            .wait()
            .map_err(DirError::io("wait for a process in", dir.root()))?;
        if !status.success() {
            return Err(CliError::Failed(format!(
                "a process that counts ended with {status}"
            )));
        }
    }
    let path = the_file(&dir)?;
    let bytes = read_count_file(&path)?;
    explain::draw(&path, bytes.len(), &survey::survey(&bytes), context.out)?;

    writeln!(context.out, "2. The same file as a reader sees it:\n")?;
    let mut exact = true;
    for (name, count) in counted(&path)? {
        writeln!(context.out, "{count:>6}  {}", escaped(&name))?;
        let stem = |of: &str| name.starts_with(of.split('\\').next().unwrap_or(of).as_bytes());
        let expected = COUNTS
            .iter()
            .find(|(of, _)| stem(of))
            .map(|(_, n)| n * PROCESSES);
        exact &= expected == Some(count);
    }
    writeln!(context.out, "\n{}", verdict("every sum is exact", exact))?;
    exact &= read_by_go(context, &path)?;

    let sound = killed(context, root)?;
    writeln!(
        context.out,
        "\n4. One chain led back to its own start. Found, not followed for ever:\n"
    )?;
    let damaged = damaged(&bytes)?;
    let Err(error) = parse(&damaged) else {
        return Err(CliError::Failed(
            "the damage to the file was not found".to_owned(),
        ));
    };
    let copy = root.join("damaged.v1.count");
    fs::write(&copy, &damaged).map_err(DirError::io("write", &copy))?;
    writeln!(context.out, "  {}: {error}\n", copy.display())?;
    #[cfg(feature = "net")]
    let sent = week::ends(context, &dir, root)?;
    #[cfg(not(feature = "net"))]
    let sent = nothing_sent(context)?;
    let judged = judged(context)?;
    writeln!(
        context.out,
        "Next: gotelemetry status, gotelemetry upload --dry-run, gotelemetry help"
    )?;
    Ok(if exact && sound && sent && judged {
        Outcome::Fine
    } else {
        Outcome::Finding
    })
}

/// Kills a process that counts, and looks at what it left. Returns whether all of it is sound.
fn killed(context: &mut Context<'_>, root: &Path) -> Result<bool> {
    let dir = TelemetryDir::at(root.join("killed"));
    let names: Vec<String> = (0..MANY)
        .map(|number| format!("tool/many:{number}"))
        .collect();
    let mut child = start(context, &dir, "example.com/many", &names)?;
    // As soon as the file is there, the process is at its work.
    for _ in 0..2000 {
        if !dir.count_files()?.is_empty() {
            break;
        }
        thread::sleep(Duration::from_micros(500));
    }
    // A process that has ended already cannot be killed, and its counts have to be there as well.
    drop(child.kill());
    child
        .wait()
        .map_err(DirError::io("wait for a process in", dir.root()))?;
    let counts = counted(&the_file(&dir)?)?;
    let whole = counts.iter().all(|(_, count)| *count == 1);
    writeln!(
        context.out,
        "\n3. A process that counted {MANY} names was killed (SIGKILL) on the way:\n"
    )?;
    writeln!(
        context.out,
        "  {} names were counted before, each once",
        counts.len()
    )?;
    writeln!(context.out, "\n{}", verdict("its file is sound", whole))?;
    Ok(whole)
}

/// Says why no report is sent.
#[cfg(not(feature = "net"))]
fn nothing_sent(context: &mut Context<'_>) -> Result<bool> {
    writeln!(
        context.out,
        "5. The week ends, and nothing is sent: there is no networking code in this program.\n"
    )?;
    Ok(true)
}

/// Has this program judged by the suite that any implementation can run.
fn judged(context: &mut Context<'_>) -> Result<bool> {
    writeln!(context.out, "6. The conformance suite asks this program:\n")?;
    let Some((summary, good)) = conformance::of_this_program()? else {
        writeln!(context.out, "  no test vectors are compiled in\n")?;
        return Ok(true);
    };
    writeln!(context.out, "  {summary}\n")?;
    writeln!(
        context.out,
        "{}\n",
        verdict("every case is as it has to be", good)
    )?;
    Ok(good)
}

/// Lets Go's own reader read the file, wherever the tests have built one, and compares what it
/// prints with what `dump` prints. Returns whether it is the same.
fn read_by_go(context: &mut Context<'_>, path: &Path) -> Result<bool> {
    let ours = dump::text(path).map_err(CliError::Failed)?;
    let readers = go_readers();
    let mut same = true;
    for (version, reader) in &readers {
        let mut process = Process::new(reader);
        process.env_clear().arg("read").arg(path);
        let output = process.stdin(Stdio::null()).output();
        let output = output.map_err(DirError::io("start", reader))?;
        let equal = output.status.success() && output.stdout == ours;
        let what = format!("{version} reads the same");
        writeln!(context.out, "{}", verdict(&what, equal))?;
        same &= equal;
    }
    if readers.is_empty() {
        let how = "Go's own reader is not here: .ci/peers && cargo test --test peers builds it";
        writeln!(context.out, "{how}")?;
    }
    Ok(same)
}

/// Go's readers that the tests have built beside this program, with the versions of their
/// toolchains: `peers/driver-VERSION/driver` in the target directory.
fn go_readers() -> Vec<(String, PathBuf)> {
    let this = std::env::current_exe().unwrap_or_default();
    let Some(target) = this.parent().and_then(Path::parent) else {
        return Vec::new();
    };
    let toolchains = fs::read_dir(target.join("peers"));
    let mut readers = Vec::new();
    for toolchain in toolchains.into_iter().flatten().flatten() {
        let name = toolchain.file_name().to_string_lossy().into_owned();
        if let Some(version) = name.strip_prefix("driver-") {
            let reader = toolchain.path().join("driver");
            readers.extend(reader.is_file().then(|| (version.to_owned(), reader)));
        }
    }
    readers.sort();
    readers
}

fn verdict(what: &str, holds: bool) -> String {
    if holds {
        what.to_owned()
    } else {
        format!("NOT TRUE: {what}")
    }
}

/// Starts a process of this program that counts.
fn start(
    context: &Context<'_>,
    dir: &TelemetryDir,
    program: &str,
    names: &[String],
) -> Result<Child> {
    let this = std::env::current_exe().map_err(DirError::io("find", Path::new("this program")))?;
    let mut process = Process::new(&this);
    process
        .env_clear()
        .arg("count")
        .arg("--dir")
        .arg(dir.root());
    process.args(["--program", program, "--program-version", "v1.2.0"]);
    process.args(["--goversion", "go1.27.3", "--now", &context.now.to_string()]);
    process
        .args(names.iter().map(OsString::from))
        .stdin(Stdio::null());
    Ok(process.spawn().map_err(DirError::io("start", &this))?)
}

/// The one count file of a directory.
fn the_file(dir: &TelemetryDir) -> Result<PathBuf> {
    match dir.count_files()?.as_slice() {
        [file] => Ok(file.clone()),
        files => Err(CliError::Failed(format!(
            "{} count files instead of one",
            files.len()
        ))),
    }
}

fn counted(path: &Path) -> Result<Vec<(Vec<u8>, u64)>> {
    let counts = dump::with_file(path, |file| {
        let counts = file.counts();
        counts
            .into_iter()
            .map(|(name, count)| (name.into_owned(), count))
            .collect()
    });
    counts.map_err(CliError::Failed)
}

/// A copy of the file in which the first record leads to itself.
fn damaged(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut copy = bytes.to_vec();
    let file = parse(bytes).map_err(|error| CliError::Failed(error.to_string()))?;
    if let Some(record) = file.records().next() {
        let next = (record.offset + layout::NEXT_OFF) as usize;
        if let Some(place) = copy.get_mut(next..next + 4) {
            place.copy_from_slice(&record.offset.to_ne_bytes());
        }
    }
    Ok(copy)
}
