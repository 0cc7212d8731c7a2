//! Civil dates, times and the span of a counter file, all in UTC.
//!
//! Implements the arithmetic of `spec/week.md`. What day it is, is not known here.

use std::fmt;

use super::error::FormatError;
use super::rule::Rule;

const SECONDS_PER_DAY: i64 = 86_400;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_FROM_MARCH_0000: i32 = 719_468;
/// Days in 400 years.
const DAYS_PER_ERA: i32 = 146_097;

/// A day of the Gregorian calendar, from year 0 to year 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Days since 1970-01-01.
    days: i32,
}

impl Date {
    /// The first date, 0000-01-01.
    pub const MIN: Date = Date { days: -719_528 };
    /// The last date, 9999-12-31.
    pub const MAX: Date = Date { days: 2_932_896 };

    /// The date with these numbers, months and days counted from 1, if there is such a date.
    ///
    /// # Examples
    ///
    /// ```
    /// use gotelemetry::format::date::Date;
    /// assert_eq!(Date::new(2026, 2, 28).unwrap().plus_days(1), Date::new(2026, 3, 1));
    /// assert_eq!(Date::new(2026, 2, 29), None);
    /// ```
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        if year > 9999 || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
            return None;
        }
        // Years that begin in March end with the leap day, so that the days before a month depend
        // on the month alone: 153 days in five months, from March 31 30 31 30 31.
        let (month, day) = (i32::from(month), i32::from(day));
        let year = i32::from(year).checked_sub(i32::from(month <= 2))?;
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month_from_march = month.checked_add(9)?.checked_rem(12)?;
        let day_of_year = month_from_march
            .checked_mul(153)?
            .checked_add(2)?
            .checked_div(5)?
            .checked_add(day)?
            .checked_sub(1)?;
        let leap_days = (year_of_era / 4).checked_sub(year_of_era / 100)?;
        let days = era
            .checked_mul(DAYS_PER_ERA)?
            .checked_add(year_of_era.checked_mul(365)?)?
            .checked_add(leap_days)?
            .checked_add(day_of_year)?
            .checked_sub(EPOCH_FROM_MARCH_0000)?;
        Some(Date { days })
    }

    /// Year, month and day, the latter two counted from 1.
    pub fn civil(self) -> (u16, u8, u8) {
        let days = i64::from(self.days).saturating_add(i64::from(EPOCH_FROM_MARCH_0000));
        let era = days.div_euclid(i64::from(DAYS_PER_ERA));
        let day_of_era = days.rem_euclid(i64::from(DAYS_PER_ERA));
        // Leap days are taken out before the division by 365: one in 1460 days but for the last of
        // a century, and the last of the era.
        let leap_days = (day_of_era / 1460)
            .saturating_sub(day_of_era / 36_524)
            .saturating_add(day_of_era / 146_096);
        let year_of_era = day_of_era.saturating_sub(leap_days) / 365;
        let before_year = year_of_era
            .saturating_mul(365)
            .saturating_add(year_of_era / 4)
            .saturating_sub(year_of_era / 100);
        let day_of_year = day_of_era.saturating_sub(before_year);
        let month_from_march = day_of_year.saturating_mul(5).saturating_add(2) / 153;
        let before_month = month_from_march.saturating_mul(153).saturating_add(2) / 5;
        let day = day_of_year.saturating_sub(before_month).saturating_add(1);
        let month = month_from_march
            .saturating_add(2)
            .rem_euclid(12)
            .saturating_add(1);
        let year = era
            .saturating_mul(400)
            .saturating_add(year_of_era)
            .saturating_add(i64::from(month <= 2));
        (
            u16::try_from(year).unwrap_or_default(),
            u8::try_from(month).unwrap_or_default(),
            u8::try_from(day).unwrap_or_default(),
        )
    }

    /// The date written as `YYYY-MM-DD`.
    ///
    /// # Errors
    ///
    /// `week.date` for any other text.
    // spec[week.date]
    pub fn parse(text: &str) -> Result<Date, FormatError> {
        let date = match text.as_bytes() {
            [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => {
                let year = digits(&[*y1, *y2, *y3, *y4]);
                match (year, two_digits(*m1, *m2), two_digits(*d1, *d2)) {
                    (Some(year), Some(month), Some(day)) => Date::new(year, month, day),
                    _ => None,
                }
            }
            _ => None,
        };
        date.ok_or(FormatError::at(0, Rule::Date))
    }

    /// The date `days` later, or earlier if negative; `None` outside years 0 to 9999.
    pub fn plus_days(self, days: i32) -> Option<Date> {
        let date = Date {
            days: self.days.checked_add(days)?,
        };
        (Date::MIN..=Date::MAX).contains(&date).then_some(date)
    }

    /// Days from `earlier` to this date.
    pub fn days_since(self, earlier: Date) -> i32 {
        self.days.saturating_sub(earlier.days)
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        Weekday::from_number(self.days.saturating_add(4).rem_euclid(7))
    }

    /// 00:00 of this day.
    pub fn midnight(self) -> Time {
        Time {
            seconds: i64::from(self.days).saturating_mul(SECONDS_PER_DAY),
        }
    }
}

// spec[week.date]
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// A day of the week, by its number in the `weekends` file: 0 is Sunday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Weekday {
    number: u8,
}

impl Weekday {
    /// The day with this number; numbers wrap around after 6, Saturday.
    pub fn from_number(number: i32) -> Weekday {
        Weekday {
            number: u8::try_from(number.rem_euclid(7)).unwrap_or_default(),
        }
    }

    /// The number, 0 to 6.
    pub fn number(self) -> u8 {
        self.number
    }
}

impl fmt::Display for Weekday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.number {
            0 => "Sunday",
            1 => "Monday",
            2 => "Tuesday",
            3 => "Wednesday",
            4 => "Thursday",
            5 => "Friday",
            _ => "Saturday",
        })
    }
}

/// A moment, in whole seconds of UTC, from year 0 to year 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// Seconds since 1970-01-01T00:00:00Z.
    seconds: i64,
}

impl Time {
    /// The moment `seconds` after 1970-01-01T00:00:00Z, brought into the years 0 to 9999.
    pub fn from_unix(seconds: i64) -> Time {
        let last = Date::MAX
            .midnight()
            .seconds
            .saturating_add(SECONDS_PER_DAY - 1);
        Time {
            seconds: seconds.clamp(Date::MIN.midnight().seconds, last),
        }
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix(self) -> i64 {
        self.seconds
    }

    /// The moment written in RFC 3339 form, such as `2026-11-21T00:00:00Z`. Fractions of a second
    /// are cut off.
    ///
    /// # Errors
    ///
    /// `week.time` for any other text.
    ///
    /// # Examples
    ///
    /// ```
    /// use gotelemetry::format::date::Time;
    /// let time = Time::parse("2026-11-21T01:30:00.5+02:00").unwrap();
    /// assert_eq!(time.to_string(), "2026-11-20T23:30:00Z");
    /// ```
    pub fn parse(text: &str) -> Result<Time, FormatError> {
        Time::parse_rfc3339(text).ok_or(FormatError::at(0, Rule::Time))
    }

    // spec[week.time]
    fn parse_rfc3339(text: &str) -> Option<Time> {
        let (date, clock) = text.split_once('T')?;
        let (h, m, s, zone) = match clock.as_bytes() {
            [h1, h2, b':', m1, m2, b':', s1, s2, zone @ ..] => {
                let hour = two_digits(*h1, *h2)?;
                (hour, two_digits(*m1, *m2)?, two_digits(*s1, *s2)?, zone)
            }
            _ => return None,
        };
        let zone = match zone.strip_prefix(b".") {
            Some(fraction) => {
                let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
                if digits == 0 {
                    return None;
                }
                fraction.get(digits..)?
            }
            None => zone,
        };
        let ahead = match zone {
            b"Z" => 0,
            [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
                let ahead = clock_seconds(two_digits(*h1, *h2)?, two_digits(*m1, *m2)?, 0)?;
                if *sign == b'+' {
                    ahead
                } else {
                    ahead.checked_neg()?
                }
            }
            _ => return None,
        };
        let midnight = Date::parse(date).ok()?.midnight().seconds;
        let seconds = midnight
            .checked_add(clock_seconds(h, m, s)?)?
            .checked_sub(ahead)?;
        (Time::from_unix(seconds).seconds == seconds).then_some(Time { seconds })
    }

    /// The day of the moment.
    pub fn date(self) -> Date {
        let days = self.seconds.div_euclid(SECONDS_PER_DAY);
        Date {
            days: i32::try_from(days).unwrap_or_default(),
        }
    }
}

// spec[week.time]
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.seconds.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute) = (second / 3600, second / 60 % 60);
        write!(
            f,
            "{}T{hour:02}:{minute:02}:{:02}Z",
            self.date(),
            second % 60
        )
    }
}

/// The days that one counter file counts: from `begin` to before `end`, 1 to 7 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first day counted.
    pub begin: Date,
    /// The first day not counted: the file is reported from then on.
    pub end: Date,
}

impl Span {
    /// The span of a file that begins `today`, where weeks end before `weekend`.
    ///
    /// `None` on the last days of year 9999.
    ///
    /// # Examples
    ///
    /// ```
    /// use gotelemetry::format::date::{Date, Span, Weekday};
    /// let saturday = Date::parse("2026-11-21").unwrap();
    /// let span = Span::beginning(saturday, Weekday::from_number(3)).unwrap();
    /// assert_eq!(span.end.to_string(), "2026-11-25");
    /// // On the weekend day itself the file lasts the whole week.
    /// let whole = Span::beginning(saturday, Weekday::from_number(6)).unwrap();
    /// assert_eq!(whole.end.days_since(whole.begin), 7);
    /// ```
    // spec[week.span]
    pub fn beginning(today: Date, weekend: Weekday) -> Option<Span> {
        let ahead = i32::from(weekend.number).checked_sub(i32::from(today.weekday().number))?;
        let days = match ahead.rem_euclid(7) {
            0 => 7,
            days => days,
        };
        Some(Span {
            begin: today,
            end: today.plus_days(days)?,
        })
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in(year: u16, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn clock_seconds(hour: u8, minute: u8, second: u8) -> Option<i64> {
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let minutes = i64::from(hour)
        .checked_mul(60)?
        .checked_add(i64::from(minute))?;
    minutes.checked_mul(60)?.checked_add(i64::from(second))
}

fn two_digits(tens: u8, ones: u8) -> Option<u8> {
    u8::try_from(digits(&[tens, ones])?).ok()
}

fn digits(text: &[u8]) -> Option<u16> {
    text.iter().try_fold(0_u16, |number, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        number
            .checked_mul(10)?
            .checked_add(u16::try_from(digit).ok()?)
    })
}
