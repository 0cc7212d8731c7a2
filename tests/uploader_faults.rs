//! Uploaders that are killed at any instant, and uploaders one of whose system calls fails: no
//! report is ever there by half, and the next run completes what they began. No command but
//! `upload` and `config fetch` in mode on reaches for a network.
//!
//! `GOTELEMETRY_ROUNDS` is the number of kills, `GOTELEMETRY_SEED` begins the random numbers.

#[cfg(all(target_os = "linux", feature = "net"))]
#[path = "support/ended.rs"]
mod ended;
#[path = "support/processes.rs"]
mod processes;
#[cfg(all(target_os = "linux", feature = "net"))]
#[path = "support/web.rs"]
mod web;

use std::process::ExitCode;

#[cfg(all(target_os = "linux", feature = "net"))]
use processes::support;

#[cfg(all(target_os = "linux", feature = "net"))]
fn main() -> ExitCode {
    faults::main()
}

#[cfg(not(all(target_os = "linux", feature = "net")))]
fn main() -> ExitCode {
    processes::nothing_counts("uploader_faults")
}

#[cfg(all(target_os = "linux", feature = "net"))]
mod faults {
    use std::collections::BTreeMap;
    use std::fs;
    use std::os::unix::process::ExitStatusExt as _;
    use std::path::PathBuf;
    use std::process::{Command, ExitCode, Stdio};
    use std::sync::Mutex;
    use std::thread;
    use std::time::Instant;

    use gotelemetry::report::Report;

    use crate::ended::{Ended, Left};
    use crate::processes;

    /// How many uploaders are watched at the same time.
    const AT_ONCE: usize = 3;

    /// Calls that the heap, the beginning and the end of a process make when they please, and what
    /// asks for nothing that can fail.
    const LEFT_OUT: [&str; 20] = [
        "brk",
        "mmap",
        "munmap",
        "mremap",
        "mprotect",
        "madvise",
        "getpid",
        "prlimit64",
        "fcntl",
        "futex",
        "exit_group",
        "sigaltstack",
        "rt_sigaction",
        "rt_sigprocmask",
        "sched_getaffinity",
        "rseq",
        "set_robust_list",
        "gettid",
        // Tells on a terminal's behalf alone.
        "ioctl",
        // The standard library takes a directory that cannot be closed for a fault of its own.
        "close",
    ];

    /// What a call fails with, if not with EIO.
    const ERRORS: [(&str, &[&str]); 14] = [
        ("open", &["EMFILE", "EACCES"]),
        ("openat", &["EMFILE", "EACCES"]),
        ("write", &["ENOSPC", "EIO"]),
        ("linkat", &["ENOSPC", "EPERM"]),
        ("link", &["ENOSPC", "EPERM"]),
        ("rename", &["ENOSPC", "EIO"]),
        ("unlink", &["EACCES", "EIO"]),
        ("mkdir", &["ENOSPC", "EACCES"]),
        ("socket", &["EMFILE", "EACCES"]),
        ("connect", &["ECONNREFUSED", "ENETUNREACH"]),
        ("sendto", &["ECONNRESET", "EPIPE"]),
        ("recvfrom", &["ECONNRESET", "EIO"]),
        ("flock", &["ENOLCK", "EINTR"]),
        ("getrandom", &["ENOSYS", "EINTR"]),
    ];

    pub(crate) fn main() -> ExitCode {
        processes::run_watched(
            &[],
            [
                ("uploaders_are_killed", uploaders_are_killed),
                ("every_call_fails_once", every_call_fails_once),
                ("many_files_are_reported_without_threads", without_threads),
                (
                    "in_other_modes_than_on_nobody_reaches_for_a_network",
                    nobody_reaches_for_a_network,
                ),
            ],
        )
    }

    fn number(variable: &str, usual: u64) -> u64 {
        let value = std::env::var(variable).ok();
        value.map_or(usual, |value| value.parse().expect("a number"))
    }

    // test[report.place.whole, report.place.order, upload.answer.ok, upload.lock.orphan]
    // test[dir.publish]
    fn uploaders_are_killed() -> Result<String, String> {
        let kills = number("GOTELEMETRY_ROUNDS", 40);
        let mut seed = number("GOTELEMETRY_SEED", 1);
        let whole = {
            let ended = Ended::new();
            let began = Instant::now();
            let output = ended.upload().output().map_err(|error| error.to_string())?;
            ended.completed(&output, &mut Left::default())?;
            began.elapsed()
        };
        let mut left = Left::default();
        for round in 0..kills {
            let ended = Ended::new();
            let mut child = ended
                .upload()
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .map_err(|error| error.to_string())?;
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let share = (seed >> 33) as f64 / f64::from(1_u32 << 31);
            thread::sleep(whole.mul_f64(share * 1.1));
            drop(child.kill());
            let status = child.wait().map_err(|error| error.to_string())?;
            left.killed += u64::from(status.signal() == Some(9));
            ended
                .after_a_fault(&mut left)
                .map_err(|what| format!("round {round}: {what}"))?;
        }
        if kills > 20 && (left.killed < kills / 4 || left.resent + left.orphans == 0) {
            return Err(format!("hardly anything was hit: {left:?}"));
        }
        Ok(format!("{kills} runs, {left:?}"))
    }

    // test[report.place.failed, report.files.again, upload.answer.copy]
    fn every_call_fails_once() -> Result<String, String> {
        let calls = calls()?;
        let mut failures = Vec::new();
        for (call, numbers) in &calls {
            let errors = ERRORS.iter().find(|(name, _)| name == call);
            for error in errors.map_or(&["EIO"][..], |(_, errors)| errors) {
                let inject = |number| format!("inject={call}:error={error}:when={number}");
                failures.extend(numbers.iter().map(inject));
            }
        }
        let next = Mutex::new(failures.iter());
        let work = || {
            let mut left = Left::default();
            loop {
                let next = next.lock().expect("nobody panics with it").next();
                match next {
                    Some(inject) => fails(inject, &mut left)?,
                    None => return Ok(left),
                }
            }
        };
        let done: Vec<Result<Left, String>> = thread::scope(|scope| {
            let started: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
            let joined = started.into_iter().map(|worker| worker.join());
            joined
                .map(|left| left.expect("it does not panic"))
                .collect()
        });
        let left: Vec<Left> = done.into_iter().collect::<Result<_, _>>()?;
        let kinds: Vec<String> = calls
            .iter()
            .map(|(call, numbers)| format!("{} {call}", numbers.len()))
            .collect();
        let tried = failures.len();
        Ok(format!("{tried} failures, {left:?}: {}", kinds.join(", ")))
    }

    /// Where there can be no more threads, files that threads would share are reported all the
    /// same, and reports are sent to an address.
    fn without_threads() -> Result<String, String> {
        let mut made = Vec::new();
        for options in ["trace=clone,clone3", "inject=clone,clone3:error=EAGAIN"] {
            let ended = Ended::new();
            let before = ended.local(".v1.count");
            for path in &before {
                for copy in 0..100 {
                    let copied = path.with_extension(format!("{copy}.v1.count"));
                    fs::copy(path, copied).map_err(|error| error.to_string())?;
                }
            }
            let log = ended.root().join("log");
            let output = traced(&["-e", options], &ended, &log.to_string_lossy())?;
            if output.status.code() != Some(0) || ended.bodies().len() != 3 {
                return Err(format!("{options}: {output:?}"));
            }
            let log = fs::read_to_string(log).map_err(|error| error.to_string())?;
            let [started, refused] = ["= ", "EAGAIN"].map(|what| log.matches(what).count());
            let left = ended.local(".v1.count").len();
            let read = |path: &PathBuf| {
                let text = fs::read(path).expect("it can be read");
                let mut report = Report::parse(&text).expect("it is whole");
                report.x = 0.0;
                (path.file_name().map(ToOwned::to_owned), report)
            };
            let reports: Vec<_> = ended.local(".json").iter().map(read).collect();
            made.push((before.len(), left, reports));
            if (started < 2, refused > 1) != (false, options.starts_with("inject")) {
                return Err(format!("{options}: {log}"));
            }
        }
        match made.as_slice() {
            [(8, 0, reports), others] if reports.len() == 3 && others == &made[0] => {
                Ok("800 count files".to_owned())
            }
            _ => Err(format!("with threads and without: {made:#?}")),
        }
    }

    /// Lets a call of an uploader fail, and makes sure that the next run completes.
    fn fails(inject: &str, left: &mut Left) -> Result<(), String> {
        let ended = Ended::new();
        let output = traced(&["-e", inject], &ended, "/dev/null")?;
        match output.status.code() {
            Some(0 | 1) => {}
            _ => return Err(format!("{inject}: it ended with {output:?}")),
        }
        let after = ended.after_a_fault(left);
        after.map_err(|what| format!("{inject}: {what}"))
    }

    /// Runs an uploader below strace.
    fn traced(options: &[&str], ended: &Ended, log: &str) -> Result<std::process::Output, String> {
        let command = ended.upload();
        let mut watched = Command::new("strace");
        watched
            .args(["-f", "-qq", "-e", "signal=none"])
            .args(options);
        watched.args(["-o", log]).arg(command.get_program());
        let output = watched.args(command.get_args()).env_clear().output();
        output.map_err(|error| error.to_string())
    }

    /// The calls that can be made to fail: of each kind the numbers of those that come once the
    /// uploader has looked at its directory.
    fn calls() -> Result<BTreeMap<String, Vec<usize>>, String> {
        let ended = Ended::new();
        let log = ended.root().join("log");
        let output = traced(&[], &ended, &log.to_string_lossy())?;
        ended.completed(&output, &mut Left::default())?;
        let log = fs::read_to_string(log).map_err(|error| error.to_string())?;
        let place = ended.root().to_string_lossy().into_owned();
        let (mut inside, mut calls, mut numbers) = (false, BTreeMap::new(), BTreeMap::new());
        for line in log.lines() {
            let call = line.split_once(' ').map_or(line, |(_, call)| call.trim());
            let name = call.split('(').next().unwrap_or_default().to_owned();
            let number: &mut usize = numbers.entry(name.clone()).or_default();
            *number += 1;
            inside |= call.contains(&place) && !call.starts_with("execve");
            if inside && !LEFT_OUT.contains(&name.as_str()) && !name.starts_with("<...") {
                let of_kind: &mut Vec<usize> = calls.entry(name).or_default();
                of_kind.push(*number);
            }
        }
        for needed in [
            "connect",
            "linkat",
            "rename",
            "flock",
            "getrandom",
            "unlink",
        ] {
            if !calls.contains_key(needed) {
                return Err(format!("no {needed}: {calls:?}"));
            }
        }
        Ok(calls)
    }

    /// Every command, as it is called where there is something to report and to send.
    const COMMANDS: [&[&str]; 16] = [
        &[],
        &["status"],
        &["env"],
        &["dump"],
        &["csv"],
        &["report"],
        &["upload", "--dry-run"],
        &["upload"],
        &["config", "fetch"],
        &["config", "show", "-"],
        &["help"],
        &["conformance", "--filter", "read/"],
        &["driver"],
        &["clean"],
        &["local"],
        &["off"],
    ];

    // test[upload.mode, config.fetch.when, config.fetch.command, upload.dry.network]
    fn nobody_reaches_for_a_network() -> Result<String, String> {
        let mut watched = 0;
        for mode in ["local", "off"] {
            for words in COMMANDS {
                let ended = Ended::new();
                ended.set_mode(mode);
                let log = ended.root().join("log");
                let mut strace = Command::new("strace");
                strace.args([
                    "-f",
                    "-qq",
                    "-e",
                    "signal=none",
                    "-e",
                    "trace=network",
                    "-o",
                ]);
                strace
                    .arg(&log)
                    .arg(env!("CARGO_BIN_EXE_gotelemetry"))
                    .args(words);
                strace.arg("--dir").arg(ended.root()).stdin(Stdio::null());
                let output = strace.env_clear().output();
                let output = output.map_err(|error| error.to_string())?;
                // None ends before it comes to what it would send or ask for.
                if output.status.code() == Some(2) {
                    return Err(format!("{mode}, {words:?}: {output:?}"));
                }
                let log = fs::read_to_string(log).map_err(|error| error.to_string())?;
                let calls: Vec<&str> = log.lines().filter(|line| !is_pair(line)).collect();
                if !calls.is_empty() || !ended.bodies().is_empty() {
                    return Err(format!("{mode}, {words:?}: {calls:?}"));
                }
                watched += 1;
            }
        }
        // Where it may be done, it is seen.
        let ended = Ended::new();
        let log = ended.root().join("log");
        traced(&["-e", "trace=network"], &ended, &log.to_string_lossy())?;
        let log = fs::read_to_string(log).map_err(|error| error.to_string())?;
        match log.contains("connect(") {
            true => Ok(format!("{watched} calls of commands")),
            false => Err("the upload in mode on was not seen".to_owned()),
        }
    }

    /// Whether a line tells of two ends of a pipe within the machine, as the suite has with its
    /// driver.
    fn is_pair(line: &str) -> bool {
        line.contains("socketpair(AF_UNIX") || line.contains("AF_UNIX") && line.contains("recv")
    }
}
