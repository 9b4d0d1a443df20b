"""Every turn is decided by the policy that was in force when it was loaded, and whoever changes that is on record."""

import asyncio
import logging
import re
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
from core.errors import InvalidFile, NotFound
from core.receipt import Receipt
from core.settings import Settings
from core.types import ApprovalNeed, Turn
from store.database import Database
from store.turns import Turns
from tests.integration.store.desk import message
from tests.support.company import TUESDAY, FixedRetriever, crew, reading
from tests.support.web import client, company, usher

HERE = "here"
ASKING = ("then: {action: answer}", "then: {action: answer, approvals: [{role: support_lead}]}")


class Product(Usher):
    """The composed product with an agent that always reads the same intent."""

    @cached_property
    def crews(self) -> dict[str, Crew]:
        parts = crew(reading("how_to_question"), retriever=FixedRetriever())
        return {
            tenant: replace(parts, **self._of(company, self.library.folder(tenant), parts.intent))
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


def product(database: Database, data: Path, folder: Company | None = None) -> Product:
    opened = Product(Settings(_env_file=None, data=data), {HERE: folder or company(HERE)}, ShiftedClock(TUESDAY))
    opened._database = database
    return opened


@pytest.fixture
def services(database: Database, tmp_path: Path) -> Product:
    return product(database, tmp_path)


def changed(old: str = ASKING[0], new: str = ASKING[1]) -> str:
    """The example's policy with a change; as it is, it answers at once."""
    given = company(HERE).policy_text
    assert old in given
    return given.replace(old, new)


def remarked(remark: str) -> str:
    """The same policy under another version."""
    return f"# {remark}\n{company(HERE).policy_text}"


async def put_in_force(services: Usher, text: str, reason: str = "") -> str:
    return (await services.library.activate(HERE, text=text, file="policy.yaml", person="grace.okafor", reason=reason)).version


async def arrive(services: Usher, id: str) -> str:
    arrival = await services.mailroom.receive(HERE, message(id, conversation_key=id, channel="email", sent_at=TUESDAY))
    assert arrival.turn_id
    return arrival.turn_id


async def decided(services: Usher, id: str) -> Receipt:
    turn = await arrive(services, id)
    await services.router.handle(turn)
    return await services.receipts.get(HERE, turn)


# ------------------------------------------------------------ what decides a turn


async def test_until_something_is_put_in_force_the_folder_decides(services: Product) -> None:
    receipt = await decided(services, "m1")
    assert (receipt.status, receipt.policy_version) == ("done", services.library.folder(HERE).compiled.version)


async def test_the_next_turn_is_decided_by_what_was_put_in_force_and_the_receipt_names_it(services: Product) -> None:
    assert (await decided(services, "m1")).status == "done"
    version = await put_in_force(services, changed())
    second = await decided(services, "m2")
    assert (second.status, second.policy_version) == ("waiting", version)
    await services.library.rollback(HERE, person="grace.okafor")
    third = await decided(services, "m3")
    assert (third.status, third.policy_version) == ("done", services.library.folder(HERE).compiled.version)


async def test_a_turn_that_is_loaded_already_keeps_its_version(services: Product) -> None:
    services.turns = Held(services.database, clock=services.clock, watches=services.watches)
    services.turns.meanwhile = lambda: put_in_force(services, changed())
    first = await decided(services, "m1")
    services.turns.meanwhile = None
    second = await decided(services, "m2")
    assert (first.status, second.status) == ("done", "waiting")
    assert first.policy_version == services.library.folder(HERE).compiled.version != second.policy_version


async def test_a_paused_turn_goes_on_with_the_version_that_decided_it(services: Product, tmp_path: Path) -> None:
    asking = await put_in_force(services, changed())
    waiting = await decided(services, "m1")
    latest = await put_in_force(services, remarked("later"))
    await approve(services, waiting)
    other = product(services.database, tmp_path)
    await other.router.resume(waiting.turn_id)
    done = await services.receipts.get(HERE, waiting.turn_id)
    assert (done.status, done.policy_version) == ("done", asking)
    assert asking != latest == (await decided(services, "m2")).policy_version


async def test_a_turn_that_the_folder_decided_goes_on_with_it_after_an_edit(database: Database, tmp_path: Path) -> None:
    before = product(database, tmp_path, replace(company(HERE), policy_text=changed()))
    await before.library.begin(HERE)
    waiting = await decided(before, "m1")
    after = product(database, tmp_path)
    await approve(before, waiting)
    await after.router.resume(waiting.turn_id)
    done = await after.receipts.get(HERE, waiting.turn_id)
    assert (done.status, done.policy_version) == ("done", waiting.policy_version)
    assert waiting.policy_version != after.library.folder(HERE).compiled.version


async def approve(services: Usher, receipt: Receipt) -> None:
    approval = await services.approvals.show(HERE, receipt.turn_id)
    await services.approvals.decide(
        HERE, approval.id, person="grace.okafor", outcome="approved", digest=approval.request.digest, reason="yes"
    )


async def test_a_version_that_no_longer_fits_fails_the_turn_and_loses_nothing(services: Product, tmp_path: Path) -> None:
    await put_in_force(services, remarked("fits"))
    whole = company(HERE)
    names = {"churn_risk": "leaving"}
    renamed = tuple(each.model_copy(update={"name": names.get(each.name, each.name)}) for each in whole.intents.intents)
    folder = replace(whole, intents=Intents(version=1, intents=renamed), policy_text=whole.policy_text.replace("churn_risk", "leaving"))
    other = product(services.database, tmp_path, folder)
    turn = await arrive(other, "m1")
    with pytest.raises(InvalidFile, match="unknown intent 'churn_risk'"):
        await other.router.handle(turn)
    await other.worker.drain()
    (dead,) = await services.queue.dead(HERE)
    assert (dead.id, dead.state) == (turn, "failed")
    assert "unknown intent 'churn_risk'" in dead.problem
    await services.queue.retry(HERE, turn, by="grace.okafor")
    await services.worker.drain()
    assert (await services.receipts.get(HERE, turn)).status == "done"


# ------------------------------------------------------------ what follows the version in force


async def test_another_process_notices_within_two_seconds(services: Product, database_url: str, tmp_path: Path) -> None:
    other = product(Database(database_url), tmp_path)
    following = asyncio.create_task(other.library.follow())
    await asyncio.sleep(0.1)
    version = await put_in_force(services, remarked("new"))
    assert services.policy_version(HERE) == version, "here at once"
    for _ in range(38):
        await asyncio.sleep(0.05)
        if other.policy_version(HERE) == version:
            break
    assert other.policy_version(HERE) == version
    following.cancel()
    await other.close()


async def test_approvers_hours_and_counts_follow(services: Product) -> None:
    waiting_for = ApprovalNeed(role="support_lead")
    request: Any = None
    await put_in_force(services, changed())
    waiting = await decided(services, "m1")
    request = (await services.approvals.show(HERE, waiting.turn_id)).request
    assert services.approvers.refusal(HERE, "grace.okafor", waiting_for, request) is None
    rules = services.policy_summary(HERE)["rules"]
    when = "{intent: how_to_question, automated: true}"
    more = f"  - name: one_more\n    when: {when}\n    then: {{action: ignore}}\n    because: a test wants it\n"
    await put_in_force(services, changed("\nrules:\n", f"\nrules:\n{more}"))
    assert services.policy_summary(HERE)["rules"] == rules + 1
    gone = ApprovalNeed(role="role_of_yesterday")
    assert "which the policy in force does not know" in (services.approvers.refusal(HERE, "grace.okafor", gone, request) or "")
    assert services.approvers.refusal_of_assignee(HERE, "grace.okafor", gone, request)


async def test_an_edit_of_the_folder_does_nothing_until_it_is_put_in_force(services: Product, tmp_path: Path) -> None:
    version = await put_in_force(services, company(HERE).policy_text)
    edited = product(services.database, tmp_path, replace(company(HERE), policy_text=changed()))
    await edited.library.refresh()
    assert (await decided(edited, "m1")).policy_version == version == edited.policy_version(HERE)
    told = edited.library.differs(HERE) or ""
    assert f"policy.yaml differs from the version in force {version}: policy activate puts it in force" in told
    await put_in_force(edited, changed())
    assert edited.library.differs(HERE) is None


async def test_a_version_that_cannot_be_used_stops_the_start_and_is_logged_once(
    services: Product, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    version = await put_in_force(services, remarked("fits"))
    async with services.database.transaction() as db:
        await db.execute(text("UPDATE policies SET text = 'nonsense' WHERE version = :version"), {"version": version})
    other = product(services.database, tmp_path)
    with caplog.at_level(logging.ERROR):
        await other.library.refresh()
        await other.library.refresh()
    assert len(caplog.records) == 1
    with pytest.raises(Exception, match="something else"):
        await other.library.begin(HERE)
    assert other.working_time(HERE, "") is not None
    await put_in_force(other, remarked("good again"))
    assert other.policy_version(HERE) != version


async def test_a_preview_is_by_the_version_in_force_and_leaves_nothing(services: Product) -> None:
    await put_in_force(services, changed())
    turn = await services.turns.load(await arrive(services, "m1"))
    assert turn
    assert (await services.preview(turn.model_copy(update={"policy": None}))).status == "waiting"
    assert await services.receipts.list(HERE) == ()


async def test_a_tenant_that_is_not_served_is_unknown(services: Product) -> None:
    with pytest.raises(NotFound):
        await services.crew("elsewhere", None)


# ------------------------------------------------------------ who may


async def token(services: Usher, person: str, *scopes: Right) -> str:
    return (await services.tokens.issue(HERE, person=person, role="somebody", scopes=scopes))[0]


@pytest.mark.parametrize("person", ["aisha.bello", "lukas.brandt", "ines.navarro", "diego.ramirez"])
async def test_without_the_right_nothing_changes_and_the_refusal_is_on_record(services: Product, person: str) -> None:
    async with client(make_api(services), await token(services, person)) as http:
        assert (await http.post("/v1/policy/activate", json={"text": changed()})).status_code == 403
        assert (await http.post("/v1/policy/rollback")).status_code == 403
    assert await services.shelf.history(HERE) == ()
    acts = [(act.person, act.action, act.outcome) for act in await services.acts.list(HERE)]
    assert acts == [(person, "rollback", "403"), (person, "activate", "403")]


async def test_over_http_a_lead_puts_in_force_and_rolls_back(services: Product) -> None:
    async with client(make_api(services), await token(services, "grace.okafor")) as http:
        before = (await http.get("/v1/policy")).json()
        assert (before["activated"], before["version"], before["history"]) == (False, before["folder"], [])
        bad = await http.post("/v1/policy/activate", json={"text": "version: [1"})
        assert (bad.status_code, (await http.get("/v1/policy")).json()) == (422, before)
        done = (await http.post("/v1/policy/activate", json={"text": changed(), "reason": "nobody is answered unseen"})).json()
        now = (await http.get("/v1/policy")).json()
        assert (now["activated"], now["version"], now["history"][0]) == (True, done["version"], done)
        assert done["reason"] == "nobody is answered unseen"
        back = (await http.post("/v1/policy/rollback", json={"reason": "too slow"})).json()
        assert (back["version"], back["kind"], back["in_force"]) == (before["version"], "rolled_back", True)
        assert (await http.post("/v1/policy/rollback")).status_code == 409
    told = [(act.action, act.subject, act.outcome) for act in reversed(await services.acts.list(HERE))]
    assert told == [
        ("activate", "", "422"),
        ("activate", done["version"], "200"),
        ("rollback", back["version"], "200"),
        ("rollback", "", "409"),
    ]


class Terminal:
    """Commands of somebody's, each a process of its own: its own services on its own connections."""

    def __init__(self, url: str, data: Path, secret: str | None) -> None:
        self._url, self._data, self._secret = url, data, secret

    async def __call__(self, *words: str) -> Result:
        @asynccontextmanager
        async def connect(**_: object) -> AsyncIterator[Usher]:
            opened = usher(Database(self._url), self._data, HERE, token=self._secret)
            await opened.library.refresh()
            yield opened
            await opened.close()

        return await asyncio.to_thread(CliRunner().invoke, commands(connect), list(words))


async def test_on_the_command_line_a_lead_puts_in_force_and_rolls_back(services: Product, database_url: str, tmp_path: Path) -> None:
    lead = Terminal(database_url, tmp_path, await token(services, "grace.okafor"))
    (tmp_path / "new.yaml").write_text(re.sub(r"  - name: automated_mail\n(    .*\n)+", "", changed()))
    assert "none was ever put in force" in (await lead("policy", "versions")).stdout
    done = await lead("policy", "activate", str(tmp_path / "new.yaml"), "--reason", "be careful")
    assert (done.exit_code, "is in force since" in done.stdout) == (0, True)
    assert ", 1 guard, 11 queues, " in " ".join(done.stdout.split())
    assert "differs from the version in force" in done.stderr
    listed = (await lead("policy", "versions")).stdout
    assert "be careful" in listed
    assert listed.count("in force") == 1
    assert (await lead("policy", "rollback")).exit_code == 0
    nothing = await lead("policy", "rollback")
    assert (nothing.exit_code, nothing.stderr) == (2, "usher: no policy was in force before this one\n")
    told = [(act.person, act.action, act.outcome) for act in reversed(await services.acts.list(HERE))]
    assert told == [("grace.okafor", "activate", "200"), ("grace.okafor", "rollback", "200"), ("grace.okafor", "rollback", "409")]


async def test_on_the_command_line_it_takes_the_right_and_a_policy_that_can_be_used(
    services: Product, database_url: str, tmp_path: Path
) -> None:
    agent = Terminal(database_url, tmp_path, await token(services, "lukas.brandt"))
    assert "without the right to policy" in (await agent("policy", "activate")).stderr
    assert [(act.action, act.outcome) for act in await services.acts.list(HERE)] == [("use_policy", "403")]
    assert "no token, no decision" in (await Terminal(database_url, tmp_path, None)("policy", "activate")).stderr
    lead = Terminal(database_url, tmp_path, await token(services, "grace.okafor"))
    (tmp_path / "bad.yaml").write_text("version: [1")
    assert f"{tmp_path / 'bad.yaml'}:2: not YAML" in (await lead("policy", "activate", str(tmp_path / "bad.yaml"))).stderr
    assert "no such file" in (await lead("policy", "activate", str(tmp_path / "none.yaml"))).stderr
    assert await services.shelf.history(HERE) == ()
