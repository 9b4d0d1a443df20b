"""Handbook pages, read with their front matter and cut along their structure."""

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, ValidationInfo, field_validator

from core.errors import InvalidFile
from core.types import Audience
from core.value import Value
from core.yamltext import parse
from knowledge.files import read_text

if TYPE_CHECKING:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

MAX_WORDS, SHORT_WORDS = 180, 30
SEPARATOR = " > "
_FRONT = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$\n?(.*)\Z", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(```|~~~)")


class FrontMatter(Value):
    """The head of a page. ``audience`` has no default: a page that does not say who may see it is shown to nobody."""

    title: str = Field(min_length=1)
    audience: Audience
    effective: date | None = None
    expires: date | None = None
    regions: tuple[str, ...] = ()
    owner: str | None = None

    @field_validator("expires")
    @classmethod
    def _after_effective(cls, value: date | None, info: ValidationInfo) -> date | None:
        effective = info.data.get("effective")
        if value and effective and value < effective:
            raise ValueError(f"before effective ({effective})")
        return value


class Page(Value):
    """One page. ``document`` is its path below the handbook without ``.md``; ``digest`` covers every byte of it."""

    document: str
    digest: str
    front: FrontMatter
    body: str


class Chunk(Value):
    """A passage to be found. ``id`` depends on document, heading and text alone, so what did not change keeps it.

    The page is in force from ``effective`` until the end of ``expires`` (UTC).
    """

    id: str
    document: str
    heading: str
    text: str
    effective: date | None = None
    expires: date | None = None
    regions: tuple[str, ...] = ()

    def in_force(self, day: date) -> bool:
        return (self.effective is None or self.effective <= day) and (self.expires is None or day <= self.expires)

    @property
    def searchable(self) -> str:
        """What encoder and lexical index see: the heading says what a table or a list is about."""
        return f"{self.heading}\n{self.text}"


def read_page(path: Path, handbook: Path) -> Page:
    """Raises:
    InvalidFile: unreadable, no front matter, front matter that does not validate, or no text.
    """
    file, text = str(path), read_text(path)
    match = _FRONT.match(text)
    if not match:
        raise InvalidFile(file=file, line=1, problem="no front matter (--- title, audience … ---)")
    front, _ = parse(FrontMatter, "\n" + match[1], file)
    if not match[2].strip():
        raise InvalidFile(file=file, problem="has no text")
    document = path.relative_to(handbook).with_suffix("").as_posix()
    return Page(document=document, digest=hashlib.sha256(text.encode()).hexdigest(), front=front, body=match[2])


def split(page: Page) -> tuple[Chunk, ...]:
    """The page's chunks in order: one heading each, about 180 words at most, tables and code whole however long they are."""
    chunks: dict[str, Chunk] = {}
    for path, text in _sections(page.body):
        heading = SEPARATOR.join(path) or page.front.title
        for part in _pack(_blocks(text)):
            chunk = _chunk(page, heading, part)
            chunks.setdefault(chunk.id, chunk)
    return tuple(chunks.values())


def _chunk(page: Page, heading: str, text: str) -> Chunk:
    digest = hashlib.sha256("\0".join((page.document, heading, text)).encode()).hexdigest()
    front = page.front
    return Chunk(
        id=digest[:24],
        document=page.document,
        heading=heading,
        text=text,
        effective=front.effective,
        expires=front.expires,
        regions=front.regions,
    )


def _sections(body: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Heading path and text of each section, neighbours under the same headings joined."""
    from langchain_text_splitters.markdown import ExperimentalMarkdownSyntaxTextSplitter

    path: tuple[str, ...] | None = None
    texts: list[str] = []
    for part in ExperimentalMarkdownSyntaxTextSplitter().split_text(body):
        headings = tuple(str(part.metadata[key]).rstrip("# ") for key in sorted(part.metadata) if key.startswith("Header"))
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


def _pack(blocks: list[str]) -> list[str]:
    """Neighbouring blocks together, up to 180 words; a short rest stays with what it belongs to."""
    packs: list[list[str]] = []
    for piece in chain.from_iterable(map(_fit, blocks)):
        held = sum(map(_words, packs[-1])) if packs else MAX_WORDS + 1
        if held + _words(piece) <= MAX_WORDS or (held <= MAX_WORDS and _words(piece) <= SHORT_WORDS):
            packs[-1].append(piece)
        else:
            packs.append([piece])
    return ["\n\n".join(pack) for pack in packs]


def _fit(block: str) -> list[str]:
    whole = _words(block) <= MAX_WORDS or block.lstrip().startswith("|") or bool(_FENCE.match(block))
    return [block] if whole else [piece.strip() for piece in _by_sentence().split_text(block)]


def _by_sentence() -> "RecursiveCharacterTextSplitter":
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    ends = ["\n", ". ", "! ", "? ", "; ", " "]
    return RecursiveCharacterTextSplitter(ends, keep_separator="end", chunk_size=MAX_WORDS, chunk_overlap=0, length_function=_words)


def _words(text: str) -> int:
    return len(text.split())
