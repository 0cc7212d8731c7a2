//! Races: several processes that count the same names at the same time.

use super::case::Case;
use super::json::Json;
use super::write::{NOW, SATURDAY, TOOL, WEEKENDS};

/// Name of the case, whether there is no count file, rounds, prefix and number of names, what it
/// shows.
const RACES: &[(&str, bool, u64, &str, u64, &str)] = &[
    (
        "one-name",
        false,
        20_000,
        "tool/hits:",
        1,
        "One counter, and nothing but additions.",
    ),
    (
        "few-names",
        false,
        2_000,
        "tool/few:",
        20,
        "Twenty names that all insert at first.",
    ),
    (
        "many-names",
        false,
        3,
        "tool/many:",
        3_000,
        "Names in every chain, and a file that grows.",
    ),
    (
        "stack-names",
        false,
        20,
        "bug\nmain.f:+1,+0x",
        100,
        "The names of stacks.",
    ),
    (
        "cold-one-name",
        true,
        50,
        "tool/cold:",
        1,
        "Processes that start at once without a count file.",
    ),
    (
        "cold-many-names",
        true,
        3,
        "tool/cold:",
        500,
        "The same, with names that fill several pages.",
    ),
];

pub(super) fn cases() -> Vec<Case> {
    let long = format!("tool/{}:", "long".repeat(200));
    let long = (
        "long-names",
        false,
        5,
        long.as_str(),
        400,
        "Long names: the file grows often.",
    );
    RACES.iter().copied().chain([long]).map(of).collect()
}

fn of((id, cold, rounds, prefix, count, about): (&str, bool, u64, &str, u64, &str)) -> Case {
    let names = Json::object([
        ("prefix", Json::text(prefix)),
        ("count", Json::Number(count)),
    ]);
    let race = Json::object([
        ("processes", Json::Number(4)),
        ("rounds", Json::Number(rounds)),
        ("names", names),
        ("cold", Json::Bool(cold)),
    ]);
    let clauses = ["count.add", "insert.order", "insert.race", "mem.width"];
    let mut case = Case::new(format!("race/{id}"), "race", "writer")
        .shows(&clauses, about)
        .args(Json::object([
            ("identity", TOOL.json()),
            ("now", Json::text(NOW)),
        ]))
        .with(WEEKENDS, SATURDAY);
    case.race = Some(race);
    case
}
