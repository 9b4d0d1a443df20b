"""What may be learned from a turn: the customer's new words, without what names or reaches anybody."""

import re
from collections.abc import Collection, Mapping, Sequence

from core.company import Company
from core.types import PiiSpan, Sender, Turn
from graph.intake import intake
from graph.pii import pii_spans

SHORTEST_NAME = 2
_NUMBER = re.compile(r"(?<!\w)[\w-]*\d[\d-]{3,}\d[\w-]*")
"""An order, an invoice, a customer: five digits or more identify something; prices and seats seldom need as many."""


class Lessons:
    """Implements ``core.learning.Lessons``."""

    def __init__(self, companies: Mapping[str, Company]) -> None:
        self._companies = companies

    def text(self, turn: Turn) -> str:
        """The new words: quotes, signature and what addresses a machine are gone. Without a text, the subject."""
        known = intake(turn, self._companies[turn.tenant].profile)
        senders = [message.sender for message in turn.messages]
        return masked(known.text, known.pii, senders) if known.text.strip() else masked(known.subject, pii_spans(known.subject), senders)

    def labels(self, tenant: str) -> Collection[str]:
        return self._companies[tenant].intents.groups


def masked(text: str, found: Sequence[PiiSpan], senders: Sequence[Sender] = ()) -> str:
    """``text`` with each span as its kind in brackets, the senders' names as ``[name]``, and long numbers as ``[number]``.

    Names of people who did not write are not known here, and stay.
    """
    parts, at = [], 0
    for span in found:
        parts += [text[at : span.start], f"[{span.kind}]"]
        at = span.end
    kept = "".join([*parts, text[at:]])
    for name in sorted({name for sender in senders for name in _names(sender)}, key=len, reverse=True):
        kept = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "[name]", kept, flags=re.IGNORECASE)
    return _NUMBER.sub("[number]", kept)


def _names(sender: Sender) -> list[str]:
    """The whole name and each part of it; a single word in small letters may be any word."""
    whole = sender.name.strip()
    parts = [part for part in re.findall(r"[^\W\d_]+", whole) if not part.islower()]
    names = (whole, *parts) if " " in whole or not whole.islower() else ()
    return [name for name in names if len(name) > SHORTEST_NAME and "@" not in name]
