//! The suite's runner, put to the test by a driver that does everything wrong that a driver can:
//! the case has the outcome that it has earned, and the suite goes on.

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
use std::time::{Duration, Instant};

use gotelemetry::conformance::Outcome::{Crash, Garbage, Pass, Timeout, Twice, Version};
use gotelemetry::conformance::{ConformanceError, DriverCommand, Standing};
use vector_set::{Set, case_of, outcomes};

fn main() -> ExitCode {
    rogue::main(&[
        (
            "each_misbehaviour_has_its_outcome_and_the_suite_goes_on",
            misbehaviours,
        ),
        ("what_a_driver_said_at_last_is_in_the_detail", last_words),
        (
            "a_driver_that_ends_behind_its_answer_fails_that_case_and_not_the_next",
            late_ends,
        ),
        (
            "a_second_answer_changes_the_outcome_of_its_case",
            second_answers,
        ),
        (
            "an_answer_to_an_earlier_case_is_none_to_this_one",
            answers_to_others,
        ),
        ("a_driver_that_does_not_listen_is_out_of_time", deaf_drivers),
        ("a_driver_that_ignores_its_end_is_killed", ignored_ends),
        (
            "what_is_written_behind_the_last_answer_is_garbage",
            goodbyes,
        ),
        (
            "processes_that_a_driver_leaves_behind_hold_nothing_up",
            orphans,
        ),
        ("a_bad_hello_costs_one_case", bad_hellos),
        (
            "after_three_bad_hellos_the_rest_have_the_outcome_of_the_last",
            three_bad_hellos,
        ),
    ])
}

/// A case in which something is done, between others.
fn among_others(what: &str) -> Set {
    let set = Set::new().good("good/first").doing("rogue/case", what);
    set.good("good/next").good("other/last")
}

fn misbehaviours() {
    for (what, outcome) in [
        ("crash", Crash),
        ("abort", Crash),
        ("exit", Crash),
        ("hang", Timeout),
        ("text", Garbage),
        ("array", Garbage),
        ("number", Garbage),
        ("empty", Garbage),
        ("two documents", Garbage),
        ("no text", Garbage),
        ("half", Crash),
        ("no end of line", Crash),
        ("endless", Garbage),
        ("twice", Twice),
        ("late", Twice),
        ("loud", Pass),
        ("orphan", Crash),
        ("orphan later", Pass),
    ] {
        let set = among_others(what);
        let report = match outcome {
            Timeout => set.run_impatiently("plain"),
            _ => set.run("plain"),
        };
        assert_eq!(outcomes(&report), [Pass, outcome, Pass, Pass], "{what}");
        assert_eq!(report.is_good(), outcome == Pass, "{what}");
        assert_eq!(report.count(Standing::Failed), usize::from(outcome != Pass));
    }
}

fn last_words() {
    let report = among_others("crash").run("plain");
    let detail = &case_of(&report, "rogue/case").detail;
    assert_eq!(detail.reason, "it ended before it answered: exit status: 3");
    assert_eq!(detail.stderr.as_deref(), Some("these are | my last words"));
    let report = among_others("text").run("plain");
    let detail = &case_of(&report, "rogue/case").detail;
    assert_eq!(detail.found.as_deref(), Some("Hello!"));
}

fn late_ends() {
    let report = among_others("answer and abort").run("plain");
    assert_eq!(outcomes(&report), [Pass, Crash, Pass, Pass]);
    let reason = &case_of(&report, "rogue/case").detail.reason;
    assert!(
        reason.starts_with("it ended after its answer: signal: 6"),
        "{reason}"
    );
    let last = Set::new()
        .good("good/first")
        .doing("rogue/last", "answer and abort");
    assert_eq!(outcomes(&last.run("plain")), [Pass, Crash]);
    // Of two in a row, the first behind its answer, only the one that ends again is known.
    let both = Set::new()
        .doing("rogue/a", "answer and abort")
        .doing("rogue/b", "crash");
    assert_eq!(
        outcomes(&both.good("good/last").run("plain")),
        [Pass, Crash, Pass]
    );
}

fn second_answers() {
    // The last case as well, whose second answer comes when nothing more is asked.
    for what in ["twice", "late"] {
        let set = Set::new().good("good/first").doing("rogue/last", what);
        let report = set.run("plain");
        assert_eq!(outcomes(&report), [Pass, Twice], "{what}");
        assert_eq!(
            case_of(&report, "rogue/last").detail.reason,
            "it answered twice"
        );
    }
    // A driver that does nothing else has no time to answer.
    let report = among_others("flood").run_impatiently("plain");
    assert_eq!(outcomes(&report), [Pass, Twice, Timeout, Pass]);
}

fn answers_to_others() {
    let answer = |id: &str| {
        let answer = format!(r#"{{"id":"{id}","outcome":"ok"}}"#);
        let members = format!(r#""args":{{"answer":{answer}}},"expect":{{"outcome":"accept"}}"#);
        let set = Set::new()
            .good("good/first")
            .case("rogue/case", "echo", &members);
        outcomes(&set.good("good/next").run_impatiently("plain"))
    };
    assert_eq!(answer("nobody/asked"), [Pass, Garbage, Pass]);
    assert_eq!(answer("good/next"), [Pass, Garbage, Pass]);
    assert_eq!(answer("good/first"), [Twice, Timeout, Pass]);
    assert_eq!(answer("rogue/case"), [Pass, Pass, Pass]);
}

fn deaf_drivers() {
    // What is asked next does not fit into a pipe.
    let long = "x".repeat(1 << 20);
    let members = format!(r#""args":{{"x":"{long}"}},"expect":{{"outcome":"accept"}}"#);
    let set = Set::new().doing("rogue/case", "deaf");
    let set = set.case("long/case", "echo", &members).good("good/last");
    assert_eq!(
        outcomes(&set.run_impatiently("plain")),
        [Pass, Timeout, Pass]
    );
}

fn ignored_ends() {
    let begun = Instant::now();
    let report = Set::new().good("good/first").run("ignores-end");
    assert_eq!(outcomes(&report), [Pass]);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

fn goodbyes() {
    let report = Set::new()
        .good("good/first")
        .good("good/last")
        .run("says-goodbye");
    assert_eq!(outcomes(&report), [Pass, Garbage]);
    let report = Set::new().good("good/last").run("goes-on-and-on");
    assert_eq!(outcomes(&report), [Garbage]);
}

fn orphans() {
    let begun = Instant::now();
    for what in ["orphan", "orphan later"] {
        among_others(what).run("plain");
    }
    assert!(begun.elapsed() < Duration::from_secs(10));
}

fn four_cases() -> Set {
    let set = Set::new().doing("rogue/first", "crash").good("good/second");
    set.good("good/third").good("good/last")
}

fn bad_hellos() {
    for (kind, expected) in [
        ("plain", [Crash, Pass, Pass, Pass]),
        ("crashes-first", [Crash, Pass, Pass, Pass]),
        ("hangs-first", [Timeout, Pass, Pass, Pass]),
        ("garbage-first", [Garbage, Pass, Pass, Pass]),
        ("other-version-second", [Crash, Version, Pass, Pass]),
        ("other-name-second", [Crash, Version, Pass, Pass]),
    ] {
        let report = match kind {
            "hangs-first" => four_cases().run_impatiently(kind),
            _ => four_cases().run(kind),
        };
        assert_eq!(outcomes(&report), expected, "{kind}");
        assert_eq!(report.driver, Some(("rogue".to_owned(), "1.0".to_owned())));
    }
    for (answer, expected) in [
        (r#"{"version":"1.1"}"#, "\"1.1\""),
        (r#"{"version":null}"#, "null"),
        (r#"{"version":1}"#, "1"),
    ] {
        let members = format!(r#""args":{{"answer":{answer}}},"expect":{{"outcome":"accept"}}"#);
        let set = Set::new()
            .case("rogue/case", "echo", &members)
            .good("good/next");
        let report = set.run("plain");
        assert_eq!(outcomes(&report), [Version, Pass], "{answer}");
        let detail = &case_of(&report, "rogue/case").detail;
        assert_eq!(detail.expected.as_deref(), Some("\"1.0\""));
        assert_eq!(detail.found.as_deref(), Some(expected));
    }
}

fn three_bad_hellos() {
    let members = [
        "protocol", "name", "version", "ops", "details", "clock", "fixed",
    ];
    let without = members.map(|member| (format!("without-{member}"), Garbage));
    let others = [("crashes-always", Crash), ("protocol-2", Version)];
    let others = others.map(|(kind, outcome)| (kind.to_owned(), outcome));
    for (kind, outcome) in without.into_iter().chain(others) {
        let set = four_cases().good("good/more");
        let report = set.run(&kind);
        assert_eq!(outcomes(&report), [outcome; 5], "{kind}");
        assert_eq!(report.driver, None);
        let starts = fs::read_dir(set.state()).expect("it can be listed");
        assert_eq!(starts.count(), 3, "{kind}");
    }
    // Three, but not in a row.
    let set = Set::new().good("a").doing("b", "crash").good("c");
    let set = set.doing("d", "crash").good("e").good("f");
    let report = set.run("crashes-every-other");
    assert_eq!(outcomes(&report), [Crash, Crash, Crash, Crash, Crash, Pass]);
    let set = Set::new().good("good/first");
    let mut settings = set.settings("plain");
    settings.driver = Some(DriverCommand::new("/nowhere/driver", [""; 0]));
    let error = set
        .run_with(&settings)
        .expect_err("there is no such driver");
    assert!(matches!(error, ConformanceError::Driver { .. }), "{error}");
}
