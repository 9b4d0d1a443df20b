"""May a question of a chat model's be asked of a customer?"""

import re
from collections.abc import Sequence

from agents.advisor.grounding import unsupported_claims
from agents.advisor.language import english
from agents.advisor.sentences import sentences
from agents.advisor.strange import lacking
from agents.portions import line
from core.types import Passage

QUESTION_CHARS = 240
_SECRET = re.compile(
    r"password|passwor[dt]|passphrase|\bpin\b|\bcvv\b|card number|\biban\b|kartennummer|mot de passe|contraseña|\bcodes?\b|token|secret"
    r"|log-?in|credential|zugangsdaten|identifiants|credenciales|código|api key",
    re.IGNORECASE,
)
_PRESUMES = re.compile(
    r"\b(?:know|knew|aware|reali[sz]e|heard?|notice|remember|agree|accept|why|we|wussten|wissen|bewusst|bekannt|warum|wieso|wir|sav(?:ez|iez)"
    r"|au courant|pourquoi|sabe|sabía|consciente|por qué|nosotros)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^\W*(?:(?:please|could you|can you|would you) (?:please )?(?:tell|say)(?: (?:me|us))? )?"
    r"(?:(?:for|on|in|of|to|about|at|with|from|by|since) )?"
    r"(?:which|what|whether|who|how (?:many|much)|is|are|was|were|has|have|does|do|did|you mean|mean|my you|that)\b",
    re.IGNORECASE,
)
_ACTION = re.compile(
    r"\b(?:call|ring|phone|dial|send|give|share|click|visit|transfer|pay|forward|reply|download|install|enter|sign|confirm|provide|text(?:ed)?)\b",
    re.IGNORECASE,
)
ASKED_OF = (
    "about plan month monthly year annual account workspace invoice subscription product order region seat user date kind question message"
)
"""What a company's question back may name without anybody having done so."""


def harmless(question: str, conversation: str, passages: Sequence[Passage]) -> str:
    """The question where it is one, asks which or whether of what the conversation or the passages name, claims nothing that was not said,
    and asks for nothing that nobody should write down or do."""
    asked = line(question)
    one = asked.endswith("?") and asked.count("?") == 1 and len(asked) <= QUESTION_CHARS and len(sentences(asked)) == 1
    if not one or _SECRET.search(asked) or _PRESUMES.search(asked) or unsupported_claims(asked, (), conversation):
        return ""
    said = english(asked)
    known = "\n".join([english(conversation), *(f"{passage.heading}\n{passage.text}" for passage in passages)])
    plain = _ASKS.search(said) and not _ACTION.search(said)
    return asked if plain and lacking(said, f"{known}\n{ASKED_OF}") == [] else ""
