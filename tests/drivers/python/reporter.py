"""Making reports of the weeks that have ended (reporting.md)."""

import os
from dataclasses import dataclass, field

import configs
import countfile
import dates
import files
import jsontext
import reports
from reject import Reject

SUFFIX = b".v1.count"
MOST = 2**53 - 1
NO_CONFIG = "v0.0.0-0"
KEYS = (b"Program", b"Version", b"GoVersion", b"GOOS", b"GOARCH")


@dataclass
class Terms:
    """What a reporter goes by, from its start on."""

    # report.now, report.mode.once
    mode: object
    now: int
    config: object  # None if there is none
    version: str
    x: float


@dataclass
class Program:
    build: tuple
    held: str | None = None
    counters: dict = field(default_factory=dict)  # name to count
    stacks: dict = field(default_factory=dict)
    verdicts: dict = field(default_factory=dict)  # name to what holds it


@dataclass
class Week:
    date: str
    begin: int
    paths: list = field(default_factory=list)
    task: str = "report"
    held: str | None = None
    programs: dict = field(default_factory=dict)  # build to Program, in their order
    broken: list = field(default_factory=list)  # reports to be replaced


class Reporter:
    def __init__(self, directory, terms):
        self.local = os.path.join(directory, "local")
        self.upload = os.path.join(directory, "upload")
        self.terms = terms
        self.unread = []
        self.weeks = []
        # report.mode
        if terms.mode.counts:
            self.last_week = self.find_last_week()
            self.read()

    def find_last_week(self):
        # report.last-week
        days = [day_of(name) for name in listed(self.upload)]
        last = max((day for day in days if day is not None), default=None)
        if last is None or last >= self.terms.now // dates.DAY:
            return ""
        return dates.format_date(last)

    def read(self):
        weeks = {}
        # report.files, report.group.order
        for name in sorted(map(os.fsencode, listed(self.local))):
            if not name.endswith(SUFFIX):
                continue
            path = os.path.join(os.fsencode(self.local), name)
            try:
                # report.files.notes
                file = countfile.parse(read_twice(path))
                begin = dates.parse_time(file.meta.get(b"TimeBegin", b""))
                end = dates.parse_time(file.meta.get(b"TimeEnd", b""))
            except (Reject, OSError):
                # report.files.bad
                self.unread.append(os.fsdecode(name))
                continue
            # report.due
            if end >= self.terms.now:
                continue
            # report.group, report.group.begin
            date = file.meta[b"TimeEnd"][:10].decode()
            week = weeks.setdefault(date, Week(date, begin))
            week.begin = min(week.begin, begin)
            week.paths.append(path)
            merge(week, file)
        # report.group.weeks
        self.weeks = [weeks[date] for date in sorted(weeks)]
        for week in self.weeks:
            week.task = self.task(week)
            if week.task == "report":
                self.judge(week)
            else:
                week.programs = {}

    def paths(self, date):
        return [os.path.join(self.local, f"{start}{date}.json") for start in ("local.", "")]

    def task(self, week):
        # report.done, report.done.name
        if os.path.lexists(os.path.join(self.upload, f"{week.date}.json")):
            return "delete"
        found = [(path, state(path, self.terms.now)) for path in self.paths(week.date)]
        states = [one for _, one in found]
        # report.broken.wait
        if "fresh" in states:
            return "wait"
        if "whole" in states:
            return "delete"
        # report.broken.replace
        week.broken = [path for path, one in found if one == "stale"]
        # report.group.empty
        named = any(p.counters or p.stacks for p in week.programs.values())
        return "report" if named else "nothing"

    def judge(self, week):
        # report.verdict
        terms, config = self.terms, self.terms.config
        end = dates.parse_date(week.date.encode()) * dates.DAY
        as_of = terms.mode.as_of
        if not terms.mode.sends:
            week.held = "mode"  # report.upload.mode
        elif config is None:
            week.held = "config"  # report.upload.config
        elif terms.now - end > 504 * 3600:
            week.held = "age"  # report.upload.age
        elif as_of is None or as_of * dates.DAY >= week.begin:
            week.held = "as-of"  # report.upload.as-of
        elif 0 < config.sample_rate < terms.x:
            week.held = "sample"  # report.upload.sample
        for program in week.programs.values():
            judge_program(program, week.held, terms)

    def carry_out(self):
        for week in self.weeks:
            # report.group.each
            if week.task == "report":
                self.put_in_place(week)
            # report.place.delete
            if week.task in ("report", "delete"):
                for path in week.paths:
                    os.unlink(path)

    def put_in_place(self, week):
        local, ready = self.paths(week.date)
        texts = [(local, self.text(week, False))]
        # report.upload
        if week.held is None:
            texts.append((ready, self.text(week, True)))
        # report.place.whole, report.place.order, report.place.link
        for path, aside in [(path, write_aside(path, text)) for path, text in texts]:
            if path in week.broken:
                os.rename(aside, path)
            else:
                os.link(aside, path)
                os.unlink(aside)

    def text(self, week, sent):
        terms = self.terms
        # report.config
        known = terms.mode.sends and terms.config is not None
        config = terms.version if known else NO_CONFIG
        # report.filter.program, report.filter.order
        programs = [p for p in week.programs.values() if not (sent and p.held)]
        lines = [program_text(p, sent) for p in programs]
        # report.bytes.null
        listed = b"[\n" + b",\n".join(lines) + b"\n ]" if lines else b"null"
        # report.bytes.order, report.bytes.indent, report.bytes.colon, report.bytes.end
        members = [
            b' "Week": ' + jsontext.write_string(week.date.encode()),
            b' "LastWeek": ' + jsontext.write_string(self.last_week.encode()),
            b' "X": ' + jsontext.write_float(terms.x).encode(),
            b' "Programs": ' + listed,
            b' "Config": ' + jsontext.write_string(config.encode()),
        ]
        return b"{\n" + b",\n".join(members) + b"\n}"


def listed(directory):
    try:
        return os.listdir(directory)
    except FileNotFoundError:
        return []


def read_twice(path):
    # report.files.again
    try:
        return files.read_count_file(path)
    except OSError:
        return files.read_count_file(path)


def day_of(name):
    """The day of the name of a report that was or may be sent, or None."""
    if not name.endswith(".json"):
        return None
    try:
        return dates.parse_date(name.removesuffix(".json").encode())
    except (Reject, UnicodeEncodeError):
        return None


def merge(week, file):
    # report.merge, report.merge.bytes, report.merge.order, report.merge.none
    build = tuple(file.meta.get(key, b"") for key in KEYS)
    program = week.programs.setdefault(build, Program(build))
    for name, count in file.counters.items():
        # report.merge.kind
        names = program.stacks if b"\n" in name else program.counters
        # report.merge.sum, report.merge.zero
        names[name] = min(names.get(name, 0) + count, MOST)


def judge_program(program, held, terms):
    path, version, go_version, goos, goarch = program.build
    config = terms.config
    if held is None:
        # report.filter.program
        if not config.parts(path):
            held = "program"
        elif not config.has_version(path, version):
            held = "version"
        elif not configs.has(config.go_version, go_version):
            held = "go_version"
        elif not configs.has(config.goos, goos):
            held = "goos"
        elif not configs.has(config.goarch, goarch):
            held = "goarch"
    program.held = held

    def verdict(rate):
        if held is not None:
            return held
        if rate is None:
            return "name"
        return "rate" if terms.x > rate else None

    # report.filter.counter, report.filter.stack
    for name in program.counters:
        rate = None if held else config.counter(path, name)
        program.verdicts[name] = verdict(rate)
    for name in program.stacks:
        rate = None if held else config.stack(path, name.partition(b"\n")[0])
        program.verdicts[name] = verdict(rate)


def state(path, now):
    try:
        read = files.read_bounded(path, reports.MAX_FILE)
    except FileNotFoundError:
        return "absent"
    if len(read.data) > reports.MAX_FILE:
        return "whole"
    try:
        reports.parse(read.data)
    except Reject:
        # report.broken
        age = abs(now - read.changed_ns // 1_000_000_000)
        return "fresh" if age < dates.DAY else "stale"
    return "whole"


def program_text(program, sent):
    members = [
        b"   %s: %s" % (jsontext.write_string(key), jsontext.write_string(value))
        for key, value in zip(KEYS, program.build)
    ]
    for key, names in ((b"Counters", program.counters), (b"Stacks", program.stacks)):
        # report.bytes.keys, report.filter.value
        lines = [
            b"    %s: %d" % (jsontext.write_string(name), names[name])
            for name in sorted(names)
            if not (sent and program.verdicts[name])
        ]
        # report.bytes.empty
        value = b"{\n" + b",\n".join(lines) + b"\n   }" if lines else b"{}"
        members.append(b'   "%s": %s' % (key, value))
    return b"  {\n" + b",\n".join(members) + b"\n  }"


def write_aside(path, data):
    # dir.publish
    directory, name = os.path.split(path)
    aside = os.path.join(directory, f".{name}.{os.getpid()}.tmp")
    with open(aside, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return aside
