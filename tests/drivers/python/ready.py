"""Reports that lie ready, and what holds each (upload.md)."""

import os
import stat

import acceptance
import dates
import files
import reporter
import reports
from reject import Reject

MAX_READY = 102400


def ready(directory, terms):
    local = os.path.join(directory, "local")
    # upload.ready.name, upload.ready.stray, upload.order
    names = [(reporter.day_of(name), name) for name in reporter.listed(local)]
    found = []
    for day, name in sorted(pair for pair in names if pair[0] is not None):
        path = os.path.join(local, name)
        if stat.S_ISREG(os.stat(path).st_mode):
            found.append((dates.format_date(day), held(path, day, terms)))
    return found


def held(path, day, terms):
    """The first clause that holds it, or None."""
    if not terms.mode.sends:
        return "upload.mode"
    if terms.mode.as_of is None or day <= terms.mode.as_of:
        return "upload.ready.as-of"
    if day > terms.now // dates.DAY:
        return "upload.ready.future"
    if terms.now - day * dates.DAY > 504 * 3600:
        return "upload.ready.age"
    if terms.config is None:
        return "upload.config"
    data = files.read_bounded(path, MAX_READY).data
    if len(data) > MAX_READY:
        return "upload.ready.size"
    try:
        report = acceptance.check_text(data, terms.config, terms.now // dates.DAY)
        reports.check_exact(data)
    except Reject:
        return "upload.ready.check"
    if report.week != dates.format_date(day):
        return "upload.ready.week"
    return None
