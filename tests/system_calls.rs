//! What counting asks of the system: no network, no thread, no process, and nothing at all once a
//! counter is attached; and how files come into place and grow. `strace` watches.

#[path = "support/processes.rs"]
mod processes;

use std::process::ExitCode;

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
use processes::{role, support, tool};

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
fn main() -> ExitCode {
    processes::main(watched::play, watching::main)
}

#[cfg(any(not(target_os = "linux"), feature = "disabled"))]
fn main() -> ExitCode {
    processes::nothing_counts("system_calls")
}

/// The process that has others watched.
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
mod watching {
    use std::path::Path;
    use std::process::{Command, ExitCode};

    use gotelemetry::dir::TelemetryDir;
    use tempfile::TempDir;

    use crate::processes;
    use crate::role;
    use crate::support::raw::{self, Raw};

    type Fact = fn() -> Result<String, String>;

    const FACTS: [(&str, Fact); 9] = [
        (
            "count_opens_no_socket_and_starts_nothing",
            count_starts_nothing,
        ),
        (
            "a_recorder_that_grows_and_rotates_opens_no_socket_and_starts_nothing",
            a_recorder_starts_nothing,
        ),
        (
            "an_attached_counter_asks_nothing_of_the_system",
            an_attached_counter_asks_nothing,
        ),
        (
            "opening_and_counting_once_asks_for_files_alone",
            opening_and_counting_once_asks_for_files_alone,
        ),
        (
            "the_mode_is_written_aside_synced_and_renamed",
            the_mode_is_written_aside_synced_and_renamed,
        ),
        (
            "new_files_are_written_aside_and_linked_the_weekday_first",
            new_files_are_written_aside_and_linked,
        ),
        (
            "reports_are_written_and_synced_before_they_get_their_names",
            reports_are_written_and_synced,
        ),
        (
            "a_file_grows_by_four_zero_bytes_behind_its_blocks",
            a_file_grows_by_four_zero_bytes,
        ),
        (
            "where_blocks_cannot_be_had_beforehand_a_file_grows_without",
            a_file_grows_without_blocks,
        ),
    ];

    /// What a thread, a process, or another machine is reached with.
    const FORBIDDEN: &str = "trace=network,clone,clone3,fork,vfork";

    /// The calls by which a count file is found and mapped; C libraries and processors differ in
    /// what they call an open file's state.
    const TO_USE: [&str; 13] = [
        "open",
        "openat",
        "statx",
        "fstat",
        "newfstatat",
        "read",
        "pread64",
        "mmap",
        "fallocate",
        "close",
        "getpid",
        "getrandom",
        // Asked by debug builds of the standard library before they close.
        "fcntl",
    ];

    /// The calls by which a count file and the day on which weeks end come to be.
    const TO_MAKE: [&str; 8] = [
        "mkdir",
        "mkdirat",
        "prlimit64",
        "write",
        "link",
        "linkat",
        "unlink",
        "unlinkat",
    ];

    /// The calls that the heap makes when it pleases.
    const HEAP: [&str; 5] = ["brk", "munmap", "mremap", "mprotect", "madvise"];

    pub(crate) fn main() -> ExitCode {
        processes::run_watched(&[], FACTS)
    }

    /// Runs `command` to its good end below strace with these options, and returns the calls.
    fn calls(options: &[&str], command: &Command) -> Result<Vec<String>, String> {
        let home = TempDir::new().map_err(|error| error.to_string())?;
        let log = home.path().join("log");
        let mut watched = Command::new("strace");
        // Signals and exits are no calls.
        watched
            .args(["-f", "-qq", "-e", "signal=none"])
            .args(options);
        watched.arg("-o").arg(&log).arg(command.get_program());
        let output = watched.args(command.get_args()).output();
        let output = output.map_err(|error| error.to_string())?;
        if !output.status.success() || !output.stderr.is_empty() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("it ended with {}\n{said}", output.status));
        }
        let log = std::fs::read_to_string(log).map_err(|error| error.to_string())?;
        // Each line begins with the process.
        let call = |line: &str| line.split_once(' ').map(|(_, call)| call.trim().to_owned());
        Ok(log.lines().filter_map(call).collect())
    }

    fn role(name: &str, dir: &Path) -> Result<Command, String> {
        role::command(&[name, &dir.to_string_lossy()])
    }

    fn home() -> Result<(TempDir, TelemetryDir), String> {
        let home = TempDir::new().map_err(|error| error.to_string())?;
        let dir = TelemetryDir::at(home.path());
        Ok((home, dir))
    }

    fn counted(dir: &TelemetryDir) -> Result<usize, String> {
        let files = dir.count_files().map_err(|error| error.to_string())?;
        let mut len = 0;
        for file in &files {
            let meta = std::fs::metadata(file).map_err(|error| error.to_string())?;
            len += meta.len() as usize;
        }
        Ok(len)
    }

    fn none(calls: &[String]) -> Result<(), String> {
        match calls {
            [] => Ok(()),
            calls => Err(format!("it called\n{}", calls.join("\n"))),
        }
    }

    /// The program, to count names that need several pages.
    fn count(dir: &TelemetryDir) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gotelemetry"));
        command.args(["count", "--program", "example.com/tool", "--dir"]);
        command.arg(dir.root());
        command.args((0..500).map(|number| format!("name/{number}-{}", "x".repeat(100))));
        command
    }

    fn count_starts_nothing() -> Result<String, String> {
        let (_home, dir) = home()?;
        none(&calls(&["-e", FORBIDDEN], &count(&dir))?)?;
        let len = counted(&dir)?;
        match len > 4 * 16384 {
            true => Ok(format!("{len} bytes of counters, no such call")),
            false => Err(format!("the file did not grow: {len} bytes")),
        }
    }

    fn a_recorder_starts_nothing() -> Result<String, String> {
        let (_home, dir) = home()?;
        none(&calls(&["-e", FORBIDDEN], &role("rotate", dir.root())?)?)?;
        let files = dir.count_files().map_err(|error| error.to_string())?;
        match (files.len(), counted(&dir)?) {
            (2, len) if len > 5 * 16384 => Ok(format!("2 files of {len} bytes, no such call")),
            other => Err(format!("it did not grow and rotate: {other:?}")),
        }
    }

    /// The calls between the two marks that the process makes.
    fn between_marks(calls: &[String]) -> Result<&[String], String> {
        let at = |mark: &str| calls.iter().position(|call| call.contains(mark));
        match (at("/mark/begin"), at("/mark/end")) {
            (Some(begin), Some(end)) if begin < end => Ok(&calls[begin + 1..end]),
            _ => Err(format!("no marks among {} calls", calls.len())),
        }
    }

    fn an_attached_counter_asks_nothing() -> Result<String, String> {
        let (_home, dir) = home()?;
        let calls = calls(&[], &role("add", dir.root())?)?;
        none(between_marks(&calls)?)?;
        Ok(format!("a million additions, 0 of {} calls", calls.len()))
    }

    fn opening_and_counting_once_asks_for_files_alone() -> Result<String, String> {
        let mut notes = Vec::new();
        let (_home, dir) = home()?;
        for file in ["made", "found"] {
            let calls = calls(&[], &role("open", dir.root())?)?;
            let calls = between_marks(&calls)?;
            let names: Vec<&str> = calls.iter().map(|call| name(call)).collect();
            let known = |name: &&&str| {
                TO_USE.contains(name)
                    || HEAP.contains(name)
                    || file == "made" && TO_MAKE.contains(name)
            };
            if let Some(other) = names.iter().find(|name| !known(name)) {
                return Err(format!("{other} is called\n{}", calls.join("\n")));
            }
            let heap = |name: &&&str| !HEAP.contains(*name);
            let names: Vec<&str> = names.iter().filter(heap).copied().collect();
            // Without these the file was neither mapped nor given its blocks.
            for needed in ["mmap", "fallocate"] {
                if !names.contains(&needed) {
                    return Err(format!("no {needed}\n{}", calls.join("\n")));
                }
            }
            all_inside(calls, dir.root())?;
            notes.push(format!(
                "{} calls, file {file}: {}",
                names.len(),
                names.join(" ")
            ));
        }
        Ok(notes.join("\n    "))
    }

    /// An error unless there are calls in this order of which each holds all words of a step, and
    /// no file is made that is not aside.
    fn in_order(calls: &[String], steps: &[&[&str]]) -> Result<String, String> {
        let mut left = calls.iter();
        for step in steps {
            let is_it = |call: &&String| step.iter().all(|word| call.contains(word));
            let said = || format!("no {step:?} in its place\n{}", calls.join("\n"));
            left.find(is_it).ok_or_else(said)?;
        }
        let made = calls.iter().filter(|call| call.contains("O_CREAT"));
        let aside = |call: &&String| call.contains("/.") && call.contains(".tmp\", ");
        match made.clone().find(|call| !aside(call)) {
            Some(call) => Err(format!("{call} is not aside")),
            None => Ok(format!("{} files were made aside", made.count())),
        }
    }

    /// The calls that change files or their names.
    const CHANGES: &str = "trace=open,openat,creat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,\
         link,linkat,mkdir,mkdirat,truncate,ftruncate,fallocate";

    // test[dir.publish]
    fn the_mode_is_written_aside_synced_and_renamed() -> Result<String, String> {
        let (_home, dir) = home()?;
        let dir = TelemetryDir::at(dir.root().join("made"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_gotelemetry"));
        command.args(["off", "--now", "2026-11-21", "--dir"]);
        command.arg(dir.root());
        let aside = "/.mode.";
        let steps: [&[&str]; 5] = [
            &["mkdir", "made", "0755"],
            &["open", aside, ".tmp\"", "O_CREAT|O_EXCL", "0644"],
            &["write(", "\"off 2026-11-21\", 14)"],
            &["sync("],
            &["rename", aside, ".tmp\"", "/made/mode\""],
        ];
        in_order(&calls(&["-e", CHANGES], &command)?, &steps)
    }

    // test[dir.publish, open.whole, week.weekends.create]
    fn new_files_are_written_aside_and_linked() -> Result<String, String> {
        let (_home, dir) = home()?;
        let (weekends, tool) = ("/local/.weekends.", "/local/.tool-devel-");
        let steps: [&[&str]; 7] = [
            &["mkdir", "/local\"", "0755"],
            &["open", weekends, ".tmp\"", "O_CREAT|O_EXCL", "0644"],
            &["write(", "\\n\", 2)"],
            &["link", weekends, ".tmp\"", "/local/weekends\""],
            &["open", tool, ".tmp\"", "O_CREAT|O_EXCL", "0644"],
            &["write(", "# telemetry/counter file v1", ", 16384)"],
            &["link", tool, ".tmp\"", "/local/tool-devel-", ".v1.count\""],
        ];
        in_order(&calls(&["-e", CHANGES], &count(&dir))?, &steps)
    }

    // test[dir.publish, report.place.whole, report.place.link, report.place.order]
    // test[report.place.delete]
    fn reports_are_written_and_synced() -> Result<String, String> {
        let (home, dir) = home()?;
        let told = |error: std::io::Error| error.to_string();
        std::fs::create_dir(dir.local()).map_err(told)?;
        let mut file = Raw::new(&raw::sample_meta());
        file.add(b"n", 1);
        std::fs::write(dir.local().join("a.v1.count"), file.into_bytes()).map_err(told)?;
        std::fs::write(dir.mode_file(), "on 2026-11-01").map_err(told)?;
        let config = home.path().join("config.json");
        std::fs::write(&config, "{}").map_err(told)?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_gotelemetry"));
        command.args(["report", "--now", "2026-11-26", "--config"]);
        command.arg(&config).arg("--dir").arg(dir.root());
        let (local, ready) = ("/local/.local.2026-11-25.json.", "/local/.2026-11-25.json.");
        let steps: [&[&str]; 9] = [
            &["open", local, ".tmp\"", "O_CREAT|O_EXCL", "0644"],
            &["write(", "Week"],
            &["sync("],
            &["open", ready, ".tmp\"", "O_CREAT|O_EXCL", "0644"],
            &["write(", "Week"],
            &["sync("],
            &["link", local, ".tmp\"", "/local/local.2026-11-25.json\""],
            &["link", ready, ".tmp\"", "/local/2026-11-25.json\""],
            &["unlink", "/local/a.v1.count\""],
        ];
        let traced = format!("{CHANGES},unlink,unlinkat");
        let mut calls = calls(&["-e", &traced], &command)?;
        // The lock holds nothing.
        calls.retain(|call| !call.contains("/local/upload.lock\""));
        in_order(&calls, &steps)
    }

    // test[grow.blocks, grow.extend]
    fn a_file_grows_by_four_zero_bytes() -> Result<String, String> {
        let (_home, dir) = home()?;
        let calls = calls(&["-e", CHANGES], &count(&dir))?;
        // What stands behind the last comma of a call's arguments.
        let last = |call: &str| -> Option<u64> {
            let arguments = call.rsplit_once(')')?.0;
            arguments.rsplit_once(", ")?.1.parse().ok()
        };
        let (mut size, mut blocks, mut grown) = (16384, 0, 0);
        for call in &calls {
            if call.contains("truncate(") {
                return Err(format!("{call} sets the length"));
            }
            if call.starts_with("fallocate(") {
                let of_page = format!("FALLOC_FL_KEEP_SIZE, {blocks}, 16384)");
                blocks += 16384;
                if !call.contains(&of_page) {
                    return Err(format!("{call} is not {of_page}"));
                }
            }
            if call.starts_with("pwrite64(") {
                let end = last(call).unwrap_or_default() + 4;
                size += 16384;
                grown += 1;
                if !call.contains("\"\\0\\0\\0\\0\", 4, ") || end != size || blocks != size {
                    return Err(format!("{call} where {blocks} bytes have blocks"));
                }
            }
        }
        match counted(&dir)? as u64 {
            len if len == size && grown > 3 => Ok(format!("it grew {grown} times to {len} bytes")),
            len => Err(format!("{len} bytes, and it grew {grown} times")),
        }
    }

    // test[grow.blocks]
    fn a_file_grows_without_blocks() -> Result<String, String> {
        for error in ["EOPNOTSUPP", "ENOSYS"] {
            let (_home, dir) = home()?;
            let inject = format!("inject=fallocate:error={error}");
            calls(&["-e", &inject], &count(&dir))?;
            match counted(&dir)? {
                81920 => {}
                len => return Err(format!("{error}: {len} bytes")),
            }
        }
        Ok("all was counted".to_owned())
    }

    fn name(call: &str) -> &str {
        call.split('(').next().unwrap_or_default()
    }

    /// An error if a call names a path that does not lie in `dir`.
    fn all_inside(calls: &[String], dir: &Path) -> Result<(), String> {
        for call in calls {
            let path = call.split('"').nth(1).filter(|path| path.starts_with('/'));
            if path.is_some_and(|path| !Path::new(path).starts_with(dir)) {
                return Err(format!("{call} is outside {}", dir.display()));
            }
        }
        Ok(())
    }
}

/// The processes that are watched.
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
mod watched {
    use std::process::ExitCode;

    use gotelemetry::dir::TelemetryDir;
    use gotelemetry::format::date::Time;
    use gotelemetry::system;

    use crate::tool;

    pub(crate) fn play(words: &[String]) -> ExitCode {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["rotate", dir] => rotate(&TelemetryDir::at(dir)),
            ["add", dir] => add(&TelemetryDir::at(dir)),
            ["open", dir] => open(&TelemetryDir::at(dir)),
            _ => return ExitCode::FAILURE,
        }
        ExitCode::SUCCESS
    }

    /// Makes a call that the watcher recognises.
    fn mark(name: &str) {
        let _ = std::fs::metadata(format!("/mark/{name}"));
    }

    fn rotate(dir: &TelemetryDir) {
        let recorder = tool::recorder();
        let now = system::now();
        tool::open_at(recorder, dir, now).expect("it can be opened");
        for number in 0..500 {
            let name = format!("name/{number}-{}", "x".repeat(100));
            recorder.add(name.as_bytes(), 1).expect("there is room");
            tool::counter(&format!("counter/{number}"), recorder).inc();
        }
        let week = 7 * 86_400;
        let rotated = recorder.rotate(Time::from_unix(now.unix() + week));
        assert!(rotated.expect("it can rotate"));
    }

    fn add(dir: &TelemetryDir) {
        let recorder = tool::recorder();
        tool::open(recorder, dir).expect("it can be opened");
        let counter = tool::counter("runs", recorder);
        counter.inc();
        mark("begin");
        (0..1_000_000).for_each(|_| counter.inc());
        mark("end");
        assert_eq!(counter.read().expect("it can be read"), 1_000_001);
    }

    fn open(dir: &TelemetryDir) {
        let recorder = tool::recorder();
        let counter = tool::counter("runs", recorder);
        mark("begin");
        let opened = tool::open(recorder, dir);
        counter.inc();
        mark("end");
        opened.expect("it can be opened");
    }
}
