"""Asking as the product asks: the follow-up made whole, the search, the answer; and what came of it."""

import re
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

from agents.advisor.answers import Advisor
from agents.advisor.followup import standalone
from benchmarks.knowledge.questions import Question
from core.types import Answer, Audience, Passage, Past
from graph.nodes import PASSAGES, RULES

if TYPE_CHECKING:
    from knowledge.index import HandbookRetriever

AUDIENCES: tuple[Audience, ...] = ("public", "internal", "restricted")
ROLES: dict[str, Literal["customer", "agent"]] = {"customer": "customer", "company": "agent"}
_WORD = re.compile(r"\w+")


class Reaction(NamedTuple):
    """What was found for a question, and what was said to it; nothing is said to the company's own people, who search."""

    asked: Question
    passages: tuple[Passage, ...]
    answer: Answer | None

    @property
    def rank(self) -> int | None:
        """Of the first passage of a gold section."""
        gold = self.asked.gold
        places = enumerate(self.passages, start=1)
        return next((at for at, found in places if any(each.holds(found.document, found.heading) for each in gold)), None)

    @property
    def leaked(self) -> bool:
        return any(each.holds(found.document, found.heading) for each in self.asked.hidden for found in self.passages)

    @property
    def right(self) -> bool:
        """Whether a gold section was cited and its words were said."""
        if self.answer is None or self.answer.abstained:
            return False
        said, cited = " ".join(_WORD.findall(self.answer.answer.casefold())), self.answer.citations
        return any(
            " ".join(_WORD.findall(gold.quote.casefold())) in said
            for gold in self.asked.gold
            if any(gold.holds(each.document, each.heading) for each in cited)
        )


async def react(question: Question, retriever: "HandbookRetriever", advisor: Advisor) -> Reaction:
    """Search and answer as of the question's day, for its sender, as a turn of the graph does."""
    past, day = _past(question), question.asked_at
    asked = standalone(question.question, past)
    search = partial(retriever.search, asked, languages=("en",), at=day)
    audiences = AUDIENCES[: AUDIENCES.index(question.audience) + 1]
    found = await search(audiences=audiences, limit=PASSAGES, regions=question.regions)
    if question.audience != "public":
        return Reaction(question, found.passages, None)
    rules = await search(audiences=("internal",), limit=RULES, regions=None)
    known = {"region": question.regions[0]} if question.regions else {}
    answer = advisor.answer(
        asked, found.passages, "en", withheld=found.withheld, internal=rules.passages, known=known, history=past, on=day.date()
    )
    return Reaction(question, found.passages, answer)


def _past(question: Question) -> tuple[Past, ...]:
    """A minute between two messages."""
    count = len(question.history)
    return tuple(
        Past(role=ROLES[each.by], text=each.text, at=question.asked_at - timedelta(minutes=count - at))
        for at, each in enumerate(question.history)
    )


def uncited(answer: Answer, passages: Sequence[Passage]) -> list[str]:
    """The lines of an answer that do not stand on what they cite, looked up without the advisor's own check: each line has a citation,
    whose quote stands in a passage that was found, and says no word that this passage does not have."""
    lines = answer.answer.splitlines()
    missing = lines[len(answer.citations) :]
    pairs = zip(lines, answer.citations, strict=False)
    return missing + [line for line, cite in pairs if not any(_bears(passage, cite.heading, cite.quote, line) for passage in passages)]


def _bears(passage: Passage, heading: str, quote: str, line: str) -> bool:
    if passage.heading != heading or " ".join(quote.split()) not in " ".join(passage.text.split()):
        return False
    known = set(_WORD.findall(f"{passage.heading} {passage.text}".casefold()))
    return known.issuperset(_WORD.findall(line.casefold()))
