"""Pages cut along their structure into what is searched and quoted."""

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import chain
from typing import NamedTuple

from core.tokens import count, name
from knowledge.pages import Page

MAX_TOKENS, SHORT_TOKENS = 128, 24
"""The encoder was trained on texts of up to 128 tokens (it cuts at 256) and takes about 8 ms a hundred of them on one core: longer chunks
would be found less well, and take longer to read in."""
MOST_TOKENS = 224
"""Numbered steps stay together up to here."""
SEPARATOR = " > "
_STEPS = re.compile(r"^ {0,3}\d{1,2}[.)] ")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")


class Chunk(NamedTuple):
    """A passage to be found. ``id`` depends on document, heading and text alone, so what did not change keeps it.

    The page is in force from ``effective`` until the end of ``expires`` (UTC). ``language`` is that of the page, where it is said.
    """

    id: str
    document: str
    heading: str
    text: str
    effective: date | None = None
    expires: date | None = None
    regions: tuple[str, ...] = ()
    language: str | None = None

    def in_force(self, day: date) -> bool:
        return (self.effective is None or self.effective <= day) and (self.expires is None or day <= self.expires)

    @property
    def searchable(self) -> str:
        """What encoder and lexical index see: the heading says what a table or a list is about."""
        return f"{self.heading}\n{self.text}"


def cutting() -> str:
    """What chunks depend on besides their page: how long they may be, and by whose count."""
    return f"{MAX_TOKENS} {name()}"


def split(page: Page) -> tuple[Chunk, ...]:
    """The page's chunks in order: one heading each, about 128 tokens at most with it, numbered steps
    up to 224, tables and code whole however long they are."""
    chunks: dict[str, Chunk] = {}
    for path, text in _sections(_hashed(page.body)):
        heading = SEPARATOR.join(_trail(page, path))
        limit = max(MAX_TOKENS // 2, MAX_TOKENS - count(f"{heading}\n"))
        for part in _pack(_blocks(text), limit):
            chunk = _chunk(page, heading, part)
            chunks.setdefault(chunk.id, chunk)
    return tuple(chunks.values())


def _trail(page: Page, path: dict[str, str]) -> tuple[str, ...]:
    """The headings above a section: those of the page's place, else its title where it has no main heading; none comes twice."""
    above = page.trail or (() if "Header 1" in path else (page.facts.title,))
    own = [path[key] for key in sorted(path)]
    if above and own and above[-1].casefold().split() == own[0].casefold().split():
        del own[0]
    return (*above, *own)


def _chunk(page: Page, heading: str, text: str) -> Chunk:
    digest = hashlib.sha256("\0".join((page.document, heading, text)).encode(errors="replace")).hexdigest()
    facts = page.facts
    return Chunk(digest[:24], page.document, heading, text, facts.effective, facts.expires, facts.regions, facts.language)


def _hashed(body: str) -> str:
    """Headings that are underlined (CommonMark's setext) written with ``#``, which is what the splitter knows."""
    lines: list[str] = []
    fenced = False
    for line in body.split("\n"):
        fenced ^= bool(_FENCE.match(line))
        mark = None if fenced else _UNDERLINE.match(line)
        if mark and lines and re.match(r"^ {0,3}[^\s#>|`~-]", lines[-1]) and (len(lines) == 1 or not lines[-2].strip()):
            lines[-1] = f"{'#' if mark[1][0] == '=' else '##'} {lines[-1].strip()}"
        else:
            lines.append(line)
    return "\n".join(lines)


def _sections(body: str) -> Iterator[tuple[dict[str, str], str]]:
    """Headings by level ("Header 1" …) and text of each section, neighbours under the same headings joined."""
    from langchain_text_splitters.markdown import ExperimentalMarkdownSyntaxTextSplitter

    path: dict[str, str] | None = None
    texts: list[str] = []
    for part in ExperimentalMarkdownSyntaxTextSplitter().split_text(body):
        headings = {key: str(text).rstrip("# ") for key, text in part.metadata.items() if key.startswith("Header")}
        if path is not None and headings != path:
            yield path, "".join(texts)
            texts = []
        path = headings
        texts.append(part.page_content)
    if path is not None:
        yield path, "".join(texts)


def _blocks(text: str) -> list[str]:
    """Paragraphs, lists, tables and code blocks: what blank lines separate, except inside code."""
    blocks: list[list[str]] = [[]]
    fenced = False
    for line in text.split("\n"):
        fenced ^= bool(_FENCE.match(line))
        if line.strip() or fenced:
            blocks[-1].append(line.rstrip())
        elif blocks[-1]:
            blocks.append([])
    return ["\n".join(block) for block in blocks if block]


def _pack(blocks: list[str], limit: int) -> list[str]:
    """Neighbouring blocks together, up to ``limit`` tokens; a short rest stays with what it belongs to."""
    packs: list[list[str]] = []
    held = limit + 1
    for piece, size in chain.from_iterable(map(partial(_fit, limit=limit), blocks)):
        if held + size < limit or (held <= limit and size < SHORT_TOKENS):
            packs[-1].append(piece)
            held += size + 1  # and the line between them
        else:
            packs.append([piece])
            held = size
    return ["\n\n".join(pack) for pack in packs]


def _fit(block: str, limit: int) -> list[tuple[str, int]]:
    """The block, or its parts where it is too long, with their tokens."""
    size = count(block)
    if size <= limit or block.lstrip().startswith("|") or _FENCE.match(block) or (size <= MOST_TOKENS and _STEPS.match(block)):
        return [(block, size)]
    return [(text, count(text)) for piece in _by_sentence(block, limit) if (text := piece.strip())]


def _by_sentence(block: str, limit: int) -> list[str]:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    ends = ["\n", ". ", "! ", "? ", "; ", " ", ""]
    return RecursiveCharacterTextSplitter(
        ends, keep_separator="end", chunk_size=limit, chunk_overlap=0, length_function=count, strip_whitespace=False
    ).split_text(block)
