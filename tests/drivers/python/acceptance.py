"""Whether a collector takes a report (collector.md, What is checked)."""

import re
import unicodedata

import configs
import dates
import reports
import versions
from reject import Reject

DAYS_BEFORE, DAYS_AFTER = 22, 1
MAX_CONFIG = 64
MAX_NAME = 65536
# collect.stack.frame: the last colon is the one that counts.
FRAME = re.compile(r"(.*):([^:]*),\+0x[0-9a-f]{1,16}", re.DOTALL)
# collect.stack.line
LINE = re.compile(r"(?:\+|-|=-?)[0-9]{1,10}")
# collect.stack.frame: without a distance.
SHORT_FRAME = re.compile(rf"(.*):({LINE.pattern})", re.DOTALL)


def check_text(data, config, today):
    # collect.check.json, collect.check.kind
    try:
        report = reports.parse(data)
    except Reject as e:
        raise Reject("collect.check.json", reason=str(e)) from None
    check(report, config, today)
    return report


def check(report, config, today):
    # collect.check, collect.check.rate
    check_head(report, today)
    for p in report.programs:
        program, version = p.program.encode(), p.version.encode()
        # collect.check.build
        if not (
            configs.has(config.goarch, p.goarch.encode())
            and configs.has(config.goos, p.goos.encode())
            and configs.has(config.go_version, p.go_version.encode())
            and config.has_version(program, version)
        ):
            raise Reject("collect.check.build", reason=p.program)
    for p in report.programs:
        for name in p.counters:
            # collect.check.counter
            if config.counter(p.program.encode(), name.encode()) is None:
                raise Reject("collect.check.counter", reason=name)
    for p in report.programs:
        for name in p.stacks:
            # collect.check.stack
            line = name.partition("\n")[0]
            if config.stack(p.program.encode(), line.encode()) is None:
                raise Reject("collect.check.stack", reason=line)
    for p in report.programs:
        # collect.check.count
        if any(count < 0 for names in (p.counters, p.stacks) for count in names.values()):
            raise Reject("collect.check.count", reason=p.program)
    for p in report.programs:
        for name in p.stacks:
            check_stack(name)


def check_head(report, today):
    # collect.check.week
    week = date_of(report.week, "collect.check.week")
    # collect.check.window
    if not today - DAYS_BEFORE <= week <= today + DAYS_AFTER:
        raise Reject("collect.check.window", reason=report.week)
    # collect.check.last-week
    if report.last_week:
        date_of(report.last_week, "collect.check.last-week")
    # collect.check.config
    if versions.semver(report.config) is None or len(report.config) > MAX_CONFIG:
        raise Reject("collect.check.config", reason=report.config)
    # collect.check.x
    if not 0 < report.x < 1:
        raise Reject("collect.check.x", reason=str(report.x))


def date_of(text, clause):
    try:
        return dates.parse_date(text.encode())
    except Reject as e:
        raise Reject(clause, reason=str(e)) from None


def check_stack(name):
    _, newline, body = name.partition("\n")
    lines = body.split("\n")
    left_over = ""
    # collect.stack.truncated
    if newline and lines[-2:] == ["truncated", ""]:
        lines, left_over = lines[:-3], "".join(lines[-3:-2])
    # collect.stack.some
    if not newline:
        raise Reject("collect.stack.some", reason=name)
    for line in lines:
        check_frame(line)
    whole = left_over.rstrip("\ufffd")
    if len(left_over) - len(whole) > 3 or not is_symbol(whole):
        raise Reject("collect.stack.truncated", reason=left_over)
    # collect.stack.length
    if len(name.encode()) > MAX_NAME:
        raise Reject("collect.stack.length")


def check_frame(line):
    match = FRAME.fullmatch(line) or SHORT_FRAME.fullmatch(line)
    if match is None:
        raise Reject("collect.stack.frame", reason=line)
    if not LINE.fullmatch(match[2]):
        raise Reject("collect.stack.line", reason=line)
    # collect.stack.symbol
    if not is_symbol(match[1]):
        raise Reject("collect.stack.symbol", reason=line)


def is_symbol(text):
    # privacy.stack.path
    if re.match(r'"?\.*_?/|[A-Za-z]:', text) or re.search(r':/|\\(?!")', text):
        return False
    return not any(c == "\ufffd" or unicodedata.category(c) == "Cc" for c in text)
