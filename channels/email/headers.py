"""The header lines of a mail, decoded without ever failing: RFC 2047 words, raw UTF-8 (RFC 6532), raw Latin bytes."""

import re
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from channels.email.textual import decoded, line

MAX_VALUE = 20_000
_FOLD = re.compile(r"\r?\n[ \t]*|\r")
_ADDRESS = re.compile(r"[^\s@<>(),;:\"\\\[\]]+@[^\s@<>(),;:\"\\\[\]]+")
_ID = re.compile(r"<\s*([^<>\s]{1,900})\s*>")


class Headers:
    """Header values by lower-case name, unfolded, in the order of the mail."""

    def __init__(self, message: "Message[str, str]") -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in message.raw_items():
            self._values.setdefault(name.lower(), []).append(_unfolded(str(value)))

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def all(self, name: str) -> list[str]:
        return self._values.get(name, [])

    def first(self, name: str) -> str:
        """The raw value, encoded words left as they are; empty when there is none."""
        return next(iter(self.all(name)), "")

    def text(self, name: str) -> str:
        """The value for people: encoded words decoded, on one line."""
        return line(words(self.first(name)))

    def addresses(self, *names: str) -> list[tuple[str, str]]:
        """(display name, lower-case address) of every mailbox in these headers that has an address."""
        values = [_without_deep_comments(value) for name in names for value in self.all(name)]
        found = [(line(words(name), 200), address.strip().lower()) for name, address in getaddresses(values)]
        return [(name, address) for name, address in found if _ADDRESS.fullmatch(address)]

    def ids(self, *names: str) -> list[str]:
        """Message ids without their angle brackets, in order, each once."""
        found = [id for name in names for value in self.all(name) for id in _ID.findall(value) or value.split()]
        return list(dict.fromkeys(line(id, 900) for id in found if line(id)))

    def date(self) -> datetime | None:
        """``Date``, else the newest ``Received`` stamp, in UTC; None when neither can be read."""
        stamps = [self.first("date"), self.first("received").rpartition(";")[2]]
        return next((at for stamp in stamps if (at := _instant(stamp))), None)


def words(value: str) -> str:
    """Decode RFC 2047 words; a damaged one stays as written."""
    if "=?" not in value:
        return value
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(part if isinstance(part, str) else decoded(part, charset) for part, charset in parts)


def _unfolded(value: str) -> str:
    raw = value[:MAX_VALUE].encode("utf-8", "surrogateescape")
    return _FOLD.sub(" ", decoded(raw, None)).strip()


def _without_deep_comments(value: str) -> str:
    return value if value.count("(") <= 20 else value.replace("(", " ").replace(")", " ")


def _instant(stamp: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(stamp[:200])
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
