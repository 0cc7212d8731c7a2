//! Processes that are killed at any instant while they open, grow, count and rotate: whatever they
//! had said to have added is in the files, nothing is there twice, every file is sound, and nothing
//! that they leave is in the way of the next.
//!
//! In each round a few processes begin together in a directory, some are killed, and others go on.
//! They acknowledge in a ledger how far they came. What follows from `count.add` for a process that
//! is killed: an addition that has returned is in the file, unless it waits or another thread of
//! the process is just moving it there. The first cannot be here, as files can always be opened;
//! for the second, a process whose files another thread rotates has the additions to its counters
//! acknowledged by that thread, after the next rotation.
//!
//! `GOTELEMETRY_ROUNDS` is the number of kills, `GOTELEMETRY_SEED` begins the random numbers.

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
#[path = "support/account.rs"]
mod account;
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
#[path = "support/go.rs"]
mod go;
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
#[path = "support/killed.rs"]
mod killed;
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
#[path = "support/ledger.rs"]
mod ledger;
#[path = "support/processes.rs"]
mod processes;
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
#[path = "support/random.rs"]
mod random;
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
#[path = "support/script.rs"]
mod script;

use std::process::ExitCode;

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
use processes::{role, support, tool};

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
fn main() -> ExitCode {
    processes::main(killed::play, killing::main)
}

#[cfg(any(not(target_os = "linux"), feature = "disabled"))]
fn main() -> ExitCode {
    processes::nothing_counts("kills")
}

/// The process that kills.
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
mod killing {
    use std::fs::{self, File};
    use std::os::unix::process::ExitStatusExt as _;
    use std::path::PathBuf;
    use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
    use std::thread;
    use std::time::{Duration, Instant, SystemTime};

    use gotelemetry::dir::TelemetryDir;
    use tempfile::TempDir;

    use crate::account::{Account, Reading};
    use crate::ledger::{Entry, Ledger};
    use crate::random::Random;
    use crate::script::{Phase, Script};
    use crate::tool::{self, Sums};
    use crate::{account, go, killed, processes, role};

    /// How many processes are killed, unless the environment says otherwise.
    const KILLS: u64 = 300;

    /// How many rounds take place in one directory at most.
    const ROUNDS: u64 = 3;

    /// After this time a process hangs.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// From so many directories on Go reads their files in one go.
    const AT_ONCE: usize = 50;

    /// A signal that nobody can refuse, as the system numbers it.
    const KILL: i32 = 9;

    pub(crate) fn main() -> ExitCode {
        let name = "killed_processes_lose_no_acknowledged_count_and_leave_sound_files";
        processes::run([(name, nothing_is_lost)])
    }

    fn told(error: std::io::Error) -> String {
        error.to_string()
    }

    fn variable(name: &str) -> Option<u64> {
        std::env::var(name).ok()?.parse().ok()
    }

    /// What happened in all.
    #[derive(Default)]
    struct Tally {
        kills: u64,
        /// Kills by the phase in which they hit.
        phases: [u64; Phase::ALL.len()],
        directories: u64,
        acknowledged: u64,
        /// Additions that are in a file though nobody had acknowledged them.
        in_flight: u64,
        files: u64,
        read_by_go: u64,
        /// Files written aside whose processes were killed.
        aside: u64,
        /// Records that were made and not added to.
        zeros: u64,
        /// How long a process takes that nobody kills.
        length: Duration,
    }

    // test[count.add, open.whole, insert.order, grow.blocks, dir.publish, week.weekends.create]
    fn nothing_is_lost() -> Result<String, String> {
        let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let seed = variable("GOTELEMETRY_SEED").unwrap_or(since.as_micros() as u64);
        let wanted = variable("GOTELEMETRY_ROUNDS").unwrap_or(KILLS);
        let driver = match go::toolchains().first() {
            Some(toolchain) => Some(toolchain.driver()?),
            None if go::required() => return Err("no Go toolchain".to_owned()),
            None => None,
        };
        let (start, mut tally) = (Instant::now(), Tally::default());
        let mut unread = Vec::new();
        while tally.kills < wanted {
            // Every directory can be had again by its seed alone.
            let seed = seed.wrapping_add(tally.directories).max(1);
            let place = Place::new(seed)?;
            let what = |place: &Place, what| {
                let kept = place.keep_a_copy();
                format!("GOTELEMETRY_SEED={seed}: {what}; see {kept}")
            };
            let counts = place.fill(&mut tally, wanted);
            let counts = counts.map_err(|error| what(&place, error))?;
            let Some(driver) = &driver else {
                continue;
            };
            unread.push((place, counts));
            if unread.len() == AT_ONCE || tally.kills >= wanted {
                let files: Vec<&Reading> = unread.iter().flat_map(|(_, files)| files).collect();
                account::read_by_go(driver, &files)?;
                tally.read_by_go += files.len() as u64;
                unread.clear();
            }
        }
        let reader = match driver.is_some() {
            true => format!("{} of them by Go as well", tally.read_by_go),
            false => "not by Go, which is not here".to_owned(),
        };
        tally.told(start.elapsed(), &reader)
    }

    impl Tally {
        fn told(&self, took: Duration, reader: &str) -> Result<String, String> {
            let of = |phase: Phase| self.phases[phase as usize];
            let text = format!(
                "{} kills: {} before the file was opened, {} in opening, {} in growing, {} in \
                 counting, {} in rotating, {} after all was done\n    \
                 {} directories, {} files read by both readers, {reader}\n    \
                 {} additions were acknowledged, and all are there, with {} that were under way\n    \
                 left behind: {} files written aside, {} records without a count\n    \
                 {:.1} ms a kill",
                self.kills,
                of(Phase::Starting),
                of(Phase::Opening),
                of(Phase::Growing),
                of(Phase::Counting),
                of(Phase::Rotating),
                of(Phase::Done),
                self.directories,
                self.files,
                self.acknowledged,
                self.in_flight,
                self.aside,
                self.zeros,
                took.as_secs_f64() * 1000.0 / self.kills.max(1) as f64
            );
            let phases = &self.phases[Phase::Opening as usize..=Phase::Rotating as usize];
            match self.kills >= 100 && phases.contains(&0) {
                true => Err(format!("one phase was never hit: {text}")),
                false => Ok(text),
            }
        }
    }

    /// A directory in which processes count.
    struct Place {
        home: TempDir,
        dir: TelemetryDir,
        seed: u64,
    }

    /// A process that counts.
    struct Counting {
        number: u64,
        script: Script,
        /// Whether another thread rotates.
        threads: bool,
        ledger: Ledger,
        child: Child,
        stdin: Option<ChildStdin>,
        complaints: PathBuf,
        mode_file: PathBuf,
    }

    impl Place {
        fn new(seed: u64) -> Result<Place, String> {
            let home = TempDir::new().map_err(told)?;
            let dir = TelemetryDir::at(home.path().join("telemetry"));
            Ok(Place { home, dir, seed })
        }

        /// A copy of the directory, to look at.
        fn keep_a_copy(&self) -> String {
            let kept = std::env::temp_dir().join(format!("gotelemetry-kills-{}", self.seed));
            let mut copy = Command::new("cp");
            let copied = copy.arg("-a").arg(self.home.path()).arg(&kept).status();
            match copied {
                Ok(status) if status.success() => kept.display().to_string(),
                _ => "nothing, as it cannot be copied".to_owned(),
            }
        }

        /// Lets processes count and be killed until there are enough, or enough for this
        /// directory, and returns what each file says.
        fn fill(&self, tally: &mut Tally, wanted: u64) -> Result<Vec<Reading>, String> {
            let mut random = Random(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).max(1));
            let mut accounts = Vec::new();
            let mut counts = Vec::new();
            tally.directories += 1;
            for round in 0..1 + random.below(ROUNDS) {
                let mut processes = Vec::new();
                for number in 0..2 + random.below(3) {
                    let threads = random.below(4) == 0;
                    processes.push(self.start(10 * round + number, threads)?);
                }
                let most = (processes.len() as u64).min(wanted.saturating_sub(tally.kills));
                let victims = if most == 0 { 0 } else { 1 + random.below(most) };
                self.kill(&mut processes, victims, &mut random, tally)?;
                for process in processes {
                    accounts.push(process.account(tally)?);
                }
                let before = account::judge(&self.dir, &accounts)?.1;
                counts = self.go_on(10 * round + 9, before, &mut accounts, tally)?;
            }
            let sums = counts.iter().fold(Sums::new(), |mut sums, (_, of_file)| {
                tool::merge(&mut sums, of_file.clone());
                sums
            });
            for account in &accounts {
                tally.in_flight += account.is_in_order(&sums)?;
            }
            tally.aside += account::left_aside(&self.dir)?;
            tally.files += counts.len() as u64;
            let zeros = |sums: &Sums| sums.values().filter(|n| **n == 0).count() as u64;
            tally.zeros += counts.iter().map(|(_, sums)| zeros(sums)).sum::<u64>();
            tally.acknowledged += accounts.iter().map(|one| one.done() as u64).sum::<u64>();
            Ok(counts)
        }

        /// Starts a process, which waits for a word before it does anything.
        fn start(&self, number: u64, threads: bool) -> Result<Counting, String> {
            let aside = |what: &str| self.home.path().join(format!("{what}-{number}"));
            let (ledger, complaints) = (aside("ledger"), aside("complaints"));
            let opened = Ledger::create(&ledger)?;
            let (number_text, seed) = (number.to_string(), self.seed.to_string());
            let threads_text = if threads { "threads" } else { "alone" };
            let mut command = role::command(&[
                &self.dir.root().to_string_lossy(),
                &ledger.to_string_lossy(),
                &number_text,
                &seed,
                threads_text,
            ])?;
            let stderr = File::create(&complaints).map_err(told)?;
            command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(stderr);
            let mut child = command.spawn().map_err(told)?;
            Ok(Counting {
                number,
                script: killed::script(number, self.seed),
                threads,
                ledger: opened,
                stdin: child.stdin.take(),
                child,
                complaints,
                mode_file: self.dir.mode_file(),
            })
        }

        /// Lets all processes go on, and kills some of them, each at an instant of its own.
        fn kill(
            &self,
            processes: &mut [Counting],
            victims: u64,
            random: &mut Random,
            tally: &mut Tally,
        ) -> Result<(), String> {
            for process in processes.iter_mut() {
                process.wait_for_a_word()?;
            }
            let length = tally.length.as_micros() as u64;
            let mut instants: Vec<(Duration, usize)> = (0..victims as usize)
                .map(|victim| {
                    // Opening is over soon; as many are killed while they do.
                    let end = match random.below(3) {
                        0 => 500,
                        _ => length.max(1000),
                    };
                    (Duration::from_micros(random.below(end)), victim)
                })
                .collect();
            instants.sort();
            for process in processes.iter_mut() {
                process.stdin = None;
            }
            let start = Instant::now();
            for (instant, victim) in instants {
                // Few are killed before they have begun.
                if random.below(8) > 0 {
                    processes[victim].wait_for_a_word()?;
                }
                thread::sleep(instant.saturating_sub(start.elapsed()));
                processes[victim].child.kill().map_err(told)?;
            }
            Ok(())
        }

        /// Lets a process count that nobody kills: it has to find all as if nothing had happened.
        fn go_on(
            &self,
            number: u64,
            mut before: Sums,
            accounts: &mut Vec<Account>,
            tally: &mut Tally,
        ) -> Result<Vec<Reading>, String> {
            let mut process = self.start(number, false)?;
            process.wait_for_a_word()?;
            let start = Instant::now();
            process.stdin = None;
            let account = process.account(tally)?;
            // What it takes once it is ready, on average.
            tally.length = (tally.length * 7 + start.elapsed()) / 8;
            let added = account
                .all()
                .ok_or("the next process did not take all steps")?;
            tool::merge(&mut before, added);
            accounts.push(account);
            let (counts, after) = account::judge(&self.dir, accounts)?;
            tool::same(&before, &after).map_err(|what| format!("the next process: {what}"))?;
            Ok(counts)
        }
    }

    impl Counting {
        /// Waits until it is ready, and the next time until it has begun.
        fn wait_for_a_word(&mut self) -> Result<(), String> {
            let stdout = self.child.stdout.as_mut().ok_or("no stdout")?;
            let said = std::io::Read::read_exact(stdout, &mut [0]);
            said.map_err(|_| self.last_words("without a word"))
        }

        fn last_words(&self, how: &str) -> String {
            let said = fs::read_to_string(&self.complaints).unwrap_or_default();
            format!("process {} ended {how}\n{said}", self.number)
        }

        /// Waits for its end, and returns how far it came.
        fn account(mut self, tally: &mut Tally) -> Result<Account, String> {
            let start = Instant::now();
            let status = loop {
                match self.child.try_wait().map_err(told)? {
                    Some(status) => break status,
                    None if start.elapsed() > PATIENCE => {
                        let _ = self.child.kill();
                        return Err(format!("process {} hangs", self.number));
                    }
                    None => thread::sleep(Duration::from_micros(100)),
                }
            };
            let entry = |entry| self.ledger.read(entry).map(|number| number as usize);
            let (done, phase) = (entry(Entry::Done)?, entry(Entry::Phase)?);
            let killed = status.signal() == Some(KILL);
            if killed {
                let rotating = self.threads && entry(Entry::Rotating)? != 0;
                let phase = match rotating {
                    true => Phase::Rotating as usize,
                    false => phase,
                };
                tally.kills += 1;
                tally.phases[phase] += 1;
            } else if !status.success() || phase != Phase::Done as usize {
                return Err(self.last_words(&format!("with {status} in phase {phase}")));
            }
            if entry(Entry::Mode)? != 0 && !self.mode_file.exists() {
                return Err("a mode that was set is not there".to_owned());
            }
            let settled = match self.threads && killed {
                true => Some(entry(Entry::Settled)?),
                false => None,
            };
            Ok(Account::new(self.script, done, settled))
        }
    }
}
