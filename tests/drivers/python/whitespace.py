"""The Unicode property White_Space.

Python's str.strip and str.isspace take U+001C to U+001F for white space as
well, which the property does not have.
"""

WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B)))
WHITE_SPACE += "\u2028\u2029\u202f\u205f\u3000"


def strip(text):
    """Bytes without the white space around them."""
    # Bytes that are no UTF-8 come back as they were, and are not white space.
    characters = text.decode("utf-8", "surrogateescape").strip(WHITE_SPACE)
    return characters.encode("utf-8", "surrogateescape")


def first_byte(text):
    """The first byte that is no white space, or None."""
    stripped = strip(text)
    return stripped[0] if stripped else None
