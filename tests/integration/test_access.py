"""Every route and command asks who is there and whether they may; what was done and refused is on record."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Route
from typer.testing import CliRunner

from app import Usher
from channels.api import make_api
from channels.cli import commands
from core.access import Right
from core.errors import Conflict, Forbidden, NotFound, Unauthenticated
from core.identity import issue_token
from store.database import Database
from tests.support.web import client, usher

HERE = "here"
OPEN = {"/health", "/ready"}


@pytest.fixture
def services(database: Database, tmp_path: Path) -> Usher:
    return usher(database, tmp_path, HERE)


@pytest.fixture
def api(services: Usher) -> FastAPI:
    return make_api(services)


async def secret(services: Usher, person: str, *scopes: Right, role: str = "somebody") -> str:
    return (await services.tokens.issue(HERE, person=person, role=role, scopes=scopes))[0]


def asked(route: APIRoute) -> tuple[Right, ...] | None:
    """The rights of which a route wants one; None when it does not ask."""
    return next((found.call.rights for found in route.dependant.dependencies if hasattr(found.call, "rights")), None)  # type: ignore[union-attr]


# ------------------------------------------------------------ over HTTP


def test_every_route_asks(api: FastAPI) -> None:
    routes = [route for route in api.routes if isinstance(route, APIRoute)]
    assert len(routes) > 20
    assert {route.path for route in routes if not asked(route)} == OPEN
    plain = {route.path for route in api.routes if isinstance(route, Route) and not isinstance(route, APIRoute)}
    assert plain == {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}


def test_whatever_changes_something_takes_more_than_reading(api: FastAPI) -> None:
    changing = [route for route in api.routes if isinstance(route, APIRoute) and (route.methods or set()) - {"GET"}]
    assert not [route.path for route in changing if "read" in (asked(route) or ())]


@pytest.mark.parametrize(
    ("person", "reads", "sends", "retries", "administers"),
    [
        ("aisha.bello", 200, 403, 403, 403),
        ("lukas.brandt", 200, 403, 403, 403),
        ("ines.navarro", 200, 403, 403, 403),
        ("grace.okafor", 200, 403, 404, 403),
        ("niamh.oconnor", 200, 202, 404, 200),
        ("diego.ramirez", 403, 403, 403, 403),
        ("who.left", 403, 403, 403, 403),
    ],
)
async def test_the_roster_says_what_a_token_may_do(
    services: Usher, api: FastAPI, person: str, reads: int, sends: int, retries: int, administers: int
) -> None:
    async with client(api, await secret(services, person)) as http:
        assert (await http.get("/v1/receipts")).status_code == reads
        assert (await http.post("/v1/messages", json={"id": "1", "text": "hello"})).status_code == sends
        assert (await http.post("/v1/queue/e1/retry")).status_code == retries
        assert (await http.get("/v1/tokens")).status_code == administers


async def test_a_services_name_gives_it_no_persons_rights(services: Usher, api: FastAPI) -> None:
    async with client(api, await secret(services, "niamh.oconnor", role="service")) as http:
        assert (await http.get("/v1/receipts")).status_code == 200
        assert (await http.get("/v1/tokens")).status_code == 403


async def test_a_token_of_a_company_that_is_not_served_may_nothing(database: Database, tmp_path: Path) -> None:
    elsewhere = usher(database, tmp_path, "elsewhere")
    given, _ = await elsewhere.tokens.issue("elsewhere", person="feed", role="service")
    async with client(make_api(usher(database, tmp_path, HERE)), given) as http:
        assert (await http.get("/v1/receipts")).status_code == 403


async def test_who_is_not_known_is_told_how_to_say_it(api: FastAPI) -> None:
    for given in (None, "", "ush_guess", "é"):
        async with client(api) as http:
            headers = {} if given is None else {b"Authorization": b"Bearer " + given.encode()}
            answer = await http.get("/v1/receipts", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert set(answer.json()) == {"error"}


async def test_an_administrator_issues_lists_and_revokes(services: Usher, api: FastAPI) -> None:
    async with client(api, await secret(services, "niamh.oconnor")) as http:
        made = await http.post("/v1/tokens", json={"person": "grace.okafor", "days": 1, "scopes": ["read"]})
        assert made.status_code == 201
        given, token = made.json()["secret"], made.json()["token"]
        assert given not in (await http.get("/v1/tokens")).text
        async with client(api, given) as other:
            assert (await other.get("/v1/receipts")).status_code == 200
            assert (await other.post("/v1/queue/e1/retry")).status_code == 403
            assert (await http.delete(f"/v1/tokens/{token['id']}")).json()["revoked_at"]
            assert (await other.get("/v1/receipts")).status_code == 401


async def test_what_was_done_and_refused_is_on_record(services: Usher, api: FastAPI) -> None:
    async with client(api, await secret(services, "grace.okafor")) as lead:
        await lead.post("/v1/queue/e7/retry")
        await lead.get("/v1/tokens")
        await lead.get("/v1/receipts")
        await lead.delete("/v1/people/eve@example.com/data")
    async with client(api, await secret(services, "niamh.oconnor")) as admin:
        token = (await admin.post("/v1/tokens", json={"label": "feed"})).json()["token"]
        acts = (await admin.get("/v1/acts")).json()
    told = [(act["person"], act["action"], act["subject"], act["outcome"]) for act in reversed(acts)]
    assert told == [
        ("grace.okafor", "retry", "e7", "404"),
        ("grace.okafor", "tokens", "", "403"),
        ("grace.okafor", "erase", "", "403"),
        ("niamh.oconnor", "issue", token["id"], "201"),
    ]
    assert "eve@" not in str(acts)


async def test_a_token_has_its_requests_a_minute_and_is_told_when_to_come_back(database: Database, tmp_path: Path) -> None:
    services = usher(database, tmp_path, HERE, rate=5)
    api = make_api(services)
    async with client(api, await secret(services, "niamh.oconnor")) as fast, client(api, await secret(services, "grace.okafor")) as slow:
        assert [(await fast.get("/v1/receipts")).status_code for _ in range(8)] == [200] * 5 + [429] * 3
        refused = await fast.get("/v1/receipts")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert "5 requests in a minute" in refused.json()["error"]
        assert (await slow.get("/v1/receipts")).status_code == 200
    assert [act.outcome for act in await services.acts.list(HERE)] == ["429"], "a flood is written down once a minute"


async def test_guessing_is_stopped_by_address_and_a_good_token_still_works(database: Database, tmp_path: Path) -> None:
    services = usher(database, tmp_path, HERE, rate=30)
    api = make_api(services)
    async with client(api, "ush_guess", address="2001:db8::1") as one, client(api, "ush_guess", address="2001:db8::2") as neighbour:
        assert [(await one.get("/v1/receipts")).status_code for _ in range(5)] == [401] * 3 + [429] * 2
        assert (await neighbour.get("/v1/receipts")).status_code == 429
    async with client(api, "ush_guess", address="2001:db8:1::1") as elsewhere:
        assert (await elsewhere.get("/v1/receipts")).status_code == 401
    async with client(api, await secret(services, "grace.okafor"), address="2001:db8::1") as known:
        assert (await known.get("/v1/receipts")).status_code == 200


async def test_every_error_has_the_described_shape(services: Usher, api: FastAPI) -> None:
    async with client(api, await secret(services, "niamh.oconnor")) as http:
        answers = [
            await http.get("/v1/nothing"),
            await http.put("/v1/messages"),
            await http.post("/v1/messages", content=b"{", headers={"Content-Type": "application/json"}),
            await http.post("/v1/messages", content=b'{"id": "\xff"}', headers={"Content-Type": "application/json"}),
            await http.post("/v1/messages", json={"id": "1", "text": "x", "sent_at": "0001-01-01T00:00:00+14:00"}),
            await http.get("/v1/receipts?limit=9999999999999999999999"),
        ]
    assert [answer.status_code for answer in answers] == [404, 405, 422, 400, 422, 422]
    assert [list(answer.json()) for answer in answers] == [["error"]] * len(answers)


async def test_a_body_larger_than_any_message_is_not_read(services: Usher, api: FastAPI) -> None:
    async with client(api, await secret(services, "niamh.oconnor")) as http:
        assert (await http.post("/v1/messages", json={"id": "1", "text": "x" * 2_000_000})).status_code == 413


async def test_an_error_that_nobody_expected_says_nothing_of_itself(services: Usher, api: FastAPI) -> None:
    @api.get("/boom")
    async def boom() -> None:
        raise RuntimeError("the password is swordfish")

    async with client(api) as http:
        answer = await http.get("/boom")
    assert answer.status_code == 500
    assert "swordfish" not in answer.text


# ------------------------------------------------------------ issuing


async def as_admin(services: Usher, *scopes: Right) -> Usher:
    return usher(services.database, services.settings.data, HERE, token=await secret(services, "niamh.oconnor", *scopes))


async def test_nobody_gives_away_more_than_they_have(services: Usher) -> None:
    narrow = await as_admin(services, "admin", "read")
    actor = await narrow.acting("admin")
    given = {"label": "", "days": 1}
    with pytest.raises(Forbidden, match=r"its own token lacks \(assign, converse, decide, policy, queue\)"):
        await issue_token(narrow, actor, person="grace.okafor", scopes=(), **given)  # type: ignore[arg-type]
    _, token = await issue_token(narrow, actor, person="grace.okafor", scopes=["read"], **given)  # type: ignore[arg-type]
    assert narrow.rights(token) == {"read"}


@pytest.mark.parametrize(
    ("person", "label", "scopes", "refusal"),
    [
        ("nobody", "", (), NotFound),
        (None, "grace.okafor", (), Conflict),
        ("aisha.bello", "", ("decide",), Forbidden),
        (None, "feed", ("admin",), Forbidden),
    ],
)
async def test_a_token_that_could_mislead_is_not_issued(
    services: Usher, person: str | None, label: str, scopes: tuple[Right, ...], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await issue_token(services, await services.acting("admin"), person=person, label=label, days=1, scopes=scopes)
    assert await services.tokens.list(HERE) == ()


# ------------------------------------------------------------ the command line


async def test_whoever_opens_the_database_is_its_operator_until_there_is_an_administrator(services: Usher) -> None:
    assert (await services.acting("read")).person == "operator"
    await secret(services, "grace.okafor")
    assert (await services.acting("admin")).token_id is None
    soon = services.clock.now() + timedelta(hours=1)
    await services.tokens.issue(HERE, person="niamh.oconnor", role="head_of_support", expires_at=soon)
    rights: tuple[Right, ...] = ("read", "admin", "queue")
    for right in rights:
        with pytest.raises(Unauthenticated, match="set USHER_TOKEN"):
            await services.acting(right)
    services.clock.advance(timedelta(hours=2))  # type: ignore[attr-defined]
    assert (await services.acting("admin")).person == "operator"


async def test_a_decision_always_wants_a_token(services: Usher) -> None:
    rights: tuple[Right, ...] = ("decide", "converse", "assign")
    for right in rights:
        with pytest.raises(Unauthenticated, match="no token, no decision"):
            await services.acting(right)
    with pytest.raises(Unauthenticated, match="no token, no decision"):
        await services.person("decide")


async def test_a_token_binds_its_commands_and_a_refusal_is_on_record(services: Usher) -> None:
    held = usher(services.database, services.settings.data, HERE, token=await secret(services, "ines.navarro"))
    assert (await held.person("decide"))[1].id == "ines.navarro"
    with pytest.raises(Forbidden, match="without the right to queue"):
        await held.acting("queue")
    assert [(act.person, act.action, act.outcome) for act in await services.acts.list(HERE)] == [("ines.navarro", "use_queue", "403")]


async def test_a_token_is_of_no_use_for_another_company_or_after_leaving(services: Usher) -> None:
    given = await secret(services, "ines.navarro")
    with pytest.raises(Unauthenticated, match="another company"):
        await usher(services.database, services.settings.data, "elsewhere", token=given).acting("read")
    left = usher(services.database, services.settings.data, HERE, token=await secret(services, "who.left"))
    with pytest.raises(Unauthenticated, match="no longer in the roster"):
        await left.acting("read")


async def test_a_service_decides_nothing(services: Usher) -> None:
    feed = usher(services.database, services.settings.data, HERE, token=await secret(services, "feed", role="service"))
    assert (await feed.acting("read")).person == "feed"
    with pytest.raises(Forbidden):
        await feed.person("decide")


# ------------------------------------------------------------ what commands leave behind


async def test_a_command_that_changes_something_is_on_record_with_its_outcome(services: Usher) -> None:
    given = await secret(services, "niamh.oconnor")

    def run(*words: str) -> int:
        @asynccontextmanager
        async def connect(**_: object) -> AsyncIterator[Usher]:
            database = Database(services.database.url)
            opened = usher(database, services.settings.data, HERE, token=given)
            yield opened
            await database.close()

        return CliRunner().invoke(commands(connect), list(words)).exit_code

    told = [("tokens", "issue", "grace.okafor"), ("tokens", "revoke", "k_0"), ("tokens", "revoke", "eve@example.com"), ("tokens", "list")]
    codes = [await asyncio.to_thread(run, *words) for words in (*told, ("audit", "acts"))]
    assert codes == [0, 2, 2, 0, 0]
    acts = [(act.person, act.action, act.subject.partition("_")[0], act.outcome) for act in reversed(await services.acts.list(HERE))]
    assert acts == [
        ("niamh.oconnor", "issue", "k", "200"),
        ("niamh.oconnor", "revoke", "k", "404"),
        ("niamh.oconnor", "revoke", "", "404"),
    ]
