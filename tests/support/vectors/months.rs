//! The last day of each month, and the day that would follow it there.

use super::case::{Case, Expect};
use super::json::Json;

/// Months of 2026 and their days.
const MONTHS: [(&str, i64); 12] = [
    ("january", 31),
    ("february", 28),
    ("march", 31),
    ("april", 30),
    ("may", 31),
    ("june", 30),
    ("july", 31),
    ("august", 31),
    ("september", 30),
    ("october", 31),
    ("november", 30),
    ("december", 31),
];

/// The last day of 2025, in days since 1970-01-01.
const LAST_OF_2025: i64 = 20_453;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut last = LAST_OF_2025;
    for (number, (month, days)) in (1..).zip(MONTHS) {
        last += days;
        let of = |id: &str, day: i64, about: &str| {
            let text = format!("2026-{number:02}-{day:02}");
            Case::new(format!("week/date-{month}-{id}"), "read-date", "reader")
                .shows(&["week.date"], about)
                .args(Json::object([("text", Json::hex(text.as_bytes()))]))
        };
        let found = Json::object([("days", Json::decimal(last))]);
        let about = format!("A month of {days} days.");
        cases.push(of("last", days, &about).expect(Expect::ok(found)));
        let about = format!("A month of {days} days has no other.");
        cases.push(of("past", days + 1, &about).expect(Expect::reject("week.date")));
    }
    cases
}
