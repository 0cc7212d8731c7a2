//! The directories of the cases, in the hands of a driver that takes them away or puts something
//! else in their place: the suite goes on, ends, and leaves what is others' as it was.

#[path = "support/harness.rs"]
mod harness;
#[path = "support/rogue.rs"]
mod rogue;
#[path = "support/role.rs"]
mod role;
#[path = "support/vector_set.rs"]
mod vector_set;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use gotelemetry::conformance::Outcome::{Pass, Wrong};
use gotelemetry::conformance::{self, Report, Vectors};
use vector_set::{Set, case_of, outcomes};

fn main() -> ExitCode {
    rogue::main(&[
        ("a_driver_that_takes_directories_away_ends_no_run", taken),
        ("what_lies_behind_a_link_is_neither_read_nor_deleted", links),
        ("a_race_without_its_barrier_is_the_drivers_fault", barriers),
    ])
}

/// Makes a directory of others, which a driver can lead the suite to.
fn others(set: &Set) -> PathBuf {
    let others = set.state().join("others");
    fs::create_dir_all(others.join("local")).expect("it can be made");
    fs::write(others.join("local/file"), "theirs").expect("it can be written");
    others
}

/// Runs the suite without a look at what is left.
fn run(set: &Set, kind: &str) -> Report {
    set.write();
    let vectors = Vectors::in_directory(&set.directory()).expect("there are vectors");
    conformance::run(&vectors, &set.settings(kind)).expect("the suite goes on")
}

fn among_others(what: &str) -> Set {
    let look = r#""expect":{"outcome":"accept","result":{}}"#;
    let set = Set::new().good("good/first").doing("rogue/case", what);
    set.case("look/next", "look", look).good("good/last")
}

fn taken() {
    for what in [
        "dir removed",
        "dir of the next",
        "dir of all removed",
        "dir of all is a file",
    ] {
        let set = among_others(what);
        let report = run(&set, "plain");
        assert_eq!(outcomes(&report), [Pass; 4], "{what}");
    }
}

fn links() {
    for what in ["dir is a link", "dir of all is a link"] {
        let files = r#""files":{"local/file":"expect/file"}"#;
        let expect = format!(r#""expect":{{"outcome":"accept",{files}}}"#);
        let members = format!(r#""args":{{"do":"{what}"}},{expect}"#);
        let set = Set::new().good("good/first");
        let set = set.case("rogue/case", "echo", &members).good("good/last");
        let set = set.file("rogue/case/expect/file", "theirs");
        let others = others(&set);
        let report = run(&set, "plain");
        assert_eq!(outcomes(&report), [Pass, Wrong, Pass], "{what}");
        let found = case_of(&report, "rogue/case").detail.found.as_deref();
        let found = found.expect("something was found");
        assert!(found.contains("the directory was taken away"), "{found}");
        assert!(others.join("local/file").exists(), "{what}");
        // The second case has the second directory.
        let theirs = others.join("2/file");
        assert_eq!(theirs.exists(), what == "dir of all is a link", "{what}");
    }
}

fn barriers() {
    for kind in ["bars-the-race", "links-the-barrier", "ends-the-race"] {
        let race = r#""race":{"processes":2,"rounds":1,"names":{"prefix":"n","count":1},
            "cold":true},"expect":{"outcome":"accept"}"#;
        let set = Set::new().case("race/cold", "race", race).good("good/last");
        let report = run(&set, kind);
        assert_eq!(outcomes(&report), [Wrong, Pass], "{kind}");
        let reason = &case_of(&report, "race/cold").detail.reason;
        assert!(reason.starts_with("no barrier can be made: "), "{reason}");
        assert!(!set.state().join("others").exists(), "{kind}");
    }
}
