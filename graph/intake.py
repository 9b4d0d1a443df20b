"""The first node: from what the channels delivered to one readable text and what can be told without a model. Pure; never raises."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from agents.crew import Business
from core.company import Profile
from core.types import Inbound, Intake, Turn
from core.value import Span
from graph.automated import automated
from graph.instructions import Relevant, nothing_known, without_instructions, without_instructions_in_line
from graph.language import Language, language_of
from graph.pii import pii_spans
from graph.quotes import Split, split_mail

SHORT = 40
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]")
_JOINERS = re.compile("(?<=[A-Za-z])[\u200c\u200d]+(?=[A-Za-z])")


def intake(turn: Turn, profile: Profile, business: Business | None = None) -> Intake:
    """Read the turn's new messages. Only mail is searched for quotes and a signature; in chat every line is the sender's own.

    What addresses a machine is set aside wherever it stands. What says nothing to the company stays in the text that people see, and is
    no part of the request; in a language that nobody serves, nobody can tell.
    """
    messages = [message for message in turn.messages if message.role == "customer"] or list(turn.messages)
    parts = [_split(message, business.speaks if business else nothing_known) for message in messages]
    title = without_instructions_in_line(visible(next((message.subject for message in messages if message.subject.strip()), "")))
    text = "\n\n".join(part.text for part in parts if part.text)
    language = _language(text, title.text, turn, profile)
    heading, beside = title.text, tuple[Span, ...]()
    if business and language.served and text:
        heading = business.heading(title.text)
        beside = business.beside(text, heading)
    if beside:
        request = Intake(text=text, beside=beside, language=language.code).request
        language = _language(request, heading, turn, profile)
    return Intake(
        text=text,
        subject=title.text,
        title=heading,
        beside=beside,
        quoted="\n\n".join(part.quoted for part in parts if part.quoted),
        signature="\n\n".join(part.signature for part in parts if part.signature),
        instructions=(*title.instructions, *(found for part in parts for found in part.instructions)),
        language=language.code,
        language_served=language.served,
        automated=_automated(messages, profile),
        pii=pii_spans(text, language.code),
    )


def visible(text: str) -> str:
    """``text`` without signs that no reader sees (soft hyphens, direction marks, tags, joiners within Latin words), composed (NFC)."""
    return unicodedata.normalize("NFC", _JOINERS.sub("", _UNSEEN.sub("", text)))


class _Read(NamedTuple):
    text: str
    quoted: str = ""
    signature: str = ""
    instructions: tuple[str, ...] = ()


def _split(message: Inbound, relevant: Relevant) -> _Read:
    """Quotes and signature leave first. Once something else was set aside they are looked for again: it may have stood below them."""
    text = visible(message.text)
    mail = message.channel == "email"
    first = split_mail(text, message.subject, message.sender.name) if mail else Split(text.strip())
    parted = without_instructions(first.text, relevant)
    if not parted.instructions or not mail:
        return _Read(parted.text, first.quoted, first.signature, parted.instructions)
    again = split_mail(parted.text, message.subject, message.sender.name)
    quoted, signature = ("\n\n".join(part for part in parts if part) for parts in zip(first[1:], again[1:], strict=True))
    return _Read(again.text, quoted, signature, parted.instructions)


def _language(text: str, subject: str, turn: Turn, profile: Profile) -> Language:
    """Of a short text, subject and the sender's earlier words speak too."""
    shown = text
    if len(text) < SHORT:
        earlier = [past.text for past in turn.history[-3:] if past.role == "customer"]
        shown = "\n".join([text, subject, *earlier])
    return language_of(shown, profile.languages, profile.default_language)


def _automated(messages: Sequence[Inbound], profile: Profile) -> str | None:
    """A reason only when every message of the turn has one."""
    reasons = [automated(message, profile.domains) for message in messages]
    return reasons[0] if reasons and all(reasons) else None
