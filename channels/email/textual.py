"""Text from outside made safe to store: no NUL, no lone surrogates, one kind of line end."""

import codecs
import re

_LATIN = {"us-ascii", "ascii", "iso8859-1", "latin-1", "cp1252"}
_NOT_FOR_MAIL = {"punycode", "idna", "undefined", "unicode-escape", "unicode_escape", "raw-unicode-escape", "raw_unicode_escape"}
_ALIASES = {"gb2312": "gb18030", "gbk": "gb18030", "x-sjis": "cp932", "shift_jis": "cp932", "utf8mb4": "utf-8", "unicode": "utf-8"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACES = re.compile(r"\s+")


def storable(text: str) -> str:
    """``text`` as PostgreSQL and UTF-8 can hold it, lines ended by ``\\n``."""
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", whole)


def line(text: str, limit: int = 1000) -> str:
    """``storable`` text on one line of at most ``limit`` characters."""
    return _SPACES.sub(" ", storable(text)).strip()[:limit]


def decoded(data: bytes, charset: str | None) -> str:
    """Bytes as text; never raises. A wrong or unknown ``charset`` falls back to UTF-8, then to Windows-1252.

    Bytes that are valid UTF-8 beyond ASCII are UTF-8 when a Latin charset was declared: the other reading is not text that people write.
    """
    name = _codec(charset)
    order = ("utf-8", name, "cp1252") if name is None or name in _LATIN else (name, "utf-8", "cp1252")
    for codec in order:
        if codec is None:
            continue
        try:
            return data.decode("cp1252" if codec in _LATIN else codec).removeprefix("\ufeff")
        except (UnicodeError, LookupError):
            continue
    return data.decode("cp1252", "replace")


def _codec(charset: str | None) -> str | None:
    label = (charset or "").strip().strip("\"'").lower()
    try:
        name = codecs.lookup(_ALIASES.get(label, label)).name
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if name in _NOT_FOR_MAIL else name
