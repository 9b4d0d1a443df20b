"""Chat transcripts in: JSON Lines, one message a line."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, ValidationError

from channels.email.textual import line, storable
from core.errors import InvalidMessage
from core.types import Channel, Inbound, Sender

MAX_LINE = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _From(BaseModel):
    name: StrictStr = ""
    email: StrictStr | None = None


class _Line(BaseModel):
    """One line as written; keys that are not known are passed over, so that exports with more columns can be read."""

    model_config = ConfigDict(populate_by_name=True)

    text: StrictStr
    id: StrictStr = ""
    conversation_id: StrictStr | None = None
    channel: Channel = "chat"
    role: Literal["customer", "agent"] = "customer"
    sender: _From = Field(default_factory=_From, alias="from")
    authenticated: StrictBool = False
    sent_at: datetime | None = None
    subject: StrictStr = ""


def read_jsonl(lines: Iterable[bytes], source: str, *, received_at: datetime | None = None) -> Iterator[Inbound | InvalidMessage]:
    """Every message of a transcript; a line that cannot be read yields its error, named ``source:line``, and the rest goes on.

    Only ``text`` is required: a missing id is made of the line's content and number, a missing time is ``received_at`` (1970 without it).
    """
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        try:
            yield _inbound(raw, number, received_at or EPOCH)
        except ValueError as error:
            yield InvalidMessage(source=f"{source}:{number}", problem=str(error))


def _inbound(raw: bytes, number: int, received_at: datetime) -> Inbound:
    """Raises ValueError with the problem for people."""
    written = _validated(_decoded(raw, number))
    if not written.text.strip() and not written.subject.strip():
        raise ValueError("text: empty")
    at = written.sent_at or received_at
    return Inbound(
        message_id=line(written.id, 900) or f"sha256-{sha256(b'%d:' % number + raw.strip()).hexdigest()[:40]}",
        channel=written.channel,
        sender=_sender(written),
        role=written.role,
        subject=line(written.subject),
        text=storable(written.text),
        sent_at=at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC),
        conversation_key=line(written.conversation_id or "", 900) or None,
    )


def _sender(written: _Line) -> Sender:
    email = line(written.sender.email or "", 320).lower()
    return Sender(name=line(written.sender.name, 200), email=email or None, authenticated=written.authenticated)


def _decoded(raw: bytes, number: int) -> object:
    if len(raw) > MAX_LINE:
        raise ValueError(f"longer than the limit of {MAX_LINE // 1_000_000} MB for one line")
    try:
        return json.loads(raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw)
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at character {error.pos + 1}") from None
    except (ValueError, RecursionError):
        raise ValueError("not JSON that can be read: a number or a nesting beyond every measure") from None


def _validated(data: object) -> _Line:
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 (every problem of a line is a ValueError)
    try:
        return _Line.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join("from" if part == "sender" else str(part) for part in first["loc"])
        raise ValueError(f"{where}: {first['msg'][0].lower()}{first['msg'][1:]}") from None
    except OverflowError:
        raise ValueError("sent_at: out of range") from None
