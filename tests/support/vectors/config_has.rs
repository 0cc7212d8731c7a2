//! Which values upload configs have, and programs in several parts.

use super::case::{Case, Expect};
use super::configs::FILE;
use super::json::{Json, hex};

/// Names that are asked for, each with its Rate if the config has it.
pub(super) type Rates = &'static [(&'static [u8], Option<f64>)];

/// Name of the case, clauses, what it shows, the entries of Counters, the entries of Stacks, and
/// what the program has.
pub(super) type Names = (
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static str,
    &'static str,
    Rates,
    Rates,
);

/// Name of the case, clause, what it shows, the values asked for, and which of them are there.
type Values = (
    &'static str,
    &'static str,
    &'static str,
    [&'static str; 5],
    [bool; 5],
);

/// The values for which the config is asked, in their order.
const KEYS: [&str; 5] = ["goos", "goarch", "go_version", "program", "version"];

/// What the usual config is asked for.
const USUAL: [&str; 5] = ["linux", "amd64", "go1.27.3", "a/tool", "v1.0.0"];

pub(super) fn cases() -> Vec<Case> {
    let values = VALUES.iter().map(|(id, clause, about, asked, has)| {
        let rates: Rates = match has[3] {
            true => &[(b"n", Some(1.0))],
            false => &[(b"n", None)],
        };
        case(id, &[clause], about, PROGRAMS, (*asked, *has), (rates, &[]))
    });
    values.chain(again()).collect()
}

/// The case that the usual program is asked for these names.
pub(super) fn names((id, clauses, about, counters, stacks, has, has_stacks): &Names) -> Case {
    let programs = format!(
        r#"{{"Name":"a/tool","Versions":["v1.0.0"],"Counters":[{counters}],"Stacks":[{stacks}]}}"#
    );
    let values = (USUAL, [true; 5]);
    case(id, clauses, about, &programs, values, (has, has_stacks))
}

/// Two programs.
const PROGRAMS: &str = r#"{"Name":"a/tool","Versions":["v1.0.0","v1.1.0"],"Counters":[{"Name":"n","Rate":1}]},
{"Name":"b/tool","Versions":["v2.0.0"],"Counters":[{"Name":"n","Rate":1}]}"#;

fn case(
    id: &str,
    clauses: &[&'static str],
    about: &str,
    programs: &str,
    (asked, has): ([&str; 5], [bool; 5]),
    (counters, stacks): (Rates, Rates),
) -> Case {
    let text = format!(
        r#"{{"GOOS":["linux","darwin"],"GOARCH":["amd64"],"GoVersion":["go1.27.3","go1.26"],"Programs":[{programs}]}}"#
    );
    let names = |names: Rates| Json::Array(names.iter().map(|(name, _)| Json::hex(name)).collect());
    let rates = |names: Rates| {
        Json::object(names.iter().map(|(name, rate)| {
            let rate = rate.map(|rate| Json::decimal(rate.to_bits()));
            (hex(name), rate.unwrap_or(Json::Null))
        }))
    };
    let mut args = vec![("file", Json::text(FILE))];
    args.extend(KEYS.into_iter().zip(asked.map(Json::text)));
    args.extend([("counters", names(counters)), ("stacks", names(stacks))]);
    let mut result: Vec<(&str, Json)> = KEYS.into_iter().zip(has.map(Json::Bool)).collect();
    result.extend([("counters", rates(counters)), ("stacks", rates(stacks))]);
    Case::new(format!("config/has-{id}"), "config-has", "reporter")
        .shows(clauses, about)
        .with(FILE, text)
        .args(Json::object(args))
        .expect(Expect::ok(Json::object(result)))
}

/// Programs in several elements.
fn again() -> Vec<Case> {
    let of = |id, clauses: &[&'static str], about, programs, has: bool, rates: (Rates, Rates)| {
        let has = [true, true, true, true, has];
        case(id, clauses, about, programs, (USUAL, has), rates)
    };
    vec![
        of(
            "program-again-later-rate",
            &["config.program.again", "config.rate"],
            "The Rate in a later element of the program holds, whatever stands between.",
            r#"{"Name":"a/tool","Versions":["v1.0.0"],"Counters":[{"Name":"n","Rate":1}]},
{"Name":"b/tool","Counters":[{"Name":"n","Rate":0.75}]},
{"Name":"a/tool","Counters":[{"Name":"{n,m}","Rate":0.25}]}"#,
            true,
            (&[(b"n", Some(0.25)), (b"m", Some(0.25))], &[]),
        ),
        of(
            "program-again-version",
            &["config.program.again", "config.program"],
            "A version may stand in another element than a counter.",
            r#"{"Name":"a/tool","Counters":[{"Name":"n","Rate":1}]},{"Name":"a/tool","Versions":["v1.0.0"]}"#,
            true,
            (&[(b"n", Some(1.0))], &[]),
        ),
        of(
            "program-again-stack-then-counter",
            &["config.program.again", "config.rate"],
            "A counter in a later element comes behind a stack in an earlier one.",
            r#"{"Name":"a/tool","Stacks":[{"Name":"n","Rate":1}]},{"Name":"a/tool","Counters":[{"Name":"n","Rate":0.5}]}"#,
            false,
            (&[(b"n", Some(0.5))], &[(b"n", Some(0.5))]),
        ),
        of(
            "version-of-other-program",
            &["config.program"],
            "A version that only another program has is not there.",
            r#"{"Name":"a/tool"},{"Name":"b/tool","Versions":["v1.0.0"],"Counters":[{"Name":"n","Rate":1}]}"#,
            false,
            (&[(b"n", None)], &[]),
        ),
    ]
}

const VALUES: &[Values] = &[
    (
        "values",
        "config.build",
        "All values are listed.",
        USUAL,
        [true; 5],
    ),
    (
        "last-values",
        "config.build",
        "So are the last ones of the lists.",
        ["darwin", "amd64", "go1.26", "a/tool", "v1.1.0"],
        [true; 5],
    ),
    (
        "goos-not-listed",
        "config.build",
        "An operating system that is not listed.",
        ["windows", "amd64", "go1.27.3", "a/tool", "v1.0.0"],
        [false, true, true, true, true],
    ),
    (
        "goos-empty",
        "config.build",
        "An empty value is not there unless it is listed.",
        ["", "amd64", "go1.27.3", "a/tool", "v1.0.0"],
        [false, true, true, true, true],
    ),
    (
        "goos-upper-case",
        "config.lookup",
        "Case tells values apart.",
        ["Linux", "amd64", "go1.27.3", "a/tool", "v1.0.0"],
        [false, true, true, true, true],
    ),
    (
        "goarch-not-listed",
        "config.build",
        "An architecture that is not listed.",
        ["linux", "amd6", "go1.27.3", "a/tool", "v1.0.0"],
        [true, false, true, true, true],
    ),
    (
        "goarch-longer",
        "config.lookup",
        "A value that begins like one is another.",
        ["linux", "amd64p32", "go1.27.3", "a/tool", "v1.0.0"],
        [true, false, true, true, true],
    ),
    (
        "go-version-not-listed",
        "config.build",
        "A toolchain version that is not listed.",
        ["linux", "amd64", "go1.27", "a/tool", "v1.0.0"],
        [true, true, false, true, true],
    ),
    (
        "go-version-equal",
        "config.lookup",
        "Versions that are equal in order are not equal here.",
        ["linux", "amd64", "go1.26.0", "a/tool", "v1.0.0"],
        [true, true, false, true, true],
    ),
    (
        "program-not-listed",
        "config.program",
        "A program that is not listed has no version and no counter.",
        ["linux", "amd64", "go1.27.3", "a/too", "v1.0.0"],
        [true, true, true, false, false],
    ),
    (
        "program-with-slash",
        "config.lookup",
        "A slash at the end makes another program.",
        ["linux", "amd64", "go1.27.3", "a/tool/", "v1.0.0"],
        [true, true, true, false, false],
    ),
    (
        "version-not-listed",
        "config.program",
        "A version that is not listed.",
        ["linux", "amd64", "go1.27.3", "a/tool", "v1.2.0"],
        [true, true, true, true, false],
    ),
    (
        "version-of-the-other",
        "config.program",
        "A version of the other program.",
        ["linux", "amd64", "go1.27.3", "a/tool", "v2.0.0"],
        [true, true, true, true, false],
    ),
    (
        "version-with-build",
        "config.lookup",
        "A version with a build is another.",
        ["linux", "amd64", "go1.27.3", "a/tool", "v1.0.0+dirty"],
        [true, true, true, true, false],
    ),
    (
        "nothing",
        "config.lookup",
        "Nothing of this is listed.",
        ["", "", "", "", ""],
        [false; 5],
    ),
];
