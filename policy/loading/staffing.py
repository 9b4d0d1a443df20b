"""Whether every path of a policy leads to somebody: what makes a decision total and its owner always eligible."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product

from core.company import Intents, Roster
from core.yamltext import Loc
from policy.deciding.eligibility import Need, demanded, short_of_people
from policy.deciding.match import texts
from policy.jurisdiction import anywhere, leaves_somebody_out
from policy.loading.names import placed_rules
from policy.schema import Outcome, Policy, Rule

_Asked = tuple[tuple[str, ...], frozenset[str], tuple[str, ...]]


def unstaffed(policy: Policy, roster: Roster, intents: Intents) -> Iterator[tuple[Loc, str]]:
    """Every queue and rule whose path has nobody who may own what reaches it, for some regulated topic or jurisdiction."""
    judged: dict[_Asked, str | None] = {}
    laws = {law.handled_in: f", for customers of jurisdiction {name}" for name, law in policy.jurisdictions.items() if law.handled_in}
    if leaves_somebody_out(policy) and (common := anywhere(policy)):
        laws.setdefault(common, ", for customers whose region is not known or not listed")
    topics: dict[str | None, str] = {name: f", for topic {name}" for name, topic in policy.regulated.items() if topic.permissions}
    for loc, subject, roles, outcome, queue in _paths(policy, intents):
        for (topic, about), (regions, where) in product([(None, ""), *topics.items()], [((), ""), *laws.items()]):
            asked = roles, demanded(policy, outcome, queue, topic), regions
            if asked not in judged:
                judged[asked] = short_of_people(policy, roster, roles, _need(asked))
            if problem := judged[asked]:
                yield loc, f"{subject}: {problem}{about}{where}"


def _paths(policy: Policy, intents: Intents) -> Iterator[tuple[Loc, str, tuple[str, ...], Outcome, str]]:
    for name, queue in policy.queues.items():
        yield ("queues", name), f"queue {name}", queue.roles, Outcome(action="handoff"), name
    for loc, rule in placed_rules(policy):
        if rule.then.action in ("handoff", "escalate"):
            for name in _queues(policy, rule, intents):
                roles = (rule.then.role,) if rule.then.role else policy.queues[name].roles
                yield (*loc, "then"), f"rule {rule.name}", roles, rule.then, name


def _queues(policy: Policy, rule: Rule, intents: Intents) -> list[str]:
    """The queues that what the rule is about may come to."""
    if rule.then.queue:
        return [rule.then.queue]
    named = rule.when.get("intent")
    asked = texts(named) if isinstance(named, (str, tuple)) else (None, *intents.groups)
    return list(dict.fromkeys(policy.queue_for(intent) for intent in asked))


def _need(asked: _Asked) -> Need:
    _, permissions, regions = asked
    someday = datetime(2000, 1, 1, tzinfo=UTC)  # eligibility knows no hours
    return Need("", "", frozenset(), None, someday, {}, "", permissions=permissions, handled_in=regions)
