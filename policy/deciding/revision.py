"""A request that a person changes before it is approved: what the policy allows of it, and the request that comes out."""

from core.company import Person, Roster
from core.digest import request_digest
from core.types import Edit, Effect, Plan, Request
from policy.deciding.eligibility import ineligible
from policy.deciding.limits import merged, within_limits
from policy.deciding.people import BACKUPS
from policy.schema import Policy


def revise(policy: Policy, roster: Roster, request: Request, edit: Edit) -> Request:
    """``request`` with ``edit`` applied and its needs found again; never fewer than before.

    A new owner must stand no higher than the policy sent the conversation, since the facts that would allow more are not there.

    Raises:
        ValueError: with what is wrong with the edit, in words.
    """
    plan = _with_spend(roster, _with_owner(policy, roster, request.plan, edit), edit)
    effects = tuple(_effect(each, request.plan, plan, edit) for each in request.effects)
    if edit.text is not None or edit.subject is not None:
        _check_text(request, edit)
        plan = plan if edit.text is None else plan.model_copy(update={"draft": edit.text})
    if plan == request.plan and effects == request.effects:
        raise ValueError("nothing was changed")
    asked = (*request.needs, *(policy.roles[plan.role].approvals if plan.role and plan.owner != request.plan.owner else ()))
    needs, notes = within_limits(policy, roster, merged(asked), plan.spend)
    plan = plan.model_copy(update={"approvals": needs, "reasons": (*request.plan.reasons, *notes)})
    return request.model_copy(update={"plan": plan, "effects": effects, "needs": needs, "digest": request_digest(plan, effects)})


def _with_owner(policy: Policy, roster: Roster, plan: Plan, edit: Edit) -> Plan:
    if edit.owner is None or edit.owner == plan.owner:
        return plan
    person = roster.get(edit.owner)
    if plan.action not in ("handoff", "escalate"):
        raise ValueError("nobody is assigned by it, so its owner cannot be changed")
    if person is None:
        raise ValueError(f"{edit.owner!r} is not in the roster")
    if problem := ineligible(policy, person, plan.permissions, plan.handled_in):
        raise ValueError(f"{person.id} {problem}")
    current = roster.get(plan.owner or "")
    reach = max(plan.level, policy.roles[current.role].level if current else 0)
    if policy.roles[person.role].level > reach:
        raise ValueError(
            f"the policy sends this conversation to level {reach} at most, and {person.id} stands on level {_level(policy, person)}"
        )
    level, backups = _level(policy, person) if plan.action == "escalate" else plan.level, _backups(policy, roster, plan, person)
    changed = {"owner": person.id, "role": person.role, "level": level, "backups": backups}
    return plan.model_copy(update=changed | {"up": None if plan.up in (person.id, *backups) else plan.up})


def _backups(policy: Policy, roster: Roster, plan: Plan, owner: Person) -> tuple[str, ...]:
    """Who backs the new owner up: their own backup, the plan's, who owned it before; else the nearest in level. Only who may own it.

    Raises:
        ValueError: nobody else may.
    """
    others = (person for person in roster.people if person.id != owner.id)
    able = {person.id: person for person in others if not ineligible(policy, person, plan.permissions, plan.handled_in)}
    named = [id for id in dict.fromkeys((owner.backup, *plan.backups, plan.owner)) if id in able]
    if not able:
        raise ValueError(f"nobody but {owner.id} may own it, so nobody could back them up")
    near = min(able.values(), key=lambda each: (bool(policy.roles[each.role].approvals), abs(_level(policy, each) - _level(policy, owner))))
    return tuple(id for id in named[:BACKUPS] if id) or (near.id,)


def _level(policy: Policy, person: Person) -> int:
    return policy.roles[person.role].level


def _with_spend(roster: Roster, plan: Plan, edit: Edit) -> Plan:
    if edit.spend is None:
        return plan
    known = {name for person in roster.people for name in person.limits}
    for name, amount in edit.spend.items():
        if name not in known:
            raise ValueError(f"{name!r} is no limit that anybody of the roster has")
        if not 0 <= amount < float("inf"):
            raise ValueError(f"{name} cannot be {amount:g}")
    return plan.model_copy(update={"spend": {**plan.spend, **edit.spend}})


def _check_text(request: Request, edit: Edit) -> None:
    if not any(effect.kind == "reply" for effect in request.effects):
        raise ValueError("it sends no reply, so there is no text to change")
    if edit.text is not None and not edit.text.strip():
        raise ValueError("the text is empty")


def _effect(effect: Effect, before: Plan, after: Plan, edit: Edit) -> Effect:
    match effect.kind:
        case "reply":
            changed = {"text": edit.text, "subject": edit.subject}
            return effect.model_copy(update={name: value for name, value in changed.items() if value is not None})
        case "assign" | "notify":
            if effect.to != before.owner or after.owner is None:
                return effect
            text = effect.text.replace(f"Backup: {', '.join(before.backups)}", f"Backup: {', '.join(after.backups)}")
            return effect.model_copy(update={"to": after.owner, "text": text})
