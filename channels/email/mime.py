"""The parts of a mail: what a person reads, and what is attached (RFC 2045 to 2049, 2387, 3462)."""

import re
from base64 import b64decode
from email.errors import InvalidBase64LengthDefect
from email.message import Message
from typing import NamedTuple, TypeAlias

from channels.email.calendar_text import calendar_to_text
from channels.email.headers import Headers, words
from channels.email.htmltext import html_to_text
from channels.email.textual import decoded, line, storable
from core.types import Attachment

Part: TypeAlias = "Message[str, str]"

MAX_DEPTH = 25
MAX_TEXT = 200_000
_PLACEHOLDER = re.compile(r"html|browser|navigateur|navegador", re.IGNORECASE)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_BODIES = {"text/plain", "text/html", "text/calendar", "text/markdown", "text/enriched", "text/richtext"}
_ENCODINGS = {"base64", "quoted-printable", "7bit", "8bit", "binary", "x-uuencode", "uuencode", "uue", "x-uue"}


class Content(NamedTuple):
    text: str = ""
    attachments: tuple[Attachment, ...] = ()


def content(part: Part, depth: int = 0) -> Content:
    """Text and attachments of ``part`` and the parts in it; parts nested deeper than ``MAX_DEPTH`` are left out."""
    if depth > MAX_DEPTH:
        return Content()
    kind = part.get_content_type().split()[0]
    children = [child for child in part.get_payload() if isinstance(child, Message)] if part.is_multipart() else []
    if kind in ("message/rfc822", "message/global") and children:
        return _forwarded(part, children[0], depth)
    if children:
        return _several(kind, [(child.get_content_type(), content(child, depth + 1)) for child in children])
    if _is_attached(part, kind):
        return Content(attachments=(_attachment(part, kind),))
    return Content(text=_text(part, kind))


def _several(kind: str, children: list[tuple[str, Content]]) -> Content:
    attachments = tuple(attachment for _, child in children for attachment in child.attachments)
    if kind == "multipart/alternative":
        text = _best(children)
    elif kind in ("multipart/report", "multipart/related", "multipart/signed"):
        text = next((child.text for _, child in children if child.text.strip()), "")
    else:
        text = "\n\n".join(child.text.strip("\n") for _, child in children if child.text.strip())
    return Content(text[:MAX_TEXT], attachments[:200])


def _best(children: list[tuple[str, Content]]) -> str:
    """Of alternatives: the plain text, unless it only says that there is an HTML one."""
    plain = next((child.text for kind, child in children if kind == "text/plain" and child.text.strip()), "")
    rich = next((child.text for kind, child in children if kind not in ("text/plain", "text/calendar") and child.text.strip()), "")
    if rich and (not plain or (len(plain) < 200 and len(rich) > len(plain) and _PLACEHOLDER.search(plain))):
        return rich
    return plain or next((child.text for _, child in children if child.text.strip()), "")


def _forwarded(part: Part, inner: Part, depth: int) -> Content:
    headers, body = Headers(inner), content(inner, depth + 1)
    shown = [f"{name}: {headers.text(name.lower())}" for name in ("From", "Date", "Subject", "To") if headers.first(name.lower())]
    text = "\n".join(["---------- Forwarded message ----------", *shown, "", body.text])
    attached = (_attachment(part, "message/rfc822"),) if part.get_content_disposition() == "attachment" else ()
    return Content(text[:MAX_TEXT], (*attached, *body.attachments))


def _is_attached(part: Part, kind: str) -> bool:
    if kind.startswith("multipart/"):
        return False
    return part.get_content_disposition() == "attachment" or kind not in _BODIES or bool(_name(part) and kind != "text/calendar")


def _text(part: Part, kind: str) -> str:
    text = storable(decoded(_bytes(part), _charset(part)))
    if kind == "text/html":
        return html_to_text(text)[:MAX_TEXT]
    return calendar_to_text(text) if kind == "text/calendar" else text[:MAX_TEXT]


def _charset(part: Part) -> str | None:
    value = part.get_param("charset")
    return value[2] if isinstance(value, tuple) else value


def _attachment(part: Part, kind: str) -> Attachment:
    return Attachment(name=_name(part) or "unnamed", media_type=line(kind, 100), size=sum(len(_bytes(leaf)) for leaf in part.walk()))


def _name(part: Part) -> str:
    try:
        name = part.get_filename() or ""
    except (LookupError, UnicodeError, ValueError, TypeError):
        return "unnamed"
    return line(re.split(r"[\\/]", words(name))[-1], 200)


def _bytes(part: Part) -> bytes:
    """The decoded payload; base64 that breaks off in the middle is decoded as far as it goes."""
    encoding = (str(part.get("content-transfer-encoding", "")).lower().split() or [""])[0].rstrip(";")
    if encoding in _ENCODINGS and encoding != part.get("content-transfer-encoding"):
        part.replace_header("content-transfer-encoding", encoding)
    data = part.get_payload(decode=True)
    data = data if isinstance(data, bytes) else b""
    return (
        _salvaged(data) if encoding == "base64" and any(isinstance(defect, InvalidBase64LengthDefect) for defect in part.defects) else data
    )


def _salvaged(data: bytes) -> bytes:
    whole = _NOT_BASE64.sub(b"", data)
    return b64decode(whole[: len(whole) // 4 * 4])
