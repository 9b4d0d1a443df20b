"""What must hold after the chaos, read from the database and from the receivers' files; each check names what breaks it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg.rows import namedtuple_row, tuple_row

from benchmarks.chaos.load import Accepted
from benchmarks.chaos.receivers import Line, lines
from benchmarks.chaos.services import RECEIVER
from benchmarks.crew import TENANT
from core.digest import request_digest
from core.types import Effect, Request
from store.audit import Audit
from store.database import Database

UNSETTLED = """
    SELECT (SELECT count(*) FROM turns WHERE status IN ('queued', 'running')) + (SELECT count(*) FROM approvals WHERE status = 'pending')
        + (SELECT count(*) FROM approvals AS a JOIN turns AS t ON t.id = a.turn_id WHERE t.status = 'waiting' AND a.acted_at IS NULL)
        + (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending'))
"""
TURNS = "SELECT id, number, conversation_id, status, error, runs, received_at FROM turns ORDER BY number"
OUTBOX = "SELECT id, conversation_id, turn_id, channel, kind, key, state, guarded, attempts, payload, last_error FROM outbox ORDER BY id"
APPROVALS = "SELECT id, turn_id, status, digest, request, requested_by, response, acted_at FROM approvals"
VOTES = "SELECT approval_id, person, role, outcome, digest FROM approval_votes"
DECIDED = """
    SELECT conversation_id, turn_id, min(seq) AS seq FROM entries WHERE kind IN ('decided', 'failed') GROUP BY conversation_id, turn_id
    ORDER BY conversation_id, min(seq)
"""
CLOSED = """
    SELECT turn_id, count(*) AS n FROM entries WHERE kind IN ('approved', 'rejected', 'responded', 'expired', 'superseded') GROUP BY turn_id
"""


@dataclass
class Found:
    """Everything that is left of a run. ``arrived``: receiver → its lines in order."""

    turns: list[Any]
    outbox: list[Any]
    approvals: list[Any]
    votes: list[Any]
    decided: list[Any]
    closed: dict[str, int]
    messages: dict[str, str | None]
    arrived: dict[str, list[Line]]
    sent: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.sent = {row.key: row for row in self.outbox}


def read(url: str, folder: Path) -> Found:
    """The run's end, once it is settled."""
    with psycopg.connect(url, row_factory=namedtuple_row) as db:
        return Found(
            turns=db.execute(TURNS).fetchall(),
            outbox=db.execute(OUTBOX).fetchall(),
            approvals=db.execute(APPROVALS).fetchall(),
            votes=db.execute(VOTES).fetchall(),
            decided=db.execute(DECIDED).fetchall(),
            closed=dict(_pairs(db, CLOSED)),
            messages=dict(_pairs(db, "SELECT external_id, turn_id FROM messages")),
            arrived={name: list(lines(folder / f"{name}.jsonl")) for name in ("keyed", "blind")},
        )


def _pairs(db: psycopg.Connection[Any], query: LiteralString) -> Iterator[tuple[Any, Any]]:
    with db.cursor(row_factory=tuple_row) as cursor:
        yield from cursor.execute(query)


def unsettled(url: str) -> int:
    """How much is still on its way."""
    with psycopg.connect(url, connect_timeout=5) as db:
        row = db.execute(UNSETTLED).fetchone()
    return int(row[0]) if row else 0


def lost(found: Found, accepted: Mapping[str, Accepted]) -> Iterator[str]:
    """Accepted messages without an end, and effects that neither arrived nor are known to have failed."""
    turns = {turn.id: turn for turn in found.turns}
    for id, place in accepted.items():
        turn = turns.get(found.messages.get(id) or "")
        if turn is None or turn.id != place.turn_id:
            yield f"message {id} was accepted into turn {place.turn_id}, and is not there"
    for turn in found.turns:
        if turn.status in ("queued", "running") or (turn.status == "failed" and not turn.error):
            yield f"turn {turn.id} is {turn.status}"
    there = {name: {line.key for line in arrived} for name, arrived in found.arrived.items()}
    for row in found.outbox:
        if row.state not in ("delivered", "failed", "unknown"):
            yield f"effect {row.id} ({row.kind}) is {row.state} after {row.attempts} attempts: {row.last_error}"
        elif row.state == "delivered" and row.key not in there[receiver_of(row.payload)]:
            yield f"effect {row.id} ({row.kind}) counts as delivered, and never arrived"


def doubled(found: Found) -> Iterator[str]:
    """What had an effect twice where a key or a look-up exists: two keys for one thing, or a key that moved to another receiver."""
    places = defaultdict(set)
    for name, arrived in found.arrived.items():
        for line in arrived:
            places[line.key].add(name)
    yield from (f"{key} went to {' and '.join(sorted(names))}" for key, names in places.items() if len(names) > 1)
    first = {line.key: line for line in reversed(found.arrived["keyed"])}
    things = Counter((key.partition(":")[0], line.effect.kind, line.effect.to, line.effect.text) for key, line in first.items())
    yield from (f"turn {turn}: {n} × the same {kind}" for (turn, kind, _, _), n in things.items() if n > 1)


def repeats(arrived: Sequence[Line]) -> int:
    """Deliveries of keys that had arrived before."""
    return len(arrived) - len({line.key for line in arrived})


def unapproved(found: Found) -> Iterator[str]:
    """Guarded effects that arrived without an approved approval of exactly them, or as a person's own words that nobody said."""
    allowed = {key: effect for approval in found.approvals for key, effect in _approved(approval, found.votes)}
    said = {key: text for approval in found.approvals for key, text in _responded(approval, found.votes)}
    for arrived in found.arrived.values():
        for line in arrived:
            row = found.sent.get(line.key)
            if row is None:
                yield f"{line.key} arrived, and no outbox row knows it"
            elif (line.effect.guarded or row.guarded) and allowed.get(line.key) != line.effect and said.get(line.key) != line.effect.text:
                yield f"{line.key} ({line.effect.kind}) arrived and was not approved"


def _approved(approval: Any, votes: Sequence[Any]) -> Iterator[tuple[str, Effect]]:
    """The effects that an approval allows: its digest is that of its request, and for each need enough different people have said yes
    to that digest, none of them the one who asked for it.
    """
    request = Request.model_validate(approval.request)
    if approval.status != "approved" or not approval.digest == request.digest == request_digest(request.plan, request.effects):
        return
    yes = [vote for vote in _words(approval, votes, "approved") if vote.person != approval.requested_by]
    if all(len({vote.person for vote in yes if vote.role == need.role}) >= need.quorum for need in request.needs):
        yield from ((effect.key, effect) for effect in request.effects)


def _responded(approval: Any, votes: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """What a person answered instead."""
    if approval.status == "responded" and _words(approval, votes, "responded"):
        yield f"{approval.turn_id}:response", approval.response


def _words(approval: Any, votes: Sequence[Any], outcome: str) -> list[Any]:
    """The words of that kind on the request as it is now."""
    return [vote for vote in votes if (vote.approval_id, vote.outcome, vote.digest) == (approval.id, outcome, approval.digest)]


def twice_closed(found: Found) -> Iterator[str]:
    """An approval is closed once; nothing waits behind one that is closed."""
    closed = Counter(approval.turn_id for approval in found.approvals if approval.status != "pending")
    for turn in found.closed.keys() | closed.keys():
        if found.closed.get(turn, 0) != closed[turn]:
            yield f"turn {turn}: {closed[turn]} closed approvals and {found.closed.get(turn, 0)} closing entries"
    yield from (
        f"approval {a.id} is {a.status}, and nobody acted on it" for a in found.approvals if a.status != "pending" and not a.acted_at
    )


def disordered(found: Found) -> Iterator[str]:
    """Turns decided before earlier ones of their conversation, and effects that overtook earlier ones of their channel."""
    number = {turn.id: turn.number for turn in found.turns}
    latest: dict[object, int] = {}
    for row in found.decided:
        if number[row.turn_id] < latest.get(row.conversation_id, 0):
            yield f"turn {row.turn_id} was decided after a later one"
        latest[row.conversation_id] = max(number[row.turn_id], latest.get(row.conversation_id, 0))
    for name, arrived in found.arrived.items():
        yield from _overtaken(found, name, arrived)


def _overtaken(found: Found, name: str, arrived: Sequence[Line]) -> Iterator[str]:
    """First arrivals only: a repeat is counted elsewhere, and what is unknown has been given up where it stood."""
    latest: dict[object, int] = {}
    known = set[str]()
    for line in arrived:
        row = found.sent.get(line.key)
        if row is None or row.state == "unknown" or line.key in known:
            continue
        known.add(line.key)
        place = (row.conversation_id, line.effect.channel)
        if row.id < latest.get(place, 0):
            yield f"{name}: effect {row.id} ({line.effect.kind}) arrived after {latest[place]} of the same conversation and channel"
        latest[place] = max(row.id, latest.get(place, 0))


def receiver_of(payload: Mapping[str, Any]) -> str:
    return RECEIVER.get(payload.get("channel", ""), RECEIVER.get(payload["kind"], "keyed"))


async def broken(url: str) -> tuple[str, list[str]]:
    """What the audit verified, and what does not hold."""
    database = Database(url)
    try:
        verified = await Audit(database).verify(TENANT)
    finally:
        await database.close()
    line = f"{verified.conversations} chains, {verified.entries} entries, {verified.ledger} ledger rows"
    return line, [str(verified.broken)] if verified.broken else []
