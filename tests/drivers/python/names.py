"""Names of counters and stacks (names.md)."""

from dataclasses import dataclass

from reject import Reject

MAX_DECODED = 65536
MAX_NAME = 4096


def last_element(path):
    """What follows the last slash; empty if the path has no last element."""
    return path.rstrip("/").rpartition("/")[2]


def split_name(name):
    """The chart and the bucket, which is None without a colon."""
    # name.split
    chart, colon, bucket = name.partition(":")
    return chart, bucket if colon else None


def flag_name(program, flag):
    base = last_element(program)
    # id.program
    if not base:
        raise Reject("id.program", reason="the path has no last element")
    # name.flag
    return f"{base}/flag:{flag}"


# Decoding


def decode(name):
    """The decoded name, or None if it must stay as it stands in the file."""
    if b"\n" not in name:
        return name
    # Every line keeps its newline, so there are at most so many to look at.
    if name.count(b"\n") > MAX_DECODED:
        return None
    if b'\n".' not in name and not name.startswith(b'".'):
        # No line has a mark: decoding would change nothing.
        return name if len(name) <= MAX_DECODED else None

    # stack.decode
    lines, length = [], -1
    path = b""  # the last one, with its dot
    for line in name.split(b"\n"):
        before, dot, rest = line.rpartition(b".")
        if before == b'"':
            line = path + rest
        elif before:
            path = before + dot
        # stack.bound
        length += len(line) + 1
        if length > MAX_DECODED:
            return None
        lines.append(line)
    return b"\n".join(lines)


class Decoder:
    """Decodes the names of one file, in the order of the walk."""

    def __init__(self, file_size):
        self.room = 1048576 + 4 * file_size

    def decode(self, name):
        decoded = decode(name)
        # stack.bound.file: what is kept as it stands takes no room.
        if decoded is None or len(decoded) > self.room:
            return name
        self.room -= len(decoded)
        return decoded


# Encoding


@dataclass
class Frame:
    symbol: str
    inlined: bool
    line: int  # from the function's entry; if inlined, of the file
    entry_distance: int


def encode_stack(counter, frames):
    """The name of a stack counter, as bytes."""
    # stack.empty
    frames = frames or [Frame("", True, 0, 0)]
    lines, last_path = [counter], ""
    for frame in frames:
        path, _, function = frame.symbol.rpartition(".")
        # stack.ditto
        shown = '"' if path == last_path else path
        last_path = path
        # stack.line: a function without a symbol is unknown.
        if frame.inlined or not frame.symbol:
            line = f"={frame.line}"
        else:
            line = f"{frame.line:+d}"
        # stack.frame
        lines.append(f"{shown}.{function}:{line},+0x{frame.entry_distance:x}")
    name = "\n".join(lines).encode()
    # stack.truncate
    if len(name) > MAX_NAME:
        name = name[:4085] + b"\ntruncated\n"
    return name
