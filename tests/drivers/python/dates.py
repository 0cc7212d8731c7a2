"""Dates, times, and the span of a file (week.md).

A day is a number: that of days since 1970-01-01. Python's own dates begin
with year 1, these with year 0.
"""

import re

import files
from reject import Reject
from whitespace import first_byte

DATE = re.compile(rb"([0-9]{4})-([0-9]{2})-([0-9]{2})")
TIME = re.compile(
    rb"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    rb"T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?"
    rb"(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
YEAR_0 = -719528  # the day 0000-01-01
YEAR_10000 = 2932897  # the day 10000-01-01
DAY = 86400
MAX_WEEKENDS = 4096


def is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year, month):
    return 29 if month == 2 and is_leap(year) else MONTH_LENGTHS[month - 1]


def start_of_year(year):
    # Leap years before `year`, year 0 among them.
    leaps = (year + 3) // 4 - (year + 99) // 100 + (year + 399) // 400
    return YEAR_0 + 365 * year + leaps


def parse_date(text):
    """The day of a date in bytes, or Reject."""
    # week.date
    match = DATE.fullmatch(text)
    if match is None:
        raise Reject("week.date", reason="not YYYY-MM-DD")
    year, month, day = map(int, match.groups())
    if not 1 <= month <= 12 or not 1 <= day <= month_length(year, month):
        raise Reject("week.date", reason="no day of the calendar")
    before = sum(month_length(year, m) for m in range(1, month))
    return start_of_year(year) + before + day - 1


def format_date(day):
    if not YEAR_0 <= day < YEAR_10000:
        raise Reject("week.date", reason="not in years 0 to 9999")
    year = (day - YEAR_0) // 366  # the year itself or some year before it
    while start_of_year(year + 1) <= day:
        year += 1
    month, rest = 1, day - start_of_year(year)
    while rest >= month_length(year, month):
        rest -= month_length(year, month)
        month += 1
    return f"{year:04d}-{month:02d}-{rest + 1:02d}"


def parse_time(text):
    """Seconds since 1970-01-01 00:00 UTC of a time in bytes, or Reject."""
    # week.time
    match = TIME.fullmatch(text)
    if match is None:
        raise Reject("week.time", reason="not of the form of RFC 3339")
    date, *clock, sign, offset_hours, offset_minutes = match.groups()
    try:
        day = parse_date(date)
    except Reject as e:
        raise Reject("week.time", reason=e.reason) from None
    hours, minutes, seconds = map(int, clock)
    offset = 0
    if sign:
        if int(offset_hours) > 23 or int(offset_minutes) > 59:
            raise Reject("week.time", reason="no offset from UTC")
        offset = int(offset_hours) * 3600 + int(offset_minutes) * 60
        offset = -offset if sign == b"-" else offset
    if hours > 23 or minutes > 59 or seconds > 59:
        raise Reject("week.time", reason="no time of the day")
    time = day * DAY + hours * 3600 + minutes * 60 + seconds - offset
    if not YEAR_0 * DAY <= time < YEAR_10000 * DAY:
        raise Reject("week.time", reason="not in years 0 to 9999")
    return time


def weekday(day):
    return (day + 4) % 7  # 1970-01-01 was a Thursday


def parse_weekends(text):
    """The weekday on which files end, or None for nothing but white space."""
    # week.weekends.read
    byte = first_byte(text)
    return None if byte is None else (byte - 48) % 256 % 7


def read_weekends(path):
    def empty(read):
        return parse_weekends(read.data) is None

    try:
        # week.weekends.text
        read = files.read_again(lambda: files.read_bounded(path, MAX_WEEKENDS), empty)
    except FileNotFoundError:
        raise Reject("week.weekends", reason="there is no such file") from None
    except files.NotRegular:
        raise Reject("dir.files", reason="no regular file") from None
    if len(read.data) > MAX_WEEKENDS:
        raise Reject("dir.files", reason="weekends is too long")
    if empty(read):
        raise Reject("week.weekends.text", reason="weekends is empty")
    return parse_weekends(read.data)


def span(now, weekends):
    """The days on which a file begins that is made now, and on which it ends."""
    # week.span
    begin = now // DAY
    return begin, begin + 1 + (weekends - weekday(begin + 1)) % 7
