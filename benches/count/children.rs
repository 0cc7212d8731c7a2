//! What this benchmark does when it calls itself, in a process that has done nothing else before.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use gotelemetry::dir::TelemetryDir;
use gotelemetry::recorder::{self, Counter};
use memmap2::MmapOptions;

/// What the first argument begins with in such a process.
const MARK: &str = "child:";

static OPENED: Counter = Counter::new("gopls/editor:opened");

/// A call of this program that does `what` of [`is_one`].
pub(crate) fn command(what: &str) -> Command {
    let program = std::env::current_exe().expect("the program has a path");
    let mut command = Command::new(program);
    command.arg(format!("{MARK}{what}"));
    command
}

/// Whether this process is one that does a single thing; it has been done then.
///
/// - `nothing` ends at once.
/// - `open DIR` prints how long opening and counting once took, in nanoseconds.
/// - `bare DIR` prints how long the least took that has to be done to open what is there.
/// - `make DIR` prints how long the least took that makes a directory and its two files.
/// - `insert DIR OLD` adds 1 to every name of its input, and prints how long that took for those
///   behind the first `OLD`, in nanoseconds.
pub(crate) fn is_one() -> bool {
    let mut args = std::env::args().skip(1);
    let first = args.next().unwrap_or_default();
    let Some(what) = first.strip_prefix(MARK) else {
        return false;
    };
    let dir = args.next().unwrap_or_default();
    match what {
        "nothing" => {}
        "open" => println!("{}", open(Path::new(&dir))),
        "bare" => println!("{}", bare(Path::new(&dir))),
        "make" => println!("{}", make(Path::new(&dir))),
        "insert" => {
            let old = args.next().unwrap_or_default();
            println!(
                "{}",
                insert(Path::new(&dir), old.parse().expect("a number"))
            );
        }
        _ => panic!("{what} is nothing that this process can do"),
    }
    true
}

fn open(dir: &Path) -> u128 {
    let start = Instant::now();
    let identity = gotelemetry::identity!().expect("the package has an identity");
    recorder::open(&TelemetryDir::at(dir), &identity).expect("the file can be opened");
    OPENED.inc();
    let took = start.elapsed();
    assert_eq!(OPENED.waiting(), 0, "nothing was measured");
    took.as_nanos()
}

/// Reads the mode and the day on which weeks end, and maps the count file; that nothing is added
/// is what this lacks.
fn bare(dir: &Path) -> u128 {
    let files = TelemetryDir::at(dir).count_files().expect("it can be read");
    let path = files.first().expect("there is a file");
    let start = Instant::now();
    let mode = fs::read(dir.join("mode"));
    let weekends = fs::read(dir.join("local/weekends"));
    let file = fs::OpenOptions::new().read(true).write(true).open(path);
    let file = file.expect("it can be opened");
    let mut header = [0; 256];
    file.read_exact_at(&mut header, 0).expect("it can be read");
    let len = file.metadata().expect("it has a length").len();
    let map = MmapOptions::new().len(len as usize).map_raw(&file);
    let took = start.elapsed();
    assert!(mode.is_err() && weekends.is_ok() && map.is_ok());
    took.as_nanos()
}

/// Makes the directory and the two files that a first program leaves.
fn make(dir: &Path) -> u128 {
    let start = Instant::now();
    let local = dir.join("local");
    fs::create_dir(&local).expect("it can be made");
    let weekends = fs::write(local.join("weekends"), "3\n");
    let count_file = fs::write(local.join("tool.v1.count"), [0; 16_384]);
    let took = start.elapsed();
    assert!(weekends.is_ok() && count_file.is_ok());
    took.as_nanos()
}

fn insert(dir: &Path, old: usize) -> u128 {
    let mut names = String::new();
    let read = std::io::stdin().read_to_string(&mut names);
    read.expect("the names can be read");
    let names: Vec<&'static str> = names.leak().lines().collect();
    let identity = gotelemetry::identity!().expect("the package has an identity");
    recorder::open(&TelemetryDir::at(dir), &identity).expect("the file can be opened");
    let add = |name: &&'static str| Box::leak(Box::new(Counter::new(name))).inc();
    names.iter().take(old).for_each(add);
    let start = Instant::now();
    names.iter().skip(old).for_each(add);
    start.elapsed().as_nanos()
}

/// Runs a process to its end with `input`, and returns what it printed.
pub(crate) fn printed(command: &mut Command, input: &str) -> String {
    use std::io::Write as _;
    let mut process = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the process can be started");
    // It reads all before it prints anything.
    let mut requests = process.stdin.take().expect("it was asked for");
    requests
        .write_all(input.as_bytes())
        .expect("the process reads");
    drop(requests);
    let output = process.wait_with_output().expect("the process ends");
    assert!(output.status.success(), "{command:?}: {}", output.status);
    String::from_utf8(output.stdout).expect("it prints text")
}

/// The one number that a process prints.
pub(crate) fn number(command: &mut Command, input: &str) -> f64 {
    let printed = printed(command, input);
    printed.trim().parse().expect("it prints a number")
}
