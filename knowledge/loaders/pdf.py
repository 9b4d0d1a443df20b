"""PDF: lines, headings and tables told by where and how large the text is drawn, as the format itself knows none of them."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

from core.errors import InvalidFile
from knowledge.loaders import Read
from knowledge.loaders.community import pdf_pages
from knowledge.pages import Said

HEADING, LONGEST_HEADING, LEVELS = 1.15, 120, 4
"""A line this many times as large as most of the text is a heading, if it is no longer than that, in characters."""
_BULLET = re.compile(r"^[•▪‣◦●○·*–-]\s+")
_ITEM = re.compile(r"^(- |\(?\d{1,2}[.)]\s|\(?[a-z][.)]\s)")
_NUMBER = re.compile(r"^(page|seite|p\.)?\s*\d+(\s*(/|of|von)\s*\d+)?$", re.IGNORECASE)
_NARROW = frozenset(" .,;:'!|()[]fijlt")


class Piece(NamedTuple):
    """A text as it is drawn: where it begins, in points from the lower left corner, and how large."""

    text: str
    x: float
    y: float
    size: float
    bold: bool


class Line(NamedTuple):
    cells: tuple[str, ...]
    y: float
    size: float
    bold: bool

    @property
    def text(self) -> str:
        return " ".join(self.cells)


def read_pdf(content: bytes, place: str) -> Read:
    pieces: list[Piece] = []

    def visit(text: str, cm: list[float], tm: list[float], font: dict[str, object] | None, size: float) -> None:
        pieces.extend(_pieces(text, cm, tm, font, size))

    pages: list[list[Line]] = []
    title = ""
    try:
        for metadata in pdf_pages(content, visit):
            title = title or str(metadata.get("title") or "").strip()
            pages.append(_lines(pieces))
            pieces.clear()
    except Exception as error:
        if type(error).__name__ in ("FileNotDecryptedError", "WrongPasswordError", "DependencyError"):
            raise InvalidFile(file=place, problem="is protected by a password; save it without one") from None
        raise
    return Read(_markdown(_without_edges(pages)), Said(), Said(), title)


def _pieces(text: str, cm: list[float], tm: list[float], font: dict[str, object] | None, size: float) -> Iterator[Piece]:
    x, y = (cm[0 + axis] * tm[4] + cm[2 + axis] * tm[5] + cm[4 + axis] for axis in (0, 1))
    scale = math.hypot(tm[2], tm[3]) * math.hypot(cm[2], cm[3])
    large = round(abs(size * scale) * 2) / 2 or 1.0
    bold = "bold" in str((font or {}).get("/BaseFont", "")).lower()
    for number, part in enumerate(text.replace("\xad\n", "").split("\n")):
        if part.strip():
            yield Piece(part, x, y - 1.2 * large * number, large, bold)


def _lines(pieces: Sequence[Piece]) -> list[Line]:
    """Texts drawn one after the other at the same height, cut into cells where there is a gap between them."""
    lines: list[list[Piece]] = []
    for piece in pieces:
        if lines and abs(lines[-1][-1].y - piece.y) < 0.4 * piece.size and lines[-1][-1].x <= piece.x:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [_line(line) for line in lines]


def _line(pieces: Sequence[Piece]) -> Line:
    cells = [pieces[0].text]
    end = pieces[0].x + _width(pieces[0])
    for piece in pieces[1:]:
        if piece.x - end > 1.5 * piece.size:
            cells.append(piece.text)
        else:
            cells[-1] += piece.text
        end = piece.x + _width(piece)
    largest = max(pieces, key=lambda piece: len(piece.text))
    return Line(tuple(" ".join(cell.split()) for cell in cells), pieces[0].y, largest.size, all(piece.bold for piece in pieces))


def _width(piece: Piece) -> float:
    """About how wide the text is, as fonts commonly are (ems of Helvetica, in three classes)."""
    ems = sum(0.28 if sign in _NARROW else 0.7 if sign.isupper() else 0.53 for sign in piece.text.strip())
    return ems * piece.size


def _without_edges(pages: list[list[Line]]) -> list[Line]:
    """Without page numbers, and without what most pages have at their top or bottom."""
    edges = Counter(sign for page in pages for sign in {_sign(line) for line in (*page[:2], *page[-2:])})
    common = {sign for sign, count in edges.items() if len(pages) >= 3 and count > 0.6 * len(pages)}
    kept = []
    for page in pages:
        for place, line in enumerate(page):
            edge = place < 2 or place >= len(page) - 2
            if not (edge and (_sign(line) in common or _NUMBER.match(line.text))):
                kept.append(line)
    return kept


def _sign(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


# ---------------------------------------------------------------- lines as Markdown


def _markdown(lines: list[Line]) -> str:
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    mostly_bold = sum(len(line.text) for line in lines if line.bold) > 0.5 * sizes.total()
    ranks = {line: _rank(line, body, bold=not mostly_bold) for line in lines}
    levels = {rank: min(place, LEVELS) for place, rank in enumerate(sorted({rank for rank in ranks.values() if rank}, reverse=True), 1)}
    blocks: list[str] = []
    for (rank, cells), group in groupby(lines, lambda line: (ranks[line], len(line.cells))):
        found = list(group)
        if rank:
            blocks += ["#" * levels[rank] + " " + heading for heading in _headings(found)]
        elif cells > 1 and len(found) > 1:
            blocks.append(_table(found))
        else:
            blocks += _paragraphs(found)
    return "\n\n".join(blocks)


def _rank(line: Line, body: float, *, bold: bool) -> float:
    """How much of a heading a line is; 0: none."""
    if len(line.cells) > 1 or len(line.text) > LONGEST_HEADING or not any(map(str.isalpha, line.text)):
        return 0.0
    if line.size >= HEADING * body:
        return line.size
    stands_out = bold and line.bold and line.size >= body and not line.text.endswith((".", ",", ";", ":")) and len(line.text.split()) <= 12
    return body if stands_out else 0.0


def _headings(lines: list[Line]) -> list[str]:
    """One that is broken over several lines is one."""
    found = [lines[0].text]
    for before, line in pairwise(lines):
        if 0 < before.y - line.y < 1.5 * line.size:
            found[-1] += f" {line.text}"
        else:
            found.append(line.text)
    return found


def _table(lines: list[Line]) -> str:
    rows = ["| " + " | ".join(cell.replace("|", "/") for cell in line.cells) + " |" for line in lines]
    return "\n".join([rows[0], "|" + "---|" * len(lines[0].cells), *rows[1:]])


def _paragraphs(lines: list[Line]) -> list[str]:
    """Lines joined; a new paragraph begins after a gap, an item of a list on a line of its own."""
    gaps = [before.y - line.y for before, line in pairwise(lines) if before.y > line.y]
    pitch = median(gaps) if gaps else 0.0
    blocks: list[str] = []
    before: Line | None = None
    for line in lines:
        text = _BULLET.sub("- ", line.text)
        if before is None or not blocks or not _goes_on(before, line, pitch):
            blocks.append(text)
        elif _ITEM.match(text):
            blocks[-1] += f"\n{text}"
        elif blocks[-1].endswith("-") and text[:1].islower():
            blocks[-1] = blocks[-1][:-1] + text
        else:
            blocks[-1] += f" {text}"
        before = line
    return blocks


def _goes_on(before: Line, line: Line, pitch: float) -> bool:
    """Whether a line belongs to the paragraph before; over a page break that is so when the sentence is not at its end."""
    if line.y >= before.y:
        return line.text[:1].islower() and not before.text.endswith((".", "!", "?", ":"))
    return before.y - line.y <= 1.35 * pitch
