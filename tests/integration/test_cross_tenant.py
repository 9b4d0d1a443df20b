"""Ten thousand requests of every role in two companies, over every route, with either's ids: nothing leaks or changes across."""

import asyncio
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import text

from app import Usher
from channels.api import make_api
from core.access import Right
from core.types import ApprovalNeed, Effect, Turn
from store.database import Database
from tests.integration.store.desk import answered, message, paused
from tests.integration.store.rows import fingerprint
from tests.support.requests import Call, Requests
from tests.support.web import PEOPLE, client, usher

TENANTS = ("north", "south")
NUMBER = int(os.environ.get("USHER_TEST_REQUESTS", "10000"))
SEED = int(os.environ.get("USHER_TEST_SEED", "20260310"))
READERS = ("aisha.bello", "diego.ramirez", "narrowed", "service-reader")
MIGHTY = ("niamh.oconnor",) * 4 + ("grace.okafor",) * 3
GARBAGE = ["nothing", "a_0", "t_0", "e999999", "0", "eve@example.com", "%00", "d1", "solved", "grace.okafor", "ines.navarro", "hello"]


@dataclass
class House:
    """One company's data and tokens by holder. ``ids`` are those that requests name, the other company's too; ``hidden`` nobody names."""

    tenant: str
    ids: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    useless: dict[str, str] = field(default_factory=dict)
    rights: dict[str, frozenset[Right]] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """In every text of the company."""
        return f"marked-{self.tenant}"

    @property
    def private(self) -> list[str]:
        """What no answer to the other company may hold."""
        return [self.mark, f'"{self.tenant}"', *self.hidden]


async def build(services: Usher, tenant: str) -> House:
    """Conversations answered and waiting, dead letters, deputies, acts and tokens of every kind."""
    house = House(tenant)
    for n in range(6):
        for made in (await _answer(services, house, n), await _ask(services, house, n)):
            (house.ids if n < 4 else house.hidden).extend(made)
    async with services.database.transaction() as db:
        dead = text("UPDATE outbox SET state = 'failed' WHERE tenant = :tenant RETURNING id")
        house.ids += [f"e{id}" for id in (await db.scalars(dead, {"tenant": tenant})).all()]
    now = services.clock.now()
    away = {"person": "ines.navarro", "deputy": "grace.okafor", "by": "ines.navarro", "starts_at": now, "ends_at": now + timedelta(days=3)}
    house.ids.append((await services.delegations.add(tenant, **away)).id)  # type: ignore[arg-type]
    await services.acts.record(tenant, person="grace.okafor", token_id=None, action=house.mark, subject="x", outcome="200")
    await _tokens(services, house)
    return house


async def _turn(services: Usher, house: House, id: str) -> Turn:
    told = {"text": f"{house.mark} asks", "subject": f"{house.mark} subject", "conversation_key": id}
    arrival = await services.mailroom.receive(house.tenant, message(id, **told))
    turn = await services.turns.load(arrival.turn_id or "")
    assert turn is not None
    return turn


async def _answer(services: Usher, house: House, n: int) -> list[str]:
    turn = await _turn(services, house, f"answered{n}")
    effect = Effect(kind="reply", to="eve@example.com", key=f"{turn.id}:reply", text=f"{house.mark} answers")
    await services.turns.commit(turn, answered(turn).model_copy(update={"effects": (effect,)}))
    return [turn.id, turn.conversation_id, f"r-{turn.id}"]


async def _ask(services: Usher, house: House, n: int) -> list[str]:
    turn = await _turn(services, house, f"asked{n}")
    await services.turns.commit(turn, await paused(turn, (ApprovalNeed(role="support_lead"),)))
    approval = await services.approvals.show(house.tenant, turn.id)
    return [turn.id, turn.conversation_id, f"r-{turn.id}", approval.id]


async def _tokens(services: Usher, house: House) -> None:
    now = services.clock.now()

    async def issue(name: str, person: str, *scopes: Right, role: str = "somebody", days: int = 1) -> str:
        until = now + timedelta(days=days)
        secret, token = await services.tokens.issue(house.tenant, person=person, role=role, expires_at=until, scopes=scopes)
        house.secrets[name], house.rights[name] = secret, services.rights(token)
        return token.id

    house.hidden += [await issue(person, person) for person in PEOPLE]
    await issue("narrowed", "niamh.oconnor", "read")
    await issue("service", "feed", role="service")
    await issue("service-reader", "feed", "read", role="service")
    house.ids.append(await issue("spare", "feed", role="service"))
    await issue("expired", "niamh.oconnor", days=0)
    await services.tokens.revoke(house.tenant, await issue("revoked", "niamh.oconnor"))
    del house.secrets["spare"]
    house.useless = {name: house.secrets.pop(name) for name in ("expired", "revoked")} | {"garbage": "ush_garbage", "empty": ""}


class Visit:
    """One caller of ``own`` sends requests that name ids of both companies; every answer is judged."""

    def __init__(self, api: FastAPI, services: Usher, own: House, other: House, requests: Requests) -> None:
        self._api, self._own, self._other, self._requests = api, own, other, requests
        self._wanted = {
            (method, route.path): rights
            for route in api.routes
            if isinstance(route, APIRoute)
            for method in route.methods or ()
            if (rights := next((d.call.rights for d in route.dependant.dependencies if hasattr(d.call, "rights")), None))  # type: ignore[union-attr]
        }
        self.statuses: Counter[int] = Counter()

    async def send(self, number: int, callers: Sequence[str]) -> None:
        """``number`` requests, four at a time, as any of ``callers``; now and then without a token that is any good."""
        pool = [*self._own.ids, *self._other.ids, *GARBAGE]
        planned = [(self._caller(callers), self._requests.any(pool)) for _ in range(number)]
        async with asyncio.TaskGroup() as together:
            for n in range(4):
                together.create_task(self._queue(planned[n::4]))

    def _caller(self, callers: Sequence[str]) -> str:
        useless = self._requests.random.random() < 0.15
        return self._requests.random.choice([*self._own.useless] if useless else callers)

    async def _queue(self, planned: Sequence[tuple[str, Call]]) -> None:
        async with client(self._api) as http:
            for caller, call in planned:
                secret = self._own.secrets.get(caller) or self._own.useless[caller]
                answer = await http.request(
                    call.operation.method, call.url, params=call.query, json=call.body, headers={"Authorization": f"Bearer {secret}"}
                )
                self.statuses[answer.status_code] += 1
                self._judge(caller, call, answer.status_code, answer.text)

    def _judge(self, caller: str, call: Call, status: int, said: str) -> None:
        told = f"seed {SEED}: {caller} of {self._own.tenant}: {call.operation.method} {call.url} {call.body} gave {status}: {said[:300]}"
        assert not [secret for secret in self._other.private if secret in said], told
        wanted = self._wanted.get((call.operation.method, call.operation.path))
        if caller in self._own.useless:
            assert status == 401, told
        elif wanted and not self._own.rights[caller].intersection(wanted):
            assert status == 403, told
        elif set(call.ids) & set(self._other.ids):
            assert status in (404, 422), told
        else:
            assert status in (200, 201, 202, 403, 404, 405, 409, 422), told


@pytest.fixture
def services(database: Database, tmp_path: Path) -> Usher:
    return usher(database, tmp_path, *TENANTS)


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("here", "there"), [TENANTS, TENANTS[::-1]])
async def test_no_request_reaches_into_another_company(services: Usher, here: str, there: str) -> None:
    """Half of the requests come from each side; a fifth of them from those who may only read."""
    print(f"USHER_TEST_SEED={SEED} USHER_TEST_REQUESTS={NUMBER}")  # noqa: T201
    houses = {tenant: await build(services, tenant) for tenant in TENANTS}
    api = make_api(services)
    requests = Requests(api, f"{SEED} {here}")
    assert len(requests.operations) > 20
    visit = Visit(api, services, houses[here], houses[there], requests)
    mine, theirs = await fingerprint(services.database, here), await fingerprint(services.database, there)
    await visit.send(NUMBER // 10, READERS)
    changed = {name for name, rows in (await fingerprint(services.database, here)).items() if rows != mine[name]}
    assert changed <= {"acts"}, "whoever may only read has changed something"
    await visit.send(NUMBER // 2 - NUMBER // 10, [*houses[here].secrets, *MIGHTY])
    assert await fingerprint(services.database, there) == theirs
    print(dict(visit.statuses))  # noqa: T201
    assert visit.statuses.total() == NUMBER // 2
    assert all(visit.statuses[code] > NUMBER / 1000 for code in (200, 401, 403, 404)), "the requests must be worth something"
