//! The tracer: which clause of the specification is kept by which code, and tested where.
//!
//! A clause is a line `r[id] One sentence.` in a chapter of `spec/`. Code that keeps it says `//
//! spec[id]`, a test that would fail without it `// test[id]`; one marker may name several, with
//! commas. It stands above what keeps or tests the clause, with nothing but comments and attributes
//! between them; what tests it is a function that is not ignored, and no test keeps a clause. What
//! stands in a code block of a chapter is an example. An id is words of lower-case letters, digits
//! and hyphens with dots between them; a clause whose meaning has changed has `+2`, `+3`.. behind
//! it, and so have its markers. A clause that begins with `{kept-by: operator}`, `{kept-by:
//! reviewer}` or `{kept-by: platform}` needs no code and no test, but a line behind it that begins
//! with `Check: `. A chapter whose first paragraph is `Status: draft.` needs no markers yet. A test
//! vector tests the clauses that it lists; a clause that has a reader reject something needs a
//! vector that is rejected for it.

use std::collections::{BTreeMap, BTreeSet};

/// A text of the repository: its path from the root, and what it says.
pub(crate) type Text = (String, String);

/// A test vector.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vector {
    pub(crate) id: String,
    /// The clauses that it lists.
    pub(crate) clauses: Vec<String>,
    /// The clauses for which it may be rejected.
    pub(crate) rejected_for: Vec<String>,
}

/// What the tracer found.
pub(crate) struct Trace {
    /// One line each: where, and what is wrong.
    pub(crate) faults: Vec<String>,
    /// Every clause with the files that keep and test it.
    pub(crate) coverage: String,
}

/// One clause of the specification.
struct Clause {
    chapter: String,
    draft: bool,
    by_a_person: bool,
    /// Whether a reader has to reject something.
    rejects: bool,
    code: BTreeSet<String>,
    tests: BTreeSet<String>,
    /// The vectors that list it.
    vectors: Vec<String>,
    /// Whether a vector is rejected for it.
    rejected: bool,
}

impl Clause {
    fn is_tested(&self) -> bool {
        !self.tests.is_empty() || !self.vectors.is_empty()
    }
}

/// Who may keep a clause that no code can.
const KEEPERS: [&str; 3] = ["operator", "reviewer", "platform"];

/// Traces the clauses of `chapters` through `code` (with the unit tests in it), `tests` and
/// `vectors`.
pub(crate) fn trace(chapters: &[Text], code: &[Text], tests: &[Text], vectors: &[Vector]) -> Trace {
    let mut faults = Vec::new();
    let mut clauses = BTreeMap::new();
    for (path, text) in chapters {
        read_chapter(path, text, &mut clauses, &mut faults);
    }
    for text in code {
        read_markers(text, &["spec", "test"], &mut clauses, &mut faults);
    }
    for text in tests {
        read_markers(text, &["test"], &mut clauses, &mut faults);
    }
    for vector in vectors {
        faults.extend(count_vector(vector, &mut clauses));
    }
    for (id, clause) in &clauses {
        let exempt = clause.draft || clause.by_a_person;
        let chapter = &clause.chapter;
        if !exempt && clause.code.is_empty() {
            faults.push(format!("{chapter}: no code keeps {id}"));
        }
        if !exempt && !clause.is_tested() {
            faults.push(format!("{chapter}: no test is for {id}"));
        }
        if !exempt && clause.rejects && !clause.rejected {
            faults.push(format!("{chapter}: no vector is rejected for {id}"));
        }
    }
    let coverage = coverage(&clauses);
    Trace { faults, coverage }
}

fn read_chapter(
    path: &str,
    text: &str,
    clauses: &mut BTreeMap<String, Clause>,
    faults: &mut Vec<String>,
) {
    let draft = text.lines().any(|line| line == "Status: draft.");
    let lines: Vec<&str> = text.lines().collect();
    let mut in_example = false;
    for (index, line) in lines.iter().enumerate() {
        in_example ^= line.trim_start().starts_with("```");
        if in_example || !has_clause(line) {
            continue;
        }
        let at = format!("{path}:{}", index + 1);
        let parts = line
            .strip_prefix("r[")
            .and_then(|rest| rest.split_once("] "));
        let Some((id, sentence)) = parts.filter(|(id, _)| is_id(id)) else {
            faults.push(format!("{at}: malformed clause"));
            continue;
        };
        let keeper = sentence
            .strip_prefix("{kept-by: ")
            .and_then(|rest| rest.split_once("} "));
        let sentence = keeper.map_or(sentence, |(_, rest)| rest);
        if sentence.starts_with('{') || keeper.is_some_and(|(who, _)| !KEEPERS.contains(&who)) {
            faults.push(format!("{at}: {id} is kept by nobody known"));
        }
        if !sentence.ends_with('.') {
            faults.push(format!("{at}: {id} is no sentence"));
        }
        let checked = || {
            lines
                .get(index + 2)
                .is_some_and(|line| line.starts_with("Check: "))
        };
        if keeper.is_some() && !checked() {
            faults.push(format!("{at}: {id} has no check by a person"));
        }
        let clause = Clause {
            chapter: path.to_owned(),
            draft,
            by_a_person: keeper.is_some(),
            rejects: sentence.contains("MUST reject"),
            code: BTreeSet::new(),
            tests: BTreeSet::new(),
            vectors: Vec::new(),
            rejected: false,
        };
        let same = |other: &String| stem(other) == stem(id);
        if clauses.keys().any(same) {
            faults.push(format!("{at}: {id} stands twice"));
        }
        clauses.insert(id.to_owned(), clause);
    }
}

/// Notes the markers of a text, which are of these kinds.
fn read_markers(
    (path, text): &Text,
    kinds: &[&str],
    clauses: &mut BTreeMap<String, Clause>,
    faults: &mut Vec<String>,
) {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    for (index, line) in lines.iter().enumerate() {
        let below = lines.get(index + 1..).unwrap_or_default();
        for (kind, ids) in markers(line) {
            let marks = |id: &str| mark(kind, id, path, clauses);
            let found: Vec<String> = ids.split(',').map(str::trim).filter_map(marks).collect();
            let misplaced = || match kinds.contains(&kind) {
                true => misplaced(kind, below),
                false => Some(format!("{kind}[] stands in a test")),
            };
            let found = match found.is_empty() {
                true => misplaced().into_iter().collect(),
                false => found,
            };
            let at = format!("{path}:{}", index + 1);
            faults.extend(found.iter().map(|fault| format!("{at}: {fault}")));
        }
    }
}

/// What is wrong with the place of a marker that has these lines below it.
fn misplaced(kind: &str, below: &[&str]) -> Option<String> {
    let is_about = |line: &&&str| line.starts_with("//") || line.starts_with("#[");
    let about: Vec<&&str> = below.iter().take_while(is_about).collect();
    let item = below.get(about.len()).copied().unwrap_or_default();
    if item.chars().all(|c| "})];, ".contains(c)) {
        return Some(format!("{kind}[] stands above nothing"));
    }
    if kind != "test" {
        return None;
    }
    if about.iter().any(|line| {
        line.strip_prefix("#[")
            .is_some_and(|inner| inner.starts_with("ignore"))
    }) {
        return Some("test[] stands above a test that is ignored".to_owned());
    }
    let is_function = item.split_whitespace().any(|word| word == "fn");
    (!is_function).then(|| "test[] stands above what is no function".to_owned())
}

/// Notes that `path` has a marker for `id`. Returns what is wrong with it.
fn mark(
    kind: &str,
    id: &str,
    path: &str,
    clauses: &mut BTreeMap<String, Clause>,
) -> Option<String> {
    if !is_id(id) {
        return Some(format!("malformed marker {kind}[{id}]"));
    }
    let Some(clause) = clauses.get_mut(id) else {
        let newer = clauses.keys().find(|other| stem(other) == stem(id));
        return Some(match newer {
            Some(newer) => format!("{kind}[{id}] is stale: the clause is {newer}"),
            None => format!("{kind}[{id}] names no clause"),
        });
    };
    match kind {
        "spec" => clause.code.insert(path.to_owned()),
        _ => clause.tests.insert(path.to_owned()),
    };
    None
}

/// Notes what `vector` tests. Returns what is wrong with it.
fn count_vector(vector: &Vector, clauses: &mut BTreeMap<String, Clause>) -> Vec<String> {
    let mut faults = Vec::new();
    let known = |id: &String| clauses.contains_key(id);
    let ids = vector.clauses.iter().chain(&vector.rejected_for);
    for id in ids.filter(|id| !known(id)) {
        faults.push(format!("{}: {id} is no clause", vector.id));
    }
    for id in &vector.clauses {
        if let Some(clause) = clauses.get_mut(id) {
            clause.vectors.push(vector.id.clone());
        }
    }
    for id in &vector.rejected_for {
        if let Some(clause) = clauses.get_mut(id) {
            clause.rejected = true;
        }
    }
    faults
}

/// The markers of a line: their kind, and what is in the brackets, which are part of a comment.
fn markers(line: &str) -> impl Iterator<Item = (&'static str, &str)> {
    let comment = line.trim_start().strip_prefix("// ").unwrap_or_default();
    ["spec", "test"].into_iter().filter_map(move |kind| {
        let rest = comment.strip_prefix(kind)?.strip_prefix('[')?;
        // Without its end, a marker is malformed.
        Some((kind, rest.strip_suffix(']').unwrap_or("")))
    })
}

/// Whether there is a clause in a line, be it one in a list or a table, where none may stand.
fn has_clause(line: &str) -> bool {
    let begins = |rest: &str| rest.split_once("] ").is_some_and(|(id, _)| is_id(id));
    let mut rests = line.split("r[").skip(1);
    line.trim_start().starts_with("r[") || rests.any(begins)
}

fn is_id(id: &str) -> bool {
    let (stem, version) = id.split_once('+').unwrap_or((id, "2"));
    let word = |word: &str| {
        let permitted = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !word.is_empty() && word.chars().all(permitted)
    };
    let number = version.parse::<u32>().ok().filter(|number| *number >= 2);
    let canonical = number.is_some_and(|number| number.to_string() == version);
    stem.contains('.') && stem.split('.').all(word) && canonical
}

/// The id without its version.
fn stem(id: &str) -> &str {
    id.split_once('+').map_or(id, |(stem, _)| stem)
}

/// The text of `spec/coverage.txt`.
fn coverage(clauses: &BTreeMap<String, Clause>) -> String {
    let mut text = String::from("Which clause is kept by which code, and tested where.\n");
    let chapters: BTreeSet<&str> = clauses.values().map(|c| c.chapter.as_str()).collect();
    for chapter in chapters {
        let of_it: Vec<_> = clauses
            .iter()
            .filter(|(_, c)| c.chapter == chapter)
            .collect();
        let kept = |c: &Clause| c.by_a_person || !c.code.is_empty() && c.is_tested();
        let traced = |(_, c): &&(&String, &Clause)| kept(c);
        let (all, traced) = (of_it.len(), of_it.iter().filter(traced).count());
        let draft = of_it.iter().any(|(_, clause)| clause.draft);
        let draft = if draft { ", draft" } else { "" };
        text.push_str(&format!("\n{chapter}: {traced} of {all} traced{draft}\n"));
        for (id, clause) in of_it {
            let list = |files: &BTreeSet<String>| {
                let files: Vec<&str> = files.iter().map(String::as_str).collect();
                if files.is_empty() {
                    "-".to_owned()
                } else {
                    files.join(" ")
                }
            };
            let (code, tests) = match clause.by_a_person {
                true => ("a person".to_owned(), "a person".to_owned()),
                false => (list(&clause.code), list(&clause.tests)),
            };
            text.push_str(&format!("  {id}\n    code  {code}\n    test  {tests}\n"));
            if let [first, ..] = clause.vectors.as_slice() {
                let count = clause.vectors.len();
                text.push_str(&format!("    vectors  {count}, such as {first}\n"));
            }
        }
    }
    text
}
