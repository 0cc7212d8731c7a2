//! System calls that fail, one after the other, once or from then on, while a process opens a file,
//! lets it grow and moves on to the next week's: it goes on to its end, no count is lost, the files
//! are sound, and the next process finds nothing in its way.
//!
//! `strace` lets them fail. Which calls there are is found out from a run in which none fails. What
//! fails before the process begins to count, and while it says in the end what it saw, is left out,
//! and so is memory for the heap, without which a program of Rust ends.
//!
//! In an empty directory each call fails with every error that it can have, once and from then on.
//! In one where files are found, or an empty `weekends`, it does so if `GOTELEMETRY_ROUNDS` is set,
//! and else with one error once, and from then on if files change by it.

#[path = "support/processes.rs"]
mod processes;
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
#[path = "support/two_weeks.rs"]
mod two_weeks;

use std::process::ExitCode;

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
use processes::{role, support, tool};

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
fn main() -> ExitCode {
    processes::main(two_weeks::play, failing::main)
}

#[cfg(any(not(target_os = "linux"), feature = "disabled"))]
fn main() -> ExitCode {
    processes::nothing_counts("injected")
}

/// The process that lets calls of others fail.
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
mod failing {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;
    use std::process::{Command, ExitCode, Output};
    use std::sync::Mutex;
    use std::thread;

    use gotelemetry::dir::TelemetryDir;
    use tempfile::TempDir;

    use crate::processes;
    use crate::role;
    use crate::tool::{self, Sums};

    /// How many processes are watched at the same time.
    const AT_ONCE: usize = 2;

    /// The calls that the heap makes when it pleases, and what asks for nothing that can fail.
    const LEFT_OUT: [&str; 8] = [
        "brk",
        "munmap",
        "mremap",
        "mprotect",
        "madvise",
        "getpid",
        "fcntl",
        "prlimit64",
    ];

    /// What each call can fail with; the first one is what it fails with most.
    const ERRORS: [(&str, &[&str]); 20] = [
        ("open", OPENING),
        ("openat", OPENING),
        ("mkdir", &["ENOSPC", "EACCES", "EROFS", "EIO"]),
        ("mkdirat", &["ENOSPC", "EACCES", "EROFS", "EIO"]),
        ("write", &["ENOSPC", "EIO", "EDQUOT", "EINTR"]),
        ("pwrite64", &["ENOSPC", "EIO", "EDQUOT", "EINTR"]),
        (
            "fallocate",
            &["ENOSPC", "EIO", "EDQUOT", "EOPNOTSUPP", "EINTR"],
        ),
        ("read", &["EIO", "EINTR"]),
        ("pread64", &["EIO", "EINTR"]),
        ("link", &["ENOSPC", "EPERM", "EMLINK", "EIO"]),
        ("linkat", &["ENOSPC", "EPERM", "EMLINK", "EIO"]),
        ("unlink", &["EACCES", "EIO"]),
        ("unlinkat", &["EACCES", "EIO"]),
        ("mmap", &["ENOMEM", "EACCES", "ENODEV"]),
        ("getrandom", &["ENOSYS", "EAGAIN", "EINTR"]),
        ("close", &["EIO", "EINTR"]),
        ("fsync", &["EIO", "ENOSPC"]),
        ("rename", &["EACCES", "ENOSPC", "EIO"]),
        ("getdents64", &["EIO", "ENOENT"]),
        ("clock_nanosleep", &["EINTR"]),
    ];

    const OPENING: &[&str] = &[
        "EMFILE", "ENOSPC", "EACCES", "ENOMEM", "EIO", "ENOENT", "EINTR",
    ];

    /// What calls that look at files can fail with.
    const LOOKING: &[&str] = &["EIO", "ENOMEM", "EACCES", "ENOENT"];

    pub(crate) fn main() -> ExitCode {
        let name = "no_call_that_fails_ends_the_program_loses_a_count_or_blocks_the_next";
        processes::run_watched(
            &["-e", "inject=chdir:error=EIO"],
            [(name, every_call_fails)],
        )
    }

    /// What a process finds.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Found {
        /// No directory.
        Nothing,
        /// The files of another process, with all records that it needs.
        Files,
        /// A `weekends` file in which no day was written.
        EmptyWeekends,
    }

    const ALL_FOUND: [Found; 3] = [Found::Nothing, Found::Files, Found::EmptyWeekends];

    /// A call that is to fail.
    #[derive(Clone, Debug)]
    struct Failure {
        found: Found,
        call: String,
        /// Which one of its kind, from 1 on.
        number: usize,
        error: &'static str,
        /// Whether all later ones of its kind fail as well.
        from_then_on: bool,
    }

    // test[count.add, count.full, count.retry, grow.blocks, open.whole, dir.publish]
    fn every_call_fails() -> Result<String, String> {
        let all = std::env::var_os("GOTELEMETRY_ROUNDS").is_some();
        let (mut failures, mut kinds) = (Vec::new(), Vec::new());
        for found in ALL_FOUND {
            let calls = calls(found)?;
            failures.extend(failures_of(found, &calls, all || found == Found::Nothing)?);
            let of_kind = |(name, at): (&String, &Vec<usize>)| format!("{} {name}", at.len());
            let calls: Vec<String> = calls.iter().map(of_kind).collect();
            kinds.push(format!("{found:?}: {}", calls.join(", ")));
        }
        let (next, seen) = (Mutex::new(failures.iter()), Mutex::new(Seen::default()));
        let work = || {
            let next = || next.lock().map(|mut failures| failures.next());
            while let Ok(Some(failure)) = next() {
                let waited = fails(failure);
                let mut seen = seen.lock().expect("no thread panics while it holds it");
                seen.tried += 1;
                seen.waited += usize::from(waited.as_ref().is_ok_and(|waited| *waited > 0));
                seen.faults
                    .extend(waited.err().map(|what| format!("{failure:?}: {what}")));
            }
        };
        thread::scope(|scope| (0..AT_ONCE).for_each(|_| drop(scope.spawn(work))));
        let seen = seen.into_inner().map_err(|_| "a thread panicked")?;
        if !seen.faults.is_empty() {
            return Err(seen.faults.join("\n"));
        }
        Ok(format!(
            "{} times a call failed; in {} runs counts waited to the end, and in none was one \
             lost\n    {}",
            seen.tried,
            seen.waited,
            kinds.join("\n    ")
        ))
    }

    #[derive(Default)]
    struct Seen {
        tried: usize,
        /// Runs in whose end counts waited.
        waited: usize,
        faults: Vec<String>,
    }

    /// The failures to try, for the calls that there are.
    fn failures_of(
        found: Found,
        calls: &BTreeMap<String, Vec<usize>>,
        all: bool,
    ) -> Result<Vec<Failure>, String> {
        let mut failures = Vec::new();
        for (call, numbers) in calls {
            let errors = match call.as_str() {
                "stat" | "fstat" | "lstat" | "statx" | "newfstatat" => LOOKING,
                _ => {
                    let known = ERRORS.iter().find(|(name, _)| name == call);
                    known
                        .ok_or_else(|| format!("what can {call} fail with?"))?
                        .1
                }
            };
            let changes = [
                "write",
                "pwrite64",
                "fallocate",
                "link",
                "linkat",
                "mmap",
                "openat",
            ];
            for number in numbers {
                for (at, error) in errors.iter().enumerate() {
                    for from_then_on in [false, true] {
                        // Nobody is interrupted for ever.
                        let possible = !(from_then_on && *error == "EINTR");
                        let usual = at == 0 && (!from_then_on || changes.contains(&call.as_str()));
                        if possible && (all || usual) {
                            failures.push(Failure {
                                found,
                                call: call.clone(),
                                number: *number,
                                error,
                                from_then_on,
                            });
                        }
                    }
                }
            }
        }
        Ok(failures)
    }

    /// A directory in which a process finds this.
    fn home(found: Found) -> Result<(TempDir, TelemetryDir), String> {
        let told = |error: std::io::Error| error.to_string();
        let home = TempDir::new().map_err(told)?;
        let dir = TelemetryDir::at(home.path().join("telemetry"));
        match found {
            Found::Nothing => {}
            Found::Files => drop(counted_by_another(&dir)?),
            Found::EmptyWeekends => {
                fs::create_dir_all(dir.local()).map_err(told)?;
                fs::write(dir.weekends_file(), "").map_err(told)?;
            }
        }
        Ok((home, dir))
    }

    /// What a process adds for which nothing fails; all of it gets into files.
    fn counted_by_another(dir: &TelemetryDir) -> Result<Sums, String> {
        let mut command = role::command(&[&dir.root().to_string_lossy()])?;
        let said = said(&command.output().map_err(|error| error.to_string())?)?;
        match said.refused as u64 + said.waiting {
            0 => Ok(said.added),
            _ => Err(format!(
                "counts wait though nothing fails: {}",
                said.waiting
            )),
        }
    }

    /// Runs the role below strace.
    fn traced(options: &[&str], log: &Path, dir: &TelemetryDir) -> Result<Output, String> {
        let command = role::command(&[&dir.root().to_string_lossy()])?;
        let mut watched = Command::new("strace");
        watched
            .args(["-f", "-qq", "-e", "signal=none"])
            .args(options);
        watched.arg("-o").arg(log).arg(command.get_program());
        let output = watched.args(command.get_args()).env_clear().output();
        output.map_err(|error| error.to_string())
    }

    /// The calls that can be made to fail, each kind with the numbers of those between the marks.
    fn calls(found: Found) -> Result<BTreeMap<String, Vec<usize>>, String> {
        let (home, dir) = home(found)?;
        let log = home.path().join("log");
        let output = traced(&[], &log, &dir)?;
        let added = said(&output)?;
        if added.waiting != 0 {
            return Err("counts wait though nothing failed".to_owned());
        }
        let log = fs::read_to_string(log).map_err(|error| error.to_string())?;
        let (mut inside, mut calls, mut numbers) = (false, BTreeMap::new(), BTreeMap::new());
        for line in log.lines() {
            let call = line.split_once(' ').map_or(line, |(_, call)| call.trim());
            let name = call.split('(').next().unwrap_or_default().to_owned();
            let number: &mut usize = numbers.entry(name.clone()).or_default();
            *number += 1;
            if call.contains("/mark/") {
                inside = call.contains("/mark/begin");
                continue;
            }
            let of_heap = LEFT_OUT.contains(&name.as_str()) || call.contains("MAP_ANONYMOUS");
            if inside && !of_heap {
                let of_kind: &mut Vec<usize> = calls.entry(name).or_default();
                of_kind.push(*number);
            }
        }
        for needed in ["mmap", "fallocate", "pwrite64", "write", "linkat"] {
            let made = calls.get(needed).is_some_and(|of_kind| of_kind.len() > 1);
            if !made && (found == Found::Nothing || needed == "mmap") {
                return Err(format!("too few of {needed}: {calls:?}"));
            }
        }
        Ok(calls)
    }

    /// What a process said in its end.
    struct Said {
        /// What it added.
        added: Sums,
        /// What of it got into a file at once, as it was told.
        counted: Sums,
        /// How many additions it was told of that had to wait.
        refused: usize,
        waiting: u64,
    }

    /// What the process said, which has to have come to a good end.
    fn said(output: &Output) -> Result<Said, String> {
        let complaints = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() || !complaints.is_empty() {
            return Err(format!("it ended with {}\n{complaints}", output.status));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let lines = |word: &str| -> Vec<String> {
            let lines = text.lines().filter_map(|line| line.strip_prefix(word));
            lines.map(str::to_owned).collect()
        };
        let waiting = lines("waiting ");
        let [waiting] = waiting.as_slice() else {
            return Err(format!("it did not say what waits: {text}"));
        };
        let counted = tool::from_lines(&lines("counted "))?;
        let refused = lines("refused ");
        let mut added = tool::from_lines(&lines("added "))?;
        tool::merge(&mut added, tool::from_lines(&refused)?);
        tool::merge(&mut added, counted.clone());
        Ok(Said {
            added,
            counted,
            refused: refused.len(),
            waiting: waiting.parse().map_err(|_| "no number")?,
        })
    }

    /// What the files say; nothing if there are none.
    fn sums(dir: &TelemetryDir) -> Result<Sums, String> {
        match dir.local().exists() {
            true => tool::sums(dir),
            false => Ok(Sums::new()),
        }
    }

    /// Lets a call fail, checks what the process did, and lets another one count. Returns how much
    /// waited in the end.
    fn fails(failure: &Failure) -> Result<u64, String> {
        let (home, dir) = home(failure.found)?;
        let before = sums(&dir)?;
        let said = said(&traced_failing(failure, &home.path().join("log"), &dir)?)?;
        if said.waiting > 0 && !failure.from_then_on {
            return Err(format!(
                "{} wait though nothing fails any more",
                said.waiting
            ));
        }
        // What is interrupted is done again.
        if said.refused > 0 && failure.error == "EINTR" {
            return Err(format!("{} additions had to wait", said.refused));
        }
        let after = sums(&dir)?;
        let of = |sums: &Sums, name| sums.get(name).copied().unwrap_or(0);
        let (mut counted, mut added) = (0, 0);
        for name in said
            .added
            .keys()
            .chain(after.keys())
            .collect::<BTreeSet<_>>()
        {
            let of_name = of(&after, name).checked_sub(of(&before, name));
            let of_name = of_name.ok_or_else(|| format!("{name:.40}: what was there is lost"))?;
            let (least, most) = (of(&said.counted, name), of(&said.added, name));
            if !(least..=most).contains(&of_name) {
                return Err(format!(
                    "{name:.40}: {of_name} is counted, {least} was acknowledged, {most} was added"
                ));
            }
            counted += of_name;
            added += most;
        }
        if counted + said.waiting != added {
            let waiting = said.waiting;
            return Err(format!(
                "{counted} are counted and {waiting} wait of {added} added"
            ));
        }
        let mut expected = after;
        let next = counted_by_another(&dir).map_err(|what| format!("the next process: {what}"))?;
        tool::merge(&mut expected, next);
        tool::same(&expected, &sums(&dir)?).map_err(|what| format!("the next process: {what}"))?;
        Ok(said.waiting)
    }

    /// Runs the role and lets a call fail.
    fn traced_failing(failure: &Failure, log: &Path, dir: &TelemetryDir) -> Result<Output, String> {
        let Failure {
            call,
            number,
            error,
            from_then_on,
            ..
        } = failure;
        let on = if *from_then_on { "+" } else { "" };
        let trace = format!("trace={call}");
        let inject = format!("inject={call}:error={error}:when={number}{on}");
        let output = traced(&["-e", &trace, "-e", &inject], log, dir)?;
        let calls = fs::read_to_string(log).map_err(|error| error.to_string())?;
        match calls.contains("(INJECTED)") {
            true => Ok(output),
            false => Err(format!("nothing failed\n{calls}")),
        }
    }
}
