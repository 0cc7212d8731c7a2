//! `clean`: what it deletes, and what it leaves.

#![cfg(all(feature = "cli", target_os = "linux"))]

#[path = "support/program.rs"]
mod program;
mod support;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::time::{Duration, SystemTime};

use program::{Home, make_pipe};
use support::raw::{self, Raw, meta_text};

/// What `clean` deletes.
const DATA: [&str; 9] = [
    "local/.v1.count",
    "local/2026-11-14.json",
    "local/go@go1.27.3-go1.27.3-linux-amd64-2026-11-18.v1.count",
    "local/local.2026-11-14.json",
    "local/local.2026-11-21.json",
    "local/secret.json",
    "local/x.v1.count",
    "upload/2026-11-07.json",
    "upload/stray.json",
];

/// What `clean` leaves.
const REST: [&str; 17] = [
    "2026-11-14.json",
    "debug/2026-11-14.json",
    "debug/sidecar.log",
    "local/2026-11-14.json.lock",
    "local/2026-11-14.jsonx",
    "local/deeper/2026-11-14.json",
    "local/deeper/x.v1.count",
    "local/json",
    "local/notes.txt",
    "local/upload.token",
    "local/weekends",
    "local/x.v1.count.bak",
    "local/x.v2.count",
    "mode",
    "upload/2026-11-14.json.lock",
    "upload/x.v1.count",
    "x.v1.count",
];

/// A home with all that can lie in a telemetry directory.
fn full_home() -> Home {
    let home = Home::new();
    for name in DATA.iter().chain(&REST) {
        home.write(name, raw::sample());
    }
    home
}

/// Sets when the file at `name` was last changed.
fn changed_at(home: &Home, name: &str, date: &str) {
    let date: jiff::Timestamp = format!("{date}T12:00:00Z").parse().expect("a time");
    let seconds = u64::try_from(date.as_second()).expect("after 1970");
    let file = File::options().append(true).open(home.path(name));
    let file = file.expect("the file opens");
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        .expect("the time of change can be set");
}

#[test]
fn clean_deletes_count_files_and_reports_and_nothing_else() {
    for name in ["clean", "clear"] {
        let home = full_home();
        assert_eq!(home.names().len(), DATA.len() + REST.len());
        home.call(&[name]).run().is(0, "deleted 9 files\n", "");
        assert_eq!(home.names(), REST);
        home.call(&[name]).run().is(0, "deleted 0 files\n", "");
        assert_eq!(home.names(), REST);
    }
}

#[test]
fn clean_says_how_many_files_it_deleted() {
    let home = Home::new();
    home.write("local/x.v1.count", "");
    home.call(&["clean"]).run().is(0, "deleted 1 file\n", "");
    home.write("upload/x.json", "");
    home.call(&["clean", "--json"])
        .run()
        .is(0, "{\"Deleted\":1}\n", "");
}

#[test]
fn clean_of_a_directory_that_nobody_made_deletes_nothing_and_makes_nothing() {
    let home = Home::new();
    home.call(&["clean"]).run().is(0, "deleted 0 files\n", "");
    assert!(!home.dir().exists());
}

#[test]
fn clean_deletes_what_cannot_be_read() {
    let home = Home::new();
    home.write("local/damaged.v1.count", [0xff; 20_000]);
    home.write("local/damaged.json", "{");
    make_pipe(&home.path("local/pipe.v1.count"));
    home.call(&["clean"]).run().is(0, "deleted 3 files\n", "");
    assert_eq!(home.names(), [""; 0]);
}

#[test]
fn clean_deletes_a_link_and_not_what_it_leads_to() {
    let home = Home::new();
    let target = home.root().join("kept");
    fs::write(&target, raw::sample()).expect("a test can write its files");
    home.write("local/weekends", "0\n");
    std::os::unix::fs::symlink(&target, home.path("local/x.v1.count")).expect("a link");
    home.call(&["clean"]).run().is(0, "deleted 1 file\n", "");
    assert_eq!(home.names(), ["local/weekends"]);
    assert!(target.exists());
}

// test[id.file-suffix]
#[test]
fn clean_deletes_count_files_and_reports_whose_names_are_no_text() {
    let home = Home::new();
    let names = [
        b"local/\xff.v1.count".as_slice(),
        b"local/\xff.json",
        b"upload/\xff.json",
    ];
    for name in names {
        home.write(OsStr::from_bytes(name), raw::sample());
    }
    home.call(&["clean"]).run().is(0, "deleted 3 files\n", "");
    assert_eq!(home.names(), [""; 0]);
}

#[test]
fn what_cannot_be_deleted_is_named_and_the_rest_is_deleted() {
    let home = full_home();
    let stuck = home.path("local/a.v1.count");
    fs::create_dir(&stuck).expect("a directory can be made");
    let output = home.call(&["clean"]).run();
    let said = format!("gotelemetry: {}: cannot delete: ", stuck.display());
    assert!(output.err.starts_with(&said), "{output:?}");
    assert_eq!(
        (output.code, output.out.as_str(), output.err.lines().count()),
        (1, "deleted 9 files\n", 1)
    );
    assert_eq!(home.names(), REST);
}

// test[report.names]
#[test]
fn reports_are_as_old_as_the_week_in_their_names() {
    let home = Home::new();
    let stay = ["local/2026-11-14.json", "local/local.2026-11-14.json"];
    let old = ["local/2026-11-13.json", "local/local.2026-11-13.json"];
    for name in stay.iter().chain(&old) {
        // What they say, and when they were changed, does not matter.
        home.write(name, "{\"Week\":\"2020-01-01\"}");
        changed_at(&home, name, "2020-01-01");
    }
    home.write("upload/2026-11-13.json", "");
    home.write("upload/2026-11-14.json", "");
    let args = [
        "clean",
        "--older-than",
        "7",
        "--now",
        "2026-11-21T23:59:59Z",
    ];
    home.call(&args).run().is(0, "deleted 3 files\n", "");
    assert_eq!(home.names(), [stay[0], stay[1], "upload/2026-11-14.json"]);
}

#[test]
fn count_files_are_as_old_as_the_end_they_state() {
    let home = Home::new();
    for end in ["2026-11-13", "2026-11-14", "2026-11-25"] {
        let time_end = format!("{end}T00:00:00Z");
        let file = Raw::new(&meta_text(&[("TimeEnd", &time_end)])).into_bytes();
        let name = format!("local/2020-01-01-{end}.v1.count");
        home.write(&name, file);
        changed_at(&home, &name, "2020-01-01");
    }
    let args = ["clean", "--older-than", "7", "--now", "2026-11-21"];
    home.call(&args).run().is(0, "deleted 1 file\n", "");
    assert_eq!(
        home.names(),
        [
            "local/2020-01-01-2026-11-14.v1.count",
            "local/2020-01-01-2026-11-25.v1.count"
        ]
    );
}

#[test]
fn what_states_no_end_is_as_old_as_its_last_change() {
    let home = Home::new();
    let names = ["damaged.v1.count", "endless.v1.count", "stray.json"];
    for (day, number) in [("2026-11-13", 0), ("2026-11-14", 1)] {
        for name in names {
            let name = format!("local/{number}-{name}");
            match name.contains("endless") {
                true => home.write(&name, Raw::new(b"Program: x\n\n").into_bytes()),
                false => home.write(&name, "damaged"),
            };
            changed_at(&home, &name, day);
        }
    }
    let args = ["clean", "--older-than", "7", "--now", "2026-11-21"];
    home.call(&args).run().is(0, "deleted 3 files\n", "");
    let left = names.map(|name| format!("local/1-{name}"));
    assert_eq!(home.names(), left);
}

#[test]
fn older_than_0_days_is_what_ended_before_today() {
    let home = Home::new();
    for day in ["2026-11-20", "2026-11-21", "2026-11-22"] {
        home.write(format!("local/local.{day}.json"), "{}");
    }
    let args = ["clean", "--older-than", "0", "--now", "2026-11-21"];
    home.call(&args).run().is(0, "deleted 1 file\n", "");
    let left = ["local/local.2026-11-21.json", "local/local.2026-11-22.json"];
    assert_eq!(home.names(), left);
}

#[test]
fn nothing_is_older_than_a_great_many_days() {
    let home = Home::new();
    home.write("local/0000-01-01.json", "{}");
    let args = ["clean", "--older-than", "4294967295", "--now", "9999-12-31"];
    home.call(&args).run().is(0, "deleted 0 files\n", "");
}
