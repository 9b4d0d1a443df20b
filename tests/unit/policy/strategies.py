"""Random companies that ``load`` accepts: policies, rosters, clocks and what is known of a message."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml
from hypothesis import strategies as st

from core.company import Intents, Person, Profile, Roster
from core.types import Signal, SignalValue
from policy.deciding.decision import Case
from policy.deciding.match import number
from policy.loading.load import Compiled, load
from policy.scoring.derive import rederived
from policy.signals import SCHEMA, Facts

INTENTS = Intents.model_validate(
    {"intents": [{"name": name, "group": group, "utterances": ["."]} for name, group in
                 (("leave", "care"), ("buy", "sales"), ("ask", "help"), ("bug", "help"), ("spam", "noise"))]}
)  # fmt: skip
LEVELS = {"agent": 1, "clerk": 1, "manager": 2, "sponsor": 3, "counsel": 3, "chief": 4}
REGIONS, LANGUAGES, PERMISSIONS = ("emea", "amer", "apac"), ("en", "de", "fr"), ("pii", "export")
THRESHOLDS: dict[str, tuple[float, ...]] = {
    "deal_value": (10_000, 50_000, 250_000), "arr": (5_000, 100_000), "value_score": (10, 25, 40), "risk_score": (5, 15),
    "sentiment": (-0.5, 0.0), "confidence": (0.3, 0.8), "expected_value": (10_000, 60_000), "automatic_answers": (1, 2),
}  # fmt: skip
TEXTS = {"intent": ("leave", "buy", "ask", "bug", "spam"), "tier": ("starter", "business", "enterprise"), "region": REGIONS,
         "intent_group": ("care", "sales", "help")}  # fmt: skip
FLAGS = ("strategic", "wants_human", "complaint", "known", "abstained")
EUROPE = {"regions": ["emea"], "handled_in": ["emea"]}
LAWS: tuple[dict[str, Any], ...] = (
    {},
    {"eu": EUROPE},
    {"eu": EUROPE, "us": {"regions": ["amer"], "handled_in": ["amer", "emea"]}},
    {"eu": EUROPE, "rest": {"regions": ["*"]}},
)
EXPRESSIONS = (
    "complaint || sentiment < -0.2",
    "deal_value > 20000.0 && !strategic",
    "value_score >= 12.0",
    'intent == "buy" || tier == "enterprise"',
    "arr / deal_value > 1.0",
)
START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 365 * 24 * 4).map(lambda quarter: START + timedelta(minutes=15 * quarter))


class Halves:
    """A chance of winning that falls with the revenue: nothing says that a calibration rises with its signals."""

    def chance(self, known: Facts) -> float | None:
        return 0.2 if (number(known.get("arr")) or 0.0) >= 5_000 else 0.5


@dataclass(frozen=True)
class World:
    """One company and one message."""

    text: str
    compiled: Compiled
    roster: Roster
    case: Case

    def with_signals(self, stated: tuple[Signal, ...]) -> Case:
        """The case of the same message with these facts, and what follows from them."""
        return self.case._replace(signals=rederived(self.compiled.policy, stated, self.case.now, Halves()))


def signal(name: str, value: SignalValue, now: datetime, source: str | None = None) -> Signal:
    usual = "crm" if SCHEMA[name].verified else "intent"
    return Signal.model_validate({"name": name, "value": value, "source": source or usual, "observed_at": now})


def some(values: tuple[str, ...], least: int = 0, most: int = 3) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=most, unique=True)


@st.composite
def people(draw: st.DrawFn) -> Roster:
    """Of every role somebody who may own anything, and some who may not; all of them with hours, skills and limits of their own."""
    found = [_person(f"{role}.first", role, list(LANGUAGES), list(REGIONS), list(PERMISSIONS), "mon-fri", 3, ["admin"]) for role in LEVELS]
    for count in range(draw(st.integers(0, 5))):
        role = draw(st.sampled_from(tuple(LEVELS)))
        found.append(
            _person(f"{role}.{count}", role, draw(some(LANGUAGES, 1)), draw(some(REGIONS)), draw(some(PERMISSIONS)),
                    draw(st.sampled_from(("mon-sun", "mon-wed", "sat-sun"))), draw(st.integers(0, 3)),
                    draw(st.sampled_from((["agent", "approver"], ["viewer"], ["approver"], ["agent"]))))
        )  # fmt: skip
    return Roster(people=tuple(found))


def _person(
    id: str, role: str, languages: list[str], regions: list[str], permissions: list[str], days: str, capacity: int, access: Any
) -> Person:
    return Person(
        id=id, name=id, email=f"{id}@x.example", role=role, languages=tuple(languages), regions=tuple(regions), capacity=capacity,
        permissions=frozenset(permissions), access=tuple(access), hours={days: ("08:00-18:00",)}, limits={"refund": 100.0},
    )  # fmt: skip


@st.composite
def roles(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, level in LEVELS.items():
        role: dict[str, Any] = {"level": level, "title": name.title()}
        role["fallback"] = [other for other in draw(some(tuple(LEVELS), 0, 2)) if other != name]
        if level >= 2 and draw(st.booleans()):
            role["approvals"] = [{"role": draw(st.sampled_from(("agent", "manager", "level:3")))}]
        if draw(st.integers(0, 4)) == 0:
            role["permissions"] = [draw(st.sampled_from(PERMISSIONS))]
            role["quiet_hours"] = {"mon-sun": ["00:00-12:00"]}
        found[name] = role
    return found


def condition(name: str) -> st.SearchStrategy[Any]:
    """What a rule may ask of the signal."""
    if name in FLAGS:
        return st.booleans()
    if name in TEXTS:
        return some(TEXTS[name], 1, 2)
    limit = st.sampled_from(THRESHOLDS[name])
    between = st.just({"at_least": THRESHOLDS[name][0], "below": THRESHOLDS[name][-1]})
    return st.one_of(limit.map(lambda least: {"at_least": least}), limit.map(lambda most: {"below": most}), between)


@st.composite
def outcome(draw: st.DrawFn) -> dict[str, Any]:
    action = draw(st.sampled_from(("answer", "clarify", "ignore", "handoff", "escalate", "escalate")))
    if action in ("answer", "clarify", "ignore"):
        return {"action": action}
    then: dict[str, Any] = {"action": action, "urgent": draw(st.booleans()), "permissions": draw(some(PERMISSIONS, 0, 1))}
    if action == "escalate":
        then |= {"role": draw(st.sampled_from(("manager", "sponsor", "counsel", "chief"))), "account_owner_first": draw(st.booleans())}
    elif draw(st.booleans()):
        then["queue"] = "back"
    if draw(st.integers(0, 3)) == 0:
        then["before"] = draw(st.sampled_from(([{"clarify": True}], [{"offer": "guide"}, {"clarify": True}])))
    if draw(st.integers(0, 3)) == 0:
        then |= {"approvals": [{"role": "agent"}], "spend": {"refund": "deal_value"}}
    return then


@st.composite
def rule(draw: st.DrawFn, name: str) -> dict[str, Any]:
    named = draw(some((*THRESHOLDS, *TEXTS, *FLAGS), 1, 3))
    made: dict[str, Any] = {"name": name, "because": name, "then": draw(outcome()), "when": {each: draw(condition(each)) for each in named}}
    if made["then"]["action"] == "escalate":
        made["when"]["tier"] = draw(condition("tier"))
    if draw(st.integers(0, 4)) == 0:
        made["expr"] = draw(st.sampled_from(EXPRESSIONS))
    return made


@st.composite
def exception(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """An override, without its author; often one that holds for many messages."""
    made = draw(rule(name)) | {"expires": draw(MOMENTS)}
    if made["then"]["action"] != "escalate" and draw(st.booleans()):
        made |= {"when": {draw(st.sampled_from(FLAGS)): draw(st.booleans())}}
    return made


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Any]:
    found = draw(roles())
    free = [name for name in ("clerk", "manager") if "approvals" not in found[name]]
    limits = {"default": {"first_response": "1h", "resolution": "1d"}}
    override = {"author": "chief.first"}
    return {
        "roles": found,
        "queues": {
            "front": {"title": "Front", "roles": ["agent"], "intents": ["ask", "spam"], "backup": "manager", "limits": limits},
            "back": {"title": "Back", "roles": free, "intents": ["bug"], "backup": "sponsor", "limits": limits,
                     "permissions": draw(some(PERMISSIONS, 0, 1))},
        },
        "default_queue": "front",
        "value": {"deal_value": {"weight": 40, "full_at": 200_000}, "strategic": {"weight": 10},
                  "tier": {"weight": 5, "of": {"enterprise": 1.0}}},
        "risk": {"arr": {"weight": 20, "full_at": 50_000}, "complaint": {"weight": 10}},
        "data_quality": {"required": ["tier", "deal_value"], "minimum": 0.6, "approvals": [{"role": "manager"}]},
        "offers": {"guide": {"en": "Have you seen the guide?"}},
        "regulated": draw(st.sampled_from(({}, {"health": {"intents": ["leave"], "permissions": ["pii"]}}))),
        "jurisdictions": draw(st.sampled_from(LAWS)),
        "guards": [draw(rule(f"guard_{index}")) for index in range(draw(st.integers(0, 1)))],
        "overrides": [draw(exception(f"override_{index}")) | override for index in range(draw(st.integers(0, 2)))],
        "rules": [draw(rule(f"rule_{index}")) for index in range(draw(st.integers(1, 9)))],
    }  # fmt: skip


@st.composite
def facts_of(draw: st.DrawFn, now: datetime) -> tuple[Signal, ...]:
    """What is stated of a message: near the thresholds, so that it matters."""
    values: dict[str, SignalValue] = {"language": draw(st.sampled_from((*LANGUAGES, "it"))), "mode": "automation"}
    values["language_served"] = values["language"] in LANGUAGES
    for name in draw(some(tuple(TEXTS)[:3], 0, 3)):
        values[name] = draw(st.sampled_from(TEXTS[name]))
    if "region" in values and draw(st.booleans()):
        values["region"] = str(values["region"]).upper()
    groups = INTENTS.groups
    values["intent_group"] = groups.get(str(values.get("intent")))
    for name in ("deal_value", "arr", "sentiment", "confidence", "automatic_answers"):
        if draw(st.integers(0, 3)):
            limits = THRESHOLDS[name]
            values[name] = draw(st.sampled_from([limit + step for limit in limits for step in (-1.0, 0.0, 0.5)] + [1e6]))
    for name in FLAGS:
        if draw(st.booleans()):
            values[name] = draw(st.booleans())
    values["clarifications"] = float(draw(st.integers(0, 2)))
    values["account_owner"] = draw(st.sampled_from((None, "manager.first", "counsel.first", "nobody")))
    return tuple(signal(name, value, now) for name, value in values.items())


BATCH = 4
PROFILE = Profile(id="acme", name="Acme", domains=("acme.test",))


@st.composite
def batches(draw: st.DrawFn) -> list[World]:
    """One company and several messages to it."""
    roster, text = draw(people()), yaml.safe_dump(draw(policies()), sort_keys=False)
    compiled = load(text, "policy.yaml", roster, INTENTS, PROFILE)
    return [World(text, compiled, roster, draw(case(compiled, roster))) for _ in range(BATCH)]


@st.composite
def case(draw: st.DrawFn, compiled: Compiled, roster: Roster) -> Case:
    ids, now = tuple(person.id for person in roster.people), draw(MOMENTS)
    return Case(
        signals=rederived(compiled.policy, draw(facts_of(now)), now, Halves()),
        now=now,
        load=dict.fromkeys(draw(some(ids)), 3),
        rotation=draw(st.sampled_from(("a", "b", "c"))),
        owner=draw(st.sampled_from((None, None, *ids))),
        absent=frozenset(draw(some(ids))),
        busy=frozenset(draw(some(ids))),
        assigned={id: now - timedelta(hours=hours) for hours, id in enumerate(draw(some(ids)))},
    )
