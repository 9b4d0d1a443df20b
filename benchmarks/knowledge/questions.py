"""Questions to a company's handbook, one JSON object a line in ``evals/knowledge.jsonl`` of its folder.

``kind`` says what a right reaction is: an answer that stands in one of the ``gold`` sections (``document`` and the section's own
heading) and has its ``quote``; nothing, because the pages the sender may see do not say it (``unanswerable``); the question back what
is meant (``underspecified``); or a refusal, because the company's rules forbid what is asked for (``out of policy``; ``gold`` is then
the rule, where customers may read it). ``hidden`` sections speak of the matter and must not be found: they are for other readers, for
another region, or not in force on the day asked (``at``, otherwise ``ASKED_ON``).
"""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from core.errors import InvalidFile
from core.types import Audience
from core.value import Value
from knowledge.files import read_text

ASKED_ON = date(2026, 11, 16)
Kind = Literal["answerable", "unanswerable", "underspecified", "out of policy"]


class Said(Value):
    """A message of the conversation before."""

    by: Literal["customer", "company"]
    text: str


class Section(Value):
    """A part of a page by its own heading, without the headings above it."""

    document: str
    heading: str

    def holds(self, document: str, heading: str) -> bool:
        """Whether a passage under that heading path belongs to it."""
        return document == self.document and heading.rpartition(" > ")[2] == self.heading


class Gold(Section):
    """``quote``: words of the section without which no answer is right."""

    quote: str


class Question(Value):
    """``audience`` is the most that the sender may see; ``regions`` are the sender's, none when they are not known."""

    id: str
    kind: Kind
    question: str
    history: tuple[Said, ...] = ()
    audience: Audience = "public"
    regions: tuple[str, ...] = ()
    at: date = ASKED_ON
    gold: tuple[Gold, ...] = ()
    hidden: tuple[Section, ...] = ()

    @property
    def asked_at(self) -> datetime:
        return datetime.combine(self.at, time(12), UTC)


def read(file: Path) -> tuple[Question, ...]:
    """Raises InvalidFile, naming the line."""
    rows = enumerate(read_text(file).splitlines(), start=1)
    return tuple(_question(row, str(file), line) for line, row in rows if row.strip())


def _question(row: str, file: str, line: int) -> Question:
    try:
        return Question.model_validate_json(row)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidFile(file=file, line=line, problem=f"{where}: {first['msg']}" if where else first["msg"]) from None
