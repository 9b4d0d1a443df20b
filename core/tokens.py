"""How many tokens a text has, for budgets that are kept before anything is sent or stored.

Exact where ``TIKTOKEN_CACHE_DIR`` holds a vocabulary as tiktoken itself would have cached it; otherwise an estimate. Nothing is downloaded.
"""

import hashlib
import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tiktoken import Encoding

SLICE = 10_000
"""Characters encoded at once: tiktoken's patterns overflow their stack on some hundred thousand blanks in a row."""
_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^\W\d_]+|[^\w\s]+|\n+|_+|[^\S\n]{2,}")


class Vocabulary(NamedTuple):
    """``address`` is where tiktoken would fetch it: what it is cached under; ``sha256`` is what it must then be."""

    name: str
    address: str
    sha256: str


KNOWN = (
    Vocabulary(
        "o200k_base",
        "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
    Vocabulary(
        "cl100k_base",
        "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
)


class Tokens:
    """Counts with ``encoding``; without one it estimates."""

    def __init__(self, encoding: "Encoding | None" = None) -> None:
        self._encoding = encoding

    @property
    def name(self) -> str:
        return self._encoding.name if self._encoding else "estimate"

    def count(self, text: str) -> int:
        """Tokens of ``text`` as one part of a prompt; what looks like a special token counts as the characters that it is."""
        if self._encoding is None:
            return estimated(text)
        return sum(len(self._encoding.encode_ordinary(text[at : at + SLICE])) for at in range(0, len(text), SLICE))


def count(text: str) -> int:
    return _tokens().count(text)


def exact() -> bool:
    """Whether ``count`` has a vocabulary. It need not be that of the endpoint's own model."""
    return name() != "estimate"


def name() -> str:
    """The vocabulary that ``count`` uses, or ``estimate``."""
    return _tokens().name


def estimated(text: str) -> int:
    """Tokens by what most vocabularies have in common: short words are one, long ones and other scripts one for about four bytes.

    On English text about a tenth above o200k_base and cl100k_base; the shares were read off their counts of manuals, mails and code.
    """
    return sum(map(_piece, _PIECE.findall(text)))


def cached(folder: str, known: tuple[Vocabulary, ...] = KNOWN) -> "Encoding | None":
    """The first vocabulary that ``folder`` holds whole: of one that is not, tiktoken would fetch another copy. ``folder`` must be
    ``TIKTOKEN_CACHE_DIR``, which tiktoken reads.
    """
    for vocabulary in known if folder else ():
        file = Path(folder) / hashlib.sha1(vocabulary.address.encode(), usedforsecurity=False).hexdigest()
        if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == vocabulary.sha256:
            import tiktoken

            return tiktoken.get_encoding(vocabulary.name)
    return None


@cache
def _tokens() -> Tokens:
    return Tokens(cached(os.environ.get("TIKTOKEN_CACHE_DIR", "")))


def _piece(piece: str) -> int:
    last = piece[-1]
    if last >= "\u2e80" and last.isalpha():
        return -(-5 * len(piece) // 4)  # Chinese, Japanese and Korean signs: often one token, at times two
    if last >= "\x80":
        return -(-len(piece.encode(errors="replace")) // 4) if last.isalpha() else sum(1 + (sign > "\uffff") for sign in piece)
    if last.islower():
        return 1 if len(piece) <= 7 else -(-len(piece) // 4)
    return 1 if last.isspace() else -(-len(piece) // 3)
