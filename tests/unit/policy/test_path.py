"""Whom it passes to, and what is said on the way."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.watches import watches
from core.company import Profile, Roster, parse_hours
from core.errors import InvalidFile
from core.types import Inbound, Intake, Plan, Sender, Sla, Turn, Watch
from core.worktime import Calendar
from policy.calendars import COMPANY, calendars
from policy.deciding.eligibility import Need
from policy.deciding.path import up
from policy.loading.load import Compiled
from policy.schema import Policy
from tests.unit.policy.conftest import TUESDAY

QUEUES = ["support", "billing", "sales", "success", "legal", "privacy", "security", "talent", "partners", "press", "front_desk"]
HOURS = {name: Calendar(parse_hours({"mon-fri": ("09:00-17:00",)}).days, ZoneInfo("Europe/London")) for name in QUEUES}
SATURDAY_NIGHT = datetime(2026, 3, 14, 23, tzinfo=UTC)


def plan(queue: str, owner: str, role: str, *backups: str, **changes: Any) -> Plan:
    sla = Sla(first_response_s=3600, resolution_s=86400)
    return Plan(action="handoff", level=1, queue=queue, owner=owner, role=role, backups=backups, sla=sla, reasons=("why",), **changes)


def need(now: datetime = TUESDAY, **changes: Any) -> Need:
    return Need("en", "", frozenset(), None, now, {}, "c1")._replace(**changes)


def test_after_the_backup_comes_the_role_that_backs_the_queue_up(policy: Compiled, roster: Roster) -> None:
    assert up(policy.policy, roster, plan("support", "aisha.bello", "support_agent", "camille.roux"), need()) == "grace.okafor"


def test_it_passes_to_somebody_at_work_before_somebody_who_is_not(policy: Compiled, roster: Roster) -> None:
    friday = datetime(2026, 3, 13, 16, tzinfo=UTC)
    billing = plan("billing", "sabine.vogel", "billing_agent", "mateo.castillo")
    assert up(policy.policy, roster, billing, need(friday)) == "grace.okafor"
    assert up(policy.policy, roster, billing, need(friday, absent=frozenset({"grace.okafor"}))) == "katarzyna.nowak"


def test_where_the_backup_role_is_taken_the_next_level_of_its_path_comes(policy: Compiled, roster: Roster) -> None:
    leads = plan("support", "aisha.bello", "support_agent", "grace.okafor", "katarzyna.nowak")
    assert up(policy.policy, roster, leads, need()) == "niamh.oconnor"


def test_a_role_that_needs_an_approval_is_left_out(policy: Compiled, roster: Roster) -> None:
    assert up(policy.policy, roster, plan("legal", "oluwaseun.adeyemi", "legal_specialist"), need()) != "helen.ashworth"
    assert up(policy.policy, roster, plan("security", "kenji.watanabe", "security_analyst", "nadia.rahimi"), need()) is None


def test_it_passes_only_to_somebody_who_may_own_it(policy: Compiled, roster: Roster) -> None:
    support = plan("support", "aisha.bello", "support_agent", "camille.roux")
    asked = need(permissions=frozenset({"seals"}))
    assert up(policy.policy, roster, support, asked) is None
    people = [each.model_copy(update={"permissions": {"seals"}}) if each.id == "niamh.oconnor" else each for each in roster.people]
    assert up(policy.policy, Roster(people=tuple(people)), support, asked) == "niamh.oconnor"
    assert up(policy.policy, roster, support, need(handled_in=("apac",))) == "katarzyna.nowak"


def test_it_never_passes_down(policy: Compiled, roster: Roster) -> None:
    assert up(policy.policy, roster, plan("success", "daniel.osei", "cro", "gwen.pritchard"), need()) is None


@given(data=st.data(), queue=st.sampled_from(QUEUES), now=st.sampled_from([TUESDAY, SATURDAY_NIGHT]))
def test_it_is_always_somebody_else_not_below_and_without_an_approval(
    policy: Compiled, roster: Roster, data: st.DataObject, queue: str, now: datetime
) -> None:
    owner, *backups = data.draw(st.lists(st.sampled_from(roster.people), min_size=1, max_size=3, unique_by=lambda person: person.id))
    found = roster.get(up(policy.policy, roster, plan(queue, owner.id, owner.role, *[b.id for b in backups]), need(now)) or "")
    if found is not None:
        assert found.id not in {owner.id, *[backup.id for backup in backups]}
        assert not policy.policy.roles[found.role].approvals
        assert policy.policy.roles[found.role].level >= policy.policy.roles[owner.role].level


# ---------------------------------------------------------------- agents.watches


def begun(policy: Compiled, roster: Roster, plan: Plan, **changes: Any) -> dict[str, Watch]:
    message = Inbound(message_id="m1", channel="email", sender=Sender(name="Eve", email="eve@example.com"), text="Help", sent_at=TUESDAY)
    place: dict[str, Any] = {"tenant": "acme", "conversation_id": "c1", "channel": "email", "received_at": TUESDAY, "now": TUESDAY}
    turn = Turn(id="t1", messages=(message,), **place | changes)
    found = watches(policy.policy, roster, HOURS, turn, Intake(text="Help me, eve@example.com", subject="Broken", language="en"), plan)
    return {watch.kind: watch for watch in found}


def aisha(**changes: Any) -> Plan:
    return plan("support", "aisha.bello", "support_agent", "camille.roux", up="grace.okafor", **changes)


def test_a_hand_off_begins_five_time_limits(policy: Compiled, roster: Roster) -> None:
    assert {kind: watch.after_s for kind, watch in begun(policy, roster, aisha()).items()} == {
        "first_response_warning": 2700,
        "first_response": 3600,
        "pass_up": 5400,
        "resolution_warning": 21600,  # three quarters of a day of eight hours
        "resolution": 28800,
    }


def test_it_passes_to_the_backup_and_then_up(policy: Compiled, roster: Roster) -> None:
    found = begun(policy, roster, aisha())
    assert [watch.owner for watch in found.values()] == [None, "camille.roux", "grace.okafor", None, None]
    told = {kind: [(effect.kind, effect.to, effect.channel) for effect in watch.effects] for kind, watch in found.items()}
    assert told["first_response_warning"] == [("notify", "aisha.bello", "people")]
    assert told["first_response"] == [
        ("assign", "camille.roux", "desk"),
        ("notify", "camille.roux", "people"),
        ("notify", "aisha.bello", "people"),
    ]
    assert [to for _, to, _ in told["resolution"]] == ["camille.roux", "grace.okafor"]


def test_every_effect_has_a_key_of_its_own_that_names_turn_and_limit(policy: Compiled, roster: Roster) -> None:
    keys = [effect.key for watch in begun(policy, roster, aisha()).values() for effect in watch.effects]
    assert len(keys) == len(set(keys))
    assert "t1:first_response:assign" in keys


def test_notes_say_no_more_of_the_customer_than_the_subject(policy: Compiled, roster: Roster) -> None:
    effects = [effect for watch in begun(policy, roster, aisha()).values() for effect in watch.effects]
    assert all("eve" not in (effect.text + effect.subject).lower() for effect in effects)
    assert effects[0].subject == "First response is due soon: Broken"


def test_a_backup_who_needs_an_approval_is_told_and_not_given_it(policy: Compiled, roster: Roster) -> None:
    found = begun(policy, roster, plan("security", "kenji.watanabe", "security_analyst", "nadia.rahimi"))
    assert found["first_response"].owner is None
    assert [(effect.kind, effect.to) for effect in found["first_response"].effects] == [
        ("notify", "kenji.watanabe"),
        ("notify", "nadia.rahimi"),
    ]
    assert "pass_up" not in found


def test_without_a_backup_it_goes_up_at_once(policy: Compiled, roster: Roster) -> None:
    found = begun(policy, roster, plan("support", "aisha.bello", "support_agent", up="grace.okafor"))
    assert found["first_response"].owner == "grace.okafor"
    assert "pass_up" not in found


@pytest.mark.parametrize("changes", [{"action": "answer"}, {"action": "ignore"}, {"sla": None}, {"owner": None}])
def test_what_no_person_gets_has_no_limits(policy: Compiled, roster: Roster, changes: dict[str, Any]) -> None:
    assert begun(policy, roster, aisha().model_copy(update=changes)) == {}


def test_what_a_person_has_taken_over_begins_none(policy: Compiled, roster: Roster) -> None:
    assert begun(policy, roster, aisha(), mode="human", owner="aisha.bello") == {}


def test_what_is_passed_on_from_whoever_had_taken_it_over_begins_them_anew(policy: Compiled, roster: Roster) -> None:
    assert len(begun(policy, roster, aisha(), mode="human", owner="somebody.who.left")) == 5


# ---------------------------------------------------------------- policy.calendars


def profile(**changes: Any) -> Profile:
    return Profile.model_validate({"id": "acme", "name": "Acme", "domains": ["acme.test"], "time_zone": "Europe/London"} | changes)


def with_support(policy: Compiled, **changes: Any) -> Policy:
    queues = policy.policy.queues
    support = type(queues["support"]).model_validate(queues["support"].model_dump() | changes)
    return policy.policy.model_copy(update={"queues": queues | {"support": support}})


def test_a_queue_keeps_the_companys_hours_unless_it_has_its_own(policy: Compiled) -> None:
    found = calendars(profile(), with_support(policy, hours={"mon-fri": ["08:00-20:00"]}, time_zone="Asia/Singapore"))
    assert set(found) == {COMPANY, *policy.policy.queues}
    assert found["sales"] == found[COMPANY]
    assert found["support"].add(TUESDAY, 60) == datetime(2026, 3, 11, 0, 1, tzinfo=UTC)


def test_a_queue_that_works_round_the_clock_has_no_holidays(policy: Compiled) -> None:
    christmas = datetime(2026, 12, 25, 12, tzinfo=UTC)
    found = calendars(profile(holidays={"country": "GB"}), with_support(policy, hours={"mon-sun": ["00:00-24:00"]}))
    assert found["support"].between(christmas, christmas.replace(hour=13)) == 3600
    assert found["billing"].between(christmas, christmas.replace(hour=13)) == 0


def test_holidays_that_leave_a_queue_no_time_are_an_error_with_its_name(policy: Compiled) -> None:
    mondays = [date(2024, 1, 1) + timedelta(weeks=n) for n in range(60)]
    with pytest.raises(InvalidFile, match=r"policy\.yaml: queues\.support: nobody works for 370 days from 2024-01-01 on"):
        calendars(profile(holidays={"dates": mondays}), with_support(policy, hours={"mon": ["09:00-17:00"]}))
