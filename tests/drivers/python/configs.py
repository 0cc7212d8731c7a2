"""Upload configs: their form, and what they have (upload-config.md)."""

import math
from dataclasses import dataclass

import files
import jsontext
from reject import Reject

MAX_FILE = 16777216
MAX_ELEMENTS = 65536
MAX_ALL = 1048576


@dataclass
class Entry:
    name: str
    rate: float


@dataclass
class Program:
    name: str
    versions: list
    counters: list  # of Entry
    stacks: list


@dataclass
class Config:
    goos: list
    goarch: list
    go_version: list
    sample_rate: float
    programs: list

    def parts(self, program):
        # config.program.again
        return [part for part in self.programs if part.name.encode() == program]

    def has_version(self, program, version):
        # config.program
        return any(has(part.versions, version) for part in self.parts(program))

    def counter(self, program, name):
        """The Rate of a counter, or None if the program does not have it."""
        return self.look_up(program, name)[0]

    def stack(self, program, name):
        return self.look_up(program, name)[1]

    def look_up(self, program, name):
        is_counter = is_stack = False
        rate = None
        # config.rate
        for part in self.parts(program):
            for entry in part.counters:
                if stands_for(entry.name.encode(), name):
                    is_counter, rate = True, entry.rate
            for entry in part.stacks:
                # config.stack
                if entry.name.encode() == name:
                    is_stack, rate = True, entry.rate
        return rate if is_counter else None, rate if is_stack else None


def has(listed, value):
    # config.build, config.lookup
    return any(text.encode() == value for text in listed)


def stands_for(entry, name):
    # config.expand
    before, brace, rest = entry.partition(b"{")
    if not brace:
        return entry == name
    # config.expand.end, config.expand.exact
    pieces = rest.removesuffix(b"}").split(b",")
    return name.startswith(before) and name[len(before) :] in pieces


def read_config(path):
    try:
        data = files.read_bounded(path, MAX_FILE).data
    except files.NotRegular:
        raise Reject("dir.files", reason="no regular file") from None
    return parse(data)


def parse(data):
    # config.size
    if len(data) > MAX_FILE:
        raise Reject("config.size", reason="the config is too long")
    document = value_of(jsontext.read(data), dict)
    reader = Reader()
    return Config(
        goos=reader.strings(document, "GOOS"),
        goarch=reader.strings(document, "GOARCH"),
        go_version=reader.strings(document, "GoVersion"),
        sample_rate=number(document, "SampleRate"),
        programs=[reader.program(p) for p in reader.list(document, "Programs")],
    )


def value_of(value, kind):
    # config.form; config.keys and config.unknown: nothing else is asked for.
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise Reject("config.form", reason=f"a value that is no {kind.__name__}")
    return value


def number(parent, key):
    # config.number
    value = float(value_of(parent.get(key), jsontext.Number) or b"0")
    if not math.isfinite(value):
        raise Reject("config.form", reason=f"{key} is too large")
    return value


def check_depth(entry):
    # config.depth: its form alone matters.
    digits = value_of(entry.get("Depth"), jsontext.Number) or b"0"
    if digits.removeprefix(b"-").isdigit() and len(digits) <= 20:
        if -(2**63) <= int(digits) < 2**63:
            return
    raise Reject("config.form", reason="Depth is no whole number")


class Reader:
    """Reads lists, and counts their elements."""

    def __init__(self):
        self.elements = 0

    def list(self, parent, key):
        found = value_of(parent.get(key), list)
        # config.elements
        self.elements += len(found)
        if len(found) > MAX_ELEMENTS or self.elements > MAX_ALL:
            raise Reject("config.form", reason=f"{key} has too many elements")
        return found

    def strings(self, parent, key):
        return [value_of(text, str) for text in self.list(parent, key)]

    def program(self, value):
        members = value_of(value, dict)
        return Program(
            name=value_of(members.get("Name"), str),
            versions=self.strings(members, "Versions"),
            counters=[entry(e) for e in self.list(members, "Counters")],
            stacks=[entry(e) for e in self.list(members, "Stacks")],
        )


def entry(value):
    members = value_of(value, dict)
    check_depth(members)
    return Entry(value_of(members.get("Name"), str), number(members, "Rate"))
