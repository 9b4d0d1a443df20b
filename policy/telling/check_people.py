"""Rules against people: hours with nobody, languages that nobody speaks, approvals that nobody could give, fall-backs in a circle."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from core.company import Hours, Person, parse_hours
from core.types import ApprovalNeed
from core.yamltext import Loc
from policy.deciding.eligibility import chain
from policy.deciding.limits import named, stands
from policy.deciding.strictness import level_of
from policy.schema import Override
from policy.telling.cover import Shift, uncovered
from policy.telling.findings import Entry, Finding, Kind, Scope
from policy.telling.words import listed

SOON = timedelta(days=14)
_HALF_A_YEAR = timedelta(days=182)


class People:
    """Whom a policy leads to, and whether they are there."""

    def __init__(self, scope: Scope) -> None:
        self.scope, self.policy, self.roster = scope, scope.policy, scope.roster

    def findings(self) -> Iterator[Finding]:
        yield from self._circles()
        yield from self._unused()
        yield from self._hours()
        yield from self._languages()
        yield from self._approvals()
        yield from self._overrides()
        yield from self._gate()

    # ------------------------------------------------------------ fall-backs

    def _circles(self) -> Iterator[Finding]:
        seen: set[frozenset[str]] = set()
        for name, role in self.policy.roles.items():
            if name in role.fallback:
                yield self._finding("cycle", ("roles", name, "fallback"), name, f"role {name} falls back on itself", error=True)
                continue
            reached = {other for step in self.policy.path(role.fallback) for other in step} if role.fallback else set()
            circle = frozenset(reached | {name})
            if name not in reached or circle in seen or any(name not in self._reach(other) for other in reached):
                continue
            seen.add(circle)
            text = (
                f"{listed(self._titles(self._in_order(circle)))} stand in for each other and nobody else for them: when none is available, "
                f"whoever was asked first keeps it until they are back"
            )
            yield self._finding("cycle", ("roles", name, "fallback"), name, text)

    def _reach(self, role: str) -> set[str]:
        return {other for step in self.policy.path(self.policy.roles[role].fallback) for other in step}

    # ------------------------------------------------------------ what nothing leads to

    def _unused(self) -> Iterator[Finding]:
        used = self._used_roles()
        for name in self.policy.roles:
            if name not in used:
                yield self._finding("unused", ("roles", name), name, f"role {name}: no rule, queue, fall-back or approval names it")
        queues = {entry.rule.then.queue for entry in self.scope.entries} | {self.policy.default_queue}
        for name, queue in self.policy.queues.items():
            if name not in queues and not queue.intents:
                yield self._finding("unused", ("queues", name), name, f"queue {name}: it lists no intent, and no rule names it")
        offered = {step.offer for entry in self.scope.entries for step in entry.rule.then.before}
        for name in self.policy.offers:
            if name not in offered:
                yield self._finding("unused", ("offers", name), name, f"offer {name}: no rule makes it")

    def _used_roles(self) -> set[str]:
        used = {role for queue in self.policy.queues.values() for role in (*queue.roles, queue.backup)}
        for entry in self.scope.entries:
            used |= {entry.rule.then.role or "", *(need.role for need in entry.rule.then.approvals)}
        used |= {need.role for need in self.policy.data_quality.approvals}
        lowest = min((need.level for need in self._every_need() if need.level is not None), default=5)
        used |= {name for name, role in self.policy.roles.items() if role.level >= lowest}
        return used | {other for role in self.policy.roles.values() for other in (*role.fallback, *(need.role for need in role.approvals))}

    def _every_need(self) -> Iterator[ApprovalNeed]:
        yield from (need for role in self.policy.roles.values() for need in role.approvals)
        yield from (need for entry in self.scope.entries for need in entry.rule.then.approvals)
        yield from self.policy.data_quality.approvals

    # ------------------------------------------------------------ hours, languages, permissions

    def _hours(self) -> Iterator[Finding]:
        """Open hours in which nobody of the path works: what arrives then waits for them."""
        profile = self.scope.profile
        for name, queue in self.policy.queues.items():
            week, zone = parse_hours(queue.hours or profile.hours), ZoneInfo(queue.time_zone or profile.time_zone)
            if gap := self._nobody(queue.roles, queue.permissions, week, zone):
                who = listed(self._titles(self._path(queue.roles)), "or")
                text = f"queue {name} is open {gap} ({zone}), and no {who} is at work then"
                yield self._finding("nobody", ("queues", name, "hours" if queue.hours else "roles"), name, text)
        week, zone = parse_hours(profile.hours), ZoneInfo(profile.time_zone)
        for entry in self._first_to(lambda entry: entry.rule.then.role):
            role = entry.rule.then.role or ""
            if gap := self._nobody((role,), entry.rule.then.permissions, week, zone):
                who = listed(self._titles(self._path((role,))), "or")
                text = f"{entry} leads to {role}: {gap} ({zone}, hours of the company) no {who} is at work"
                yield self._finding("nobody", ("roles", role), role, text)

    def _nobody(self, roles: Sequence[str], permissions: frozenset[str], week: Hours, zone: ZoneInfo) -> str:
        """The hours in winter or summer in which nobody of the path is at work, in words."""
        shifts = [Shift(person, self.policy.roles[person.role]) for person in self._staff(roles, permissions)]
        gaps = {monday: uncovered(week, zone, shifts, monday) for monday in self._weeks()}
        if len(set(gaps.values())) == 1:
            return next(iter(gaps.values()))
        return " or ".join(f"{gap} in the week of {monday:%-d %B %Y}" for monday, gap in gaps.items() if gap)

    def _weeks(self) -> Iterable[date]:
        """Two Mondays half a year apart, so that summer time is seen wherever it is kept."""
        today = self.scope.now.date()
        monday = today - timedelta(days=today.weekday())
        return monday, monday + _HALF_A_YEAR

    def _languages(self) -> Iterator[Finding]:
        for language in self.scope.profile.languages:
            without = [
                queue.title
                for queue in self.policy.queues.values()
                if not any(language in person.languages for person in self._staff(queue.roles, queue.permissions))
            ]
            if without:
                text = (
                    f"nobody who serves {listed(without, 'or')} speaks {language!r}, which the company serves: "
                    f"such messages go to somebody who does not"
                )
                yield self._finding("nobody", ("queues",), language, text)

    # ------------------------------------------------------------ approvals and overrides

    def _approvals(self) -> Iterator[Finding]:
        for loc, subject, owners, need in self._asked():
            deciders = [person for person in self.roster.people if stands(self.policy, person, need) and "decide" in person.rights]
            others = [person for person in deciders if len(owners) != 1 or person != owners[0]]
            if len(deciders) < need.quorum:
                text = (
                    f"{subject} needs {need.quorum} approvals of {named(self.policy, need)}, and only {len(deciders)} "
                    f"{'person' if len(deciders) == 1 else 'people'} may give one"
                )
                yield self._finding("approval", loc, subject, text, error=True)
            elif len(others) < need.quorum:
                text = (
                    f"{subject} goes to {owners[0].name}, whose own approval it needs, as no other {named(self.policy, need)} may give "
                    f"one: four eyes need somebody else"
                )
                yield self._finding("approval", loc, subject, text)

    def _asked(self) -> Iterator[tuple[Loc, str, Sequence[Person], ApprovalNeed]]:
        """Every approval that is asked for: where it stands, by what, who will own what is approved, and the need."""
        for name, role in self.policy.roles.items():
            for index, need in enumerate(role.approvals):
                yield ("roles", name, "approvals", index), f"role {name}", self._staff_of((name,)), need
        for entry in self.scope.entries:
            then = entry.rule.then
            roles = (then.role,) if then.role else self.policy.queues[then.queue].roles if then.queue else ()
            for index, need in enumerate(then.approvals):
                yield (*entry.loc, "then", "approvals", index), str(entry), self._staff_of(roles), need
        gated = [entry for entry in self._first_to(lambda entry: entry.rule.then.role) if level_of(self.policy, entry.rule.then) >= 2]
        for index, need in enumerate(self.policy.data_quality.approvals):
            owners = [self._staff_of((entry.rule.then.role or "",)) for entry in gated]
            alone = [people for people in owners if len(people) == 1 and stands(self.policy, people[0], need)]
            yield ("data_quality", "approvals", index), "the data-quality gate", alone[0] if alone else (), need

    def _overrides(self) -> Iterator[Finding]:
        for entry in self.scope.overrides:
            rule = entry.rule
            assert isinstance(rule, Override)  # noqa: S101 - narrows for the type checker
            loc = (*entry.loc, "expires")
            if rule.expires <= self.scope.now:
                yield self._finding(
                    "override", loc, rule.name, f"{entry} ended on {rule.expires:%-d %B %Y}: it does nothing any more; delete it"
                )
            elif rule.expires - self.scope.now < SOON:
                days = (rule.expires - self.scope.now).days
                when = f"in {days} days" if days > 1 else "within two days"
                text = f"{entry} ends on {rule.expires:%-d %B %Y}, {when}; {rule.author} answers for it"
                yield self._finding("override", loc, rule.name, text)

    def _gate(self) -> Iterator[Finding]:
        gate = self.policy.data_quality
        if gate.minimum > 0 and gate.required and not gate.approvals:
            text = f"data quality below {gate.minimum:g} has no consequence: the gate asks for no approvals"
            yield self._finding("unused", ("data_quality",), "data_quality", text)
        if gate.approvals and (gate.minimum == 0 or not gate.required):
            yield self._finding(
                "unused",
                ("data_quality",),
                "data_quality",
                "the approvals of the data-quality gate are never asked for: its minimum is always met",
            )

    # ------------------------------------------------------------ who there is

    def _staff(self, roles: Sequence[str], permissions: frozenset[str]) -> list[Person]:
        """Who may own what the path of ``roles`` gets."""
        return [person for person in self._staff_of(self._path(roles)) if self._may_own(person, permissions)]

    def _may_own(self, person: Person, permissions: frozenset[str]) -> bool:
        wanted = permissions | self.policy.roles[person.role].permissions
        return "converse" in person.rights and wanted <= person.permissions

    def _staff_of(self, roles: Iterable[str]) -> list[Person]:
        among = set(roles)
        return [person for person in self.roster.people if person.role in among]

    def _path(self, roles: Sequence[str]) -> list[str]:
        """The roles and those that step in for them."""
        return [role for step in chain(self.policy, roles) for role in step]

    def _first_to(self, destination: Callable[[Entry], str | None]) -> list[Entry]:
        """The first entry that leads to each destination."""
        found: dict[str, Entry] = {}
        for entry in self.scope.entries:
            if name := destination(entry):
                found.setdefault(name, entry)
        return list(found.values())

    def _titles(self, roles: Iterable[str]) -> list[str]:
        return [self.policy.roles[role].title for role in roles]

    def _in_order(self, roles: Iterable[str]) -> list[str]:
        among = set(roles)
        return [role for role in self.policy.roles if role in among]

    def _finding(self, kind: Kind, loc: Loc, subject: str, text: str, *, error: bool = False) -> Finding:
        return self.scope.finding(kind, loc, subject, text, error=error)
