"""Who may do what: rights by access role. Which approvals a person may decide is finer, and the policy's (``policy.deciding``)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Right = Literal["read", "messages", "facts", "converse", "decide", "assign", "queue", "policy", "admin"]
Access = Literal["viewer", "agent", "approver", "lead", "admin", "service"]

# read: everything of the tenant · messages: hand messages in · facts: state facts for a system of record
# converse: take a conversation over, give it back, close it, edit a request · decide: approve, reject, respond, delegate
# assign: reassign · queue: see and retry what failed · policy: put a policy or an intent model in force, roll it back, review corrections
# Whoever may converse or decide may also say what a message wanted.
# admin: tokens, export, erasure, acts
RIGHTS: Mapping[Access, frozenset[Right]] = {
    "viewer": frozenset({"read"}),
    "agent": frozenset({"read", "converse"}),
    "approver": frozenset({"read", "decide"}),
    "lead": frozenset({"read", "converse", "assign", "queue", "policy"}),
    "admin": frozenset({"read", "messages", "facts", "converse", "decide", "assign", "queue", "policy", "admin"}),
    "service": frozenset({"read", "messages", "facts"}),
}

# Whoever can open the database, without a token: enough to look round and to issue the first tokens, never a person's decision.
OPERATOR: frozenset[Right] = frozenset({"read", "messages", "queue", "admin"})


@dataclass(frozen=True)
class Actor:
    """Whoever a command acts as: a token's holder, or the database's ``operator`` (no token, and all rights to give away)."""

    tenant: str
    person: str
    rights: frozenset[Right]
    token_id: str | None = None


def rights_of(access: Iterable[Access]) -> frozenset[Right]:
    """Everything that these access roles may do together."""
    return frozenset().union(*(RIGHTS[each] for each in access))


def held(access: Iterable[Access], scopes: Iterable[Right] = ()) -> frozenset[Right]:
    """What a token of somebody with that access may do: all of it, or only what its scopes name."""
    rights, named = rights_of(access), frozenset(scopes)
    return rights & named if named else rights
