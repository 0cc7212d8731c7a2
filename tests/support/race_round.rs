//! A telemetry directory with two weeks that have ended, and uploaders of both kinds that work in
//! it at the same time.
//!
//! What is to come of it is not known here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use gotelemetry::format::date::Date;
use gotelemetry::system;

use crate::failing_collector::Collector;
use crate::home::{self, Home};
use crate::impatient;
use crate::random::Random;
use crate::uploaders::{self, Case};

/// After this time an uploader hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// Uploaders of each kind.
const UPLOADERS: usize = 2;

/// The file that comes while the uploaders work, and what it counts.
const LATE: &str = "local/late.v1.count";
pub(crate) const LATE_COUNT: u64 = 1_000_000;

/// The build that the config has, and one that it does not have.
const BUILDS: [[&str; 5]; 2] = [
    home::TOOL,
    ["b/tool", "v1.0.0", "go1.27.3", "linux", "amd64"],
];

/// The names that are counted, of which the config has all but one.
const NAMES: [&str; 4] = ["n", "m", "secret", "bug\nmain.main:+1,+0x1"];

/// Whether the config has it.
pub(crate) fn is_approved(program: &str, name: &str) -> bool {
    program == BUILDS[0][0] && name != "secret"
}

const CONFIG: &str = r#"{"GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["go1.27.3"],"Programs":[
{"Name":"a/tool","Versions":["v1.0.0"],"Counters":[{"Name":"n","Rate":1},{"Name":"m","Rate":1}],
"Stacks":[{"Name":"bug","Rate":1}]}]}"#;

/// The versions that Go's uploaders and ours are told the config has: so it shows in a report who
/// made it.
const VERSION_OF_GO: &str = "v0.93.0";
pub(crate) const VERSION_OF_OURS: &str = "v0.93.1";

/// What is counted, by program and name.
pub(crate) type Counts = BTreeMap<(String, String), u64>;

/// A week that has ended.
pub(crate) struct Week {
    pub(crate) date: String,
    /// The first day of its files, and the day on which they end.
    span: (Date, Date),
    /// What was in its count files before any uploader began.
    pub(crate) counts: Counts,
}

/// An uploader that has ended.
pub(crate) struct Ended {
    pub(crate) is_ours: bool,
    pub(crate) started: Instant,
    pub(crate) output: Output,
}

/// A directory, the uploaders that worked in it, and the collector that they know.
pub(crate) struct Round {
    pub(crate) home: Home,
    pub(crate) weeks: Vec<Week>,
    pub(crate) collector: Collector,
    pub(crate) ended: Vec<Ended>,
    /// From when on the late file, which is of the last week, was surely there.
    pub(crate) late: Option<Instant>,
    case: Case,
    driver: PathBuf,
}

/// A build as it stands in count files.
fn counted(begin: Date, end: Date, build: [&str; 5], counts: &[(&[u8], u64)]) -> Vec<u8> {
    let midnight = |date| format!("{date}T00:00:00Z");
    home::file(&midnight(begin), &midnight(end), build, counts)
}

fn days_ago(days: i32) -> Result<Date, String> {
    let date = system::now().date().plus_days(-days);
    date.ok_or_else(|| "the calendar has ended".to_owned())
}

impl Round {
    pub(crate) fn new(driver: &Path, random: &mut Random) -> Result<Round, String> {
        let home = Home::new(&format!("on {}", days_ago(60)?));
        if random.below(2) == 0 {
            fs::remove_dir(home.dir.upload()).map_err(|error| error.to_string())?;
        }
        let mut weeks = Vec::new();
        for (week, days) in [9, 3].into_iter().enumerate() {
            let (begin, end) = (days_ago(days + 6)?, days_ago(days)?);
            let mut counts = Counts::new();
            for file in 0..2 + random.below(4) {
                let build = BUILDS[(file % 2) as usize];
                let drawn = NAMES.map(|name| (name, 1 + random.below(9)));
                let bytes = drawn.map(|(name, n)| (name.as_bytes(), n));
                home.put(
                    &format!("local/{week}-{file}.v1.count"),
                    counted(begin, end, build, &bytes),
                );
                for (name, n) in drawn {
                    *counts
                        .entry((build[0].to_owned(), name.to_owned()))
                        .or_default() += n;
                }
            }
            weeks.push(Week {
                date: end.to_string(),
                span: (begin, end),
                counts,
            });
        }
        let case = Case {
            dir: home.root.path().to_owned(),
            now: "now".to_owned(),
            config: home.put("config.json", CONFIG),
            version: VERSION_OF_GO,
        };
        Ok(Round {
            home,
            weeks,
            collector: Collector::start(random.below(u64::MAX) | 1),
            ended: Vec::new(),
            late: None,
            case,
            driver: driver.to_owned(),
        })
    }

    /// Lets uploaders of both kinds work at the same time, and a late count file come.
    pub(crate) fn work(&mut self, random: &mut Random) -> Result<(), String> {
        let spread = [1, 2_000, 6_000, 12_000][random.below(4) as usize];
        // One kind begins later: Go's programs take longer to start, and ours to write reports.
        let behind = Duration::from_micros([0, 2_000, 4_000, 8_000][random.below(4) as usize]);
        let is_ours_behind = random.below(3) == 0;
        let mut delay = || Duration::from_micros(random.below(spread));
        let case_of_ours = Case {
            version: VERSION_OF_OURS,
            ..self.case.clone()
        };
        let mut workers = Vec::new();
        for number in 0..2 * UPLOADERS {
            let is_ours = number % 2 == 0;
            let (dir, url) = (&self.case.dir, self.collector.url());
            let command = match number {
                0 => impatient::command(&self.collector.impatient_url(), &case_of_ours)?,
                _ if is_ours => uploaders::ours(dir, url, &case_of_ours),
                _ => uploaders::go(&self.driver, dir, url, &self.case, None),
            };
            let mut delay = delay();
            if is_ours == is_ours_behind {
                delay += behind;
            }
            workers.push(thread::spawn(move || run(command, is_ours, delay)));
        }
        let last = self.weeks.last().ok_or("there is no week")?;
        if self.late.is_none() {
            let (begin, end) = last.span;
            let count = (NAMES[0].as_bytes(), LATE_COUNT);
            let late = counted(begin, end, home::TOOL, &[count]);
            let aside = self.home.put("late", late);
            thread::sleep(delay());
            let place = self.home.root.path().join(LATE);
            fs::rename(aside, place).map_err(|error| error.to_string())?;
            self.late = Some(Instant::now());
        }
        for worker in workers {
            let ended = worker.join().map_err(|_| "an uploader panicked")?;
            self.ended.push(ended?);
        }
        Ok(())
    }
}

fn run(mut command: Command, is_ours: bool, delay: Duration) -> Result<Ended, String> {
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    thread::sleep(delay);
    let started = Instant::now();
    let mut child = command
        .spawn()
        .map_err(|error| format!("{command:?}: {error}"))?;
    while !has_ended(&mut child)? {
        if started.elapsed() > PATIENCE {
            let killed = child.kill().map_err(|error| error.to_string());
            return killed.and(Err(format!("{command:?} hangs")));
        }
        thread::sleep(Duration::from_micros(500));
    }
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    Ok(Ended {
        is_ours,
        started,
        output,
    })
}

fn has_ended(child: &mut Child) -> Result<bool, String> {
    let status = child.try_wait().map_err(|error| error.to_string())?;
    Ok(status.is_some())
}
