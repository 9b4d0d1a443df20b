"""What a user may not see is never found: two tenants, three audiences, regions and dates, pages that are nearly alike."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from benchmarks.knowledge.answering import AUDIENCES
from benchmarks.knowledge.report import Line, Part
from benchmarks.knowledge.shelf import NOON, Shelf
from core.types import Audience, Passage

TENANTS = ("alder", "birch")
REGIONS = ("emea", "amer")
QUERIES, TOPICS, LIMIT = 1_000, 24, 8
_THINGS = ("refund", "discount", "invoice", "renewal", "contract", "backup", "password", "incident", "webhook", "seat", "audit", "export")
_TURNS = ("What is the {0} limit?", "who signs off a {0} above {1}", "{0} rules for {2} please", "{0} {1} {2}", "The {0} limit is {1}.")
Say = Callable[[str], None]


class Mark(NamedTuple):
    """Whose a page is. It stands as one word in each of its passages, so whatever is found says whose it is."""

    tenant: str
    audience: Audience
    region: str = "any"
    expired: str = "no"

    @property
    def word(self) -> str:
        return f"mark_{'_'.join(self)}_"


class User(NamedTuple):
    tenant: str
    audiences: tuple[Audience, ...]
    regions: tuple[str, ...]

    def may_see(self, mark: Mark) -> bool:
        allowed = mark.tenant == self.tenant and mark.audience in self.audiences
        return allowed and mark.expired == "no" and mark.region in ("any", *self.regions)


MARKS = tuple(
    Mark(tenant, audience, region, expired)
    for tenant in TENANTS
    for audience in AUDIENCES
    for region in ("any", *REGIONS)
    for expired in ("no", "yes")
)


class Isolated(NamedTuple):
    """``passages`` were found, ``leaks`` of them, or of those withheld, by somebody who may not see them; ``marks``: so many kinds of page
    were found by somebody."""

    queries: int
    passages: int
    leaks: int
    marks: int


async def isolation(shelf: Shelf, say: Say, queries: int = QUERIES) -> Part:
    found = await isolated(shelf, queries)
    say(f"isolation: {found.queries} queries")
    lines = [
        Line("passages that the user may not see", found.leaks, "count", bar=0, most=True, beside=f"of {found.passages:,} found"),
        Line("kinds of page that somebody found", found.marks, "count", bar=len(MARKS) // 2, beside="all that are in force"),
    ]
    return Part("isolation", f"{queries:,} random queries; 2 tenants, 3 audiences, regions and dates", lines)


async def isolated(shelf: Shelf, queries: int, topics: int = TOPICS) -> Isolated:
    """Ingest the pages and let random users ask; what is withheld as out of force is looked at as well."""
    for tenant in TENANTS:
        shelf.write(tenant, pages(tenant, topics))
        await shelf.ingest(tenant)
    retrievers = {tenant: shelf.retriever(tenant) for tenant in TENANTS}
    chance, passages, leaked, seen = random.Random(0), 0, 0, set[Mark]()
    for _ in range(queries):
        user = User(chance.choice(TENANTS), AUDIENCES[: chance.randint(1, 3)], tuple(chance.sample(REGIONS, chance.randint(0, 2))))
        search = retrievers[user.tenant].search
        found = await search(query(chance), audiences=user.audiences, limit=LIMIT, regions=user.regions, at=NOON)
        passages += len(found.passages)
        leaked += leaks(user, found.passages) + leaks(user, found.withheld, expired=True)
        seen |= {mark for passage in found.passages for mark in marks(passage)}
    return Isolated(queries, passages, leaked, len(seen))


def leaks(user: User, passages: Sequence[Passage], *, expired: bool = False) -> int:
    """``expired``: these were withheld because they are not in force; that alone is right."""
    return sum(not _may_see(user, passage, expired=expired) for passage in passages)


def _may_see(user: User, passage: Passage, *, expired: bool) -> bool:
    whose = [mark._replace(expired="no") if expired else mark for mark in marks(passage)]
    return bool(whose) and passage.audience in user.audiences and all(user.may_see(mark) for mark in whose)


def marks(passage: Passage) -> list[Mark]:
    return [mark for mark in MARKS if mark.word in passage.text]


def pages(tenant: str, topics: int) -> Iterator[tuple[str, str]]:
    """The same topics in the same words for everybody; only the figures, and the mark, differ."""
    for mark in MARKS:
        if mark.tenant == tenant:
            for topic in range(topics):
                yield f"{'-'.join(mark)}-{topic}", _page(mark, topic)


def _page(mark: Mark, topic: int) -> str:
    thing, chance = _THINGS[topic % len(_THINGS)], random.Random(f"{mark.word}{topic}")
    figure, hour = chance.randint(10, 99), chance.randint(1, 48)
    head = [f"title: {thing.title()} {topic}", f"audience: {mark.audience}", "effective: 2026-01-05"]
    head += [f"regions: [{mark.region}]"] * (mark.region != "any") + ["expires: 2026-06-30"] * (mark.expired == "yes")
    text = f"The {thing} limit is {figure} per cent. A {thing} above {figure} is signed off within {hour} hours by the {thing} desk."
    return "\n".join(["---", *head, "---", "", f"# {thing.title()} {topic}", "", f"{text} Note {mark.word}.", ""])


def query(chance: random.Random) -> str:
    """As customers ask, as pages say it, or the very mark of somebody's page."""
    if chance.random() < 0.2:
        return f"{chance.choice(_THINGS)} {chance.choice(MARKS).word}"
    thing, other = chance.choice(_THINGS), chance.choice((*TENANTS, *AUDIENCES, *REGIONS))
    return chance.choice(_TURNS).format(thing, chance.randint(10, 99), other)
