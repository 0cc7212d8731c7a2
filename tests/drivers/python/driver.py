#!/usr/bin/env python3
"""The driver of the Python reader and reporter (driver.md): one JSON document a line.

    python3 driver.py <requests >answers
"""

import os
import re
import struct
import sys

import acceptance
import configs
import countfile
import dates
import directory
import files
import identity
import jsontext
import mode
import names
import ready
import reporter
import reports
import versions
from reject import Reject, stage_of

PROTOCOL = 1
NAME = "python-reader"
VERSION = "1"


class BadRequest(Exception):
    """The request is not of the form that driver.md states."""


# What stands in requests


class Args:
    """The `args` of a request, taken out by name and kind."""

    def __init__(self, members, directory):
        self.members = members
        self.directory = directory

    def get(self, name, kind):
        value = self.members.get(name)
        if not isinstance(value, kind):
            raise BadRequest(f"args: {name} is missing or of another kind")
        return value

    def text(self, name):
        return self.get(name, str)

    def bytes(self, name):
        # driver.bytes
        text = self.text(name)
        if len(text) % 2 or not re.fullmatch("[0-9a-f]*", text):
            raise BadRequest(f"args: {name} is no lower-case hexadecimal")
        return bytes.fromhex(text)

    def integer(self, name):
        # driver.integers: a string; a number is understood as well.
        value = self.get(name, (str, jsontext.Number))
        text = value if isinstance(value, str) else value.decode()
        if not re.fullmatch("[+-]?[0-9]{1,40}", text):
            raise BadRequest(f"args: {name} is no integer")
        return int(text)

    def float(self, name):
        bits = self.integer(name)
        if not 0 <= bits < 2**64:
            raise BadRequest(f"args: {name} has more than 64 bits")
        (number,) = struct.unpack("<d", struct.pack("<Q", bits))
        return number

    def date(self, name):
        return dates.parse_date(self.text(name).encode())

    def path(self, name):
        # driver.paths
        text = self.text(name)
        if text.startswith("/") or ".." in text.split("/"):
            raise BadRequest(f"args: {name} leads out of the case's directory")
        return os.path.join(self.directory, text)

    def environment(self):
        variables = self.members.get("environment") or {}
        if not isinstance(variables, dict):
            raise BadRequest("args: environment is no object")
        return {k: v for k, v in variables.items() if isinstance(v, str)}


def counts(counters):
    return {name.hex(): str(count) for name, count in counters.items()}


# Operations: each takes Args and gives the result


def read_file(args):
    file = countfile.parse(files.read_count_file(args.path("file")))
    result = {
        "meta": {key.hex(): value.hex() for key, value in file.meta.items()},
        "counters": counts(file.counters),
    }
    return result, [{"clause": clause, "offset": str(at)} for clause, at in file.notes]


def decode_name(args):
    name = args.bytes("name")
    decoded = names.decode(name)
    return {"name": (name if decoded is None else decoded).hex()}


def split_name(args):
    chart, bucket = names.split_name(args.text("name"))
    return {"chart": chart, "bucket": bucket}


def read_date(args):
    return {"days": str(dates.parse_date(args.bytes("text")))}


def read_time(args):
    return {"seconds": str(dates.parse_time(args.bytes("text")))}


def weekends(args):
    return dates.read_weekends(os.path.join(args.directory, "local", "weekends"))


def read_weekends(args):
    return {"weekday": weekends(args)}


def read_mode(args):
    found = mode.read_mode(os.path.join(args.directory, "mode"), args.environment())
    as_of = found.as_of if found.sends else None
    return {
        "counts": found.counts,
        "sends": found.sends,
        "as_of": None if as_of is None else dates.format_date(as_of),
    }


def read_report(args):
    report = reports.read_report(args.path("file"))
    programs = [
        {
            "program": p.program,
            "version": p.version,
            "go_version": p.go_version,
            "goos": p.goos,
            "goarch": p.goarch,
            "counters": counts({k.encode(): v for k, v in p.counters.items()}),
            "stacks": counts({k.encode(): v for k, v in p.stacks.items()}),
        }
        for p in report.programs
    ]
    return {"week": report.week, "programs": programs}


def find_dir(args):
    tool = args.get("tool", (str, type(None)))
    return {"dir": directory.find_dir(args.environment(), tool)}


def encode_stack(args):
    frames = []
    for members in args.get("frames", list):
        if not isinstance(members, dict):
            raise BadRequest("args: a frame is no object")
        frame = Args(members, args.directory)
        frames.append(
            names.Frame(
                frame.text("symbol"),
                frame.get("inlined", bool),
                frame.integer("line"),
                frame.integer("entry_distance"),
            )
        )
    return {"name": names.encode_stack(args.text("counter"), frames).hex()}


def flag_name(args):
    return {"name": names.flag_name(args.text("program"), args.text("flag"))}


def identify(args):
    members = ("path", "argv0", "version", "go_version", "goos", "goarch")
    found = identity.identify(*(args.text(member) for member in members))
    begin, end = args.date("begin"), args.date("end")
    return {
        "identity": {
            "program": found.program,
            "version": found.version,
            "go_version": found.go_version,
            "goos": found.goos,
            "goarch": found.goarch,
        },
        "file": identity.file_name(found, begin),
        "meta": identity.metadata(found, begin, end).hex(),
    }


def span(args):
    now = dates.parse_time(args.text("now").encode())
    begin, end = dates.span(now, weekends(args))
    return {"begin": dates.format_date(begin), "end": dates.format_date(end)}


def encode_string(args):
    return {"json": jsontext.write_string(args.bytes("bytes")).hex()}


def encode_float(args):
    return {"json": jsontext.write_float(args.float("bits"))}


def bits(number):
    (found,) = struct.unpack("<Q", struct.pack("<d", number))
    return str(found)


def read_config(args):
    config = configs.read_config(args.path("file"))
    programs = {}
    for part in config.programs:
        empty = {"versions": [], "counters": [], "stacks": []}
        program = programs.setdefault(part.name, empty)
        program["versions"] = once(program["versions"] + part.versions)
        for key in ("counters", "stacks"):
            entries = getattr(part, key)
            program[key] += [{"name": e.name, "rate": bits(e.rate)} for e in entries]
    return {
        "goos": once(config.goos),
        "goarch": once(config.goarch),
        "go_version": once(config.go_version),
        "sample_rate": bits(config.sample_rate),
        "programs": programs,
    }


def once(texts):
    return sorted(set(texts), key=str.encode)


def config_has(args):
    config = configs.read_config(args.path("file"))
    program = args.text("program").encode()

    def value(key):
        return args.text(key).encode()

    def rates(key, of):
        found = {name: of(program, bytes.fromhex(name)) for name in args.get(key, list)}
        return {name: None if rate is None else bits(rate) for name, rate in found.items()}

    return {
        "goos": configs.has(config.goos, value("goos")),
        "goarch": configs.has(config.goarch, value("goarch")),
        "go_version": configs.has(config.go_version, value("go_version")),
        "program": bool(config.parts(program)),
        "version": config.has_version(program, value("version")),
        "counters": rates("counters", config.counter),
        "stacks": rates("stacks", config.stack),
    }


def compare_versions(args):
    read = {"semver": versions.semver, "go": versions.go_version}.get(args.text("kind"))
    if read is None:
        raise BadRequest("args: no versions are of this kind")
    found = [read(args.text(key)) for key in ("one", "other")]
    return {
        "order": str(versions.compare(*found)),
        "valid": [version is not None for version in found],
    }


def terms(args, version="", x=0.5):
    path = args.get("config", (str, type(None)))
    return reporter.Terms(
        mode=mode.read_mode(os.path.join(args.directory, "mode"), args.environment()),
        now=dates.parse_time(args.text("now").encode()),
        config=None if path is None else configs.read_config(args.path("config")),
        version=version,
        x=x,
    )


def reporter_of(args):
    version = args.get("config_version", (str, type(None)))
    return reporter.Reporter(args.directory, terms(args, version, args.float("x")))


def report(args):
    reporter_of(args).carry_out()
    return {}


def verdicts(args):
    made = reporter_of(args)
    keys = ("program", "version", "go_version", "goos", "goarch")

    def program(p):
        values = [value.decode(errors="replace") for value in p.build]
        counters, stacks = (
            {name.hex(): p.verdicts[name] for name in names} for names in (p.counters, p.stacks)
        )
        more = {"held": p.held, "counters": counters, "stacks": stacks}
        return dict(zip(keys, values)) | more

    weeks = [
        {
            "week": week.date,
            "task": week.task,
            "held": week.held,
            "programs": [program(p) for p in week.programs.values()],
        }
        for week in made.weeks
    ]
    return {"unread": made.unread, "weeks": weeks}


def list_ready(args):
    found = ready.ready(args.directory, terms(args))
    return {"ready": [{"date": date, "held": held} for date, held in found]}


def check_report(args):
    config = configs.read_config(args.path("config"))
    data = reports.read_bytes(args.path("file"))
    today = dates.parse_time(args.text("now").encode()) // dates.DAY
    acceptance.check_text(data, config, today)
    return {}


OPERATIONS = {
    "read-file": read_file,
    "decode-name": decode_name,
    "split-name": split_name,
    "read-date": read_date,
    "read-time": read_time,
    "read-weekends": read_weekends,
    "read-mode": read_mode,
    "read-report": read_report,
    "find-dir": find_dir,
    "encode-stack": encode_stack,
    "flag-name": flag_name,
    "identify": identify,
    "span": span,
    "encode-string": encode_string,
    "encode-float": encode_float,
    "read-config": read_config,
    "config-has": config_has,
    "compare-versions": compare_versions,
    "report": report,
    "verdicts": verdicts,
    "ready": list_ready,
    "check-report": check_report,
}

# Answers


def hello():
    # driver.hello
    return {
        "protocol": PROTOCOL,
        "name": NAME,
        "version": VERSION,
        "ops": list(OPERATIONS),
        "details": ["stage", "clause", "offset", "notes"],
        "clock": "settable",
        "fixed": {},
    }


def run(request):
    # driver.run, driver.version
    answer = {"id": echo(request["run"]), "version": VERSION}
    op, directory_, args = (request.get(key) for key in ("op", "dir", "args"))
    if not isinstance(op, str) or not isinstance(directory_, str):
        return answer | {"outcome": "error", "reason": "op or dir is no string"}
    if op not in OPERATIONS:
        return answer | {"outcome": "skip", "reason": f"no operation {op}"}
    if not isinstance(args, (dict, type(None))):
        return answer | {"outcome": "error", "reason": "args is no object"}
    try:
        result = OPERATIONS[op](Args(args or {}, directory_))
    except Reject as e:
        answer |= {"outcome": "reject", "clause": e.clause, "reason": e.reason}
        # Where a clause states no offset, or no count file is read, there is none.
        if op == "read-file" and e.clause.startswith("fmt."):
            answer["stage"] = stage_of(e.clause)
        if e.offset is not None:
            answer["offset"] = str(e.offset)
        return answer
    except (BadRequest, OSError) as e:
        return answer | {"outcome": "error", "reason": str(e)}
    if op == "read-file":
        result, answer["notes"] = result
    return answer | {"outcome": "ok", "result": result}


def echo(value):
    """The ID of a request as it goes into the answer."""
    if isinstance(value, jsontext.Number):
        return int(value) if value.isdigit() and len(value) < 40 else float(value)
    return value


def answer(line):
    try:
        request = jsontext.read(line)
    except Reject as e:
        request, why = None, str(e)
    else:
        why = "neither hello nor run"
    if isinstance(request, dict) and "hello" in request:
        return hello()
    if isinstance(request, dict) and "run" in request:
        return run(request)
    return {"id": None, "version": VERSION, "outcome": "error", "reason": why}


def main():
    # driver.lines
    out = sys.stdout.buffer
    for line in sys.stdin.buffer:
        out.write(jsontext.write(answer(line)) + b"\n")
        out.flush()


if __name__ == "__main__":
    main()
