"""Who corrects, reviews and puts models in force: over HTTP, and on the command line."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app import Usher
from channels.api import make_api
from channels.cli import commands
from core.access import Right
from core.clock import ShiftedClock
from core.settings import Settings
from store.database import Database
from tests.integration.learning import (
    HERE,
    LEAD,
    Product,
    decided,
    label,
    learned,
    product,
    small,
)
from tests.support.company import TUESDAY
from tests.support.web import client


@pytest.fixture
def services(database: Database, tmp_path: Path) -> Product:
    return product(database, tmp_path)


async def token(services: Usher, person: str, *scopes: Right) -> str:
    return (await services.tokens.issue(HERE, person=person, role="somebody", scopes=scopes))[0]


@pytest.mark.parametrize(
    ("person", "corrects", "reviews"),
    [("aisha.bello", 403, 403), ("lukas.brandt", 200, 403), ("ines.navarro", 200, 403), (LEAD, 200, 200), ("diego.ramirez", 403, 403)],
)
async def test_who_handles_messages_corrects_and_who_leads_reviews(services: Product, person: str, corrects: int, reviews: int) -> None:
    receipt = await decided(services, "m1")
    kept = await services.examples.correct(HERE, receipt.turn_id, label=None, person="niamh.oconnor")
    version = await learned(services)
    async with client(make_api(services), await token(services, person)) as http:
        said = await http.post(f"/v1/receipts/{receipt.id}/intent", json={"intent": label(), "reason": "I know them"})
        assert said.status_code == corrects
        word = await http.post(f"/v1/intents/examples/{kept.id}/review", json={"outcome": "accepted"})
        assert word.status_code == reviews
        assert (await http.post(f"/v1/intents/models/{version}/activate")).status_code == reviews
        assert (await http.post("/v1/intents/rollback")).status_code in (reviews, 409)
    acts = {(act.action, act.outcome) for act in await services.acts.list(HERE)}
    assert {("correct_intent", str(corrects)), ("review_example", str(reviews)), ("activate_model", str(reviews))} <= acts
    assert (await services.models.in_force([HERE]) != {}) == (reviews == 200)


async def test_over_http_what_was_said_is_seen_and_learned_from(services: Product) -> None:
    receipt = await decided(services, "m1", text="zebra quartz please")
    async with client(make_api(services), await token(services, LEAD)) as http:
        said = (await http.post(f"/v1/receipts/{receipt.turn_id}/intent", json={"intent": label()})).json()
        assert (said["text"], said["label"], said["person"]) == ("zebra quartz please", label(), LEAD)
        assert (await http.get("/v1/intents/examples")).json() == [said]
        assert (await http.post(f"/v1/receipts/{receipt.turn_id}/intent", json={"intent": "lunch"})).status_code == 404
        assert (await http.post(f"/v1/receipts/{receipt.turn_id}/intent", json={})).status_code == 422
        await http.post(f"/v1/intents/examples/{said['id']}/review", json={"outcome": "accepted"})
        assert (await http.get("/v1/intents/examples")).json() == []
        version = await learned(services)
        assert (await http.post(f"/v1/intents/models/linear-{version}/activate", json={"reason": "better"})).json()["version"] == version
        state = (await http.get("/v1/intents/models")).json()
    assert (state["version"], state["activated"], state["history"][0]["reason"]) == (version, True, "better")
    assert [(each["version"], each["examples"], each["active"]) for each in state["versions"] if each["active"]] == [(version, 1, True)]


class Terminal:
    """Commands of somebody's, each a process of its own: its own services on its own connections."""

    def __init__(self, url: str, data: Path, secret: str | None) -> None:
        self._url, self._data, self._secret = url, data, secret

    async def __call__(self, *words: str) -> Result:
        @asynccontextmanager
        async def connect(**_: object) -> AsyncIterator[Usher]:
            opened = product(Database(self._url), self._data, token=self._secret)
            await opened.library.refresh()
            yield opened
            await opened.close()

        return await asyncio.to_thread(CliRunner().invoke, commands(connect), ["intents", *words])


async def test_on_the_command_line_from_a_correction_to_a_roll_back(services: Product, database_url: str, tmp_path: Path) -> None:
    receipt = await decided(services, "m1", text="zebra quartz please")
    agent = Terminal(database_url, tmp_path, await token(services, "lukas.brandt"))
    lead = Terminal(database_url, tmp_path, await token(services, LEAD))
    said = await agent("correct", receipt.turn_id, "--intent", label(), "--json")
    id = json.loads(said.stdout)["id"]
    listed = (await agent("review")).stdout
    assert id in listed
    assert "zebra quartz please" in listed
    assert "without the right to policy" in (await agent("review", "--accept", id)).stderr
    assert "1 accepted, 0 rejected" in (await lead("review", "--accept-all")).stdout
    assert "nothing waits for review" in (await lead("review")).stdout
    trained = await lead("train", "--compare", "active")
    assert "1 of them taught by corrections" in trained.stdout
    assert "McNemar" in trained.stdout
    version = trained.stdout.partition("app.py intents activate ")[2].strip()
    assert f"{version} is in force since" in (await lead("activate", version, "--reason", "better")).stdout
    state = json.loads((await agent("versions", "--json")).stdout)
    assert (state["version"], [each["version"] for each in state["versions"] if each["active"]]) == (version, [version])
    assert "in force" in (await agent("versions")).stdout
    assert (await lead("rollback")).exit_code == 0
    nothing = await lead("rollback")
    assert (nothing.exit_code, nothing.stderr) == (2, "usher: no model was in force before this one\n")
    acts = [(act.person, act.action, act.subject, act.outcome) for act in reversed(await services.acts.list(HERE))]
    folder = services.intents.folder(HERE).name
    assert acts == [
        ("lukas.brandt", "correct", receipt.turn_id, "200"),
        ("lukas.brandt", "use_policy", "", "403"),
        (LEAD, "review", id, "200"),
        (LEAD, "train", version, "200"),
        (LEAD, "activate_model", version, "200"),
        (LEAD, "rollback_model", folder, "200"),
        (LEAD, "rollback_model", "", "409"),
    ]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("correct", "t_1"), "--intent: say which, or --none"),
        (("correct", "t_1", "--intent", "a", "--none"), "--intent: say which, or --none"),
        (("correct", "t_1", "--none"), "no turn 't_1'"),
        (("review", "--accept", "x_1"), "no example 'x_1'"),
        (("activate", "v1"), "no model 'v1'"),
        (("train", "--offline", "--compare", "active"), "--compare: is of a company's versions"),
        (("train", "--out", "d"), "--out: goes with DATA"),
    ],
)
async def test_what_cannot_be_done_is_one_line_and_exit_2(
    services: Product, database_url: str, tmp_path: Path, words: tuple[str, ...], problem: str
) -> None:
    lead = Terminal(database_url, tmp_path, await token(services, LEAD))
    done = await lead(*words)
    assert done.exit_code == 2
    assert problem in done.stderr
    assert done.stderr.count("\n") == 1


async def test_without_a_database_the_folder_is_trained_alone(tmp_path: Path) -> None:
    opened = Product(Settings(_env_file=None, data=tmp_path), {HERE: small()}, ShiftedClock(TUESDAY))
    assert opened.intents.train(HERE, lambda _: None) == opened.intents.folder(HERE).version
    (found,) = opened.intents.predict(["where is my invoice"], tenant=HERE, model=None)
    assert found[1].labels
    assert await opened.intents.active(HERE) is None
