//! Our uploader beside Go's: of the same count files, at the same time and with the same upload
//! config, both leave and send the same, byte for byte, X aside where it cannot be made the same.
//!
//! Each works on a copy of a telemetry directory, with a collector on loopback. Where one week is
//! reported, Go's uploader is given the X that ours has drawn. The tests exist once per toolchain
//! that `.ci/peers` installs (`tests/support/toolchains.rs`). Where the two differ for a reason
//! that the specification names, that is what is tested.

#[path = "support/go.rs"]
mod go;
#[path = "support/harness.rs"]
mod harness;
#[path = "support/home.rs"]
mod home;
#[path = "support/many_weeks.rs"]
mod many_weeks;
mod support;
#[path = "support/toolchains.rs"]
mod toolchains;
#[path = "support/uploader_differences.rs"]
mod uploader_differences;
#[path = "support/uploaders.rs"]
mod uploaders;
#[path = "support/web.rs"]
mod web;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gotelemetry::format::parse;
use harness::Outcome;
use tempfile::TempDir;

use go::Toolchain;
use uploaders::{Answer, Case, Seen, compare, ours, run, without_x};
use web::{Reply, Request};

/// The config of the Go project, where it lies beside this repository.
const REAL_CONFIG: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../shared/data/upload-config.json"
);

/// The version that configs have here.
const VERSION: &str = "v0.93.0";

fn main() -> ExitCode {
    toolchains::main([
        (
            "real_files_give_equal_reports_under_the_config_of_go",
            real_files_give_equal_reports_under_the_config_of_go,
        ),
        (
            "real_files_give_equal_reports_under_rates",
            real_files_give_equal_reports_under_rates,
        ),
        ("weeks_of_all_kinds_end_alike", weeks_of_all_kinds_end_alike),
        ("answers_end_alike", answers_end_alike),
        (
            "uploaders_differ_where_it_is_said",
            uploader_differences::uploaders_differ_where_it_is_said,
        ),
    ])
}

fn ok(_: &Request) -> Reply {
    Reply::Status(200, Vec::new())
}

/// What both leave and send; Go's is given the X of the week that ours reports, if it is one.
pub(crate) fn both(
    toolchain: &Toolchain,
    case: &Case,
    reply: Answer,
) -> Result<(Seen, Seen), String> {
    let driver = toolchain.driver()?;
    let ours = run(case, reply, |dir, url| ours(dir, url, case))?;
    let before = uploaders::files(&case.dir)?;
    let made = ours
        .files
        .iter()
        .filter(|(name, _)| name.starts_with("local/local.") && !before.contains_key(*name));
    let x: Vec<&str> = made.filter_map(|(_, text)| uploaders::x_of(text)).collect();
    let x = match x.as_slice() {
        [x] => Some(*x),
        _ => None,
    };
    let theirs = run(case, reply, |dir, url| {
        uploaders::go(&driver, dir, url, case, x)
    })?;
    Ok((theirs, ours))
}

/// A directory in mode `on` with the files that this toolchain has just written, and a time at
/// which they have ended. The config is to be written.
fn real_case(toolchain: &Toolchain) -> Result<(TempDir, Case), String> {
    let home = TempDir::new().map_err(|error| error.to_string())?;
    let dir = home.path().join("telemetry");
    let local = dir.join("local");
    let made =
        fs::create_dir_all(&local).and_then(|()| fs::write(dir.join("mode"), "on 2026-01-01"));
    made.map_err(|error| error.to_string())?;
    let mut end = String::new();
    for file in toolchain.real_files()? {
        let bytes = fs::read(&file).map_err(|error| error.to_string())?;
        let file_name = file.file_name().unwrap_or_default();
        fs::write(local.join(file_name), &bytes).map_err(|error| error.to_string())?;
        let parsed = parse(&bytes).map_err(|error| error.to_string())?;
        end = String::from_utf8_lossy(parsed.meta.get("TimeEnd").unwrap_or_default()).into_owned();
    }
    let case = Case {
        now: end.replace("00:00:00Z", "00:00:01Z"),
        config: home.path().join("config.json"),
        version: VERSION,
        dir,
    };
    Ok((home, case))
}

/// How many counters a report has, and the bytes of it.
fn size(report: &[u8]) -> (usize, usize) {
    let text = String::from_utf8_lossy(report);
    let counters = text.lines().filter(|line| line.starts_with("    \""));
    (counters.count(), report.len())
}

/// The local report, which has to be the only one, and what was sent of it.
fn reports(seen: &Seen) -> Result<(&[u8], &[u8]), String> {
    let [request] = seen.requests.as_slice() else {
        return Err(format!("sent {:?}", seen.paths()));
    };
    let date = &request.path;
    let local = seen.file(&format!("local/local.{}.json", &date[1..]))?;
    if seen.file(&format!("upload{date}.json"))? != request.body {
        return Err("the copy is not what was sent".to_owned());
    }
    Ok((local, &request.body))
}

// test[report.config, report.filter.program, report.filter.none, upload.request.body]
fn real_files_give_equal_reports_under_the_config_of_go(
    toolchain: &Toolchain,
) -> Result<Outcome, String> {
    if !Path::new(REAL_CONFIG).is_file() {
        return Ok(Outcome::Ignored(format!("no {REAL_CONFIG}")));
    }
    let (_home, mut case) = real_case(toolchain)?;
    case.config = PathBuf::from(REAL_CONFIG);
    let (theirs, ours) = both(toolchain, &case, ok)?;
    compare(&theirs, &ours, <[u8]>::to_vec)?;
    let (local, sent) = reports(&ours)?;
    let ((all, all_len), (some, some_len)) = (size(local), size(sent));
    if all < 5 || some >= all {
        return Err(format!("{some} of {all} counters were sent"));
    }
    Ok(Outcome::Passed(format!(
        "{all} counters in a report of {all_len} bytes, {some} sent in {some_len} bytes, X and all"
    )))
}

/// A config that has two thirds of the counters of these files, with different rates.
fn config_of(local: &Path) -> Result<String, String> {
    const RATES: [&str; 5] = ["1", "0.75", "0.5", "0.25", "0"];
    let mut programs: BTreeMap<(String, String, String), String> = BTreeMap::new();
    for entry in fs::read_dir(local).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let bytes = fs::read(path).map_err(|error| error.to_string())?;
        let file = parse(&bytes).map_err(|error| error.to_string())?;
        let value =
            |key| String::from_utf8_lossy(file.meta.get(key).unwrap_or_default()).into_owned();
        let key = (value("Program"), value("Version"), value("GoVersion"));
        let counters = programs.entry(key).or_default();
        let counts = file.counts();
        for (number, (name, _)) in counts.iter().enumerate().filter(|(n, _)| n % 3 != 0) {
            let (name, rate) = (String::from_utf8_lossy(name), RATES[number % 5]);
            let comma = if counters.is_empty() { "" } else { "," };
            counters.push_str(&format!("{comma}{{\"Name\":{name:?},\"Rate\":{rate}}}"));
        }
    }
    let go_versions = programs
        .keys()
        .map(|(_, _, version)| format!("{version:?}"));
    let go_versions = go_versions.collect::<Vec<_>>().join(",");
    let programs = programs.iter().map(|((program, version, _), counters)| {
        format!("{{\"Name\":{program:?},\"Versions\":[{version:?}],\"Counters\":[{counters}]}}")
    });
    let programs = programs.collect::<Vec<_>>().join(",");
    Ok(format!(
        "{{\"GOOS\":[\"{}\"],\"GOARCH\":[{}],\"GoVersion\":[{go_versions}],\"SampleRate\":0.9,\
         \"Programs\":[{programs}]}}",
        std::env::consts::OS,
        "\"amd64\",\"arm64\"",
    ))
}

// test[report.filter.counter, report.upload.sample, report.bytes.order, json.floats]
fn real_files_give_equal_reports_under_rates(toolchain: &Toolchain) -> Result<Outcome, String> {
    let (_home, case) = real_case(toolchain)?;
    let config = config_of(&case.dir.join("local"))?;
    fs::write(&case.config, config).map_err(|error| error.to_string())?;
    let (mut sampled, mut sizes) = (0, Vec::new());
    for _ in 0..10 {
        let (theirs, ours) = both(toolchain, &case, ok)?;
        compare(&theirs, &ours, <[u8]>::to_vec)?;
        if ours.requests.is_empty() {
            // X was greater than the SampleRate.
            sampled += 1;
            continue;
        }
        sizes.push(size(reports(&ours)?.1).0);
    }
    if sizes.iter().sum::<usize>() == 0 {
        return Err(format!(
            "nothing was sent of 10 reports, {sampled} left out"
        ));
    }
    Ok(Outcome::Passed(format!(
        "10 draws of X: {sampled} reports not sampled, the others with {sizes:?} counters"
    )))
}

/// A directory as a case, with the config of `many_weeks`.
pub(crate) fn case_of(home: &home::Home) -> Case {
    Case {
        dir: home.root.path().to_owned(),
        now: many_weeks::NOW.to_owned(),
        config: home.put("config.json", many_weeks::CONFIG),
        version: VERSION,
    }
}

// test[report.due, report.group, report.group.empty, report.done, report.merge, report.merge.zero]
// test[report.last-week, report.upload.age, report.upload.as-of, report.filter.stack, upload.order]
fn weeks_of_all_kinds_end_alike(toolchain: &Toolchain) -> Result<Outcome, String> {
    let mut files = 0;
    for mode in ["on 2026-11-04", "local", "local 2026-11-04", "off"] {
        let home = many_weeks::home(mode);
        let case = case_of(&home);
        let (theirs, ours) = both(toolchain, &case, ok)?;
        compare(&theirs, &ours, without_x).map_err(|what| format!("mode {mode}: {what}"))?;
        let complaints = String::from_utf8_lossy(&ours.output.stderr);
        let named =
            ["garbage", "long"].map(|name| complaints.contains(&format!("{name}.v1.count")));
        if named != [mode != "off"; 2] {
            return Err(format!("mode {mode}: {complaints}"));
        }
        files += ours.files.len();
        let expected: &[&str] = match mode {
            "on 2026-11-04" => &["/2026-11-15", "/2026-11-19", "/2026-11-20", "/2026-11-21"],
            _ => &[],
        };
        if ours.paths() != expected {
            return Err(format!("mode {mode}: sent {:?}", ours.paths()));
        }
        let has_local = ours.has("local/local.2026-11-02.json");
        if has_local != (mode != "off") || !ours.has("local/w.v1.count") {
            return Err(format!("mode {mode}: {:?}", ours.files.keys()));
        }
    }
    Ok(Outcome::Passed(format!(
        "4 modes, {files} files of 12 weeks, 4 reports sent"
    )))
}

// test[upload.answer.ok, upload.answer.refused, upload.answer.other]
fn answers_end_alike(toolchain: &Toolchain) -> Result<Outcome, String> {
    let replies: [(&str, Answer); 7] = [
        ("200", ok),
        ("202", |_| Reply::Status(202, Vec::new())),
        ("304", |_| Reply::Status(304, Vec::new())),
        ("400", |_| Reply::Status(400, b"invalid report".to_vec())),
        ("499", |_| Reply::Status(499, Vec::new())),
        ("503", |_| Reply::Status(503, b"later".to_vec())),
        ("none", |_| Reply::Cut),
    ];
    for (name, reply) in replies {
        let home = many_weeks::home("on 2026-11-04");
        let case = case_of(&home);
        let (theirs, ours) = both(toolchain, &case, reply)?;
        compare(&theirs, &ours, without_x).map_err(|what| format!("answer {name}: {what}"))?;
        let week = "/2026-11-21.json";
        let stays = matches!(name, "202" | "304" | "503" | "none");
        if ours.has(&format!("local{week}")) != stays
            || ours.has(&format!("upload{week}")) != (name == "200")
        {
            return Err(format!("answer {name}: {:?}", ours.files.keys()));
        }
    }
    Ok(Outcome::Passed(format!(
        "{} kinds of answers",
        replies.len()
    )))
}
