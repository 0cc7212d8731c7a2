//! Reports of weeks that have ended: which files they are made of, what they say, what is deleted.

#![cfg(all(feature = "cli", target_os = "linux"))]

#[path = "support/home.rs"]
mod home;
mod support;

use std::fs;

use gotelemetry::config::UploadConfig;
use gotelemetry::format::date::Date;
use gotelemetry::reporter::{Done, NO_CONFIG, Task, Week, Weeks};
use home::{BEGIN, END, Home, NOW, TOOL, age, file, time, usual, usual_config};
use support::raw::Raw;

fn date(week: &Week) -> String {
    week.date.to_string()
}

/// The example of `spec/reporting.md`: its two reports, taken from the text.
fn example() -> [String; 2] {
    let text = include_str!("../spec/reporting.md");
    let mut blocks = text
        .split("```json\n")
        .filter(|block| block.starts_with("{\n \"Week\""));
    let mut next = || {
        let block = blocks.next().expect("the text has it");
        let (json, _) = block.split_once("\n```").expect("the block ends");
        json.to_owned()
    };
    [next(), next()]
}

// test[report.bytes.order, report.bytes.indent, report.bytes.colon, report.bytes.empty]
// test[report.bytes.end, report.bytes.newline, report.bytes.keys, report.config, report.week]
// test[report.filter.head, report.filter.counter, report.filter.stack, report.filter.value]
// test[report.x.same, report.place.delete, report.last-week, report.upload]
#[test]
fn the_example_of_the_text_is_made_byte_by_byte() {
    let home = Home::new("on 2026-11-10");
    home.put("upload/2026-11-14.json", "{}");
    let stack = b"gopls/bug\ngolang.org/x/tools/gopls/internal/cache.(*Snapshot).load:+12,+0x5c\n\
        \".reload:=40,+0x1a";
    let go = ["cmd/go", "go1.27.3", "go1.27.3", "linux", "amd64"];
    let gopls = [
        "golang.org/x/tools/gopls",
        "v0.21.0",
        "go1.27.3",
        "linux",
        "amd64",
    ];
    home.put(
        "local/go@go1.27.3-go1.27.3-linux-amd64-2026-11-16.v1.count",
        file(
            "2026-11-16T00:00:00Z",
            END,
            go,
            &[
                (b"go/secret", 2),
                (b"go/build/flag:race", 1),
                (b"go/invocations", 12),
            ],
        ),
    );
    home.put(
        "local/gopls@v0.21.0-go1.27.3-linux-amd64-2026-11-18.v1.count",
        file(
            "2026-11-18T00:00:00Z",
            END,
            gopls,
            &[(b"gopls/client:vim", 3), (stack, 1), (b"gopls/rename", 5)],
        ),
    );
    let config = UploadConfig::parse(
        br#"{"GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["go1.27.3"],"SampleRate":1,"Programs":[
        {"Name":"cmd/go","Versions":["go1.27.3"],"Counters":[
        {"Name":"go/invocations","Rate":1},{"Name":"go/build/flag:{race,cover}","Rate":0.25}]},
        {"Name":"golang.org/x/tools/gopls","Versions":["v0.20.0","v0.21.0"],
        "Counters":[{"Name":"gopls/client:{vim,other}","Rate":1}],
        "Stacks":[{"Name":"gopls/bug","Rate":1,"Depth":16}]}]}"#,
    );
    let config = config.expect("a config");
    let approved = config.approved();
    let (terms, version) = home.terms(NOW, Some(&approved));
    let mut weeks = Weeks::read(&home.dir, &terms, version)
        .expect("it can be read")
        .weeks;
    let [week] = weeks.as_mut_slice() else {
        panic!("one week is due: {weeks:?}");
    };
    let Task::Report(draft) = &mut week.task else {
        panic!("it is to be reported: {week:?}");
    };
    draft.report.x = 2_036_192_411_362_736.0 / (1_u64 << 52) as f64;
    let done = week.carry_out(&home.dir, &terms).expect("there is room");
    assert!(matches!(done, Done::Reported { ready: true }), "{done:?}");
    assert_eq!(home.local(), ["2026-11-21.json", "local.2026-11-21.json"]);
    let read = |name| fs::read_to_string(home.dir.local().join(name)).expect("it is there");
    let [local, upload] = example();
    assert_eq!(read("local.2026-11-21.json"), local);
    assert_eq!(read("2026-11-21.json"), upload);
    assert_eq!((local.len(), upload.len()), (756, 684));
}

// test[report.due, report.group, report.group.weeks, report.group.begin, report.group.each]
#[test]
fn files_are_grouped_by_the_date_of_their_end_once_it_has_passed() {
    let home = Home::new("local");
    for (name, begin, end) in [
        ("a", "2026-11-15T00:00:00Z", END),
        ("b", "2026-11-14T23:00:00-01:00", "2026-11-21T23:59:59Z"),
        ("c", "2026-11-16T00:00:00Z", "2026-11-21T00:30:00+14:00"),
        ("d", "2026-11-08T00:00:00Z", "2026-11-14T00:00:00Z"),
        ("e", "2026-11-17T00:00:00Z", NOW),
        ("f", "2026-11-17T00:00:00Z", "2026-11-24T00:00:00Z"),
    ] {
        home.put(
            &format!("local/{name}.v1.count"),
            file(begin, end, TOOL, &[(b"n", 1)]),
        );
    }
    let weeks = home.weeks(NOW, None).weeks;
    let names = |week: &Week| -> Vec<String> {
        let names = week
            .files
            .iter()
            .map(|path| path.file_name().expect("a name"));
        names
            .map(|name| name.to_string_lossy()[..1].to_owned())
            .collect()
    };
    let found: Vec<_> = weeks
        .iter()
        .map(|week| (date(week), names(week).concat()))
        .collect();
    let expected = [("2026-11-14", "d"), ("2026-11-21", "abc")];
    assert_eq!(
        found,
        expected.map(|(date, names)| (date.to_owned(), names.to_owned()))
    );
    let Task::Report(draft) = &weeks[1].task else {
        panic!("it is to be reported");
    };
    assert_eq!(draft.begin, time("2026-11-15T00:00:00Z"));
    // A second later the next file is due.
    assert_eq!(home.weeks("2026-11-23T09:00:01Z", None).weeks.len(), 3);
}

// test[report.files, report.files.bad, report.files.notes]
#[test]
fn files_that_cannot_be_used_are_named_and_stay() {
    let home = Home::new("local");
    home.put("local/a.v1.count", usual(&[(b"n", 1)]));
    home.put("local/b.v1.count", "no count file");
    home.put(
        "local/c.v1.count",
        file("yesterday", END, TOOL, &[(b"n", 1)]),
    );
    home.put(
        "local/d.v1.count",
        file(BEGIN, "2026-11-21", TOOL, &[(b"n", 1)]),
    );
    fs::create_dir(home.dir.local().join("e.v1.count")).expect("a directory can be made");
    // The header length says more than the metadata needs: taken with a note.
    let mut noted = Raw::new(&support::raw::sample_meta());
    noted.add(b"", 3);
    noted.add(b"m", 2);
    home.put("local/f.v1.count", noted.into_bytes());
    home.put("local/stray.txt", "");
    let weeks = home.weeks("2026-11-26T00:00:00Z", None);
    let unread: Vec<String> = weeks.unread.iter().map(ToString::to_string).collect();
    assert_eq!(unread.len(), 4, "{unread:?}");
    for (line, (name, clause)) in unread.iter().zip([
        ("b.v1.count", "[fmt.file.min]"),
        ("c.v1.count", "[report.files.bad]"),
        ("d.v1.count", "[report.files.bad]"),
        ("e.v1.count", "[dir.files]"),
    ]) {
        assert!(line.contains(name) && line.ends_with(clause), "{line}");
    }
    home.report("2026-11-26T00:00:00Z", None);
    assert_eq!(
        home.local(),
        [
            "b.v1.count",
            "c.v1.count",
            "d.v1.count",
            "e.v1.count",
            "local.2026-11-21.json",
            "local.2026-11-25.json",
            "stray.txt"
        ]
    );
    assert_eq!(
        home.read("local.2026-11-25.json").programs[0].counters[&b"m"[..]],
        2
    );
}

// test[report.merge, report.merge.bytes, report.merge.order, report.merge.kind, report.merge.sum]
// test[report.merge.zero, report.merge.none, report.group.order]
#[test]
fn files_of_one_build_are_added_up() {
    let home = Home::new("local");
    let other = ["a/tool", "v1.0.1", "go1.27.3", "linux", "amd64"];
    let silent = ["a/silent", "", "go1.27.3", "linux", "amd64"];
    home.put("local/1.v1.count", file(BEGIN, END, other, &[(b"n", 5)]));
    home.put(
        "local/2.v1.count",
        usual(&[
            (b"n", 1),
            (b"zero", 0),
            (b"s\na.f:+1,+0x2\n\".g:+1,+0x2", 2),
        ]),
    );
    home.put("local/3.v1.count", file(BEGIN, END, silent, &[]));
    home.put(
        "local/4.v1.count",
        usual(&[
            (b"n", 2),
            (b"big", u64::MAX),
            (b"s\na.f:+1,+0x2\na.g:+1,+0x2", 3),
        ]),
    );
    home.put(
        "local/5.v1.count",
        usual(&[(b"big", 7), (b"edge", (1 << 53) - 2)]),
    );
    home.put("local/6.v1.count", usual(&[(b"edge", 1)]));
    home.report(NOW, None);
    let report = home.read("local.2026-11-21.json");
    let builds: Vec<[&[u8]; 2]> = report
        .programs
        .iter()
        .map(|one| [one.build.program.as_slice(), one.build.version.as_slice()])
        .collect();
    let expected = [["a/tool", "v1.0.1"], ["a/tool", "v1.0.0"], ["a/silent", ""]];
    assert_eq!(builds, expected.map(|build| build.map(str::as_bytes)));
    let program = &report.programs[1];
    let count = |name: &[u8]| program.counters.get(name).copied();
    assert_eq!((count(b"n"), count(b"zero")), (Some(3), Some(0)));
    let most = (1 << 53) - 1;
    assert_eq!((count(b"big"), count(b"edge")), (Some(most), Some(most)));
    assert_eq!(program.counters.len(), 4);
    let stacks = [(b"s\na.f:+1,+0x2\na.g:+1,+0x2".to_vec(), 5)];
    assert_eq!(program.stacks, stacks.into());
    assert!(report.programs[2].counters.is_empty() && report.programs[2].stacks.is_empty());
    assert_eq!(report.config, NO_CONFIG);
}

// test[report.group.empty]
#[test]
fn a_week_without_a_name_is_left() {
    let home = Home::new("local");
    home.put("local/a.v1.count", usual(&[]));
    assert!(matches!(home.report(NOW, None)[..], [Done::Left]));
    assert_eq!(home.local(), ["a.v1.count"]);
}

// test[report.done, report.done.name]
#[test]
fn count_files_of_a_week_that_was_reported_are_deleted() {
    for name in [
        "upload/2026-11-21.json",
        "local/local.2026-11-21.json",
        "local/2026-11-21.json",
    ] {
        let home = Home::new("local");
        home.put(name, r#"{"Week":"2026-11-21"}"#);
        home.put("local/a.v1.count", usual(&[(b"n", 1)]));
        assert!(
            matches!(home.report(NOW, None)[..], [Done::Before]),
            "{name}"
        );
        assert!(!home.local().contains(&"a.v1.count".to_owned()));
        let kept = fs::read(home.root.path().join(name)).expect("it is there");
        assert_eq!(kept, br#"{"Week":"2026-11-21"}"#);
    }
    // Names that only hold the date say nothing.
    let home = Home::new("local");
    for name in [
        "upload/x2026-11-21.json",
        "local/2026-11-21.json.old",
        "local/secret-2026-11-21.json",
    ] {
        home.put(name, "{}");
    }
    home.put("local/a.v1.count", usual(&[(b"n", 1)]));
    assert!(matches!(
        home.report(NOW, None)[..],
        [Done::Reported { ready: false }]
    ));
}

// test[report.broken, report.broken.wait, report.broken.replace]
#[test]
fn a_half_written_report_is_waited_for_and_then_replaced() {
    for name in ["local.2026-11-21.json", "2026-11-21.json"] {
        let home = Home::new("on 2026-11-01");
        let config = usual_config("");
        let approved = config.approved();
        home.put("local/a.v1.count", usual(&[(b"n", 1)]));
        let half = home.put(&format!("local/{name}"), r#"{"Week":"2026-"#);
        age(&half, 0);
        assert!(
            matches!(home.report(NOW, Some(&approved))[..], [Done::Left]),
            "{name}"
        );
        assert_eq!(home.local().len(), 2);
        age(&half, 1);
        let done = home.report(NOW, Some(&approved));
        assert!(
            matches!(done[..], [Done::Reported { ready: true }]),
            "{name}"
        );
        assert_eq!(home.local(), ["2026-11-21.json", "local.2026-11-21.json"]);
        assert_eq!(home.read(name).week, "2026-11-21");
    }
}

// test[report.broken, report.broken.wait]
#[test]
fn a_report_is_half_written_for_a_day_before_and_after_its_time() {
    let home = Home::new("local");
    home.put("local/a.v1.count", usual(&[(b"n", 1)]));
    let half = home.put("local/local.2026-11-21.json", "{");
    age(&half, 0);
    for (now, waits) in [
        ("2026-11-24T08:59:59Z", true),
        ("2026-11-24T09:00:00Z", false),
        ("2026-11-22T09:00:01Z", true),
        ("2026-11-22T09:00:00Z", false),
    ] {
        let weeks = home.weeks(now, None).weeks;
        match &weeks[0].task {
            Task::Wait { path } if waits => assert_eq!(path, &half),
            Task::Report(_) if !waits => {}
            task => panic!("{now}: {task:?}"),
        }
    }
}

// test[report.done]
#[test]
fn a_week_whose_report_cannot_be_read_is_left() {
    for name in ["local.2026-11-21.json", "2026-11-21.json"] {
        let home = Home::new("local");
        home.put("local/a.v1.count", usual(&[(b"n", 1)]));
        fs::create_dir(home.dir.local().join(name)).expect("a directory can be made");
        let weeks = home.weeks(NOW, None).weeks;
        assert!(matches!(weeks[0].task, Task::Failed(_)), "{name}");
        assert!(matches!(home.report(NOW, None)[..], [Done::Left]), "{name}");
        assert!(home.local().contains(&"a.v1.count".to_owned()));
    }
}

// test[report.place.kept, report.place.lost, report.place.link, report.place.order]
#[test]
fn reports_that_appear_meanwhile_stay_as_they_are() {
    let config = usual_config("");
    let approved = config.approved();
    let (local, ready) = ("local.2026-11-21.json", "2026-11-21.json");
    let whole = "{\"Week\":\"2026-11-21\"}";
    for (name, text, left) in [
        (local, whole, &[local][..]),
        // Half of it: its count files are all there is of the week.
        (local, "{\"Week\":", &["a.v1.count", local]),
        (ready, whole, &[ready, local]),
        (ready, "{\"Week\":", &[ready, local]),
    ] {
        let home = Home::new("on 2026-11-01");
        home.put("local/a.v1.count", usual(&[(b"n", 1)]));
        let (terms, version) = home.terms(NOW, Some(&approved));
        let weeks = Weeks::read(&home.dir, &terms, version).expect("it can be read");
        let path = home.put(&format!("local/{name}"), text);
        age(&path, 0);
        let done = weeks.weeks[0].carry_out(&home.dir, &terms);
        match (left, done.expect("there is room")) {
            ([_], Done::Before) | (["a.v1.count", _], Done::Left) => {}
            (_, Done::Reported { ready: false }) if name == ready => {}
            (_, done) => panic!("{name} {text}: {done:?}"),
        }
        assert_eq!(home.local(), left, "{name} {text}");
        let kept = fs::read_to_string(path).expect("it is there");
        assert_eq!(kept, text);
    }
}

// test[report.last-week]
#[test]
fn the_last_week_is_the_latest_that_was_uploaded() {
    for (uploaded, last) in [
        (&[][..], ""),
        (&["2026-11-07.json", "2026-11-14.json"], "2026-11-14"),
        (&["2026-11-22.json"], "2026-11-22"),
        (&["2026-11-14.json", "2026-11-23.json"], ""),
        (
            &[
                "zzz.json",
                "2026-11-14.json",
                "local.2026-11-22.json",
                "2026-11-22.json.lock",
            ],
            "2026-11-14",
        ),
    ] {
        let home = Home::new("local");
        for name in uploaded {
            home.put(&format!("upload/{name}"), "{}");
        }
        home.put("local/a.v1.count", usual(&[(b"n", 1)]));
        home.report(NOW, None);
        assert_eq!(
            home.read("local.2026-11-21.json").last_week,
            last,
            "{uploaded:?}"
        );
    }
}

// test[report.x, report.x.fresh]
#[test]
fn every_week_gets_a_number_of_its_own() {
    let home = Home::new("local");
    for week in 0..50 {
        let end = Date::parse("2026-11-21")
            .expect("a date")
            .plus_days(-week)
            .expect("a date");
        let meta = format!("{end}T00:00:00Z");
        home.put(
            &format!("local/{week}.v1.count"),
            file("2020-01-01T00:00:00Z", &meta, TOOL, &[(b"n", 1)]),
        );
    }
    let weeks = home.weeks(NOW, None).weeks;
    let mut drawn: Vec<u64> = Vec::new();
    for week in &weeks {
        let Task::Report(draft) = &week.task else {
            panic!("it is to be reported");
        };
        let scaled = draft.report.x * (1_u64 << 52) as f64;
        assert!(draft.report.x > 0.0 && draft.report.x < 1.0 && scaled.fract() == 0.0);
        drawn.push(scaled as u64);
    }
    drawn.sort_unstable();
    drawn.dedup();
    assert_eq!(drawn.len(), 50);
    // All 52 bits are drawn.
    let (all, none) = drawn
        .iter()
        .fold((0, u64::MAX), |(or, and), x| (or | x, and & x));
    assert_eq!((all, none), ((1 << 52) - 1, 0));
}

// test[report.place.failed]
#[test]
fn without_room_for_the_reports_nothing_is_deleted() {
    let home = Home::new("local");
    home.put("local/a.v1.count", usual(&[(b"n", 1)]));
    let (terms, _) = home.terms(NOW, None);
    let weeks = home.weeks(NOW, None).weeks;
    let moved = home.root.path().join("moved");
    fs::rename(home.dir.local(), &moved).expect("it can be moved");
    weeks[0]
        .carry_out(&home.dir, &terms)
        .expect_err("there is no directory");
    fs::rename(&moved, home.dir.local()).expect("it can be moved");
    assert_eq!(home.local(), ["a.v1.count"]);
}
