//! The mode file: what it says to the program, and how the program sets it.

#![cfg(all(feature = "cli", target_os = "linux"))]

#[path = "support/program.rs"]
mod program;

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use program::{Home, make_pipe, status_line};

/// The mode, and the date as of which it holds, for a mode file with this content.
fn mode_of(content: &[u8]) -> (String, String) {
    let home = Home::new();
    let path = home.write("mode", content);
    // Noon of 2025-01-02.
    let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(1_735_819_200);
    let file = File::options().append(true).open(path);
    let file = file.expect("the mode file opens");
    file.set_modified(changed)
        .expect("the time of change can be set");
    let status = home.output(&["status"]);
    let mode = home.output(&[]);
    assert_eq!(mode.trim_end(), status_line(&status, "mode "));
    (mode.trim_end().to_owned(), status_line(&status, "as of "))
}

/// What decides the mode in this home, and the mode.
fn decided(home: &Home) -> String {
    let status = home.output(&["status"]);
    let (mode, by) = ("mode ", "decided by ");
    format!(
        "{}: {}",
        status_line(&status, mode),
        status_line(&status, by)
    )
}

#[test]
fn the_bare_program_prints_the_mode_in_one_word() {
    let home = Home::new();
    for mode in ["on", "local", "off"] {
        home.write("mode", format!("{mode} 2026-11-21"));
        home.call(&[]).run().is(0, &format!("{mode}\n"), "");
        let json = format!("{{\"Mode\":\"{mode}\"}}\n");
        home.call(&["--json"]).run().is(0, &json, "");
    }
}

// test[mode.file, mode.read]
#[test]
fn a_mode_file_says_a_mode_and_perhaps_since_when() {
    for (content, mode, as_of) in [
        ("on 2026-11-21", "on", "2026-11-21"),
        ("local 2026-11-21", "local", "2026-11-21"),
        ("off 2026-11-21", "off", "2026-11-21"),
        ("local", "local", "none"),
        ("off", "off", "none"),
        (" on 2026-11-21", "on", "2026-11-21"),
        ("on 2026-11-21\n", "on", "2026-11-21"),
        ("\r\n\ton 2026-11-21 \r\n", "on", "2026-11-21"),
        ("\u{85}\u{2003}on 2026-11-21\u{3000}", "on", "2026-11-21"),
        ("local \u{2003}2026-11-21", "local", "none"),
        ("local  2026-11-21", "local", "none"),
        ("local 2026-11-21 x", "local", "none"),
        ("local 2026-02-29", "local", "none"),
        ("local yesterday", "local", "none"),
    ] {
        let expected = (mode.to_owned(), as_of.to_owned());
        assert_eq!(mode_of(content.as_bytes()), expected, "{content:?}");
    }
}

// test[mode.as-of]
#[test]
fn mode_on_without_a_date_holds_as_of_the_day_on_which_the_file_was_changed() {
    for content in [
        "on",
        "on\n",
        "on  2026-11-21",
        "on 2026-11-21 x",
        "on 21.11.2026",
    ] {
        let expected = ("on".to_owned(), "2025-01-02".to_owned());
        assert_eq!(mode_of(content.as_bytes()), expected, "{content:?}");
    }
}

// test[mode.text, dir.files]
#[test]
fn a_mode_file_with_another_word_turns_everything_off() {
    let long = vec![b'x'; 10_240];
    let mut long_on = b"on 2026-11-21".to_vec();
    long_on.resize(10_240, b' ');
    for content in [
        &b""[..],
        b" \n",
        b"On",
        b"ON 2026-11-21",
        b"enabled 2026-11-21",
        b"on\t2026-11-21",
        b"on,2026-11-21",
        b"on\x00",
        b"on\xff 2026-11-21",
        b"\xe2\x80\x8bon",
        b"\xff\xfe",
        b"2026-11-21",
        &long,
        &long_on,
    ] {
        assert_eq!(mode_of(content).0, "off", "{content:?}");
    }
}

#[test]
fn status_quotes_a_word_that_is_no_mode() {
    let home = Home::new();
    home.write("mode", "enab\"led\n2026-11-21");
    assert_eq!(
        decided(&home),
        r#"off: the mode file says "enab\"led\n2026-11-21", which is no mode [mode.text]"#
    );
}

// test[mode.default, dir.files]
#[test]
fn a_mode_file_that_is_no_file_counts_as_none() {
    let default = "local: the default, as there is no readable mode file";
    type Make = fn(&Path);
    let kinds: [(&str, Make); 3] = [
        ("missing", |_| ()),
        ("a directory", |path| {
            fs::create_dir_all(path).expect("a directory can be made");
        }),
        ("a pipe that nobody writes to", make_pipe),
    ];
    for (kind, make) in kinds {
        let home = Home::new();
        make(&home.path("mode"));
        assert_eq!(decided(&home), default, "{kind}");
        home.call(&[]).run().is(0, "local\n", "");
    }
}

// test[mode.unreadable]
#[test]
fn while_the_mode_file_cannot_be_read_the_mode_is_off() {
    // To the super-user every file is readable, but not this one.
    let home = Home::new();
    let path = home.path("mode");
    fs::create_dir_all(home.dir()).expect("a directory can be made");
    symlink(&path, &path).expect("a link can be made");
    assert_eq!(
        decided(&home),
        "off: a mode file that cannot be read at the moment"
    );
    home.call(&[]).run().is(0, "off\n", "");
}

// test[mode.file]
#[test]
fn setting_the_mode_writes_it_with_the_day_of_the_time_given() {
    for (mode, now, text) in [
        ("on", "2026-11-21", "on 2026-11-21"),
        ("local", "2026-11-21T23:59:59Z", "local 2026-11-21"),
        ("off", "2026-11-21T23:30:00.5-01:00", "off 2026-11-22"),
    ] {
        let home = Home::new();
        let output = home.call(&[mode, "--now", now]).run();
        assert_eq!((output.code, output.out.as_str()), (0, ""));
        assert_eq!(home.read("mode"), text);
        assert_eq!(home.names(), ["mode"]);
    }
}

#[test]
fn without_a_time_given_the_mode_holds_as_of_today() {
    let days = || {
        let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        time.expect("the clock is past 1970").as_secs() / 86_400
    };
    let epoch = jiff::civil::date(1970, 1, 1);
    let before = days();
    let home = Home::new();
    home.output(&["off"]);
    // Midnight may have passed during the call.
    let texts = [before, days()].map(|days| {
        let days = i64::try_from(days).expect("few days");
        format!("off {}", epoch + jiff::Span::new().days(days))
    });
    assert!(texts.contains(&home.read("mode")));
}

// test[mode.keep]
#[test]
fn a_mode_that_is_set_already_keeps_date_and_file() {
    for text in ["on 2020-02-29", "local 2020-02-29\n", "off", " on  x"] {
        let home = Home::new();
        let path = home.write("mode", text);
        let identity = || {
            let meta = fs::metadata(&path).expect("the mode file is there");
            (
                meta.ino(),
                meta.mtime(),
                meta.mtime_nsec(),
                meta.ctime_nsec(),
            )
        };
        let before = identity();
        let mode = text.split_whitespace().next().expect("the text has a word");
        home.call(&[mode, "--now", "2026-11-21"])
            .run()
            .is(0, "", "");
        assert_eq!((identity(), home.read("mode")), (before, text.to_owned()));
        let json = format!("{{\n\t\"Mode\": \"{mode}\",\n\t\"Changed\": false\n}}\n");
        home.call(&[mode, "--json"]).run().is(0, &json, "");
    }
}

#[test]
fn another_mode_gets_the_new_date() {
    let home = Home::new();
    home.write("mode", "local 2020-02-29");
    let json = "{\n\t\"Mode\": \"off\",\n\t\"Changed\": true\n}\n";
    home.call(&["off", "--json", "--now", "2026-11-21"])
        .run()
        .is(0, json, "");
    assert_eq!(home.read("mode"), "off 2026-11-21");
}

#[test]
fn turning_uploads_on_says_once_what_is_sent_and_how_to_stop() {
    let home = Home::new();
    let first = home.call(&["on"]).run();
    for told in ["gotelemetry local", "gotelemetry off", "gotelemetry clean"] {
        assert!(first.err.contains(told), "{told}");
    }
    assert_eq!((first.code, first.out.as_str()), (0, ""));
    home.call(&["on"]).run().is(0, "", "");
}

#[test]
fn what_stands_in_the_way_of_the_mode_file_is_replaced_unless_it_is_a_directory() {
    let home = Home::new();
    make_pipe(&home.path("mode"));
    home.output(&["off", "--now", "2026-11-21"]);
    assert_eq!(home.read("mode"), "off 2026-11-21");

    let home = Home::new();
    fs::create_dir_all(home.path("mode")).expect("a directory can be made");
    let output = home.call(&["off"]).run();
    let said = format!(
        "gotelemetry: {}: cannot replace: ",
        home.path("mode").display()
    );
    assert!(output.err.starts_with(&said), "{output:?}");
    assert_eq!((output.code, output.err.lines().count()), (1, 1));
    assert_eq!(home.names(), [""; 0], "nothing is left behind");
}

#[test]
fn a_directory_that_cannot_be_made_fails_the_setting() {
    let home = Home::new();
    fs::write(home.root().join(".config"), "a file").expect("a test can write its files");
    let output = home.call(&["off"]).run();
    let said = format!("gotelemetry: {}: cannot create: ", home.dir().display());
    assert!(output.err.starts_with(&said), "{output:?}");
    assert_eq!((output.code, output.out.as_str()), (1, ""));
}

// test[dir.publish]
#[test]
fn a_reader_of_the_mode_file_never_sees_a_part_of_it() {
    let texts = ["local 2026-11-21", "off 2026-11-22"];
    let home = Home::new();
    let path = home.write("mode", texts[1]);
    let mut reads = [0_u64; 2];
    thread::scope(|scope| {
        let setter = scope.spawn(|| {
            for round in 0..200 {
                let (mode, now) = texts[round % 2].split_once(' ').expect("mode and date");
                home.output(&[mode, "--now", now]);
            }
        });
        while !setter.is_finished() {
            let text = fs::read_to_string(&path).expect("the file is always there");
            let seen = texts.iter().position(|whole| *whole == text);
            reads[seen.unwrap_or_else(|| panic!("a reader saw {text:?}"))] += 1;
        }
    });
    assert!(reads.iter().all(|count| *count > 20), "{reads:?}");
    assert_eq!(home.names(), ["mode"], "nothing is left behind");
}

#[test]
fn what_a_killed_process_of_the_same_number_left_does_not_keep_the_mode() {
    let home = Home::new();
    fs::create_dir_all(home.dir()).expect("a directory can be made");
    // The shell has the number that the program has after it; in a container numbers recur.
    let script = ": > \"$1/.mode.$$.0.tmp\"; exec \"$2\" off --now 2026-11-21 --dir \"$1\"";
    let output = std::process::Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(home.dir())
        .arg(env!("CARGO_BIN_EXE_gotelemetry"))
        .output()
        .expect("there is a shell");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(home.read("mode"), "off 2026-11-21");
}

#[test]
fn what_was_left_aside_a_day_ago_is_swept_away_when_the_mode_is_set() {
    let home = Home::new();
    let day = Duration::from_secs(24 * 60 * 60);
    let minute = Duration::from_secs(60);
    for (name, age) in [
        (".mode.7.0.tmp", day + minute),
        (".mode.7.1.tmp", day - minute),
        (".mode.7.2", day * 9),
        (".other.7.0.tmp", day * 9),
        ("mode.7.0.tmp", day * 9),
    ] {
        let path = home.write(name, "off");
        let file = File::options().append(true).open(path);
        let changed = SystemTime::now() - age;
        let set = file.expect("the file opens").set_modified(changed);
        set.expect("the time of change can be set");
    }
    home.output(&["off"]);
    assert_eq!(
        home.names(),
        [
            ".mode.7.1.tmp",
            ".mode.7.2",
            ".other.7.0.tmp",
            "mode",
            "mode.7.0.tmp"
        ]
    );
}

#[test]
fn env_prints_the_lines_of_go() {
    let home = Home::new();
    let dir = home.dir().display().to_string();
    let paths = format!("\nmodefile: {dir}/mode\nlocaldir: {dir}/local\nuploaddir: {dir}/upload\n");
    for (text, line) in [
        (None, "mode: local 0001-01-01 00:00:00 +0000 UTC"),
        (
            Some("on 2026-11-21"),
            "mode: on 2026-11-21 00:00:00 +0000 UTC",
        ),
        (
            Some("off 2020-02-29"),
            "mode: off 2020-02-29 00:00:00 +0000 UTC",
        ),
        (Some("on"), "mode: on 0001-01-01 00:00:00 +0000 UTC"),
    ] {
        if let Some(text) = text {
            home.write("mode", text);
        }
        let expected = format!("{line}\n{paths}");
        home.call(&["env"]).run().is(0, &expected, "");
    }
    let json = format!(
        "{{\n\t\"mode\": \"on\",\n\t\"date\": \"0001-01-01\",\n\t\"modefile\": \"{dir}/mode\",\n\t\
         \"localdir\": \"{dir}/local\",\n\t\"uploaddir\": \"{dir}/upload\"\n}}\n"
    );
    home.call(&["env", "--json"]).run().is(0, &json, "");
}
