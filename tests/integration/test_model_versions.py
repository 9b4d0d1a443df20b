"""People correct, review and train; every turn is read by the intent model that was in force when it was loaded."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from agents.crew import Crew
from app import Usher
from channels.api import make_api
from channels.cli import commands
from core.access import Right
from core.clock import ShiftedClock
from core.company import Company, Intents
from core.errors import Conflict, InvalidFile, NotFound
from core.receipt import Receipt
from core.settings import Settings
from core.types import Turn
from store.database import Database
from store.turns import Turns
from tests.integration.store.desk import message
from tests.support.company import TUESDAY, FixedRetriever, crew, reading
from tests.support.web import client, company
from tests.unit.agents.intent_samples import WordEncoder

HERE, LEAD = "here", "grace.okafor"
ASKING = ("then: {action: answer}", "then: {action: answer, approvals: [{role: support_lead}]}")


def small(*, without: str = "", more: tuple[str, ...] = ()) -> Company:
    """The example company with a few utterances of each intent, so that training takes no time."""
    whole = company(HERE)
    kept = [
        each.model_copy(update={"utterances": (*each.utterances[:4], *(more if at == 0 else ()))})
        for at, each in enumerate(whole.intents.intents)
        if each.name != without
    ]
    return replace(whole, intents=Intents(intents=tuple(kept), out_of_scope=whole.intents.out_of_scope[:8]))


class Product(Usher):
    """The composed product with an encoder of words, and nothing else that needs weights."""

    @cached_property
    def encoder(self) -> Any:
        return WordEncoder()

    @cached_property
    def crews(self) -> dict[str, Crew]:
        parts = crew(reading("how_to_question"), retriever=FixedRetriever())
        return {
            tenant: replace(parts, **self._of(company, self.library.folder(tenant), self.intents.folder(tenant)))
            for tenant, company in self.companies.items()
        }


class Held(Turns):
    """Something happens between the loading of a turn and its decision."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def load(self, turn_id: str) -> Turn | None:
        turn = await super().load(turn_id)
        if self.meanwhile:
            await self.meanwhile()
        return turn


def product(database: Database, data: Path, folder: Company | None = None, token: str | None = None) -> Product:
    settings = Settings(_env_file=None, data=data, rate_per_minute=10_000_000, token=token)
    opened = Product(settings, {HERE: folder or small()}, ShiftedClock(TUESDAY))
    opened._database = database
    return opened


@pytest.fixture
def services(database: Database, tmp_path: Path) -> Product:
    return product(database, tmp_path)


async def decided(services: Usher, id: str, **changes: Any) -> Receipt:
    given = {"conversation_key": id, "channel": "email", "sent_at": TUESDAY, "subject": "", **changes}
    arrival = await services.mailroom.receive(HERE, message(id, **given))
    assert arrival.turn_id
    await services.router.handle(arrival.turn_id)
    return await services.receipts.get(HERE, arrival.turn_id)


async def taught(services: Usher, id: str, label: str | None = "cancellation", *, words: str = "") -> str:
    """A correction that was accepted; its example's id."""
    receipt = await decided(services, id, text=words or f"zebra {id} quartz please")
    kept = await services.examples.correct(HERE, receipt.turn_id, label=label, person="lukas.brandt")
    await services.examples.review(HERE, {kept.id: "accepted"}, person=LEAD)
    return kept.id


async def learned(services: Usher) -> str:
    return (await services.intents.learn(HERE, person=LEAD, progress=lambda _: None)).version


async def put_in_force(services: Usher, version: str) -> str:
    return (await services.intents.activate(HERE, version, person=LEAD, reason="a test wants it")).version


def read_by(receipt: Receipt) -> str:
    return receipt.model_versions["intent"].removeprefix("linear-")


def label() -> str:
    return small().intents.intents[2].name


# ------------------------------------------------------------ what is learned


async def test_the_next_training_learns_what_was_accepted_and_nothing_else(services: Product) -> None:
    alone = await learned(services)
    assert alone == services.intents.folder(HERE).name
    id = await taught(services, "m1", label())
    receipt = await decided(services, "m2", text="another zebra")
    await services.examples.correct(HERE, receipt.turn_id, label=label(), person="lukas.brandt")
    trained = await services.intents.learn(HERE, person=LEAD, progress=lambda _: None)
    assert (trained.examples, trained.version == alone) == (1, False)
    assert (await services.models.get(HERE, trained.version)).examples == (id,)
    assert (await learned(services)) == trained.version, "the same content is the same version"


async def test_a_corrected_text_is_read_as_it_was_corrected(services: Product) -> None:
    for n in range(6):
        await taught(services, f"m{n}", label(), words=f"zebra quartz number{n} please")
    version = await put_in_force(services, await learned(services))
    receipt = await decided(services, "m9", text="zebra quartz please")
    assert (receipt.intent.top, read_by(receipt)) == (label(), version)


async def test_an_accepted_example_whose_intent_is_gone_is_reported(services: Product, tmp_path: Path) -> None:
    id = await taught(services, "m1", label())
    other = product(services.database, tmp_path, replace(small(without=label()), policy_text=services.companies[HERE].policy_text))
    trained = await other.intents.learn(HERE, person=LEAD, progress=lambda _: None)
    assert [(each.id, each.why) for each in trained.skipped] == [(id, f"the company has no intent {label()!r} any more")]


async def test_another_machine_reads_with_the_very_same_model(services: Product, tmp_path: Path) -> None:
    await taught(services, "m1", label())
    version = await put_in_force(services, await learned(services))
    mine = await services.intents.edition(HERE, version)
    other = product(services.database, tmp_path / "elsewhere")
    theirs = await other.intents.edition(HERE, version)
    texts = ["zebra m1 quartz please", "where is my invoice", ""]
    assert theirs.model.predict_many(texts) == mine.model.predict_many(texts)
    assert theirs.model.version == mine.model.version


async def test_no_words_of_a_customer_are_in_a_kept_model(services: Product) -> None:
    id = await taught(services, "m1", label())
    version = await learned(services)
    stored = await services.models.get(HERE, version)
    assert id in (await services.intents.edition(HERE, version)).model.texts
    assert b"quartz" not in stored.blob
    assert "quartz" not in json.dumps(stored.content)


# ------------------------------------------------------------ which model reads a turn


async def test_until_one_is_put_in_force_the_folder_reads(services: Product) -> None:
    assert read_by(await decided(services, "m1")) == services.intents.folder(HERE).name
    await taught(services, "m2", label())
    await learned(services)
    assert read_by(await decided(services, "m3")) == services.intents.folder(HERE).name
    assert not (await services.intents.state(HERE)).activated


async def test_the_next_turn_is_read_by_what_was_put_in_force_and_the_receipt_names_it(services: Product) -> None:
    await taught(services, "m1", label())
    version = await put_in_force(services, await learned(services))
    assert read_by(await decided(services, "m2")) == version != services.intents.folder(HERE).name
    await services.intents.rollback(HERE, person=LEAD)
    assert read_by(await decided(services, "m3")) == services.intents.folder(HERE).name
    with pytest.raises(Conflict, match="no model was in force before this one"):
        await services.intents.rollback(HERE, person=LEAD)


async def test_a_turn_that_is_loaded_already_keeps_its_model(services: Product) -> None:
    services.turns = Held(services.database, clock=services.clock, watches=services.watches)
    await taught(services, "m1", label())
    version = await learned(services)
    services.turns.meanwhile = lambda: put_in_force(services, version)
    first = await decided(services, "m2")
    services.turns.meanwhile = None
    assert (read_by(first), read_by(await decided(services, "m3"))) == (services.intents.folder(HERE).name, version)


async def test_a_paused_turn_goes_on_naming_the_model_that_read_it(services: Product, tmp_path: Path) -> None:
    asking = services.companies[HERE].policy_text.replace(
        "rules:\n",
        "rules:\n  - {name: all, when: {automated: false}, then: "
        "{action: handoff, approvals: [{role: support_lead}]}, because: a test wants it}\n",
        1,
    )
    await services.library.activate(HERE, text=asking, file="policy.yaml", person=LEAD)
    await taught(services, "m1", label())
    version = await put_in_force(services, await learned(services))
    waiting = await decided(services, "m2", text="a zebra, please")
    assert (waiting.status, read_by(waiting)) == ("waiting", version)
    await services.intents.rollback(HERE, person=LEAD)
    approval = await services.approvals.show(HERE, waiting.turn_id)
    await services.approvals.decide(HERE, approval.id, person=LEAD, outcome="approved", digest=approval.request.digest, reason="yes")
    other = product(services.database, tmp_path / "elsewhere")
    await other.router.resume(waiting.turn_id)
    done = await services.receipts.get(HERE, waiting.turn_id)
    assert (done.status, read_by(done)) == ("done", version)


async def test_a_preview_is_by_the_model_in_force(services: Product) -> None:
    await taught(services, "m1", label())
    version = await put_in_force(services, await learned(services))
    arrival = await services.mailroom.receive(HERE, message("m2", conversation_key="m2", channel="email"))
    turn = await services.turns.load(arrival.turn_id or "")
    assert turn
    assert read_by(await services.preview(turn.model_copy(update={"model": None}))) == version


# ------------------------------------------------------------ what follows an activation


async def test_another_process_is_ready_within_two_seconds(services: Product, database_url: str, tmp_path: Path) -> None:
    await taught(services, "m1", label())
    version = await learned(services)
    other = product(Database(database_url), tmp_path)
    following = asyncio.create_task(other.intents.follow())
    await asyncio.sleep(0.1)
    await put_in_force(services, version)
    for _ in range(38):
        await asyncio.sleep(0.05)
        if (HERE, version) in other.intents._kept:
            break
    assert (HERE, version) in other.intents._kept
    following.cancel()
    await other.close()


async def test_after_an_activation_the_folder_changes_nothing_and_says_so(services: Product, tmp_path: Path) -> None:
    await taught(services, "m1", label())
    version = await put_in_force(services, await learned(services))
    assert await services.intents.differs(HERE) is None
    edited = product(services.database, tmp_path, small(more=("a brand new utterance",)))
    assert read_by(await decided(edited, "m2")) == version
    told = await edited.intents.differs(HERE) or ""
    assert told == f"intents.yaml differs from what the model in force {version} learned from: intents train, then intents activate"


async def test_a_version_whose_intents_the_company_has_no_more_is_refused(services: Product, tmp_path: Path) -> None:
    await taught(services, "m1", label())
    version = await learned(services)
    other = product(services.database, tmp_path, small(without="how_to_question"))
    with pytest.raises(InvalidFile, match=f"model {version}: it knows the intent 'how_to_question', which the company has no more"):
        await other.intents.activate(HERE, version, person=LEAD)
    assert await services.models.in_force([HERE]) == {}


async def test_a_model_of_another_release_is_refused_and_one_in_force_is_made_again(
    services: Product, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    id = await taught(services, "m1", label())
    version = await put_in_force(services, await learned(services))
    async with services.database.transaction() as db:
        await db.execute(text("UPDATE models SET blob = 'of another time' WHERE version = :v"), {"v": version})
    later = product(services.database, tmp_path / "elsewhere")
    with caplog.at_level(logging.WARNING):
        receipt = await decided(later, "m2")
    assert "it is made again of what it learned from" in caplog.text
    assert read_by(receipt) == version, "the same release makes the same of the same content"
    with pytest.raises(Conflict, match="intents train makes one of today's"):
        await product(services.database, tmp_path / "third").intents._usable(HERE, version)
    await services.personal_data.erase(HERE, "eve@example.com", by=LEAD)
    fourth = product(services.database, tmp_path / "fourth")
    assert read_by(await decided(fourth, "m4")) == fourth.intents.folder(HERE).name, f"{id} is gone, and nothing else was taught"


async def test_what_is_wrong_with_the_one_in_force_is_logged_once(
    services: Product, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await taught(services, "m1", label())
    await put_in_force(services, await learned(services))
    other = product(services.database, tmp_path, small(without="how_to_question"))
    with caplog.at_level(logging.ERROR):
        await other.intents.refresh()
        await other.intents.refresh()
    assert len(caplog.records) == 1


async def test_a_comparison_is_with_what_is_in_force(services: Product) -> None:
    folder = services.intents.folder(HERE).name
    for n in range(3):
        await taught(services, f"m{n}", label(), words=f"zebra quartz number{n} please")
    version = await learned(services)
    found = await services.intents.compare(HERE, "active", version, lambda _: None)
    assert (found.old.version, found.new.version) == (folder, version)
    assert {flip.example for flip in found.flips if flip.example} <= {each.id for each in await services.models.accepted(HERE)}
    with pytest.raises(Conflict, match="is the same model"):
        await services.intents.compare(HERE, version, version, lambda _: None)
    with pytest.raises(NotFound):
        await services.intents.compare(HERE, "nothing", version, lambda _: None)


# ------------------------------------------------------------ who may


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
