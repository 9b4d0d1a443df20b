"""What is new in a mail, and what it quotes. Works line by line in linear time; nothing new is ever lost."""

import re
from typing import Literal, NamedTuple, TypeAlias

from graph.quote_marks import attribution, forward, is_forward, original
from graph.signatures import without_signature

Kind: TypeAlias = Literal["attribution", "original", "forward"]

SHORT = 400
MAX_FORWARDS = 3
_QUOTED = re.compile(r"^\s{0,3}(?:>|\|\s)")
_WORD = re.compile(r"\w")


class Split(NamedTuple):
    text: str
    quoted: str = ""
    signature: str = ""


class _Mark(NamedTuple):
    kind: Kind
    at: int
    lines: int


def split_mail(text: str, subject: str = "", sender: str = "", depth: int = 0) -> Split:
    """New text, quoted text and signature of one mail body.

    A forwarded mail is content: it stays in the text when what was written above it is short. Answers between and below quoted lines are
    new text. When nothing would be left, the text is the whole body. ``sender`` is the display name, which opens a signature.
    """
    whole = text.strip()
    lines = [line.rstrip() for line in whole.split("\n")]
    mark = _first_mark(lines)
    new, quoted = _parted(lines, mark)
    if mark and (mark.kind == "forward" or is_forward(subject)) and len(new) <= SHORT and depth < MAX_FORWARDS:
        return _kept_forward(lines, mark, sender, depth)
    if not _WORD.search(new):
        return Split(whole)
    message, signature = without_signature(new, sender)
    return Split(message, quoted, signature)


def _kept_forward(lines: list[str], mark: _Mark, sender: str, depth: int) -> Split:
    """Comment and forwarded mail, without the comment's signature."""
    above, signature = without_signature("\n".join(lines[: mark.at]), sender)
    forwarded = "\n".join(line.lstrip("> ") if _QUOTED.match(line) else line for line in lines[mark.at + mark.lines :]).strip()
    inner = split_mail(forwarded, depth=depth + 1)
    text = "\n\n".join(part for part in (above.strip(), inner.text) if part)
    return Split(text or "\n".join(lines), inner.quoted, "\n".join(part for part in (signature, inner.signature) if part))


def _first_mark(lines: list[str]) -> _Mark | None:
    for at, line in enumerate(lines):
        if not line.strip():
            continue
        if found := forward(lines, at):
            return _Mark("forward", at, found)
        if found := original(lines, at):
            return _Mark("original", at, found)
        if found := attribution(lines, at):
            return _Mark("attribution", at, found)
    return None


def _parted(lines: list[str], mark: _Mark | None) -> tuple[str, str]:
    """(new, quoted). Only marked lines are quoted below an attribution that is followed by some, everything below any other mark."""
    end = mark.at if mark else len(lines)
    below = lines[mark.at + mark.lines :] if mark else []
    above_new, above_quoted = _by_mark(lines[:end], need=2)
    if mark and mark.kind == "attribution" and _opens_quoted(below):
        fresh, old = _by_mark(below, need=1)
        return _text(above_new + fresh), _text(above_quoted + old)
    return _text(above_new), _text(above_quoted + below)


def _opens_quoted(below: list[str]) -> bool:
    return bool(_QUOTED.match(next((line for line in below if line.strip()), "")))


def _by_mark(lines: list[str], *, need: int) -> tuple[list[str], list[str]]:
    """Unmarked and marked lines; fewer than ``need`` marked ones are a sign that the sender typed, not a quote."""
    marked = [line for line in lines if _QUOTED.match(line)]
    if len(marked) < need:
        return lines, []
    return [line for line in lines if not _QUOTED.match(line)], marked


def _text(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
