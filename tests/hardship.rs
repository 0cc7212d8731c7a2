//! Directories and files that may not be written to, and descriptors that have run out: the program
//! goes on, its counts wait, and the reason can be asked for.

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
#[path = "support/disk.rs"]
mod disk;
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
    processes::nothing_counts("hardship")
}

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
mod facts {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;
    use std::path::Path;
    use std::process::Command;

    use gotelemetry::dir::TelemetryDir;
    use tempfile::TempDir;

    use crate::role::{self, Role};
    use crate::{disk, roles, tool};

    type Fact = fn() -> Result<String, String>;

    pub(crate) const FACTS: [(&str, Fact); 8] = [
        ("counts_wait_while_a_directory_is_read_only", || {
            forbidden(|_| Ok(()))
        }),
        ("counts_wait_while_the_local_directory_is_read_only", || {
            forbidden(|dir| {
                fs::create_dir(dir.local()).map_err(told)?;
                fs::write(dir.weekends_file(), "3\n").map_err(told)?;
                set_mode(&dir.local(), 0o555)
            })
        }),
        ("counts_wait_while_the_count_file_is_read_only", || {
            forbidden(read_only_file)
        }),
        (
            "counts_wait_while_a_missing_directory_cannot_be_made",
            missing,
        ),
        (
            "counts_wait_while_a_file_stands_in_the_place_of_the_directory",
            a_file_in_place_of_the_directory,
        ),
        ("counts_wait_while_no_descriptor_is_left_for_a_file", || {
            without_descriptors("closed")
        }),
        ("an_open_file_needs_no_descriptor_to_grow", || {
            without_descriptors("open")
        }),
        (
            "a_mode_file_that_this_user_may_not_read_counts_as_none",
            forbidden_mode,
        ),
    ];

    fn told(error: std::io::Error) -> String {
        error.to_string()
    }

    fn set_mode(path: &Path, mode: u32) -> Result<(), String> {
        fs::set_permissions(path, Permissions::from_mode(mode)).map_err(told)
    }

    /// A directory that every user can look into.
    fn home() -> Result<TempDir, String> {
        let home = TempDir::new().map_err(told)?;
        set_mode(home.path(), 0o755)?;
        Ok(home)
    }

    /// Starts a role as a user whom permissions bind. The administrator is not one.
    fn start_bound(home: &Path, words: &[&str]) -> Result<Role, String> {
        if !disk::is_root() {
            return Role::start(words);
        }
        // The user may not be able to reach this program where it lies.
        let program = home.join("program");
        if !program.exists() {
            let this = std::env::current_exe().map_err(told)?;
            fs::copy(this, &program).map_err(told)?;
            set_mode(&program, 0o755)?;
        }
        let usual = role::command(words)?;
        let mut command = Command::new(program);
        command.env_clear().args(usual.get_args());
        command.uid(65534).gid(65534);
        Role::of(command)
    }

    /// Lets a process count into a directory that `prepare` changed and that nobody may write to,
    /// until everybody may write to everything.
    fn forbidden(prepare: fn(&TelemetryDir) -> Result<(), String>) -> Result<String, String> {
        let home = home()?;
        let dir = TelemetryDir::at(home.path().join("t"));
        fs::create_dir(dir.root()).map_err(told)?;
        prepare(&dir)?;
        set_mode(dir.root(), 0o555)?;
        waits_until(home.path(), &dir, "PermissionDenied", || {
            set_mode(dir.root(), 0o777)?;
            let local = dir.local();
            if local.exists() {
                set_mode(&local, 0o777)?;
            }
            for file in dir.count_files().unwrap_or_default() {
                set_mode(&file, 0o666)?;
            }
            Ok(())
        })
    }

    fn read_only_file(dir: &TelemetryDir) -> Result<(), String> {
        let recorder = tool::recorder();
        let opened = tool::open(recorder, dir);
        opened.map_err(|reason| reason.to_string())?;
        set_mode(recorder.path().ok_or("there is no file")?, 0o444)?;
        set_mode(&dir.local(), 0o777)
    }

    fn missing() -> Result<String, String> {
        let home = home()?;
        let parent = home.path().join("parent");
        fs::create_dir(&parent).map_err(told)?;
        set_mode(&parent, 0o555)?;
        let dir = TelemetryDir::at(parent.join("missing/t"));
        waits_until(home.path(), &dir, "PermissionDenied", || {
            set_mode(&parent, 0o777)
        })
    }

    fn a_file_in_place_of_the_directory() -> Result<String, String> {
        let home = home()?;
        let place = home.path().join("t");
        fs::write(&place, "").map_err(told)?;
        set_mode(home.path(), 0o777)?;
        let dir = TelemetryDir::at(&place);
        waits_until(home.path(), &dir, "NotADirectory", || {
            fs::remove_file(&place).map_err(told)
        })
    }

    /// Lets a process count, checks that all waits for this reason, changes things, and checks that
    /// all is counted.
    fn waits_until(
        home: &Path,
        dir: &TelemetryDir,
        reason: &str,
        change: impl FnOnce() -> Result<(), String>,
    ) -> Result<String, String> {
        let mut child = start_bound(home, &["wait", &dir.root().to_string_lossy()])?;
        let added = roles::added();
        for _ in ["from opening", "from rotating"] {
            let seen = child.told("reason")?;
            if !seen.contains(reason) {
                return Err(format!("not {reason}: {seen}"));
            }
        }
        let (waiting, sum) = (child.number("waiting")?, added.values().sum());
        if waiting != sum {
            return Err(format!("{waiting} of {sum} wait"));
        }
        change()?;
        child.go_on()?;
        let rotated = child.told("rotated")?;
        if !rotated.starts_with("Ok") || child.number("waiting")? != 0 {
            return Err(format!("counts still wait: {rotated}"));
        }
        child.end()?;
        tool::same(&added, &tool::sums(dir)?)?;
        Ok(format!("{waiting} counts waited, then all were counted"))
    }

    // test[mode.default]
    fn forbidden_mode() -> Result<String, String> {
        let home = home()?;
        let dir = TelemetryDir::at(home.path().join("t"));
        fs::create_dir(dir.root()).map_err(told)?;
        set_mode(dir.root(), 0o777)?;
        fs::write(dir.mode_file(), "off").map_err(told)?;
        set_mode(&dir.mode_file(), 0o000)?;
        let mut child = start_bound(home.path(), &["count", &dir.root().to_string_lossy()])?;
        let mode = child.told("mode")?;
        child.end()?;
        if mode != "Local by Default" {
            return Err(format!("the mode is {mode}"));
        }
        tool::same(&roles::added(), &tool::sums(&dir)?)?;
        Ok("it was counted".to_owned())
    }

    // test[mode.unreadable]
    fn without_descriptors(file: &str) -> Result<String, String> {
        let home = home()?;
        let dir = TelemetryDir::at(home.path().join("t"));
        let usual = role::command(&["descriptors", &dir.root().to_string_lossy(), file])?;
        let mut command = Command::new("sh");
        command.env_clear();
        command.args(["-c", "ulimit -n 40; exec \"$@\"", "sh"]);
        command.arg(usual.get_program()).args(usual.get_args());
        let mut child = Role::of(command)?;
        let taken = child.number("taken")?;
        let reason = child.told("reason")?;
        // What the kernel calls EMFILE.
        if !reason.contains("code: 24") {
            return Err(format!("the reason is {reason}"));
        }
        let waited = child.number("waited")?;
        if child.number("waiting")? != 0 {
            return Err("counts wait though a descriptor is free".to_owned());
        }
        let added = tool::from_lines(&child.end()?)?;
        tool::same(&added, &tool::sums(&dir)?)?;
        if waited == 0 {
            return Err("nothing waited".to_owned());
        }
        let sum: u64 = added.values().sum();
        Ok(format!(
            "{taken} descriptors were taken, {waited} of {sum} counts waited, then all were counted"
        ))
    }
}

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
mod roles {
    use std::fs::File;
    use std::process::ExitCode;

    use gotelemetry::dir::TelemetryDir;
    use gotelemetry::format::date::Time;
    use gotelemetry::mode;
    use gotelemetry::recorder::{Counter, Recorder};
    use gotelemetry::system::{self, Environment};

    use crate::role::{listen, say};
    use crate::tool::{self, Sums};

    pub(crate) fn play(words: &[String]) -> ExitCode {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["wait", dir] => wait(&TelemetryDir::at(dir)),
            ["count", dir] => count(&TelemetryDir::at(dir)),
            ["descriptors", dir, file] => descriptors(&TelemetryDir::at(dir), *file == "open"),
            _ => return ExitCode::FAILURE,
        }
        ExitCode::SUCCESS
    }

    /// What the role `wait` adds.
    pub(crate) fn added() -> Sums {
        let names = (0..100).map(|number| (format!("name/{number}"), number + 1));
        let counters = (0..100).map(|number| (format!("counter/{number}"), 2));
        names.chain(counters).collect()
    }

    fn add_all(recorder: &'static Recorder) {
        for (name, n) in added() {
            if name.starts_with("name/") {
                let _ = recorder.add(name.as_bytes(), n);
            } else {
                let counter: &'static Counter = tool::counter(&name, recorder);
                (0..n).for_each(|_| counter.inc());
            }
        }
    }

    fn count(dir: &TelemetryDir) {
        let stated = mode::read(Some(dir), &Environment::default());
        say(&format!("mode {:?} by {:?}", stated.mode, stated.source));
        let recorder = tool::recorder();
        tool::open(recorder, dir).expect("it can be opened");
        add_all(recorder);
    }

    fn wait(dir: &TelemetryDir) {
        let recorder = tool::recorder();
        say(&format!("reason {:?}", tool::open(recorder, dir)));
        add_all(recorder);
        say(&format!("reason {:?}", recorder.rotate(system::now())));
        say(&format!("waiting {}", recorder.waiting()));
        listen();
        say(&format!("rotated {:?}", recorder.rotate(system::now())));
        say(&format!("waiting {}", recorder.waiting()));
    }

    /// Opens files until there is no descriptor left.
    fn take_all() -> Vec<File> {
        std::iter::from_fn(|| File::open("/dev/null").ok()).collect()
    }

    fn descriptors(dir: &TelemetryDir, is_open: bool) {
        let recorder = tool::recorder();
        let mut now = system::now();
        let mut sums = Sums::new();
        if is_open {
            tool::open_at(recorder, dir, now).expect("it can be opened");
        }
        let taken = take_all();
        say(&format!("taken {}", taken.len()));
        if is_open {
            // The file that is open grows without a further descriptor, until its week ends.
            for number in 0..1000 {
                let name = format!("grown/{number}-{}", "x".repeat(100));
                recorder.add(name.as_bytes(), 3).expect("there is room");
                sums.insert(name, 3);
            }
            assert_eq!(recorder.waiting(), 0);
            recorder.rotate(now).expect("the file is the right one");
            let week = 7 * 86_400;
            now = Time::from_unix(now.unix() + week);
            say(&format!("reason {:?}", recorder.rotate(now)));
        } else {
            say(&format!("reason {:?}", tool::open_at(recorder, dir, now)));
        }
        add_all(recorder);
        tool::merge(&mut sums, added());
        say(&format!("waited {}", recorder.waiting()));
        drop(taken);
        recorder.rotate(now).expect("it can be opened");
        say(&format!("waiting {}", recorder.waiting()));
        sums.iter()
            .for_each(|(name, n)| say(&format!("{name} {n}")));
    }
}
