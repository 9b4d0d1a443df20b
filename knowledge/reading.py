"""A handbook's files read into chunks; those that the index has already, as they are now, are neither parsed nor encoded."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from core.errors import InvalidFile
from core.types import Audience
from knowledge import loaders
from knowledge.chunks import Chunk, cutting, split
from knowledge.files import printable
from knowledge.pages import Page, settle
from knowledge.snapshot import Snapshot
from knowledge.sources import Source, Tree

Progress = Callable[[str, int, int], None]


class Kept(NamedTuple):
    """A page as the index has or will have it. ``since`` is when its chunks, or what holds of them, last became other ones."""

    document: str
    digest: str
    audience: Audience
    since: datetime
    chunks: tuple[Chunk, ...]


class Reading(NamedTuple):
    """Every usable page in order of its path, and what is wrong with each of the others."""

    pages: tuple[Kept, ...]
    skipped: tuple[str, ...]


def read_all(
    places: Iterable[tuple[str, Path]], old: Mapping[Audience, Snapshot | None], now: datetime, progress: Progress | None = None
) -> Reading:
    """The pages at ``places`` (see ``Tree``). ``progress`` hears "reading", how many files of how many."""
    known = _known(old)
    pages: list[Kept] = []
    with Tree(places) as tree:
        sources = tree.sources()
        for done, source in enumerate(sources, 1):
            try:
                if page := _kept(source, known.get(source.document), now):
                    pages.append(page)
            except InvalidFile as error:
                tree.problems.append((source.name, error))
            if progress:
                progress("reading", done, len(sources))
    return Reading(tuple(pages), told(tree.problems))


def _kept(source: Source, known: Kept | None, now: datetime) -> Kept | None:
    content = source.read()
    digest = _digest(source, content)
    if known and known.digest == digest:
        return known
    page = page_of(source, content)
    if page is None:
        return None
    audience, chunks = page.facts.audience, split(page)
    same = known and (known.audience, known.chunks) == (audience, chunks)
    return Kept(source.document, digest, audience, known.since if known and same else now, chunks)


def page_of(source: Source, content: bytes) -> Page | None:
    read = loaders.load(source.kind, content, source.place)
    if read is None:
        return None
    facts = settle(source.place, read.hint, *source.said, read.said, title=read.title or _from_name(source.document))
    titled = any("title" in each.model_fields_set for each in (*source.said, read.said))
    return Page(source.document, facts, read.body, read.trail or ((facts.title,) if titled else ()))


def _digest(source: Source, content: bytes) -> str:
    """Over everything that the chunks depend on: the file, what folder files say of it, how it is read and how it is cut."""
    said = [each.model_dump(mode="json", exclude_unset=True) for each in source.said]
    digest = hashlib.sha256(json.dumps([loaders.VERSION, cutting(), source.kind, said]).encode())
    digest.update(content)
    return digest.hexdigest()


def _known(old: Mapping[Audience, Snapshot | None]) -> dict[str, Kept]:
    return {
        document: Kept(document, digest, audience, snapshot.since[document], tuple(snapshot.by_document.get(document, ())))
        for audience, snapshot in old.items()
        if snapshot
        for document, digest in snapshot.digests.items()
        if document in snapshot.since
    }


def _from_name(document: str) -> str:
    """``price-list_2026.pdf`` → ``Price list 2026``."""
    stem = PurePosixPath(document).stem
    words = " ".join(stem.replace("-", " ").replace("_", " ").split()) or document
    return words[:1].upper() + words[1:]


def told(problems: list[tuple[PurePosixPath, InvalidFile]]) -> tuple[str, ...]:
    return tuple(printable(str(error)) for _, error in sorted(problems, key=lambda each: each[0]))
