//! Semantic versions beside each other.

use super::case::{Case, Expect};
use super::json::Json;

/// What comes before what.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Order {
    Less,
    Equal,
}
use Order::{Equal, Less};

/// Name of the case, clauses, what it shows, the two versions, their order, whether each is one.
pub(super) type Row = (
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static str,
    &'static str,
    Order,
    [bool; 2],
);

pub(super) const BOTH: [bool; 2] = [true, true];
pub(super) const SECOND: [bool; 2] = [false, true];
pub(super) const NONE: [bool; 2] = [false, false];

pub(super) fn cases() -> Vec<Case> {
    [of("semver", SEMVER), of("semver", NO_SEMVER)].concat()
}

/// The cases of a table of versions of this kind.
pub(super) fn of(kind: &str, table: &[Row]) -> Vec<Case> {
    table.iter().flat_map(|row| both_ways(kind, row)).collect()
}

/// The case, and that with the versions exchanged unless they are equal.
fn both_ways(kind: &str, (id, clauses, about, one, other, order, valid): &Row) -> Vec<Case> {
    let case = |suffix: &str, [one, other]: [&str; 2], order: i32, valid: [bool; 2]| {
        Case::new(
            format!("version/{kind}-{id}{suffix}"),
            "compare-versions",
            "reporter",
        )
        .shows(clauses, *about)
        .args(Json::object([
            ("kind", Json::text(kind)),
            ("one", Json::text(one)),
            ("other", Json::text(other)),
        ]))
        .expect(Expect::ok(Json::object([
            ("order", Json::decimal(order)),
            ("valid", Json::Array(valid.map(Json::Bool).to_vec())),
        ])))
    };
    match order {
        Less => {
            let [first, second] = *valid;
            vec![
                case("", [one, other], -1, *valid),
                case("-reversed", [other, one], 1, [second, first]),
            ]
        }
        Equal => vec![case("", [one, other], 0, *valid)],
    }
}

const SEMVER: &[Row] = &[
    (
        "patch",
        &["config.semver", "config.semver.order"],
        "By patch number.",
        "v1.2.3",
        "v1.2.10",
        Less,
        BOTH,
    ),
    (
        "minor",
        &["config.semver.order"],
        "By minor number first.",
        "v1.9.9",
        "v1.10.0",
        Less,
        BOTH,
    ),
    (
        "major",
        &["config.semver.order"],
        "By major number before all.",
        "v9.9.9",
        "v10.0.0",
        Less,
        BOTH,
    ),
    (
        "great-number",
        &["config.semver.order"],
        "Numbers of any length count.",
        "v1.0.18446744073709551616",
        "v1.0.18446744073709551617",
        Less,
        BOTH,
    ),
    (
        "missing-numbers",
        &["config.semver", "config.semver.order"],
        "Missing numbers are 0.",
        "v1",
        "v1.0.0",
        Equal,
        BOTH,
    ),
    (
        "missing-patch",
        &["config.semver", "config.semver.order"],
        "A missing patch number is 0.",
        "v1.2",
        "v1.2.1",
        Less,
        BOTH,
    ),
    (
        "pre-release",
        &["config.semver.order"],
        "A pre-release comes before its release.",
        "v1.0.0-rc.1",
        "v1.0.0",
        Less,
        BOTH,
    ),
    (
        "pre-release-of-next",
        &["config.semver.order"],
        "And behind the release before.",
        "v1.0.0",
        "v1.0.1-0",
        Less,
        BOTH,
    ),
    (
        "pre-release-numbers",
        &["config.semver.order"],
        "Numbers of a pre-release are ordered as such.",
        "v1.0.0-rc.9",
        "v1.0.0-rc.10",
        Less,
        BOTH,
    ),
    (
        "pre-release-great-numbers",
        &["config.semver.order"],
        "However long they are.",
        "v1.0.0-99999999999999999999",
        "v1.0.0-100000000000000000000",
        Less,
        BOTH,
    ),
    (
        "pre-release-words",
        &["config.semver.order"],
        "Other identifiers are ordered by bytes.",
        "v1.0.0-Beta",
        "v1.0.0-alpha",
        Less,
        BOTH,
    ),
    (
        "pre-release-hyphen",
        &["config.semver.order"],
        "A hyphen comes before letters.",
        "v1.0.0--",
        "v1.0.0-A",
        Less,
        BOTH,
    ),
    (
        "pre-release-number-and-word",
        &["config.semver.order"],
        "A number comes before a word.",
        "v1.0.0-99",
        "v1.0.0-a",
        Less,
        BOTH,
    ),
    (
        "pre-release-number-and-mixed",
        &["config.semver.order"],
        "Digits with a letter are a word.",
        "v1.0.0-99",
        "v1.0.0-1a",
        Less,
        BOTH,
    ),
    (
        "pre-release-shorter",
        &["config.semver.order"],
        "Of two that begin alike the shorter comes first.",
        "v1.0.0-a",
        "v1.0.0-a.0",
        Less,
        BOTH,
    ),
    (
        "pre-release-first-decides",
        &["config.semver.order"],
        "The first difference decides.",
        "v1.0.0-a.b.c",
        "v1.0.0-b",
        Less,
        BOTH,
    ),
    (
        "pre-release-zero",
        &["config.semver.number", "config.semver.order"],
        "0 is a number without a needless zero.",
        "v0.0.0-0",
        "v0.0.0-0.0",
        Less,
        BOTH,
    ),
    (
        "pre-release-zero-word",
        &["config.semver.number"],
        "A word may begin with a zero.",
        "v1.0.0-1",
        "v1.0.0-0a",
        Less,
        BOTH,
    ),
    (
        "build",
        &["config.semver.order", "config.semver"],
        "The build does not count.",
        "v1.0.0+a.b",
        "v1.0.0+b",
        Equal,
        BOTH,
    ),
    (
        "build-and-none",
        &["config.semver.order"],
        "Nor whether there is one.",
        "v1.0.0-a+007",
        "v1.0.0-a",
        Equal,
        BOTH,
    ),
    (
        "build-with-zeros",
        &["config.semver.number", "config.semver"],
        "A build may have needless zeros.",
        "v1.0.0+001",
        "v1.0.0",
        Equal,
        BOTH,
    ),
    (
        "pre-release-behind-plus",
        &["config.semver"],
        "What follows a plus is a build, hyphens and all.",
        "v1.0.0+a-b",
        "v1.0.0",
        Equal,
        BOTH,
    ),
];

/// Text that is no semantic version, beside the lowest that is one.
const NO_SEMVER: &[Row] = &[
    (
        "no-v",
        &["config.semver"],
        "Without the v there is no version.",
        "1.0.0",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "upper-v",
        &["config.semver"],
        "The v is a small one.",
        "V1.0.0",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "empty",
        &["config.semver"],
        "No text is no version.",
        "",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "v-alone",
        &["config.semver"],
        "There is at least one number.",
        "v",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "four-numbers",
        &["config.semver"],
        "There are at most three numbers.",
        "v1.2.3.4",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "dot-last",
        &["config.semver"],
        "No dot stands at the end.",
        "v1.2.",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "number-empty",
        &["config.semver"],
        "No number is empty.",
        "v1..2",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "number-with-zero",
        &["config.semver.number"],
        "A number has no needless zero.",
        "v1.02.3",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "number-with-letter",
        &["config.semver"],
        "A number is made of digits.",
        "v1.2.x",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "pre-release-number-with-zero",
        &["config.semver.number"],
        "Nor has a number of a pre-release.",
        "v1.2.3-01",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "pre-release-of-two-numbers",
        &["config.semver"],
        "A pre-release stands behind three numbers.",
        "v1.2-rc1",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "build-of-one-number",
        &["config.semver"],
        "So does a build.",
        "v1+a",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "pre-release-empty",
        &["config.semver"],
        "A pre-release is not empty.",
        "v1.2.3-",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "identifier-empty",
        &["config.semver"],
        "Nor is an identifier.",
        "v1.2.3-a..b",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "build-empty",
        &["config.semver"],
        "Nor is a build.",
        "v1.2.3+",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "two-builds",
        &["config.semver"],
        "There is one build.",
        "v1.2.3+a+b",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "underscore",
        &["config.semver"],
        "An underscore is no character of an identifier.",
        "v1.2.3-a_b",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "no-ascii",
        &["config.semver"],
        "Nor is a letter beyond ASCII.",
        "v1.2.3-\u{e9}",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "digit-no-ascii",
        &["config.semver"],
        "Nor is a digit beyond ASCII one.",
        "v1.2.\u{663}",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "white-space",
        &["config.semver"],
        "White space is part of no version.",
        "v1.2.3 ",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "newline",
        &["config.semver"],
        "Nor is a newline at the end.",
        "v1.2.3\n",
        "v0.0.0-0",
        Less,
        SECOND,
    ),
    (
        "none",
        &["config.semver.order"],
        "Two texts that are none have no order.",
        "latest",
        "devel",
        Equal,
        NONE,
    ),
];
