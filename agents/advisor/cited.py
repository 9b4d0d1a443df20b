"""Which line of an answer stands on which passage: one citation a line, in order, and none without."""

from collections.abc import Sequence

from core.types import Answer, Citation, Passage


def uncited(answer: Answer, passages: Sequence[Passage]) -> tuple[str, ...]:
    """The lines of ``answer`` (before anybody signs it) that no true citation carries; citations in excess count as lines that are missing.

    The n-th citation is for the n-th line. It is true when its quote stands in a public passage of that document and heading.
    """
    lines, given = answer.answer.splitlines(), answer.citations
    bare = [line for at, line in enumerate(lines) if at >= len(given) or not true(given[at], passages)]
    return (*bare, *(f"(no line for {cite.document})" for cite in given[len(lines) :]))


def true(citation: Citation, passages: Sequence[Passage]) -> bool:
    return any(holds(passage, citation) for passage in passages)


def holds(passage: Passage, citation: Citation) -> bool:
    """Whether the quote stands verbatim (but for white space) in this public passage."""
    same = passage.audience == "public" and (passage.document, passage.heading) == (citation.document, citation.heading)
    quote = " ".join(citation.quote.split())
    return same and bool(quote) and quote in " ".join(passage.text.split())
