//! A telemetry directory with weeks that have ended, a collector beside it, and what has to hold
//! after uploaders that were stopped on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::date::{Date, Time};
use gotelemetry::report::Report;
use gotelemetry::system;
use tempfile::TempDir;

use crate::support::raw::{Raw, meta_text};
use crate::web::{Reply, Server};

const CONFIG: &str = r#"{"GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["go1.27.3"],"Programs":[
    {"Name":"a/one","Versions":["v1.0.0"],"Counters":[{"Name":"runs","Rate":1}]},
    {"Name":"a/two","Versions":["v1.0.0"],"Counters":[{"Name":"runs","Rate":1}]}]}"#;

/// How many days ago weeks ended: of the first a report lies ready, of the others count files.
const DAYS: [i32; 3] = [17, 10, 3];

/// What was counted of each name in each file.
const COUNT: u64 = 7;

/// What faults left behind, over all rounds.
#[derive(Debug, Default)]
#[allow(dead_code, reason = "printed")]
pub(crate) struct Left {
    pub(crate) killed: u64,
    /// Locks of a report whose sender is gone.
    pub(crate) orphans: u64,
    /// Reports that were sent twice, as nobody knew of the answer.
    pub(crate) resent: u64,
    /// Weeks that stay on the machine: the fault came between the two names.
    pub(crate) kept_here: u64,
    /// Weeks that were reported in the next run.
    pub(crate) completed_later: u64,
}

/// A directory whose weeks have ended.
pub(crate) struct Ended {
    home: TempDir,
    dir: TelemetryDir,
    weeks: [Date; 3],
    collector: Server,
}

impl Ended {
    pub(crate) fn new() -> Ended {
        let home = tempfile::tempdir().expect("a directory can be made");
        let root = home.path().join("go/telemetry");
        let dir = TelemetryDir::at(&root);
        fs::create_dir_all(dir.local()).expect("a directory can be made");
        let today = system::now().date();
        let ago = |days: i32| today.plus_days(-days).expect("a day");
        let ended = Ended {
            weeks: DAYS.map(ago),
            collector: Server::start(|_| {
                thread::sleep(Duration::from_millis(2));
                Reply::Status(200, Vec::new())
            }),
            home,
            dir,
        };
        ended.set_mode(&format!("on {}", ago(60)));
        fs::write(ended.config(), CONFIG).expect("it can be written");
        for week in &ended.weeks[1..] {
            for program in ["one", "two"] {
                for part in ["x", "y"] {
                    let name = format!("{program}-{part}-{week}.v1.count");
                    let file = count_file(program, week.plus_days(-7).expect("a day"), *week);
                    fs::write(ended.dir.local().join(name), file).expect("it can be written");
                }
            }
        }
        let report = ended.report(ended.weeks[0]);
        for path in [
            ended.dir.local_report(ended.weeks[0]),
            ended.dir.ready_report(ended.weeks[0]),
        ] {
            fs::write(path, &report).expect("it can be written");
        }
        ended
    }

    pub(crate) fn root(&self) -> &Path {
        self.dir.root()
    }

    pub(crate) fn set_mode(&self, mode: &str) {
        fs::write(self.dir.mode_file(), mode).expect("it can be written");
    }

    fn config(&self) -> PathBuf {
        self.home.path().join("config.json")
    }

    /// A report of a week, as it was made before.
    fn report(&self, week: Date) -> String {
        format!(
            "{{\"Week\":\"{week}\",\"LastWeek\":\"\",\"X\":0.5,\"Programs\":[{{\"Program\":\"a/one\",\
             \"Version\":\"v1.0.0\",\"GoVersion\":\"go1.27.3\",\"GOOS\":\"linux\",\
             \"GOARCH\":\"amd64\",\"Counters\":{{\"runs\":1}},\"Stacks\":{{}}}}],\
             \"Config\":\"v0.1.0\"}}"
        )
    }

    /// The files in `local/` whose names end so, sorted.
    pub(crate) fn local(&self, suffix: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.dir.local()).expect("it can be listed");
        let paths = entries.map(|entry| entry.expect("it can be listed").path());
        let mut paths: Vec<PathBuf> = paths
            .filter(|path| path.to_string_lossy().ends_with(suffix))
            .collect();
        paths.sort();
        paths
    }

    /// An uploader, at the present time.
    pub(crate) fn upload(&self) -> Command {
        self.upload_at(system::now())
    }

    fn upload_at(&self, now: Time) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gotelemetry"));
        command
            .env_clear()
            .arg("upload")
            .arg("--dir")
            .arg(self.root());
        command.arg("--config").arg(self.config());
        command.args(["--config-version", "v0.1.0", "--url", &self.collector.url]);
        command.args(["--now", &now.to_string()]);
        command
    }

    /// What the collector was sent, by week.
    pub(crate) fn bodies(&self) -> BTreeMap<String, Vec<Vec<u8>>> {
        let mut bodies: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
        for request in self.collector.requests() {
            let week = request.path.trim_start_matches('/').to_owned();
            bodies.entry(week).or_default().push(request.body);
        }
        bodies
    }

    /// What has to hold after an uploader that was stopped: nothing is there by half, and a run on
    /// the next day, when locks that were left are orphans, completes.
    pub(crate) fn after_a_fault(&self, left: &mut Left) -> Result<(), String> {
        self.all_whole()?;
        let before = self.names(&self.dir.local());
        let locks = self.names(&self.dir.upload());
        let locks = locks.iter().filter(|name| name.ends_with(".lock"));
        left.orphans += locks.count() as u64;
        left.completed_later += u64::from(before.iter().any(|name| name.ends_with(".v1.count")));
        let tomorrow = Time::from_unix(system::now().unix() + 25 * 60 * 60);
        let output = self.upload_at(tomorrow).output();
        self.completed(&output.map_err(|error| error.to_string())?, left)
    }

    /// What has to hold after an uploader that came to its end.
    pub(crate) fn completed(&self, output: &Output, left: &mut Left) -> Result<(), String> {
        if !output.status.success() {
            return Err(format!("{output:?}"));
        }
        self.all_whole()?;
        let bodies = self.bodies();
        for week in self.weeks {
            let local = read(&self.dir.local_report(week))?;
            if week != self.weeks[0] {
                exact(&local)?;
            }
            let copy = fs::read(self.dir.uploaded(week)).ok();
            let sent = bodies.get(&week.to_string()).cloned().unwrap_or_default();
            left.resent += (sent.len() as u64).saturating_sub(1);
            match &copy {
                // The week stays here, as the fault came between the names of its two reports.
                None if sent.is_empty() && week != self.weeks[0] => left.kept_here += 1,
                None => return Err(format!("{week}: sent {} times, no copy", sent.len())),
                Some(copy) if sent.iter().all(|body| body == copy) && !sent.is_empty() => {}
                Some(_) => return Err(format!("{week}: the copy is not what was sent")),
            }
        }
        let known: BTreeSet<String> = ["upload.lock".to_owned()]
            .into_iter()
            .chain(self.weeks.map(|week| format!("local.{week}.json")))
            .collect();
        let names = self.names(&self.dir.local());
        let unknown: Vec<&String> = names
            .iter()
            .filter(|name| !known.contains(*name) && !is_aside(name))
            .collect();
        let upload = self.names(&self.dir.upload());
        let locks = upload.iter().filter(|name| name.ends_with(".lock"));
        match (unknown.is_empty(), locks.count()) {
            (true, 0) => Ok(()),
            _ => Err(format!("left: {names:?} {upload:?}")),
        }
    }

    /// Makes sure that every report that others can see is whole.
    fn all_whole(&self) -> Result<(), String> {
        for directory in [self.dir.local(), self.dir.upload()] {
            for name in self.names(&directory) {
                if name.ends_with(".json") {
                    read(&directory.join(name))?;
                }
            }
        }
        Ok(())
    }

    fn names(&self, directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).into_iter().flatten();
        let name = |entry: std::io::Result<fs::DirEntry>| {
            let name = entry.expect("it can be read").file_name();
            name.into_string().expect("it is text")
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }
}

/// Whether a name is that of a file that was being written; it goes when it is a day old.
fn is_aside(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".tmp")
}

fn read(path: &Path) -> Result<Report, String> {
    let told = |what: String| format!("{}: {what}", path.display());
    let bytes = fs::read(path).map_err(|error| told(error.to_string()))?;
    Report::parse(&bytes).map_err(|error| told(error.to_string()))
}

/// Makes sure that a local report has all that was counted.
fn exact(report: &Report) -> Result<(), String> {
    let sums: Vec<(String, i64)> = report
        .programs
        .iter()
        .flat_map(|program| {
            let path = String::from_utf8_lossy(&program.build.program).into_owned();
            let counters = program.counters.iter();
            counters.map(move |(name, n)| (format!("{path} {}", String::from_utf8_lossy(name)), *n))
        })
        .collect();
    let expected = ["a/one runs", "a/one secret", "a/two runs", "a/two secret"];
    let both = 2 * i64::try_from(COUNT).expect("it fits");
    match sums == expected.map(|name| (name.to_owned(), both)) {
        true => Ok(()),
        false => Err(format!("{}: {sums:?}", report.week)),
    }
}

fn count_file(program: &str, begin: Date, end: Date) -> Vec<u8> {
    let mut raw = Raw::new(&meta_text(&[
        ("TimeBegin", &begin.midnight().to_string()),
        ("TimeEnd", &end.midnight().to_string()),
        ("Program", &format!("a/{program}")),
        ("Version", "v1.0.0"),
        ("GoVersion", "go1.27.3"),
        ("GOOS", "linux"),
        ("GOARCH", "amd64"),
    ]));
    raw.add(b"runs", COUNT);
    raw.add(b"secret", COUNT);
    raw.into_bytes()
}
