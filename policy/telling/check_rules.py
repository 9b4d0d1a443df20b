"""Rules against rules: which never decide, which only the order of the file keeps apart, which thresholds are the wrong way round, and
what no rule or queue was written for.

Exact for declared conditions. An expression may hold or not, so a rule that has one is never taken to cover another.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from core.types import SignalValue
from policy.deciding.strictness import approvals_of, strictness
from policy.schema import Condition, Outcome, Range, Weight
from policy.signals import HANDBOOK, SCHEMA
from policy.telling.boxes import EVERY_NUMBER, Box, Numbers, Part, Words, both, covers, empty, meet, outside, part, rest, witness
from policy.telling.findings import Entry, Finding, Scope
from policy.telling.words import amount, listed, said

_BOUNDS = {
    "confidence": (0.0, 1.0),
    "urgency": (0.0, 1.0),
    "sentiment": (-1.0, 1.0),
    "win_probability": (0.0, 1.0),
    "data_quality": (0.0, 1.0),
}
_COUNTS = (
    *("seats", "arr", "deal_value", "money_mentioned", "customer_messages", "automatic_answers", "clarifications", "repeated_intent"),
    *("failed_deliveries", "requests", "words", "attachments", "expected_value"),
)
_CHOICES = {"channel": ("email", "chat", "slack", "api"), "mode": ("automation", "human"), "handbook": HANDBOOK}
_MOST = 4


class Rules:
    """The rules of a policy as boxes, and what follows from laying them over each other."""

    def __init__(self, scope: Scope) -> None:
        self.scope, self.policy = scope, scope.policy
        self.domain = _domain(scope)
        topics, intents = frozenset(scope.policy.regulated), frozenset(scope.intents.groups)
        self.stated = {**self.domain, "regulated_topic": Words(topics), "intent": Words(intents)}  # both may also be missing
        self.boxes: dict[Entry, Box] = {entry: self._box(entry.rule.when) for entry in scope.entries}
        self.needs = {entry: approvals_of(scope.policy, entry.rule.then) for entry in scope.entries}
        self.rank = {entry: strictness(scope.policy, entry.rule.then) for entry in scope.entries}
        self.possible = [entry for entry in scope.entries if not any(map(empty, self.boxes[entry].values()))]

    def findings(self) -> Iterator[Finding]:
        yield from self._impossible()
        dead = list(self._shadowed())
        yield from (finding for _, finding in dead)
        alive = [entry for entry in self.possible if entry not in {entry for entry, _ in dead}]
        yield from self._overlaps([entry for entry in alive if entry.place == "rules"])
        yield from self._inverted([entry for entry in alive if entry.place == "rules"])
        yield from self._between([entry for entry in alive if entry.place == "rules"])
        yield from self._intents(alive)
        yield from self._odd_words()

    # ------------------------------------------------------------ rules that never decide

    def _impossible(self) -> Iterator[Finding]:
        for entry in self.scope.entries:
            for name in entry.rule.when:
                if (reason := self._never(name, entry.rule.when[name])) is not None:
                    text = f"{entry} never fires: {said(name, entry.rule.when[name])}, but {reason}"
                    yield self.scope.finding("unreachable", (*entry.loc, "when", name), entry.rule.name, text, error=True)
                    break
            else:
                if entry not in self.possible:
                    text = f"{entry} never fires: {self._conflict(entry)}"
                    yield self.scope.finding("unreachable", (*entry.loc, "when"), entry.rule.name, text, error=True)

    def _never(self, name: str, condition: Condition) -> str | None:
        """Why no value of the signal can satisfy the condition; None when one can."""
        domain = self.stated.get(name)
        if domain is None or not empty(meet(part(condition), domain)):
            return None
        if isinstance(domain, Numbers):
            (low, high) = domain.spans[0]
            return f"{name} is never under {amount(low)}" + (f" nor over {amount(high)}" if math.isfinite(high) else "")
        return f"{name} is only ever {listed(sorted(domain.listed), 'or')}" if domain.listed else f"no {name} is declared"

    def _conflict(self, entry: Entry) -> str:
        """Two conditions that are possible alone and not together, which the translations of ``_box`` bring to one signal."""
        when = entry.rule.when
        if "intent_group" in when and "intent" in when:
            return f"no intent of {said('intent', when['intent'])} belongs to the group {said('intent_group', when['intent_group'])}"
        return "its conditions contradict each other"

    def _shadowed(self) -> Iterator[tuple[Entry, Finding]]:
        for entry in self.possible:
            before = [each for each in self._before(entry) if both(self.boxes[each], self.boxes[entry]) is not None]
            if not covers((self.boxes[each] for each in before), self.boxes[entry], self.domain):
                continue
            single = next((each for each in before if covers([self.boxes[each]], self.boxes[entry], self.domain)), None)
            by = [single] if single else self._smallest(entry, before)
            ends = any((each.place == "overrides") for each in by)
            text = f"{entry} never decides: whenever it fires, {_together(by)} {self._because(entry, by)}"
            yield entry, self.scope.finding("unreachable", (*entry.loc, "name"), entry.rule.name, text, error=not ends)

    def _smallest(self, entry: Entry, before: Sequence[Entry]) -> list[Entry]:
        """Those of ``before`` that are needed to cover ``entry`` together."""
        needed = list(before)
        for each in before:
            fewer = [other for other in needed if other != each]
            if covers((self.boxes[other] for other in fewer), self.boxes[entry], self.domain):
                needed = fewer
        return needed

    def _because(self, entry: Entry, by: Sequence[Entry]) -> str:
        many = len(by) > 1
        if all(each.place != "rules" for each in by):
            if any((each.place == "overrides") for each in by):
                return f"{'hold' if many else 'holds'} and {'win' if many else 'wins'}, until the override ends"
            return f"{'hold' if many else 'holds'} first and {'end' if many else 'ends'} the decision"
        if all(self.rank[each] == self.rank[entry] for each in by):
            return f"{'are' if many else 'is'} as strict and stand{'' if many else 's'} before it"
        return f"{'fire' if many else 'fires'} too and {'are' if many else 'is'} stricter"

    def _before(self, entry: Entry) -> Iterator[Entry]:
        """Everything that wins over ``entry`` wherever both hold, also after an approval was refused (which leaves out what needs one)."""
        yield from (each for each in self.scope.guards if _as_wide(each, entry) and (entry.place != "guards" or each.index < entry.index))
        if entry.place == "guards":
            return
        earlier = (each for each in self.scope.overrides if entry.place == "rules" or each.index < entry.index)
        yield from (each for each in earlier if _as_wide(each, entry) and self.scope.in_force(each) and self._as_free(each, entry))
        if entry.place == "rules":
            yield from (
                each for each in self.scope.rules if _as_wide(each, entry) and self._wins(each, entry) and self._as_free(each, entry)
            )

    def _wins(self, one: Entry, other: Entry) -> bool:
        return one != other and (self.rank[one], -one.index) > (self.rank[other], -other.index)

    def _as_free(self, one: Entry, other: Entry) -> bool:
        """Whether ``one`` is never left out for want of an approval while ``other`` is not. An override may wait for a rule's."""
        if one.place == "overrides" and other.place == "rules" and not self.needs[other] and any(map(self._asks, self._above_rule(other))):
            return False
        if self.needs[other] or not self.needs[one]:
            gated = bool(self.policy.data_quality.approvals) and self.rank[one][0] >= 2
            return bool(self.needs[other]) or not gated or self.rank[other][0] >= 2
        return False

    def _above_rule(self, entry: Entry) -> Iterator[Entry]:
        """The stricter rules that may fire where ``entry`` does."""
        stricter = (each for each in self.scope.rules if self._wins(each, entry))
        return (each for each in stricter if both(self.boxes[each], self.boxes[entry]) is not None)

    def _asks(self, entry: Entry) -> bool:
        return bool(self.needs[entry])

    # ------------------------------------------------------------ rules that compete

    def _overlaps(self, rules: Sequence[Entry]) -> Iterator[Finding]:
        """Equally strict rules with different destinations that can decide on the same message: only the order of the file tells.

        Between queues that is usual, so of level 1 and below there is one finding for all.
        """
        met = {
            one: shared
            for index, one in enumerate(rules)
            if (shared := {other: box for other in rules[index + 1 :] if (box := self._competing(one, other)) is not None})
        }
        usual = [one for one in met if self.rank[one][0] <= 1]
        if len(usual) > 1:
            pairs = "; ".join(f"{one.rule.name} before {_few([each.rule.name for each in met[one]])}" for one in usual)
            text = f"among rules of level 1 and below that are as strict as each other the order of the file decides: {pairs}"
            yield self.scope.finding("overlap", (*usual[0].loc, "name"), usual[0].rule.name, text)
        yield from (self._overlap(one, met[one]) for one in met if len(usual) < 2 or one not in usual)

    def _overlap(self, one: Entry, met: Mapping[Entry, Box]) -> Finding:
        first = next(iter(met))
        kind = "may fire" if any(each.rule.expr for each in (one, first)) else "fire"
        text = (
            f"{one} wins over {_few([each.rule.name for each in met])} only because it stands before: it is as strict and leads "
            f"somewhere else. Both it and {first.rule.name} {kind} for {_shown(met[first], one, first)}"
        )
        return self.scope.finding("overlap", (*one.loc, "name"), one.rule.name, text)

    def _competing(self, one: Entry, other: Entry) -> Box | None:
        """A part of what both cover in which they compete, and nothing above them decides."""
        if self.rank[one] != self.rank[other] or _destination(one.rule.then) == _destination(other.rule.then):
            return None
        shared = both(self.boxes[one], self.boxes[other])
        if shared is None:
            return None
        above = [self.boxes[each] for each in self._above(one) if not each.rule.expr]
        left = rest(shared, (*above, *self._same_queue(one, other)), self.domain)
        return left[0] if left else None

    def _above(self, entry: Entry) -> Iterator[Entry]:
        yield from self.scope.guards
        yield from (each for each in self.scope.rules if self.rank[each] > self.rank[entry])

    def _same_queue(self, one: Entry, other: Entry) -> Iterator[Box]:
        """Where the intent's own queue is the one that the other rule names."""
        named = {each.rule.then.queue for each in (one, other)}
        if named == {None} or None not in named:
            return
        queue = next(each for each in named if each)
        intents = [name for name in self.scope.intents.groups if self.policy.queue_for(name) == queue]
        yield {"intent": Words(frozenset(intents))}

    def _inverted(self, rules: Sequence[Entry]) -> Iterator[Finding]:
        """A milder rule that asks for more of a number than a stricter one that fires wherever it does."""
        for mild in rules:
            for strict in rules:
                if self.rank[strict][0] <= self.rank[mild][0] or strict.rule.expr not in (None, mild.rule.expr):
                    continue
                name = next((name for name in mild.rule.when if _asks_more(mild.rule.when[name], strict.rule.when.get(name))), None)
                if name and covers([self.boxes[strict]], self.boxes[mild], self.domain):
                    less, more = said(name, strict.rule.when[name]), said(name, mild.rule.when[name])
                    text = (
                        f"{mild} (level {self.rank[mild][0]}) asks for {more}, but the stricter {strict.rule.name} "
                        f"(level {self.rank[strict][0]}) fires wherever it does, with {less}: it decides only "
                        f"when an approval was refused; are the thresholds the wrong way round?"
                    )
                    yield self.scope.finding("thresholds", (*mild.loc, "when", name), mild.rule.name, text)

    def _between(self, rules: Sequence[Entry]) -> Iterator[Finding]:
        """Two rules that share all conditions but leave values of one number between ``below`` and ``at_least``."""
        for low in rules:
            for high in rules:
                for name, gap in _gap(low.rule.when, high.rule.when):
                    box = {**self.boxes[low], name: Numbers((gap,))}
                    if any(both(self.boxes[each], box) is not None and covers([self.boxes[each]], box, self.domain) for each in rules):
                        continue
                    text = (
                        f"{low} ends below {amount(gap[0])} and {high.rule.name} begins at {amount(gap[1])}: "
                        f"for {name} between them neither fires"
                    )
                    yield self.scope.finding("thresholds", (*low.loc, "when", name), low.rule.name, text)

    # ------------------------------------------------------------ what nobody wrote a rule for

    def _intents(self, alive: Sequence[Entry]) -> Iterator[Finding]:
        queued = {intent for queue in self.policy.queues.values() for intent in queue.intents}
        named = {intent for entry in alive for intent in self._named(entry)}
        desk = self.policy.queues[self.policy.default_queue].title
        if nobody := [name for name in self.scope.intents.groups if name not in queued | named]:
            text = (
                f"no rule and no queue is for {listed(nobody)}: every such message goes to the default queue, {desk}; "
                f"list {'them' if len(nobody) > 1 else 'it'} in a queue's intents, or write a rule"
            )
            yield self.scope.finding("gap", ("queues",), nobody[0], text)
        for name in (name for name in self.scope.intents.groups if name in named - queued):
            if not covers((self.boxes[each] for each in alive if not each.rule.expr), {"intent": Words(frozenset({name}))}, self.domain):
                rules = listed(each.rule.name for each in alive if name in self._named(each))
                text = f"no queue is for {name}: where {rules} does not fire, it goes to the default queue, {desk}"
                yield self.scope.finding("gap", ("queues",), name, text)

    def _named(self, entry: Entry) -> frozenset[str]:
        found = self.boxes[entry].get("intent")
        return found.listed if isinstance(found, Words) and not found.others else frozenset()

    def _odd_words(self) -> Iterator[Finding]:
        """A text that a rule waits for and nothing else in the file knows: most likely misspelt."""
        for entry in self.possible:
            for name, condition in entry.rule.when.items():
                known = self._known_words(name)
                words = part(condition)
                if known and isinstance(words, Words) and (odd := sorted(words.listed - known)):
                    text = f"{entry} waits for {name} {listed(odd, 'or')}: the rest of the file knows only {listed(sorted(known))}"
                    yield self.scope.finding("gap", (*entry.loc, "when", name), entry.rule.name, text)

    def _known_words(self, name: str) -> frozenset[str]:
        cards: Iterable[Mapping[str, Weight]] = (self.policy.value, self.policy.risk, self.policy.complexity)
        words = {word for card in cards if name in card for word in card[name].of}
        if name == "tier":
            words |= {tier for queue in self.policy.queues.values() for tier in queue.limits if tier != "default"}
        choice = self.stated.get(name)
        return frozenset(words) | (choice.listed if isinstance(choice, Words) and name != "intent" else frozenset())

    # ------------------------------------------------------------ rules as boxes

    def _box(self, when: Mapping[str, Condition]) -> Box:
        """Conditions within what is possible; a group of intents counts as its intents, a served language as the languages served."""
        box: dict[str, Part] = {}
        for name, condition in when.items():
            key, found = self._translated(name, part(condition))
            found = meet(found, self.stated[key]) if key in self.stated else found
            box[key] = meet(box[key], found) if key in box else found
        return box

    def _translated(self, name: str, found: Part) -> tuple[str, Part]:
        if name == "intent_group" and isinstance(found, Words):
            return "intent", Words(frozenset(intent for intent, group in self.scope.intents.groups.items() if group in found.listed))
        if name == "language_served" and isinstance(found, Words):
            served = Words(frozenset(self.scope.profile.languages))
            return "language", outside(served) if found.others else served
        return name, found


def _as_wide(one: Entry, other: Entry) -> bool:
    """Whether no expression keeps ``one`` from holding where its conditions and the whole of ``other`` do."""
    return not one.rule.expr or one.rule.expr == other.rule.expr


def _together(entries: Sequence[Entry]) -> str:
    return listed(map(str, entries))


def _few(names: Sequence[str]) -> str:
    return listed(names) if len(names) <= _MOST else f"{', '.join(names[:_MOST])} and {len(names) - _MOST} more"


def _destination(outcome: Outcome) -> tuple[str | None, str | None]:
    return outcome.role, outcome.queue


def _asks_more(mild: Condition, strict: Condition | None) -> bool:
    return isinstance(mild, Range) and isinstance(strict, Range) and (mild.at_least or 0) > (strict.at_least or 0)


def _gap(low: Mapping[str, Condition], high: Mapping[str, Condition]) -> Iterator[tuple[str, tuple[float, float]]]:
    """The number in which alone two sets of conditions differ, and what lies between ``below`` of the one and ``at_least`` of the other."""
    differing = [name for name in low if low[name] != high.get(name)]
    if low.keys() != high.keys() or len(differing) != 1:
        return
    under, over = low[differing[0]], high[differing[0]]
    if (
        isinstance(under, Range)
        and isinstance(over, Range)
        and under.below is not None
        and over.at_least is not None
        and under.below < over.at_least
    ):
        yield differing[0], (under.below, over.at_least)


def _shown(box: Box, *entries: Entry) -> str:
    """One message of the box, in words: what the entries ask about."""
    named = {"intent", "language", *(name for entry in entries for name in entry.rule.when)}
    said = [_value(name, value) for name, value in witness(box).items() if name in named and not _unsaid(name, value)]
    return listed(said) or "any message"


def _unsaid(name: str, value: SignalValue) -> bool:
    return value is None or (value is False and SCHEMA[name].kind == "flag")


def _value(name: str, value: SignalValue) -> str:
    if isinstance(value, bool):
        return name if value else f"not {name}"
    return f"{name} {amount(value) if isinstance(value, (int, float)) else value}"


def _domain(scope: Scope) -> dict[str, Part]:
    """The values that a signal can have. Every signal may be missing but those that are always set."""
    policy = scope.policy
    caps = {"value_score": policy.value, "risk_score": policy.risk, "complexity_score": policy.complexity}
    bounds = {**_BOUNDS, **{name: (0.0, min(100.0, sum(each.weight for each in card.values()))) for name, card in caps.items()}}
    domain: dict[str, Part] = {
        name: Numbers(((low, math.nextafter(high, math.inf)),), missing=True) for name, (low, high) in bounds.items()
    }
    domain |= {name: Numbers(((0.0, math.inf),), missing=True) for name in _COUNTS}
    domain |= {name: Words(frozenset(values)) for name, values in _CHOICES.items()}
    return domain | {name: EVERY_NUMBER for name, spec in SCHEMA.items() if spec.kind == "number" and name not in domain}
