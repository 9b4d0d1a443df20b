"""An invitation (RFC 5545) as a few lines of text."""

import re

_FOLD = re.compile(r"\n[ \t]")
_LINE = re.compile(r"^(METHOD|SUMMARY|DTSTART|DTEND|LOCATION|ORGANIZER|DESCRIPTION)(?:;[^:\n]{0,300})?:(.*)$", re.MULTILINE)
_ESCAPE = re.compile(r"\\([nN,;\\])")
_LABELS = {
    "METHOD": "Invitation",
    "SUMMARY": "Title",
    "DTSTART": "Start",
    "DTEND": "End",
    "LOCATION": "Place",
    "ORGANIZER": "Organizer",
    "DESCRIPTION": "Description",
}
MAX_SOURCE = 200_000


def calendar_to_text(source: str) -> str:
    """Method, title, times, place and description of the first event; the time-zone definitions are left out."""
    text = _FOLD.sub("", source[:MAX_SOURCE])
    head, event, rest = text.partition("BEGIN:VEVENT")
    method = [found for found in _LINE.findall(head) if found[0] == "METHOD"]
    found = method + (_LINE.findall(rest.partition("END:VEVENT")[0]) if event else [])
    return "\n".join(f"{_LABELS[name]}: {_plain(value)}" for name, value in found if value.strip())


def _plain(value: str) -> str:
    return _ESCAPE.sub(lambda sign: "\n" if sign[1] in "nN" else sign[1], value).strip()
