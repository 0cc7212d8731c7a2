//! The command `conformance`: what it takes, what it prints, how it ends.

#[path = "support/harness.rs"]
mod harness;
#[path = "support/rogue.rs"]
mod rogue;
#[path = "support/role.rs"]
mod role;
#[path = "support/vector_set.rs"]
mod vector_set;

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use tinyjson::JsonValue;
use vector_set::Set;

fn main() -> ExitCode {
    rogue::main(&[
        ("a_good_driver_is_good", good),
        ("what_failed_is_told_in_full", failures),
        ("whatever_a_driver_does_the_exit_code_is_1", misbehaviours),
        ("the_filter_takes_cases_by_a_part_of_their_ids", filter),
        ("known_failures_are_summed_up", known),
        ("json_has_all_of_it", json),
        ("without_a_driver_the_program_asks_itself", own),
        ("vectors_that_are_hostile_are_refused", hostile),
        ("misuse_is_2", misuse),
        ("who_compares_nothing_finds_nothing_good", nothing),
        ("the_exit_code_tells_who_reads_nothing", unread),
    ])
}

/// Runs the command on the set, with these arguments.
fn run(set: &Set, args: &[&str]) -> (i32, String, String) {
    set.write();
    let output = Command::new(env!("CARGO_BIN_EXE_gotelemetry"))
        .env_clear()
        .env("TMPDIR", set.temporary())
        .env("GOTELEMETRY", "off")
        .env("DO_NOT_TRACK", "1")
        .arg("conformance")
        .arg("--vectors")
        .arg(set.directory())
        .args(args)
        .stdin(Stdio::null())
        .output();
    let output = output.expect("the program runs");
    let left = fs::read_dir(set.temporary()).expect("it can be listed");
    assert_eq!(left.count(), 0, "directories of cases are left");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is text");
    let code = output.status.code().expect("no signal ended it");
    (code, text(output.stdout), text(output.stderr))
}

/// The same, with the rogue driver.
fn run_rogue(set: &Set, args: &[&str]) -> (i32, String, String) {
    let driver = set.rogue("plain").join(" ");
    run(set, &[&["--driver", &driver], args].concat())
}

fn good() {
    let look = r#""expect":{"outcome":"accept","result":{}}"#;
    let set = Set::new()
        .good("a/first")
        .good("a/last")
        .case("look/environment", "look", look);
    let expected = "driver: rogue 1.0\n\n\
        subject  cases   pass\n\
        a            2      2\n\
        look         1      1\n\n\
        levels: reader 3 of 3\n\n\
        3 cases: 3 passed, 0 known failures, 0 skipped, 0 failed\n";
    assert_eq!(
        run_rogue(&set, &[]),
        (0, expected.to_owned(), String::new())
    );
}

fn failures() {
    let wrong = r#""args":{"answer":{"outcome":"ok","result":{"a":"\u001b[31m"}}},
        "expect":{"outcome":"accept","result":{"a":"1"}}"#;
    let set = Set::new().good("a/first").doing("a/second", "crash");
    let set = set.case("wrong/one", "echo", wrong).case(
        "z/z",
        "dance",
        r#""expect":{"outcome":"accept"}"#,
    );
    let (code, out, err) = run_rogue(&set, &[]);
    let expected = "driver: rogue 1.0\n\n\
        subject  cases   pass  wrong  crash   skip\n\
        a            2      1      0      1      0\n\
        wrong        1      0      1      0      0\n\
        z            1      0      0      0      1\n\n\
        a/second: crash\n  x []\n  it ended before it answered: exit status: 3\n  \
          stderr    these are | my last words\n\n\
        wrong/one: wrong\n  x []\n  result.a\n  expected  \"1\"\n  found     \"\\u001b[31m\"\n\n\
        skipped: 1 it has no operation dance\n\n\
        levels: reader 1 of 4\n\n\
        4 cases: 1 passed, 0 known failures, 1 skipped, 2 failed\n";
    assert_eq!((out.as_str(), code, err.as_str()), (expected, 1, ""));
}

fn misbehaviours() {
    for what in [
        "crash", "exit", "text", "array", "endless", "no text", "twice", "late", "orphan",
    ] {
        let set = Set::new()
            .good("a/first")
            .doing("rogue/case", what)
            .good("z/last");
        let (code, out, _) = run_rogue(&set, &[]);
        let sums = "\n3 cases: 2 passed, 0 known failures, 0 skipped, 1 failed\n";
        assert!(out.ends_with(sums), "{what}: {out}");
        assert_eq!(code, 1, "{what}");
    }
}

fn filter() {
    let set = || {
        Set::new()
            .good("a/first")
            .doing("a/second", "crash")
            .good("b/first")
    };
    let (code, out, _) = run_rogue(&set(), &["--filter", "first"]);
    assert!(
        out.ends_with("\n2 cases: 2 passed, 0 known failures, 0 skipped, 0 failed\n"),
        "{out}"
    );
    assert_eq!(code, 0);
    let (code, out, err) = run_rogue(&set(), &["--filter", "third"]);
    let said = "gotelemetry: no case has \"third\" in its id; see gotelemetry help\n";
    assert_eq!((code, out.as_str(), err.as_str()), (2, "", said));
}

fn known() {
    let set = || {
        Set::new()
            .good("a/first")
            .doing("a/second", "crash")
            .doing("a/third", "text")
    };
    let list = |version: &str, outcome: &str, third: &str| {
        format!(
            r#"{{"name":"rogue","version":"{version}","failures":[
            {{"id":"a/second","outcome":"{outcome}","why":"x"}},
            {{"id":"{third}","outcome":"garbage","why":"x"}}]}}"#
        )
    };
    let run = |list: String| {
        let set = set().file("../known.json", &list);
        let file = set.directory().join("../known.json");
        run_rogue(&set, &["--known", file.to_str().expect("it is text")])
    };
    let (code, out, _) = run(list("1.0", "crash", "a/third"));
    assert!(
        out.contains("\nknown failures: 1 crash, 1 garbage\n"),
        "{out}"
    );
    assert!(
        out.ends_with("\n3 cases: 1 passed, 2 known failures, 0 skipped, 0 failed\n"),
        "{out}"
    );
    assert_eq!(code, 0);
    let (code, out, _) = run(list("1.0", "timeout", "a/third"));
    assert!(
        out.contains("\na/second: crash, and listed as timeout\n"),
        "{out}"
    );
    assert_eq!(code, 1);
    let (code, out, _) = run(list("1.0", "crash", "a/nowhere"));
    assert!(
        out.contains("\nknown failures: there is no case a/nowhere\n"),
        "{out}"
    );
    assert!(
        out.ends_with(" 1 failed, 1 listed without a case\n"),
        "{out}"
    );
    assert_eq!(code, 1);
    let (code, out, err) = run(list("1.1", "crash", "a/third"));
    let said = "the known failures are those of rogue 1.1, the driver is rogue 1.0";
    assert!(err.contains(said), "{err}");
    assert_eq!((code, out.as_str()), (2, ""));
    let (code, _, err) = run(list("1.0", "pass", "a/third"));
    assert!(
        err.contains("known.json: failures[0].outcome: \"pass\" is no failure"),
        "{err}"
    );
    assert_eq!(code, 1);
}

type Members = HashMap<String, JsonValue>;

fn json() {
    let set = Set::new().good("a/first").doing("a/second", "crash");
    let (code, out, err) = run_rogue(&set, &["--json"]);
    assert_eq!((code, err.as_str()), (1, ""));
    let report: JsonValue = out.parse().expect("it is JSON");
    let text = |of: &Members, key: &str| of[key].get::<String>().cloned();
    let report = report.get::<Members>().expect("an object");
    assert_eq!(text(report, "driver").as_deref(), Some("rogue"));
    assert_eq!(text(report, "version").as_deref(), Some("1.0"));
    let totals = report["totals"].get::<Members>().expect("an object");
    for (key, total) in [
        ("cases", 2.0),
        ("passed", 1.0),
        ("known", 0.0),
        ("skipped", 0.0),
        ("failed", 1.0),
    ] {
        assert_eq!(totals[key].get::<f64>(), Some(&total), "{key}");
    }
    let cases = report["cases"].get::<Vec<JsonValue>>().expect("an array");
    let [first, second] = [0, 1].map(|n| cases[n].get::<Members>().expect("an object"));
    assert_eq!(text(first, "id").as_deref(), Some("a/first"));
    assert_eq!(text(first, "outcome").as_deref(), Some("pass"));
    assert_eq!(text(second, "outcome").as_deref(), Some("crash"));
    assert_eq!(
        (first["failed"].get(), second["failed"].get()),
        (Some(&false), Some(&true))
    );
    assert_eq!(second["known"].get(), Some(&false));
    let detail = second["detail"].get::<Members>().expect("an object");
    let reason = "it ended before it answered: exit status: 3";
    assert_eq!(text(detail, "reason").as_deref(), Some(reason));
    assert_eq!(
        text(detail, "stderr").as_deref(),
        Some("these are | my last words")
    );
}

fn own() {
    let split = |bucket: &str| {
        format!(
            r#""args":{{"name":"a:b"}},
            "expect":{{"outcome":"accept","result":{{"chart":"a","bucket":"{bucket}"}}}}"#
        )
    };
    let set = Set::new().case("split/right", "split-name", &split("b"));
    let set = set.case("split/wrong", "split-name", &split("c"));
    let (code, out, err) = run(&set, &[]);
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        out.starts_with(&format!("driver: gotelemetry {version}\n")),
        "{out}"
    );
    assert!(
        out.contains("\nsplit/wrong: wrong\n  x []\n  result.bucket\n"),
        "{out}"
    );
    assert_eq!((code, err.as_str()), (1, ""));
}

fn hostile() {
    for (set, said) in [
        (
            Set::new().good("../../escape"),
            "cases[0].id: \"../../escape\" is no path below",
        ),
        (
            Set::new().good("a").good("a"),
            "cases[1]: a second case \"a\"",
        ),
        (
            Set::new().case(
                "a",
                "echo",
                r#""input":["/etc/passwd"],"expect":{"outcome":"accept"}"#,
            ),
            "cases[0].input[0]: \"/etc/passwd\" is no path below a directory",
        ),
        (
            Set::new().case(
                "a",
                "echo",
                r#""input":["b"],"expect":{"outcome":"accept"}"#,
            ),
            "vectors/a/input/b: missing among the vectors",
        ),
        (
            Set::new().case("a", "echo", r#""expect":{"#),
            "manifest.json: offset 0x",
        ),
    ] {
        let (code, out, err) = run_rogue(&set, &[]);
        assert!(err.contains(said) && err.lines().count() == 1, "{err}");
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
    }
    let (code, _, err) = run_rogue(&Set::new(), &[]);
    assert!(err.contains("the manifest lists no case"), "{err}");
    assert_eq!(code, 2);
    let (code, _, err) = run_rogue(&Set::new(), &["--vectors", "/nowhere"]);
    assert!(err.contains("/nowhere/manifest.json: cannot read"), "{err}");
    assert_eq!(code, 1);
}

fn misuse() {
    let set = Set::new().good("a/first");
    for args in [
        &["--driver", "  "][..],
        &["--driver", "/nowhere/driver --x"],
        &["more"],
        &["--explain"],
    ] {
        let (code, out, err) = run(&set, args);
        assert_eq!(
            (code, out.as_str(), err.lines().count()),
            (2, "", 1),
            "{args:?}: {err}"
        );
    }
    assert!(
        Path::new(&set.state())
            .read_dir()
            .expect("a directory")
            .next()
            .is_none()
    );
}

fn nothing() {
    let expect = r#""expect":{"outcome":"accept"}"#;
    let set = Set::new().case("a/first", "dance", expect);
    let (code, out, _) = run_rogue(&set, &[]);
    let sums = "\n1 cases: 0 passed, 0 known failures, 1 skipped, 0 failed, nothing was compared\n";
    assert!(out.ends_with(sums), "{out}");
    assert_eq!(code, 1);
}

fn unread() {
    // The first output fits into the program's buffer, the second does not.
    for cases in [1, 300] {
        let numbers = 0..cases;
        let set = numbers.fold(Set::new(), |set, number| {
            let members = r#""args":{"answer":{"outcome":"error"}},"expect":{"outcome":"accept"}"#;
            set.case(&format!("a/{number}"), "echo", members)
        });
        for (set, expected) in [(Set::new().good("a/first"), 0), (set, 1)] {
            set.write();
            let (reader, writer) = std::io::pipe().expect("a pipe");
            drop(reader);
            let status = Command::new(env!("CARGO_BIN_EXE_gotelemetry"))
                .env_clear()
                .env("TMPDIR", set.temporary())
                .args(["conformance", "--driver", &set.rogue("plain").join(" ")])
                .arg("--vectors")
                .arg(set.directory())
                .stdin(Stdio::null())
                .stdout(writer)
                .status();
            let code = status.expect("the program runs").code();
            assert_eq!(code, Some(expected), "{cases}");
        }
    }
}
