"""Who a token speaks for now, and what that lets a command do: the one place where the command line asks."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.access import Actor, Right
    from core.company import Company, Person
    from core.ports import Clock
    from core.services import Acts, Services, Tokens
    from core.settings import Settings
    from core.views import Token


class Identity:
    """The part of ``core.services.Services`` that is about people and tokens. ``doing``: whoever the running command acts as."""

    settings: "Settings"
    companies: "Mapping[str, Company]"
    clock: "Clock"
    doing: "Actor | None" = None

    if TYPE_CHECKING:  # given by whoever composes this with the store

        @property
        def tokens(self) -> Tokens: ...
        @property
        def acts(self) -> Acts: ...
        def tenant(self) -> str: ...

    def rights(self, token: "Token") -> "frozenset[Right]":
        """By the roster as it is now; nothing for somebody who has left it, or of a company that is not served here."""
        from core.access import held

        company = self.companies.get(token.tenant)
        if company is None:
            return frozenset()
        if token.role == "service":
            return held(["service"], token.scopes)
        person = company.roster.get(token.person)
        return held(person.access, token.scopes) if person else frozenset()

    async def acting(self, *rights: "Right") -> "Actor":
        from core.access import OPERATOR, RIGHTS, Actor
        from core.errors import Unauthenticated

        if self.settings.token is not None:
            token = await self._permitted(self.settings.token.get_secret_value(), rights)
            self.doing = Actor(token.tenant, token.person, self.rights(token), token.id)
            return self.doing
        if not OPERATOR.intersection(rights):
            raise Unauthenticated(problem="no token, no decision: app.py tokens issue PERSON, and set USHER_TOKEN")
        tenant, wanted = self.tenant(), " or ".join(rights)
        if any("admin" in self.rights(token) for token in await self._in_force(tenant)):
            raise Unauthenticated(problem=f"{tenant} has an administrator's token: set USHER_TOKEN to a token with the right to {wanted}")
        self.doing = Actor(tenant, "operator", RIGHTS["admin"])
        return self.doing

    async def person(self, *rights: "Right") -> "tuple[str, Person]":
        from core.errors import Forbidden, Unauthenticated

        if self.settings.token is None:
            raise Unauthenticated(problem="no token, no decision: app.py tokens issue PERSON, and set USHER_TOKEN")
        actor = await self.acting(*rights)
        person = self.companies[actor.tenant].roster.get(actor.person)
        if person is None:
            raise Forbidden(who=actor.person, problem=f"is not in the roster of {actor.tenant}")
        return actor.tenant, person

    async def _permitted(self, secret: str, rights: "Sequence[Right]") -> "Token":
        """The token of ``secret``; a refusal for want of any of the rights is recorded."""
        from core.errors import Forbidden, Unauthenticated

        token = await self.tokens.check(secret)
        company = self.companies.get(token.tenant)
        if company is None:
            raise Unauthenticated(problem=f"the token of {token.person} is of another company ({token.tenant})")
        if token.role != "service" and company.roster.get(token.person) is None:
            raise Unauthenticated(problem=f"{token.person} is no longer in the roster of {token.tenant}")
        if not self.rights(token).intersection(rights):
            refused = {"action": f"use_{'_'.join(rights)}", "subject": "", "outcome": "403"}
            await self.acts.record(token.tenant, person=token.person, token_id=token.id, **refused)
            raise Forbidden(who=token.person, problem=f"has a token without the right to {' or '.join(rights)}")
        return token

    async def _in_force(self, tenant: str) -> "list[Token]":
        now, issued = self.clock.now(), await self.tokens.list(tenant)
        return [token for token in issued if token.revoked_at is None and (token.expires_at is None or token.expires_at > now)]


async def issue_token(
    services: "Services", actor: "Actor", *, person: str | None, label: str, days: int, scopes: "Sequence[Right]"
) -> "tuple[str, Token]":
    """A token for a roster person, or (none) for a service that is called ``label``: its secret, shown this once, and the token.

    Raises:
        NotFound: the person is not in the roster.
        Conflict: the label is a person's id.
        Forbidden: a scope names a right that the holder has not, or the token would have more rights than ``actor`` has.
    """
    from core.access import held
    from core.errors import Conflict, Forbidden, NotFound

    roster = services.companies[actor.tenant].roster
    found = roster.get(person) if person else None
    if person and found is None:
        raise NotFound(what="person in the roster", id=person)
    if found is None and roster.get(label):
        raise Conflict(problem=f"{label!r} is a person of the roster: issue the token for them, or label the service differently")
    who, role, access = (found.id, found.role, found.access) if found else (label or "service", "service", ("service",))
    if spare := set(scopes) - held(access):
        raise Forbidden(who=who, problem=f"has no right to {', '.join(sorted(spare))}, which a scope could name")
    if beyond := held(access, scopes) - actor.rights:
        raise Forbidden(who=actor.person, problem=f"may not give away a right that its own token lacks ({', '.join(sorted(beyond))})")
    until = services.clock.now() + timedelta(days=days)
    return await services.tokens.issue(actor.tenant, person=who, role=role, label=label, expires_at=until, scopes=scopes)
