"""What each tenant's chat model costs by day: a row a day, on which all workers reserve and settle, one statement each."""

from datetime import date

from core.types import Cost
from core.views import Spent
from store.database import Database, run

MICRO = 1_000_000

# The first call of the day inserts; whoever comes after waits for the row and looks at its limits again.
RESERVE = """
    INSERT INTO model_spending AS s (tenant, day, calls, micro_usd)
    SELECT %(tenant)s, %(day)s, 1, %(usd)s
    WHERE coalesce(1 <= %(most_calls)s::integer, true) AND coalesce(%(usd)s::bigint <= %(most_usd)s::bigint, true)
    ON CONFLICT (tenant, day) DO UPDATE SET calls = s.calls + 1, micro_usd = s.micro_usd + excluded.micro_usd
    WHERE coalesce(s.calls < %(most_calls)s::integer, true)
        AND coalesce(s.micro_usd + excluded.micro_usd <= %(most_usd)s::bigint, true)
    RETURNING calls
"""
SETTLE = """
    UPDATE model_spending SET micro_usd = micro_usd + %(usd)s, prompt_tokens = prompt_tokens + %(prompt)s,
        completion_tokens = completion_tokens + %(completion)s
    WHERE tenant = %(tenant)s AND day = %(day)s
"""
BY_DAY = """
    SELECT day, calls, prompt_tokens, completion_tokens, micro_usd FROM model_spending
    WHERE tenant = %(tenant)s ORDER BY day DESC LIMIT %(limit)s
"""


class Spending:
    """Implements ``core.ports.Spending``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(self, tenant: str, day: date, usd: float, *, calls_per_day: int | None, usd_per_day: float | None) -> bool:
        """Whether a call that may cost ``usd`` is within the day's limits (None: no limit), and counted from now on."""
        limits = {"most_calls": calls_per_day, "most_usd": None if usd_per_day is None else _micro(usd_per_day)}
        async with self._database.transaction(tenant) as db:
            return bool(await run(db, RESERVE, {"tenant": tenant, "day": day, "usd": _micro(usd), **limits}))

    async def settle(self, tenant: str, day: date, *, reserved: float, cost: Cost) -> None:
        """What the call did cost takes the place of what was reserved."""
        values = {"usd": _micro(cost.usd) - _micro(reserved), "prompt": cost.prompt_tokens, "completion": cost.completion_tokens}
        async with self._database.transaction(tenant) as db:
            await run(db, SETTLE, {"tenant": tenant, "day": day, **values})

    async def by_day(self, tenant: str, *, limit: int = 100) -> tuple[Spent, ...]:
        """The days on which there were calls, newest first."""
        async with self._database.transaction(tenant) as db:
            rows = [row._asdict() for row in await run(db, BY_DAY, {"tenant": tenant, "limit": limit})]
        return tuple(Spent(usd=row.pop("micro_usd") / MICRO, **row) for row in rows)


def _micro(usd: float) -> int:
    return round(usd * MICRO)
