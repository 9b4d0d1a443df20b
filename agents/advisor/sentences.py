"""A handbook passage cut into what can be quoted: sentences, table rows, list items, numbered steps as one."""

import re
from collections.abc import Iterator
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


class Unit(NamedTuple):
    """``quote`` stands verbatim in the passage; ``text`` is how it reads by itself; ``at`` orders the units of one passage.

    ``parts`` are what it is found by: it answers as well as the best of them.
    """

    at: int
    quote: str
    text: str
    parts: tuple[str, ...]
    steps: bool = False


def units(text: str) -> tuple[Unit, ...]:
    """The quotable units of a passage's Markdown, in order. Headings, header rows and separators are none."""
    blocks = [found.span() for found in _BLOCK.finditer(text)]
    found = (unit for at, span in enumerate(blocks) for unit in _block(text, span, blocks[at - 1] if at else None, blocks[at + 1 : at + 2]))
    return tuple(unit._replace(at=at) for at, unit in enumerate(found) if _WORD.search(unit.text))


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
        intro = text[slice(*before)] if before and _introduces(text[slice(*before)]) else ""
        begin = before[0] if before and intro else span[0]
        yield from _items(lines, plain(intro), text[begin : span[1]])
    elif not lines[0].lstrip().startswith("#"):
        paragraph = sentences("\n".join(lines).strip())
        listed = after and _introduces("\n".join(lines)) and _is_list(text[slice(*after[0])].strip("\n").split("\n"))
        yield from (_unit(sentence, plain(sentence)) for sentence in (paragraph[:-1] if listed else paragraph))


def _unit(quote: str, text: str) -> Unit:
    return Unit(0, quote, text, (text,))


def _table(lines: list[str]) -> Iterator[Unit]:
    """A small table is one unit, as its rows explain each other; of a large one, each row."""
    rows = list(_rows(lines))
    if 1 < len(rows) <= SMALL_TABLE:
        texts = tuple(text for _, text in rows)
        yield Unit(0, "\n".join(lines).strip(), "\n".join(texts), texts)
    else:
        yield from (_unit(quote, text) for quote, text in rows)


def _is_table(lines: list[str]) -> bool:
    return sum(line.lstrip().startswith("|") for line in lines) >= 2


def _is_list(lines: list[str]) -> bool:
    return any(_ITEM.match(line) for line in lines) and not _is_table(lines)


def _introduces(paragraph: str) -> bool:
    return paragraph.rstrip().endswith(":") and not _is_list(paragraph.strip("\n").split("\n")) and len(paragraph) < 400


def _rows(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each data row as ``header first cell – header: value; header: value``."""
    table = [line for line in lines if line.lstrip().startswith("|")]
    header = _cells(table[0])
    for line in table[1:]:
        if not _RULE.match(line):
            yield line.strip(), _readable(header, _cells(line))
    yield from ((line.strip(), plain(line)) for line in lines if not line.lstrip().startswith("|"))


def _cells(line: str) -> list[str]:
    return [plain(cell) for cell in _CELL.split(line.strip().removeprefix("|").removesuffix("|"))]


def _readable(header: list[str], row: list[str]) -> str:
    pairs = [f"{name}: {value}" if name else value for name, value in zip(header[1:], row[1:], strict=False) if value]
    first = f"{header[0]} {row[0]}" if header and header[0] and row[0][:1].isdigit() else row[0]
    return f"{first} – {'; '.join(pairs)}." if pairs else first


def _items(lines: list[str], intro: str, whole: str) -> Iterator[Unit]:
    """Bullets one by one, each after its introduction; numbered steps in one unit, as they are useless apart."""
    begins = [at for at, line in enumerate(lines) if _ITEM.match(line)]
    numbered = _ITEM.match(lines[begins[0]])
    head = plain(" ".join(lines[: begins[0]])) or intro
    if numbered and numbered[1] and len(whole) <= MAX_STEPS:
        shown = [part for part in (head, *(plain(line) for line in lines[begins[0] :])) if part]
        yield Unit(0, whole.strip(), "\n".join(shown), ("\n".join(shown), head or shown[0]), steps=True)
        return
    for begin, end in zip(begins, [*begins[1:], len(lines)], strict=True):
        item = "\n".join(lines[begin:end]).strip()
        yield _unit(item, f"{head} {plain(_ITEM.sub('', item))}".strip())
