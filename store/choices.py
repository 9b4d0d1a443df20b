"""What chat models chose where the embedded model was unsure, and whether people found that right."""

from core.ports import Choice, Clock, Judged
from store.database import Database, clean, run

ENTER = """
    INSERT INTO model_choices (tenant, turn_id, model, offered, top, top_chance, said, chance, at)
    VALUES (%(tenant)s, %(turn_id)s, %(model)s, %(offered)s, %(top)s, %(top_chance)s, %(said)s, %(chance)s, %(at)s)
    ON CONFLICT (tenant, turn_id) DO UPDATE SET model = excluded.model, offered = excluded.offered, top = excluded.top,
        top_chance = excluded.top_chance, said = excluded.said, chance = excluded.chance, at = excluded.at
"""
# What several people said of one turn: the latest that a reviewer accepted.
JUDGED = """
    SELECT CASE WHEN c.said IS NULL THEN 'none' WHEN c.said = c.top THEN 'agrees' ELSE 'differs' END AS kind, c.chance,
        c.said IS NOT DISTINCT FROM e.label AS right
    FROM model_choices AS c JOIN LATERAL (
        SELECT label FROM examples WHERE turn_id = c.turn_id AND tenant = c.tenant AND status = 'accepted'
        ORDER BY reviewed_at DESC LIMIT 1
    ) AS e ON true
    WHERE c.tenant = %(tenant)s AND c.model = %(model)s ORDER BY c.at DESC LIMIT %(limit)s
"""


class Choices:
    """Implements ``core.ports.Choices``. Nobody's silence counts: that a person took a conversation over without a word about its intent
    does not say that the intent was right.
    """

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def enter(self, tenant: str, model: str, choice: Choice) -> None:
        """Once a turn: a later run of it takes the place of the earlier."""
        row: dict[str, object] = {"turn_id": choice.turn_id, "offered": [clean(name) for name in choice.offered], "top": clean(choice.top)}
        row |= {"said": None if choice.said is None else clean(choice.said), "top_chance": choice.top_chance, "chance": choice.chance}
        async with self._database.transaction(tenant) as db:
            await run(db, ENTER, {**row, "tenant": tenant, "model": model, "at": self._clock.now()})

    async def judged(self, tenant: str, model: str, limit: int) -> tuple[Judged, ...]:
        """Those of which a person has said what the turn's intent is, and a reviewer has accepted that; the newest first."""
        async with self._database.transaction(tenant) as db:
            rows = await run(db, JUDGED, {"tenant": tenant, "model": model, "limit": limit})
        return tuple(Judged(row.kind, row.chance, row.right) for row in rows)
