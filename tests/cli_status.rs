//! `status`: what it says of a telemetry directory, sound or not.

#![cfg(all(feature = "cli", target_os = "linux"))]

#[path = "support/program.rs"]
mod program;
mod support;

use std::collections::HashMap;
use std::fs;

use program::{Home, make_pipe, status_line};
use support::raw::{self, Raw, meta_text};
use tinyjson::JsonValue;

/// A count file that says nothing but when it ends.
fn ending(time_end: &str) -> Vec<u8> {
    Raw::new(&meta_text(&[("TimeEnd", time_end)])).into_bytes()
}

/// A home with two count files, three uploaded reports, and what else lies around.
fn inhabited() -> Home {
    let home = Home::new();
    home.write("mode", "on 2026-11-10");
    home.write("local/weekends", "0\n");
    home.write("local/a.v1.count", raw::sample());
    home.write("local/b.v1.count", raw::sample_two_pages());
    home.write("local/b.v2.count", "of another version");
    home.write("local/local.2026-11-17.json", "{}");
    home.write("upload/2026-11-07.json", "{}");
    home.write("upload/2026-11-14.json", "{}");
    home.write("upload/2025-12-31.json", "{}");
    home.write("upload/2026-11-28.json.lock", "");
    home.write("upload/2026-11-99.json", "{}");
    home.write("upload/z.json", "{}");
    home
}

#[test]
fn status_reports_mode_directories_files_and_dates() {
    let home = inhabited();
    let dir = home.dir().display().to_string();
    let expected = format!(
        "mode          on\n\
         decided by    the mode file\n\
         as of         2026-11-10\n\
         directory     {dir}\n\
         counts        {dir}/local\n\
         uploads       {dir}/upload\n\
         count files   2, 49152 bytes\n\
         next report   2026-11-25\n\
         last upload   2026-11-14\n\
         a.v1.count: 16 counters of cmd/go go1.27.3, 2026-11-18 to 2026-11-25\n\
         b.v1.count: 13 counters of cmd/go go1.27.3, 2026-11-18 to 2026-11-25\n"
    );
    let call = home.call(&["status", "--now", "2026-11-21"]);
    call.run().is(0, &expected, "");
}

#[test]
fn status_as_json_is_one_document_with_the_same_facts() {
    let home = inhabited();
    let dir = home.dir().display().to_string();
    let text = |text: &str| JsonValue::String(text.to_owned());
    let file = |name: &str, counters: f64| {
        let file = [
            ("File", text(&format!("{dir}/local/{name}.v1.count"))),
            ("Program", text("cmd/go")),
            ("Version", text("go1.27.3")),
            ("TimeBegin", text("2026-11-18T00:00:00Z")),
            ("TimeEnd", text("2026-11-25T00:00:00Z")),
            ("Counters", JsonValue::Number(counters)),
        ];
        JsonValue::Object(file.map(|(key, value)| (key.to_owned(), value)).into())
    };
    let expected: HashMap<String, JsonValue> = [
        ("Mode", text("on")),
        ("DecidedBy", text("file")),
        ("Reason", text("the mode file")),
        ("AsOf", text("2026-11-10")),
        ("Directory", text(&dir)),
        ("Local", text(&format!("{dir}/local"))),
        ("Upload", text(&format!("{dir}/upload"))),
        ("CountFiles", JsonValue::Number(2.0)),
        ("Size", JsonValue::Number(49152.0)),
        (
            "Files",
            JsonValue::Array(vec![file("a", 16.0), file("b", 13.0)]),
        ),
        ("Unreadable", JsonValue::Array(Vec::new())),
        ("NextReport", text("2026-11-25")),
        ("LastUpload", text("2026-11-14")),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into();
    let output = home.output(&["status", "--json", "--now", "2026-11-21"]);
    let document: JsonValue = output.parse().expect("one JSON document");
    assert_eq!(document, JsonValue::Object(expected));
}

#[test]
fn status_changes_nothing() {
    let home = inhabited();
    let before = home.names();
    home.output(&["status"]);
    assert_eq!(home.names(), before);
    let untouched = Home::new();
    untouched.output(&["status"]);
    assert!(!untouched.dir().exists());
}

#[test]
fn status_of_a_directory_that_nobody_made_has_no_dates() {
    let status = Home::new().output(&["status"]);
    for (label, value) in [
        ("mode ", "local"),
        ("as of ", "none"),
        ("count files ", "0, 0 bytes"),
        ("next report ", "none"),
        ("last upload ", "none"),
    ] {
        assert_eq!(status_line(&status, label), value, "{label}");
    }
}

#[test]
fn the_next_report_is_that_of_the_count_file_that_ends_first() {
    let home = Home::new();
    home.write("local/a.v1.count", ending("2026-11-26T00:00:00Z"));
    home.write("local/b.v1.count", ending("2026-11-24T00:00:00Z"));
    home.write("local/c.v1.count", ending("some day"));
    home.write("local/d.v1.count", Raw::new(b"\n").into_bytes());
    let status = home.output(&["status", "--now", "2026-11-21"]);
    assert_eq!(status_line(&status, "next report "), "2026-11-24");
    assert_eq!(status_line(&status, "count files "), "4, 65536 bytes");
}

#[test]
fn a_report_is_due_only_after_the_count_file_ended() {
    let home = Home::new();
    home.write("local/a.v1.count", raw::sample());
    for (now, line) in [
        ("2026-11-24T23:59:59Z", "2026-11-25"),
        ("2026-11-25T00:00:00Z", "2026-11-25"),
        ("2026-11-25T00:00:01Z", "2026-11-25, which is due"),
    ] {
        let status = home.output(&["status", "--now", now]);
        assert_eq!(status_line(&status, "next report "), line, "{now}");
    }
}

#[test]
fn without_count_files_the_next_report_follows_from_the_weekday() {
    // 2026-11-21 is a Saturday.
    for (weekends, line) in [
        ("0\n", "2026-11-22"),
        ("3", "2026-11-25"),
        (" \n6\n", "2026-11-28"),
        // The byte behind 9 counts as 10, the one before 0 as 255.
        ("/", "2026-11-25"),
        (":", "2026-11-25"),
    ] {
        let home = Home::new();
        home.write("local/weekends", weekends);
        let status = home.output(&["status", "--now", "2026-11-21"]);
        assert_eq!(status_line(&status, "next report "), line, "{weekends:?}");
    }
}

// test[dir.files]
#[test]
fn status_names_count_files_that_cannot_be_read_and_shows_the_rest() {
    let home = inhabited();
    home.write("local/0-empty.v1.count", "");
    home.write("local/1-other.v1.count", [b'x'; 16384]);
    make_pipe(&home.path("local/2-pipe.v1.count"));
    fs::create_dir(home.path("local/3-directory.v1.count")).expect("a directory can be made");
    let local = home.path("local").display().to_string();
    let said = [
        "0-empty.v1.count: offset 0x0: 0 bytes, fewer than one page of 16384 [fmt.file.min]",
        "1-other.v1.count: offset 0x0: not the magic \"# telemetry/counter file v1\" \
         [fmt.header.magic]",
        "2-pipe.v1.count: not a regular file [dir.files]",
        "3-directory.v1.count: not a regular file [dir.files]",
    ]
    .map(|line| format!("{local}/{line}"));
    let output = home.call(&["status", "--now", "2026-11-21"]).run();
    let lines: Vec<String> = said
        .iter()
        .map(|line| format!("gotelemetry: {line}\n"))
        .collect();
    assert_eq!((output.code, output.err), (1, lines.concat()));
    let files = status_line(&output.out, "count files ");
    assert!(files.starts_with("6, "), "{files}");
    assert_eq!(status_line(&output.out, "next report "), "2026-11-25");
    assert_eq!(status_line(&output.out, "last upload "), "2026-11-14");

    let output = home.call(&["status", "--json"]).run();
    let document: JsonValue = output.out.parse().expect("one JSON document");
    let named = said.map(JsonValue::String).to_vec();
    assert_eq!(document["Unreadable"], JsonValue::Array(named));
    assert_eq!((output.code, output.err), (1, lines.concat()));
}

#[test]
fn a_weekends_file_that_cannot_be_read_is_named_and_the_rest_is_shown() {
    let home = Home::new();
    home.write("mode", "on 2026-11-10");
    let path = home.write("local/weekends", "\n");
    let output = home.call(&["status"]).run();
    let said = format!(
        "gotelemetry: {}: offset 0x0: no weekday in an empty file [week.weekends.text]\n",
        path.display()
    );
    assert_eq!((output.code, output.err), (1, said));
    let mode = output.out.lines().next();
    assert_eq!(mode, Some("mode          on"));
}

// test[dir.files]
#[test]
fn a_pipe_in_place_of_the_weekends_file_does_not_hang() {
    let home = Home::new();
    make_pipe(&home.path("local/weekends"));
    let output = home.call(&["status"]).run();
    let said = "local/weekends: not a regular file [dir.files]\n";
    assert!(output.err.ends_with(said), "{output:?}");
    assert_eq!(output.code, 1);
}

#[test]
fn a_file_in_place_of_a_directory_is_named_and_the_rest_is_shown() {
    for name in ["local", "upload"] {
        let home = Home::new();
        let path = home.write(name, "a file");
        let output = home.call(&["status"]).run();
        let said = format!("gotelemetry: {}: cannot list: ", path.display());
        assert!(output.err.starts_with(&said), "{output:?}");
        assert_eq!((output.code, output.err.lines().count()), (1, 1));
        assert_eq!(status_line(&output.out, "mode "), "local");
        assert_eq!(status_line(&output.out, "next report "), "none");
    }
}
