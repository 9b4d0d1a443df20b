"""Facts over HTTP, from files and on the command line: who may state them, and what a profile then says."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from typer.testing import CliRunner, Result

from app import Usher
from channels.api import make_api
from channels.cli import commands
from core.access import Right
from core.company import Record
from core.errors import InvalidFile
from core.looking import only_looking
from core.types import Sender
from policy.loading.load import load
from store.database import Database
from tests.support.company import TUESDAY
from tests.support.web import client, usher

HERE, KIM = "here", "kim@orchard.example"
RECORDS = (Record(name="crm", file="crm.csv"), Record(name="billing", file="billing.csv"), Record(name="erp", pushed=True))
CRM = (
    "email,name,title,account,tier,seats,arr_usd,open_deal_usd,deal_stage,renewal_date,owner,consent,region,language,authentication,"
    "strategic,health,updated_at\n"
    "Kim@orchard.example,Kim Lee,VP Finance,Orchard,enterprise,1400,1120000,480000,negotiation,2026-04-30,maya.chen,yes,emea,en,verified,"
    "yes,amber,2026-01-20\n"
)
BILLING = "account,arr,seats,updated_at\nOrchard,990000,1412,2026-03-01\n"


@pytest.fixture
def services(database: Database, tmp_path: Path) -> Usher:
    """A company of its own folder, with two files of record and a system that pushes."""
    return opened(database, tmp_path)


def opened(database: Database, folder: Path, *, token: str | None = None) -> Usher:
    made = usher(database, folder, HERE, token=token)
    company = made.companies[HERE]
    profile = company.profile.model_copy(update={"records": RECORDS})
    made.companies = {HERE: replace(company, folder=folder, profile=profile)}
    for name, content in {"crm.csv": CRM, "billing.csv": BILLING}.items():
        if not (folder / name).exists():
            (folder / name).write_text(content, "utf-8")
    return made


@pytest.fixture
def api(services: Usher) -> FastAPI:
    return make_api(services)


async def secret(services: Usher, person: str, *scopes: Right, role: str = "somebody") -> str:
    return (await services.tokens.issue(HERE, person=person, role=role, scopes=scopes))[0]


async def feed(services: Usher, *scopes: Right) -> str:
    return await secret(services, "erp", *scopes, role="service")


def push(*statements: dict[str, Any], record: str = "erp") -> dict[str, Any]:
    return {"record": record, "statements": list(statements)}


OTHER = "2020-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2026-03-10T12:00:00"
IMPOSSIBLE = (
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "2999-01-01T00:00:00Z",
    "2026-03-10T15:00:00Z",
    "1969-12-31T00:00:00Z",
)
ARR = {"account": "Orchard", "name": "arr", "value": 1_000_000}


async def field(services: Usher, name: str, **when: Any) -> tuple[Any, str, dict[str, Any]] | None:
    found = (await services.profiles.show(HERE, KIM, **when)).get(name)
    return None if found is None else (found.value, found.record, {other.record: other.value for other in found.conflicts})


async def count(services: Usher) -> int:
    async with services.database.transaction() as db:
        return int(await db.scalar(text("SELECT count(*) FROM facts")) or 0)


# ------------------------------------------------------------ files of record


async def test_files_that_disagree_make_one_profile_with_the_source_of_each_field(services: Usher) -> None:
    await services.profiles.refresh(HERE)
    assert await field(services, "seats") == (1400, "crm", {"billing": 1412})
    assert await field(services, "arr") == (990_000, "billing", {"crm": 1_120_000}), "the example policy trusts billing with it"
    assert await field(services, "tier") == ("enterprise", "crm", {})
    assert await field(services, "title") == ("VP Finance", "crm", {})


async def test_a_turn_gets_each_fact_with_its_record_and_version(services: Usher) -> None:
    await services.profiles.refresh(HERE)
    directory = services.profiles.directory(HERE, {"arr": ("billing", "crm")})
    told = {signal.name: signal for signal in await directory.signals(Sender(email=KIM, authenticated=True), services.clock.now())}
    assert (told["arr"].value, told["arr"].source, told["arr"].record) == (990_000, "crm", "billing")
    assert (told["seats"].record, told["seats"].version) == ("crm", "2026-01-20T00:00:00+00:00")
    assert (told["known"].value, told["authenticated"].value, told["title_seniority"].value) == (True, True, "executive")
    claimed = await directory.signals(Sender(email=KIM), services.clock.now())
    assert {signal.source for signal in claimed} == {"channel", "authentication"}


async def test_an_unchanged_file_adds_nothing_at_the_next_start_and_a_changed_one_what_changed(services: Usher, tmp_path: Path) -> None:
    told: list[str] = []
    await services.profiles.refresh(HERE, told.append)
    before, then = await count(services), services.clock.now()
    again = opened(services.database, tmp_path)
    again.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
    await again.profiles.refresh(HERE, told.append)
    assert await count(services) == before
    assert told[-2:] == ["crm.csv: unchanged", "billing.csv: unchanged"]
    (tmp_path / "billing.csv").write_text(BILLING.replace("1412", "1500"), "utf-8")
    again.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
    await again.profiles.refresh(HERE)
    assert await count(services) == before + 2, "the number, and which content was read"
    assert await field(again, "seats") == (1400, "crm", {"billing": 1500})
    assert await field(again, "seats", as_of=then) == (1400, "crm", {"billing": 1412})


async def test_a_contact_who_left_the_file_is_a_stranger_from_then_on(services: Usher, tmp_path: Path) -> None:
    await services.profiles.refresh(HERE)
    (tmp_path / "crm.csv").write_text(CRM.replace("Kim@", "ben@"), "utf-8")
    await services.profiles.look()
    told = await services.profiles.directory(HERE, {}).signals(Sender(email=KIM, authenticated=True), services.clock.now())
    assert [(signal.name, signal.value) for signal in told] == [("known", False), ("authenticated", False)]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("account,arr\nOrchard,much\n", "billing.csv:2: arr: 'much' cannot be read"),
        ("account,arr\nOrchard,1\nOrchard,2\n", "billing.csv:3: account: an earlier row has this account"),
        ("account,arr\n,1\n", "billing.csv:2: account is empty"),
        ("account,arr\nOrchard\n", "billing.csv:2: 1 cells where 2 are wanted"),
        ("account,mood\nOrchard,good\n", "billing.csv:1: unknown column 'mood'"),
        ("account,arr,arr_usd\nOrchard,1,2\n", "billing.csv:1: two columns are arr"),
        ("arr,seats\n1,2\n", "billing.csv:1: needs a column email or account"),
        ("account,title\nOrchard,CFO\n", "billing.csv:2: title: is not about an account"),
        ("email,arr\nkim at orchard,1\n", "billing.csv:2: email: 'kim at orchard' cannot be read"),
        ("account,arr,updated_at\nOrchard,1,soon\n", "billing.csv:2: updated_at: 'soon' cannot be read"),
        ("account,arr,updated_at\nOrchard,1,9999-12-31T23:59:59-14:00\n", "billing.csv:2: updated_at: nothing is observed in the future"),
        ("account,arr,updated_at\nOrchard,1,0001-01-01\n", "billing.csv:2: updated_at: nothing was observed before 1970"),
    ],
)
async def test_a_file_that_cannot_be_used_is_named_by_line(services: Usher, tmp_path: Path, content: str, problem: str) -> None:
    (tmp_path / "billing.csv").write_text(content, "utf-8")
    with pytest.raises(InvalidFile) as caught:
        await services.profiles.refresh(HERE)
    assert problem in str(caught.value)


async def test_a_file_that_breaks_later_leaves_what_it_said(services: Usher, tmp_path: Path) -> None:
    await services.profiles.refresh(HERE)
    (tmp_path / "billing.csv").write_text("nonsense", "utf-8")
    os.utime(tmp_path / "billing.csv", (1, 1))
    await services.profiles.refresh(HERE)
    assert (await field(services, "arr")) == (990_000, "billing", {"crm": 1_120_000})


async def told(services: Usher, at: datetime) -> dict[str, Any]:
    directory = services.profiles.directory(HERE, {})
    return {signal.name: signal.value for signal in await directory.signals(Sender(email=KIM, authenticated=True), at)}


async def test_who_only_looks_reads_the_files_and_stores_nothing(services: Usher) -> None:
    at = services.clock.now()
    with only_looking():
        await services.profiles.refresh(HERE)
        found = await told(services, at)
        before = await told(services, datetime(2026, 2, 1, tzinfo=UTC))
    assert (found["tier"], found["seats"], found["arr"]) == ("enterprise", 1400, 1_120_000)
    assert before["tier"] == "enterprise", "billing's row was observed in March, the CRM's in January"
    assert await count(services) == 0


async def test_who_only_looks_sees_what_is_stored_and_not_what_changed_since(services: Usher, tmp_path: Path) -> None:
    await services.profiles.refresh(HERE)
    stored = await count(services)
    (tmp_path / "crm.csv").write_text(CRM.replace("enterprise", "business"), "utf-8")
    with only_looking():
        assert (await told(services, services.clock.now()))["tier"] == "enterprise"
    assert await count(services) == stored


async def test_nothing_is_known_before_it_was_read(services: Usher) -> None:
    asked = services.clock.now() - timedelta(days=30)
    assert (await told(services, asked))["known"] is False
    assert (await told(services, asked))["known"] is False, "though the file was read meanwhile"
    async with services.database.transaction() as db:
        assert await db.scalar(text("SELECT count(*) FROM facts WHERE recorded_at < :began"), {"began": TUESDAY}) == 0
    assert (await told(services, services.clock.now()))["known"] is True


async def test_a_policy_that_trusts_a_record_that_nobody_declared_stops_the_start(services: Usher) -> None:
    services.check()
    company = services.companies[HERE]
    alone = replace(company, profile=company.profile.model_copy(update={"records": RECORDS[:1]}))
    problem = r"policy\.yaml:\d+: facts\.\w+\.sources: company\.yaml declares no record 'billing'; those are crm$"
    with pytest.raises(InvalidFile, match=problem):
        load(alone.policy_text, alone.policy_file, alone.roster, alone.intents, alone.profile)


# ------------------------------------------------------------ over HTTP


async def test_a_system_pushes_and_the_profile_shows_it(services: Usher, api: FastAPI) -> None:
    await services.profiles.refresh(HERE)
    async with client(api, await feed(services)) as http:
        told = await http.put(
            "/v1/facts", json=push(ARR, {"contact": "KIM@orchard.example", "name": "title", "value": "CFO", "version": "7"})
        )
        assert (told.status_code, told.json()) == (200, {"stated": 2, "appended": 2, "retracted": 0})
        profile = (await http.get(f"/v1/profiles/{KIM}")).json()
    fields = {fact["name"]: fact for fact in profile["fields"]}
    assert (profile["contact"], profile["account"]) == (KIM, "Orchard")
    assert {other["record"]: other["value"] for other in fields["arr"]["conflicts"]} == {"crm": 1_120_000, "erp": 1_000_000}
    assert [(other["value"], other["version"]) for other in fields["title"]["conflicts"]] == [("CFO", "7")]
    assert [(act.person, act.action, act.subject) for act in await services.acts.list(HERE)] == [("erp", "put_facts", "erp")]


async def test_a_profile_can_be_read_as_of_a_time(services: Usher, api: FastAPI) -> None:
    async with client(api, await feed(services)) as http:
        await http.put("/v1/facts", json=push({"contact": KIM, "name": "consent", "value": "yes"}))
        then = services.clock.now().isoformat()
        await http.put("/v1/facts", json=push({"contact": KIM, "name": "consent", "value": "no"}))
        answers = [await http.get(f"/v1/profiles/{KIM}", params=when) for when in ({}, {"as_of": then}, *({"as_of": at} for at in OTHER))]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 200, 422]
    assert [answer.json()["fields"][0]["value"] for answer in answers[:2]] == ["no", "yes"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (push(ARR, record="sap"), 404),
        (push(ARR, record="crm"), 409),
        (push({"account": "Orchard", "name": "arr", "value": "much"}), 422),
        (push({"account": "Orchard", "name": "value_score", "value": 100}), 422),
        (push({"account": "Orchard", "contact": KIM, "name": "arr", "value": 1}), 422),
        (push({"contact": "kim", "name": "title", "value": "CEO"}), 422),
        (push({**ARR, "confidence": 2}), 422),
        (push(), 422),
        *((push(ARR, {**ARR, "observed_at": seen}), 422) for seen in IMPOSSIBLE),
    ],
)
async def test_what_no_record_may_state_is_refused_whole(services: Usher, api: FastAPI, body: dict[str, Any], status: int) -> None:
    async with client(api, await feed(services)) as http:
        assert (await http.put("/v1/facts", json=body)).status_code == status
    assert await count(services) == 0


async def test_only_services_and_administrators_state_facts(services: Usher, api: FastAPI) -> None:
    holders = {
        await feed(services): 200,
        await feed(services, "messages"): 403,
        await secret(services, "niamh.oconnor"): 200,
        await secret(services, "grace.okafor"): 403,
        await secret(services, "aisha.bello"): 403,
    }
    for held, status in holders.items():
        async with client(api, held) as http:
            assert (await http.put("/v1/facts", json=push(ARR))).status_code == status


# ------------------------------------------------------------ the command line


async def test_a_profile_is_shown_and_a_file_imported_for_a_system_that_pushes(services: Usher, tmp_path: Path) -> None:
    given = await secret(services, "niamh.oconnor")

    def run(*words: str) -> Result:
        @asynccontextmanager
        async def connect(**_: object) -> AsyncIterator[Usher]:
            database = Database(services.database.url)
            yield opened(database, tmp_path, token=given)
            await database.close()

        return CliRunner().invoke(commands(connect), ["facts", *words])

    (tmp_path / "erp.csv").write_text("email,account,title,arr\nkim@orchard.example,Orchard,CFO,5\n", "utf-8")
    imported = await asyncio.to_thread(run, "import", str(tmp_path / "erp.csv"), "--record", "erp", "--json")
    assert json.loads(imported.stdout) == {"stated": 3, "appended": 3, "retracted": 0}
    shown = await asyncio.to_thread(run, "show", KIM, "--json")
    fields = {fact["name"]: fact for fact in json.loads(shown.stdout)["fields"]}
    assert {other["record"] for other in fields["arr"]["conflicts"]} == {"crm", "erp"}
    assert "VP Finance" in (await asyncio.to_thread(run, "show", KIM)).stdout
    assert (await asyncio.to_thread(run, "show", "nobody@orchard.example")).exit_code == 2
    assert (await asyncio.to_thread(run, "import", str(tmp_path / "erp.csv"), "--record", "crm")).exit_code == 2
    (tmp_path / "late.csv").write_text("account,arr,updated_at\nOrchard,5,2999-01-01\n", "utf-8")
    assert (await asyncio.to_thread(run, "import", str(tmp_path / "late.csv"), "--record", "erp")).exit_code == 2
    assert (await asyncio.to_thread(run, "show", KIM, "--as-of", "soon")).exit_code == 2
    acts = [(act.action, act.subject, act.outcome) for act in reversed(await services.acts.list(HERE))]
    assert acts == [("import", "erp", "200"), ("import", "crm", "409"), ("import", "erp", "422")]
