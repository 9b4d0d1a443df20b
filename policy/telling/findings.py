"""What ``policy check`` looks at and what it says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from core.company import Intents, Profile, Roster
from core.value import Value
from core.yamltext import Lines, Loc
from policy.schema import Override, Policy, Rule

Kind = Literal["unreachable", "gap", "overlap", "cycle", "nobody", "thresholds", "override", "approval", "unused"]
Place = Literal["guards", "overrides", "rules"]


class Finding(Value):
    """One thing that is wrong (``error``) or worth a look (``warning``), in words for whoever wrote the policy."""

    kind: Kind
    severity: Literal["error", "warning"]
    file: str
    line: int | None = None
    subject: str = ""
    text: str


@dataclass(frozen=True, eq=False)
class Entry:
    """A guard, override or rule, and where it stands; each is only ever itself."""

    place: Place
    index: int
    rule: Rule

    @property
    def loc(self) -> Loc:
        return self.place, self.index

    def __str__(self) -> str:
        return f"{self.place.removesuffix('s')} {self.rule.name}"


class Scope:
    """A policy that loads, the text it stands in, and everything it speaks of."""

    def __init__(self, policy: Policy, lines: Lines, roster: Roster, intents: Intents, profile: Profile, now: datetime) -> None:
        self.policy, self.lines, self.roster, self.intents, self.profile, self.now = policy, lines, roster, intents, profile, now

    @cached_property
    def guards(self) -> Sequence[Entry]:
        return [Entry("guards", index, rule) for index, rule in enumerate(self.policy.guards)]

    @cached_property
    def overrides(self) -> Sequence[Entry]:
        return [Entry("overrides", index, rule) for index, rule in enumerate(self.policy.overrides)]

    @cached_property
    def rules(self) -> Sequence[Entry]:
        return [Entry("rules", index, rule) for index, rule in enumerate(self.policy.rules)]

    @property
    def entries(self) -> Iterable[Entry]:
        return (*self.guards, *self.overrides, *self.rules)

    def in_force(self, entry: Entry) -> bool:
        return not isinstance(entry.rule, Override) or entry.rule.expires > self.now

    def finding(self, kind: Kind, loc: Loc, subject: str, text: str, *, error: bool = False) -> Finding:
        return Finding(
            kind=kind,
            severity="error" if error else "warning",
            file=self.lines.file,
            line=self.lines.of(loc),
            subject=subject,
            text=text,
        )
