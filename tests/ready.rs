//! Reports that lie ready: which they are, in which order, and what holds each back.

#![cfg(all(feature = "cli", target_os = "linux"))]

#[path = "support/home.rs"]
mod home;
mod support;

use std::fs;

use gotelemetry::config::UploadConfig;
use gotelemetry::upload::ready::{Hold, Ready, Text, ready};
use home::{Home, NOW, time, usual_config};

/// A report of the usual tool that a collector takes.
const REPORT: &str = r#"{"Week":"2026-11-21","LastWeek":"","X":0.5,"Programs":[{"Program":"a/tool",
    "Version":"v1.0.0","GoVersion":"go1.27.3","GOOS":"linux","GOARCH":"amd64","Counters":{"n":1},
    "Stacks":{}}],"Config":"v0.93.0"}"#;

fn only(home: &Home) -> Ready {
    let mut found = ready(&home.dir).expect("it can be listed");
    assert_eq!(found.len(), 1);
    found.remove(0)
}

// test[upload.ready.name, upload.ready.stray, upload.order]
#[test]
fn what_is_named_by_a_date_alone_lies_ready() {
    let home = Home::new("on 2026-11-01");
    for name in [
        "2026-11-21.json",
        "2026-11-07.json",
        "2026-11-14.json",
        "local.2026-11-21.json",
        "secret-2026-11-20.json",
        "2026-11-20.json.old",
        "2026-11-31.json",
        "20261120.json",
        "a.json",
        ".json",
        "2026-11-20.JSON",
    ] {
        home.put(&format!("local/{name}"), REPORT);
    }
    fs::create_dir(home.dir.local().join("2026-11-19.json")).expect("a directory can be made");
    let target = home.put("elsewhere", REPORT);
    let link = home.dir.local().join("2026-11-18.json");
    std::os::unix::fs::symlink(target, link).expect("a link can be made");
    let nowhere = home.dir.local().join("2026-11-17.json");
    std::os::unix::fs::symlink("nowhere", nowhere).expect("a link can be made");
    let found = ready(&home.dir).expect("it can be listed");
    let dates: Vec<String> = found.iter().map(|ready| ready.date.to_string()).collect();
    assert_eq!(
        dates,
        ["2026-11-07", "2026-11-14", "2026-11-18", "2026-11-21"]
    );
    for ready in &found {
        assert_eq!(
            ready.read().expect("it can be read"),
            Text::Whole(REPORT.into())
        );
    }
    fs::remove_file(&found[0].path).expect("it is there");
    assert_eq!(found[0].read().expect("it is gone"), Text::Gone);
    fs::create_dir(&found[0].path).expect("a directory can be made");
    found[0].read().expect_err("it is a directory");
}

// test[upload.mode, upload.ready.as-of, upload.ready.future, upload.ready.age]
#[test]
fn a_report_is_held_back_by_mode_and_date() {
    for (mode, now, hold) in [
        ("on 2026-11-20", NOW, None),
        ("on 2026-11-21", NOW, Some(Hold::AsOf)),
        ("on 2026-11-22", NOW, Some(Hold::AsOf)),
        ("local 2026-11-01", NOW, Some(Hold::Mode)),
        ("off", NOW, Some(Hold::Mode)),
        ("on 2026-11-01", "2026-11-21T00:00:00Z", None),
        ("on 2026-11-01", "2026-11-20T23:59:59Z", Some(Hold::Future)),
        ("on 2026-11-01", "2026-12-12T00:00:00Z", None),
        ("on 2026-11-01", "2026-12-12T00:00:01Z", Some(Hold::Age)),
    ] {
        let home = Home::new(mode);
        home.put("local/2026-11-21.json", REPORT);
        let (terms, _) = home.terms(now, None);
        assert_eq!(only(&home).held(&terms), hold, "{mode} {now}");
    }
}

// test[upload.config, upload.ready.size, upload.ready.check, upload.ready.week]
#[test]
fn a_report_is_held_back_by_what_it_says() {
    let home = Home::new("on 2026-11-01");
    home.put("local/2026-11-21.json", REPORT);
    let ready = only(&home);
    let config = usual_config("");
    let approved = config.approved();
    let check = |text: &str, approved| ready.check(text.as_bytes(), approved, time(NOW));
    let hold = |text: &str| check(text, Some(&approved)).err();
    assert_eq!(hold(REPORT), None);
    assert_eq!(check(REPORT, None), Err(Hold::Config));
    let padded = |len: usize| format!("{REPORT}{}", " ".repeat(len - REPORT.len()));
    assert_eq!(hold(&padded(102_400)), None);
    assert_eq!(hold(&padded(102_401)), Some(Hold::Size));
    assert!(matches!(hold(&REPORT[..100]), Some(Hold::Form(_))));
    assert!(matches!(
        hold(&format!("{REPORT}{REPORT}")),
        Some(Hold::Form(_))
    ));
    assert!(matches!(
        hold(&REPORT.replace("\"n\"", "\"m\"")),
        Some(Hold::Check(_))
    ));
    assert_eq!(
        hold(&REPORT.replace("2026-11-21", "2026-11-20")),
        Some(Hold::Week)
    );
    let empty = UploadConfig::default();
    let nothing = check(REPORT, Some(&empty.approved()));
    let text = nothing.expect_err("it is refused").to_string();
    let reason = "unknown GOARCH: \"amd64\" [collect.check.build] [upload.ready.check]";
    assert_eq!(text, format!("a collector would refuse it: {reason}"));
}

/// What holds back the usual report with `to` in place of `from`.
fn held_with(from: &str, to: impl AsRef<[u8]>) -> Option<String> {
    assert_eq!(REPORT.matches(from).count(), 1, "{from}");
    let home = Home::new("on 2026-11-01");
    home.put("local/2026-11-21.json", REPORT);
    let config = usual_config("");
    let (before, after) = REPORT.split_once(from).expect("it was counted");
    let text = [before.as_bytes(), to.as_ref(), after.as_bytes()].concat();
    let checked = only(&home).check(&text, Some(&config.approved()), time(NOW));
    checked.err().map(|hold| hold.to_string())
}

// test[upload.ready.check]
#[test]
fn a_report_of_which_a_part_would_go_unchecked_is_held_back() {
    let digits = format!("0.5{}", "01234567890".repeat(8_000));
    let twice = "a key that stands twice";
    let unknown = "a member that is not known";
    let half = "a string of which a part is no character";
    let number = "a number that no program writes so";
    for (from, to, what) in [
        ("\"Week\"", "\"Home\":\"/home/u/secret\",\"Week\"", unknown),
        (
            "\"Week\"",
            "\"programs\":[{\"Program\":\"secret\"}],\"Week\"",
            unknown,
        ),
        ("\"GOOS\"", "\"\":\"/home/u/secret\",\"GOOS\"", unknown),
        ("\"GOOS\"", "\"goos\":\"/home/u/secret\",\"GOOS\"", unknown),
        ("\"Week\"", "\"Week\":\"/home/u/secret\",\"Week\"", twice),
        (
            "\"Week\"",
            "\"Programs\":[{\"Program\":\"secret\"}],\"Week\"",
            twice,
        ),
        ("\"GOOS\"", "\"Counters\":{\"secret/x\":7},\"GOOS\"", twice),
        ("\"n\":1", "\"n\":1,\"\\u006e\":1", twice),
        ("\"Stacks\":{", "\"Stacks\":{\"a\\nb\":1,\"a\\nb\":2", twice),
        ("\"n\"", "\"n\\ud83d\"", half),
        ("\"LastWeek\":\"\"", "\"LastWeek\":\"\\ude00\"", half),
        ("0.5", &digits, number),
        ("0.5", "5E-1", number),
    ] {
        let held = held_with(from, to).unwrap_or_default();
        let end = format!(": {what} [privacy.approved.body] [upload.ready.check]");
        assert!(held.ends_with(&end), "{held}");
    }
}

// test[upload.ready.check]
#[test]
fn a_report_with_bytes_that_are_no_text_is_held_back() {
    for to in [
        &b"\"LastWeek\":\"\xff\""[..],
        b"\"LastWeek\":\"\\n\xe2\x82\"",
    ] {
        let held = held_with("\"LastWeek\":\"\"", to).unwrap_or_default();
        assert!(
            held.contains(": a string of which a part is no character ["),
            "{held}"
        );
    }
}

// test[upload.ready.check]
#[test]
fn the_place_that_would_go_unchecked_is_named() {
    let held = held_with("{\"Week\"", "{\"Home\":\"/home/u/secret\",\"Week\"");
    let place = "it is no report: offset 0x8: a member that is not known";
    let clauses = "[privacy.approved.body] [upload.ready.check]";
    assert_eq!(held, Some(format!("{place} {clauses}")));
}

// test[upload.ready.check]
#[test]
fn a_report_that_a_program_can_have_written_is_not_held_back() {
    for (from, to) in [
        ("\"Stacks\":{}", "\"Stacks\":null"),
        ("\"LastWeek\":\"\",", ""),
        ("0.5", "6.661338147750939e-16"),
        ("0.5", "0.45212553953238555"),
    ] {
        assert_eq!(held_with(from, to), None, "{to}");
    }
    // A whole pair and U+FFFD itself are read as what they are.
    let text = "\"LastWeek\":\"\\ud83d\\ude00\u{fffd}\"";
    let held = held_with("\"LastWeek\":\"\"", text).unwrap_or_default();
    assert!(held.contains("LastWeek is no date"), "{held}");
}

#[test]
fn every_hold_names_its_clause() {
    for (hold, clause) in [
        (Hold::Mode, "upload.mode"),
        (Hold::AsOf, "upload.ready.as-of"),
        (Hold::Future, "upload.ready.future"),
        (Hold::Age, "upload.ready.age"),
        (Hold::Config, "upload.config"),
        (Hold::Size, "upload.ready.size"),
        (Hold::Week, "upload.ready.week"),
    ] {
        let text = hold.to_string();
        assert_eq!(hold.clause(), clause);
        assert!(
            text.len() > clause.len() + 5 && text.ends_with(&format!(" [{clause}]")),
            "{text}"
        );
    }
}
