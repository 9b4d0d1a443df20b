"""Examples that people gave: what a message wanted, as somebody who saw it says, until it is reviewed and learned from."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from core.errors import Conflict, NotFound
from core.intent import Intent
from core.learning import Example, Lessons, Outcome, Status
from core.ports import Clock
from store.chain import Chain, lock_chain
from store.context import Loads, find_turn, turn_of
from store.database import Database, clean, new_id
from store.tables import turns
from store.tables_learning import examples

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

LONGEST = 4_000
"""Characters of a message that are kept to learn from; the encoder reads fewer."""

# What was learned from words that are erased stays in the weights; the models say so.
FORGET = text("""
    WITH gone AS (DELETE FROM examples WHERE turn_id = ANY(:turns) AND tenant = :tenant RETURNING id), marked AS (
        UPDATE models AS m SET lost = lost + (SELECT count(*) FROM gone WHERE id = ANY(m.examples))
        WHERE m.tenant = :tenant AND m.examples && (SELECT coalesce(array_agg(id), '{}') FROM gone)
    )
    SELECT count(*) FROM gone
""")


class Examples:
    """Implements ``core.learning.Examples``. ``lessons`` says what of a turn may be kept."""

    def __init__(self, database: Database, *, clock: Clock, lessons: Lessons) -> None:
        self._database, self._clock, self._lessons = database, clock, lessons
        self._loads = Loads()

    async def correct(self, tenant: str, id: str, *, label: str | None, person: str, reason: str = "") -> Example:
        """Keep what ``person`` says a turn (or the turn of a receipt) wanted, and enter it in the conversation's chain; said again while it
        is pending, it takes the place of what they said before.

        Raises:
            NotFound: there is no such turn, or no such intent.
            Conflict: the turn has not been decided yet, nothing is left of its text, or what they said before has been reviewed.
        """
        async with self._database.transaction(tenant) as db:
            turn_id, conversation = await _place(db, tenant, id)
            if label is not None and label not in self._lessons.labels(tenant):
                raise NotFound(what="intent", id=label)
            chain = await lock_chain(db, conversation)
            said = await self._said(db, turn_id)
            return await self._keep(chain, turn_id, person, {**said, "label": label, "reason": clean(reason)})

    async def _said(self, db: "AsyncConnection", turn_id: str) -> dict[str, Any]:
        """What the customer said, and the model of it."""
        now = self._clock.now()
        row = await find_turn(db, turn_id, now)
        if row.receipt is None or row.status in ("queued", "running"):
            raise Conflict(problem=f"turn {turn_id} has not been decided yet; try again in a moment")
        words = clean(self._lessons.text(await turn_of(db, row, now, self._loads)).strip())[:LONGEST]
        if not words:
            raise Conflict(problem=f"nothing is left of the text of turn {turn_id}: there is nothing to learn from it")
        intent, versions = Intent.model_validate(row.receipt["intent"]), row.receipt["model_versions"]
        by = versions.get("chat" if intent.source == "model" else "intent", "")
        said = None if intent.out_of_scope else intent.top
        return {"text": words, "said": said, "sure": intent.sure or intent.confidence, "model": by}

    async def _keep(self, chain: Chain, turn_id: str, person: str, values: dict[str, Any]) -> Example:
        now = self._clock.now()
        theirs = (examples.c.turn_id == turn_id, examples.c.person == person, examples.c.tenant == chain.tenant)
        before: Any = (await chain.db.execute(select(examples).where(*theirs))).one_or_none()
        if before is not None and before.status != "pending":
            raise Conflict(problem=f"{person} has corrected turn {turn_id} already, and {before.reviewed_by} {before.status} it")
        place = {"id": new_id("x"), "tenant": chain.tenant, "conversation_id": chain.conversation_id, "turn_id": turn_id}
        made = insert(examples).values(**place, **values, person=person, created_at=now)
        changed = {**values, "id": place["id"], "created_at": now}  # whoever saw the former one does not accept this one unseen
        pending = examples.c.status == "pending"
        done = made.on_conflict_do_update(constraint="examples_one_of_person", set_=changed, where=pending).returning(examples)
        row = (await chain.db.execute(done)).one_or_none()
        if row is None:
            raise Conflict(problem=f"{person}'s correction of turn {turn_id} is being reviewed")
        kept = example_of(row)
        entered = {"by": person, "intent": kept.label, "said": kept.said, "example": kept.id}
        await chain.append("corrected", turn_id=turn_id, at=now, value=entered)
        return kept

    async def list(self, tenant: str, *, status: Status | None = "pending", limit: int = 100) -> tuple[Example, ...]:
        """Oldest first; ``status`` None: all."""
        query = select(examples).where(examples.c.tenant == tenant).order_by(examples.c.created_at, examples.c.id).limit(limit)
        async with self._database.transaction(tenant) as db:
            rows = (await db.execute(query if status is None else query.where(examples.c.status == status))).all()
        return tuple(example_of(row) for row in rows)

    async def review(self, tenant: str, words: Mapping[str, Outcome], *, person: str) -> tuple[Example, ...]:
        """Let the next training learn from these examples (by id), or not: all of them, or none. A later review counts. Raises NotFound."""
        async with self._database.transaction(tenant) as db:
            return tuple([await self._review(db, tenant, id, word, person) for id, word in words.items()])

    async def _review(self, db: "AsyncConnection", tenant: str, id: str, word: Outcome, person: str) -> Example:
        told = {"status": word, "reviewed_by": person, "reviewed_at": self._clock.now()}
        mine = (examples.c.tenant == tenant, examples.c.id == clean(id))
        row = (await db.execute(update(examples).where(*mine).values(**told).returning(examples))).one_or_none()
        if row is None:
            raise NotFound(what="example", id=id)
        return example_of(row)


async def _place(db: "AsyncConnection", tenant: str, id: str) -> tuple[str, str]:
    """Turn and conversation of a turn's or a receipt's id. Raises NotFound."""
    named = or_(turns.c.id == clean(id), turns.c.receipt_id == clean(id))
    row = (await db.execute(select(turns.c.id, turns.c.conversation_id).where(turns.c.tenant == tenant, named).limit(1))).one_or_none()
    if row is None:
        raise NotFound(what="turn", id=id)
    return row.id, row.conversation_id


def example_of(row: Any) -> Example:
    return Example.model_validate({name: getattr(row, name) for name in Example.model_fields})
