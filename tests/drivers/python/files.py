"""How files come off the disk: bounded, and never waited for."""

import errno
import os
import stat
import struct
import time
from dataclasses import dataclass

import countfile
from reject import Reject

AGAIN = 0.050  # seconds for which a file that may be half written is looked at
PAUSE = 0.005


class NotRegular(Exception):
    """What is there is no regular file and no link to one."""


@dataclass
class Read:
    data: bytes
    changed_ns: int  # when the file was last changed, since 1970


def open_regular(path):
    # dir.files: a look first, as opening a device can have effects, and no
    # waiting if a pipe comes into its place meanwhile.
    try:
        regular = stat.S_ISREG(os.stat(path).st_mode)
    except OSError as e:
        if e.errno != errno.ELOOP:
            raise
        regular = False  # links in a circle lead to no file
    if not regular:
        raise NotRegular(path)
    file = open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb", buffering=0)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise NotRegular(path)
    return file


def read_up_to(file, size):
    """Reads on until there are `size` bytes or the file ends."""
    parts = []
    while size > 0 and (part := file.read(min(size, 1 << 24))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_bounded(path, most):
    """A whole file, or `most` bytes and one more of a longer one."""
    with open_regular(path) as file:
        data = read_up_to(file, most + 1)
        return Read(data, os.fstat(file.fileno()).st_mtime_ns)


def read_again(read, unfinished):
    """Calls `read`, for 50 ms if what it gives is `unfinished`."""
    end = time.monotonic() + AGAIN
    while True:
        last = time.monotonic() >= end
        result = read()
        if last or not unfinished(result):
            return result
        time.sleep(PAUSE)


def read_count_file(path):
    """The bytes of a count file that programs may be counting into."""

    def unfinished(read):
        # read.short
        short = len(read.data) < countfile.PAGE
        return short and time.time_ns() - read.changed_ns < 1_000_000_000

    try:
        return read_again(lambda: read_live(path), unfinished).data
    except NotRegular:
        raise Reject("dir.files", reason="no regular file") from None


def read_live(path):
    most = countfile.MAX_FILE + 1
    with open_regular(path) as file:
        # read.live: header and table, wherever they end; the records.
        head = read_up_to(file, countfile.MAX_HEADER + 4 + 4 * countfile.BUCKETS)
        data = head + read_up_to(file, most - len(head))
        found = countfile.header_length(data) if len(data) >= 32 else None
        if found is not None:
            # The limit comes last, and goes in the place of the one before.
            order, header = found
            word = os.pread(file.fileno(), 4, header)
            if len(word) == 4 and header + 4 <= len(data):
                if struct.unpack(order + "I", word)[0] > len(data):
                    data += read_up_to(file, most - len(data))
                data = b"".join((data[:header], word, data[header + 4 :]))
        return Read(data, os.fstat(file.fileno()).st_mtime_ns)
