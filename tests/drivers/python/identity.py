"""Who counts: identities, names of files, metadata (names.md, Identity)."""

import re
from dataclasses import dataclass

import dates
from names import last_element
from reject import Reject

NUMBER = "(?:0|[1-9][0-9]*)"
RELEASE = re.compile(
    rf"go(?:{NUMBER}(?:\.{NUMBER}){{0,2}}|{NUMBER}\.{NUMBER}[a-z]+{NUMBER}?)"
)
MAX_META = 512


@dataclass
class Identity:
    program: str
    version: str
    go_version: str
    goos: str
    goarch: str


def identify(path, argv0, version, go_version, goos, goarch):
    """The identity under which a program counts, or Reject if it must not."""
    # id.argv0
    if not path:
        path = last_element(argv0).removesuffix(".exe")
    # id.go-version
    if not RELEASE.fullmatch(go_version) or "devel" in go_version:
        go_version = "devel"
    # id.version
    if path.startswith("cmd/"):
        version = go_version
    elif "devel" in version or version.count("-") > 1:
        version = "devel"

    # id.field
    for value in (path, version, go_version, goos, goarch):
        if "\n" in value or "\0" in value:
            raise Reject("id.field", reason="a newline or a zero byte")
    for value in (version, go_version, goos, goarch):
        if "/" in value:
            raise Reject("id.field", reason="a slash")
    # id.program
    if not last_element(path):
        raise Reject("id.program", reason="the path has no last element")
    return Identity(path, version, go_version, goos, goarch)


def file_name(identity, begin):
    # id.file-name
    version = f"@{identity.version}" if identity.version else ""
    return (
        f"{last_element(identity.program)}{version}-{identity.go_version}"
        f"-{identity.goos}-{identity.goarch}-{dates.format_date(begin)}.v1.count"
    )


def metadata(identity, begin, end):
    # fmt.meta.keys
    lines = (
        ("TimeBegin", f"{dates.format_date(begin)}T00:00:00Z"),
        ("TimeEnd", f"{dates.format_date(end)}T00:00:00Z"),
        ("Program", identity.program),
        ("Version", identity.version),
        ("GoVersion", identity.go_version),
        ("GOOS", identity.goos),
        ("GOARCH", identity.goarch),
    )
    text = "".join(f"{key}: {value}\n" for key, value in lines) + "\n"
    meta = text.encode()
    # fmt.meta.max
    if len(meta) > MAX_META:
        raise Reject("fmt.meta.max", reason="the metadata is too long")
    return meta
