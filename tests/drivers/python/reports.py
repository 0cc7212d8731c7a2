"""Reading weekly reports (report.md)."""

import math
from dataclasses import dataclass

import files
import jsontext
from reject import Reject

MAX_FILE = 16777216
MAX_PROGRAMS = 65536

MEMBERS = {"Week", "LastWeek", "X", "Programs", "Config"}
MEMBERS_OF_PROGRAM = {"Program", "Version", "GoVersion", "GOOS", "GOARCH", "Counters", "Stacks"}


@dataclass
class Program:
    program: str
    version: str
    go_version: str
    goos: str
    goarch: str
    counters: dict  # name to count
    stacks: dict


@dataclass
class Report:
    week: str
    last_week: str
    x: float
    config: str
    programs: list


def read_report(path):
    return parse(read_bytes(path))


def read_bytes(path):
    try:
        data = files.read_bounded(path, MAX_FILE).data
    except files.NotRegular:
        raise Reject("dir.files", reason="no regular file") from None
    # dir.files
    if len(data) > MAX_FILE:
        raise Reject("dir.files", reason="the report is too long")
    return data


def parse(data):
    document = jsontext.read(data)
    # report.form: null counts as empty, wherever it stands.
    if document is None:
        document = {}
    if not isinstance(document, dict):
        raise Reject("report.form", reason="no object")
    week = member(document, "Week", str)
    # report.head
    last_week = member(document, "LastWeek", str)
    config = member(document, "Config", str)
    x = float(member(document, "X", jsontext.Number) or b"0")
    if not math.isfinite(x):
        raise Reject("report.form", reason="X is too large")
    programs = member(document, "Programs", list)
    # report.programs
    if len(programs) > MAX_PROGRAMS:
        raise Reject("report.form", reason="too many programs")
    programs = [parse_program(p) for p in programs]
    return Report(week, last_week, x, config, programs)


def check_exact(data):
    """That a report which parse takes says nothing beside it."""
    # upload.ready.check
    document = jsontext.read(data, exact=True) or {}
    x = document.get("X")
    if x is not None and jsontext.write_float(float(x)).encode() != x:
        raise Reject("upload.ready.check", reason="X is written in another way")
    unknown = document.keys() - MEMBERS
    for program in document.get("Programs") or []:
        unknown |= (program or {}).keys() - MEMBERS_OF_PROGRAM
    if unknown:
        raise Reject("upload.ready.check", reason=f"unknown members: {sorted(unknown)}")


def member(parent, key, kind):
    """A member, or what is empty of its kind where it is absent or null."""
    # report.form; report.unknown: nothing else is asked for.
    value = parent.get(key)
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise Reject("report.form", reason=f"{key} is of another kind")
    return value


def parse_program(value):
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise Reject("report.form", reason="a program that is no object")
    return Program(
        program=member(value, "Program", str),
        version=member(value, "Version", str),
        go_version=member(value, "GoVersion", str),
        goos=member(value, "GOOS", str),
        goarch=member(value, "GOARCH", str),
        counters={k: parse_count(v) for k, v in member(value, "Counters", dict).items()},
        stacks={k: parse_count(v) for k, v in member(value, "Stacks", dict).items()},
    )


def parse_count(value):
    # report.form: null counts as empty, which for a number is 0.
    if value is None:
        return 0
    # report.count
    if isinstance(value, jsontext.Number):
        # 20 digits and a sign suffice; what is longer is out of range.
        digits = value.removeprefix(b"-")
        if digits.isdigit() and len(digits) <= 20:
            count = int(value)
            if -(2**63) <= count < 2**64:
                return min(count, 2**63 - 1)
    raise Reject("report.form", reason="no count")
