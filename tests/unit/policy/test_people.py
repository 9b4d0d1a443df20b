"""Who may own a conversation, who can take it now, and who of those gets it."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.company import Holidays, Person, Roster
from policy.deciding.availability import at_work, unavailable
from policy.deciding.eligibility import Need, beyond, demanded, eligible, short_of_people
from policy.deciding.people import assign, stay
from policy.schema import Outcome, Policy

TUESDAY = datetime(2026, 3, 10, 14, tzinfo=UTC)
ALWAYS = {"mon-sun": ("00:00-24:00",)}
NEVER: dict[str, tuple[str, ...]] = {"sun": ("03:00-03:01",)}


def person(id: str, role: str = "agent", **changes: Any) -> Person:
    return Person.model_validate({"id": id, "name": id.title(), "email": f"{id}@acme.test", "role": role, "hours": ALWAYS} | changes)


def company(**roles: dict[str, Any]) -> Policy:
    """Agents with leads behind them, and a chief of sales whom a vice president stands in for; ``roles`` adds to them."""
    made: dict[str, dict[str, Any]] = {
        "agent": {"level": 1, "title": "Agent", "fallback": "lead"},
        "lead": {"level": 1, "title": "Lead"},
        "vp": {"level": 3, "title": "VP", "fallback": "agent"},
        "cro": {"level": 4, "title": "CRO", "fallback": "vp", "approvals": [{"role": "lead"}]},
    }
    limits = {"default": {"first_response": "1h", "resolution": "1d"}}
    return Policy.model_validate(
        {
            "roles": {name: made.get(name, {}) | roles.get(name, {}) for name in {**made, **roles}},
            "queues": {"desk": {"title": "Desk", "roles": ["agent"], "backup": "lead", "limits": limits, "permissions": ["desk_work"]}},
            "default_queue": "desk",
            "data_quality": {"required": []},
            "regulated": {"law": {"phrases": ["subpoena"], "permissions": ["legal_privilege"]}},
        }
    )


def roster(*people: Person) -> Roster:
    return Roster(people=people)


def need(**changes: Any) -> Need:
    asked: dict[str, Any] = {"language": "en", "region": "", "skills": frozenset(), "preferred": None, "now": TUESDAY, "load": {}}
    return Need(**asked | {"rotation": "c1"} | changes)


TEAM = roster(person("ann"), person("bea"), person("lou", "lead"), person("val", "vp"), person("rex", "cro"))


def owner(policy: Policy, people: Roster, *roles: str, **asked: Any) -> tuple[str, str]:
    """Who gets it, and what is said."""
    found = assign(policy, people, roles or ("agent",), None, need(**asked))
    return found.owner.id, "; ".join(found.notes)


# ---------------------------------------------------------------- who may


def test_only_who_may_reply_is_eligible() -> None:
    assert eligible(company(), person("ann"), need())
    assert not eligible(company(), person("ann", access=["viewer", "approver"]), need())


@pytest.mark.parametrize("held", [(), ("legal_privilege",), ("legal_privilege", "personal_data")])
def test_every_permission_is_needed_and_the_roles_own_too(held: tuple[str, ...]) -> None:
    policy = company(agent={"permissions": ["personal_data"]})
    assert eligible(policy, person("ann", permissions=held), need(permissions=frozenset({"legal_privilege"}))) == (len(held) == 2)


@pytest.mark.parametrize(("regions", "may"), [(("emea",), True), (("amer", "emea"), True), (("amer",), False), ((), False)])
def test_what_a_jurisdiction_keeps_in_a_region_is_owned_there(regions: tuple[str, ...], may: bool) -> None:
    assert eligible(company(), person("ann", regions=regions), need(handled_in=("emea",))) is may
    assert eligible(company(), person("ann", regions=regions), need())


def test_outcome_role_or_queue_and_topic_ask_for_permissions_together() -> None:
    policy = company(vp={"permissions": ["big_deals"]})
    asked = Outcome(action="escalate", role="vp", permissions=frozenset({"personal_data"}))
    assert demanded(policy, asked, "desk", "law") == {"personal_data", "big_deals", "legal_privilege"}
    assert demanded(policy, Outcome(action="handoff"), "desk", "law") == {"desk_work", "legal_privilege"}
    assert demanded(policy, Outcome(action="handoff"), "desk", None) == {"desk_work"}


def test_a_permission_is_not_given_up_when_everybody_who_has_it_is_away() -> None:
    team = roster(
        person("ann"), person("bea", hours=NEVER, permissions=["legal_privilege"]), person("lou", "lead", permissions=["legal_privilege"])
    )
    asked = {"permissions": frozenset({"legal_privilege"}), "absent": frozenset({"lou"})}
    found = assign(company(), team, ("agent",), None, need(**asked))
    assert (found.owner.id, [each.id for each in found.backups]) == ("bea", ["lou"])
    assert "answers when back" in found.notes[0]


def test_where_nobody_on_the_path_is_permitted_the_lowest_who_are_get_it() -> None:
    policy = company(counsel={"level": 2, "title": "Counsel"}, president={"level": 4, "title": "President"})
    law = {"permissions": ["legal_privilege"]}
    team = roster(*TEAM.people, person("cora", "counsel", **law), person("pia", "president", **law), person("rob", "cro", **law))
    asked = need(permissions=frozenset({"legal_privilege"}))
    assert beyond(policy, team, asked) == ("counsel",)
    found = assign(policy, team, ("agent",), "lead", asked)
    assert (found.owner.id, [each.id for each in found.backups]) == ("cora", ["pia"])
    assert found.notes == ("nobody of agent or their fall-backs may own it: passed to counsel",)
    assert short_of_people(policy, team, ("agent",), asked, strict=False) is None


def test_a_path_that_nobody_may_own_or_back_up_is_named() -> None:
    asked = need(permissions=frozenset({"legal_privilege"}))
    one = roster(*TEAM.people, person("cora", permissions=["legal_privilege"]))
    assert short_of_people(company(), TEAM, ("agent",), need()) is None
    assert "nobody of agent → lead may own it (it takes the right to reply, permission legal_privilege)" in str(
        short_of_people(company(), TEAM, ("agent",), asked)
    )
    assert "only cora may own it" in str(short_of_people(company(), one, ("agent",), asked))
    assert "a region of emea" in str(short_of_people(company(), TEAM, ("agent",), need(handled_in=("emea",)), strict=False))


# ---------------------------------------------------------------- who can, now


@pytest.mark.parametrize(
    ("at", "works"),
    [
        (datetime(2026, 3, 27, 8, 0, tzinfo=UTC), True),  # Friday, 09:00 in Berlin
        (datetime(2026, 3, 27, 11, 30, tzinfo=UTC), False),  # 12:30: the noon break
        (datetime(2026, 3, 27, 12, 30, tzinfo=UTC), True),
        (datetime(2026, 3, 27, 16, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 30, 7, 0, tzinfo=UTC), True),  # Monday: summer time has begun
        (datetime(2026, 3, 30, 6, 59, tzinfo=UTC), False),
        (datetime(2026, 10, 26, 8, 0, tzinfo=UTC), True),  # and ended
        (datetime(2026, 4, 3, 8, 0, tzinfo=UTC), False),  # Good Friday
        (datetime(2026, 3, 28, 8, 0, tzinfo=UTC), False),  # Saturday
    ],
)
def test_a_split_shift_follows_the_clock_on_the_wall_and_the_persons_holidays(at: datetime, works: bool) -> None:
    ann = person("ann", hours={"mon-fri": ["09:00-12:30", "13:30-17:00"]}, time_zone="Europe/Berlin", holidays={"country": "DE"})
    assert at_work(ann, at) is works
    assert at_work(person("bob", time_zone="Europe/Berlin"), at)


def test_an_hour_that_the_clock_shows_twice_counts_as_the_calendar_counts_it() -> None:
    nights = person("ann", hours={"sun": ["01:30-02:30"]}, time_zone="Europe/London").working
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 01:30, for the first of two times
    every = [first + timedelta(minutes=10 * n) for n in range(-3, 15)]
    assert [nights.covers(at) for at in every] == [nights.between(at, at + timedelta(seconds=1)) > 0 for at in every]
    assert sum(nights.covers(at) for at in every) == 12


def test_a_day_off_is_the_persons_own() -> None:
    ann = person("ann", holidays=Holidays(dates=frozenset({date(2026, 3, 10)})))
    assert unavailable(company(), ann, need()) == "is off duty"
    assert unavailable(company(), person("bea"), need()) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"absent": frozenset({"ann"})}, "is away"),
        ({"busy": frozenset({"ann"})}, "is busy"),
        ({"load": {"ann": 5}}, "has no capacity left"),
        ({"load": {"ann": 4}}, None),
    ],
)
def test_why_somebody_can_take_nothing_is_said(changes: dict[str, Any], reason: str | None) -> None:
    assert unavailable(company(), person("ann"), need(**changes)) == reason


def test_quiet_hours_hold_by_the_persons_clock_unless_it_is_urgent() -> None:
    policy = company(vp={"quiet_hours": {"mon-sun": ["00:00-07:00", "20:00-24:00"]}})
    val = person("val", "vp", time_zone="Europe/Berlin")
    evening = datetime(2026, 3, 10, 19, 30, tzinfo=UTC)  # 20:30 in Berlin
    assert unavailable(policy, val, need(now=evening)) == "has quiet hours"
    assert unavailable(policy, val, need(now=evening - timedelta(hours=1))) is None
    assert unavailable(policy, val, need(now=evening, urgent=True)) is None
    assert unavailable(policy, val, need(now=evening, urgent=True, busy=frozenset({"val"}))) == "is busy"
    assert unavailable(policy, val, need(now=datetime(2026, 3, 10, 22, 59, 59, 999999, tzinfo=UTC))) == "has quiet hours"


# ---------------------------------------------------------------- who gets it


def test_an_executive_who_is_in_a_meeting_never_blocks() -> None:
    assert owner(company(), TEAM, "cro") == ("rex", "")
    assert owner(company(), TEAM, "cro", busy=frozenset({"rex"})) == ("val", "nobody available among cro (Rex is busy): passed to vp")


def test_with_everybody_away_the_one_who_was_asked_for_owns_it_and_that_is_said() -> None:
    found = assign(company(), TEAM, ("cro",), None, need(absent=frozenset(TEAM.by_id)))
    assert found.owner.id == "rex"
    assert found.backups
    assert found.notes == ("nobody available among cro now: Rex answers when back, the backup until then",)


def test_whoever_speaks_the_language_and_serves_the_region_comes_first() -> None:
    team = roster(
        person("ann", languages=["en"], regions=["emea"]),
        person("bea", languages=["de"], regions=["amer"]),
        person("cle", languages=["de"], regions=["emea"]),
    )
    asked = {"language": "de", "region": "emea"}
    assert owner(company(), team, **asked) == ("cle", "")
    assert owner(company(), team, **asked, busy=frozenset({"cle"})) == ("bea", "nobody who serves emea is available: Bea serves amer")
    assert owner(company(), team, **asked, busy=frozenset({"cle", "bea"})) == (
        "ann",
        "nobody who speaks German is available: Ann answers in another language",
    )


def test_who_states_no_region_serves_all_and_an_unknown_one_is_served_by_all() -> None:
    team = roster(person("ann", regions=["amer"]), person("bea"))
    assert owner(company(), team, region="emea") == ("bea", "")
    assert owner(company(), roster(person("ann", regions=["amer"])).model_copy(update={"people": team.people[:1] + TEAM.people[2:3]})) == (
        "ann",
        "",
    )


def test_a_colleague_on_the_same_level_is_asked_for_the_language_and_nobody_below_is() -> None:
    team = roster(*TEAM.people, person("leo", "lead", languages=["de"]), person("dee", languages=["de"]))
    german = {"language": "de"}
    assert owner(company(), team, **german, busy=frozenset({"dee"})) == ("leo", "nobody who fits is available among agent: passed to lead")
    who, said = owner(company(), team, "cro", **german)
    assert (who, said) == ("rex", "nobody who speaks German is available: Rex answers in another language")


def test_ownership_goes_before_the_region_and_not_before_the_language() -> None:
    team = roster(person("ann", regions=["amer"]), person("bea", regions=["emea"], languages=["en", "fr"]), person("lou", "lead"))
    assert owner(company(), team, preferred="ann", region="emea") == ("ann", "")
    assert owner(company(), team, preferred="ann", region="emea", language="fr")[0] == "bea"
    assert owner(company(), team, preferred="ann", region="emea", busy=frozenset({"ann"}))[0] == "bea"


def test_skills_go_before_load_and_load_before_turns() -> None:
    team = roster(person("ann", skills=["sso"]), person("bea", capacity=10), person("cle"))
    assert owner(company(), team, skills=frozenset({"sso"}), load={"ann": 4})[0] == "ann"
    assert owner(company(), team, load={"ann": 2, "bea": 3, "cle": 2})[0] == "bea"
    earlier = {"ann": TUESDAY, "bea": TUESDAY - timedelta(hours=1), "cle": TUESDAY}
    assert owner(company(), team, assigned=earlier)[0] == "bea"
    assert owner(company(), team, assigned={"ann": TUESDAY, "bea": TUESDAY})[0] == "cle"


def test_equals_take_turns_and_none_gets_two_before_each_has_one() -> None:
    team = roster(*(person(f"p{n}") for n in range(5)))
    assigned: dict[str, datetime] = {}
    got: list[str] = []
    for n in range(20):
        got.append(owner(company(), team, assigned=dict(assigned), rotation=f"c{n}", load={})[0])
        assigned[got[-1]] = TUESDAY + timedelta(minutes=n)
    assert set(Counter(got).values()) == {4}
    assert all(len(set(got[n : n + 5])) == 5 for n in range(0, 20, 5))


def test_who_took_over_keeps_it_at_night_but_not_without_the_permission() -> None:
    team = roster(person("tom", hours=NEVER), person("ann"), person("cle", permissions=["legal_privilege"]), person("lou", "lead"))
    tom = team.by_id["tom"]
    assert stay(company(), team, tom, ("agent",), None, need()).owner is tom
    found = stay(company(), team, tom, ("agent",), None, need(permissions=frozenset({"legal_privilege"})))
    assert found.owner.id == "cle"
    assert "Tom has taken it over and may not own it" in found.notes[0]


def test_backups_are_the_named_one_then_the_next_best_and_those_at_work_first() -> None:
    team = roster(person("ann", backup="dan"), person("bea"), person("cle", hours=NEVER), person("dan"), person("lou", "lead"))
    backups = assign(company(), team, ("agent",), "lead", need(preferred="ann")).backups
    assert backups[0].id == "dan"
    later = assign(company(), team, ("agent",), "lead", need(preferred="ann", absent=frozenset({"dan", "bea"}))).backups
    assert [each.id for each in later] == ["lou", "dan"]


ROLES = ("agent", "lead", "vp", "cro")
_PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(ROLES),
            "languages": st.sampled_from([("en",), ("de",), ("en", "de")]),
            "regions": st.sampled_from([(), ("emea",), ("amer",)]),
            "permissions": st.sampled_from([(), ("legal_privilege",)]),
            "access": st.sampled_from([("agent", "approver"), ("viewer",), ("lead",)]),
            "hours": st.sampled_from([ALWAYS, NEVER]),
            "capacity": st.integers(0, 2),
        }
    ),
    min_size=1,
    max_size=12,
)
_NEED = st.fixed_dictionaries(
    {
        "language": st.sampled_from(["", "en", "de"]),
        "region": st.sampled_from(["", "emea"]),
        "permissions": st.sampled_from([frozenset(), frozenset({"legal_privilege"})]),
        "handled_in": st.sampled_from([(), ("emea",)]),
        "load": st.dictionaries(st.sampled_from(["p0", "p1", "p2"]), st.integers(0, 3)),
        "busy": st.frozensets(st.sampled_from(["p0", "p1", "p2", "p3"])),
        "preferred": st.none() | st.sampled_from(["p0", "p3"]),
    }
)


@given(_PEOPLE, _NEED, st.sampled_from(ROLES))
def test_the_owner_is_always_eligible_and_somebody_else_always_backs_them_up(
    people: list[dict[str, Any]], asked: dict[str, Any], role: str
) -> None:
    policy, team = company(), roster(*(person(f"p{n}", **each) for n, each in enumerate(people)))
    if short_of_people(policy, team, (role,), need(**asked), strict=False):
        return
    found = assign(policy, team, (role,), None, need(**asked))
    assert found == assign(policy, team, (role,), None, need(**asked))
    assert found.owner not in found.backups
    assert found.backups
    assert all(eligible(policy, each, need(**asked)) for each in (found.owner, *found.backups))
    if found.owner.role != role:
        assert found.notes
        assert not policy.roles[found.owner.role].approvals


# ---------------------------------------------------------------- the roster


def test_a_roster_finds_people_by_id_and_role_and_a_changed_copy_finds_its_own() -> None:
    assert TEAM.get("ann") is TEAM.people[0]
    assert TEAM.get("nobody") is None
    assert [each.id for each in TEAM.with_role("agent")] == ["ann", "bea"]
    fewer = TEAM.model_copy(update={"people": TEAM.people[1:]})
    assert (fewer.get("ann"), [each.id for each in fewer.with_role("agent")]) == (None, ["bea"])
    late = TEAM.people[0].model_copy(update={"hours": NEVER})
    assert at_work(TEAM.people[0], TUESDAY)
    assert not at_work(late, TUESDAY)
