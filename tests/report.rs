//! Reports as they are read back: which form they have to have, and what may be missing.

#![cfg(feature = "cli")]

use gotelemetry::report::Report;

fn refusal(text: &str) -> Option<&'static str> {
    Report::parse(text.as_bytes())
        .err()
        .map(|error| error.clause)
}

/// A report with one program, which has these members.
fn with_program(members: &str) -> String {
    format!(r#"{{"Week":"2026-11-21","Programs":[{{{members}}}]}}"#)
}

// test[report.form]
#[test]
fn what_a_report_says_is_read() {
    let text = with_program(
        r#""Program":"cmd/go","Version":"v1","GoVersion":"go1.27.3","GOOS":"linux",
        "GOARCH":"amd64","Counters":{"a":1,"b:c":-2},"Stacks":{"s\nmain.f:+1,+0x2":3}"#,
    );
    let report = Report::parse(text.as_bytes()).expect("a report");
    assert_eq!(
        (report.week.as_str(), report.programs.len()),
        ("2026-11-21", 1)
    );
    let program = &report.programs[0];
    let values = ["cmd/go", "v1", "go1.27.3", "linux", "amd64"];
    assert_eq!(program.build.values(), values.map(str::as_bytes));
    let counters = [(b"a".to_vec(), 1), (b"b:c".to_vec(), -2)];
    assert_eq!(program.counters, counters.into());
    let stacks = [(b"s\nmain.f:+1,+0x2".to_vec(), 3)];
    assert_eq!(program.stacks, stacks.into());
}

// test[report.form]
#[test]
fn what_is_absent_or_null_counts_as_empty() {
    let empty = Report::parse(b"{}").expect("a report");
    assert_eq!((empty.week.as_str(), empty.programs.len()), ("", 0));
    let nulls = Report::parse(br#"{"Week":null,"Programs":null}"#);
    assert_eq!(nulls, Ok(empty));
    let absent = Report::parse(with_program("").as_bytes()).expect("a report");
    assert_eq!(absent.programs.len(), 1);
    let members = [
        "Program",
        "Version",
        "GoVersion",
        "GOOS",
        "GOARCH",
        "Counters",
        "Stacks",
    ];
    let members = members.map(|key| format!("\"{key}\":null")).join(",");
    assert_eq!(Report::parse(with_program(&members).as_bytes()), Ok(absent));
}

// test[report.form, report.head]
#[test]
fn a_value_of_another_kind_is_refused() {
    let kinds = ["\"text\"", "1", "true", "[1]", "{\"n\":[]}", "[\"a\"]"];
    for kind in kinds {
        if !kind.starts_with('{') {
            assert_eq!(refusal(kind), Some("report.form"), "{kind}");
        }
        let is_text = kind == "\"text\"";
        for key in ["Week", "LastWeek", "Config", "X"] {
            let clause = refusal(&format!("{{\"{key}\":{kind}}}"));
            let right = if key == "X" { kind == "1" } else { is_text };
            assert_eq!(clause, (!right).then_some("report.form"), "{key} {kind}");
        }
        assert_eq!(
            refusal(&format!("{{\"Programs\":{kind}}}")),
            Some("report.form"),
            "{kind}"
        );
        for key in ["Program", "Version", "GoVersion", "GOOS", "GOARCH"] {
            let clause = refusal(&with_program(&format!("\"{key}\":{kind}")));
            assert_eq!(clause, (!is_text).then_some("report.form"), "{key} {kind}");
        }
        for key in ["Counters", "Stacks"] {
            let clause = refusal(&with_program(&format!("\"{key}\":{kind}")));
            assert_eq!(clause, Some("report.form"), "{key} {kind}");
            let clause = refusal(&with_program(&format!("\"{key}\":{{\"n\":{kind}}}")));
            assert_eq!(clause.is_none(), kind == "1", "{key} {kind}");
        }
    }
}

// test[report.programs]
#[test]
fn a_report_names_at_most_65536_programs() {
    let naming = |count: usize| {
        let programs = vec!["{}"; count].join(",");
        format!("{{\"Programs\":[{programs}]}}")
    };
    let most = Report::parse(naming(65_536).as_bytes());
    assert_eq!(most.map(|report| report.programs.len()), Ok(65_536));
    assert_eq!(refusal(&naming(65_537)), Some("report.form"));
}

// test[report.unknown]
#[test]
fn members_that_are_not_known_are_passed_over() {
    let plain = with_program(r#""Program":"cmd/go","Counters":{"n":1}"#);
    let odd = r#"{"lastweek":7,"Week":"2026-11-21","x":"","week":1,"Programs":[{"Odd":
        [{"Counters":{"n":"text"}}],"Program":"cmd/go","program":7,"Counters":{"n":1},"Z":null}],
        "config":{"Programs":[1]}}"#;
    assert_eq!(
        Report::parse(odd.as_bytes()),
        Report::parse(plain.as_bytes())
    );
    assert_eq!(refusal(odd), None);
    assert!(refusal("{}{}").is_some() && refusal("{} 1").is_some());
}

// test[json.last, report.form]
#[test]
fn a_null_that_comes_last_counts() {
    let text = r#"{"Week":"2026-11-14","Week":null,"Programs":[{"Program":"x","Program":null,
        "Counters":{"n":1},"Counters":null}]}"#;
    let report = Report::parse(text.as_bytes()).expect("a report");
    let program = &report.programs[0];
    assert_eq!(
        (report.week.as_str(), program.build.program.as_slice()),
        ("", &b""[..])
    );
    assert!(program.counters.is_empty());
    let text = r#"{"Programs":[{}],"Programs":null}"#;
    let report = Report::parse(text.as_bytes()).expect("a report");
    assert!(report.programs.is_empty());
}

// test[report.head]
#[test]
fn the_head_of_a_report_is_read() {
    let text = r#"{"LastWeek":"2026-11-14","X":0.45212553953238555,"Config":"v0.93.0"}"#;
    let report = Report::parse(text.as_bytes()).expect("a report");
    assert_eq!(
        (report.last_week.as_str(), report.x, report.config.as_str()),
        ("2026-11-14", 0.452_125_539_532_385_55, "v0.93.0")
    );
    assert_eq!(refusal(r#"{"X":1e309}"#), Some("report.form"));
    let null = r#"{"LastWeek":null,"X":null,"Config":null}"#;
    assert_eq!(Report::parse(null.as_bytes()), Ok(Report::default()));
}
