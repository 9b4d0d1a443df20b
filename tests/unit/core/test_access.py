"""Rights by access role, narrowed by scopes."""

from itertools import combinations

import pytest

from core.access import OPERATOR, RIGHTS, Access, Right, held, rights_of

ALL = sorted(RIGHTS["admin"])


def test_an_administrator_may_do_everything_and_nobody_else_may_administer() -> None:
    assert RIGHTS["admin"] == rights_of(RIGHTS)
    assert [role for role, rights in RIGHTS.items() if "admin" in rights] == ["admin"]


def test_everybody_reads_and_only_some_decide() -> None:
    assert [role for role, rights in RIGHTS.items() if "read" not in rights] == []
    assert [role for role, rights in RIGHTS.items() if "decide" in rights] == ["approver", "admin"]


def test_a_viewer_only_reads_and_a_service_hands_messages_and_facts_in() -> None:
    assert RIGHTS["viewer"] == {"read"}
    assert RIGHTS["service"] == {"read", "messages", "facts"}


def test_an_operator_makes_no_persons_decision() -> None:
    assert not OPERATOR & {"decide", "converse", "assign"}


def test_roles_add_up_and_none_is_nothing() -> None:
    assert rights_of(["agent", "approver"]) == {"read", "converse", "decide"}
    assert rights_of([]) == frozenset()


@pytest.mark.parametrize("role", sorted(RIGHTS))
def test_scopes_only_ever_narrow(role: Access) -> None:
    every: list[tuple[Right, ...]] = [scopes for n in range(1, len(ALL) + 1) for scopes in combinations(RIGHTS["admin"], n)]
    for scopes in every:
        assert held([role], scopes) == RIGHTS[role] & set(scopes)
    assert held([role]) == RIGHTS[role]
