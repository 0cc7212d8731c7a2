"""JSON documents (json.md).

Python's json module takes more than RFC 8259 has (NaN, for one), recurses on
nested documents, replaces several bytes that are no UTF-8 by one U+FFFD, and
keeps half surrogate pairs. So there is a reader here, of one loop. Objects are
dict, arrays list, strings str without surrogates, and numbers are Number.
"""

import json
import re

from reject import Reject

MAX_DEPTH = 64


class Number(bytes):
    """A number as it is written: what it is worth depends on who reads it."""

    __slots__ = ()


# No possessive repetition here (`*+`, of Python 3.11): that of a group is not
# right there, and matches `1.` for a number.
PLAIN = re.compile(rb'[^"\\\x00-\x1f]*')
# A bounded number at once, as the matcher keeps a record of each for the case
# that it has to go back.
ESCAPED = re.compile(rb'(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*){1,1000}')
NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
SPACE = re.compile(rb"[ \t\n\r]*")
LITERAL = re.compile(rb"true|false|null")
LITERALS = {b"true": True, b"false": False, b"null": None}
ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB][0-9A-Fa-f]{2})\\u([dD][c-fC-F][0-9A-Fa-f]{2})"
    r"|u([0-9A-Fa-f]{4})|(.))"
)
SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
SURROGATE = re.compile("[\ud800-\udfff]")

COMMA, A_COLON, QUOTE, ARRAY, ARRAY_END, OBJECT, OBJECT_END = b',:"[]{}'

# What may come next, white space aside.
VALUE, VALUE_OR_END, KEY, KEY_OR_END, COLON, COMMA_OR_END, NOTHING = range(7)


def read(data, exact=False):
    """The document in these bytes, or Reject; an exact one has no key twice in one object."""
    # A zero byte ends every token, and belongs to none.
    text = data + b"\0"
    document = None
    outer = []  # the open containers around `container`, with their keys
    container, key = None, None  # key: of the member to come; None in an array
    expected, position = VALUE, 0

    while expected != NOTHING:
        c = text[position]
        if c in b" \t\n\r":
            position += 1
            continue
        if c == COMMA and expected == COMMA_OR_END:
            expected = VALUE if key is None else KEY
            position += 1
            continue
        if c == A_COLON and expected == COLON:
            expected = VALUE
            position += 1
            continue
        if c == QUOTE and (expected == KEY or expected == KEY_OR_END):
            key, position = read_string(text, position)
            expected = COLON
            continue
        if (
            c == ARRAY_END
            and (expected == VALUE_OR_END or expected == COMMA_OR_END and key is None)
            or c == OBJECT_END
            and (expected == KEY_OR_END or expected == COMMA_OR_END and key is not None)
        ):
            container, key = outer.pop()
            expected = COMMA_OR_END if outer else NOTHING
            position += 1
            continue
        if expected != VALUE and expected != VALUE_OR_END:
            raise bad_syntax(position)

        if c == ARRAY:
            value, position = [], position + 1
        elif c == OBJECT:
            value, position = {}, position + 1
        elif c == QUOTE:
            value, position = read_string(text, position)
        else:
            value, position = read_scalar(text, position)
        if container is None:
            document = value
        elif key is None:
            container.append(value)
        else:
            # upload.ready.check: keys with U+FFFD can be two that became equal.
            if exact and key in container and not ("\ufffd" in key and is_count(container[key])):
                raise Reject("upload.ready.check", reason=f"a key twice, near byte {position}")
            container[key] = value  # json.last
        if c == ARRAY or c == OBJECT:
            # json.depth
            if len(outer) == MAX_DEPTH:
                raise Reject("json.depth", reason="nested too deep")
            outer.append((container, key))
            container, key = value, None
            expected = VALUE_OR_END if c == ARRAY else KEY_OR_END
        else:
            expected = COMMA_OR_END if outer else NOTHING

    # json.whole
    if SPACE.match(data, position).end() != len(data):
        raise Reject("json.whole", reason=f"more behind the document, at {position}")
    return document


def is_count(value):
    """Whether a value is a count that is not below 0, or counts as 0."""
    if value is None:
        return True
    digits = isinstance(value, Number) and re.fullmatch(rb"-0|[0-9]{1,20}", value)
    return bool(digits) and int(value) < 2**64


def bad_syntax(position):
    # json.syntax
    return Reject("json.syntax", reason=f"no JSON near byte {position}")


def read_scalar(text, position):
    if match := NUMBER.match(text, position):
        return Number(match[0]), match.end()
    if match := LITERAL.match(text, position):
        return LITERALS[match[0]], match.end()
    raise bad_syntax(position)


def read_string(text, position):
    """The string that begins at the quote at this position, and its end."""
    start = position + 1
    end = first = PLAIN.match(text, start).end()
    while match := ESCAPED.match(text, end):
        end = match.end()
    if text[end] != QUOTE:
        raise bad_syntax(end)
    string = from_utf8(text[start:end])
    return string if end == first else ESCAPE.sub(unescape, string), end + 1


def from_utf8(data):
    """Text in which each byte that belongs to no character is a U+FFFD."""
    # json.syntax, json.strings
    try:
        return data.decode()
    except UnicodeDecodeError:
        return SURROGATE.sub("\ufffd", data.decode("utf-8", "surrogateescape"))


def unescape(match):
    high, low, unit, short = match.groups()
    if short:
        return SHORT.get(short, short)
    if unit:
        # json.syntax: half of a surrogate pair
        return SURROGATE.sub("\ufffd", chr(int(unit, 16)))
    return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)


# Writing

MARKUP = {c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def escape_markup(document):
    # json.strings: in a document these stand in strings alone.
    for character, escape in MARKUP.items():
        document = document.replace(character, escape)
    return document


def write_string(data):
    """The JSON string of these bytes, as bytes."""
    # json.strings: json.dumps has the short forms and `\u00xx` as they have to be.
    return escape_markup(json.dumps(from_utf8(data), ensure_ascii=False)).encode()


def write_float(number):
    # json.floats
    if number != number or number in (float("inf"), float("-inf")):
        raise Reject("json.floats", reason="JSON has no such number")
    if number == 0:
        return "-0" if str(number).startswith("-") else "0"
    # repr has the fewest digits; only their arrangement differs.
    sign = "-" if number < 0 else ""
    mantissa, _, exponent = repr(abs(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    # The number is 0.DIGITS times 10 to the power of point.
    point = len(whole) + int(exponent or 0)
    digits = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    if 1e-6 <= abs(number) < 1e21:
        if point <= 0:
            return f"{sign}0.{'0' * -point}{digits}"
        digits = digits.ljust(point, "0")
        whole, fraction = digits[:point], digits[point:]
        return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
    tail = f".{digits[1:]}" if digits[1:] else ""
    return f"{sign}{digits[0]}{tail}e{point - 1:+d}"


def write(value):
    """The document of a value that this program made, as bytes on one line."""
    return escape_markup(json.dumps(value, ensure_ascii=False, separators=(",", ":"))).encode()
