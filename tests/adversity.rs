//! What a host program, its user or a neighbour does to a program that counts: descriptors closed
//! under it, limits on files, files that are not what they seem. It goes on, and nothing that is
//! not its own is touched.

#![cfg_attr(
    all(target_os = "linux", not(feature = "disabled")),
    allow(
        unsafe_code,
        reason = "closing the descriptors of others is no safe function"
    )
)]
#[path = "support/processes.rs"]
mod processes;

use std::process::ExitCode;

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
use processes::{role, support, tool};

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
fn main() -> ExitCode {
    processes::main(roles::play, || processes::run(facts::FACTS))
}

#[cfg(any(not(target_os = "linux"), feature = "disabled"))]
fn main() -> ExitCode {
    processes::nothing_counts("adversity")
}

/// Who may do what with a file, in octal.
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
fn permissions(path: &std::path::Path) -> std::io::Result<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path)?.permissions().mode();
    Ok(format!("{:o}", mode & 0o777))
}

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
mod facts {
    use std::fs;
    use std::os::unix::fs::FileExt as _;
    use std::process::Command;
    use std::thread;

    use gotelemetry::dir::TelemetryDir;
    use gotelemetry::format::parse;
    use gotelemetry::recorder::{Closed, Trouble};
    use gotelemetry::system;
    use tempfile::TempDir;

    use crate::role::{self, Role};
    use crate::tool;

    type Fact = fn() -> Result<String, String>;

    pub(crate) const FACTS: [(&str, Fact); 11] = [
        (
            "a_closed_descriptor_that_became_another_file_is_not_used",
            closed_descriptors,
        ),
        ("a_limit_on_the_size_of_files_lets_counts_wait", size_limit),
        (
            "nobody_else_may_write_what_is_made_without_a_umask",
            no_umask,
        ),
        ("a_short_file_of_another_kind_is_left_alone", short_file),
        ("a_directory_that_was_moved_away_is_noticed", moved_away),
        (
            "a_damaged_file_is_looked_at_again_when_the_program_rotates",
            damaged,
        ),
        ("a_link_that_leads_nowhere_is_no_file", dangling_link),
        (
            "a_mode_that_cannot_be_read_is_not_taken_for_local",
            unreadable_mode,
        ),
        (
            "no_file_stays_open_once_the_mode_was_found_off",
            off_while_opening,
        ),
        ("threads_that_race_keep_one_file_open", race),
        ("turning_the_mode_off_and_on_keeps_one_file_open", toggled),
    ];

    fn told(error: impl std::fmt::Display) -> String {
        error.to_string()
    }

    fn home() -> Result<(TempDir, TelemetryDir), String> {
        let home = TempDir::new().map_err(told)?;
        let dir = TelemetryDir::at(home.path().join("telemetry"));
        Ok((home, dir))
    }

    /// An error unless `seen` is what is expected.
    fn same<T: PartialEq + std::fmt::Debug>(seen: T, expected: T) -> Result<(), String> {
        match seen == expected {
            true => Ok(()),
            false => Err(format!("{seen:?} instead of {expected:?}")),
        }
    }

    /// Lets a role count below `home` in a shell that has done `before`.
    fn play(before: &str, role: &str, dir: &TelemetryDir) -> Result<Vec<String>, String> {
        let words = role::command(&[role, &dir.root().to_string_lossy()])?;
        let mut shell = Command::new("sh");
        shell.env_clear();
        shell.args(["-c", &format!("{before} exec \"$@\""), "sh"]);
        shell.arg(words.get_program()).args(words.get_args());
        Role::of(shell)?.end()
    }

    // test[file.descriptor]
    fn closed_descriptors() -> Result<String, String> {
        let (_home, dir) = home()?;
        let said = play("", "close", &dir)?;
        same(
            fs::read(dir.root().join("database")).map_err(told)?,
            b"mine".to_vec(),
        )?;
        let sums = tool::sums(&dir)?;
        same(sums.len(), 2001)?;
        same(sums.values().all(|count| *count == 1), true)?;
        Ok(said.join(", "))
    }

    // test[file.limit]
    fn size_limit() -> Result<String, String> {
        let (_home, dir) = home()?;
        // In blocks of 512 bytes: too small for a file, and enough for one page.
        let none = play("ulimit -f 8;", "limited", &dir)?;
        same(none, vec!["2000 wait".to_owned()])?;
        let one = play("ulimit -f 32;", "limited", &dir)?;
        let in_file: u64 = tool::sums(&dir)?.values().sum();
        same(one, vec![format!("{} wait", 2000 - in_file)])?;
        same(in_file > 100, true)?;
        Ok(format!("{in_file} of 2000 names fitted below the limit"))
    }

    // test[dir.publish]
    fn no_umask() -> Result<String, String> {
        let (_home, dir) = home()?;
        play("umask 0;", "limited", &dir)?;
        let mut seen = Vec::new();
        let file = dir.count_files().map_err(told)?.remove(0);
        for path in [dir.root(), &dir.local(), &dir.weekends_file(), &file] {
            seen.push(crate::permissions(path).map_err(told)?);
        }
        seen.extend(play("umask 0;", "locking", &dir)?);
        same(seen.join(" "), "755 755 644 644 600 644 644".to_owned())?;
        Ok(seen.join(" "))
    }

    // test[open.wait]
    fn short_file() -> Result<String, String> {
        let (_home, dir) = home()?;
        let recorder = tool::recorder();
        tool::open(recorder, &dir).map_err(told)?;
        let path = recorder.path().ok_or("it is open")?.to_owned();
        fs::remove_file(&path).map_err(told)?;
        fs::write(&path, "dear diary").map_err(told)?;
        let other = tool::recorder();
        tool::open(other, &dir).map_err(told)?;
        other.add(b"runs", 1).map_err(told)?;
        same(fs::read(&path).map_err(told)?, b"dear diary".to_vec())?;
        same(other.read(b"runs").map_err(told)?, 1)?;
        same(other.path() == Some(&path), false)?;
        Ok("it was counted under the second name".to_owned())
    }

    // test[file.deleted]
    fn moved_away() -> Result<String, String> {
        let (home, dir) = home()?;
        let recorder = tool::recorder();
        tool::open(recorder, &dir).map_err(told)?;
        let counter = tool::counter("runs", recorder);
        counter.inc();
        let trash = TelemetryDir::at(home.path().join("trash"));
        fs::rename(dir.root(), trash.root()).map_err(told)?;
        same(recorder.rotate(system::now()).map_err(told)?, true)?;
        counter.add(2);
        same(tool::sums(&trash)?["runs"], 1)?;
        same(tool::sums(&dir)?["runs"], 2)?;
        Ok("it was counted in a new directory".to_owned())
    }

    // test[count.corrupt, count.retry]
    fn damaged() -> Result<String, String> {
        let (_home, dir) = home()?;
        let recorder = tool::recorder();
        tool::open(recorder, &dir).map_err(told)?;
        recorder.add(b"runs", 1).map_err(told)?;
        let path = recorder.path().ok_or("it is open")?;
        let sound = fs::read(path).map_err(told)?;
        let record = parse(&sound).map_err(told)?.records().next();
        let offset = record.ok_or("there is a record")?.offset;
        let limit_off = u32::from_ne_bytes(sound[28..32].try_into().map_err(told)?);
        let file = fs::File::options().write(true).open(path).map_err(told)?;
        let write = |word: u32, at: u32| file.write_all_at(&word.to_ne_bytes(), u64::from(at));
        write(offset, limit_off).map_err(told)?;
        let refused = |name: &[u8]| match recorder.add(name, 1) {
            Err(Closed::Record { trouble, .. }) => matches!(trouble, Trouble::Corrupt { .. }),
            _ => false,
        };
        same(refused(b"runs"), true)?;
        // The damage is gone, and nobody looks before the program rotates.
        file.write_all_at(&sound, 0).map_err(told)?;
        same(refused(b"more"), true)?;
        same(recorder.waiting(), 2)?;
        recorder.rotate(system::now()).map_err(told)?;
        same(recorder.waiting(), 0)?;
        same(tool::sums(&dir)?.into_values().sum::<u64>(), 3)?;
        Ok("what waited was counted".to_owned())
    }

    // test[open.file]
    fn dangling_link() -> Result<String, String> {
        let (_home, dir) = home()?;
        let recorder = tool::recorder();
        tool::open(recorder, &dir).map_err(told)?;
        let path = recorder.path().ok_or("it is open")?.to_owned();
        fs::remove_file(&path).map_err(told)?;
        std::os::unix::fs::symlink(dir.root().join("nowhere"), &path).map_err(told)?;
        let other = tool::recorder();
        let reason = tool::open(other, &dir).expect_err("there is no file");
        let reason = reason.to_string();
        same(reason.ends_with("[dir.files]"), true)?;
        same(dir.root().join("nowhere").exists(), false)?;
        Ok(reason)
    }

    // test[mode.unreadable]
    fn unreadable_mode() -> Result<String, String> {
        let (_home, dir) = home()?;
        fs::create_dir(dir.root()).map_err(told)?;
        fs::write(dir.mode_file(), "off").map_err(told)?;
        let said = play("ulimit -n 20;", "without descriptors", &dir)?;
        let names = fs::read_dir(dir.root()).map_err(told)?.count();
        same(names, 1)?;
        same(said.len(), 2)?;
        same(said[0].contains("mode: cannot read"), true)?;
        same(
            said[1].as_str(),
            "the mode is off: nothing is counted; 0 wait",
        )?;
        Ok(said.join("; then "))
    }

    fn off_while_opening() -> Result<String, String> {
        let mut raced = 0;
        for _ in 0..1000 {
            let (_home, dir) = home()?;
            fs::create_dir(dir.root()).map_err(told)?;
            let recorder = tool::recorder();
            let opened = thread::scope(|scope| {
                let opening: Vec<_> = (0..2)
                    .map(|_| scope.spawn(|| tool::open(recorder, &dir).is_ok()))
                    .collect();
                scope.spawn(|| {
                    fs::write(dir.mode_file(), "off").expect("it can be written");
                    drop(recorder.rotate(system::now()));
                });
                let opened = opening.into_iter().map(|thread| thread.join());
                opened.filter(|opened| matches!(opened, Ok(true))).count()
            });
            raced += opened;
            // Whoever came first, the file says off, and all threads have looked.
            let counter = tool::counter("runs", recorder);
            if matches!(recorder.rotate(system::now()), Err(Closed::Unopened)) {
                continue;
            }
            counter.inc();
            same((recorder.path(), counter.waiting()), (None, 0))?;
        }
        Ok(format!("{raced} of 2000 had opened a file before"))
    }

    /// The descriptors of this process that stand for count files.
    fn descriptors(dir: &TelemetryDir) -> Result<usize, String> {
        let links = fs::read_dir("/proc/self/fd").map_err(told)?.flatten();
        let links = links.flat_map(|entry| fs::read_link(entry.path()));
        Ok(links.filter(|path| path.starts_with(dir.root())).count())
    }

    fn race() -> Result<String, String> {
        let (_home, dir) = home()?;
        for round in 1..=100 {
            let recorder = tool::recorder();
            let results = thread::scope(|scope| {
                let opening = || tool::open(recorder, &dir).map_err(told);
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(opening)).collect();
                let joined = threads.into_iter().map(|thread| thread.join());
                joined
                    .map(|result| result.expect("no thread panics"))
                    .collect::<Vec<_>>()
            });
            results.into_iter().collect::<Result<Vec<()>, String>>()?;
            same(descriptors(&dir)?, round)?;
        }
        Ok("100 recorders have 100 files open".to_owned())
    }

    fn toggled() -> Result<String, String> {
        let (_home, dir) = home()?;
        let recorder = tool::recorder();
        tool::open(recorder, &dir).map_err(told)?;
        let counter = tool::counter("runs", recorder);
        for _ in 0..100 {
            fs::write(dir.mode_file(), "off").map_err(told)?;
            let off = recorder.rotate(system::now());
            same(matches!(off, Err(Closed::Off)), true)?;
            counter.inc();
            same(recorder.path(), None)?;
            fs::write(dir.mode_file(), "local").map_err(told)?;
            recorder.rotate(system::now()).map_err(told)?;
            counter.inc();
        }
        same(descriptors(&dir)?, 1)?;
        same(tool::sums(&dir)?["runs"], 100)?;
        Ok("one file was open after 100 times".to_owned())
    }
}

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
mod roles {
    use std::fs::File;
    use std::io::Write as _;
    use std::process::ExitCode;

    use gotelemetry::dir::TelemetryDir;
    use gotelemetry::format::date::Date;
    use gotelemetry::reporter::Turn;
    use gotelemetry::system;
    use gotelemetry::upload::{lock::Lock, token};

    use crate::{role, tool};

    pub(crate) fn play(words: &[String]) -> ExitCode {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["close", dir] => close(&TelemetryDir::at(dir)),
            ["without descriptors", dir] => without_descriptors(&TelemetryDir::at(dir)),
            ["limited", dir] => limited(&TelemetryDir::at(dir)),
            ["locking", dir] => locking(&TelemetryDir::at(dir)),
            _ => return ExitCode::FAILURE,
        }
        ExitCode::SUCCESS
    }

    /// Closes all descriptors as daemons do, opens a file of its own, and goes on counting.
    fn close(dir: &TelemetryDir) {
        let recorder = tool::recorder();
        tool::open(recorder, dir).expect("it can be opened");
        let counter = tool::counter("attached", recorder);
        counter.inc();
        // SAFETY: nothing of this test reads or writes through a descriptor that is closed here.
        unsafe { libc::close_range(3, 1000, 0) };
        let mut database = File::create(dir.root().join("database")).expect("it can be made");
        database.write_all(b"mine").expect("it can be written");
        for number in 0..2000 {
            let name = format!("name/{number}");
            // Whether it is in the file already, or waits, is seen in the end.
            drop(recorder.add(name.as_bytes(), 1));
        }
        let waited = recorder.waiting();
        recorder
            .rotate(system::now())
            .expect("the file is opened anew");
        assert_eq!(recorder.waiting(), 0);
        role::say(&format!("{waited} waited"));
    }

    /// Opens while there is no descriptor left, and again when there are some.
    fn without_descriptors(dir: &TelemetryDir) {
        let taken: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
        let recorder = tool::recorder();
        let reason = tool::open(recorder, dir).expect_err("the mode cannot be read");
        tool::counter("runs", recorder).inc();
        drop(taken);
        role::say(&reason.to_string());
        let reason = tool::open(recorder, dir).expect_err("the mode is off");
        role::say(&format!("{reason}; {} wait", recorder.waiting()));
    }

    /// Counts as far as files may grow.
    fn limited(dir: &TelemetryDir) {
        let recorder = tool::recorder();
        // What it says does not matter to a program that counts.
        drop(tool::open(recorder, dir));
        for number in 0..2000 {
            tool::counter(&format!("name/{number}"), recorder).inc();
        }
        role::say(&format!("{} wait", recorder.waiting()));
    }

    /// Holds all locks of a directory, and says who may open them.
    fn locking(dir: &TelemetryDir) {
        let date = Date::parse("2026-11-21").expect("a date");
        let turn = Turn::take(dir).expect("it can be made");
        let lock = Lock::take(dir, date, system::now()).expect("it can be made");
        assert!(turn.is_some() && lock.is_some() && token::take(dir, system::now()));
        for path in [
            dir.local().join("upload.lock"),
            dir.upload().join("2026-11-21.json.lock"),
            dir.local().join("upload.token"),
        ] {
            role::say(&crate::permissions(&path).expect("it is there"));
        }
    }
}
