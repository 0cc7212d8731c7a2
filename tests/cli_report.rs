//! `report`: what it says, what it leaves, and when it does nothing.

#[path = "support/program.rs"]
mod program;
mod support;

use std::fs::{self, File};
use std::time::{Duration, UNIX_EPOCH};

use program::Home;
use support::raw::{Raw, meta_text};

const NOW: &str = "2026-11-23T09:00:00Z";

const CONFIG: &str = r#"{"GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["go1.27.3"],"Programs":[
    {"Name":"cmd/go","Versions":["go1.27.3"],"Counters":[{"Name":"runs","Rate":1}]}]}"#;

/// A count file of the week that ended on `end`, with these names.
fn count_file(end: &str, names: &[&str]) -> Vec<u8> {
    let mut raw = Raw::new(&meta_text(&[
        ("TimeBegin", "2026-11-01T00:00:00Z"),
        ("TimeEnd", &format!("{end}T00:00:00Z")),
        ("Program", "cmd/go"),
        ("Version", "go1.27.3"),
        ("GoVersion", "go1.27.3"),
        ("GOOS", "linux"),
        ("GOARCH", "amd64"),
    ]));
    for name in names {
        raw.add(name.as_bytes(), 3);
    }
    raw.into_bytes()
}

/// A home in this mode, with a week that has ended.
fn home(mode: &str) -> Home {
    let home = Home::new();
    home.write("mode", mode);
    home.write(
        "local/a.v1.count",
        count_file("2026-11-21", &["runs", "secret"]),
    );
    home.write("../config.json", CONFIG);
    home
}

fn report(home: &Home, more: &[&str]) -> String {
    let config = home.path("../config.json");
    let config = config.to_str().expect("the path is text");
    let mut args = vec!["report", "--now", NOW];
    args.extend(more.iter().map(|arg| match *arg {
        "CONFIG" => config,
        arg => arg,
    }));
    home.output(&args)
}

#[test]
fn a_week_is_reported_and_what_may_be_sent_lies_ready() {
    let home = home("on 2026-10-01");
    let said = report(
        &home,
        &["--config", "CONFIG", "--config-version", "v0.93.0"],
    );
    assert_eq!(said, "2026-11-21  reported, 2 counters; 1 may be sent\n");
    assert_eq!(
        home.names(),
        [
            "local/2026-11-21.json",
            "local/local.2026-11-21.json",
            "local/upload.lock",
            "mode"
        ]
    );
    let local = home.read("local/local.2026-11-21.json");
    assert!(local.contains("\"secret\": 3") && local.contains("\"Config\": \"v0.93.0\""));
    let ready = home.read("local/2026-11-21.json");
    assert!(ready.contains("\"runs\": 3") && !ready.contains("secret"));
    assert_eq!(report(&home, &[]), "no week has ended\n");
}

// test[report.mode]
#[test]
fn in_mode_off_nothing_is_touched() {
    for mode in ["off", "unheard-of"] {
        let home = home(mode);
        let before = home.names();
        let said = report(&home, &["--config", "CONFIG"]);
        assert_eq!(said, "the mode is off: nothing is reported\n", "{mode}");
        assert_eq!(home.names(), before);
    }
}

// test[report.upload.mode, report.upload.config, config.fetch.local]
#[test]
fn without_consent_or_config_the_report_stays_local() {
    for (mode, args, reason) in [
        (
            "local",
            &["--config", "CONFIG"][..],
            "the mode is not on [report.upload.mode]",
        ),
        (
            "on 2026-10-01",
            &[],
            "there is no upload config [report.upload.config]",
        ),
        (
            "on 2026-11-01",
            &["--config", "CONFIG"],
            "the week holds counts from the as-of date or before [report.upload.as-of]",
        ),
    ] {
        let home = home(mode);
        let said = report(&home, args);
        assert_eq!(
            said,
            format!("2026-11-21  reported, 2 counters; nothing is sent: {reason}\n")
        );
        assert_eq!(
            home.names(),
            ["local/local.2026-11-21.json", "local/upload.lock", "mode"]
        );
    }
}

#[test]
fn what_becomes_of_each_week_is_said_as_json_too() {
    let home = home("on 2026-10-01");
    home.write("local/b.v1.count", count_file("2026-11-07", &["runs"]));
    home.write("local/local.2026-11-07.json", "{}");
    home.write("local/c.v1.count", count_file("2026-11-14", &[]));
    home.write("local/d.v1.count", count_file("2026-11-08", &["runs"]));
    let half = home.write("local/2026-11-08.json", "{");
    let now = UNIX_EPOCH + Duration::from_secs(1_795_424_400);
    let half = File::options().write(true).open(half);
    let half = half.expect("it is there");
    half.set_modified(now).expect("it can be set");
    let said = report(&home, &["--json"]);
    let week = |week, outcome, held| {
        format!(
            "\t\t{{\n\t\t\t\"Week\": \"{week}\",\n\t\t\t\"Outcome\": \"{outcome}\",\n\t\t\t\"Files\": 1,\n\
             \t\t\t\"Ready\": false,\n\t\t\t\"Held\": {held}\n\t\t}}"
        )
    };
    let weeks = [
        week("2026-11-07", "before", "null"),
        week("2026-11-08", "waits", "null"),
        week("2026-11-14", "empty", "null"),
        week("2026-11-21", "reported", "\"report.upload.config\""),
    ];
    assert_eq!(
        said,
        format!("{{\n\t\"Weeks\": [\n{}\n\t]\n}}\n", weeks.join(",\n"))
    );
}

// test[report.files.bad]
#[test]
fn a_file_that_cannot_be_read_is_named_and_stays() {
    let home = home("local");
    let bad = home.write("local/b.v1.count", "no count file");
    let output = home.call(&["report", "--now", NOW]).run();
    assert_eq!(output.code, 1);
    assert!(
        output.out.starts_with("2026-11-21  reported"),
        "{}",
        output.out
    );
    let line = format!("gotelemetry: {}: ", bad.display());
    assert!(
        output.err.starts_with(&line) && output.err.ends_with("[fmt.file.min]\n"),
        "{}",
        output.err
    );
    assert!(bad.exists());
}

// test[report.group.each, report.place.failed, report.done.unread]
#[test]
fn a_week_that_cannot_be_reported_keeps_no_other_from_it() {
    let home = home("local");
    home.write("local/b.v1.count", count_file("2026-11-14", &["runs"]));
    let place = home.path("local/local.2026-11-14.json");
    fs::create_dir(&place).expect("a directory can be made");
    let output = home.call(&["report", "--now", NOW]).run();
    let reason = "the mode is not on [report.upload.mode]";
    output.is(
        1,
        &format!("2026-11-21  reported, 2 counters; nothing is sent: {reason}\n"),
        &format!(
            "gotelemetry: {}: not a regular file [dir.files]\n",
            place.display()
        ),
    );
    assert_eq!(
        home.names(),
        [
            "local/b.v1.count",
            "local/local.2026-11-21.json",
            "local/upload.lock",
            "mode"
        ]
    );
}

// test[report.done.unread]
#[test]
fn a_report_that_is_a_link_to_nothing_is_named_and_its_count_files_stay() {
    for name in ["local/local.2026-11-21.json", "local/2026-11-21.json"] {
        let home = home("on 2026-10-01");
        let place = home.path(name);
        std::os::unix::fs::symlink("nowhere", &place).expect("a link can be made");
        let config = home.path("../config.json");
        let call = home.call(&["report", "--now", NOW, "--config"]).arg(config);
        let output = call.run();
        assert_eq!(output.code, 1, "{}", output.out);
        let line = format!("gotelemetry: {}: cannot read: ", place.display());
        assert!(output.err.starts_with(&line), "{}", output.err);
        let mut names = [name, "local/a.v1.count", "local/upload.lock", "mode"];
        names.sort_unstable();
        assert_eq!(home.names(), names);
    }
}

// test[config.file, config.form, config.semver]
#[test]
fn a_config_that_cannot_be_used_ends_it_before_anything_is_done() {
    let home = home("on 2026-10-01");
    let bad = home.write("../bad.json", "{\"GOOS\":7}");
    let path = bad.to_str().expect("the path is text");
    let output = home.call(&["report", "--config", path]).run();
    output.is(
        1,
        "",
        &format!("gotelemetry: {path}: offset 0x9: a value that is no array [config.form]\n"),
    );
    let output = home
        .call(&["report", "--config", path, "--config-version", "latest"])
        .run();
    assert_eq!(output.code, 2);
    assert!(
        output
            .err
            .contains("--config-version \"latest\" is no semantic version")
    );
    let output = home.call(&["report", "--config-version", "v1.0.0"]).run();
    assert_eq!(output.code, 2);
    let output = home.call(&["report", "--config", "/nowhere"]).run();
    assert_eq!(output.code, 1);
    assert_eq!(home.names(), ["local/a.v1.count", "mode"]);
}

// test[upload.lock.own, upload.lock.busy, upload.lock.keep]
#[test]
fn one_program_at_a_time_makes_reports() {
    let home = home("local");
    let lock = File::create(home.path("local/upload.lock")).expect("a file can be made");
    lock.lock().expect("nobody has it");
    let said = report(&home, &[]);
    assert_eq!(said, "another program is making reports\n");
    assert_eq!(
        home.names(),
        ["local/a.v1.count", "local/upload.lock", "mode"]
    );
    drop(lock);
    assert!(report(&home, &[]).starts_with("2026-11-21  reported"));
    assert_eq!(home.read("local/upload.lock"), "");
}

#[test]
fn without_a_directory_there_is_nothing_to_report() {
    let home = Home::new();
    assert_eq!(report(&home, &[]), "no week has ended\n");
    assert_eq!(home.names(), Vec::<String>::new());
    fs::create_dir_all(home.path("local")).expect("a directory can be made");
    assert_eq!(report(&home, &[]), "no week has ended\n");
}
