"""Mail in: ``.eml`` and ``.mbox`` to messages. It decodes and lists; it interprets nothing."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from channels.email.authres import authenticated
from channels.email.headers import Headers
from channels.email.mime import Content, content
from channels.email.textual import line
from core.errors import InvalidMessage
from core.types import Inbound, Sender

MAX_BYTES = 10_000_000
MAX_LINES = 300_000
MAX_CONTAINERS = 50
MAX_PARTS = 2_000
MAX_CONTENT_HEADER = 10_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KEPT = (
    "auto-submitted",
    "precedence",
    "x-auto-response-suppress",
    "x-autoreply",
    "list-id",
    "list-unsubscribe",
    "return-path",
    "content-type",
    "from",
    "reply-to",
)
_MAIL = frozenset({"from", "to", "subject", "date", "message-id", "received", "return-path", "mime-version", "content-type", "sender"})
_CONTAINER = re.compile(rb"boundary\s*=|^content-type:\s*message/", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(rb"boundary\s*=\s*\"?([^\s\";]{1,100})", re.IGNORECASE)
_CONTENT_HEADER = re.compile(rb"^content-(?:type|disposition|transfer-encoding):[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(rb"boundary\s*=\s*\"?([^\s\";]{1,100})", re.IGNORECASE)
_CONTENT_HEADER = re.compile(rb"^content-(?:type|disposition|transfer-encoding):[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
_POSTMARK = re.compile(rb"From \S+.*\d{4}")
_STUFFED = re.compile(rb">+From ")


def read_eml(raw: bytes, source: str, *, authserv_id: str | None = None, received_at: datetime | None = None) -> Inbound:
    """One mail. ``source`` names it in errors; ``received_at`` stands in for a date that cannot be read (1970 when that is not given).

    ``authserv_id`` is the name with which the company's mail server signs ``Authentication-Results``; without it nobody is authenticated.

    Raises:
        InvalidMessage: when it is larger than ``MAX_BYTES``, is no mail, or holds neither subject, text nor attachment.
    """
    try:
        message = _parsed(raw, source)
        headers, body = Headers(message), content(message)
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        raise InvalidMessage(source=source, problem=f"damaged beyond reading ({type(error).__name__})") from None
    subject = headers.text("subject")
    if not (subject or body.text.strip() or body.attachments):
        raise InvalidMessage(source=source, problem="the mail has neither subject, text nor attachment")
    sender = _sender(headers, authserv_id)
    return Inbound(
        message_id=_id(headers, sender, subject, body),
        channel="email",
        sender=sender,
        to=tuple(dict.fromkeys(address for _, address in headers.addresses("to", "cc"))),
        subject=subject,
        text=body.text,
        sent_at=headers.date() or received_at or EPOCH,
        references=_references(headers),
        headers={name: line(headers.first(name)) for name in KEPT if name in headers},
        attachments=body.attachments,
    )


def read_mbox(
    mbox: Path | bytes, source: str, *, authserv_id: str | None = None, received_at: datetime | None = None
) -> Iterator[Inbound | InvalidMessage]:
    """Every mail of an mbox file (RFC 4155; ``>From`` unstuffed), read one by one; a bad one yields its error, named ``source:number``."""
    with BytesIO(mbox) if isinstance(mbox, bytes) else mbox.open("rb") as stream:
        for number, raw in enumerate(_mails(stream), start=1):
            try:
                yield read_eml(raw, f"{source}:{number}", authserv_id=authserv_id, received_at=received_at)
            except InvalidMessage as error:
                yield error


def too_large(source: str) -> InvalidMessage:
    return InvalidMessage(source=source, problem=f"larger than the limit of {MAX_BYTES // 1_000_000} MB for one message")


def _parsed(raw: bytes, source: str) -> "Message[str, str]":
    if len(raw) > MAX_BYTES:
        raise too_large(source)
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raw = raw.decode("utf-16", "replace").encode("utf-8")
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if not raw.strip():
        raise InvalidMessage(source=source, problem="empty")
    if problem := _too_costly(raw):
        raise InvalidMessage(source=source, problem=problem)
    message = BytesParser(policy=compat32).parsebytes(raw)
    if not _MAIL.intersection(name.lower() for name in message.keys()):  # noqa: SIM118 (a Message is no mapping)
        raise InvalidMessage(source=source, problem="not a mail: it has none of the usual header lines")
    return message


def _too_costly(raw: bytes) -> str | None:
    """What would keep the parser busy for minutes: its time grows with lines × nesting, and with the square of a header's parameters."""
    if max(raw.count(b"\n"), raw.count(b"\r")) > MAX_LINES:
        return f"more than {MAX_LINES:,} lines"
    if sum(1 for _ in _CONTAINER.finditer(raw)) > MAX_CONTAINERS:
        return f"more than {MAX_CONTAINERS} MIME parts that hold other parts"
    if sum(raw.count(b"\n--" + mark) for mark in set(_BOUNDARY.findall(raw))) > MAX_PARTS:
        return f"more than {MAX_PARTS:,} MIME parts"
    if any(len(found[0]) > MAX_CONTENT_HEADER for found in _CONTENT_HEADER.finditer(raw)):
        return f"a Content header longer than {MAX_CONTENT_HEADER:,} bytes"
    return None


def _sender(headers: Headers, authserv_id: str | None) -> Sender:
    writers = headers.addresses("from")
    name, address = next(iter(writers or headers.addresses("sender", "reply-to")), ("", None))
    proven = len(headers.all("from")) == 1 and authenticated(
        headers.all("authentication-results"), [address for _, address in writers], authserv_id
    )
    return Sender(name=name, email=address, authenticated=proven)


def _references(headers: Headers) -> tuple[str, ...]:
    """Oldest first; ``In-Reply-To`` is the newest and comes last even where ``References`` repeats it."""
    replied = headers.ids("in-reply-to")[:1]
    return (*(id for id in headers.ids("references")[-100:] if id not in replied), *replied)


def _id(headers: Headers, sender: Sender, subject: str, body: Content) -> str:
    given = headers.ids("message-id")
    if given:
        return given[0]
    seed = "\n".join([sender.email or "", headers.first("date"), subject, body.text])
    return f"sha256-{sha256(seed.encode()).hexdigest()[:40]}"


def _mails(stream: BinaryIO) -> Iterator[bytes]:
    """Raw mails between postmark lines. Past ``MAX_BYTES`` the rest of a mail is dropped, which ``read_eml`` then refuses."""
    held: list[bytes] = []
    size, begun, after_blank = 0, False, True
    for chunk in iter(lambda: stream.readline(65_536), b""):
        if after_blank and _POSTMARK.match(chunk):
            if begun:
                yield b"".join(held)
            held, size, begun = [], 0, True
        elif size <= MAX_BYTES:
            held.append(chunk[1:] if _STUFFED.match(chunk) else chunk)
            size += len(chunk)
            begun = begun or bool(chunk.strip())
        after_blank = not chunk.strip()
    if begun:
        yield b"".join(held)
