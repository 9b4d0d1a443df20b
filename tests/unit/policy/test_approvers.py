"""Who may decide, how much they may grant, and what the policy lets a person change."""

import pytest

from core.company import Roster
from core.digest import request_digest
from core.types import ApprovalNeed, Edit, Effect, Plan, Request
from policy.deciding.approvers import Approvers
from policy.deciding.limits import within_limits
from policy.loading.load import Compiled
from tests.unit.policy.conftest import TUESDAY

SALES = ApprovalNeed(role="vp_sales")
ASSIGN = Effect(kind="assign", channel="desk", to="daniel.osei", key="t1:assign", guarded=True)
NOTE = Effect(kind="notify", channel="people", to="daniel.osei", key="t1:notify", text="Backup: gwen.pritchard\n\nHelp!", guarded=True)
REPLY = Effect(kind="reply", channel="email", to="a@b.example", key="t1:reply", text="Yes.", subject="Re: Hello", guarded=True)


@pytest.fixture
def approvers(policy: Compiled, roster: Roster) -> Approvers:
    return Approvers({"fernhill": policy}, {"fernhill": roster})


def request(*effects: Effect, needs: tuple[ApprovalNeed, ...] = (SALES,), **plan: object) -> Request:
    values = {
        "action": "escalate",
        "level": 4,
        "owner": "daniel.osei",
        "role": "cro",
        "backups": ("gwen.pritchard",),
        "reasons": ("churn",),
    }
    made = Plan.model_validate({"backups": ("gwen.pritchard",)} | values | plan)
    return Request(digest=request_digest(made, effects), needs=needs, plan=made, effects=effects, expires_at=TUESDAY)


def test_the_role_that_is_needed_may_decide_and_no_other(approvers: Approvers) -> None:
    assert approvers.refusal("fernhill", "rafael.ortiz", SALES, request()) is None
    assert approvers.refusal("fernhill", "daniel.osei", SALES, request()) == "is Chief Revenue Officer, and it needs VP Sales"
    assert approvers.refusal("fernhill", "nobody", SALES, request()) == "is not in the roster"


def test_a_need_by_level_takes_everybody_who_stands_that_high(approvers: Approvers) -> None:
    need = ApprovalNeed.model_validate({"level": 3, "quorum": 2})
    assert (need.role, need.quorum, need.level) == ("level:3", 2, 3)
    assert approvers.refusal("fernhill", "rafael.ortiz", need, request()) is None
    assert approvers.refusal("fernhill", "daniel.osei", need, request()) is None
    assert approvers.refusal("fernhill", "maya.chen", need, request()) == "is Account executive, and it needs somebody of level 3 or higher"


@pytest.mark.parametrize(("amount", "may"), [(20, True), (20.5, False), (None, True)])
def test_nobody_approves_more_than_they_may_grant(approvers: Approvers, amount: float | None, may: bool) -> None:
    asked = request(spend={"discount_percent": amount})
    assert (approvers.refusal("fernhill", "rafael.ortiz", SALES, asked) is None) is may


def test_an_unknown_amount_takes_somebody_who_may_grant_some(approvers: Approvers) -> None:
    refused = approvers.refusal("fernhill", "rafael.ortiz", SALES, request(spend={"refund_usd": None}))
    assert refused == "may grant no refund_usd, and how much is asked is not known"


def test_a_need_that_nobody_of_the_role_may_grant_goes_to_its_level_or_higher(policy: Compiled, roster: Roster) -> None:
    needs, notes = within_limits(policy.policy, roster, (SALES,), {"discount_percent": 30.0})
    assert [need.role for need in needs] == ["level:3"]
    assert notes == ("discount_percent is beyond VP Sales: somebody of level 3 or higher must approve",)
    assert within_limits(policy.policy, roster, (SALES,), {"discount_percent": 10.0}) == ((SALES,), ())


def test_an_amount_beyond_everybody_is_said_and_never_granted(policy: Compiled, roster: Roster, approvers: Approvers) -> None:
    needs, notes = within_limits(policy.policy, roster, (SALES,), {"refund_usd": 1e9})
    assert notes == ("too few of VP Sales may grant refund_usd: the fall-back follows",)
    asked = request(needs=needs, spend={"refund_usd": 1e9})
    assert all(approvers.refusal("fernhill", person.id, need, asked) for person in roster.people for need in needs)


def test_a_need_is_handed_only_to_those_who_stand_as_high(approvers: Approvers) -> None:
    assert approvers.refusal_of_assignee("fernhill", "ingrid.solberg", SALES, request()) is None
    assert approvers.refusal_of_assignee("fernhill", "maya.chen", SALES, request()) is not None


def test_an_edited_owner_changes_plan_effects_and_digest(approvers: Approvers) -> None:
    asked = request(ASSIGN, NOTE)
    edited = approvers.revise("fernhill", asked, Edit(owner="rafael.ortiz"))
    assert {effect.to for effect in edited.effects} == {"rafael.ortiz"}
    assert (edited.plan.owner, edited.plan.role, edited.plan.level) == ("rafael.ortiz", "vp_sales", 3)
    assert "Backup: daniel.osei" in edited.effects[1].text
    assert edited.digest == request_digest(edited.plan, edited.effects) != asked.digest
    assert set(asked.needs) <= set(edited.needs), "an edit never drops a need"


def test_an_edit_brings_the_new_owners_own_approvers(approvers: Approvers) -> None:
    edited = approvers.revise("fernhill", request(ASSIGN), Edit(owner="gwen.pritchard"))
    assert [need.role for need in edited.needs] == ["vp_sales", "vp_success"]


def lone(roster: Roster, id: str) -> Roster:
    """The roster with nobody named as the backup of ``id``."""
    return Roster(people=tuple(each.model_copy(update={"backup": None}) if each.id == id else each for each in roster.people))


def test_whoever_gives_it_up_backs_the_new_owner_up_where_nobody_else_is_named(policy: Compiled, roster: Roster) -> None:
    """The new owner was the only backup, and names none."""
    few = lone(roster, "gwen.pritchard")
    edited = Approvers({"fernhill": policy}, {"fernhill": few}).revise("fernhill", request(ASSIGN), Edit(owner="gwen.pritchard"))
    assert edited.plan.backups == ("daniel.osei",)


def test_an_edit_names_no_backup_who_may_not_own_it(policy: Compiled, roster: Roster) -> None:
    few = lone(roster, "gwen.pritchard")
    allowed = ("gwen.pritchard", "aisha.bello")
    people = (each.model_copy(update={"permissions": frozenset({"vault"} if each.id in allowed else ())}) for each in few.people)
    asked = request(ASSIGN, permissions=("vault",), backups=("gwen.pritchard", "rafael.ortiz"))
    edited = Approvers({"fernhill": policy}, {"fernhill": Roster(people=tuple(people))}).revise(
        "fernhill", asked, Edit(owner="gwen.pritchard")
    )
    assert edited.plan.backups == ("aisha.bello",), "neither rafael.ortiz nor daniel.osei is permitted vault"


def test_an_edit_that_would_leave_no_backup_is_refused(policy: Compiled, roster: Roster) -> None:
    only = (each.model_copy(update={"permissions": frozenset({"vault"} if each.id == "gwen.pritchard" else ())}) for each in roster.people)
    approvers = Approvers({"fernhill": policy}, {"fernhill": Roster(people=tuple(only))})
    with pytest.raises(ValueError, match=r"^nobody but gwen\.pritchard may own it, so nobody could back them up$"):
        approvers.revise("fernhill", request(ASSIGN, permissions=("vault",)), Edit(owner="gwen.pritchard"))


def test_an_edited_amount_may_need_somebody_higher(approvers: Approvers) -> None:
    edited = approvers.revise("fernhill", request(REPLY, spend={"discount_percent": 10.0}), Edit(spend={"discount_percent": 30}))
    assert [need.role for need in edited.needs] == ["level:3"]
    assert approvers.refusal("fernhill", "rafael.ortiz", edited.needs[0], edited) == "may grant discount_percent up to 20, and 30 is asked"
    assert approvers.refusal("fernhill", "daniel.osei", edited.needs[0], edited) is None


def test_an_edited_text_is_what_leaves(approvers: Approvers) -> None:
    asked = request(REPLY, action="answer", level=0, owner=None, role=None)
    edited = approvers.revise("fernhill", asked, Edit(text="No.", subject="Your question"))
    assert (edited.effects[0].text, edited.effects[0].subject, edited.plan.draft) == ("No.", "Your question", "No.")
    assert (edited.effects[0].key, edited.effects[0].to) == (REPLY.key, REPLY.to)


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (Edit(), "nothing was changed"),
        (Edit(owner="daniel.osei"), "nothing was changed"),
        (Edit(owner="nobody"), "'nobody' is not in the roster"),
        (Edit(text="Hello"), "sends no reply"),
        (Edit(spend={"yachts": 1}), "'yachts' is no limit"),
        (Edit(spend={"refund_usd": -1}), "cannot be -1"),
        (Edit(spend={"refund_usd": float("nan")}), "cannot be nan"),
    ],
)
def test_what_the_policy_has_against_an_edit_is_said(approvers: Approvers, edit: Edit, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        approvers.revise("fernhill", request(ASSIGN), edit)


def test_an_edit_never_climbs_above_the_policys_level(approvers: Approvers) -> None:
    asked = request(ASSIGN.model_copy(update={"to": "maya.chen"}), level=2, owner="maya.chen", role="account_executive", backups=())
    with pytest.raises(ValueError, match=r"level 2 at most, and daniel\.osei stands on level 4"):
        approvers.revise("fernhill", asked, Edit(owner="daniel.osei"))


def test_an_empty_text_or_an_answers_owner_cannot_be_edited(approvers: Approvers) -> None:
    asked = request(REPLY, action="answer", level=0, owner=None, role=None)
    for edit, problem in ((Edit(text="  "), "the text is empty"), (Edit(owner="maya.chen"), "nobody is assigned")):
        with pytest.raises(ValueError, match=problem):
            approvers.revise("fernhill", asked, edit)


def test_whoever_may_not_own_it_is_not_made_its_owner_by_an_edit(approvers: Approvers) -> None:
    with pytest.raises(ValueError, match=r"^rafael\.ortiz is not permitted trade_secrets$"):
        approvers.revise("fernhill", request(ASSIGN, permissions=("trade_secrets",)), Edit(owner="rafael.ortiz"))
    with pytest.raises(ValueError, match=r"^rafael\.ortiz serves none of the regions in which it may be handled \(moon\)$"):
        approvers.revise("fernhill", request(ASSIGN, handled_in=("moon",)), Edit(owner="rafael.ortiz"))
