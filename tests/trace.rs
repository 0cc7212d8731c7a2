//! Every clause of the specification has code that keeps it and a test that would fail without it.

#[path = "support/trace.rs"]
mod tracer;

use std::fs;
use std::path::{Path, PathBuf};

use tinyjson::JsonValue;
use tracer::{Text, Vector, trace};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The texts below `directory` whose names end in `.ending`, in the order of their paths.
fn texts(directory: &str, ending: &str) -> Vec<Text> {
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut open = vec![root().join(directory)];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).expect("it can be listed") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let text = |path: PathBuf| {
        let relative = path.strip_prefix(root()).expect("it lies below");
        let relative = relative.to_str().expect("names are text").to_owned();
        (relative, fs::read_to_string(&path).expect("it can be read"))
    };
    paths.into_iter().map(text).collect()
}

/// The vectors of the manifest.
fn vectors() -> Vec<Vector> {
    let path = root().join("spec/vectors/manifest.json");
    let text = fs::read_to_string(path).expect("it can be read");
    let manifest: JsonValue = text.parse().expect("it is JSON");
    let cases: &Vec<JsonValue> = manifest["cases"].get().expect("it lists cases");
    cases.iter().map(vector).collect()
}

fn vector(case: &JsonValue) -> Vector {
    let text = |value: &JsonValue| value.get::<String>().expect("a string").clone();
    let clauses: &Vec<JsonValue> = case["clauses"].get().expect("it lists clauses");
    let expect = &case["expect"];
    let several = match text(&expect["outcome"]).as_str() {
        "one-of" => expect["of"].get::<Vec<_>>().expect("a list").clone(),
        _ => vec![expect.clone()],
    };
    let rejected = several
        .iter()
        .filter(|one| text(&one["outcome"]) == "reject");
    Vector {
        id: text(&case["id"]),
        clauses: clauses.iter().map(text).collect(),
        rejected_for: rejected.map(|one| text(&one["clause"])).collect(),
    }
}

#[test]
fn every_clause_is_kept_by_code_and_tested() {
    let vectors = vectors();
    assert!(vectors.len() >= 300, "{} vectors", vectors.len());
    let trace = trace(
        &texts("spec", "md"),
        &texts("src", "rs"),
        &texts("tests", "rs"),
        &vectors,
    );
    assert!(trace.faults.is_empty(), "\n{}", trace.faults.join("\n"));
    // Written anew with GOTELEMETRY_BLESS=1, after a look at what has changed.
    let path = root().join("spec/coverage.txt");
    if std::env::var_os("GOTELEMETRY_BLESS").is_some() {
        fs::write(&path, &trace.coverage).expect("it can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == trace.coverage,
        "spec/coverage.txt is out of date; GOTELEMETRY_BLESS=1 cargo test --test trace writes it"
    );
}

const CHAPTER: &str = "# A\n\nr[a.b] It MUST be so.\n\nr[a.c+2] It MUST be so, too.\n";
const CODE: &str = "// spec[a.b, a.c+2]\nfn f() {}\n";
const TEST: &str = "// test[a.b]\n    // test[a.c+2]\nfn g() {}\n";

/// The faults in a chapter with code and a test, without the place.
fn faults(chapter: &str, code: &str, test: &str) -> Vec<String> {
    faults_with(chapter, code, test, &[])
}

/// The same, with vectors.
fn faults_with(chapter: &str, code: &str, test: &str, vectors: &[Vector]) -> Vec<String> {
    let text = |path: &str, text: &str| [(path.to_owned(), text.to_owned())];
    let trace = trace(
        &text("a.md", chapter),
        &text("a.rs", code),
        &text("t.rs", test),
        vectors,
    );
    let what = |fault: String| fault.split_once(": ").expect("a place").1.to_owned();
    trace.faults.into_iter().map(what).collect()
}

#[test]
fn a_traced_chapter_has_no_faults() {
    assert_eq!(faults(CHAPTER, CODE, TEST), [""; 0]);
}

#[test]
fn an_id_that_names_no_clause_is_a_fault() {
    let code = format!("{CODE}// spec[a.x]\n");
    assert_eq!(faults(CHAPTER, &code, TEST), ["spec[a.x] names no clause"]);
    let test = format!("{TEST}// test[a.x]\n");
    assert_eq!(faults(CHAPTER, CODE, &test), ["test[a.x] names no clause"]);
}

#[test]
fn a_clause_without_code_or_without_a_test_is_a_fault() {
    let code = "// spec[a.b]\nfn f() {}\n";
    assert_eq!(faults(CHAPTER, code, TEST), ["no code keeps a.c+2"]);
    let test = "// test[a.b]\nfn g() {}\n";
    assert_eq!(faults(CHAPTER, CODE, test), ["no test is for a.c+2"]);
}

#[test]
fn a_marker_that_is_malformed_is_a_fault() {
    for (marker, what) in [
        ("spec[a.b", "spec[]"),
        ("spec[]", "spec[]"),
        ("spec[a]", "spec[a]"),
        ("spec[A.b]", "spec[A.b]"),
        ("spec[a..b]", "spec[a..b]"),
        ("spec[a.b+1]", "spec[a.b+1]"),
        ("spec[a.b+02]", "spec[a.b+02]"),
        ("spec[a.b] and more", "spec[]"),
        ("test[a b]", "test[a b]"),
    ] {
        let code = format!("{CODE}// {marker}\n");
        let expected = format!("malformed marker {what}");
        assert_eq!(faults(CHAPTER, &code, TEST), [expected], "{marker}");
    }
}

#[test]
fn a_clause_that_is_malformed_is_a_fault() {
    for (clause, what) in [
        ("r[a.d]It MUST be so.", "malformed clause"),
        ("r[a d] It MUST be so.", "malformed clause"),
        (" r[a.d] It MUST be so.", "malformed clause"),
        ("r[a.b] It MUST be so", "a.b is no sentence"),
        ("- r[a.d] It MUST be so.", "malformed clause"),
        ("| a | r[a.d] It MUST be so. |", "malformed clause"),
        ("As above, r[a.d] It MUST be so.", "malformed clause"),
    ] {
        let chapter = CHAPTER.replace(
            "r[a.b] It MUST be so.",
            &format!("r[a.b] It is so.\n\n{clause}"),
        );
        let found = faults(&chapter, CODE, TEST);
        assert!(found.contains(&what.to_owned()), "{clause}: {found:?}");
    }
}

#[test]
fn a_clause_that_stands_twice_is_a_fault() {
    for again in ["r[a.b] Once more.\n", "r[a.b+2] Once more.\n"] {
        let found = faults(&format!("{CHAPTER}{again}"), CODE, TEST);
        assert!(found[0].ends_with(" stands twice"), "{found:?}");
    }
}

#[test]
fn a_marker_of_an_earlier_version_is_stale() {
    for old in ["a.c", "a.c+3"] {
        let test = format!("{TEST}// test[{old}]\n");
        let expected = format!("test[{old}] is stale: the clause is a.c+2");
        assert_eq!(faults(CHAPTER, CODE, &test), [expected]);
    }
}

#[test]
fn what_a_person_keeps_needs_a_check_by_a_person() {
    let with = |clause: &str| faults(&format!("{CHAPTER}\n{clause}\n"), CODE, TEST);
    let kept = "r[a.d] {kept-by: operator} The log MUST NOT hold addresses.";
    assert_eq!(with(kept), ["a.d has no check by a person"]);
    assert_eq!(with(&format!("{kept}\n\nCheck: read the log.")), [""; 0]);
    let unknown = kept.replace("operator", "somebody");
    let unknown = format!("{unknown}\n\nCheck: read the log.");
    assert_eq!(with(&unknown), ["a.d is kept by nobody known"]);
}

#[test]
fn a_draft_needs_no_markers_but_those_that_are_there_are_judged() {
    let draft = CHAPTER.replace("# A\n", "# A\n\nStatus: draft.\n");
    assert_eq!(faults(&draft, "", ""), [""; 0]);
    assert_eq!(
        faults(&draft, "// spec[a.x]\n", ""),
        ["spec[a.x] names no clause"]
    );
}

#[test]
fn what_stands_in_a_code_block_is_no_clause() {
    let chapter = format!("{CHAPTER}\n```text\nr[a.d] It MUST be so.\n```\n");
    assert_eq!(faults(&chapter, CODE, TEST), [""; 0]);
    let chapter = format!("{chapter}\nr[a.e] It MUST be so.\n");
    let found = faults(&chapter, CODE, TEST);
    assert_eq!(found, ["no code keeps a.e", "no test is for a.e"]);
}

#[test]
fn a_marker_above_nothing_is_a_fault() {
    for (below, what) in [
        ("", "test[] stands above nothing"),
        ("\nfn g() {}", "test[] stands above nothing"),
        ("}", "test[] stands above nothing"),
        ("// more", "test[] stands above nothing"),
        ("let a = 1;", "test[] stands above what is no function"),
        ("use a::fnord;", "test[] stands above what is no function"),
        (
            concat!("#[test]\n#", "[ignore = \"slow\"]\nfn g() {}"),
            "test[] stands above a test that is ignored",
        ),
    ] {
        let test = format!("{TEST}// test[a.b]\n{below}\n");
        assert_eq!(faults(CHAPTER, CODE, &test), [what], "{below}");
    }
    let code = format!("{CODE}// spec[a.b]\n\nfn f() {{}}\n");
    let expected = ["spec[] stands above nothing"];
    assert_eq!(faults(CHAPTER, &code, TEST), expected);
    let test = format!("{TEST}/// It is.\n// test[a.b]\n#[test]\n// More.\npub fn g() {{}}\n");
    assert_eq!(faults(CHAPTER, CODE, &test), [""; 0]);
}

#[test]
fn no_test_keeps_a_clause() {
    let test = format!("{TEST}// spec[a.b]\nfn h() {{}}\n");
    assert_eq!(faults(CHAPTER, CODE, &test), ["spec[] stands in a test"]);
}

#[test]
fn markers_stand_in_comments_of_their_own() {
    let code = format!("{CODE}let text = \"// spec[a.x]\";\nlet a = spec[0];\n/// spec[a.x]\n");
    assert_eq!(faults(CHAPTER, &code, TEST), [""; 0]);
}

#[test]
fn the_coverage_names_files_and_sums() {
    let text = |path: &str, text: &str| [(path.to_owned(), text.to_owned())];
    let trace = trace(
        &text("a.md", CHAPTER),
        &text("a.rs", CODE),
        &text("t.rs", "// test[a.b]\nfn g() {}\n"),
        &[of("v/one", &["a.b"], &[]), of("v/two", &["a.b"], &[])],
    );
    assert_eq!(
        trace.coverage,
        "Which clause is kept by which code, and tested where.\n\n\
         a.md: 1 of 2 traced\n\
         \x20 a.b\n    code  a.rs\n    test  t.rs\n    vectors  2, such as v/one\n\
         \x20 a.c+2\n    code  a.rs\n    test  -\n"
    );
}

fn of(id: &str, clauses: &[&str], rejected_for: &[&str]) -> Vector {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Vector {
        id: id.to_owned(),
        clauses: texts(clauses),
        rejected_for: texts(rejected_for),
    }
}

#[test]
fn a_vector_tests_the_clauses_that_it_lists() {
    let vector = of("v/one", &["a.b", "a.c+2"], &[]);
    assert_eq!(faults_with(CHAPTER, CODE, "", &[vector]), [""; 0]);
    let vector = of("v/one", &["a.b"], &[]);
    assert_eq!(
        faults_with(CHAPTER, CODE, "", &[vector]),
        ["no test is for a.c+2"]
    );
    let unknown = of("v/one", &["a.x"], &["a.y"]);
    assert_eq!(
        faults_with(CHAPTER, CODE, TEST, &[unknown]),
        ["a.x is no clause", "a.y is no clause"]
    );
}

#[test]
fn a_clause_that_rejects_needs_a_vector_that_is_rejected_for_it() {
    let chapter = CHAPTER.replace("r[a.b] It MUST be so.", "r[a.b] A reader MUST reject it.");
    let expected = ["no vector is rejected for a.b"];
    assert_eq!(faults(&chapter, CODE, TEST), expected);
    let accepted = of("v/one", &["a.b"], &[]);
    assert_eq!(faults_with(&chapter, CODE, TEST, &[accepted]), expected);
    let rejected = of("v/one", &["a.b"], &["a.b"]);
    assert_eq!(faults_with(&chapter, CODE, TEST, &[rejected]), [""; 0]);
}
