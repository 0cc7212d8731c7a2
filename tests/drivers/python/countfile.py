"""Reading a `.v1.count` file (counter-file.md).

`parse` takes the bytes of a whole file and judges all of it: it returns a
CountFile or raises Reject with one clause and one offset. How the bytes come
off a disk that others write to is the matter of files.py.
"""

import struct
from dataclasses import dataclass

import names
from reject import Reject

MAGIC = b"# telemetry/counter file v1\n"
PAGE = 16384
MAX_FILE = 67108864
MAX_HEADER = 16384
MAX_NAME = 4096
MAX_COUNT = 2**64 - 1
BUCKETS = 512
DEAD = 0xFFFFFFFF
BIG_ENDIAN = (b"s390x", b"ppc64", b"mips64")


@dataclass
class CountFile:
    meta: dict  # key to value, both bytes
    counters: dict  # decoded name, bytes, to count
    notes: list  # (clause, offset), in the order of the text


@dataclass
class Layout:
    """What stands before the records."""

    order: str  # "<" or ">", as the struct module has it
    header: int  # H
    limit: int
    first: int  # R
    end: int  # E


def round_up(x, n):
    return -(-x // n) * n


def parse(data):
    layout = read_layout(data)
    meta, duplicates = read_metadata(data, layout.header)
    notes = header_notes(layout, meta, duplicates, len(data))

    counters = {}
    stacks = names.Decoder(len(data))
    repeated = None
    for p, word, count, name in walk(data, layout):
        if word >> 24 != 0xFF:
            notes.append(("fmt.note.record.tag", p + 8))
        if not name:
            notes.append(("fmt.note.name.empty", p + 8))
            continue  # fmt.name.empty
        if len(name) > MAX_NAME:
            notes.append(("fmt.note.name.max", p + 8))
        if p // PAGE != (p + round_up(16 + len(name), 32)) // PAGE:
            notes.append(("fmt.note.place.page", p))

        if b"\n" in name:
            # fmt.stack.sum
            name = stacks.decode(name)
            counters[name] = min(counters.get(name, 0) + count, MAX_COUNT)
        elif name not in counters:
            counters[name] = count
        elif repeated is None:
            repeated = p + 16

    # fmt.name.unique: only now, as all clauses on chains go before it.
    if repeated is not None:
        raise Reject("fmt.name.unique", repeated, "a name occurs twice")
    # fmt.note.many: all notes are kept, which needs no count of them.
    return CountFile(meta, counters, notes)


def header_length(data):
    """The byte order and H, or None if no order gives a fitting one."""
    # fmt.header.order
    for order in "<>":
        (header,) = struct.unpack_from(order + "I", data, 28)
        if 32 <= header <= MAX_HEADER:
            return order, header
    return None


def read_layout(data):
    size = len(data)
    # fmt.file.min
    if size < PAGE:
        raise Reject("fmt.file.min", size, "shorter than a page")
    # fmt.file.max
    if size > MAX_FILE:
        raise Reject("fmt.file.max", MAX_FILE, "longer than 64 MiB")
    # fmt.header.magic
    for at, byte in enumerate(MAGIC):
        if data[at] != byte:
            raise Reject("fmt.header.magic", at, "no counter file")
    # fmt.header.length
    found = header_length(data)
    if found is None:
        raise Reject("fmt.header.length", 28, "no fitting header length")
    order, header = found
    # fmt.table.inside
    if header + 4 + 4 * BUCKETS > size:
        raise Reject("fmt.table.inside", 28, "the table leaves the file")

    (limit,) = struct.unpack_from(order + "I", data, header)
    first = round_up(header + 4 + 4 * BUCKETS, 32)
    return Layout(order, header, limit, first, limit or first)


def read_metadata(data, header):
    """The metadata, and the offsets of lines whose key an earlier one had."""
    # fmt.meta.end
    end = data.find(b"\0", 32, header)
    if end < 0:
        end = header

    meta, duplicates = {}, []
    offset = 32
    for line in data[32:end].split(b"\n"):
        if line:
            key, colon, value = line.partition(b": ")
            # fmt.meta.line
            if not colon:
                raise Reject("fmt.meta.line", offset, "no colon and space")
            if key in meta:
                duplicates.append(offset)
            meta[key] = value  # fmt.meta.last
        offset += len(line) + 1
    return meta, duplicates


def header_notes(layout, meta, duplicates, size):
    notes = []
    if layout.header % 32:
        notes.append(("fmt.note.header.round", 28))
    # fmt.note.header.goarch
    if b"GOARCH" in meta:
        if (meta[b"GOARCH"] in BIG_ENDIAN) != (layout.order == ">"):
            notes.append(("fmt.note.header.goarch", 28))
    notes += [("fmt.note.meta.duplicate", at) for at in duplicates]
    if layout.limit % 32:
        notes.append(("fmt.note.limit.round", layout.header))
    if 0 < layout.limit < layout.first:
        notes.append(("fmt.note.limit.low", layout.header))
    if layout.limit > size:
        notes.append(("fmt.note.limit.inside", layout.header))
    return notes


def walk(data, layout):
    """Yields (offset, word at offset + 8, count, name) of every record.

    The name is empty for a record to be skipped. The walk ends, whatever the
    file holds: each step marks a place that no step may come to again
    (fmt.visits).
    """
    size, first, end = len(data), layout.first, layout.end
    record = struct.Struct(layout.order + "QII")
    table = layout.header + 4
    heads = struct.unpack_from(f"{layout.order}{BUCKETS}I", data, table)
    # One byte for each 32 of the file, 1 in the space of a visited record.
    visited = bytearray(size // 32 + 2)

    for chain, p in enumerate(heads):
        q = table + 4 * chain
        while p:
            # fmt.chain.dead
            if p == DEAD:
                raise Reject("fmt.chain.dead", q, "mark of a dead record")
            # fmt.record.align
            if p % 32:
                raise Reject("fmt.record.align", q, "no multiple of 32")
            # fmt.record.first
            if p < first:
                raise Reject("fmt.record.first", q, "before the records")
            # fmt.record.limit
            if p + 32 > end:
                raise Reject("fmt.record.limit", q, "past the limit")
            # fmt.record.inside
            if p + 16 > size:
                raise Reject("fmt.record.inside", q, "past the file")
            # fmt.chain.once
            place = p // 32
            if visited[place]:
                raise Reject("fmt.chain.once", q, "visited before")

            count, word, following = record.unpack_from(data, p)
            n = word & 0xFFFFFF
            # fmt.name.empty: its space is one place, which is free.
            if n:
                behind = (p + 16 + n + 31) // 32
                # fmt.record.end-limit
                if behind * 32 > end:
                    raise Reject("fmt.record.end-limit", p + 8, "ends past the limit")
                # fmt.record.end-inside
                if p + 16 + n > size:
                    raise Reject("fmt.record.end-inside", p + 8, "ends past the file")
                # fmt.record.overlap
                if visited.find(1, place, behind) >= 0:
                    raise Reject("fmt.record.overlap", p + 8, "reaches into another")
                visited[place:behind] = b"\1" * (behind - place)
            else:
                visited[place] = 1
            yield p, word, count, data[p + 16 : p + 16 + n]
            q, p = p + 12, following
