"""Files of every format as Markdown, with what they say of themselves."""

from typing import NamedTuple

from core.errors import InvalidFile, UsherError
from knowledge.archive import size
from knowledge.files import decoded
from knowledge.pages import Said, front_matter

VERSION = "2"
"""Another one reads every page anew: count it up when a format comes out differently."""

MAX_TEXT = 16 * 2**20
"""Bytes of HTML or text: a tree of them takes some fifty times as much memory."""


class Read(NamedTuple):
    """``said`` is meant for this product, and counts more than a folder file; ``hint`` is what the format has anyway, and counts less.

    ``title`` is empty where there is none; ``trail`` are headings that the whole body stands under.
    """

    body: str
    said: Said = Said()
    hint: Said = Said()
    title: str = ""
    trail: tuple[str, ...] = ()


def load(kind: str, content: bytes, place: str) -> Read | None:
    """None for what belongs to an export but is no page of it.

    Raises:
        InvalidFile: it cannot be read as what its name says, or has no text; whatever a library made of it, in one line.
    """
    if not content.strip(b"\0\t\n\r "):
        raise InvalidFile(file=place, problem="is empty")
    if kind not in ("PDF", "DOCX") and len(content) > MAX_TEXT:
        raise InvalidFile(file=place, problem=f"is larger than {size(MAX_TEXT)}")
    try:
        read = _load(kind, content, place)
    except UsherError:
        raise
    except (Exception, RecursionError) as error:  # noqa: BLE001 - parsers given a broken file raise anything, and the next file must be read
        said = str(error) if " " in str(error) else f"{type(error).__name__} {error}"
        raise InvalidFile(file=place, problem=f"cannot be read as {kind} ({said})") from None
    if read and not read.body.strip():
        hint = "; if it was scanned, let text recognition run over it" if kind == "PDF" else ""
        raise InvalidFile(file=place, problem=f"has no text{hint}")
    return read


def _load(kind: str, content: bytes, place: str) -> Read | None:
    match kind:
        case "HTML":
            from knowledge.loaders.html import read_html

            return read_html(content, place)
        case "PDF":
            from knowledge.loaders.pdf import read_pdf

            return read_pdf(content, place)
        case "DOCX":
            from knowledge.loaders.docx import read_docx

            return read_docx(content, place)
        case _:
            said, body = front_matter(decoded(content, place), place)
            return Read(body, said)
