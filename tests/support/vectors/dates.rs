//! Dates and times, as they are written in files.

use super::case::{Case, Expect};
use super::json::Json;

pub(super) fn cases() -> Vec<Case> {
    let dates = DATES.iter().map(date);
    let no_dates = NO_DATES.iter().map(no_date);
    let times = TIMES.iter().map(time);
    let no_times = NO_TIMES.iter().chain(NO_TIMES_BY_FORM).map(no_time);
    dates.chain(no_dates).chain(times).chain(no_times).collect()
}

/// Name of the case, what it shows, the text, and the number that it reads as.
type Read = (&'static str, &'static str, &'static str, i64);

/// Name of the case, what it shows, the text.
type Rejected = (&'static str, &'static str, &'static [u8]);

fn asked(id: String, op: &'static str, clause: &'static str, about: &str, text: &[u8]) -> Case {
    Case::new(id, op, "reader")
        .shows(&[clause], about)
        .args(Json::object([("text", Json::hex(text))]))
}

fn date((id, about, text, days): &Read) -> Case {
    let id = format!("week/date-{id}");
    asked(id, "read-date", "week.date", about, text.as_bytes())
        .expect(Expect::ok(Json::object([("days", Json::decimal(days))])))
}

fn no_date((id, about, text): &Rejected) -> Case {
    let id = format!("week/date-{id}");
    asked(id, "read-date", "week.date", about, text).expect(Expect::reject("week.date"))
}

fn time((id, about, text, seconds): &Read) -> Case {
    let id = format!("week/time-{id}");
    asked(id, "read-time", "week.time", about, text.as_bytes()).expect(Expect::ok(Json::object([
        ("seconds", Json::decimal(seconds)),
    ])))
}

fn no_time((id, about, text): &Rejected) -> Case {
    let id = format!("week/time-{id}");
    asked(id, "read-time", "week.time", about, text).expect(Expect::reject("week.time"))
}

const DATES: &[Read] = &[
    ("epoch", "The day 0.", "1970-01-01", 0),
    (
        "before-epoch",
        "Days before 1970 are negative.",
        "1969-12-31",
        -1,
    ),
    ("usual", "A day of no note.", "2026-11-21", 20778),
    (
        "last-of-year",
        "The last day of a year.",
        "2026-12-31",
        20818,
    ),
    ("last-of-april", "A month of 30 days.", "2026-04-30", 20573),
    (
        "leap-year-2024",
        "A year that is a multiple of 4 has a leap day.",
        "2024-02-29",
        19782,
    ),
    (
        "leap-year-2000",
        "A year that is a multiple of 400 has a leap day.",
        "2000-02-29",
        11016,
    ),
    (
        "after-february-1900",
        "A year that is a multiple of 100 has no leap day to be counted.",
        "1900-03-01",
        -25508,
    ),
    (
        "before-gregory",
        "The calendar holds for years in which nobody used it.",
        "1500-03-01",
        -171_605,
    ),
    (
        "year-0",
        "The first day that there is.",
        "0000-01-01",
        -719_528,
    ),
    (
        "leap-year-0",
        "The year 0 is a multiple of 400.",
        "0000-02-29",
        -719_469,
    ),
    (
        "year-9999",
        "The last day that there is.",
        "9999-12-31",
        2_932_896,
    ),
];

const NO_DATES: &[Rejected] = &[
    ("leap-day-1900", "1900 had no leap day.", b"1900-02-29"),
    ("leap-day-2026", "2026 has no leap day.", b"2026-02-29"),
    ("february-30", "No year has this day.", b"2024-02-30"),
    (
        "digit-a",
        "A letter is no digit, though hexadecimal numbers have it.",
        b"202a-11-21",
    ),
    ("month-00", "There is no month 0.", b"2026-00-21"),
    ("month-13", "There is no month 13.", b"2026-13-21"),
    ("day-00", "There is no day 0.", b"2026-11-00"),
    ("day-31", "November has 30 days.", b"2026-11-31"),
    ("day-32", "No month has 32 days.", b"2026-12-32"),
    (
        "year-3-digits",
        "A digit of the year is missing.",
        b"226-11-21",
    ),
    (
        "year-5-digits",
        "The year has a digit too many.",
        b"02026-11-21",
    ),
    (
        "month-1-digit",
        "A digit of the month is missing.",
        b"2026-1-21",
    ),
    (
        "day-1-digit",
        "A digit of the day is missing.",
        b"2026-11-2",
    ),
    ("day-missing", "A month is no day.", b"2026-11"),
    ("plus-year", "A year has no sign.", b"+026-11-21"),
    ("plus-month", "A month has no sign.", b"2026-+1-21"),
    ("plus-day", "A day has no sign.", b"2026-11-+2"),
    ("minus-year", "There are no years before 0.", b"-0001-11-21"),
    ("space-first", "A space stands in front.", b" 2026-11-21"),
    ("space-last", "A space follows.", b"2026-11-21 "),
    ("space-for-zero", "A space is no digit.", b"2026- 1-21"),
    ("slashes", "Slashes separate nothing.", b"2026/11/21"),
    ("no-separators", "The separators are missing.", b"20261121"),
    (
        "long-hyphens",
        "Only U+002D separates.",
        "2026\u{2010}11\u{2010}21".as_bytes(),
    ),
    ("other-digits", "Digits are ASCII.", "٢٠٢٦-١١-٢١".as_bytes()),
    ("letter", "A letter is no digit.", b"2026-11-2l"),
    ("newline-last", "A newline follows.", b"2026-11-21\n"),
    ("zero-byte-last", "A zero byte follows.", b"2026-11-21\0"),
    ("time-last", "A time follows.", b"2026-11-21T00:00:00Z"),
    (
        "not-utf-8",
        "A byte follows that is no UTF-8.",
        b"2026-11-21\xff",
    ),
    ("empty", "A text of no bytes.", b""),
];

const TIMES: &[Read] = &[
    ("epoch", "The second 0.", "1970-01-01T00:00:00Z", 0),
    (
        "usual",
        "A time of no note.",
        "2026-11-21T10:30:15Z",
        1_795_257_015,
    ),
    (
        "last-of-day",
        "The last second of a day.",
        "2026-11-21T23:59:59Z",
        1_795_305_599,
    ),
    (
        "before-epoch",
        "Seconds before 1970 are negative.",
        "1969-12-31T23:59:59Z",
        -1,
    ),
    (
        "fraction",
        "A fraction is cut off, not rounded.",
        "2026-11-21T10:30:15.9Z",
        1_795_257_015,
    ),
    (
        "fraction-of-30-digits",
        "A fraction may have any number of digits.",
        "2026-11-21T10:30:15.999999999999999999999999999999Z",
        1_795_257_015,
    ),
    (
        "fraction-before-epoch",
        "A fraction before 1970 is cut off as well: the second stays the one that is written.",
        "1969-12-31T23:59:59.9Z",
        -1,
    ),
    (
        "fraction-and-offset",
        "An offset behind a fraction.",
        "2026-11-21T11:30:15.5+01:00",
        1_795_257_015,
    ),
    (
        "offset-east",
        "East of Greenwich the clock is ahead.",
        "2026-11-21T16:00:15+05:30",
        1_795_257_015,
    ),
    (
        "offset-west",
        "West of Greenwich the clock is behind.",
        "2026-11-21T02:30:15-08:00",
        1_795_257_015,
    ),
    (
        "offset-other-day",
        "The day in UTC is another one.",
        "2026-11-22T00:30:00+01:00",
        1_795_303_800,
    ),
    (
        "offset-0",
        "An offset of 0 is Z.",
        "2026-11-21T10:30:15+00:00",
        1_795_257_015,
    ),
    (
        "offset-minus-0",
        "RFC 3339 has an offset of -00:00, which says that the local one is unknown.",
        "2026-11-21T10:30:15-00:00",
        1_795_257_015,
    ),
    (
        "offset-greatest",
        "The greatest offset is 23:59.",
        "2026-11-22T10:29:15+23:59",
        1_795_257_015,
    ),
    (
        "offset-least",
        "The least offset is -23:59.",
        "2026-11-20T10:31:15-23:59",
        1_795_257_015,
    ),
    (
        "year-0",
        "The first second that there is.",
        "0000-01-01T00:00:00Z",
        -62_167_219_200,
    ),
    (
        "year-0-by-offset",
        "The first second that there is, with an offset.",
        "0000-01-01T00:01:00+00:01",
        -62_167_219_200,
    ),
    (
        "year-9999",
        "The last second that there is.",
        "9999-12-31T23:59:59Z",
        253_402_300_799,
    ),
    (
        "year-9999-by-offset",
        "The last second that there is, with an offset.",
        "9999-12-31T23:58:59-00:01",
        253_402_300_799,
    ),
    (
        "leap-day",
        "A leap day.",
        "2024-02-29T12:00:00Z",
        1_709_208_000,
    ),
];

/// Texts of the form of a time that are none.
const NO_TIMES: &[Rejected] = &[
    (
        "hour-24",
        "The day ends with 23:59:59.",
        b"2026-11-21T24:00:00Z",
    ),
    (
        "minute-60",
        "There is no minute 60.",
        b"2026-11-21T10:60:00Z",
    ),
    (
        "second-60",
        "There is no second 60.",
        b"2026-11-21T10:30:60Z",
    ),
    (
        "leap-second",
        "Leap seconds are no seconds, not even those that were.",
        b"2016-12-31T23:59:60Z",
    ),
    (
        "leap-day-2026",
        "2026 has no leap day.",
        b"2026-02-29T10:30:15Z",
    ),
    ("month-13", "There is no month 13.", b"2026-13-21T10:30:15Z"),
    ("day-00", "There is no day 0.", b"2026-11-00T10:30:15Z"),
    (
        "offset-hour-24",
        "An offset is less than a day.",
        b"2026-11-21T10:30:15+24:00",
    ),
    (
        "offset-minute-60",
        "The minutes of an offset are less than an hour.",
        b"2026-11-21T10:30:15+01:60",
    ),
    (
        "before-year-0",
        "With its offset the time lies before year 0.",
        b"0000-01-01T00:00:59+00:01",
    ),
    (
        "after-year-9999",
        "With its offset the time lies after year 9999.",
        b"9999-12-31T23:59:00-00:01",
    ),
];

/// Texts that have another form.
const NO_TIMES_BY_FORM: &[Rejected] = &[
    ("lower-case-t", "T is a capital.", b"2026-11-21t10:30:15Z"),
    ("lower-case-z", "Z is a capital.", b"2026-11-21T10:30:15z"),
    ("space-for-t", "T is no space.", b"2026-11-21 10:30:15Z"),
    (
        "offset-missing",
        "The offset is missing.",
        b"2026-11-21T10:30:15",
    ),
    (
        "offset-without-colon",
        "The colon of the offset is missing.",
        b"2026-11-21T10:30:15+0100",
    ),
    (
        "offset-without-minutes",
        "The minutes of the offset are missing.",
        b"2026-11-21T10:30:15+01",
    ),
    (
        "offset-with-seconds",
        "An offset has no seconds.",
        b"2026-11-21T10:30:15+01:00:00",
    ),
    (
        "offset-minus-sign",
        "The sign of an offset is ASCII.",
        "2026-11-21T10:30:15\u{2212}01:00".as_bytes(),
    ),
    (
        "offset-behind-z",
        "An offset stands behind Z.",
        b"2026-11-21T10:30:15Z+01:00",
    ),
    (
        "fraction-by-comma",
        "A comma begins no fraction.",
        b"2026-11-21T10:30:15,5Z",
    ),
    (
        "fraction-empty",
        "A fraction has at least one digit.",
        b"2026-11-21T10:30:15.Z",
    ),
    (
        "fraction-of-minute",
        "Only seconds have fractions.",
        b"2026-11-21T10:30.5Z",
    ),
    (
        "seconds-missing",
        "The seconds are missing.",
        b"2026-11-21T10:30Z",
    ),
    (
        "hour-1-digit",
        "A digit of the hour is missing.",
        b"2026-11-21T1:30:15Z",
    ),
    ("plus-hour", "An hour has no sign.", b"2026-11-21T+1:30:15Z"),
    (
        "no-separators",
        "The separators are missing.",
        b"20261121T103015Z",
    ),
    (
        "other-digits",
        "Digits are ASCII.",
        "2026-11-21T١٠:30:15Z".as_bytes(),
    ),
    ("time-missing", "A date is no time.", b"2026-11-21"),
    ("date-missing", "A time of day is no time.", b"10:30:15Z"),
    (
        "space-first",
        "A space stands in front.",
        b" 2026-11-21T10:30:15Z",
    ),
    (
        "newline-last",
        "A newline follows.",
        b"2026-11-21T10:30:15Z\n",
    ),
    ("empty", "A text of no bytes.", b""),
];
