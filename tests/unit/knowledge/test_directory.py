import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.company import Record
from core.errors import InvalidFile
from core.types import Sender, Signal
from knowledge.crm import COLUMNS
from knowledge.directory import RecordDirectory, seniority
from knowledge.profiles import FileRecord, Files
from tests.support.facts import MemoryFacts
from tests.unit.knowledge.conftest import EXAMPLE

AT = datetime(2026, 3, 10, 14, tzinfo=UTC)
ROW = (
    "Kim@orchard.example,Kim Lee,VP Finance,Orchard,enterprise,1400,1120000,480000,negotiation,2026-04-30,"
    "maya.chen,yes,emea,en,verified,yes,amber,2026-01-20"
)


class Crm:
    """A company's ``crm.csv`` and what senders are looked up in, on a clock that stands still between questions."""

    def __init__(self, folder: Path, domains: Sequence[str] = ("fernhill.example",)) -> None:
        self.path, self.instant, self.store = folder / "crm.csv", AT, MemoryFacts()
        self._files, self._began = Files([FileRecord("acme", Record(name="crm", file="crm.csv"), self.path, self.store, self)]), False
        self._directory = RecordDirectory("acme", self.store, self._files, domains=domains, order=("crm",), sources={})

    def now(self) -> datetime:
        """A little after the turn began."""
        return self.instant + timedelta(milliseconds=1)

    def write(self, *rows: str) -> None:
        self.path.write_text("\n".join((",".join(COLUMNS), *rows)) + "\n", "utf-8")

    async def signals(self, sender: Sender) -> tuple[Signal, ...]:
        """A second after the last question, and after the file was read for the first time."""
        if not self._began:
            await self._files.refresh()
            self._began = True
        self.instant += timedelta(seconds=1)
        return await self._directory.signals(sender, self.instant)


def crm(tmp_path: Path, *rows: str) -> Crm:
    made = Crm(tmp_path)
    made.write(*rows)
    return made


async def facts(directory: Crm, email: str, *, proven: bool = True) -> dict[str, Signal]:
    signals = await directory.signals(Sender(name="Kim Lee", email=email, authenticated=proven))
    return {signal.name: signal for signal in signals}


async def test_a_proven_contact_has_verified_facts(tmp_path: Path) -> None:
    found = await facts(crm(tmp_path, ROW), "kim@ORCHARD.example")
    assert {name: signal.value for name, signal in found.items()} == {
        "known": True,
        "tier": "enterprise",
        "seats": 1400,
        "arr": 1120000,
        "deal_value": 480000,
        "deal_stage": "negotiation",
        "days_to_renewal": 51,
        "account": "Orchard",
        "account_owner": "maya.chen",
        "consent": "yes",
        "region": "emea",
        "crm_language": "en",
        "strategic": True,
        "health": "amber",
        "title_seniority": "executive",
        "contact_name": "Kim Lee",
        "authenticated": True,
    }
    assert {signal.source for name, signal in found.items() if name != "authenticated"} == {"crm"}
    assert found["authenticated"].source == "authentication"


async def test_whoever_only_claims_to_be_a_contact_brings_nothing_that_a_policy_trusts(tmp_path: Path) -> None:
    found = await facts(crm(tmp_path, ROW), "kim@orchard.example", proven=False)
    assert found["tier"].source == "channel"
    assert found["authenticated"].value is False
    assert {signal.source for signal in found.values()} == {"channel", "authentication"}


async def test_the_crm_must_have_verified_the_contact_too(tmp_path: Path) -> None:
    found = await facts(crm(tmp_path, ROW.replace("verified", "unverified")), "kim@orchard.example")
    assert found["authenticated"].value is False
    assert found["tier"].source == "crm"


@pytest.mark.parametrize(
    "email",
    ["kim@orchard.example.net", "kim@0rchard.example", "\u212aim@orchard.example", "kim+x@orchard.example", "k\u0456m@orchard.example"],
)
async def test_a_look_alike_is_a_stranger(tmp_path: Path, email: str) -> None:
    found = await facts(crm(tmp_path, ROW), email)
    assert {name: signal.value for name, signal in found.items()} == {"known": False, "authenticated": False}


async def test_a_name_without_an_address_is_a_stranger(tmp_path: Path) -> None:
    signals = await crm(tmp_path, ROW).signals(Sender(name="Kim Lee", authenticated=True))
    assert [(signal.name, signal.value) for signal in signals] == [("known", False), ("authenticated", False)]


async def test_a_colleague_is_no_customer_even_if_the_crm_lists_one(tmp_path: Path) -> None:
    found = await facts(crm(tmp_path, ROW.replace("orchard.example", "fernhill.example")), "kim@fernhill.example")
    assert found["known"].value is False


async def test_empty_cells_give_no_signal(tmp_path: Path) -> None:
    found = await facts(crm(tmp_path, "kim@orchard.example" + "," * (len(COLUMNS) - 1)), "kim@orchard.example")
    assert {name: signal.value for name, signal in found.items()} == {"known": True, "authenticated": False}


async def test_old_facts_are_less_certain(tmp_path: Path) -> None:
    fresh, old = ROW, ROW.replace("Kim@", "old@").replace("2026-01-20", "2025-08-01")
    directory = crm(tmp_path, fresh, old)
    assert (await facts(directory, "kim@orchard.example"))["consent"].confidence == 1
    assert (await facts(directory, "old@orchard.example"))["consent"].confidence == 0.5
    assert (await facts(directory, "old@orchard.example"))["tier"].confidence == 1, "a colleague's row was seen to lately"
    alone = crm(tmp_path, old)
    assert (await facts(alone, "old@orchard.example"))["tier"].confidence == 0.5


@pytest.mark.parametrize(
    ("rows", "line", "problem"),
    [
        ((ROW, ROW.replace("Kim@", "KIM@")), 3, "an earlier row has this address"),
        ((ROW + ",spare",), 2, "19 cells where 18 are wanted"),
        ((ROW.replace("1400", "many"),), 2, "seats: 'many' cannot be read"),
        ((ROW.replace("480000", "nan"),), 2, "open_deal_usd: 'nan' cannot be read"),
        ((ROW.replace("2026-04-30", "30.4.2026"),), 2, "renewal_date: '30.4.2026' cannot be read"),
        ((ROW.replace(",verified", ",maybe"),), 2, "authentication: 'maybe' cannot be read"),
        ((ROW.replace("2026-01-20", "2999-01-01"),), 2, "updated_at: nothing is observed in the future"),
        ((ROW.replace("2026-01-20", "0001-01-01"),), 2, "updated_at: nothing was observed before 1970"),
        (('"a\nb@x.example",' + ROW.partition(",")[2],), 2, "email:"),
        ((ROW, '"unclosed' + ROW), 3, "not CSV"),
        (("," + ROW.partition(",")[2],), 2, "email is empty"),
    ],
)
async def test_a_malformed_row_is_named_by_its_line(tmp_path: Path, rows: tuple[str, ...], line: int, problem: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        await facts(crm(tmp_path, *rows), "kim@orchard.example")
    assert caught.value.line == line
    assert problem in caught.value.problem


async def test_another_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "crm.csv").write_text("email,name\nkim@orchard.example,Kim\n")
    with pytest.raises(InvalidFile, match=r"crm\.csv:1: the first line must be email,name,title"):
        await facts(Crm(tmp_path), "kim@orchard.example")


async def test_a_changed_file_is_read_again_and_known_from_then_on(tmp_path: Path) -> None:
    directory = crm(tmp_path, ROW)
    assert (await facts(directory, "kim@orchard.example"))["tier"].value == "enterprise"
    directory.write(ROW.replace("enterprise", "business"))
    assert (await facts(directory, "kim@orchard.example"))["tier"].value == "enterprise", "not known when this turn began"
    assert (await facts(directory, "kim@orchard.example"))["tier"].value == "business"


async def test_a_file_that_breaks_later_leaves_the_last_good_facts(tmp_path: Path) -> None:
    directory = crm(tmp_path, ROW)
    await facts(directory, "kim@orchard.example")
    directory.write(ROW, ROW)
    os.utime(tmp_path / "crm.csv", (1, 1))
    assert (await facts(directory, "kim@orchard.example"))["tier"].value == "enterprise"


async def test_the_shipped_crm_can_be_read() -> None:
    found = await facts(Crm(EXAMPLE), "rosalind.achebe@orchardbank.example")
    assert found["known"].value is True


@pytest.mark.parametrize(
    ("title", "rank"),
    [
        *(
            ("Chief Financial Officer", "executive"),
            ("CTO", "executive"),
            ("VP Procurement", "executive"),
            ("Geschäftsführerin", "executive"),
        ),
        *(("Directrice générale", "executive"), ("Directora financiera", "executive"), ("Inhaber", "executive")),
        *(("Head of IT", "manager"), ("IT-Leiter", "manager"), ("Einkaufsleiterin", "manager"), ("Responsable achats", "manager")),
        *(("Finance Director", "manager"), ("Jefa de TI", "manager")),
        *(("Procurement Executive", "staff"), ("Assistant to the CEO", "staff"), ("Buchhaltung", "staff"), ("Senior Buyer", "staff")),
    ],
)
def test_a_title_tells_the_rank(title: str, rank: str) -> None:
    assert seniority(title) == rank
