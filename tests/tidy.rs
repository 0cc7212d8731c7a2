//! The rules that the repository keeps about itself.

use std::fs;
use std::path::{Path, PathBuf};

const MAX_FILE_LINES: usize = 500;
const MAX_FUNCTION_LINES: usize = 70;
const MAX_COLUMNS: usize = 100;

/// Names that say nothing about what is in a file.
const EMPTY_NAMES: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "manager", "misc",
];

/// The floors, lowest first: a module imports from those below, and from what stands before it on
/// its own.
const FLOORS: &[&[&str]] = &[
    &["format"],
    &["counter"],
    &[
        "system", "dir", "publish", "week", "mode", "mapped", "recorder",
    ],
    &[
        "json",
        "config",
        "network",
        "fetch",
        "report",
        "verdict",
        "acceptance",
        "reporter",
    ],
    &["conformance", "upload"],
    &["cli", "main"],
];

/// Modules that do not import from each other, though they lie on one floor.
const SIBLINGS: &[&str] = &["conformance", "upload"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(below: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(below)];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).expect("the directory can be listed") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "no Rust file below {below}");
    found.sort();
    found
}

fn all_rust_files() -> Vec<(PathBuf, String)> {
    let paths = ["src", "tests", "benches", "fuzz/src", "fuzz/fuzz_targets"]
        .into_iter()
        .flat_map(rust_files);
    paths
        .map(|path| {
            let text = fs::read_to_string(&path).expect("the file can be read");
            (path, text)
        })
        .collect()
}

#[test]
fn files_open_with_what_they_are_for_and_stay_short() {
    for (path, text) in all_rust_files() {
        assert!(
            text.starts_with("//! "),
            "{}: does not open with //!",
            path.display()
        );
        let lines = text.lines().count();
        assert!(lines <= MAX_FILE_LINES, "{}: {lines} lines", path.display());
        let name = path
            .file_stem()
            .and_then(|name| name.to_str())
            .expect("the name is text");
        assert!(
            !EMPTY_NAMES.contains(&name),
            "{}: says nothing",
            path.display()
        );
    }
}

/// The formatter sees to code and leaves comments alone.
#[test]
fn comments_fit_their_columns() {
    let mut comments = 0;
    for (path, text) in all_rust_files() {
        for (at, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                comments += 1;
                let columns = line.chars().count();
                let place = format!("{}:{}", path.display(), at + 1);
                assert!(columns <= MAX_COLUMNS, "{place}: {columns} columns");
            }
        }
    }
    assert!(comments > 5000, "only {comments} comments were found");
}

#[test]
fn functions_stay_short() {
    let mut functions = 0;
    for (path, text) in all_rust_files() {
        for (name, lines) in function_lengths(&text) {
            functions += 1;
            assert!(
                lines <= MAX_FUNCTION_LINES,
                "{}: {name}: {lines} lines",
                path.display()
            );
        }
    }
    assert!(functions > 200, "only {functions} functions were found");
}

/// The first line of every function and how many lines it has. Formatted code closes a function
/// with a brace under its first letter.
fn function_lengths(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut lengths = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let head = line.trim_start();
        let declared = head.strip_prefix("pub").map_or(head, |rest| {
            rest.trim_start_matches("(crate)")
                .trim_start_matches("(super)")
                .trim_start()
        });
        if !declared.starts_with("fn ") && !declared.starts_with("const fn ") {
            continue;
        }
        let indent = line.len() - head.len();
        let close = format!("{}}}", " ".repeat(indent));
        if let Some(end) = lines[start..].iter().position(|line| *line == close) {
            // A declaration without a body ends before the next brace at its level opens one.
            let body = lines[start..=start + end]
                .iter()
                .any(|line| line.ends_with('{'));
            if body && !head.ends_with(';') {
                lengths.push((head.to_owned(), end + 1));
            }
        }
    }
    lengths
}

#[test]
fn long_functions_are_noticed() {
    let body = "    let x = 1;\n".repeat(80);
    let text = format!("pub(super) fn long() {{\n{body}}}\n");
    assert_eq!(
        function_lengths(&text),
        [("pub(super) fn long() {".to_owned(), 82)]
    );
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|modules| modules.contains(&module))
}

#[test]
fn imports_run_downward() {
    let source = root().join("src");
    let mut imports = 0;
    for path in rust_files("src") {
        let relative = path.strip_prefix(&source).expect("it lies below src");
        let first = relative.components().next().expect("it has a name");
        let module = first.as_os_str().to_str().expect("the name is text");
        let module = module.trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        let own = floor_of(module);
        assert!(own.is_some(), "{}: belongs to no floor", path.display());
        let text = fs::read_to_string(&path).expect("the file can be read");
        for line in text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            for import in line.split("crate::").skip(1) {
                let end = import.find(|c: char| !c.is_alphanumeric() && c != '_');
                let imported = &import[..end.unwrap_or(import.len())];
                imports += 1;
                assert!(
                    floor_of(imported) <= own,
                    "{}: imports {imported}",
                    path.display()
                );
                let place = |name: &str| FLOORS.iter().copied().flatten().position(|m| *m == name);
                if floor_of(imported) == own && imported != module {
                    assert!(
                        place(imported) < place(module) && !SIBLINGS.contains(&module),
                        "{}: imports {imported}",
                        path.display()
                    );
                }
            }
        }
    }
    assert!(imports > 20, "only {imports} imports were found");
}

#[test]
fn unsafe_code_stands_in_one_file() {
    let allowed = root().join("src/mapped/region.rs");
    for path in rust_files("src")
        .into_iter()
        .filter(|path| *path != allowed)
    {
        let text = fs::read_to_string(&path).expect("the file can be read");
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let unsafe_lines = code.filter(|line| {
            line.split(|c: char| !c.is_alphanumeric())
                .any(|w| w == "unsafe")
        });
        assert_eq!(unsafe_lines.count(), 0, "{}", path.display());
    }
}

/// The ids of the clauses in `spec/`.
fn clauses() -> Vec<String> {
    let mut ids = Vec::new();
    for entry in fs::read_dir(root().join("spec")).expect("spec/ can be listed") {
        let path = entry.expect("the entry can be read").path();
        if path.extension().is_some_and(|ending| ending == "md") {
            let text = fs::read_to_string(&path).expect("the chapter can be read");
            ids.extend(text.lines().filter_map(|line| {
                let (id, sentence) = line.strip_prefix("r[")?.split_once("] ")?;
                assert!(
                    sentence.ends_with('.'),
                    "{}: {id} is no sentence",
                    path.display()
                );
                Some(id.to_owned())
            }));
        }
    }
    ids
}

#[test]
fn every_clause_that_code_names_stands_in_the_specification_once() {
    let mut ids = clauses();
    ids.sort();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "a clause stands twice");
    let mut named = 0;
    for path in rust_files("src") {
        let text = fs::read_to_string(&path).expect("the file can be read");
        for id in cited(&text) {
            named += 1;
            assert!(ids.contains(&id), "{}: {id} is no clause", path.display());
        }
    }
    assert!(named > 40, "only {named} clauses are named");
}

/// The files of the models and what they say.
fn models() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join("spec/models")).expect("the models can be listed") {
        let path = entry.expect("the entry can be read").path();
        let text = fs::read_to_string(&path).expect("the file can be read");
        found.push((path, text));
    }
    found.sort();
    found
}

#[test]
fn models_open_with_what_they_are_for_and_stay_short() {
    for (path, text) in models() {
        let opening = match path.extension().and_then(|ending| ending.to_str()) {
            Some("pml") => "/*\n * ",
            Some("md") => "# ",
            _ => "#!/usr/bin/env bash\n# ",
        };
        assert!(text.starts_with(opening), "{}", path.display());
        let lines = text.lines().count();
        assert!(lines <= MAX_FILE_LINES, "{}: {lines} lines", path.display());
    }
}

#[test]
fn every_clause_that_a_model_names_stands_in_the_specification() {
    let ids = clauses();
    let mut named = 0;
    for (path, text) in models() {
        let found = match path.extension().and_then(|ending| ending.to_str()) {
            Some("pml") => in_brackets(&text),
            _ => cited(&text),
        };
        for id in found {
            named += 1;
            assert!(ids.contains(&id), "{}: {id} is no clause", path.display());
        }
    }
    assert!(named > 80, "only {named} clauses are named");
}

/// What stands between brackets in a model and has a dot: no index has one.
fn in_brackets(text: &str) -> Vec<String> {
    let groups = text.split('[').skip(1).filter_map(|rest| {
        let (group, _) = rest.split_once(']')?;
        group.contains('.').then_some(group)
    });
    let ids = groups.flat_map(|group| group.split(',').map(str::trim));
    ids.map(str::to_owned).collect()
}

#[test]
fn the_clauses_that_a_model_names_are_found() {
    let text = "head[0] = next[ours]; /* [insert.order, fmt.link] */ if [] :: [no.clause]: x";
    assert_eq!(in_brackets(text), ["insert.order", "fmt.link", "no.clause"]);
}

/// What looks like the id of a clause: in quotes, backquotes or brackets, with one of its chapters
/// in front.
fn cited(text: &str) -> Vec<String> {
    let chapters = [
        "fmt.", "name.", "stack.", "id.", "week.", "mode.", "dir.", "json.", "report.", "mem.",
        "open.", "find.", "insert.", "grow.", "count.", "file.", "read.",
    ];
    text.split(['"', '`', '[', ']'])
        .filter(|part| chapters.iter().any(|chapter| part.starts_with(chapter)))
        .filter(|part| {
            part.chars()
                .all(|c| c.is_ascii_lowercase() || "0123456789.-".contains(c))
        })
        .filter(|part| {
            ![".md", ".rs", ".pml"]
                .iter()
                .any(|ending| part.ends_with(ending))
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_documentation_of_the_readme_names_every_command() {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let program = std::process::Command::new(env!("CARGO_BIN_EXE_gotelemetry"))
        .arg("help")
        .output();
    let help = String::from_utf8(program.expect("the program runs").stdout).expect("help is text");
    let commands: Vec<&str> = help
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|word| !word.is_empty() && !word.starts_with('-'))
        .collect();
    assert!(commands.len() >= 10, "{commands:?}");
    for command in commands {
        assert!(
            readme.contains(command),
            "the README does not name {command}"
        );
    }
}
