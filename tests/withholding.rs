//! What of a week may be sent, and for which reason the rest stays on the machine.

#![cfg(all(feature = "cli", target_os = "linux"))]

#[path = "support/home.rs"]
mod home;
mod support;

use std::collections::BTreeMap;
use std::fs;

use gotelemetry::config::UploadConfig;
use gotelemetry::report::Report;
use gotelemetry::reporter::{Done, NO_CONFIG};
use gotelemetry::verdict::{JudgedName, Reason, Verdict};
use home::{BEGIN, END, Home, NOW, file, time, usual, usual_config};

/// The reason for which no upload report is made of the usual week.
fn reason(mode: &str, now: &str, config: Option<&UploadConfig>) -> Option<Reason> {
    let home = Home::new(mode);
    home.put("local/a.v1.count", usual(&[(b"n", 1)]));
    let approved = config.map(UploadConfig::approved);
    let (terms, _) = home.terms(now, approved.as_ref());
    let weeks = home.weeks(now, approved.as_ref()).weeks;
    let judgement = weeks[0].judge(&terms).expect("it is to be reported");
    let reason = match judgement.verdict {
        Verdict::Sent => None,
        Verdict::Held(reason) => Some(reason),
    };
    let ready = matches!(
        home.report(now, approved.as_ref())[..],
        [Done::Reported { ready: true }]
    );
    assert_eq!(ready, reason.is_none());
    assert!(home.local().contains(&"local.2026-11-21.json".to_owned()));
    assert_eq!(home.local().contains(&"2026-11-21.json".to_owned()), ready);
    let has_config = mode.starts_with("on") && config.is_some();
    let version = if has_config { "v0.93.0" } else { NO_CONFIG };
    assert_eq!(home.read("local.2026-11-21.json").config, version);
    reason
}

// test[report.config, report.upload.mode, report.upload.config, report.upload.age]
// test[report.upload.as-of]
// test[report.upload.sample, report.upload, config.fetch.local]
#[test]
fn an_upload_report_is_made_unless_a_clause_forbids_it() {
    let config = usual_config("");
    let some = Some(&config);
    assert_eq!(reason("on 2026-11-13", NOW, some), None);
    assert_eq!(reason("local", NOW, some), Some(Reason::Mode));
    assert_eq!(reason("local 2026-11-13", NOW, some), Some(Reason::Mode));
    assert_eq!(reason("on 2026-11-13", NOW, None), Some(Reason::Config));
    assert_eq!(reason("on 2026-11-13", "2026-12-12T00:00:00Z", some), None);
    assert_eq!(
        reason("on 2026-11-13", "2026-12-12T00:00:01Z", some),
        Some(Reason::Age)
    );
    assert_eq!(reason("on 2026-11-14", NOW, some), Some(Reason::AsOf));
    assert_eq!(reason("on 2026-11-15", NOW, some), Some(Reason::AsOf));
    for (rate, expected) in [
        ("0", None),
        ("-1", None),
        ("1", None),
        ("1e-300", Some(Reason::Sample)),
    ] {
        let config = usual_config(&format!(",\"SampleRate\":{rate}"));
        assert_eq!(
            reason("on 2026-11-13", NOW, Some(&config)),
            expected,
            "{rate}"
        );
    }
    // The first that holds is told.
    let config = usual_config(",\"SampleRate\":1e-300");
    assert_eq!(
        reason("on 2026-11-14", "2027-01-01T00:00:00Z", Some(&config)),
        Some(Reason::Age)
    );
    assert_eq!(
        reason("on 2026-11-14", NOW, Some(&config)),
        Some(Reason::AsOf)
    );
}

// test[report.now, report.mode.once]
#[test]
fn mode_and_time_of_the_start_hold_for_all_weeks() {
    let home = Home::new("on 2026-11-01");
    home.put("local/a.v1.count", usual(&[(b"n", 1)]));
    let (begin, end) = ("2026-11-07T00:00:00Z", "2026-11-14T00:00:00Z");
    let earlier = file(begin, end, home::TOOL, &[(b"n", 1)]);
    home.put("local/b.v1.count", earlier);
    let config = usual_config("");
    let approved = config.approved();
    // By the clock of the machine both weeks are too old or yet to come.
    let now = "2026-12-05T00:00:00Z";
    let (terms, _) = home.terms(now, Some(&approved));
    let weeks = home.weeks(now, Some(&approved)).weeks;
    assert_eq!(weeks.len(), 2);
    for week in &weeks {
        let done = week.carry_out(&home.dir, &terms).expect("there is room");
        assert!(matches!(done, Done::Reported { ready: true }), "{done:?}");
        fs::write(home.dir.mode_file(), "off").expect("a file can be written");
    }
}

// test[report.filter.program, report.filter.order, report.filter.empty, report.verdict]
#[test]
fn programs_are_held_back_by_the_first_value_that_the_config_lacks() {
    let home = Home::new("on 2026-11-01");
    let builds = [
        (["a/tool", "v1.0.0", "go1.27.3", "linux", "amd64"], None),
        (
            ["a/other", "v9", "go1", "plan9", "mips"],
            Some(Reason::Program),
        ),
        (
            ["a/tool", "v9", "go1", "plan9", "mips"],
            Some(Reason::Version),
        ),
        (
            ["a/tool", "v1.0.0", "go1", "plan9", "mips"],
            Some(Reason::GoVersion),
        ),
        (
            ["a/tool", "v1.0.0", "go1.27.3", "plan9", "mips"],
            Some(Reason::Goos),
        ),
        (
            ["a/tool", "v1.0.0", "go1.27.3", "linux", "mips"],
            Some(Reason::Goarch),
        ),
    ];
    for (number, (build, _)) in builds.iter().enumerate() {
        let bytes = file(BEGIN, END, *build, &[(b"m", 1), (b"n\nmain.f:+1,+0x2", 1)]);
        home.put(&format!("local/{number}.v1.count"), bytes);
    }
    let config = usual_config("");
    let approved = config.approved();
    let (terms, _) = home.terms(NOW, Some(&approved));
    let weeks = home.weeks(NOW, Some(&approved)).weeks;
    let judgement = weeks[0].judge(&terms).expect("it is to be reported");
    for (program, (build, reason)) in judgement.programs.iter().zip(builds) {
        let expected = reason.map_or(Verdict::Sent, Verdict::Held);
        assert_eq!(program.verdict, expected, "{build:?}");
        let names = [program.counters[0].verdict, program.stacks[0].verdict];
        let name = |own| reason.map_or(Verdict::Held(own), Verdict::Held);
        assert_eq!(
            names,
            [name(Reason::Counter), name(Reason::Stack)],
            "{build:?}"
        );
        if let Some(reason) = reason {
            assert_eq!(reason.clause(), "report.filter.program");
        }
    }
    home.report(NOW, Some(&approved));
    let upload = home.read("2026-11-21.json");
    assert_eq!(upload.programs.len(), 1);
    assert_eq!(
        upload.programs[0].build.values(),
        builds[0].0.map(str::as_bytes)
    );
    assert!(upload.programs[0].counters.is_empty() && upload.programs[0].stacks.is_empty());
}

// test[report.filter.none, report.bytes.null]
#[test]
fn an_upload_report_without_programs_is_made() {
    let home = Home::new("on 2026-11-01");
    home.put("local/a.v1.count", usual(&[(b"n", 1)]));
    let config = UploadConfig::default();
    let approved = config.approved();
    home.report(NOW, Some(&approved));
    let text = fs::read_to_string(home.dir.local().join("2026-11-21.json")).expect("it is there");
    assert!(text.contains("\n \"Programs\": null,\n"), "{text}");
}

// test[report.filter.counter, report.filter.stack]
#[test]
fn names_are_held_back_by_config_and_rate() {
    let home = Home::new("on 2026-11-01");
    let names = [
        "all",
        "none",
        "some\nmain.f:+1,+0x2",
        "all\nmain.f:+1,+0x2",
        "other\nmain.f:+1,+0x2",
        "odd",
    ];
    let counts: Vec<(&[u8], u64)> = names.iter().map(|name| (name.as_bytes(), 1)).collect();
    home.put("local/a.v1.count", usual(&counts));
    let config = UploadConfig::parse(
        br#"{"GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["go1.27.3"],"Programs":[
        {"Name":"a/tool","Versions":["v1.0.0"],"Counters":[{"Name":"{all,none}","Rate":1},
        {"Name":"none","Rate":0}],"Stacks":[{"Name":"some","Rate":1e-300},{"Name":"all","Rate":1}]}]}"#,
    );
    let config = config.expect("a config");
    let approved = config.approved();
    let (terms, _) = home.terms(NOW, Some(&approved));
    let weeks = home.weeks(NOW, Some(&approved)).weeks;
    let judgement = weeks[0].judge(&terms).expect("it is to be reported");
    let program = &judgement.programs[0];
    let verdicts = |names: &[JudgedName<'_>]| -> Vec<Verdict> {
        names.iter().map(|one| one.verdict).collect()
    };
    use Verdict::{Held, Sent};
    assert_eq!(
        verdicts(&program.counters),
        [Sent, Held(Reason::CounterRate), Held(Reason::Counter)]
    );
    assert_eq!(
        verdicts(&program.stacks),
        [Sent, Held(Reason::Stack), Held(Reason::StackRate)]
    );
    home.report(NOW, Some(&approved));
    let upload = home.read("2026-11-21.json");
    let keys =
        |counts: &BTreeMap<Vec<u8>, i64>| -> Vec<Vec<u8>> { counts.keys().cloned().collect() };
    assert_eq!(keys(&upload.programs[0].counters), [b"all".to_vec()]);
    assert_eq!(
        keys(&upload.programs[0].stacks),
        [b"all\nmain.f:+1,+0x2".to_vec()]
    );
}

/// A report of the usual week whose X this is.
fn drawn(x: &str) -> Report {
    let text = format!("{{\"Week\":\"2026-11-21\",\"X\":{x}}}");
    Report::parse(text.as_bytes()).expect("a report")
}

// test[report.upload.sample]
#[test]
fn an_x_as_high_as_the_rate_is_not_above_it() {
    let home = Home::new("on 2026-11-01");
    let config = usual_config(",\"SampleRate\":0.5");
    let approved = config.approved();
    let (terms, _) = home.terms(NOW, Some(&approved));
    let verdict = |x: &str| terms.judge(&drawn(x), time(BEGIN)).verdict;
    assert_eq!(verdict("0.5"), Verdict::Sent);
    assert_eq!(verdict("0.5000000000000001"), Verdict::Held(Reason::Sample));
}

// test[config.fetch.when]
#[test]
fn a_config_is_wanted_for_what_mode_and_time_allow_to_send() {
    for (mode, now, wanted) in [
        ("on 2026-11-13", NOW, true),
        ("on 2026-11-13", "2026-12-12T00:00:01Z", false),
        ("on 2026-11-14", NOW, false),
        ("local", NOW, false),
        ("local 2026-11-13", NOW, false),
    ] {
        let home = Home::new(mode);
        home.put("local/a.v1.count", usual(&[(b"n", 1)]));
        let (terms, _) = home.terms(now, None);
        let would_send = terms.would_send(&drawn("0.5"), time(BEGIN));
        assert_eq!(would_send, wanted, "{mode} {now}");
        let weeks = home.weeks(now, None);
        assert_eq!(weeks.want_config(&terms), wanted, "{mode} {now}");
        home.report(now, None);
        assert!(!home.weeks(now, None).want_config(&terms));
    }
}
