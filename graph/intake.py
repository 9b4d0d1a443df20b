"""The first node: from what the channels delivered to one readable text and what can be told without a model. Pure; never raises."""

import re
import unicodedata
from collections.abc import Sequence

from core.company import Profile
from core.types import Inbound, Intake, Turn
from graph.automated import automated
from graph.language import Language, language_of
from graph.pii import pii_spans
from graph.quotes import Split, split_mail

SHORT = 40
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]")
_JOINERS = re.compile("(?<=[A-Za-z])[\u200c\u200d]+(?=[A-Za-z])")


def intake(turn: Turn, profile: Profile) -> Intake:
    """Read the turn's new messages. Only mail is searched for quotes and a signature; in chat every line is the sender's own."""
    messages = [message for message in turn.messages if message.role == "customer"] or list(turn.messages)
    parts = [_split(message) for message in messages]
    text = "\n\n".join(part.text for part in parts if part.text)
    language = _language(text, messages, turn, profile)
    return Intake(
        text=text,
        subject=visible(next((message.subject for message in messages if message.subject.strip()), "")),
        quoted="\n\n".join(part.quoted for part in parts if part.quoted),
        signature="\n\n".join(part.signature for part in parts if part.signature),
        language=language.code,
        language_served=language.served,
        automated=_automated(messages, profile),
        pii=pii_spans(text, language.code),
    )


def visible(text: str) -> str:
    """``text`` without signs that no reader sees (soft hyphens, direction marks, tags, joiners within Latin words), composed (NFC)."""
    return unicodedata.normalize("NFC", _JOINERS.sub("", _UNSEEN.sub("", text)))


def _split(message: Inbound) -> Split:
    text = visible(message.text)
    return split_mail(text, message.subject, message.sender.name) if message.channel == "email" else Split(text.strip())


def _language(text: str, messages: Sequence[Inbound], turn: Turn, profile: Profile) -> Language:
    """Of a short text, subject and the sender's earlier words speak too."""
    shown = text
    if len(text) < SHORT:
        earlier = [past.text for past in turn.history[-3:] if past.role == "customer"]
        shown = "\n".join([text, *(message.subject for message in messages), *earlier])
    return language_of(shown, profile.languages, profile.default_language)


def _automated(messages: Sequence[Inbound], profile: Profile) -> str | None:
    """A reason only when every message of the turn has one."""
    reasons = [automated(message, profile.domains) for message in messages]
    return reasons[0] if reasons and all(reasons) else None
