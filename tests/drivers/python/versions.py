"""Versions and their order (upload-config.md, Versions)."""

import re

NUMBER = "0|[1-9][0-9]*"
# config.semver.number
IDENTIFIER = f"(?:{NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
# config.semver
SEMVER = re.compile(
    rf"v({NUMBER})(?:\.({NUMBER})(?:\.({NUMBER})"
    rf"(?:-({IDENTIFIER}(?:\.{IDENTIFIER})*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)?)?"
)
# config.go-version
GO_VERSION = re.compile(
    rf"go({NUMBER})(?:\.({NUMBER})(?:\.({NUMBER})|([a-z]+)({NUMBER})?)?)?"
)


def by_value(digits):
    # However many digits there are, none has a needless zero in front.
    return len(digits), digits


def identifier(text):
    # A number before any other identifier.
    return (0, by_value(text)) if text.isdigit() else (1, text)


def semver(text):
    """What a semantic version is ordered by, or None."""
    match = SEMVER.fullmatch(text)
    if match is None:
        return None
    *numbers, pre_release = match.groups()
    # config.semver.order
    identifiers = [] if pre_release is None else [identifier(i) for i in pre_release.split(".")]
    return [by_value(n or "0") for n in numbers], pre_release is None, identifiers


def go_version(text):
    """What a Go version is ordered by, or None."""
    match = GO_VERSION.fullmatch(text.partition("-")[0])
    if match is None:
        return None
    major, minor, patch, word, number = match.groups()
    # config.go-version.absent: less than 0 is less than all that have digits.
    if patch is None:
        is_old = minor is None or by_value(minor) < by_value("21")
        patch = "0" if word is None and is_old else ""
    # config.go-version.order
    numbers = by_value(major), by_value(minor or "0"), by_value(patch)
    return *numbers, word or "", by_value(number or "")


def compare(one, other):
    if one is None or other is None:
        return (one is not None) - (other is not None)
    return (one > other) - (one < other)
