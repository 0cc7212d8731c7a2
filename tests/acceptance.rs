//! What a collector takes and what it refuses, clause by clause.

#![cfg(feature = "cli")]

use gotelemetry::acceptance::check;
use gotelemetry::config::UploadConfig;
use gotelemetry::format::date::Date;
use gotelemetry::report::Report;

const CONFIG: &str = r#"{"GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["go1.27.3"],"SampleRate":1e-300,
    "Programs":[{"Name":"cmd/go","Versions":["go1.27.3"],"Counters":[{"Name":"runs:{a,b}","Rate":0}],
    "Stacks":[{"Name":"bug","Rate":0}]},{"Name":"other","Versions":["v1"]}]}"#;

const REPORT: &str = r#"{"Week":"2026-11-21","LastWeek":"2026-11-14","X":0.5,"Programs":[
    {"Program":"cmd/go","Version":"go1.27.3","GoVersion":"go1.27.3","GOOS":"linux","GOARCH":"amd64",
    "Counters":{"runs:a":3},"Stacks":{"bug\nmain.f:+1,+0x2":1}}],"Config":"v0.93.0"}"#;

/// The clause for which the collector refuses the usual report with `to` in place of `from`.
fn refused(from: &str, to: &str) -> Option<&'static str> {
    refused_on("2026-11-23", from, to)
}

fn refused_on(today: &str, from: &str, to: &str) -> Option<&'static str> {
    assert_eq!(REPORT.matches(from).count(), 1, "{from}");
    let report = Report::parse(REPORT.replace(from, to).as_bytes()).expect("a report");
    let config = UploadConfig::parse(CONFIG.as_bytes()).expect("a config");
    let refusal = check(
        &report,
        &config.approved(),
        Date::parse(today).expect("a date"),
    )
    .err()?;
    assert!(
        refusal
            .to_string()
            .ends_with(&format!("[{}]", refusal.clause))
    );
    Some(refusal.clause)
}

/// The same for a stack whose body is `body`.
fn refused_stack(body: &str) -> Option<&'static str> {
    refused("\\nmain.f:+1,+0x2", &body.replace('\n', "\\n"))
}

// test[collect.check.rate]
#[test]
fn what_is_in_the_config_is_taken_whatever_the_rates() {
    assert_eq!(refused("v0.93.0", "v0.93.0"), None);
    let none = r#""Programs":null,"Odd":[1]"#;
    let (start, _) = REPORT.split_once("\"Programs\"").expect("it is there");
    let empty = format!("{start}{none},\"Config\":\"v9.9.9\"}}");
    let report = Report::parse(empty.as_bytes()).expect("a report");
    let config = UploadConfig::parse(CONFIG.as_bytes()).expect("a config");
    let today = Date::parse("2026-11-21").expect("a date");
    assert_eq!(check(&report, &config.approved(), today), Ok(()));
    assert_eq!(refused("\"runs:a\":3", ""), None);
    assert_eq!(refused("\"runs:a\":3", "\"runs:b\":0"), None);
}

// test[collect.check.week, collect.check.window, collect.check.last-week]
#[test]
fn weeks_are_dates_of_the_time() {
    assert_eq!(
        refused("2026-11-21", "last week"),
        Some("collect.check.week")
    );
    assert_eq!(
        refused("2026-11-21", "2026-11-31"),
        Some("collect.check.week")
    );
    for (today, taken) in [
        ("2026-11-19", false),
        ("2026-11-20", true),
        ("2026-12-13", true),
        ("2026-12-14", false),
    ] {
        let clause = (!taken).then_some("collect.check.window");
        assert_eq!(refused_on(today, "v0.93.0", "v0.93.0"), clause, "{today}");
    }
    assert_eq!(refused("\"2026-11-14\"", "\"\""), None);
    assert_eq!(refused("\"2026-11-14\"", "\"2099-01-01\""), None);
    assert_eq!(
        refused("\"2026-11-14\"", "\"never\""),
        Some("collect.check.last-week")
    );
}

// test[collect.check.config, collect.check.x]
#[test]
fn config_and_x_have_their_form() {
    let long = format!("v1.0.0-{}", "a".repeat(57));
    for (config, taken) in [
        ("v0.0.0-0", true),
        ("v9", true),
        (long.as_str(), true),
        (&format!("{long}a"), false),
        ("", false),
        ("latest", false),
    ] {
        let clause = (!taken).then_some("collect.check.config");
        assert_eq!(refused("v0.93.0", config), clause, "{config}");
    }
    for (x, taken) in [
        ("0", false),
        ("-0.5", false),
        ("1", false),
        ("5e-324", true),
        ("0.9999999999999999", true),
        ("0.99999999999999999", false),
    ] {
        let clause = (!taken).then_some("collect.check.x");
        assert_eq!(refused("0.5", x), clause, "{x}");
    }
}

// test[collect.check.build, collect.check.counter, collect.check.stack, collect.check.count]
#[test]
fn what_is_not_in_the_config_is_refused() {
    for (from, to, clause) in [
        ("amd64", "mips", "collect.check.build"),
        ("linux", "plan9", "collect.check.build"),
        (
            r#""GoVersion":"go1.27.3""#,
            r#""GoVersion":"go1.27""#,
            "collect.check.build",
        ),
        ("cmd/go", "cmd/gofmt", "collect.check.build"),
        (
            r#""Version":"go1.27.3","#,
            r#""Version":"v1","#,
            "collect.check.build",
        ),
        ("runs:a", "runs:c", "collect.check.counter"),
        ("runs:a", "runs:{a,b}", "collect.check.counter"),
        ("runs:a", "bug", "collect.check.counter"),
        ("bug", "crash", "collect.check.stack"),
        ("bug", "runs:a", "collect.check.stack"),
        (":3}", ":-1}", "collect.check.count"),
        (":1}", ":-1}", "collect.check.count"),
    ] {
        assert_eq!(refused(from, to), Some(clause), "{to}");
    }
    // The first clause counts, whatever comes first in the report.
    let both = r#""runs:a":-1},"Stacks":{"crash\nx":1}},{"Program":"cmd/go"}"#;
    let from = "\"runs:a\":3},\"Stacks\":{\"bug\\nmain.f:+1,+0x2\":1}}";
    assert_eq!(refused(from, both), Some("collect.check.build"));
}

// test[collect.stack.frame, collect.stack.line, collect.stack.symbol, privacy.stack.path]
#[test]
fn the_body_of_a_stack_is_nothing_but_frames() {
    for body in [
        "\nmain.f:+1,+0x2",
        "\n:=0,+0x0",
        "\na b.(*T[go.shape.int]).m:=-1234567890,+0xdeadbeef\nmain.é:-7,+0x2",
        "\nab:b:+1,+0x2",
        "\nmain.f:+1\nmain.g:=-7",
        "\nmain.f:+1\n.c:+1",
        "\ntype:.eq.struct { a int \\\"json:\\\\\\\"a\\\\\\\"\\\" }:+1,+0x2",
    ] {
        assert_eq!(refused_stack(body), None, "{body:?}");
    }
    for (body, clause) in [
        ("\n", "frame"),
        ("\nmain.f", "frame"),
        ("\nmain.f:1", "frame"),
        ("\nmain.f:+1,", "frame"),
        ("\nmain.f:+1,+0x", "frame"),
        ("\nmain.f:+1,+0xG", "frame"),
        ("\nmain.f:+1,+0x2,+0x3", "line"),
        ("\n/home/u/secret.go:+1", "symbol"),
        ("\n./secret.go:+1", "symbol"),
        ("\nC:/secret.go:+1", "symbol"),
        ("\nC:secret.go:+1", "symbol"),
        ("\nu\\\\secret.go:+1", "symbol"),
        ("\n../secret.go:+1", "symbol"),
        ("\n\\\"./secret.go:+1", "symbol"),
        ("\n_/home/u/secret.f:+1", "symbol"),
        ("\nfile:///secret.go:+1", "symbol"),
        ("\n\\\".C:/secret.go:+1", "symbol"),
        ("\nmain.f:+1,+0xA", "frame"),
        ("\nmain.f:+1,+0x2 ", "frame"),
        ("\nmain.f:+1,+0x2\n", "frame"),
        ("\nmain.f:+1,+0x2\n/home/user/secret.go", "frame"),
        ("\nmain.f,+0x2", "frame"),
        ("\nmain.f:1,+0x2", "line"),
        ("\nmain.f:+,+0x2", "line"),
        ("\nmain.f:=+1,+0x2", "line"),
        ("\nmain.f:+12345678901,+0x2", "line"),
        ("\nmain.f:+1x,+0x2", "line"),
        ("\nmain.f\u{85}:+1,+0x2", "symbol"),
        ("\nmain.\u{fffd}:+1,+0x2", "symbol"),
        ("", "some"),
    ] {
        let clause = format!("collect.stack.{clause}");
        assert_eq!(refused_stack(body), Some(clause.as_str()), "{body:?}");
    }
}

// test[collect.stack.truncated, collect.stack.some, collect.stack.length]
#[test]
fn a_stack_that_was_cut_ends_with_what_is_left_of_a_frame() {
    for body in [
        "\nmain.f:+1,+0x2\ntruncated\n",
        "\nmain.f:+1,+0x2\nmain.lo\ntruncated\n",
        "\nmain.f:+1,+0x2\nmain.\u{fffd}\u{fffd}\u{fffd}\ntruncated\n",
        "\n\ntruncated\n",
        "\ntruncated\n",
    ] {
        assert_eq!(refused_stack(body), None, "{body:?}");
    }
    for (body, clause) in [
        ("\nmain.lo\nmain.f:+1,+0x2\ntruncated\n", "frame"),
        ("\nmain.f:+1,+0x2\ntruncated", "frame"),
        ("\nmain.f:+1,+0x2\ntruncated\n\n", "frame"),
        (
            "\nmain.\u{fffd}\u{fffd}\u{fffd}\u{fffd}\ntruncated\n",
            "truncated",
        ),
        ("\nmain.\u{fffd}x\ntruncated\n", "truncated"),
        ("\nmain.\u{7f}\ntruncated\n", "truncated"),
    ] {
        let clause = format!("collect.stack.{clause}");
        assert_eq!(refused_stack(body), Some(clause.as_str()), "{body:?}");
    }
    let frames = |count| "\nmain.f:+1,+0x2".repeat(count);
    let longest = format!("{}\nmain.f{}:+1,+0x2", frames(4367), "x".repeat(13));
    assert_eq!(longest.len() + "bug".len(), 65_536);
    assert_eq!(refused_stack(&longest), None);
    let longer = longest.replace("xx:", "xxx:");
    assert_eq!(refused_stack(&longer), Some("collect.stack.length"));
}
