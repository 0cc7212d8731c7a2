//! Dates, times and spans against another library, over the whole range where that is possible.
//!
//! jiff is the judge. It takes more texts than RFC 3339 has, and its time ends 26 hours before year
//! 9999 does; where that matters a test says so.

use gotelemetry::format::date::{Date, Span, Time, Weekday};
use gotelemetry::format::identity::Identity;
use jiff::Timestamp;
use jiff::civil;
use proptest::prelude::*;

const SECONDS_PER_DAY: i64 = 86_400;

/// The last moment that jiff knows, 9999-12-30T22:00:00Z.
const LAST_OF_JIFF: i64 = 253_402_207_200;

/// The first moment of year 0, and the last of year 9999.
const FIRST: i64 = -62_167_219_200;
const LAST: i64 = 253_402_300_799;

/// Every day of the years, in jiff's terms.
fn days(years: std::ops::RangeInclusive<i16>) -> impl Iterator<Item = civil::Date> {
    let (first, last) = (
        civil::date(*years.start(), 1, 1),
        civil::date(*years.end(), 12, 31),
    );
    std::iter::successors(Some(first), move |day| {
        (*day < last).then(|| day.tomorrow().expect("the last day is not reached yet"))
    })
}

fn ours(day: civil::Date) -> Date {
    let (year, month, day) = numbers(day);
    Date::new(year, month, day).expect("jiff has this day")
}

fn numbers(day: civil::Date) -> (u16, u8, u8) {
    (
        u16::try_from(day.year()).expect("years from 0 on"),
        u8::try_from(day.month()).expect("12 months"),
        u8::try_from(day.day()).expect("31 days"),
    )
}

/// The second in which jiff's moment lies.
fn floor(moment: Timestamp) -> i64 {
    let second = moment.as_nanosecond().div_euclid(1_000_000_000);
    i64::try_from(second).expect("jiff's range is small")
}

#[test]
fn every_day_has_the_numbers_and_the_weekday_of_the_other_library() {
    let mut next = Some(Date::MIN);
    let mut number = -719_528;
    for day in days(0..=9999) {
        let date = ours(day);
        assert_eq!(Some(date), next, "{day}");
        assert_eq!(date.civil(), numbers(day), "{day}");
        let weekday = i32::from(day.weekday().to_sunday_zero_offset());
        assert_eq!(date.weekday(), Weekday::from_number(weekday), "{day}");
        assert_eq!(date.midnight().unix(), i64::from(number) * SECONDS_PER_DAY);
        next = date.plus_days(1);
        number += 1;
    }
    assert_eq!((next, number), (None, 2_932_897));
    assert_eq!(ours(civil::date(9999, 12, 31)), Date::MAX);
}

// test[week.date]
#[test]
fn every_day_is_written_and_read_as_the_other_library_writes_it() {
    for day in days(0..=9999) {
        let text = day.to_string();
        let date = Date::parse(&text).expect("jiff writes dates");
        assert_eq!(date.civil(), numbers(day), "{text}");
        assert_eq!(date.to_string(), text);
    }
}

// test[week.date]
#[test]
fn a_date_has_the_numbers_of_a_day_that_exists_and_no_others() {
    for year in 0..=9999_u16 {
        for month in 0..=13_u8 {
            for day in 0..=32_u8 {
                let exists = civil::Date::new(
                    i16::try_from(year).expect("below 2^15"),
                    i8::try_from(month).expect("below 2^7"),
                    i8::try_from(day).expect("below 2^7"),
                );
                let date = Date::new(year, month, day);
                assert_eq!(date.is_some(), exists.is_ok(), "{year} {month} {day}");
            }
        }
    }
    for (year, month, day) in [
        (10_000, 1, 1),
        (u16::MAX, 1, 1),
        (2026, u8::MAX, 1),
        (2026, 1, u8::MAX),
    ] {
        assert_eq!(Date::new(year, month, day), None);
    }
}

#[test]
fn days_are_added_and_told_apart_over_the_whole_range() {
    let far = Date::MAX.days_since(Date::MIN);
    assert_eq!(far, 3_652_424);
    assert_eq!(Date::MIN.plus_days(far), Some(Date::MAX));
    assert_eq!(Date::MAX.plus_days(-far), Some(Date::MIN));
    for (date, days) in [
        (Date::MAX, 1),
        (Date::MIN, -1),
        (Date::MIN, far + 1),
        (Date::MAX, i32::MAX),
        (Date::MIN, i32::MIN),
    ] {
        assert_eq!(date.plus_days(days), None, "{date} {days}");
    }
}

#[test]
fn the_seconds_of_a_day_belong_to_it() {
    for day in days(1895..=2105) {
        let date = ours(day);
        let midnight = date.midnight().unix();
        for second in [0, 1, SECONDS_PER_DAY / 2, SECONDS_PER_DAY - 1] {
            assert_eq!(Time::from_unix(midnight + second).date(), date, "{day}");
        }
        assert_ne!(Time::from_unix(midnight - 1).date(), date, "{day}");
    }
}

/// The first day after `today` that is this weekday, found by looking at one day after another.
fn search(today: civil::Date, weekend: i8) -> civil::Date {
    let mut day = today.tomorrow().expect("the search ends before year 9999");
    while day.weekday().to_sunday_zero_offset() != weekend {
        day = day.tomorrow().expect("the search ends before year 9999");
    }
    day
}

// test[week.span]
#[test]
fn a_span_ends_on_the_next_weekend_day_after_today() {
    for day in days(1970..=2199) {
        for weekend in 0..7 {
            let weekday = Weekday::from_number(i32::from(weekend));
            let span = Span::beginning(ours(day), weekday);
            let span = span.expect("year 9999 is far");
            assert_eq!(span.begin, ours(day));
            assert_eq!(span.end, ours(search(day, weekend)), "{day} {weekend}");
        }
    }
}

// test[week.span]
#[test]
fn how_long_a_span_is_follows_from_the_two_weekdays() {
    let mut spans = [[0; 7]; 7];
    for day in days(1970..=2199) {
        let first = usize::from(ours(day).weekday().number());
        for (weekend, seen) in spans[first].iter_mut().enumerate() {
            let weekday = Weekday::from_number(i32::try_from(weekend).expect("a digit"));
            let span = Span::beginning(ours(day), weekday).expect("year 9999 is far");
            let length = span.end.days_since(span.begin);
            // On the day on which weeks end, a whole week begins.
            let expected = (1..=7).find(|days| (first + days) % 7 == weekend);
            assert_eq!(usize::try_from(length).ok(), expected, "{day} {weekend}");
            assert_eq!(span.end.weekday(), weekday, "{day} {weekend}");
            *seen += 1;
        }
    }
    // 84,006 days in all.
    assert!(
        spans
            .iter()
            .flatten()
            .all(|seen| (12_000..12_002).contains(seen))
    );
}

// test[week.span, week.time, fmt.meta.keys]
#[test]
fn the_times_of_every_span_are_written_as_the_other_library_writes_them_and_read_back() {
    let identity = Identity::new("a/b", "v1.0.0", "devel", "linux", "amd64").expect("sound");
    for day in days(1970..=2199) {
        for weekend in 0..7 {
            let span = Span::beginning(ours(day), Weekday::from_number(i32::from(weekend)));
            let span = span.expect("year 9999 is far");
            let text = identity.meta_text(span);
            let mut lines = text.lines();
            for (key, date, theirs) in [
                ("TimeBegin: ", span.begin, day),
                ("TimeEnd: ", span.end, search(day, weekend)),
            ] {
                let written = lines.next().and_then(|line| line.strip_prefix(key));
                let written = written.expect("the times come first");
                assert_eq!(written, format!("{theirs}T00:00:00Z"));
                assert_eq!(Time::parse(written), Ok(date.midnight()), "{written}");
                assert_eq!(Time::parse(written).map(Time::date), Ok(date), "{written}");
            }
        }
    }
}

#[test]
fn no_span_ends_after_year_9999() {
    for back in 0..14 {
        let today = Date::MAX.plus_days(-back).expect("a day of year 9999");
        for number in 0..7 {
            let weekend = Weekday::from_number(number);
            let ends = (1..=back.min(7))
                .filter_map(|days| today.plus_days(days))
                .find(|day| day.weekday() == weekend);
            let span = Span::beginning(today, weekend);
            assert_eq!(span.map(|span| span.end), ends, "{today} {weekend}");
        }
    }
}

#[test]
fn weekdays_are_numbered_from_sunday_around_the_week() {
    let names = [
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
    ];
    for number in -700..=700_i32 {
        let around = number.rem_euclid(7);
        let weekday = Weekday::from_number(number);
        assert_eq!(i32::from(weekday.number()), around);
        let name = names[usize::try_from(around).expect("0 to 6")];
        assert_eq!(weekday.to_string(), name);
    }
    for number in [i32::MIN, i32::MAX] {
        let around = i64::from(number).rem_euclid(7);
        let weekday = Weekday::from_number(number);
        assert_eq!(i64::from(weekday.number()), around);
    }
}

#[test]
fn moments_outside_the_years_0_to_9999_become_the_nearest_inside() {
    for (seconds, text) in [
        (FIRST, "0000-01-01T00:00:00Z"),
        (FIRST - 1, "0000-01-01T00:00:00Z"),
        (i64::MIN, "0000-01-01T00:00:00Z"),
        (LAST, "9999-12-31T23:59:59Z"),
        (LAST + 1, "9999-12-31T23:59:59Z"),
        (i64::MAX, "9999-12-31T23:59:59Z"),
    ] {
        assert_eq!(Time::from_unix(seconds).to_string(), text, "{seconds}");
    }
}

// test[week.time]
#[test]
fn a_time_whose_offset_leads_out_of_the_years_0_to_9999_is_none() {
    for (text, seconds) in [
        ("0000-01-01T00:00:00Z", Some(FIRST)),
        ("0000-01-01T00:01:00+00:01", Some(FIRST)),
        ("0000-01-01T00:00:59+00:01", None),
        ("0000-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59Z", Some(LAST)),
        ("9999-12-31T23:58:59-00:01", Some(LAST)),
        ("9999-12-31T23:59:00-00:01", None),
        ("9999-12-31T23:59:59-23:59", None),
    ] {
        let time = Time::parse(text).map(Time::unix);
        assert_eq!(time.ok(), seconds, "{text}");
    }
}

// test[week.time]
#[test]
fn texts_that_are_no_times_are_refused_with_the_clause() {
    for text in [
        "",
        "2026-11-21",
        "2026-11-21T",
        "2026-11-21T00:00:00",
        "2026-11-21T00:00Z",
        "2026-11-21T00Z",
        "2026-11-21 00:00:00Z",
        "2026-11-21t00:00:00Z",
        "2026-11-21T00:00:00z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T00:60:00Z",
        "2026-11-21T23:59:60Z",
        "2016-12-31T23:59:60Z",
        "2026-11-21T00:00:00.Z",
        "2026-11-21T00:00:00,5Z",
        "2026-11-21T00:00:00.5",
        "2026-11-21T00:00:00+0000",
        "2026-11-21T00:00:00+00",
        "2026-11-21T00:00:00+24:00",
        "2026-11-21T00:00:00+00:60",
        "2026-11-21T00:00:00+00:00Z",
        "2026-11-21T00:00:00Z ",
        " 2026-11-21T00:00:00Z",
        "2026-11-21T+0:00:00Z",
        "2026-11-21T00:00:00Z[UTC]",
        "+2026-11-21T00:00:00Z",
        "02026-11-21T00:00:00Z",
        "2026-11-21T00:00:0\u{661}Z",
    ] {
        let clause = Time::parse(text).map_err(|error| error.clause());
        assert_eq!(clause, Err("week.time"), "{text:?}");
    }
}

// test[week.date]
#[test]
fn texts_that_are_no_dates_are_refused_with_the_clause() {
    for text in [
        "",
        "2026-02-29",
        "1900-02-29",
        "2026-00-01",
        "2026-01-00",
        "2026-13-01",
        "2026-04-31",
        "26-11-21",
        "2026-11-2",
        "2026-1-21",
        "20261121",
        "2026/11/21",
        "2026-11-21 ",
        " 2026-11-21",
        "2026-11-21T00:00:00Z",
        "+026-11-21",
        "-026-11-21",
        "202\u{666}-11-1",
    ] {
        let clause = Date::parse(text).map_err(|error| error.clause());
        assert_eq!(clause, Err("week.date"), "{text:?}");
    }
}

// test[week.time]
#[test]
fn a_fraction_of_any_length_is_cut_off() {
    let whole = Time::parse("1969-12-31T23:59:59Z");
    for len in 1..40 {
        let text = format!("1969-12-31T23:59:59.{}Z", "9".repeat(len));
        assert_eq!(Time::parse(&text), whole, "{text}");
    }
}

/// All texts that differ from this one in one character, more or less by one included.
fn corruptions(text: &str) -> Vec<String> {
    let odd = ['\0', '\n', '\u{7f}', '\u{660}', '\u{2212}', '\u{ff0d}'];
    let characters: Vec<char> = (' '..='~').chain(odd).collect();
    let mut corrupted = Vec::new();
    for at in 0..=text.len() {
        let (before, after) = text.split_at(at);
        let rest = after.get(1..);
        corrupted.extend(rest.map(|rest| format!("{before}{rest}")));
        for c in &characters {
            corrupted.push(format!("{before}{c}{after}"));
            corrupted.extend(rest.map(|rest| format!("{before}{c}{rest}")));
        }
    }
    corrupted
}

#[test]
fn a_date_with_one_wrong_character_is_refused_or_another_date() {
    let mut taken = 0;
    for text in ["2024-02-29", "2026-11-21", "0000-01-01", "9999-12-31"] {
        for corrupted in corruptions(text) {
            let theirs = corrupted.parse::<civil::Date>().ok();
            match Date::parse(&corrupted) {
                Ok(date) => {
                    taken += 1;
                    assert_eq!(Some(date.civil()), theirs.map(numbers), "{corrupted}");
                }
                // What jiff itself would write is a date in the strict form.
                Err(_) => assert!(theirs.is_none_or(|day| day.to_string() != corrupted)),
            }
        }
    }
    assert!(taken > 100, "{taken}");
}

#[test]
fn a_time_with_one_wrong_character_is_refused_or_another_time() {
    let mut taken = 0;
    for text in [
        "2024-02-29T23:59:59Z",
        "2026-11-21T00:00:00Z",
        "2026-11-21T01:30:00.5+02:00",
        "1969-12-31T23:59:59.12345678-01:45",
        "9999-12-30T00:00:00Z",
    ] {
        for corrupted in corruptions(text) {
            let theirs = corrupted.parse::<Timestamp>().ok();
            match Time::parse(&corrupted) {
                Ok(time) => {
                    taken += 1;
                    let last = time.unix() >= LAST_OF_JIFF;
                    let equal = Some(time.unix()) == theirs.map(floor);
                    assert!(equal || (theirs.is_none() && last), "{corrupted}");
                }
                // What jiff itself would write is a time in the strict form, unless it has a sign.
                Err(_) => assert!(theirs.is_none_or(
                    |moment| moment.to_string() != corrupted || corrupted.starts_with('-')
                )),
            }
        }
    }
    assert!(taken > 300, "{taken}");
}

/// A time of the day, a fraction of a second and an offset, as texts.
fn clock() -> impl Strategy<Value = String> {
    let fraction = prop_oneof![Just(String::new()), "\\.[0-9]{1,9}"];
    let zone = prop_oneof![
        Just("Z".to_owned()),
        "[+-](0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]"
    ];
    let time = "(0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]";
    (time, fraction, zone).prop_map(|(time, fraction, zone)| format!("T{time}{fraction}{zone}"))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 20_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    // test[week.time]
    #[test]
    fn a_moment_is_written_and_read_as_the_other_library_writes_it(
        seconds in FIRST..=LAST_OF_JIFF,
    ) {
        let moment = Timestamp::from_second(seconds).expect("jiff knows the moment");
        let time = Time::from_unix(seconds);
        prop_assert_eq!(time.unix(), seconds);
        prop_assert_eq!(time.to_string(), moment.to_string());
        prop_assert_eq!(Time::parse(&moment.to_string()), Ok(time));
    }

    #[test]
    fn a_moment_of_any_year_is_read_back(seconds in FIRST..=LAST) {
        let time = Time::from_unix(seconds);
        prop_assert_eq!(Time::parse(&time.to_string()), Ok(time));
        prop_assert_eq!(time.date().midnight().unix(), seconds - seconds.rem_euclid(SECONDS_PER_DAY));
    }

    // test[week.time]
    #[test]
    fn times_with_fractions_and_offsets_are_those_of_the_other_library(
        day in -719_527..=2_932_893_i32,
        clock in clock(),
    ) {
        let epoch = Date::new(1970, 1, 1).expect("a date");
        let date = epoch.plus_days(day).expect("within the years");
        let text = format!("{date}{clock}");
        let moment: Timestamp = text.parse().expect("jiff reads RFC 3339");
        prop_assert_eq!(Time::parse(&text).map(Time::unix), Ok(floor(moment)), "{}", text);
    }
}
