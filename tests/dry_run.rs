//! What a dry run shows is what an uploader sends, over random directories and configs.

#![cfg(target_os = "linux")]

#[path = "support/home.rs"]
mod home;
mod support;

use std::fs;

use gotelemetry::config::{Approved, UploadConfig};
use gotelemetry::format::date::Date;
use gotelemetry::network::{NetworkError, Post};
use gotelemetry::reporter::{Task, Weeks};
use gotelemetry::system::Environment;
use gotelemetry::upload::{Fate, Sender, foresee};
use home::{Home, NOW, age, file, time};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Programs, versions, names and the like are drawn from so few that they meet.
const PROGRAMS: [&str; 3] = ["a/one", "a/two", "cmd/go"];
const VERSIONS: [&str; 2] = ["v1.0.0", "v1.1.0"];
const GO_VERSIONS: [&str; 2] = ["go1.27.3", "go1.26.0"];
const SYSTEMS: [&str; 2] = ["linux", "plan9"];
const PROCESSORS: [&str; 2] = ["amd64", "arm64"];
const NAMES: [&str; 6] = [
    "n",
    "a:b",
    "a:c",
    "secret",
    "s\nmain.f:+1,+0x1",
    "t\nmain.g:+2,+0x2",
];

/// The days on which weeks ended, the last one in the future.
const WEEKS: [&str; 6] = [
    "2026-10-24",
    "2026-10-31",
    "2026-11-07",
    "2026-11-14",
    "2026-11-21",
    "2026-11-28",
];

/// A count file: its week, its build, and the names it holds.
#[derive(Clone, Debug)]
struct Count {
    week: usize,
    build: [usize; 5],
    names: Vec<usize>,
}

/// Something else that lies in the directory.
#[derive(Clone, Debug)]
enum Other {
    /// A ready report of a week, made under this name.
    Ready {
        week: usize,
        of: usize,
        name: usize,
        fault: usize,
    },
    Local {
        week: usize,
    },
    Uploaded {
        week: usize,
    },
    Lock {
        week: usize,
        days: u64,
    },
    Stray {
        name: usize,
    },
}

#[derive(Clone, Debug)]
struct Case {
    counts: Vec<Count>,
    others: Vec<Other>,
    mode: usize,
    config: Option<Text>,
    x: Vec<f64>,
}

/// Which of all there are a config has.
#[derive(Clone, Debug)]
struct Text {
    sample: usize,
    programs: Vec<(usize, Vec<usize>, usize)>,
    builds: [usize; 3],
}

const RATES: [&str; 5] = ["0", "0.25", "0.5", "0.75", "1"];
const MODES: [&str; 6] = [
    "on 2026-10-01",
    "on 2026-11-07",
    "on 2026-11-14",
    "on 2026-11-23",
    "local",
    "on",
];

impl Text {
    fn config(&self) -> String {
        let entries = |names: &[usize], rate: usize| {
            let of_kind = |is_stack: bool| {
                let entries: Vec<String> = names
                    .iter()
                    .map(|name| NAMES[*name])
                    .filter(|name| name.contains('\n') == is_stack)
                    .map(|name| {
                        let name = name.split('\n').next().unwrap_or_default();
                        format!("{{\"Name\":\"{name}\",\"Rate\":{}}}", RATES[rate])
                    })
                    .collect();
                entries.join(",")
            };
            format!(
                "\"Counters\":[{}],\"Stacks\":[{}]",
                of_kind(false),
                of_kind(true)
            )
        };
        let programs: Vec<String> = self
            .programs
            .iter()
            .map(|(program, names, rate)| {
                let program = PROGRAMS[*program];
                let names = entries(names, *rate);
                format!("{{\"Name\":\"{program}\",\"Versions\":[\"v1.0.0\"],{names}}}")
            })
            .collect();
        let [go_version, system, processor] = self.builds;
        format!(
            "{{\"GoVersion\":[\"{}\"],\"GOOS\":[\"{}\"],\"GOARCH\":[\"{}\"],\"SampleRate\":{},\
             \"Programs\":[{}]}}",
            GO_VERSIONS[go_version],
            SYSTEMS[system],
            PROCESSORS[processor],
            RATES[self.sample],
            programs.join(",")
        )
    }
}

/// Few builds are others than the usual one, so that reports are sent, too.
fn few() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0), 1 => Just(1)]
}

fn count() -> impl Strategy<Value = Count> {
    let build = [
        (0..PROGRAMS.len()).boxed(),
        few().boxed(),
        few().boxed(),
        few().boxed(),
        few().boxed(),
    ];
    (0..WEEKS.len(), build, vec(0..NAMES.len(), 0..4)).prop_map(|(week, build, names)| Count {
        week,
        build,
        names,
    })
}

fn other() -> impl Strategy<Value = Other> {
    let week = || 0..WEEKS.len();
    prop_oneof![
        3 => (week(), week(), 0..NAMES.len(), 0..6_usize, any::<bool>()).prop_map(
            |(week, of, name, fault, same)| Other::Ready {
                week,
                of: if same { week } else { of },
                name,
                fault,
            }
        ),
        1 => week().prop_map(|week| Other::Local { week }),
        1 => week().prop_map(|week| Other::Uploaded { week }),
        1 => (week(), 0..3_u64).prop_map(|(week, days)| Other::Lock { week, days }),
        1 => (0..4_usize).prop_map(|name| Other::Stray { name }),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    let program = (0..PROGRAMS.len(), vec(0..NAMES.len(), 0..6), 0..RATES.len());
    let text = (0..RATES.len(), vec(program, 0..5), [few(), few(), few()]);
    let text = text.prop_map(|(sample, programs, builds)| Text {
        sample,
        programs,
        builds,
    });
    (
        vec(count(), 0..8),
        vec(other(), 0..5),
        prop_oneof![4 => Just(0), 1 => 0..MODES.len()],
        prop_oneof![6 => text.prop_map(Some), 1 => Just(None)],
        vec(0.001..0.999, WEEKS.len()),
    )
        .prop_map(|(counts, others, mode, config, x)| Case {
            counts,
            others,
            mode,
            config,
            x,
        })
}

/// A report of one counter.
fn report(week: &str, name: usize, fault: usize) -> String {
    let name = NAMES[name].split('\n').next().unwrap_or_default();
    let x = if fault == 1 { "1" } else { "0.5" };
    let goos = if fault == 2 { "plan9" } else { "linux" };
    let text = format!(
        "{{\"Week\":\"{week}\",\"LastWeek\":\"\",\"X\":{x},\"Programs\":[{{\"Program\":\"a/one\",\
         \"Version\":\"v1.0.0\",\"GoVersion\":\"go1.27.3\",\"GOOS\":\"{goos}\",\"GOARCH\":\"amd64\",\
         \"Counters\":{{\"{name}\":1}},\"Stacks\":{{}}}}],\"Config\":\"v0.93.0\"}}"
    );
    match fault {
        3 => text[..text.len() / 2].to_owned(),
        _ => text,
    }
}

impl Case {
    /// The directory as the case says.
    fn home(&self) -> Home {
        let home = Home::new(MODES[self.mode]);
        for (number, count) in self.counts.iter().enumerate() {
            let end = Date::parse(WEEKS[count.week]).expect("a date");
            let begin = end.plus_days(-7).expect("a date").midnight().to_string();
            let [program, version, go_version, system, processor] = count.build;
            let build = [
                PROGRAMS[program],
                VERSIONS[version],
                GO_VERSIONS[go_version],
                SYSTEMS[system],
                PROCESSORS[processor],
            ];
            let mut names = count.names.clone();
            names.sort_unstable();
            names.dedup();
            let counts: Vec<(&[u8], u64)> = names
                .iter()
                .map(|name| (NAMES[*name].as_bytes(), 3))
                .collect();
            let bytes = file(&begin, &end.midnight().to_string(), build, &counts);
            home.put(&format!("local/{number}.v1.count"), bytes);
        }
        for other in &self.others {
            match other {
                Other::Ready {
                    week,
                    of,
                    name,
                    fault,
                } => {
                    let text = report(WEEKS[*of], *name, *fault);
                    let path = home.put(&format!("local/{}.json", WEEKS[*week]), text);
                    age(&path, if *fault == 3 { 2 } else { 0 });
                }
                Other::Local { week } => {
                    let text = report(WEEKS[*week], 0, 0);
                    home.put(&format!("local/local.{}.json", WEEKS[*week]), text);
                }
                Other::Uploaded { week } => {
                    home.put(&format!("upload/{}.json", WEEKS[*week]), "{}");
                }
                Other::Lock { week, days } => {
                    let path = home.put(&format!("upload/{}.json.lock", WEEKS[*week]), "");
                    age(&path, *days);
                }
                Other::Stray { name } => {
                    let name = [
                        "x.json",
                        "local.json",
                        "2026-11-21 .json",
                        "x2026-11-21.json",
                    ][*name];
                    home.put(&format!("local/{name}"), report("2026-11-21", 0, 0));
                }
            }
        }
        home
    }

    /// The weeks of a directory, with the X that the case says.
    fn weeks(&self, home: &Home, approved: Option<&Approved<'_>>) -> Weeks {
        let mut weeks = home.weeks(NOW, approved);
        for week in &mut weeks.weeks {
            let place = WEEKS.iter().position(|of| *of == week.date.to_string());
            if let Task::Report(draft) = &mut week.task {
                draft.report.x = self.x[place.expect("it is one of them")];
            }
        }
        weeks
    }
}

/// Takes every report.
#[derive(Default)]
struct Taking(Vec<(String, Vec<u8>)>);

impl Post for Taking {
    fn post(&mut self, url: &str, body: &[u8]) -> Result<u16, NetworkError> {
        let date = url.rsplit('/').next().unwrap_or_default();
        self.0.push((date.to_owned(), body.to_vec()));
        Ok(200)
    }
}

/// Every file of a directory with its bytes.
fn files(home: &Home) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for directory in ["", "local", "upload"] {
        let path = home.root.path().join(directory);
        for entry in fs::read_dir(&path).expect("it can be listed") {
            let entry = entry.expect("it can be read");
            if entry.path().is_file() {
                let name = format!("{directory}/{}", entry.file_name().to_string_lossy());
                files.push((name, fs::read(entry.path()).expect("it can be read")));
            }
        }
    }
    files.sort();
    files
}

/// What became or would become of a report: a word, and the rule if it is held.
fn told(date: &str, fate: Option<&Fate>) -> (String, String) {
    let fate = match fate {
        None | Some(Fate::Sent) => "sent".to_owned(),
        Some(fate) => fate.to_string(),
    };
    (date.to_owned(), fate)
}

/// How many reports were sent, held and passed over, over all cases.
#[derive(Debug, Default)]
struct Seen {
    sent: usize,
    new: usize,
    held: usize,
    other: usize,
}

fn agree(case: &Case, seen: &mut Seen) -> Result<(), TestCaseError> {
    let home = case.home();
    let config = case
        .config
        .as_ref()
        .map(|text| UploadConfig::parse(text.config().as_bytes()).expect("a config"));
    let approved = config.as_ref().map(UploadConfig::approved);
    let approved = approved.as_ref();
    let (terms, _) = home.terms(NOW, approved);
    let before = files(&home);
    let weeks = case.weeks(&home, approved);
    let shown = foresee(&home.dir, &weeks, &terms).expect("it can be listed");
    prop_assert_eq!(files(&home), before);
    // The same directory, in earnest.
    let weeks = case.weeks(&home, approved);
    for week in &weeks.weeks {
        week.carry_out(&home.dir, &terms).expect("there is room");
    }
    let sender = Sender {
        dir: &home.dir,
        environment: &Environment::of(|_| None),
        approved,
        now: time(NOW),
        url: "https://collector.example.com",
    };
    let mut taking = Taking::default();
    let fates = sender.send(&mut taking).expect("it can be listed");
    let would: Vec<(String, Vec<u8>)> = shown
        .iter()
        .filter(|one| one.fate.is_none())
        .map(|one| (one.date.to_string(), one.bytes.clone()))
        .collect();
    prop_assert_eq!(&taking.0, &would);
    let shown_fates: Vec<(String, String)> = shown
        .iter()
        .map(|one| told(&one.date.to_string(), one.fate.as_ref()))
        .collect();
    let real_fates: Vec<(String, String)> = fates
        .iter()
        .map(|(one, fate)| told(&one.date.to_string(), Some(fate)))
        .collect();
    prop_assert_eq!(shown_fates, real_fates);
    seen.sent += would.len();
    seen.new += shown
        .iter()
        .filter(|one| one.is_new && one.fate.is_none())
        .count();
    for one in &shown {
        match one.fate {
            Some(Fate::Held(_)) => seen.held += 1,
            Some(_) => seen.other += 1,
            None => {}
        }
    }
    Ok(())
}

// test[upload.dry.agree, upload.dry.files, upload.dry.bytes, upload.dry.rule]
#[test]
fn a_dry_run_shows_what_an_uploader_sends() {
    let cases = std::env::var("GOTELEMETRY_ROUNDS").map_or(1000, |n| n.parse().expect("a number"));
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    });
    let seen = std::cell::RefCell::new(Seen::default());
    let result = runner.run(&case(), |case| agree(&case, &mut seen.borrow_mut()));
    result.unwrap_or_else(|error| panic!("{error}"));
    let seen = seen.into_inner();
    println!("{cases} directories: {seen:?}");
    assert!(
        seen.sent > 100 && seen.new > 50 && seen.held > 100 && seen.other > 10,
        "{seen:?}"
    );
}
