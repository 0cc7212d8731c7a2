//! How long it takes to report a week of 1,000 count files of 50 counters, as whole processes:
//! ours, Go's uploader, and one that lists the files, reads and deletes them and does no more.
//!
//! Prints medians, in turns on the same files, and what memory ours took at most. Syncing is
//! included.

#[path = "../tests/support/go.rs"]
mod go;
#[path = "../tests/support/raw.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "this benchmark writes sound files alone"
)]
mod raw;

use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use raw::{Raw, meta_text};
use tempfile::TempDir;

const FILES: usize = 1000;
const COUNTERS: usize = 50;
const ROUNDS: usize = 9;
const NOW: &str = "2026-11-23T09:00:00Z";

/// Asks this program to do what cannot be left out, and no more.
const BARE: &str = "--bare";

fn main() {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    if let [mark, directory] = args.as_slice()
        && mark == BARE
    {
        list_read_delete(Path::new(directory));
        return;
    }
    let files: Vec<(String, Vec<u8>)> = (0..FILES).map(file).collect();
    let mut contestants = vec![
        ("gotelemetry", ours as fn(&Path) -> Command),
        ("list, read and delete alone", bare),
    ];
    let driver = go::toolchains().first().map(|toolchain| {
        let driver = toolchain.driver().expect("the driver can be built");
        (toolchain.version.clone(), driver)
    });
    match &driver {
        Some((version, _)) => println!("Go is {version}"),
        None => println!("Go is not here: .ci/peers installs it"),
    }
    if driver.is_some() {
        contestants.push(("Go's uploader", gos));
    }
    let mut times = vec![Vec::new(); contestants.len()];
    let mut memory = 0;
    for _ in 0..ROUNDS {
        for (which, (_, command)) in contestants.iter().enumerate() {
            let (time, peak) = run(&files, *command);
            times[which].push(time);
            if which == 0 {
                memory = memory.max(peak);
            }
        }
    }
    println!("{FILES} count files of {COUNTERS} counters, {ROUNDS} rounds:");
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    let medians: Vec<Duration> = times.iter_mut().map(median).collect();
    for ((name, _), time) in contestants.iter().zip(&medians) {
        let ratio = medians[0].as_secs_f64() / time.as_secs_f64();
        println!(
            "  {name:<28} {:>7.1} ms, ours takes {ratio:.2} times that",
            time.as_secs_f64() * 1e3
        );
    }
    println!("  ours took at most {} KiB of memory", memory);
}

fn file(number: usize) -> (String, Vec<u8>) {
    let program = format!("example.com/tool{}", number % 100);
    let version = format!("v1.{}.0", number / 100);
    let mut raw = Raw::new(&meta_text(&[
        ("TimeBegin", "2026-11-14T00:00:00Z"),
        ("TimeEnd", "2026-11-21T00:00:00Z"),
        ("Program", &program),
        ("Version", &version),
        ("GoVersion", "go1.27.3"),
        ("GOOS", "linux"),
        ("GOARCH", "amd64"),
    ]));
    for counter in 0..COUNTERS {
        raw.add(format!("tool/flag:{counter}").as_bytes(), 3);
    }
    let name = format!("tool{number:04}@{version}-go1.27.3-linux-amd64-2026-11-14.v1.count");
    (name, raw.into_bytes())
}

/// Has a process report the files. Returns how long it took, and how much memory in KiB.
fn run(files: &[(String, Vec<u8>)], command: fn(&Path) -> Command) -> (Duration, i64) {
    let home = TempDir::new().expect("a directory can be made");
    fs::create_dir_all(home.path().join("local")).expect("a directory can be made");
    fs::create_dir_all(home.path().join("upload")).expect("a directory can be made");
    fs::write(home.path().join("mode"), "local 2026-10-01").expect("it can be written");
    fs::write(home.path().join("config.json"), "{}").expect("it can be written");
    for (name, bytes) in files {
        fs::write(home.path().join("local").join(name), bytes).expect("it can be written");
    }
    #[allow(
        unsafe_code,
        reason = "what was written before is not to be synced in the measured time"
    )]
    // SAFETY: it takes nothing and returns nothing.
    unsafe {
        libc::sync();
    }
    let mut command = command(home.path());
    command.stdout(Stdio::null()).stdin(Stdio::null());
    let began = Instant::now();
    let child = command.spawn().expect("it can be started");
    let (good, peak) = wait(child);
    let time = began.elapsed();
    let left = fs::read_dir(home.path().join("local")).expect("it is there");
    let left = left.filter(|entry| {
        let name = entry.as_ref().expect("it can be read").file_name();
        name.to_string_lossy().ends_with(".v1.count")
    });
    assert!(
        good && left.count() == 0,
        "{:?} did not do its work",
        command.get_program()
    );
    (time, peak)
}

/// Waits for a process. Returns whether it ended well, and how much memory it took at most.
#[allow(
    unsafe_code,
    reason = "the standard library does not tell what a process took"
)]
fn wait(child: std::process::Child) -> (bool, i64) {
    let mut status = 0;
    // SAFETY: of plain numbers all of whose bits may be zero.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let id = libc::pid_t::try_from(child.id()).expect("it fits");
    // SAFETY: both places live until it returns.
    let waited = unsafe { libc::wait4(id, &raw mut status, 0, &raw mut usage) };
    assert_eq!(waited, id, "the process is ours");
    (
        libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0,
        usage.ru_maxrss,
    )
}

fn ours(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gotelemetry"));
    command
        .args(["report", "--now", NOW, "--dir"])
        .arg(directory);
    command
}

fn bare(directory: &Path) -> Command {
    let this = std::env::current_exe().expect("it is known");
    let mut command = Command::new(this);
    command.arg0("bare").arg(BARE).arg(directory);
    command
}

fn gos(directory: &Path) -> Command {
    let toolchains = go::toolchains();
    let driver = toolchains.first().expect("it was there").driver();
    let mut command = Command::new(driver.expect("it was built"));
    command
        .arg("upload")
        .arg(directory)
        .arg("http://127.0.0.1:9");
    command.arg(directory.join("config.json"));
    command.args(["v0.1.0", NOW]);
    command
}

/// What cannot be left out: listing the files, reading and deleting them.
fn list_read_delete(directory: &Path) {
    let mut sum = 0;
    for entry in fs::read_dir(directory.join("local")).expect("it is there") {
        let path = entry.expect("it can be read").path();
        sum += fs::read(&path).expect("it can be read").len();
        fs::remove_file(&path).expect("it can be deleted");
    }
    assert!(sum > 0);
}
