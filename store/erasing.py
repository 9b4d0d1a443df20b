"""What of one conversation is erased, under its chain's lock: contents go, who decided what and when stays, and every digest with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

from sqlalchemy import select, text, update

from core.errors import Unavailable
from core.views import Erased
from store.chain import Chain
from store.examples import FORGET
from store.receipts import decided_part
from store.redaction import redact_checkpoint
from store.skeletons import bare_receipt, bare_request, tombstone, undecided_receipt
from store.tables import approval_edits, approvals, messages, outbox, turns

# Why: a person asked for it, or the company's retention time has passed. Also the kind of the chain's entry.
Kind = Literal["erased", "lapsed"]
OPEN = ("queued", "running", "waiting")
ERASED, IN_FLIGHT = "erased", "erased while it was being sent"

VALUES = text("""
    DELETE FROM entry_values AS v USING entries AS e
    WHERE v.conversation_id = :conversation AND e.conversation_id = v.conversation_id AND e.seq = v.seq AND e.tenant = :tenant
        AND e.kind NOT IN ('erased', 'lapsed') AND (:whole OR e.turn_id = ANY(:turns))
""")
REFERENCES = text("""
    DELETE FROM message_references WHERE conversation_id = :conversation AND tenant = :tenant AND (:whole OR reference = ANY(:ids))
""")
MESSAGE = text("""
    UPDATE messages SET external_id = :stone, sender = '', addressees = '{}', payload = jsonb_build_object(
        'message_id', CAST(:stone AS text), 'channel', channel, 'sender', CAST('{}' AS jsonb), 'role', role, 'text', '',
        'sent_at', payload -> 'sent_at')
    WHERE id = :id AND tenant = :tenant
""")
EFFECTS = text("""
    UPDATE outbox SET recipient = '', last_error = CASE state WHEN 'sending' THEN :in_flight ELSE :erased END,
        state = CASE WHEN state IN ('held', 'pending', 'sending') THEN 'failed' ELSE state END,
        payload = jsonb_build_object('kind', kind, 'channel', channel, 'to', '', 'text', '', 'key', key, 'guarded', guarded)
    WHERE turn_id = ANY(:turns) AND tenant = :tenant AND last_error NOT IN (:erased, :in_flight)
""")
APPROVALS = text("""
    UPDATE approvals SET reason = CASE WHEN status = 'pending' OR reason = :erased THEN :erased ELSE '' END, response = '',
        closed_at = coalesce(closed_at, :at), acted_at = coalesce(acted_at, :at),
        status = CASE status WHEN 'pending' THEN 'superseded' ELSE status END
    WHERE turn_id = ANY(:turns) AND tenant = :tenant
""")
OF_TURNS = (
    text("""
        UPDATE approval_votes SET reason = '' WHERE tenant = :tenant
            AND approval_id IN (SELECT id FROM approvals WHERE turn_id = ANY(:turns))
    """),
    text("""
        UPDATE approval_edits SET reason = '' WHERE tenant = :tenant
            AND approval_id IN (SELECT id FROM approvals WHERE turn_id = ANY(:turns))
    """),
    text("""
        UPDATE timers SET payload = NULL, state = CASE WHEN state IN ('armed', 'paused') THEN 'disarmed' ELSE state END
        WHERE turn_id = ANY(:turns) AND tenant = :tenant
    """),
    text("DELETE FROM checkpoint_writes WHERE thread_id = ANY(:turns)"),
    text("DELETE FROM checkpoint_blobs WHERE thread_id = ANY(:turns)"),
    text("DELETE FROM checkpoints WHERE thread_id = ANY(:turns)"),
)
# A conversation that others write in keeps its key, by which their next message finds it, unless the key is the address itself.
CONVERSATION = text("""
    UPDATE conversations SET updated_at = :updated_at,
        subject = CASE WHEN :named THEN '' ELSE subject END, customer = CASE WHEN :named THEN NULL ELSE customer END,
        key = CASE WHEN :whole OR position(CAST(:email AS text) IN lower(key)) > 0 THEN NULL ELSE key END,
        disposition = CASE WHEN :whole THEN '' ELSE disposition END,
        closed_at = CASE WHEN :whole THEN coalesce(closed_at, :at) ELSE closed_at END,
        erased_at = CASE WHEN :whole THEN :at ELSE erased_at END
    WHERE id = :conversation AND tenant = :tenant
""")


class Forgets(Protocol):
    """A receiver that can forget what was delivered to it."""

    async def forget(self, key: str, tenant: str) -> bool:
        """Delete what arrived under this key; whether there was anything."""


class Part(NamedTuple):
    """What of a conversation goes: these messages, the turns that they began. ``named``: it bears the person's address and subject;
    ``whole``: nobody else writes in it.
    """

    messages: tuple[int, ...]
    turns: tuple[str, ...]
    whole: bool
    named: bool


async def part_of(chain: Chain, email: str) -> Part | None:
    """What the conversation holds of the person who writes from ``email`` (case-folded): all of it, unless others write there too.

    A writer without an address is taken for the person where nobody else has one. None: the person is not in it, or no longer.
    """
    place = {"conversation": chain.conversation_id, "tenant": chain.tenant}
    wrote = select(messages.c.id, messages.c.turn_id, messages.c.role, messages.c.sender, messages.c.addressees)
    rows = (await chain.db.execute(wrote.where(messages.c.conversation_id == chain.conversation_id).order_by(messages.c.id))).all()
    found = await chain.db.scalar(text("SELECT customer FROM conversations WHERE id = :conversation AND tenant = :tenant"), place)
    customer = str(found or "").casefold()
    writers = {row.sender for row in rows if row.role == "customer" and "@" in row.sender} | ({customer} if customer else set())
    others = writers - {email}
    if email not in writers or not others:
        return await whole_of(chain) if email in writers else None
    own = [row for row in rows if row.role == "customer" and row.sender == email]
    to_them = [row for row in rows if row.role == "agent" and email in row.addressees and not others.intersection(row.addressees)]
    ids = sorted(row.id for row in (*own, *to_them))
    return Part(tuple(ids), tuple(dict.fromkeys(row.turn_id for row in own if row.turn_id)), whole=False, named=customer == email)


async def whole_of(chain: Chain) -> Part:
    """The whole conversation."""
    written = select(messages.c.id).where(messages.c.conversation_id == chain.conversation_id).order_by(messages.c.id)
    taken = select(turns.c.id).where(turns.c.conversation_id == chain.conversation_id).order_by(turns.c.number)
    return Part(tuple(await chain.db.scalars(written)), tuple(await chain.db.scalars(taken)), whole=True, named=True)


async def erase_part(
    chain: Chain, part: Part, *, kind: Kind, by: str, at: datetime, forget: Forgets | None = None, email: str = ""
) -> Erased:
    """Erase ``part``: contents, salts, working copies, delivered files. What was unfinished is closed, so that a worker that has it in
    hand commits nothing. ``by`` is a roster id.

    Raises:
        Unavailable: a receiver did not forget; the caller's transaction is to be rolled back and repeated.
    """
    chosen = {"conversation": chain.conversation_id, "tenant": chain.tenant, "turns": list(part.turns), "whole": part.whole}
    updated_at = await chain.db.scalar(text("SELECT updated_at FROM conversations WHERE id = :conversation"), chosen)
    files = await _forget_files(chain, part, forget)
    said = await _texts(chain, part)
    erased_messages = await _erase_messages(chain, part)
    await chain.db.execute(VALUES, chosen)
    await _erase_approvals(chain, part, at)
    examples = await chain.db.scalar(FORGET, chosen) or 0
    effects = (await chain.db.execute(EFFECTS, chosen | {"erased": ERASED, "in_flight": IN_FLIGHT})).rowcount
    for statement in OF_TURNS:
        await chain.db.execute(statement, chosen)
    receipts = await _erase_turns(chain, part, kind=kind, by=by, at=at)
    await forget_address(chain, email, said=said, but=part.turns)
    await chain.db.execute(CONVERSATION, chosen | {"named": part.named, "email": email, "at": at, "updated_at": updated_at})
    return Erased(conversations=1, messages=erased_messages, receipts=receipts, effects=effects, files=files, examples=examples)


async def forget_address(chain: Chain, email: str, *, said: frozenset[str] = frozenset(), but: Sequence[str] = ()) -> None:
    """Take the address off what others wrote to it, and what the person ``said`` out of the working copies of others' turns (all but
    ``but``). A run of theirs that has it in memory may no longer commit: the turn is begun again.
    """
    named = (messages.c.conversation_id == chain.conversation_id, messages.c.addressees.any(email))
    written = select(messages.c.id, messages.c.addressees, messages.c.payload).where(*named)
    for row in (await chain.db.execute(written)).all():
        to = [each for each in row.payload["to"] if each.casefold() != email]
        left = {"addressees": [each for each in row.addressees if each != email], "payload": row.payload | {"to": to}}
        await chain.db.execute(update(messages).where(messages.c.id == row.id).values(left))
    begun = (turns.c.conversation_id == chain.conversation_id, turns.c.status.in_(("running", "waiting")), turns.c.id.not_in(but))
    fenced = update(turns).where(*begun).values(runs=turns.c.runs + 1, forgiven=turns.c.forgiven + 1).returning(turns.c.id, turns.c.status)
    for turn in (await chain.db.execute(fenced)).all():
        if turn.status == "waiting":
            await redact_checkpoint(chain.db, turn.id, said=said, email=email)


async def _forget_files(chain: Chain, part: Part, forget: Forgets | None) -> int:
    if forget is None:
        return 0
    keys = await chain.db.scalars(select(outbox.c.key).where(outbox.c.turn_id.in_(part.turns)))
    try:
        return sum([await forget.forget(key, chain.tenant) for key in keys.all()])
    except OSError as error:
        raise Unavailable(what="a delivered file", problem=f"cannot be deleted ({type(error).__name__})") from None


async def _texts(chain: Chain, part: Part) -> frozenset[str]:
    """What was said in either direction, as the history of others' turns has it."""
    written = await chain.db.scalars(select(messages.c.payload["text"].astext).where(messages.c.id.in_(part.messages)))
    sent = await chain.db.scalars(select(outbox.c.payload["text"].astext).where(outbox.c.turn_id.in_(part.turns)))
    return frozenset(text for text in (*written.all(), *sent.all()) if text)


async def _erase_messages(chain: Chain, part: Part) -> int:
    place = {"conversation": chain.conversation_id, "tenant": chain.tenant}
    known = select(messages.c.id, messages.c.external_id, messages.c.payload["text"].astext.label("text"), messages.c.sender)
    rows = (await chain.db.execute(known.where(messages.c.id.in_(part.messages)))).all()
    ids = [row.external_id for row in rows]
    await chain.db.execute(REFERENCES, place | {"whole": part.whole, "ids": ids})
    left = [row for row in rows if row.text or row.sender or not row.external_id.startswith("erased:")]
    for row in left:
        await chain.db.execute(MESSAGE, {"id": row.id, "tenant": chain.tenant, "stone": tombstone(row.external_id)})
    return len(left)


async def _erase_approvals(chain: Chain, part: Part, at: datetime) -> None:
    """Close what is pending and keep skeletons of what was asked, before and after each edit."""
    asked = (await chain.db.execute(select(approvals.c.id, approvals.c.request).where(approvals.c.turn_id.in_(part.turns)))).all()
    for row in asked:
        bare = update(approvals).where(approvals.c.id == row.id).values(request=bare_request(row.request))
        await chain.db.execute(bare)
    edited = select(approval_edits.c.approval_id, approval_edits.c.n, approval_edits.c.before)
    edits = (await chain.db.execute(edited.where(approval_edits.c.approval_id.in_([row.id for row in asked])))).all()
    for edit in edits:
        place = (approval_edits.c.approval_id == edit.approval_id, approval_edits.c.n == edit.n)
        await chain.db.execute(update(approval_edits).where(*place).values(before=bare_request(edit.before)))
    await chain.db.execute(APPROVALS, {"turns": list(part.turns), "tenant": chain.tenant, "erased": ERASED, "at": at})


async def _erase_turns(chain: Chain, part: Part, *, kind: Kind, by: str, at: datetime) -> int:
    """Each turn keeps a skeleton of its receipt, and its entry vouches for that; the number of receipts that were more."""
    rows = (await chain.db.execute(select(turns).where(turns.c.id.in_(part.turns)).order_by(turns.c.number).with_for_update())).all()
    known = select(messages.c.turn_id, messages.c.external_id).where(messages.c.turn_id.in_(part.turns)).order_by(messages.c.id)
    stones = (await chain.db.execute(known)).all()
    entered = erased = 0
    for row in rows:
        ids = [stone.external_id for stone in stones if stone.turn_id == row.id]
        receipt = bare_receipt(row.receipt, ids) if row.receipt else undecided_receipt(row, ids)
        if receipt != row.receipt or row.status in OPEN:
            await chain.db.execute(update(turns).where(turns.c.id == row.id).values(_left(row, receipt, at)))
            await chain.append(kind, turn_id=row.id, at=at, value={"receipt": decided_part(receipt), "by": by})
            entered, erased = entered + 1, erased + bool(row.receipt)
    if not entered:
        await chain.append(kind, turn_id="", at=at, value={"by": by})
    return erased


def _left(row: Any, receipt: dict[str, Any], at: datetime) -> dict[str, Any]:
    """What a turn's row says afterwards; an unfinished one is closed, and no run of it may commit any more."""
    left = {"receipt": receipt, "receipt_id": receipt["id"], "error": ERASED if row.error else None}
    closed = {"status": "failed", "error": ERASED, "finished_at": at, "runs": row.runs + 1}
    return left | (closed if row.status in OPEN else {})
