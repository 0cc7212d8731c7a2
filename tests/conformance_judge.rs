//! The suite's judgement: of answers, files, races and known failures.

#[path = "support/harness.rs"]
mod harness;
#[path = "support/rogue.rs"]
mod rogue;
#[path = "support/role.rs"]
mod role;
#[path = "support/vector_set.rs"]
mod vector_set;

use std::fs;
use std::process::ExitCode;

use gotelemetry::conformance::Outcome::{Crash, Pass, Skip, Twice, Wrong};
use gotelemetry::conformance::{ConformanceError, Standing};
use vector_set::{Set, case_of, outcomes};

fn main() -> ExitCode {
    rogue::main(&[
        ("answers_are_compared_with_expectations", judgements),
        ("what_a_driver_does_not_tell_is_not_compared", details),
        ("files_are_compared_byte_for_byte", files),
        ("who_rejects_an_input_leaves_it_as_it_was", rejected_files),
        ("each_case_has_a_directory_of_its_own_with_its_input", rooms),
        ("what_a_driver_cannot_do_is_skipped", skips),
        ("races_are_judged_by_what_each_kind_reads", races),
        ("racers_adopt_what_one_of_them_cannot_set", adoptions),
        ("known_failures_are_exact", known_failures),
    ])
}

/// What is answered, `ok` unless it says otherwise; what is expected; the outcome; where the
/// difference is.
const JUDGEMENTS: &str = r#"
{"result":{"a":"1"}} | {"outcome":"accept","result":{"a":"1"}} | pass |
{"result":{"a":"1"}} | {"outcome":"accept","result":{"a":"2"}} | wrong | result.a
{"result":{"a":1}} | {"outcome":"accept","result":{"a":"1"}} | wrong | result.a
{"result":{"a":"1","b":1}} | {"outcome":"accept","result":{"a":"1"}} | wrong | result.b
{"result":{}} | {"outcome":"accept"} | pass |
{"result":{"a":1}} | {"outcome":"accept"} | wrong | result.a
{"notes":[],"more":1} | {"outcome":"accept"} | pass |
{"notes":7} | {"outcome":"accept"} | wrong | notes
{"notes":[{"clause":"a.b","offset":"7"}]} | {"outcome":"accept"} | wrong | notes[0]
{"notes":[{"clause":"a.b","offset":"7","more":1}]} | {"outcome":"accept-with-notes","notes":[{"clause":"a.b","offset":"7"}]} | pass |
{"notes":[{"clause":"a.b","offset":"8"}]} | {"outcome":"accept-with-notes","notes":[{"clause":"a.b","offset":"7"}]} | wrong | notes[0].offset
{} | {"outcome":"accept-with-notes","notes":[{"clause":"a.b","offset":"7"}]} | wrong | notes[0]
{"outcome":"reject","clause":"a.b","offset":"7"} | {"outcome":"reject","clause":"a.b","offset":"7"} | pass |
{"outcome":"reject","clause":"a.b","offset":"8","stage":"chain"} | {"outcome":"reject","clause":"a.b"} | pass |
{"outcome":"reject","clause":"a.c"} | {"outcome":"reject","clause":"a.b"} | wrong | clause
{"outcome":"reject","clause":"a.b","offset":7} | {"outcome":"reject","clause":"a.b","offset":"7"} | wrong | offset
{"outcome":"reject","clause":"a.b","stage":"chain"} | {"outcome":"reject","stage":"header","clause":"a.b"} | wrong | stage
{"outcome":"reject"} | {"outcome":"reject","clause":"a.b"} | wrong | clause
{} | {"outcome":"reject","clause":"a.b"} | accepted | accepted
{"outcome":"reject","reason":"I do not."} | {"outcome":"accept"} | rejected | I do not.
{"outcome":"skip","reason":"I cannot."} | {"outcome":"accept"} | skip | I cannot.
{"outcome":"error","reason":"No room."} | {"outcome":"reject","clause":"a.b"} | error | No room.
{"outcome":"maybe"} | {"outcome":"accept"} | garbage | without an outcome
{"outcome":null} | {"outcome":"accept"} | garbage | without an outcome
{"result":{"a":2}} | {"outcome":"one-of","of":[{"outcome":"accept","result":{"a":1}},{"outcome":"accept","result":{"a":2}}]} | pass |
{"result":{"a":3}} | {"outcome":"one-of","of":[{"outcome":"reject","clause":"a.b"},{"outcome":"accept","result":{"a":2}}]} | wrong | result.a, the closest
{"outcome":"reject"} | {"outcome":"one-of","of":[{"outcome":"accept"},{"outcome":"accept","result":{"a":2}}]} | rejected | rejected, the closest
"#;

fn judgements() {
    let rows = JUDGEMENTS.lines().skip(1);
    let rows: Vec<[&str; 4]> = rows
        .map(|row| {
            let columns: Vec<&str> = row.split('|').map(str::trim).collect();
            columns.try_into().expect("four columns")
        })
        .collect();
    let mut set = Set::new();
    for (number, [answer, expect, _, _]) in rows.iter().enumerate() {
        let members = format!(
            r#""args":{{"answer":{}}},"expect":{expect}"#,
            with_ok(answer)
        );
        set = set.case(&format!("judge/{number}"), "echo", &members);
    }
    let report = set.run("plain");
    assert_eq!(report.cases.len(), rows.len());
    for (case, [answer, expect, outcome, reason]) in report.cases.iter().zip(&rows) {
        let shown = format!("{answer}, {expect}: {:?}", case.detail);
        assert_eq!(case.outcome.name(), *outcome, "{shown}");
        assert!(case.detail.reason.contains(reason), "{shown}");
        assert_eq!(case.detail.reason.is_empty(), *outcome == "pass", "{shown}");
    }
}

/// The members of an answer, with an outcome if there is none.
fn with_ok(answer: &str) -> String {
    match answer.contains("\"outcome\"") {
        true => answer.to_owned(),
        false => answer
            .replacen('{', "{\"outcome\":\"ok\",", 1)
            .replace(",}", "}"),
    }
}

fn details() {
    let told = r#"{"outcome":"reject","stage":"chain","clause":"a.c","offset":"1"}"#;
    let expect = r#"{"outcome":"reject","stage":"header","clause":"a.b","offset":"7"}"#;
    let reject = format!(r#""args":{{"answer":{told}}},"expect":{expect}"#);
    let told = r#"{"outcome":"ok"}"#;
    let expect = r#"{"outcome":"accept-with-notes","notes":[{"clause":"a.b","offset":"7"}]}"#;
    let notes = format!(r#""args":{{"answer":{told}}},"expect":{expect}"#);
    let set = || {
        let set = Set::new().case("a/reject", "echo", &reject);
        set.case("a/notes", "echo", &notes)
    };
    assert_eq!(outcomes(&set().run("plain")), [Wrong, Wrong]);
    assert_eq!(outcomes(&set().run("tells-nothing")), [Pass, Pass]);
}

fn files() {
    for (made, outcome, reason, found) in [
        (r#"{"mode":"off"}"#, Pass, "", None),
        (
            r#"{"mode":"ofg"}"#,
            Wrong,
            "the file mode",
            Some("0x67 at 0x2"),
        ),
        (
            r#"{"mode":"of"}"#,
            Wrong,
            "the file mode",
            Some("an end at 0x2"),
        ),
        (r#"{"mode":"offf"}"#, Wrong, "the file mode", Some("more")),
        (r#"{}"#, Wrong, "the file mode", Some("none")),
        (
            r#"{"mode":"off","more":""}"#,
            Wrong,
            "the file more",
            Some("a file"),
        ),
        (
            r#"{"mode":"off","local/more":""}"#,
            Wrong,
            "the file local/more",
            Some("a file"),
        ),
        (
            r#"{"mode":"off","local/kept":null}"#,
            Wrong,
            "the file local/kept",
            Some("none"),
        ),
        (
            r#"{"mode":"off","local/kept":"x"}"#,
            Wrong,
            "the file local/kept",
            Some("0x78 at 0x0"),
        ),
    ] {
        let members = format!(
            r#""input":["local/kept"],"args":{{"files":{made}}},"expect":{{"outcome":"accept",
            "files":{{"mode":"expect/mode","local/kept":"input/local/kept"}}}}"#
        );
        let set = Set::new()
            .case("write/mode", "echo", &members)
            .good("good/next");
        let set = set.file("write/mode/expect/mode", "off");
        let report = set.file("write/mode/input/local/kept", "kept").run("plain");
        assert_eq!(outcomes(&report), [outcome, Pass], "{made}");
        let detail = &case_of(&report, "write/mode").detail;
        assert_eq!(
            (detail.reason.as_str(), detail.found.as_deref()),
            (reason, found),
            "{made}"
        );
    }
}

fn rejected_files() {
    for (made, outcome) in [
        ("{}", Pass),
        (r#"{"local/kept":"x"}"#, Wrong),
        (r#"{"local/kept":null}"#, Wrong),
        (r#"{"local/more":""}"#, Wrong),
    ] {
        let members = format!(
            r#""input":["local/kept"],"args":{{"files":{made},"answer":{{"outcome":"reject"}}}},
            "expect":{{"outcome":"reject"}}"#
        );
        let set = Set::new().case("refuse/a", "echo", &members);
        let report = set.file("refuse/a/input/local/kept", "kept").run("plain");
        assert_eq!(outcomes(&report), [outcome], "{made}");
    }
}

fn rooms() {
    let look = |input: &str, result: &str| {
        format!(r#"{input},"expect":{{"outcome":"accept","result":{{{result}}}}}"#)
    };
    let first = r#""input":["a/b","mode"],"changed":{"a/b":"2001-09-09T01:46:40Z"}"#;
    let extended = r#""input":["a"],"extended":{"a":4},"changed":{"a":"2001-09-09T01:46:40Z"}"#;
    let left = r#""args":{"files":{"left":"x"}},"expect":{"outcome":"accept"}"#;
    let set = Set::new()
        .case(
            "look/input",
            "look",
            &look(first, r#""a/b":"text 1000000000","mode":"?""#),
        )
        .case("write/left", "echo", left)
        .case("look/after", "look", &look(r#""args":{}"#, ""))
        .case(
            "look/extended",
            "look",
            &look(extended, r#""a":"x\u0000\u0000\u0000 1000000000""#),
        )
        .file("look/extended/input/a", "x");
    let set = set.file("look/input/input/a/b", "text");
    let report = set.file("look/input/input/mode", "m").run("plain");
    assert_eq!(outcomes(&report), [Wrong, Pass, Pass, Pass]);
    // The time of what has none in the manifest is the present one.
    let detail = &case_of(&report, "look/input").detail;
    assert_eq!(detail.reason, "result.mode");
    assert!(
        detail
            .found
            .as_ref()
            .is_some_and(|found| found.starts_with("\"m 1"))
    );
}

fn skips() {
    let expect = r#""expect":{"outcome":"accept"}"#;
    let set = || {
        Set::new()
            .case(
                "look/a",
                "look",
                r#""expect":{"outcome":"accept","result":{}}"#,
            )
            .case(
                "time/a",
                "echo",
                &format!(r#""args":{{"now":"2026-11-21T00:00:00Z"}},{expect}"#),
            )
            .case(
                "step/a",
                "echo",
                &format!(r#""args":{{"steps":[{{"now":""}}]}},{expect}"#),
            )
            .case(
                "id/a",
                "echo",
                &format!(r#""args":{{"identity":{{"program":"p"}}}},{expect}"#),
            )
            .case(
                "id/b",
                "echo",
                &format!(r#""args":{{"identity":{{"program":"adopted"}}}},{expect}"#),
            )
    };
    assert_eq!(outcomes(&set().run("plain")), [Pass; 5]);
    assert_eq!(
        outcomes(&set().run("echo-alone")),
        [Skip, Pass, Pass, Pass, Pass]
    );
    let report = set().run("fixed");
    assert_eq!(outcomes(&report), [Pass, Skip, Skip, Skip, Pass]);
    assert!(report.is_good(), "what is skipped has not failed");
    let none = Set::new().case("no/a", "dance", expect).run("plain");
    assert_eq!(outcomes(&none), [Skip]);
    assert!(!none.is_good(), "nothing was compared");
    assert_eq!(report.count(Standing::Skipped), 3);
    let reason = &case_of(&report, "id/a").detail.reason;
    assert_eq!(reason, "its program cannot be another than \"adopted\"");
}

fn race() -> Set {
    let race = r#""args":{"identity":{"program":"p","version":"v"},"now":"2001-01-01T00:00:00Z"},
        "race":{"processes":4,"rounds":3,"names":{"prefix":"n","count":2},"cold":true},
        "expect":{"outcome":"accept"}"#;
    Set::new().case("race/cold", "race", race).good("good/next")
}

fn races() {
    for (kind, own, outcome, reason) in [
        ("plain", "own", Pass, ""),
        ("loses", "own", Wrong, "the sum of counters.6e30"),
        ("plain", "loses", Wrong, "the sum of counters.6e30"),
        ("misreads", "own", Wrong, "the sum of counters.6e30"),
        (
            "plain",
            "misreads",
            Wrong,
            "gotelemetry itself: the sum of counters.6e30",
        ),
        ("counts-more", "own", Wrong, "the sum of counters.6d6f7265"),
        (
            "races-badly",
            "own",
            Crash,
            "it ended before it answered: exit status: 5",
        ),
        (
            "plain",
            "races-badly",
            Crash,
            "gotelemetry itself: it ended",
        ),
        ("races-twice", "own", Twice, "it answered twice"),
        ("echo-alone", "own", Skip, "it has no operation race"),
        (
            "plain",
            "echo-alone",
            Skip,
            "gotelemetry itself: it cannot race",
        ),
    ] {
        let set = race();
        let mut settings = set.settings(kind);
        settings.own = set.settings(own).driver.expect("there is one");
        let report = set.run_with(&settings).expect("the suite runs");
        let detail = &case_of(&report, "race/cold").detail;
        assert_eq!(
            outcomes(&report),
            [outcome, Pass],
            "{kind}, {own}: {detail:?}"
        );
        assert!(
            detail.reason.starts_with(reason),
            "{kind}, {own}: {detail:?}"
        );
    }
}

/// What each of the racers was asked.
fn asked_of(set: &Set) -> Vec<String> {
    let traces = fs::read_dir(set.state()).expect("it can be listed");
    let paths = traces.map(|trace| trace.expect("it can be listed").path());
    paths
        .filter(|path| path.to_string_lossy().contains("race-"))
        .map(|path| fs::read_to_string(path).expect("it is text"))
        .collect()
}

fn adoptions() {
    let set = race();
    assert_eq!(outcomes(&set.run("fixed")), [Pass, Pass]);
    let asked = asked_of(&set);
    assert_eq!(asked.len(), 4);
    for args in &asked {
        assert!(args.contains(r#""program":"adopted""#), "{args}");
        assert!(
            args.contains(r#""version":"v""#) && args.contains(r#""cold":true"#),
            "{args}"
        );
        assert!(
            args.contains(r#"["6e30","6e31"]"#) && !args.contains("2001-01-01"),
            "{args}"
        );
    }
    // Without a driver all are this program's, and nothing has to be adopted.
    let set = race();
    let mut settings = set.settings("plain");
    settings.driver = None;
    let report = set.run_with(&settings).expect("the suite runs");
    assert_eq!(outcomes(&report), [Pass, Pass]);
    let asked = asked_of(&set);
    let as_asked =
        |args: &&String| args.contains(r#""program":"p""#) && args.contains("2001-01-01");
    assert_eq!(asked.iter().filter(as_asked).count(), 4, "{asked:?}");
    // Two that cannot be the same do not race.
    let set = race();
    let mut settings = set.settings("fixed");
    settings.own = set
        .settings("fixed-otherwise")
        .driver
        .expect("there is one");
    let report = set.run_with(&settings).expect("the suite runs");
    assert_eq!(outcomes(&report), [Skip, Pass]);
}

fn known_failures() {
    let known = |failures: &str| {
        let set = Set::new()
            .doing("bad/a", "crash")
            .doing("bad/b", "text")
            .good("good/c");
        set.run_known(&format!(
            r#"{{"name":"rogue","version":"1.0","failures":[{failures}]}}"#
        ))
        .expect("the suite runs")
    };
    let a = r#"{"id":"bad/a","outcome":"crash","why":"x"}"#;
    let b = r#"{"id":"bad/b","outcome":"garbage","why":"x"}"#;
    let report = known(&format!("{a},{b}"));
    assert!(report.is_good());
    let counted = |standing| report.count(standing);
    assert_eq!(
        (counted(Standing::Known), counted(Standing::Passed)),
        (2, 1)
    );
    let c = r#"{"id":"good/c","outcome":"wrong","why":"x"}"#;
    let d = r#"{"id":"bad/d","outcome":"wrong","why":"x"}"#;
    for (failures, failed, missing) in [
        (a.to_owned(), &["bad/b"][..], &[][..]),
        (format!("{a},{b},{c}"), &["good/c"], &[]),
        (
            format!("{a},{}", b.replace("garbage", "crash")),
            &["bad/b"],
            &[],
        ),
        (format!("{a},{b},{d}"), &[], &["bad/d"]),
    ] {
        let report = known(&failures);
        assert!(!report.is_good(), "{failures}");
        let cases = report.cases.iter();
        let found = cases.filter(|case| case.standing() == Standing::Failed);
        assert!(
            found
                .map(|case| case.id.as_str())
                .eq(failed.iter().copied()),
            "{failures}"
        );
        assert_eq!(report.missing, missing, "{failures}");
    }
    for other in [
        "\"name\":\"rouge\",\"version\":\"1.0\"",
        "\"name\":\"rogue\",\"version\":\"1\"",
    ] {
        let list = format!("{{{other},\"failures\":[]}}");
        let error = Set::new()
            .good("good/a")
            .run_known(&list)
            .expect_err("it is another's");
        assert!(
            matches!(error, ConformanceError::OtherDriver { .. }),
            "{error}"
        );
    }
}
