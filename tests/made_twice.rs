//! Reports and upload configs, made and read twice: by the crate, and by naive code written from
//! the text.

#![cfg(all(feature = "cli", target_os = "linux"))]

#[path = "support/document.rs"]
mod document;
#[path = "support/naive_config.rs"]
mod naive_config;
#[path = "support/naive_json.rs"]
mod naive_json;
#[path = "support/naive_reporter.rs"]
mod naive_reporter;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use gotelemetry::config::{UploadConfig, go_version, semver};
use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::date::Time;
use gotelemetry::mode;
use gotelemetry::reporter::{Task, Weeks};
use gotelemetry::system::Environment;
use gotelemetry::verdict::{JudgedName, Judgement, Reason, Terms, Verdict};
use naive_reporter::{Files, Judged, Week, days, seconds};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use support::raw::{Raw, meta_text};

const VERSION: &str = "v0.93.0";

/// Names of counters and stacks, some of which the configs have.
const NAMES: [&[u8]; 14] = [
    b"n",
    b"few",
    b"flag:",
    b"flag:a",
    b"flag:b",
    b"m<1>&\"\t",
    b"\xff",
    b"\xfe\xff",
    "\u{e9}\u{2028}".as_bytes(),
    b"",
    b"bug\na.f:+1,+0x2\na.g:=3,+0x4",
    b"bug\na.f:+1,+0x2\n\".g:=3,+0x4",
    b"rare\na.f:+1,+0x2",
    b"n\n",
];

const ENDS: [&str; 8] = [
    "2026-11-21T00:00:00Z",
    "2026-11-14T00:00:00Z",
    "2026-11-21T00:30:00+14:00",
    "2026-11-20T23:00:00-01:00",
    "2026-11-21T12:00:00.5Z",
    "2026-11-28T00:00:00Z",
    "2026-11-31T00:00:00Z",
    "2026-11-21",
];

const BEGINS: [&str; 6] = [
    "2026-11-14T00:00:00Z",
    "2026-11-11T00:00:00Z",
    "2026-11-10T10:00:00+14:00",
    "2026-11-14T10:00:00+10:00",
    "2026-11-16T00:00:01Z",
    "soon",
];

const REPORTS: [&str; 8] = [
    "upload/2026-11-21.json",
    "upload/2026-11-07.json",
    "upload/2026-11-22.json",
    "upload/zzz.json",
    "local/local.2026-11-21.json",
    "local/2026-11-21.json",
    "local/local.2026-11-14.json",
    "local/secret-2026-11-21.json",
];

const NOWS: [&str; 6] = [
    "2026-11-23T09:00:00Z",
    "2026-11-21T00:00:00Z",
    "2026-11-21T00:00:01Z",
    "2026-12-05T00:00:01Z",
    "2026-12-12T00:00:00Z",
    "2026-12-12T00:00:01Z",
];

fn count_file() -> impl Strategy<Value = Vec<u8>> {
    let build = (
        select(vec!["a/tool", "b/tool", "a<b>"]),
        select(vec!["v1.0.0", "devel", ""]),
        select(vec!["go1.27.3", "go1.26"]),
        select(vec!["linux", "linux", "darwin"]),
        select(vec!["amd64", "amd64", "arm64"]),
    );
    let count = prop_oneof![0..9_u64, Just(u64::MAX), Just((1 << 53) - 1), Just(1 << 63)];
    let counts = prop::collection::btree_map(select(&NAMES[..]), count, 0..7);
    let span = (select(&BEGINS[..]), select(&ENDS[..]));
    (build, span, counts, 0..20_u8).prop_map(|(build, (begin, end), counts, damage)| {
        let meta = [
            ("TimeBegin", begin),
            ("TimeEnd", end),
            ("Program", build.0),
            ("Version", build.1),
            ("GoVersion", build.2),
            ("GOOS", build.3),
            ("GOARCH", build.4),
        ];
        let mut raw = Raw::new(&meta_text(&meta));
        for (name, count) in counts {
            raw.add(name, count);
        }
        match damage {
            0 => raw.bytes.truncate(16_000),
            1 => raw.set32(28, 0),
            2 => raw.set_limit(64),
            _ => {}
        }
        raw.into_bytes()
    })
}

/// The files of a directory, but for mode and config; `now` is when they were changed, more or
/// less.
fn files(now: i64) -> impl Strategy<Value = Files> {
    let name = select(vec![
        "a.v1.count",
        "B.v1.count",
        "10.v1.count",
        "a-.v1.count",
        "c.v2.count",
    ]);
    let counts = prop::collection::btree_map(name, count_file(), 0..6);
    let text = select(vec![
        "{}",
        "{\"Week\":\"2026-11-21\"}",
        "{\"Week\":",
        "",
        "[]",
        "{}{}",
    ]);
    let age = select(vec![60, 86_399, 86_400, -86_399, -86_400, 900_000]);
    let reports = prop::collection::btree_map(select(&REPORTS[..]), (text, age), 0..3);
    (counts, reports).prop_map(move |(counts, reports)| {
        let counts = counts.into_iter();
        let counts = counts.map(|(name, bytes)| (format!("local/{name}"), (bytes, now)));
        let reports = reports.into_iter();
        let reports =
            reports.map(|(path, (text, age))| (path.to_owned(), (text.into(), now - age)));
        counts.chain(reports).collect()
    })
}

/// So many count files that threads share the work.
fn many_files(now: i64) -> impl Strategy<Value = Files> {
    let counts = prop::collection::vec(count_file(), 120..400);
    counts.prop_map(move |counts| {
        let counts = counts.into_iter().enumerate();
        counts
            .map(|(number, bytes)| (format!("local/{number}.v1.count"), (bytes, now)))
            .collect()
    })
}

/// The text of a config.
fn config() -> impl Strategy<Value = String> {
    let rate = || select(vec!["0", "-1", "0.25", "0.5", "1", "null", "1e-300"]);
    let entries = |names: &[&'static str]| {
        let entry = (select(names.to_vec()), rate());
        let entry = entry.prop_map(|(name, rate)| format!(r#"{{"Name":"{name}","Rate":{rate}}}"#));
        prop::collection::vec(entry, 0..5).prop_map(|entries| entries.join(","))
    };
    let list = |values: &[&'static str]| {
        let some = subsequence(values.to_vec(), values.len() - 1..=values.len());
        some.prop_map(|values| format!("[{}]", quoted(&values)))
    };
    let program = (
        select(vec!["a/tool", "a/tool", "b/tool", "a<b>"]),
        list(&["v1.0.0", "devel", ""]),
        entries(&[
            "n",
            "few",
            "flag:{a,b}",
            "{n,few}",
            "flag:",
            "flag:a{",
            "\u{fffd}",
            "m{<1>&\\\"\\t}",
        ]),
        entries(&["bug", "rare", "n", "few"]),
    );
    let program = program.prop_map(|(name, versions, counters, stacks)| {
        format!(
            r#"{{"Name":"{name}","Versions":{versions},"Counters":[{counters}],"Stacks":[{stacks}]}}"#
        )
    });
    let programs = prop::collection::vec(program, 0..5);
    let head = (
        list(&["linux", "darwin"]),
        list(&["amd64", "arm64"]),
        list(&["go1.27.3", "go1.26"]),
        select(vec!["0", "1", "1", "0.5", "-1", "null"]),
    );
    (head, programs).prop_map(|((goos, goarch, go_version, rate), programs)| {
        let programs = programs.join(",");
        format!(
            r#"{{"GOOS":{goos},"GOARCH":{goarch},"GoVersion":{go_version},"SampleRate":{rate},"Programs":[{programs}]}}"#
        )
    })
}

fn quoted(values: &[&str]) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
    values.join(",")
}

/// Writes the files, and the mode file.
fn lay_out(root: &Path, files: &Files, mode: &str) {
    for name in ["local", "upload"] {
        fs::create_dir(root.join(name)).expect("a directory can be made");
    }
    fs::write(root.join("mode"), mode).expect("a file can be written");
    for (path, (bytes, changed)) in files {
        let path = root.join(path);
        fs::write(&path, bytes).expect("a file can be written");
        let changed = Duration::from_secs(changed.unsigned_abs());
        let file = fs::File::options().write(true).open(&path);
        let file = file.expect("it is there");
        let set = file.set_modified(SystemTime::UNIX_EPOCH + changed);
        set.expect("it can be set");
    }
}

/// What lies in the directories of reports.
fn found(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for directory in ["local", "upload"] {
        for entry in fs::read_dir(root.join(directory)).expect("it can be listed") {
            let path = entry.expect("it can be listed").path();
            let name = path.file_name().expect("a name").to_string_lossy();
            let bytes = fs::read(&path).expect("it can be read");
            found.insert(format!("{directory}/{name}"), bytes);
        }
    }
    found
}

fn word(verdict: Verdict) -> Option<&'static str> {
    let reason = match verdict {
        Verdict::Sent => return None,
        Verdict::Held(reason) => reason,
    };
    Some(match reason {
        Reason::Mode => "mode",
        Reason::Config => "config",
        Reason::Age => "age",
        Reason::AsOf => "as-of",
        Reason::Sample => "sample",
        Reason::Program => "program",
        Reason::Version => "version",
        Reason::GoVersion => "go_version",
        Reason::Goos => "goos",
        Reason::Goarch => "goarch",
        Reason::Counter | Reason::Stack => "name",
        Reason::CounterRate | Reason::StackRate => "rate",
        other => panic!("{other} is not known here"),
    })
}

fn week(judgement: &Judgement<'_>) -> Week {
    let names = |names: &[JudgedName<'_>]| {
        let names = names.iter();
        let one = |one: &JudgedName<'_>| {
            let count = u64::try_from(one.count).expect("it is not below 0");
            (one.name.to_vec(), (count, word(one.verdict)))
        };
        names.map(one).collect()
    };
    let programs = judgement.programs.iter().map(|judged| Judged {
        build: judged.program.build.values().map(<[u8]>::to_vec),
        held: word(judged.verdict),
        counters: names(&judged.counters),
        stacks: names(&judged.stacks),
    });
    Week {
        date: judgement.report.week.clone(),
        held: word(judgement.verdict),
        programs: programs.collect(),
    }
}

/// What the crate makes of a directory: the weeks that it reports.
fn made(root: &Path, now: &str, config: Option<&UploadConfig>, x: f64) -> Vec<Week> {
    let dir = TelemetryDir::at(root);
    let effective = mode::read(Some(&dir), &Environment::default());
    let approved = config.map(UploadConfig::approved);
    let now = Time::parse(now).expect("a time");
    let terms = Terms::of(&effective, approved.as_ref(), now);
    if effective.mode == mode::Mode::Off {
        return Vec::new();
    }
    let mut made = Vec::new();
    let mut weeks = Weeks::read(&dir, &terms, VERSION).expect("it can be read");
    for due in &mut weeks.weeks {
        if let Task::Report(draft) = &mut due.task {
            draft.report.x = x;
        }
        made.extend(due.judge(&terms).map(|judgement| week(&judgement)));
        due.carry_out(&dir, &terms).expect("there is room");
    }
    made
}

/// Has both make the reports of the same directory.
fn agree(
    mode: &str,
    now: &str,
    mut files: Files,
    config: Option<&str>,
    x: f64,
) -> Result<(), TestCaseError> {
    let home = tempfile::tempdir().expect("a directory can be made");
    lay_out(home.path(), &files, mode);
    let ours = config.map(|text| UploadConfig::parse(text.as_bytes()).expect("a config"));
    let made = made(home.path(), now, ours.as_ref(), x);

    let theirs = config.map(|text| naive_config::read(text.as_bytes()).expect("a config"));
    let (word, date) = mode.split_once(' ').unwrap_or((mode, "2026-11-01"));
    let terms = naive_reporter::Terms {
        mode: word,
        as_of: days(date).expect("a date") * 86_400,
        now: seconds(now).expect("a time"),
        config: theirs.as_ref().map(|config| (config, VERSION)),
        x,
    };
    let judged = naive_reporter::report(&mut files, &terms);
    prop_assert_eq!(made, judged);
    let files = files.into_iter().map(|(path, (bytes, _))| (path, bytes));
    let files: BTreeMap<String, Vec<u8>> = files.collect();
    prop_assert_eq!(found(home.path()), files);
    Ok(())
}

fn case<F: Strategy<Value = Files> + 'static>(
    files: fn(i64) -> F,
) -> impl Strategy<Value = (&'static str, &'static str, Files)> {
    let mode = select(vec![
        "on 2026-11-01",
        "on 2026-11-10",
        "on 2026-11-13",
        "on 2026-11-14",
        "local 2026-11-01",
        "off",
    ]);
    (mode, select(&NOWS[..])).prop_flat_map(move |(mode, now)| {
        let at = seconds(now).expect("a time");
        (Just(mode), Just(now), files(at))
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1500,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_reports_of_any_directory_are_those_that_the_text_asks_for(
        (mode, now, files) in case(files),
        config in prop::option::weighted(0.9, config()),
        x in prop_oneof![Just(0.25), Just(0.5), Just(f64::EPSILON), (1..1_u64 << 52).prop_map(|k| k as f64 * f64::EPSILON)],
    ) {
        agree(mode, now, files, config.as_deref(), x)?;
    }

    #[test]
    fn a_config_has_what_the_names_in_it_stand_for(
        config in config(),
        name in "[nfewlag:ab{},<1>]{0,8}",
    ) {
        let ours = UploadConfig::parse(config.as_bytes()).expect("a config");
        let approved = ours.approved();
        let theirs = naive_config::read(config.as_bytes()).expect("a config");
        for program in [&b"a/tool"[..], b"b/tool", b"a<b>", b"other"] {
            let of_ours = approved.program(program);
            prop_assert_eq!(of_ours.is_some(), theirs.has_program(program));
            for name in NAMES.into_iter().chain([name.as_bytes(), b"bug", b"rare"]) {
                let counter = of_ours.and_then(|program| program.counter(name));
                prop_assert_eq!(counter, theirs.counter(program, name));
                let stack = of_ours.and_then(|program| program.stack(name));
                prop_assert_eq!(stack, theirs.stack(program, name));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 16,
        max_shrink_iters: 20,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_reports_of_many_count_files_are_those_that_the_text_asks_for(
        (mode, now, files) in case(many_files),
        config in config(),
    ) {
        agree(mode, now, files, Some(&config), 0.5)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 20_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn versions_have_the_order_of_the_text(
        one in "v?[0-2]{0,2}(\\.[0-2]{1,2}){0,3}(-[-a0-2.]{0,4})?(\\+[-a0.]{0,3})?",
        other in "v[0-2](\\.[0-2]{1,2}){0,2}(-[-a0-2.]{1,4})?(\\+[-a0.]{1,3})?",
    ) {
        let (first, second) = (naive_config::semver(&one), naive_config::semver(&other));
        prop_assert_eq!(semver::Semver::parse(&one).is_some(), first.is_some(), "{}", one);
        prop_assert_eq!(semver::compare(&one, &other), naive_config::order(first, second));
    }

    #[test]
    fn go_versions_have_the_order_of_the_text(
        one in "(go)?[0-2]{0,2}(\\.[0-3]{1,2}){0,3}([a-c]{0,2}[0-2]{0,2})?(-x?)?",
        other in "go[1-2](\\.2[0-2]?)?(\\.[0-3])?([a-c]{1,2}[0-2]{0,2})?(-x?)?",
    ) {
        let (first, second) = (naive_config::go_version(&one), naive_config::go_version(&other));
        prop_assert_eq!(go_version::GoVersion::parse(&one).is_some(), first.is_some(), "{}", one);
        prop_assert_eq!(go_version::compare(&one, &other), naive_config::order(first, second));
    }
}
