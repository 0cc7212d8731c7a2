"""Whether programs count, and whether anything may be sent (mode.md)."""

from dataclasses import dataclass

import dates
import files
from reject import Reject
from whitespace import WHITE_SPACE, strip

MODES = ("off", "local", "on")  # from the lowest to the highest
MAX_FILE = 4096


@dataclass
class Mode:
    mode: str
    as_of: int | None = None  # a day

    @property
    def counts(self):
        return self.mode != "off"

    @property
    def sends(self):
        return self.mode == "on"


def read_mode(path, environment):
    mode = read_mode_file(path)
    # mode.environment
    ceiling = min(
        go_telemetry(environment.get("GOTELEMETRY", "")),
        do_not_track(environment.get("DO_NOT_TRACK", "")),
        key=MODES.index,
    )
    return Mode(min(mode.mode, ceiling, key=MODES.index), mode.as_of)


def go_telemetry(value):
    value = value.strip(WHITE_SPACE).lower()
    return value if value in ("off", "local") else "on"


def do_not_track(value):
    return "on" if value in ("", "0") else "off"


def read_mode_file(path):
    try:
        # mode.empty
        read = files.read_again(
            lambda: files.read_bounded(path, MAX_FILE), lambda read: not strip(read.data)
        )
    except (FileNotFoundError, NotADirectoryError, PermissionError, files.NotRegular):
        return Mode("local")  # mode.default
    except OSError:
        return Mode("off")  # mode.unreadable
    # dir.files: the text of a longer file names no mode.
    if len(read.data) > MAX_FILE:
        return Mode("off")
    return parse_mode(read.data, read.changed_ns)


def parse_mode(data, changed_ns):
    # mode.read
    word, _, rest = strip(data).partition(b" ")
    # mode.text: under any other word nothing is counted and nothing is sent.
    if word not in (b"on", b"local", b"off"):
        return Mode("off")
    # mode.as-of
    try:
        as_of = dates.parse_date(rest)
    except Reject:
        changed_day = changed_ns // (dates.DAY * 1_000_000_000)
        as_of = changed_day if word == b"on" else None
    return Mode(word.decode(), as_of)
