"""A handbook passage cut into what can be quoted: sentences, table rows, list items, numbered steps as one."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

MAX_STEPS = 1_500
SMALL_TABLE = 6
_BLOCK = re.compile(r"(?:[^\n]|\n(?![ \t]*(?:\n|\Z)))+")
_END = re.compile(r"(?<=[.!?])[\"”’)\]]?\s+(?=[A-ZÀ-Þ0-9\"“‘(*`])")
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|approx|incl|No|Nr|Dr|Mr|Mrs|Ms|St|z\.B|d\.h|bzw|ca|Art|p|pp)|\b[A-Z])\.$")
_ITEM = re.compile(r"^\s*(?:[-*+•]|(\d{1,3})[.)])\s+")
_CELL = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")
_MARKS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|`|^#+\s+")
_LINK = re.compile(r"\[([^\]]{1,300})\]\([^)]{1,1000}\)")
_WORD = re.compile(r"\w")


class Line(NamedTuple):
    """One line of an answer: how it reads by itself, and where that stands verbatim in the passage.

    A table's row has its ``cells``: (header, value), the row's own name first.
    """

    text: str
    quote: str
    cells: tuple[tuple[str, str], ...] = ()

    def only(self, headers: frozenset[str]) -> "Line":
        """The row with those of its columns alone."""
        kept = tuple(cell for at, cell in enumerate(self.cells) if at == 0 or cell[0] in headers)
        return self._replace(text=_readable(kept), cells=kept)


class Unit(NamedTuple):
    """What is quoted or left out as a whole; ``at`` orders the units of one passage.

    ``parts`` are what it is found by: it answers as well as the best of them. ``above`` are the header rows of a table, verbatim.
    """

    at: int
    lines: tuple[Line, ...]
    parts: tuple[str, ...]
    steps: bool = False
    above: str = ""

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def quote(self) -> str:
        return "\n".join(line.quote for line in self.lines)

    @property
    def rows(self) -> bool:
        """Whether it is (part of) a table."""
        return bool(self.lines[0].cells)


@lru_cache(maxsize=4_000)
def units(text: str) -> tuple[Unit, ...]:
    """The quotable units of a passage's Markdown, in order. Headings, header rows and separators are none."""
    blocks = [found.span() for found in _BLOCK.finditer(text)]
    found = (unit for at, span in enumerate(blocks) for unit in _block(text, span, blocks[at - 1] if at else None, blocks[at + 1 : at + 2]))
    return tuple(unit._replace(at=at) for at, unit in enumerate(found) if unit.lines and _WORD.search(unit.text))


def sentences(text: str) -> list[str]:
    """Sentences of running text, verbatim; abbreviations, decimals and clock times do not end one."""
    out, start = [], 0
    for found in _END.finditer(text):
        if not _ABBREVIATED.search(text[max(0, found.start() - 8) : found.start()]):
            out.append(text[start : found.start()].strip())
            start = found.end()
    return [part for part in (*out, text[start:].strip()) if part]


def plain(markdown: str) -> str:
    """Without emphasis, code marks and link addresses, on one line."""
    return " ".join(_MARKS.sub("", _LINK.sub(r"\1", markdown)).split())


def _block(text: str, span: tuple[int, int], before: tuple[int, int] | None, after: list[tuple[int, int]]) -> Iterator[Unit]:
    lines = text[slice(*span)].strip("\n").split("\n")
    if _is_table(lines):
        yield from _table(lines)
    elif _is_list(lines):
        intro = text[slice(*before)].strip() if before and _introduces(text[slice(*before)]) else ""
        yield from _items(lines, intro)
    elif not lines[0].lstrip().startswith("#"):
        paragraph = sentences("\n".join(lines).strip())
        listed = after and _introduces("\n".join(lines)) and _is_list(text[slice(*after[0])].strip("\n").split("\n"))
        yield from (_unit(Line(plain(sentence), sentence)) for sentence in (paragraph[:-1] if listed else paragraph))


def _unit(line: Line) -> Unit:
    return Unit(0, (line,), (line.text,))


def _table(lines: list[str]) -> Iterator[Unit]:
    """A small table is one unit, as its rows explain each other; of a large one, each row."""
    rows = tuple(_rows(lines))
    table = [line.strip() for line in lines if line.lstrip().startswith("|")]
    above = "\n".join(table[: 2 if _RULE.match(table[1]) else 1])
    if 1 < len(rows) <= SMALL_TABLE:
        yield Unit(0, rows, tuple(row.text for row in rows), above=above)
    else:
        yield from (_unit(row)._replace(above=above) for row in rows)


def _is_table(lines: list[str]) -> bool:
    return sum(line.lstrip().startswith("|") for line in lines) >= 2


def _is_list(lines: list[str]) -> bool:
    return any(_ITEM.match(line) for line in lines) and not _is_table(lines)


def _introduces(paragraph: str) -> bool:
    return paragraph.rstrip().endswith(":") and not _is_list(paragraph.strip("\n").split("\n")) and len(paragraph) < 400


def _rows(lines: list[str]) -> Iterator[Line]:
    """Each data row as ``header first cell – header: value; header: value``."""
    table = [line for line in lines if line.lstrip().startswith("|")]
    header = _cells(table[0])
    for line in table[1:]:
        row = _cells(line)
        if not _RULE.match(line):
            cells = tuple(zip([*header, *[""] * len(row)], row, strict=False))
            yield Line(_readable(cells), line.strip(), cells)
    yield from (Line(plain(line), line.strip()) for line in lines if not line.lstrip().startswith("|"))


def without_cells(row: str, at: Collection[int]) -> str:
    """A table's row as it is written, without the cells at these places."""
    cells = _CELL.split(row.strip().removeprefix("|").removesuffix("|"))
    return f"|{'|'.join(cell for place, cell in enumerate(cells) if place not in at)}|"


def _cells(line: str) -> list[str]:
    return [plain(cell) for cell in _CELL.split(line.strip().removeprefix("|").removesuffix("|"))]


def _readable(cells: Sequence[tuple[str, str]]) -> str:
    pairs = [f"{name}: {value}" if name else value for name, value in cells[1:] if value]
    name, first = cells[0]
    first = f"{name} {first}" if name and first[:1].isdigit() else first
    return f"{first} – {'; '.join(pairs)}." if pairs else first


def _items(lines: list[str], intro: str) -> Iterator[Unit]:
    """Bullets one by one, each after its introduction; numbered steps in one unit, as they are useless apart."""
    begins = [at for at, line in enumerate(lines) if _ITEM.match(line)]
    numbered = _ITEM.match(lines[begins[0]])
    head = "\n".join(lines[: begins[0]]).strip() or intro
    if numbered and numbered[1] and sum(map(len, lines)) + len(intro) <= MAX_STEPS:
        shown = tuple(Line(plain(part), part.strip()) for part in (head, *lines[begins[0] :]) if plain(part))
        whole = "\n".join(line.text for line in shown)
        yield Unit(0, shown, (whole, shown[0].text), steps=True)
        return
    for begin, end in zip(begins, [*begins[1:], len(lines)], strict=True):
        item = "\n".join(lines[begin:end]).strip()
        yield _unit(Line(f"{plain(head)} {plain(_ITEM.sub('', item))}".strip(), item))
