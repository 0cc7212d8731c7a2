//! Files that grow, end and are deleted while processes count: the sum over all files that ever
//! were is what was added.
//!
//! Nobody but this test's first process deletes a count file, and it opens each just before, so
//! that it can read what was counted into the file afterwards.

#[path = "support/processes.rs"]
mod processes;
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
#[path = "support/random.rs"]
mod random;

use std::process::ExitCode;

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
use processes::{role, support, tool};

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
fn main() -> ExitCode {
    processes::main(counting::play, deleting::main)
}

#[cfg(any(not(target_os = "linux"), feature = "disabled"))]
fn main() -> ExitCode {
    processes::nothing_counts("together")
}

/// The process that deletes and sums up.
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
mod deleting {
    use std::collections::BTreeSet;
    use std::fs::{self, File};
    use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
    use std::os::unix::fs::MetadataExt as _;
    use std::path::{Path, PathBuf};
    use std::process::ExitCode;
    use std::thread;
    use std::time::{Duration, Instant, SystemTime};

    use gotelemetry::dir::TelemetryDir;
    use gotelemetry::format::parse;
    use tempfile::TempDir;

    use crate::processes;
    use crate::random::Random;
    use crate::role::Role;
    use crate::tool::{self, Sums};

    const PROCESSES: usize = 4;

    /// For how long the processes of one round count.
    const ROUND: Duration = Duration::from_millis(2500);

    /// A count file that was deleted.
    struct Deleted {
        path: PathBuf,
        file: File,
        /// The sum of all counts just before, if what was read was sound: others wrote meanwhile.
        before: Option<u64>,
    }

    fn told(error: std::io::Error) -> String {
        error.to_string()
    }

    fn variable(name: &str) -> Option<u64> {
        std::env::var(name).ok()?.parse().ok()
    }

    pub(crate) fn main() -> ExitCode {
        let name = "what_is_added_while_files_grow_end_and_are_deleted_is_in_some_file_once";
        processes::run([(name, what_is_added_is_in_some_file_once)])
    }

    fn what_is_added_is_in_some_file_once() -> Result<String, String> {
        let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let seed = variable("GOTELEMETRY_SEED").unwrap_or(since.as_micros() as u64 | 1);
        let mut notes = Vec::new();
        for round in 0..variable("GOTELEMETRY_ROUNDS").unwrap_or(1) {
            let seed = seed.wrapping_add(round).max(1);
            let what = |what| format!("GOTELEMETRY_SEED={seed}: {what}");
            notes.push(what(round_of(seed).map_err(what)?));
        }
        Ok(notes.join("\n    "))
    }

    fn round_of(seed: u64) -> Result<String, String> {
        let home = TempDir::new().map_err(told)?;
        let dir = TelemetryDir::at(home.path());
        let mut random = Random(seed);
        let mut children = Vec::new();
        let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        for number in 0..PROCESSES {
            let words = [
                "count".to_owned(),
                dir.root().to_string_lossy().into_owned(),
                since.as_millis().to_string(),
                number.to_string(),
                random.below(u64::MAX).to_string(),
                ROUND.as_millis().to_string(),
            ];
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            children.push(Role::start(&words)?);
        }
        let deleted = delete_for_a_while(&dir, &mut random)?;
        let mut added = Sums::new();
        for mut child in children {
            child.go_on()?;
            if child.number("stale")? != 0 {
                return Err("a counter adds to a file that was left".to_owned());
            }
            if child.number("waiting")? != 0 {
                return Err("counts wait after the last rotation".to_owned());
            }
            tool::merge(&mut added, tool::from_lines(&child.end()?)?);
        }
        sum_up(&dir, deleted, &added)
    }

    /// Deletes files at random moments for as long as the processes count.
    fn delete_for_a_while(dir: &TelemetryDir, random: &mut Random) -> Result<Vec<Deleted>, String> {
        let mut deleted = Vec::new();
        let start = Instant::now();
        while start.elapsed() < ROUND {
            thread::sleep(Duration::from_millis(random.below(150)));
            // At first there may be no directory.
            let files = dir.count_files().unwrap_or_default();
            if !files.is_empty() {
                let which = random.below(files.len() as u64);
                deleted.push(delete(&files[which as usize])?);
            }
        }
        Ok(deleted)
    }

    /// Deletes a file and keeps it open. Nobody else deletes or replaces it, so what is opened is
    /// what is deleted.
    fn delete(path: &Path) -> Result<Deleted, String> {
        let mut file = File::open(path).map_err(told)?;
        let bytes = content(&mut file)?;
        let before = parse(&bytes).map(|file| file.counts().values().sum());
        fs::remove_file(path).map_err(told)?;
        match fs::metadata(path) {
            // Another process has made the next one.
            Ok(meta) if meta.ino() != file.metadata().map_err(told)?.ino() => {}
            Ok(_) => return Err("the file is still there".to_owned()),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.to_string()),
        }
        Ok(Deleted {
            path: path.to_owned(),
            file,
            before: before.ok(),
        })
    }

    fn content(file: &mut File) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0)).map_err(told)?;
        file.read_to_end(&mut bytes).map_err(told)?;
        Ok(bytes)
    }

    fn sum_up(dir: &TelemetryDir, deleted: Vec<Deleted>, added: &Sums) -> Result<String, String> {
        let mut names: BTreeSet<PathBuf> = deleted.iter().map(|one| one.path.clone()).collect();
        let left = dir.count_files().map_err(|error| error.to_string())?;
        let (files, left_over) = (deleted.len(), left.len());
        names.extend(left);
        let mut counted = tool::sums(dir)?;
        let (mut late, mut longest) = (0, 0);
        for mut one in deleted {
            let bytes = content(&mut one.file)?;
            longest = longest.max(bytes.len());
            let counts = tool::counts(&bytes)?;
            let sum: u64 = counts.values().sum();
            late += one.before.map_or(0, |before| sum - before);
            tool::merge(&mut counted, counts);
        }
        tool::same(added, &counted)?;
        let (sum, names): (u64, _) = (added.values().sum(), names.len());
        if files < 5 || names < 5 || files + left_over < names + 4 || late == 0 {
            return Err(format!(
                "too little happened: {files} deleted, {left_over} left, {names} names, {late} late"
            ));
        }
        Ok(format!(
            "{sum} counts of {} counters are in {left_over} files and in {files} deleted ones, of \
             {names} names, the longest of {longest} bytes; at least {late} went into a file after \
             its deletion",
            added.len()
        ))
    }
}

/// The processes that count.
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
mod counting {
    use std::fs;
    use std::process::ExitCode;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;
    use std::time::{Duration, SystemTime};

    use gotelemetry::dir::TelemetryDir;
    use gotelemetry::format::date::Time;
    use gotelemetry::recorder::{Counter, Recorder};

    use crate::random::Random;
    use crate::role::{listen, say};
    use crate::tool::{self, Sums};

    const THREADS: u64 = 4;

    /// Counters that all threads of all processes add to.
    const SHARED: usize = 40;

    /// Names that a thread has for itself.
    const OWN: usize = 300;

    /// How long a week lasts.
    const WEEK: Duration = Duration::from_millis(200);

    /// What a process was told.
    struct Task {
        dir: TelemetryDir,
        /// When all began, since 1970.
        start: Duration,
        number: u64,
        seed: u64,
        length: Duration,
    }

    impl Task {
        fn parse(words: &[String]) -> Option<Task> {
            let [role, dir, start, number, seed, length] = words else {
                return None;
            };
            let millis = |text: &String| text.parse().ok().map(Duration::from_millis);
            (role == "count").then_some(())?;
            Some(Task {
                dir: TelemetryDir::at(dir),
                start: millis(start)?,
                number: number.parse().ok()?,
                seed: seed.parse().ok()?,
                length: millis(length)?,
            })
        }

        fn elapsed(&self) -> Duration {
            let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
            since.saturating_sub(self.start)
        }

        /// The time as all processes see it: weeks pass quickly.
        fn now(&self) -> Time {
            let weeks = self.elapsed().as_millis() / WEEK.as_millis();
            let first = Time::parse("2030-01-01T10:00:00Z").expect("a time");
            let weeks = i64::try_from(weeks).expect("few weeks pass");
            Time::from_unix(first.unix() + weeks * 7 * 86_400)
        }

        fn is_over(&self) -> bool {
            self.elapsed() >= self.length
        }
    }

    pub(crate) fn play(words: &[String]) -> ExitCode {
        let Some(task) = Task::parse(words) else {
            return ExitCode::FAILURE;
        };
        let recorder = tool::recorder();
        let shared: Vec<&'static Counter> = (0..SHARED)
            .map(|number| tool::counter(&format!("shared/{number}"), recorder))
            .collect();
        let counting = AtomicBool::new(true);
        let (mut added, own) = thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|thread| {
                    let (task, shared) = (&task, &shared);
                    scope.spawn(move || count(task, thread, recorder, shared))
                })
                .collect();
            scope.spawn(|| {
                // The file may be deleted while it is opened; the next turn opens another.
                let _ = tool::open_at(recorder, &task.dir, task.now());
                // ORDERING: relaxed, here and below, as no other memory depends on it.
                while counting.load(Ordering::Relaxed) {
                    let _ = recorder.rotate(task.now());
                    thread::sleep(Duration::from_micros(300));
                }
            });
            let mut added = Sums::new();
            let lists = threads.into_iter().map(|thread| thread.join());
            let mut own = Vec::new();
            for list in lists {
                let (sums, counters) = list.expect("no panic");
                tool::merge(&mut added, sums);
                own.extend(counters);
            }
            counting.store(false, Ordering::Relaxed);
            (added, own)
        });
        // Nothing is deleted any more, and the other processes are silent.
        listen();
        recorder.rotate(task.now()).expect("it can rotate");
        say(&format!("stale {}", stale(recorder, &own, &mut added)));
        say(&format!("waiting {}", recorder.waiting()));
        added
            .iter()
            .for_each(|(name, n)| say(&format!("{name} {n}")));
        ExitCode::SUCCESS
    }

    /// Adds 1 to each counter, and returns how many of the additions are not in the open file.
    fn stale(recorder: &Recorder, own: &[(&'static Counter, String)], added: &mut Sums) -> usize {
        let counts = || {
            let bytes = fs::read(recorder.path().expect("there is a file"));
            tool::counts(&bytes.expect("it can be read")).expect("it is sound")
        };
        let before = counts();
        for (counter, name) in own {
            counter.inc();
            *added.entry(name.clone()).or_default() += 1;
        }
        let after = counts();
        let of = |sums: &Sums, name| sums.get(name).copied().unwrap_or(0);
        own.iter()
            .filter(|(_, name)| of(&after, name) != of(&before, name) + 1)
            .count()
    }

    /// Adds until the time is over, and returns what was added to each name.
    fn count(
        task: &Task,
        thread: u64,
        recorder: &'static Recorder,
        shared: &[&'static Counter],
    ) -> (Sums, Vec<(&'static Counter, String)>) {
        let mut random = Random((task.seed ^ (thread << 40)).max(1));
        let mut of_shared = [0; SHARED];
        let mut added = Sums::new();
        let mut own: Vec<(&'static Counter, String)> = Vec::new();
        while !task.is_over() {
            for _ in 0..500 {
                let which = random.below(SHARED as u64) as usize;
                shared[which].inc();
                of_shared[which] += 1;
            }
            // A name of its own lets the file grow; of the names that all know, some are inserted
            // by several at once.
            if own.len() < OWN {
                let length = "x".repeat(random.below(150) as usize);
                let name = format!("own/{}/{thread}/{}-{length}", task.number, own.len());
                own.push((tool::counter(&name, recorder), name));
            }
            let (counter, name) = &own[random.below(own.len() as u64) as usize];
            counter.add(3);
            *added.entry(name.clone()).or_default() += 3;
            let week = task.elapsed().as_millis() / WEEK.as_millis();
            let name = format!("all/{week}/{}", random.below(200));
            // It waits while there is no file.
            let _ = recorder.add(name.as_bytes(), 2);
            *added.entry(name).or_default() += 2;
        }
        for (counter, n) in shared.iter().zip(of_shared) {
            added.insert(String::from_utf8_lossy(counter.name()).into_owned(), n);
        }
        (added, own)
    }
}
